"""The lists of referrals that a member works from, and one line of each as it is shown.

Dates and states become words here, once, so that the page has nothing left to work out (performance.md).
"""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from agencies.access import Permission
from agencies.models import Draft, Membership
from config.template_tags import date_words, due, status_tag
from referrals.models import Referral
from referrals.states import FINISHED, OPEN, Side, Status

PAGE = 30
SHOWN = (
    "person_name",
    "date_of_birth",
    "status",
    "urgency",
    "sent_at",
    "answer_by",
    "from_agency__name",
    "to_agency__name",
    "service__name",
    "assigned_to__user__name",
)

SENDER_WORDS = {
    Status.RETURNED: "More detail needed",
    Status.LOST_CONTACT: "Could not reach",
}
RECEIVER_WORDS = {
    Status.SENT: "To answer",
    Status.RETURNED: "Waiting for detail",
    Status.LOST_CONTACT: "Could not reach",
}


def state_words(status: str, side: Side) -> str:
    """How a state is called by those who asked, and by those who were asked."""
    own = SENDER_WORDS if side == Side.SENDER else RECEIVER_WORDS
    return own.get(Status(status), Status(status).label)


@dataclass(frozen=True)
class List:
    """A tab: its name in the URL and its words; which rows, in which order; who sees the tab."""

    name: str
    words: str
    empty: str
    rows: Callable[[Membership], Q]
    order: str
    shown_to: tuple[Permission, ...]
    only_when_some: bool = False


RECEIVES = (Permission.TRIAGE, Permission.ANSWER)
SENDS = (Permission.REFER,)
LISTS = (
    List(
        "answer",
        "To answer",
        "Nothing waits for an answer.",
        lambda m: Q(to_agency=m.agency_id, status=Status.SENT),
        "answer_by",
        RECEIVES,
    ),
    List(
        "unassigned",
        "Not assigned",
        "Each one has somebody looking at it.",
        lambda m: Q(to_agency=m.agency_id, status=Status.SENT, assigned_to=None),
        "answer_by",
        (Permission.ASSIGN,),
        only_when_some=True,
    ),
    List(
        "mine",
        "Mine",
        "Nothing is assigned to you.",
        lambda m: Q(to_agency=m.agency_id, status__in=sorted(OPEN), assigned_to=m),
        "answer_by",
        (Permission.ASSIGN,),
    ),
    List(
        "received",
        "Received",
        "No open referral has come to you.",
        lambda m: Q(to_agency=m.agency_id, status__in=sorted(OPEN)),
        "-sent_at",
        RECEIVES,
    ),
    List(
        "open",
        "Sent and open",
        "Nothing you have sent is open.",
        lambda m: Q(from_agency=m.agency_id, status__in=sorted(OPEN)),
        "-sent_at",
        SENDS,
    ),
    List(
        "returned",
        "More detail needed",
        "Nobody waits for more detail from you.",
        lambda m: Q(from_agency=m.agency_id, status=Status.RETURNED),
        "-sent_at",
        SENDS,
        only_when_some=True,
    ),
    List(
        "finished",
        "Finished",
        "Nothing is finished yet.",
        lambda m: Q(status__in=sorted(FINISHED)),
        "-sent_at",
        (Permission.SEE_REFERRALS,),
    ),
)


@dataclass(frozen=True)
class Tab:
    name: str
    words: str
    count: int | None
    here: bool


@dataclass(frozen=True)
class Row:
    """One referral in a list.

    `state` is its coloured word, `other` the agency on the other side, `ageing` how long ago it was sent.
    """

    url: str
    person: str
    born: str
    other: str
    state: SafeString
    ageing: str
    answer_by: str
    late: bool
    soon: bool
    assigned: str


def lists_of(member: Membership) -> list[List]:
    """The lists this member has, in the order of the tabs; the first one is where they land."""
    return [found for found in LISTS if any(member.may(permission) for permission in found.shown_to)]


def counts(member: Membership) -> dict[str, int]:
    """How many wait, by the name of the list; only of lists that are short by nature."""
    asked = {found.name: found.rows(member) for found in LISTS if found.name in ("answer", "unassigned", "returned")}
    waiting = asked["answer"] | asked["returned"]
    counted = {name: Count("pk", filter=rows) for name, rows in asked.items()}
    return Referral.visible_to(member).filter(waiting).aggregate(**counted)


