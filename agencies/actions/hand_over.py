"""What a member leaves behind, and who takes it over: said and done before a membership ends, or a role is lowered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.core.exceptions import PermissionDenied

from agencies.access import PERMISSIONS, Permission, Role
from agencies.hooks import Holding, holding_sources, on_agency_unattended
from agencies.models import Author, Draft, Invitation, Membership
from config.template_tags import date_words

DRAFT_NAMES = {"refer": "A referral", "note": "A note"}


@dataclass(frozen=True)
class Decision:
    """Who takes what of one kind is left: `each` by id, all others `rest`. None is nobody yet."""

    rest: Membership | None
    each: Mapping[str, Membership | None] = field(default_factory=dict)

    def share_out(self, holding: Holding) -> dict[Membership | None, list[str]]:
        """The ids of what each gets."""
        shares: dict[Membership | None, list[str]] = {}
        for pk, _ in holding.items:
            shares.setdefault(self.each.get(pk, self.rest), []).append(pk)
        return shares


class LeavesBehind(Exception):
    """There is something to hand over, and nobody has said to whom: `holdings`."""

    def __init__(self, holdings: Collection[Holding]) -> None:
        super().__init__(", ".join(holding.label for holding in holdings))
        self.holdings = holdings


def list_holdings(member: Membership, becomes: Role | None = None) -> list[Holding]:
    """All that the member would leave behind; with `becomes`, what somebody in that role may not hold."""
    found = [holding for source in holding_sources for holding in source(member) if holding.items]
    if becomes is None:
        return found
    return [holding for holding in found if holding.needs and holding.needs not in PERMISSIONS[becomes]]


def hide_words(holding: Holding, reader: Membership) -> Holding:
    """As that member may see it: who runs a team need not be who may read of the people it refers."""
    if holding.read_by is None or reader.has_permission(holding.read_by):
        return holding
    return replace(holding, items=[(pk, "Whom you may not see") for pk, _ in holding.items])


def hand_over_holdings(
    member: Membership, holdings: Collection[Holding], decisions: Mapping[str, Decision], by: Membership
) -> None:
    """Give each thing to whom it was decided, or to nobody where nobody can take it. Raises LeavesBehind where nothing
    was decided, PermissionDenied for a colleague who cannot hold it."""
    to_give = [holding for holding in holdings if holding.hand_over]
    decided = {holding.name: Decision(None) for holding in to_give if not list_receivers(member, holding)} | {
        **decisions
    }
    if undecided := [holding for holding in to_give if holding.name not in decided]:
        raise LeavesBehind(undecided)
    for holding in to_give:
        for to, ids in decided[holding.name].share_out(holding).items():
            if to and (to == member or to not in list_receivers(member, holding)):
                raise PermissionDenied
            if holding.hand_over:
                holding.hand_over(member, ids, to, Author.of(by))


def list_receivers(member: Membership, holding: Holding) -> list[Membership]:
    """Colleagues at work who may hold it, by name."""
    return [m for m in list_colleagues(member) if holding.needs is None or m.has_permission(holding.needs)]


def list_colleagues(member: Membership) -> list[Membership]:
    """Everybody else who works in the member's agency."""
    team = Membership.of_agency(member.agency).filter(ended_at=None, user__is_active=True).exclude(pk=member.pk)
    return list(team.select_related("user", "agency").order_by("user__name", "pk"))


def is_last(member: Membership, permission: Permission) -> bool:
    """Whether nobody else in the agency may do that."""
    return member.has_permission(permission) and not any(m.has_permission(permission) for m in list_colleagues(member))


def report_unattended(member: Membership, before: Collection[Permission]) -> None:
    """Tell those who wait for somebody with one of these permissions, once nobody in the agency has it any more."""
    at_work = Membership.of_agency(member.agency).filter(ended_at=None, user__is_active=True)
    left = {permission for m in at_work for permission in PERMISSIONS[Role(m.role)]}
    for permission in sorted(set(before) - left):
        for hear in on_agency_unattended:
            hear(member.agency, permission)


@holding_sources.register
def list_drafts_and_invitations(member: Membership) -> list[Holding]:
    """What is begun and not sent; and who was asked to join. What a session's end kept from being sent is nobody
    else's: it is a whole request, which whoever takes it over would send with their own rights."""
    drafts = [
        (
            str(draft.pk),
            f"{DRAFT_NAMES.get(draft.key.split(':')[0], 'A form')}, last typed on {date_words(draft.saved_at)}",
        )
        for draft in Draft.visible_to(member).filter(action="").order_by("saved_at", "pk")
    ]
    invited = Invitation.open_for(member.agency).filter(invited_by=member).order_by("name", "pk")
    return [
        Holding("drafts", "Drafts that were not sent", drafts, "They go with the account.", None, hand_over_drafts),
        Holding(
            "invitations",
            "Invitations",
            [(str(invitation.pk), invitation.name) for invitation in invited],
            "They can still be used. The team page has them.",
        ),
    ]


def hand_over_drafts(member: Membership, ids: Collection[str], to: Membership | None, by: Author) -> None:
    """To a colleague who is not writing the same; with nobody they stay where they are."""
    if to is None:
        return
    theirs = Draft.visible_to(to).values("key")
    Draft.visible_to(member).filter(pk__in=ids, action="").exclude(key__in=theirs).update(member=to)
