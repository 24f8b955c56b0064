"""When groups are asked whether their listings are still right, and what silence does."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from factory import LazyFunction

from agencies.access import Role
from agencies.models import Agency, Author, Message
from directory.catalogue.cards import build_card
from directory.catalogue.freshness import next_ask_date
from directory.jobs import ask_still_right
from directory.models import Proposal, Service, Spot, Status
from directory.models.service import CHECK_VALID_FOR
from directory.publishing.actions import freshness
from tests.directory.making import listed
from tests.factories import AgencyFactory, MembershipFactory, ServiceFactory
from tests.jobs import run_jobs

TODAY = datetime.date(2026, 11, 23)  # a Monday
DAY = datetime.timedelta(days=1)


def kept(checked: datetime.date | None = TODAY - 120 * DAY, **fields: Any) -> Service:
    """A listing of a group, last checked on that day; the group is asked every 3 months."""
    return ServiceFactory(assured_date=checked, **fields)


def at(day: datetime.date) -> time_machine.travel:
    return time_machine.travel(datetime.datetime.combine(day, datetime.time(9), datetime.UTC), tick=False)


def go(day: datetime.date) -> None:
    """What the job does on that day."""
    with at(day):
        ask_still_right(0)


def asks(service: Service) -> int:
    return Service.objects.get(pk=service.pk).asks


# --- Who is asked when -----------------------------------------------------------------------------------


def test_a_group_is_asked_when_its_time_is_over() -> None:
    service = kept(name="Harbour walk", phone="01632 960123")
    go(TODAY)
    message = Message.objects.get()
    assert (message.to, asks(service)) == (service.agency.email, 1)
    assert message.subject == "Is this still right? Harbour walk"
    assert "Phone: 01632 960123" in message.body
    assert "/still-right/" in message.body
    assert service.agency.email not in message.body.split("/still-right/")[1]


@pytest.mark.parametrize(
    "service",
    [
        {"checked": TODAY - 30 * DAY},
        {"checked": TODAY - 120 * DAY, "confirm_every": 6},
        {"source": "hounslow"},
        {"status": Status.DEFUNCT},
        {"published_at": None},
        {"hidden_at": LazyFunction(timezone.now)},
        {"agency__left_at": LazyFunction(timezone.now)},
    ],
    ids=["checked", "asked twice a year", "of a feed", "ended", "draft", "hidden", "left"],
)
def test_others_are_not_asked_about(service: dict[str, Any]) -> None:
    kept(**service)
    go(TODAY)
    assert not Message.objects.exists()


@pytest.mark.parametrize(("months", "days"), [(1, 31), (3, 92), (6, 184), (12, 366)])
def test_as_often_as_the_group_chose(months: int, days: int) -> None:
    service = kept(checked=TODAY - days * DAY, confirm_every=months)
    assert next_ask_date(service) <= TODAY
    go(TODAY)
    assert asks(service) == 1


def test_what_was_never_checked_counts_from_the_day_it_was_put_up() -> None:
    old = kept(checked=None, published_at=timezone.make_aware(datetime.datetime(2026, 7, 1)))
    new = kept(checked=None, published_at=timezone.make_aware(datetime.datetime(2026, 11, 1)))
    go(TODAY)
    assert (asks(old), asks(new)) == (1, 0)


@pytest.mark.parametrize("day", [datetime.date(2026, 11, 22), datetime.date(2026, 12, 25)])
def test_nobody_is_asked_on_other_than_working_days(day: datetime.date) -> None:
    kept()
    go(day)
    assert not Message.objects.exists()


def test_a_group_gets_one_email_for_all_it_has_with_what_is_due_within_the_week() -> None:
    group = AgencyFactory(name="Harbour Walkers")
    due = kept(agency=group, name="Harbour walk")
    soon = kept(agency=group, name="Beach walk", checked=TODAY - 89 * DAY)
    later = kept(agency=group, name="Hill walk", checked=TODAY - 60 * DAY)
    go(TODAY)
    message = Message.objects.get()
    assert message.subject == "Is this still right? 2 activities of Harbour Walkers"
    assert "Beach walk" in message.body
    assert "Hill walk" not in message.body
    assert [asks(service) for service in (due, soon, later)] == [1, 1, 0]


def test_the_same_day_twice_asks_once() -> None:
    kept()
    go(TODAY)
    go(TODAY)
    assert Message.objects.count() == 1


def test_a_group_without_an_address_is_asked_through_who_runs_it_then_through_the_listing() -> None:
    group = AgencyFactory(email="")
    service = kept(agency=group, referral_email="tea@group.example.org")
    go(TODAY)
    assert Message.objects.get().to == "tea@group.example.org"
    Service.objects.update(asks=0, asked_at=None)
    MembershipFactory(agency=group, role=Role.PROVIDER)
    runs = MembershipFactory(agency=group, role=Role.PROVIDER, manages_team=True)
    go(TODAY + DAY)
    assert Message.objects.latest("created_at").to == runs.user.email
    assert asks(service) == 1


def test_nobody_to_write_to_is_not_counted_as_asked() -> None:
    service = kept(agency__email="", referral_email="")
    go(TODAY)
    assert (asks(service), Message.objects.count()) == (0, 0)


def test_one_group_that_fails_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = kept(), kept()
    real = freshness.send_ask

    def send(agency: Agency, *args: Any, **kwargs: Any) -> None:
        if agency == broken.agency:
            raise ValueError
        real(agency, *args, **kwargs)

    monkeypatch.setattr(freshness, "send_ask", send)
    with at(TODAY):
        freshness.ask_due_groups(TODAY)
    assert (asks(broken), asks(fine)) == (0, 1)


# --- Silence ---------------------------------------------------------------------------------------------


def test_a_second_ask_after_14_days_says_when_it_is_hidden() -> None:
    service = kept()
    go(TODAY)
    go(TODAY + 11 * DAY)
    assert asks(service) == 1
    go(TODAY + 14 * DAY)
    assert asks(service) == 2
    second = Message.objects.latest("created_at")
    assert second.subject.startswith("Second time of asking")
    assert "hidden on 21 December 2026" in second.body


def test_two_unanswered_asks_hide_it_and_the_group_and_the_steward_are_told() -> None:
    steward = MembershipFactory(role=Role.STEWARD)
    service = listed("Harbour walk", assured_date=TODAY - 120 * DAY)
    for day in (0, 14, 27):
        go(TODAY + day * DAY)
    assert Service.objects.get().hidden_at is None
    go(TODAY + 28 * DAY)
    assert Service.objects.get().hidden_at
    assert not Spot.objects.filter(service=service).exists()
    told = {m.to: m for m in Message.objects.filter(key__startswith="hidden")}
    assert set(told) == {service.agency.email, steward.agency.email}
    assert "/still-right/" in told[service.agency.email].body
    assert service.agency.phone in told[steward.agency.email].body
    go(TODAY + 28 * DAY)
    go(TODAY + 42 * DAY)
    assert Message.objects.filter(key__startswith="hidden").count() == 2


def test_an_answer_begins_it_anew() -> None:
    service = kept()
    go(TODAY)
    with at(TODAY + 3 * DAY):
        assert freshness.confirm_listings([service], by=Author.by_link(service.agency)) == 1
    for day in (14, 28, 60):
        go(TODAY + day * DAY)
    row = Service.objects.get()
    assert (row.asks, row.hidden_at, row.assured_date) == (0, None, TODAY + 3 * DAY)
    assert Message.objects.count() == 1


def test_who_says_that_something_changed_is_not_asked_again_until_it_is_mended() -> None:
    service = kept()
    go(TODAY)
    key = "8b1d2e0c-53f9-4d9f-8f0a-1f3c3bdbe001"
    for _ in range(2):
        freshness.report_change(service, words="Now on Fridays", key=key, by=Author.by_link(service.agency))  # type: ignore[arg-type]
    assert Proposal.objects.get().words == "Now on Fridays"
    go(TODAY + 14 * DAY)
    assert Message.objects.count() == 1
    Proposal.objects.update(decision="accepted")
    go(TODAY + 15 * DAY)
    assert Message.objects.count() == 2


# --- The deeds -------------------------------------------------------------------------------------------


def test_a_hidden_listing_is_found_again() -> None:
    service = listed("Harbour walk", hidden_at=timezone.now(), asks=2)
    assert not Spot.objects.exists()
    freshness.confirm_listings([service], by=Author.by_link(service.agency))
    assert Spot.objects.filter(service=service).exists()
    assert Service.objects.get().asks == 0


@pytest.mark.parametrize("fields", [{"source": "hounslow"}, {"status": Status.DEFUNCT}, {"published_at": None}])
def test_what_is_not_theirs_to_confirm_stays(fields: dict[str, Any]) -> None:
    service = kept(**fields)
    assert freshness.confirm_listings([service], by=Author.by_link(service.agency)) == 0
    assert Service.objects.get().assured_date == TODAY - 120 * DAY


def test_what_has_ended_is_found_no_more_and_its_version_is_kept() -> None:
    service = listed("Harbour walk")
    for _ in range(2):
        freshness.end_listing(service, by=Author.by_link(service.agency))
    row = Service.objects.get()
    assert row.status == Status.DEFUNCT
    assert not Spot.objects.exists()
    assert [version.what for version in row.versions.all()] == ["Ended", "As it was before"]


def test_checked_within_90_days_or_marked() -> None:
    today = timezone.localdate()
    assert CHECK_VALID_FOR.days == 90
    marks = [
        build_card(ServiceFactory.build(assured_date=day), None).is_check_overdue
        for day in (None, today - 91 * DAY, today)
    ]
    assert marks == [True, True, False]
    assert not build_card(ServiceFactory.build(assured_date=today - 90 * DAY), None).is_check_overdue


def test_the_emails_leave_as_jobs() -> None:
    kept()
    go(TODAY)
    with at(TODAY):
        assert "deliver_message" in run_jobs()
    assert Message.objects.get().sent_at


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ask_once() -> None:
    """The second waits for the first, and then finds nothing to do."""
    import threading

    from django.db import connection

    service = kept()
    counts: list[int] = []

    def work() -> None:
        try:
            with transaction.atomic():
                counts.append(freshness.ask_group(service.agency, TODAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 1]
    assert asks(service) == 1
