"""The dates of a listing: seen, moved, cancelled, added; who booked hears it."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from bookings.actions import move_booking
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from config.working_days import bank_holidays
from directory.catalogue.timetable import sync_sessions
from directory.hooks import on_session_changed
from directory.models import Schedule, Service, Session
from tests.directory.own import a_listing, posted, verified
from tests.factories import MembershipFactory, ServiceFactory, SessionFactory, booked, teammate
from tests.queries import assert_max_queries


@pytest.fixture
def walk(provider):
    walk = a_listing(verified(provider), places=6)
    sync_sessions(walk)
    return walk


@pytest.fixture
def first(walk):
    return Session.objects.order_by("on").first()


@pytest.fixture
def heard():
    said = []
    listener = on_session_changed.register(lambda session, what: said.append(what))
    yield said
    on_session_changed.unregister(listener)


def url(row, name="session"):
    return reverse(f"directory:{name}", args=[row.pk])


def save(client, row, name="session", /, **values):
    return client.post(url(row, name), posted(client.get(url(row, name)).context["form"], **values))


def test_the_list_says_when_where_and_how_many_are_in(client_of, provider, walk, first):
    Session.objects.filter(pk=first.pk).update(taken=6, note="Bring a coat")
    page = client_of(provider).get(url(walk, "sessions"))
    text = " ".join(page.text.split())
    assert "6 of 6 taken" in text
    assert "Full" in text
    assert "0 of 6 taken" in text
    assert "Bring a coat" in text
    assert "10:30am to midday" in text
    assert reverse("bookings:register", args=[first.pk]) not in text, "Not yet"
    assert len(page.context["coming"]) == 12


def test_given_a_session_is_today_then_its_register_is_beside_it(client_of, provider, walk):
    soon = SessionFactory(service=walk, starts_at=timezone.now() + datetime.timedelta(minutes=30))
    assert reverse("bookings:register", args=[soon.pk]) in client_of(provider).get(url(walk, "sessions")).text


def test_given_a_session_was_then_who_came_can_be_written_down(client_of, provider, walk):
    over = SessionFactory(service=walk, starts_at=timezone.now() - datetime.timedelta(hours=3))
    page = client_of(provider).get(url(walk, "sessions"))
    assert "Write down who came" in page.text
    assert client_of(provider).get(url(over)).status_code == 404, "What is over is not changed"


def test_given_a_full_session_then_it_says_who_waits_and_who_is_to_be_rung(client_of, provider, walk, first):
    Service.objects.update(bookable=True)
    Session.objects.filter(pk=first.pk).update(places=1)
    first.refresh_from_db()
    joan = booked(first, email="joan@home.example.org")
    for name in ("Ada", "Ben", "Cem"):
        booked(first, name)
    client = client_of(provider)
    text = " ".join(client.get(url(walk, "sessions")).text.split())
    assert "3 waiting" in text
    assert "to ring" not in text
    assert "to be rung" not in client.get("/listings/").text
    move_booking(joan, BookingStatus.CANCELLED, by=Author.of(provider), mover=Actor.GROUP)
    text = " ".join(client.get(url(walk, "sessions")).text.split())
    assert "2 waiting" in text
    assert "1 to ring" in text
    page = client.get("/listings/").text
    assert "1 person waits to be rung" in page
    assert reverse("bookings:session_bookings", args=[first.pk]) in page
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    assert "to be rung" not in stranger.get("/listings/").text


# --- Dates in doubt -------------------------------------------------------------------------------------


@pytest.fixture
def holiday(walk):
    """A session that its pattern lays on a bank holiday, as the night finds it."""
    Service.objects.update(bookable=True)
    day = timezone.localdate() + datetime.timedelta(days=2)
    while day not in bank_holidays("ENG"):
        day += datetime.timedelta(days=1)
    Session.objects.all().delete()  # the pattern's own may lie on others
    starts_at = datetime.datetime.combine(day, datetime.time(10, 30), timezone.get_default_timezone())
    return SessionFactory(
        service=walk, on=day, starts_at=starts_at, ends_at=None, places=6, check_first="It is a bank holiday"
    )


def test_given_a_date_in_doubt_then_nobody_can_book_it_until_the_group_says_yes(
    client, client_of, provider, walk, holiday
):
    page = client.get(reverse("directory:service", args=[walk.pk])).text
    assert "Check first." in page
    assert reverse("bookings:book", args=[holiday.pk]) not in page
    assert "has not said yet" in client.get(reverse("bookings:book", args=[holiday.pk])).text
    group, at = client_of(provider), url(walk, "sessions")
    assert "1 date to check" in group.get("/listings/").text
    assert "to check" not in client_of(MembershipFactory(role=Role.PROVIDER)).get("/listings/").text
    text = " ".join(group.get(at).text.split())
    assert "Is it on this day?" in text
    assert "It is a bank holiday" in text
    for _ in range(2):
        answer = group.post(at, {"session": str(holiday.pk), "answer": "on"}, follow=True)
    assert "Is it on this day?" not in answer.text
    assert "to check" not in group.get("/listings/").text
    holiday.refresh_from_db()
    assert holiday.confirmed_at is not None
    page = client.get(reverse("directory:service", args=[walk.pk])).text
    assert "Check first." not in page
    assert reverse("bookings:book", args=[holiday.pk]) in page


def test_given_a_date_in_doubt_then_one_press_takes_it_off_and_who_booked_is_told(client_of, provider, walk, holiday):
    holiday.confirmed_at = timezone.now()
    holiday.save()
    joan = booked(holiday, email="joan@home.example.org")
    Session.objects.update(confirmed_at=None)
    client, at = client_of(provider), url(walk, "sessions")
    assert "If you take it off: 1 is told by e-mail." in " ".join(client.get(at).text.split())
    for _ in range(2):
        page = client.post(at, {"session": str(holiday.pk), "answer": "off"}, follow=True)
    assert "Is it on" not in page.text
    holiday.refresh_from_db()
    joan.refresh_from_db()
    assert (holiday.cancelled_why, joan.status) == ("Not on this day", BookingStatus.CALLED_OFF)


@pytest.mark.parametrize("answer", ["on", "off", "", "x"])
def test_given_it_was_set_by_hand_or_not_ticked_then_it_stands(client_of, provider, walk, holiday, answer):
    client, at = client_of(provider), url(walk, "sessions")
    client.post(at, {"session": ["x", "\0", str(walk.pk)], "answer": answer})
    Session.objects.update(changed=True)
    client.post(at, {"session": str(holiday.pk), "answer": answer})
    assert "Is it on this day?" not in client.get(at).text
    holiday.refresh_from_db()
    assert (holiday.cancelled_at, holiday.confirmed_at) == (None, None)


def test_a_stranger_answers_for_nobody(client_of, walk, holiday):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    response = stranger.post(url(walk, "sessions"), {"session": str(holiday.pk), "answer": "on"})
    assert response.status_code == 404
    holiday.refresh_from_db()
    assert holiday.confirmed_at is None


def test_the_night_lays_christmas_out_as_in_doubt(walk):
    with time_machine.travel(datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC)):
        Schedule.objects.update(byday="TU,FR", notes="")
        Session.objects.all().delete()
        sync_sessions(walk)
        assert dict(Session.objects.exclude(check_first="").values_list("on", "check_first")) == {
            datetime.date(2026, 12, 25): "It is a bank holiday (Christmas Day)",
            datetime.date(2027, 1, 1): "It is a bank holiday (New Year's Day)",
        }
        Session.objects.filter(on="2026-12-25").update(confirmed_at=timezone.now())
        sync_sessions(walk)
        assert not Session.objects.get(on="2026-12-25").is_in_doubt
        Schedule.objects.update(notes="Not on bank holidays")
        sync_sessions(walk)
        assert not Session.objects.filter(on="2026-12-25").exists()


def test_the_statements_are_few_however_many_sessions(client_of, provider, walk):
    client = client_of(provider)
    client.get(url(walk, "sessions"))
    with assert_max_queries(17):  # seven are the number on the tab of what waits
        client.get(url(walk, "sessions"))


# --- One session ----------------------------------------------------------------------------------------


def test_given_another_time_then_it_moves_those_booked_hear_and_the_pattern_leaves_it(
    client_of, provider, walk, first, heard
):
    response = save(client_of(provider), first, opens_at="2pm", closes_at="3.30pm")
    assert response.url == url(walk, "sessions")
    first.refresh_from_db()
    assert (timezone.localtime(first.starts_at).hour, first.changed, heard) == (14, True, ["moved"])
    sync_sessions(walk)
    first.refresh_from_db()
    assert timezone.localtime(first.starts_at).hour == 14


def test_given_somebody_once_booked_when_the_days_change_then_the_session_stays_cancelled_until_the_day_comes_back(
    walk, first
):
    Service.objects.filter(pk=walk.pk).update(bookable=True)
    Booking.objects.filter(pk=booked(Session.objects.get(pk=first.pk)).pk).update(status="cancelled")
    Session.objects.filter(pk=first.pk).update(taken=0)
    for days, why in (("TH", "The days have changed"), ("TU", "")):
        walk.schedules.update(byday=days)
        sync_sessions(walk)
        first.refresh_from_db()
        assert (first.cancelled_at is not None, first.cancelled_why) == (bool(why), why)


def test_given_another_day_then_the_pattern_puts_nothing_in_its_place(client_of, provider, walk, first):
    day = first.on + datetime.timedelta(days=1)
    save(client_of(provider), first, on_day=day.day, on_month=day.month, on_year=day.year)
    sync_sessions(walk)
    assert Session.objects.count() == 12
    first.refresh_from_db()
    assert timezone.localdate(first.starts_at) == day


def test_given_more_places_then_who_waits_hears_and_given_a_note_then_nobody(client_of, provider, walk, first, heard):
    save(client_of(provider), first, note="Bring a coat")
    first.refresh_from_db()
    assert (first.note, first.changed, heard) == ("Bring a coat", False, [])
    save(client_of(provider), first, places="9")
    first.refresh_from_db()
    assert (first.places, first.changed, heard) == (9, True, ["places"])


def test_given_fewer_places_than_are_booked_then_it_says_how_many(client_of, provider, first, heard):
    Session.objects.filter(pk=first.pk).update(taken=4)
    page = save(client_of(provider), first, places="3")
    assert page.status_code == 422
    assert "4 people are booked" in page.text
    assert heard == []


def test_given_two_at_once_then_the_second_is_told_and_may_save_theirs(client_of, provider, first):
    mine, theirs = client_of(provider), client_of(teammate(provider))
    form = mine.get(url(first)).context["form"]
    save(theirs, first, places="8")
    page = mine.post(url(first), posted(form, places="10"))
    assert page.status_code == 422
    assert "Somebody changed this session while you were writing" in page.text
    assert "8 places" in page.text
    assert mine.post(url(first), posted(page.context["form"])).status_code == 302
    first.refresh_from_db()
    assert first.places == 10


def test_given_a_double_click_then_those_booked_are_told_once(client_of, provider, first, heard):
    client = client_of(provider)
    body = posted(client.get(url(first)).context["form"], opens_at="2pm", closes_at="3pm")
    assert client.post(url(first), body).status_code == client.post(url(first), body).status_code == 302
    assert heard == ["moved"]


BAD = [
    ({"opens_at": ""}, "Enter the time it begins"),
    ({"opens_at": "2:30"}, "add am or pm"),
    ({"on_day": "31", "on_month": "2"}, "no 31 February"),
    ({"on_day": "1", "on_month": "1", "on_year": "2020"}, "must be today or in the future"),
    ({"on_day": "1", "on_month": "1", "on_year": "2199"}, "within the next two years"),
    ({"places": "0"}, "greater than or equal to 1"),
    ({"note": "x" * 301}, "300 characters or fewer"),
]


@pytest.mark.parametrize(("values", "words"), BAD)
def test_given_bad_input_then_422_and_nothing_changes(client_of, provider, walk, first, values, words):
    for row, name in ((first, "session"), (walk, "new_session")):
        day = {"on_day": first.on.day, "on_month": first.on.month, "on_year": first.on.year}
        page = save(client_of(provider), row, name, **day | values)
        assert page.status_code == 422
        assert words in page.text
    assert Session.objects.filter(changed=True).count() == 0


# --- Cancelled, added -----------------------------------------------------------------------------------


def test_given_a_reason_then_it_is_cancelled_once_and_everybody_reads_why(client_of, provider, walk, first, heard):
    Session.objects.filter(pk=first.pk).update(taken=2)
    client = client_of(provider)
    assert "2 people are booked" in " ".join(client.get(url(first, "cancel_session")).text.split())
    for _ in range(2):
        assert client.post(url(first, "cancel_session"), {"why": "No key"}).status_code == 302
    assert heard == ["cancelled"]
    page = client.get(url(walk, "sessions"))
    assert "No key" in page.text
    assert "Cancelled" in page.text
    assert client.post(url(first, "cancel_session"), {"why": ""}).status_code == 422
    refused = client.post(url(first), posted(client.get(url(first)).context["form"], places="9"))
    assert refused.status_code == 422
    assert "cancelled (No key)" in refused.text


def test_given_a_date_of_its_own_then_it_is_there_once(client_of, provider, walk):
    client, day = client_of(provider), timezone.localdate() + datetime.timedelta(days=9)
    form = client.get(url(walk, "new_session")).context["form"]
    assert form["places"].value() == 6, "It begins as the pattern does"
    body = posted(
        form, on_day=day.day, on_month=day.month, on_year=day.year, opens_at="6pm", closes_at="8pm", note="Party"
    )
    for _ in range(2):
        assert client.post(url(walk, "new_session"), body).status_code == 302
    extra = Session.objects.get(schedule=None)
    assert (extra.on, extra.note, extra.places, extra.at_location) == (day, "Party", 6, walk.at_locations.get())
    sync_sessions(walk)
    assert Session.objects.filter(pk=extra.pk).exists()


# --- Whose ----------------------------------------------------------------------------------------------


def test_strangers_readers_teammates_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk, first):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    for at in (url(walk, "sessions"), url(walk, "new_session"), url(first), url(first, "cancel_session")):
        assert stranger.get(at).status_code == 404
        for reader in (gp, connector, steward):
            assert client_of(reader).get(at).status_code == 403
        assert client.get(at).status_code == 302
        assert client_of(teammate(provider)).get(at).status_code == 200
        assert client_of(provider).delete(at).status_code == 405
    feed = SessionFactory(service=ServiceFactory(agency=provider.agency, source="Another directory"))
    assert client_of(provider).get(url(feed)).status_code == 404
