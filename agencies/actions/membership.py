"""Changing and ending memberships. An agency never loses the last person who runs its team while others work there, and
nothing that a member holds is left behind unsaid (actions/hand_over.py)."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import PERMISSIONS, Permission, Role
from agencies.actions.hand_over import (
    Decision,
    hand_over_holdings,
    is_last,
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
    decisions: Mapping[str, Decision[Membership]] | None = None,
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
    report_unattended(membership.agency, before)
    return membership


@transaction.atomic
def end_membership(
    *,
    membership: Membership,
    by: Membership,
    decisions: Mapping[str, Decision[Membership]] | None = None,
    manager: Membership | None = None,
) -> Membership:
    """End it now. A second time changes nothing. Whoever is then a member of no agency is signed out everywhere.

    What they hold is handed over by `decisions`, and the team is run by `manager` from now on, where nobody else does.
    The last one to leave closes the agency instead (close_agency). Raises LastManager, LeavesBehind, PermissionDenied.
    """
    membership = lock_membership(membership)
    if membership.ended_at:
        return membership
    if manager:
        appoint_manager(membership, manager)
    require_another_manager(membership)
    hand_over_holdings(membership, list_holdings(membership), decisions or {}, by)
    membership.ended_at, membership.ended_by = timezone.now(), by.user
    membership.save(update_fields=["ended_at", "ended_by"])
    report_unattended(membership.agency, PERMISSIONS[Role(membership.role)])
    if not Membership.open_for_user(membership.user).exists():
        end_sessions(user=membership.user)
    return membership


def appoint_manager(leaving: Membership, manager: Membership) -> None:
    """A colleague runs the team from now on. Raises PermissionDenied for anybody else."""
    if manager not in list_colleagues(leaving):
        raise PermissionDenied
    Membership.objects.filter(pk=manager.pk).update(manages_team=True)


def lock_membership(membership: Membership) -> Membership:
    """The row as it is now. Its agency is locked first: two managers cannot end each other at the same time."""
    lock_agency(membership.agency_id)
    return Membership.objects.select_related("user", "agency").get(pk=membership.pk)


def lock_agency(pk: UUID) -> Agency:
    """Without its key: colleagues go on writing rows that name the agency, and hold cases and referrals meanwhile."""
    return Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def require_another_manager(leaving: Membership) -> None:
    """Raises LastManager when nobody but `leaving` can run the agency's team, or nobody else works there."""
    others = list_colleagues(leaving)
    if not others or is_last(leaving, Permission.MANAGE_TEAM):
        raise LastManager
