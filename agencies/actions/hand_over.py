"""What a member leaves behind, and who takes it over: said and done before a membership ends, or a role is lowered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from django.core.exceptions import PermissionDenied

from agencies.access import PERMISSIONS, Permission, Role
from agencies.hooks import Holding, MemberHolding, holding_sources, on_agency_unattended
from agencies.models import Agency, Author, Draft, Invitation, Membership
from config.template_tags import date_words

DRAFT_NAMES = {
    "refer": "A referral",
    "note": "A note in a case",
    "refer on": "A referral to a group",
    "close": "The closing of a case",
}
MORE_LEFT_ERROR = "Something came in meanwhile: {}. Say who takes it"
Taker = TypeVar("Taker", Membership, Agency)
Held = TypeVar("Held", bound=Holding)


@dataclass(frozen=True)
class Decision(Generic[Taker]):
    """Who takes what of one kind is left: `each` by id, all others `rest`. None is nobody."""

    rest: Taker | None
    each: Mapping[str, Taker | None] = field(default_factory=dict)

    def share_out(self, holding: Holding) -> dict[Taker | None, list[str]]:
        """The ids of what each gets."""
        shares: dict[Taker | None, list[str]] = {}
        for pk, _ in holding.items:
            shares.setdefault(self.each.get(pk, self.rest), []).append(pk)
        return shares


class LeavesBehind(Exception):
    """There is something to hand over, and nobody has said to whom: `holdings`."""

    def __init__(self, holdings: Collection[Holding]) -> None:
        super().__init__(", ".join(holding.label for holding in holdings))
        self.holdings = holdings


def list_holdings(member: Membership, becomes: Role | None = None) -> list[MemberHolding]:
    """All that the member would leave behind; with `becomes`, what somebody in that role may not hold."""
    found = [holding for source in holding_sources for holding in source(member) if holding.items]
    if becomes is None:
        return found
    return [holding for holding in found if holding.needs and holding.needs not in PERMISSIONS[becomes]]


def hide_words(holding: Held, reader: Membership) -> Held:
    """As that member may see it: who runs a team, or the place, need not be who may read of the people in it."""
    if holding.read_by is None or reader.has_permission(holding.read_by):
        return holding
    return replace(holding, items=[(pk, "") for pk, _ in holding.items])


def hand_over_holdings(
    member: Membership,
    holdings: Collection[MemberHolding],
    decisions: Mapping[str, Decision[Membership]],
    by: Membership,
) -> None:
    """Give each thing to whom it was decided, or to nobody where nobody can take it. Raises LeavesBehind where nothing
    was decided, PermissionDenied for a colleague who cannot hold it."""
    colleagues = list_colleagues(member)
    to_give = [(holding, list_receivers(colleagues, holding)) for holding in holdings if holding.hand_over]
    if undecided := [holding for holding, receivers in to_give if receivers and holding.name not in decisions]:
        raise LeavesBehind(undecided)
    for holding, receivers in to_give:
        for to, ids in decisions.get(holding.name, Decision[Membership](None)).share_out(holding).items():
            if to and to not in receivers:
                raise PermissionDenied
            if holding.hand_over:
                holding.hand_over(member, ids, to, Author.of(by))


def list_receivers(colleagues: Iterable[Membership], holding: MemberHolding) -> list[Membership]:
    """Those of them who may hold it."""
    return [m for m in colleagues if holding.needs is None or m.has_permission(holding.needs)]


def list_colleagues(member: Membership) -> list[Membership]:
    """Everybody else who works in the member's agency."""
    team = Membership.at_work_for(member.agency).exclude(pk=member.pk)
    return list(team.select_related("user", "agency").order_by("user__name", "pk"))


def is_last(member: Membership, permission: Permission) -> bool:
    """Whether nobody else in the agency may do that."""
    return member.has_permission(permission) and not any(m.has_permission(permission) for m in list_colleagues(member))


def report_unattended(agency: Agency, before: Collection[Permission]) -> None:
    """Tell those who wait for somebody with one of these permissions, once nobody in the agency has it any more."""
    left = {permission for m in Membership.at_work_for(agency) for permission in PERMISSIONS[Role(m.role)]}
    for permission in sorted(set(before) - left):
        for hear in on_agency_unattended:
            hear(agency, permission)


@holding_sources.register
def list_drafts_and_invitations(member: Membership) -> list[MemberHolding]:
    """What is begun and not sent; and who was asked to join. What a session's end kept from being sent is nobody
    else's: it is a whole request, which whoever takes it over would send with their own rights."""
    rows = Draft.visible_to(member).order_by("saved_at", "pk")
    drafts = [
        (str(draft.pk), f"{describe_draft(draft)}, last typed on {date_words(draft.saved_at)}")
        for draft in rows.filter(action="")
    ]
    unsent = [(str(draft.pk), f"Typed on {date_words(draft.saved_at)}") for draft in rows.exclude(action="")]
    invited = Invitation.open_for(member.agency).filter(invited_by=member).order_by("name", "pk")
    return [
        MemberHolding(
            name="drafts",
            label="Drafts",
            items=drafts,
            then="What nobody takes is lost.",
            hand_over=hand_over_drafts,
        ),
        MemberHolding(
            name="unsent",
            label="Forms that were not sent, as the sign-in had ended",
            items=unsent,
            then="Only whoever typed it can read it and send it, under “What you had not sent” in their account. "
            "Otherwise it is lost.",
        ),
        MemberHolding(
            name="invitations",
            label="Invitations",
            items=[(str(invitation.pk), invitation.name) for invitation in invited],
            then="The link in an invitation still works. The team page has it.",
        ),
    ]


def describe_draft(draft: Draft) -> str:
    return DRAFT_NAMES.get(draft.key.partition(":")[0], "A form")


def hand_over_drafts(member: Membership, ids: Collection[str], to: Membership | None, by: Author) -> None:
    """To a colleague who is not writing the same; with nobody they stay where they are."""
    if to is None:
        return
    theirs = Draft.visible_to(to).values("key")
    Draft.visible_to(member).filter(pk__in=ids, action="").exclude(key__in=theirs).update(member=to)
