"""Two people at the same moment: invitations and the last manager, on real commits."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from agencies.access import Permission, Role
from agencies.actions.invitation import InvitationNotOpen, accept_with_new_account, invite_member
from agencies.actions.membership import LastManager, end_membership
from agencies.models import Invitation, Membership, Message, User
from tests.factories import MembershipFactory, teammate

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds in threads that start together; what each returned or raised."""
    start, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(n: int, deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[n] = deed()
        except Exception as error:
            results[n] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, deed)) for n, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def send_invitation(by: Membership, key: uuid.UUID) -> Invitation:
    return invite_member(
        key=key,
        agency=by.agency,
        email="nadia@work.example.org",
        name="Nadia Rahman",
        role=Role.CONNECTOR,
        manages_team=False,
        by=by,
    )


def test_an_invitation_pressed_twice_at_once_makes_one_account() -> None:
    invitation = send_invitation(MembershipFactory(role=Role.LEAD), uuid.uuid4())

    def press() -> Membership:
        return accept_with_new_account(invitation=invitation, name="Nadia", password="seven green ladders")

    results = at_once(*[press] * 4)
    assert sum(isinstance(r, Membership) for r in results) == 1
    assert sum(isinstance(r, InvitationNotOpen) for r in results) == 3
    assert User.objects.filter(email="nadia@work.example.org").count() == 1


def test_a_double_click_on_invite_sends_one_invitation() -> None:
    by, key = MembershipFactory(role=Role.LEAD), uuid.uuid4()
    results = at_once(*[lambda: send_invitation(by, key)] * 4)
    assert {r.pk for r in results} == {key}
    assert Invitation.objects.count() == Message.objects.count() == 1


def test_two_last_managers_cannot_end_each_other_at_once() -> None:
    first = MembershipFactory(role=Role.LEAD)
    second = teammate(first, Role.LEAD)
    results = at_once(
        lambda: end_membership(membership=second, by=first), lambda: end_membership(membership=first, by=second)
    )
    assert sum(isinstance(r, LastManager) for r in results) == 1
    left = Membership.objects.get(ended_at=None)
    assert left.has_permission(Permission.MANAGE_TEAM)
