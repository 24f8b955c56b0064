"""The lists of referrals that a member works from, and one line of each as it is shown.

Dates and states become words here, once, so that the page has nothing left to work out (performance.md).
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agencies.access import Permission
from agencies.models import Draft, Membership
from config.births import Birth
from config.http import parse_uuid
from config.template_tags import birth_age, date_words, due, status_tag
from directory.models import TaxonomyTerm
from referrals.models import Referral
from referrals.person_search import find_near, match_person, with_phone_digits
from referrals.states import FINISHED_STATUSES, OPEN_STATUSES, TRIAGE_STATUSES, ReferralStatus, Side

PAGE_SIZE = 30
ROW_FIELDS = (
    "person_name",
    "date_of_birth",
    "birth_precision",
    "postcode",
    "status",
    "urgency",
    "sent_at",
    "answer_by",
    "from_agency__name",
    "to_agency__name",
    "service__name",
    "assigned_to__user__name",
)

SENDER_STATUS_LABELS = {
    ReferralStatus.RETURNED: "More detail needed",
    ReferralStatus.LOST_CONTACT: "Could not reach",
}
RECEIVER_STATUS_LABELS = {
    ReferralStatus.SENT: "To answer",
    ReferralStatus.RETURNED: "Waiting for detail",
    ReferralStatus.LOST_CONTACT: "Could not reach",
}


def status_label(status: str, side: Side) -> str:
    """How a state is called by those who asked, and by those who were asked."""
    own = SENDER_STATUS_LABELS if side == Side.SENDER else RECEIVER_STATUS_LABELS
    return own.get(ReferralStatus(status), ReferralStatus(status).label)


@dataclass(frozen=True)
class ReferralList:
    """A tab: its name in the URL and its words; which rows, in which order; who sees the tab."""

    name: str
    words: str
    empty: str
    rows: Callable[[Membership], Q]
    order: str
    shown_to: tuple[Permission, ...]
    only_when_some: bool = False


RECEIVER_PERMISSIONS = (Permission.TRIAGE, Permission.ANSWER)
SENDER_PERMISSIONS = (Permission.REFER,)
REFERRAL_LISTS = (
    ReferralList(
        "answer",
        "To answer",
        "Nothing waits for an answer.",
        lambda m: Q(to_agency=m.agency_id, status=ReferralStatus.SENT),
        "answer_by",
        RECEIVER_PERMISSIONS,
    ),
    ReferralList(
        "unassigned",
        "Not assigned",
        "Each one has somebody looking at it.",
        lambda m: (
            Q(to_agency=m.agency_id, status=ReferralStatus.SENT)
            & (Q(assigned_to=None) | Q(assigned_to__ended_at__isnull=False))
        ),
        "answer_by",
        (Permission.ASSIGN,),
        only_when_some=True,
    ),
    ReferralList(
        "mine",
        "Mine",
        "Nothing is assigned to you.",
        lambda m: Q(to_agency=m.agency_id, status__in=sorted(OPEN_STATUSES), assigned_to=m),
        "answer_by",
        (Permission.ASSIGN,),
    ),
    ReferralList(
        "received",
        "Received",
        "No open referral has come to you.",
        lambda m: Q(to_agency=m.agency_id, status__in=sorted(OPEN_STATUSES)),
        "-sent_at",
        RECEIVER_PERMISSIONS,
    ),
    ReferralList(
        "open",
        "Sent and open",
        "Nothing you have sent is open.",
        lambda m: Q(from_agency=m.agency_id, status__in=sorted(OPEN_STATUSES)),
        "-sent_at",
        SENDER_PERMISSIONS,
    ),
    ReferralList(
        "returned",
        "More detail needed",
        "Nobody waits for more detail from you.",
        lambda m: Q(from_agency=m.agency_id, status=ReferralStatus.RETURNED),
        "-sent_at",
        SENDER_PERMISSIONS,
        only_when_some=True,
    ),
    ReferralList(
        "finished",
        "Finished",
        "Nothing is finished yet.",
        lambda m: Q(status__in=sorted(FINISHED_STATUSES)),
        "-sent_at",
        (Permission.SEE_REFERRALS,),
    ),
)


@dataclass(frozen=True)
class ListTab:
    name: str
    words: str
    count: int | None
    here: bool


@dataclass(frozen=True)
class ReferralRow:
    """One referral in a list.

    `about` is the person's age and area, `needs` what is asked for, `state` its coloured word, `other` the agency on
    the other side, `waiting` how long it has been waiting, or when it was sent.
    """

    url: str
    person: str
    about: str
    needs: str
    other: str
    state: SafeString
    waiting: str
    answer_by: str
    late: bool
    soon: bool
    assigned: str


def visible_lists(member: Membership) -> list[ReferralList]:
    """The lists this member has, in the order of the tabs; the first one is where they land."""
    return [
        found for found in REFERRAL_LISTS if any(member.has_permission(permission) for permission in found.shown_to)
    ]


def count_waiting_referrals(member: Membership) -> dict[str, int]:
    """How many wait, by the name of the list; only of lists that are short by nature."""
    asked = {
        found.name: found.rows(member) for found in REFERRAL_LISTS if found.name in ("answer", "unassigned", "returned")
    }
    waiting = asked["answer"] | asked["returned"]
    counted = {name: Count("pk", filter=rows) for name, rows in asked.items()}
    return Referral.visible_to(member).filter(waiting).aggregate(**counted)


def build_tabs(member: Membership, here: str) -> list[ListTab]:
    """The tabs above the list, those that would be empty by nature left out; drafts come last."""
    waiting, shown = count_waiting_referrals(member), []
    for found in visible_lists(member):
        count = waiting.get(found.name)
        if count or not found.only_when_some or found.name == here:
            shown.append(ListTab(found.name, found.words, count, found.name == here))
    if member.has_permission(Permission.REFER):
        shown.append(ListTab("drafts", "Drafts", len(load_drafts(member)), here == "drafts"))
    return shown


def load_list_page(
    member: Membership, found: ReferralList, after: Referral | None = None
) -> tuple[list[ReferralRow], Referral | None]:
    """Up to 30 rows of a list after the one named, and the last of them when there are more (keyset)."""
    rows = select_row_fields(Referral.visible_to(member).filter(found.rows(member))).order_by(found.order, "id")
    if after:
        name, beyond = found.order.lstrip("-"), "lt" if found.order.startswith("-") else "gt"
        value = getattr(after, name)
        rows = rows.filter(Q(**{f"{name}__{beyond}": value}) | Q(**{name: value}, id__gt=after.pk))
    fetched = list(rows[: PAGE_SIZE + 1])
    today = timezone.localdate()
    more = fetched[PAGE_SIZE - 1] if len(fetched) > PAGE_SIZE else None
    return [build_row(referral, member, today) for referral in fetched[:PAGE_SIZE]], more


def search_referrals(member: Membership, words: str) -> tuple[list[ReferralRow], bool]:
    """The latest 30 that the words name, and whether they only come near: part of a name, a phone or NHS number, or a
    reference, as read out on the phone."""
    words = " ".join(words.replace("\0", "").split())[:120]
    named = match_person(words, names=["person_name"], referral="id")
    if not named:
        return [], False
    seen, today = select_row_fields(Referral.visible_to(member)), timezone.localdate()
    found = list(with_phone_digits(seen, "phone").filter(named).order_by("-sent_at", "id")[:PAGE_SIZE])
    near = [] if found else list(find_near(seen, words, "person_name")[:PAGE_SIZE])
    return [build_row(referral, member, today) for referral in found or near], bool(near)


def select_row_fields(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    """With what a line shows, and no more of anybody."""
    needs = TaxonomyTerm.objects.filter(referrals=OuterRef("pk")).order_by("name").values("name")
    rows = rows.select_related("from_agency", "to_agency", "service", "assigned_to__user").only(*ROW_FIELDS)
    return rows.annotate(need_names=ArraySubquery(needs))


def build_row(referral: Referral, member: Membership, today: datetime.date) -> ReferralRow:
    side = referral.side_of(member)
    asked = referral.service.name if referral.service else referral.to_agency.name
    waits, state = referral.status == ReferralStatus.SENT, status_label(referral.status, side)
    undecided = referral.status in TRIAGE_STATUSES
    return ReferralRow(
        url=reverse("referrals:referral", args=[referral.pk]),
        person=referral.person_name,
        about=format_about(referral.birth, referral.postcode),
        needs="; ".join(getattr(referral, "need_names", ())),
        other=asked if side == Side.SENDER else referral.from_agency.name,
        state=status_tag(state, code=referral.status),
        waiting=format_waiting(referral.sent_at, today)
        if undecided
        else f"Sent {format_days_ago(referral.sent_at, today)}",
        answer_by=due(referral.answer_by) if waits else "",
        late=referral.is_late(today),
        soon=referral.urgency == "soon" and referral.is_open,
        assigned=referral.assigned_to.user.name if referral.assigned_to else "",
    )


def format_about(birth: Birth, postcode: str) -> str:
    """ "75, BN11": how old, and where about."""
    return ", ".join(filter(None, (birth_age(birth), postcode.split(" ")[0])))


def format_waiting(sent_at: datetime.datetime, today: datetime.date) -> str:
    """ "Since today", "1 day", "12 days"."""
    days = (today - timezone.localdate(sent_at)).days
    return "Since today" if days <= 0 else f"{days} day{'' if days == 1 else 's'}"


def find_next_referral(member: Membership, *, after: Referral) -> Referral | None:
    """What the member's team or group is to answer next, and is not given to a colleague; None when nothing waits."""
    answer = next(found for found in REFERRAL_LISTS if found.name == "answer")
    waiting = Referral.visible_to(member).filter(answer.rows(member), service__isnull=after.service_id is None)
    mine = waiting.exclude(pk=after.pk).filter(Q(assigned_to=None) | Q(assigned_to=member))
    return mine.order_by("answer_by", "id").first()


def format_decision(member: Membership, words: str, referral: Referral) -> str:
    """What was decided, and the way to the next referral that waits."""
    if (coming := find_next_referral(member, after=referral)) is None:
        return f"{words} No other referral waits for you."
    url = reverse("referrals:referral", args=[coming.pk])
    return format_html('{} <a href="{}">Next referral: {}</a>', words, url, coming.person_name)


def format_days_ago(moment: datetime.datetime, today: datetime.date) -> str:
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


def load_drafts(member: Membership) -> list[DraftRow]:
    """Referrals this member began and has not sent; one whose form was sent after all is no draft any more."""
    kept = {}
    for draft in Draft.visible_to(member).filter(key__startswith="refer:"):
        if key := parse_uuid(draft.key.removeprefix("refer:")):
            kept[key] = draft
    sent = set(Referral.visible_to(member).filter(key__in=list(kept)).values_list("key", flat=True)) if kept else set()
    today = timezone.localdate()
    return [
        DraftRow(str(key), (draft.data.get("person_name") or [""])[0], format_days_ago(draft.saved_at, today))
        for key, draft in kept.items()
        if key not in sent
    ]
