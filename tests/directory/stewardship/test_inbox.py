"""The stewards' e-mail on mornings on which something new waits."""

import datetime
import uuid

import time_machine

from agencies.access import Role
from agencies.models import Membership, Message
from directory.jobs import tell_what_waits
from directory.models import Claim, Decision, Proposal, ReportReason
from directory.publishing.actions.reports import submit_report
from directory.stewardship.actions.digest import send_steward_digest
from tests.factories import MembershipFactory, ServiceFactory

MONDAY = datetime.date(2026, 11, 23)
DAY = datetime.timedelta(days=1)


def at(day: datetime.date) -> time_machine.travel:
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(8, 40), datetime.UTC), tick=False)


def reported(day: datetime.date) -> Proposal:
    with at(day):
        return submit_report(key=uuid.uuid4(), service=ServiceFactory(), reason=ReportReason.TIME, words="")


def test_what_came_over_the_weekend_is_told_on_monday_once(steward: Membership) -> None:
    reported(MONDAY - 2 * DAY)
    with at(MONDAY):
        for _ in range(2):
            tell_what_waits(0)
    message = Message.objects.get()
    assert message.to == steward.agency.email
    assert "1 report that a listing is wrong" in message.body
    assert "/steward/" in message.body


def test_nobody_is_told_at_the_weekend_nor_again_of_what_is_old(steward: Membership) -> None:
    reported(MONDAY - 9 * DAY)
    assert send_steward_digest(MONDAY - DAY) == send_steward_digest(MONDAY) == 0


def test_what_is_answered_waits_no_more(steward: Membership) -> None:
    proposal = reported(MONDAY)
    proposal.decision = Decision.ACCEPTED
    proposal.save()
    assert send_steward_digest(MONDAY) == 0


def test_who_waits_too_long_is_named_each_day(steward: Membership) -> None:
    asked = {"name": "Singers", "contact_name": "Nadia", "contact_email": "nadia@singers.example.org"}
    with at(MONDAY - 7 * DAY):
        Claim.objects.create(key=uuid.uuid4(), **asked)
    assert send_steward_digest(MONDAY - 4 * DAY) == 0
    assert send_steward_digest(MONDAY) == send_steward_digest(MONDAY + DAY) == 1
    assert "Singers asks to take part and has waited longer" in Message.objects.latest("created_at").body


def test_each_steward_hears_of_it_where_their_agency_has_no_address(steward: Membership) -> None:
    steward.agency.email = ""
    steward.agency.save()
    second = MembershipFactory(agency=steward.agency, role=Role.STEWARD)
    reported(MONDAY)
    assert send_steward_digest(MONDAY) == 2
    assert {m.to for m in Message.objects.all()} == {steward.user.email, second.user.email}
