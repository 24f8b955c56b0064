"""The stewards are told when backups are not as promised: once a week, and at once when something else is wrong."""

import datetime

from agencies.models import Backup, Membership, Message
from directory.stewardship.actions.safety import send_safety_warnings
from directory.stewardship.jobs import warn_of_safety
from tests.factories import MembershipFactory

MONDAY = datetime.date(2026, 11, 30)


def test_what_is_wrong_is_said_once_a_week(steward: Membership) -> None:
    assert send_safety_warnings(MONDAY) == send_safety_warnings(MONDAY + datetime.timedelta(days=4)) == 1
    (message,) = Message.objects.all()
    assert message.to == steward.agency.email
    assert "- No backup has been made." in message.body
    assert "- No proof of the histories has been made yet." in message.body
    assert "/steward/backups/" in message.body
    send_safety_warnings(MONDAY + datetime.timedelta(days=7))
    assert Message.objects.count() == 2


def test_something_else_that_goes_wrong_is_said_at_once(steward: Membership) -> None:
    send_safety_warnings(MONDAY)
    Backup.objects.create(problem="No space left on device")
    send_safety_warnings(MONDAY)
    assert Message.objects.filter(body__contains="No space left on device").count() == 1


def test_the_job_may_say_it(steward: Membership) -> None:
    warn_of_safety(timestamp=0)
    assert Message.objects.count() == 1


def test_without_a_steward_nobody_is_told() -> None:
    MembershipFactory()
    assert send_safety_warnings(MONDAY) == 0
    assert not Message.objects.exists()