def tabs(member: Membership, here: str) -> list[Tab]:
    """The tabs above the list, those that would be empty by nature left out; drafts come last."""
    waiting, shown = counts(member), []
    for found in lists_of(member):
        count = waiting.get(found.name)
        if count or not found.only_when_some or found.name == here:
            shown.append(Tab(found.name, found.words, count, found.name == here))
    if member.may(Permission.REFER):
        shown.append(Tab("drafts", "Drafts", len(drafts(member)), here == "drafts"))
    return shown


def page_of(member: Membership, found: List, after: Referral | None = None) -> tuple[list[Row], Referral | None]:
    """Up to 30 rows of a list after the one named, and the last of them when there are more (keyset)."""
    rows = shown(Referral.visible_to(member).filter(found.rows(member))).order_by(found.order, "id")
    if after:
        name, beyond = found.order.lstrip("-"), "lt" if found.order.startswith("-") else "gt"
        value = getattr(after, name)
        rows = rows.filter(Q(**{f"{name}__{beyond}": value}) | Q(**{name: value}, id__gt=after.pk))
    fetched = list(rows[: PAGE + 1])
    today = timezone.localdate()
    more = fetched[PAGE - 1] if len(fetched) > PAGE else None
    return [row(referral, member, today) for referral in fetched[:PAGE]], more


def search(member: Membership, words: str) -> list[Row]:
    """The latest 30 that the words name: part of a name, an NHS number, or a reference as read out on the phone."""
    words = " ".join(words.replace("\0", "").split())[:120]
    if not words:
        return []
    packed = words.replace(" ", "").replace("-", "")
    named = Q(person_name__icontains=words)
    if packed.isascii() and packed.isdigit() and len(packed) == 10:
        named = Q(nhs_number=packed)
    elif len(packed) == 8 and all(c in "0123456789abcdefABCDEF" for c in packed):
        named |= Q(id__gte=uuid.UUID(packed + "0" * 24), id__lte=uuid.UUID(packed + "f" * 24))
    found = shown(Referral.visible_to(member).filter(named)).order_by("-sent_at", "id")
    today = timezone.localdate()
    return [row(referral, member, today) for referral in found[:PAGE]]


def shown(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """With what a line shows, and no more of anybody."""
    return rows.select_related("from_agency", "to_agency", "service", "assigned_to__user").only(*SHOWN)


def row(referral: Referral, member: Membership, today: datetime.date) -> Row:
    side = referral.side_of(member)
    asked = referral.service.name if referral.service else referral.to_agency.name
    waits, state = referral.status == Status.SENT, state_words(referral.status, side)
    return Row(
        url=reverse("referrals:referral", args=[referral.pk]),
        person=referral.person_name,
        born=date_words(referral.date_of_birth),
        other=asked if side == Side.SENDER else referral.from_agency.name,
        state=status_tag(state, code=referral.status),
        ageing=ago(referral.sent_at, today),
        answer_by=due(referral.answer_by) if waits else "",
        late=referral.is_late(today),
        soon=referral.urgency == "soon" and referral.is_open,
        assigned=referral.assigned_to.user.name if referral.assigned_to else "",
    )


def ago(moment: datetime.datetime, today: datetime.date) -> str:
    """ "today", "yesterday", "3 days ago", and after two weeks the date."""
    day = timezone.localtime(moment).date()
    days = (today - day).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days <= 14 else date_words(day)


@dataclass(frozen=True)
class DraftRow:
    form_key: str
    person: str
    saved: str


def drafts(member: Membership) -> list[DraftRow]:
    """Referrals this member began and has not sent; one whose form was sent after all is no draft any more."""
    kept = {}
    for draft in Draft.visible_to(member).filter(key__startswith="refer:"):
        try:
            kept[uuid.UUID(draft.key.removeprefix("refer:"))] = draft
        except ValueError:
            continue
    sent = set(Referral.visible_to(member).filter(key__in=list(kept)).values_list("key", flat=True)) if kept else set()
    today = timezone.localdate()
    return [
        DraftRow(str(key), (draft.data.get("person_name") or [""])[0], ago(draft.saved_at, today))
        for key, draft in kept.items()
        if key not in sent
    ]
