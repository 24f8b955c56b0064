"""Changing and ending memberships. An agency never loses the last person who runs its team while others work there, and
nothing that a member holds is left behind unsaid (actions/hand_over.py)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import PERMISSIONS, Permission, Role
from agencies.actions.hand_over import (
    Decision,
    LeavesBehind,
    hand_over_holdings,
    list_colleagues,
    list_holdings,
    report_unattended,
)
from agencies.actions.session import end_sessions
from agencies.models import Agency, Membership


class LastManager(Exception):
    """After this nobody could run the agency's team."""


@transaction.atomic
def change_membership(
    *,
    membership: Membership,
    role: Role,
    manages_team: bool,
    by: Membership,
    decisions: Mapping[str, Decision] | None = None,
) -> Membership:
    """Give a member another role; takes effect on that member's next request.

    What the new role may not hold is handed over by `decisions`. Raises LastManager, LeavesBehind, PermissionDenied.
    """
    membership = lock_membership(membership)
    before = PERMISSIONS[Role(membership.role)]
    if not manages_team and Permission.MANAGE_TEAM not in PERMISSIONS[role]:
        require_another_manager(membership)
    hand_over_holdings(membership, list_holdings(membership, becomes=role), decisions or {}, by)
    membership.role, membership.manages_team = role, manages_team
    membership.save(update_fields=["role", "manages_team"])
    report_unattended(membership, before)
    return membership


@transaction.atomic
def end_membership(
    *,
    membership: Membership,
    by: Membership,
    decisions: Mapping[str, Decision] | None = None,
    manager: Membership | None = None,
    closes: bool = False,
) -> Membership:
    """End it now. A second time changes nothing. Whoever is then a member of no agency is signed out everywhere.

    What they hold is handed over by `decisions`; the team is run by `manager` from now on, where nobody else does; and
    with `closes` the last one to leave takes the agency out. Raises LastManager, LeavesBehind (also when a team would
    close with people whom nobody has), PermissionDenied.
    """
    membership = lock_membership(membership)
    if membership.ended_at:
        return membership
    holdings, closes = list_holdings(membership), closes and not list_colleagues(membership)
    if closes and (kept := [holding for holding in holdings if holding.needs and holding.hand_over]):
        raise LeavesBehind(kept)
    if manager:
        appoint_manager(membership, manager)
    if not closes:
        require_another_manager(membership)
    hand_over_holdings(membership, holdings, decisions or {}, by)
    membership.ended_at, membership.ended_by = timezone.now(), by.user
    membership.save(update_fields=["ended_at", "ended_by"])
    if closes:
        Agency.objects.filter(pk=membership.agency_id).update(left_at=membership.ended_at)
    report_unattended(membership, PERMISSIONS[Role(membership.role)])
    if not Membership.open_for_user(membership.user).exists():
        end_sessions(user=membership.user)
    return membership


def appoint_manager(leaving: Membership, manager: Membership) -> None:
    """A colleague runs the team from now on. Raises PermissionDenied for anybody else."""
    if manager not in list_colleagues(leaving):
        raise PermissionDenied
    Membership.objects.filter(pk=manager.pk).update(manages_team=True)


def lock_membership(membership: Membership) -> Membership:
    """The row as it is now. Its agency is locked first: two managers cannot end each other at the same time.

    Without its key: colleagues go on writing rows that name the agency, and hold cases and referrals meanwhile.
    """
    Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.agency_id)
    return Membership.objects.select_related("user", "agency").get(pk=membership.pk)


def require_another_manager(leaving: Membership) -> None:
    """Raises LastManager when nobody but `leaving` can run the agency's team."""
    if not leaving.has_permission(Permission.MANAGE_TEAM):
        return
    others = Membership.objects.filter(agency=leaving.agency_id, ended_at=None, user__is_active=True)
    if not any(other.has_permission(Permission.MANAGE_TEAM) for other in others.exclude(pk=leaving.pk)):
        raise LastManager
