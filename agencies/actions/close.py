"""An agency closes: what it leaves behind is handed over or answered, and everybody's work for it ends, in one deed."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import Permission
from agencies.actions.hand_over import Decision, LeavesBehind, describe_draft, list_colleagues, report_unattended
from agencies.actions.membership import lock_agency
from agencies.actions.session import end_sessions
from agencies.hooks import AgencyHolding, closing_sources
from agencies.models import Agency, AgencyKind, Author, Draft, Invitation, Membership
from config.template_tags import date_words


def may_close(agency: Agency, member: Membership) -> bool:
    """The steward, and the last one at work in it. The steward's own never closes: the place is run from it."""
    if agency.kind == AgencyKind.STEWARD:
        return False
    is_last_there = agency == member.agency and not list_colleagues(member)
    return is_last_there or member.has_permission(Permission.STEWARD)


def list_agency_holdings(agency: Agency) -> list[AgencyHolding]:
    """All that the agency would leave behind."""
    return [holding for source in closing_sources for holding in source(agency) if holding.items]


@transaction.atomic
def close_agency(
    *, agency: Agency, by: Membership, decisions: Mapping[str, Decision[Agency]] | None = None, ground: str = ""
) -> Agency:
    """Close it for good. What it holds goes to other agencies by `decisions`, where people are handed over on that
    `ground` (a PassingGround), or is answered; a second time changes nothing.

    Raises LeavesBehind where nothing was decided, or more came in meanwhile; PermissionDenied for who may not, who
    cannot take it, or no ground.
    """
    agency = lock_agencies(agency, decisions or {})
    if agency.left_at:
        return agency
    if not may_close(agency, by):
        raise PermissionDenied
    holdings, decided = list_agency_holdings(agency), decisions or {}
    if undecided := [holding for holding in holdings if holding.takers and holding.name not in decided]:
        raise LeavesBehind(undecided)
    for holding in holdings:
        for to, ids in decided.get(holding.name, Decision[Agency](None)).share_out(holding).items():
            if to and (to not in holding.takers or (holding.grounds and ground not in dict(holding.grounds))):
                raise PermissionDenied
            if holding.settle:
                holding.settle(agency, ids, to, Author.of(by), ground)
    if more := [holding for holding in list_agency_holdings(agency) if holding.settle]:
        raise LeavesBehind(more)  # a colleague was at work: they opened a case, or somebody referred
    end_all_memberships(agency, by)
    report_unattended(agency, list(Permission))
    return agency


def lock_agencies(agency: Agency, decisions: Mapping[str, Decision[Agency]]) -> Agency:
    """The agency as it is now. Those that take something are held too: none of them closes meanwhile."""
    takers = {to for decision in decisions.values() for to in (decision.rest, *decision.each.values()) if to}
    for pk in sorted({agency.pk, *(taker.pk for taker in takers)}):
        lock_agency(pk)
    return Agency.objects.get(pk=agency.pk)


def end_all_memberships(agency: Agency, by: Membership) -> None:
    """Nobody works there any more; who works nowhere else is signed out everywhere."""
    agency.left_at = timezone.now()
    agency.save(update_fields=["left_at"])
    people = Membership.of_agency(agency).filter(ended_at=None).select_related("user").order_by("pk")
    users = [member.user for member in people]
    people.update(ended_at=agency.left_at, ended_by=by.user)
    for user in users:
        if not Membership.open_for_user(user).exists():
            end_sessions(user=user)


@closing_sources.register
def list_what_ends(agency: Agency) -> list[AgencyHolding]:
    """What is nobody's but of who works there: their work here, what they have begun, and who was asked to join."""
    people = Membership.at_work_for(agency).select_related("user")
    drafts = Draft.objects.filter(member__agency=agency, member__ended_at=None).select_related("member__user")
    invited = Invitation.open_for(agency).order_by("name", "pk")
    return [
        AgencyHolding(
            name="people",
            label="People who work there",
            items=[(str(member.pk), member.user.name) for member in people.order_by("user__name", "pk")],
            then="Nobody can sign in for it any more. What was written stays, under each name.",
        ),
        AgencyHolding(
            name="drafts",
            label="Drafts, and forms that were not sent",
            items=[
                (str(d.pk), f"{describe_draft(d)}, by {d.member.user.name}, last typed on {date_words(d.saved_at)}")
                for d in drafts.order_by("saved_at", "pk")
            ],
            then="What was typed and not sent is lost. Ask whoever typed it to send it first.",
        ),
        AgencyHolding(
            name="invitations",
            label="Invitations",
            items=[(str(invitation.pk), invitation.name) for invitation in invited],
            then="An invitation that was not used is cancelled.",
            settle=cancel_invitations,
        ),
    ]


def cancel_invitations(agency: Agency, ids: object, to: Agency | None, by: Author, ground: str) -> None:
    Invitation.open_for(agency).update(cancelled_at=timezone.now())
