"""Changing and ending memberships. An agency never loses the last person who runs its team."""

from django.db import transaction
from django.utils import timezone

from agencies.access import PERMISSIONS, Permission, Role
from agencies.actions.session import end_sessions
from agencies.models import Agency, Membership


class LastManager(Exception):
    """After this nobody could run the agency's team."""


@transaction.atomic
def change_membership(*, membership: Membership, role: Role, manages_team: bool, by: Membership) -> Membership:
    """Give a member another role; raises LastManager. Takes effect on that member's next request."""
    membership = lock_membership(membership)
    if not manages_team and Permission.MANAGE_TEAM not in PERMISSIONS[role]:
        require_another_manager(membership)
    membership.role, membership.manages_team = role, manages_team
    membership.save(update_fields=["role", "manages_team"])
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: Membership) -> Membership:
    """End it now; raises LastManager. A second time changes nothing.

    Whoever is then a member of no agency is signed out everywhere.
    """
    membership = lock_membership(membership)
    if membership.ended_at:
        return membership
    require_another_manager(membership)
    membership.ended_at, membership.ended_by = timezone.now(), by.user
    membership.save(update_fields=["ended_at", "ended_by"])
    if not Membership.open_for_user(membership.user).exists():
        end_sessions(user=membership.user)
    return membership


def lock_membership(membership: Membership) -> Membership:
    """The row as it is now. Its agency is locked first: two managers cannot end each other at the same time."""
    Agency.objects.select_for_update(of=("self",)).get(pk=membership.agency_id)
    return Membership.objects.select_related("user", "agency").get(pk=membership.pk)


def require_another_manager(leaving: Membership) -> None:
    """Raises LastManager when nobody but `leaving` can run the agency's team."""
    if not leaving.has_permission(Permission.MANAGE_TEAM):
        return
    others = Membership.objects.filter(agency=leaving.agency_id, ended_at=None, user__is_active=True)
    if not any(other.has_permission(Permission.MANAGE_TEAM) for other in others.exclude(pk=leaving.pk)):
        raise LastManager
