"""A resident books a place without an account, and comes back to it by a link or a code."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from factory import LazyFunction

from agencies.models import Author, Hand, Message
from bookings.actions import move_booking
from bookings.actions.links import CODE_ALPHABET, CODE_LENGTH, create_code, create_link, find_link
from bookings.models import NAMES_SHOWN_FOR, Booking, BookingLink, BookingMove
from bookings.states import Actor, BookingStatus
from bookings.views.booking import MAX_BOOKINGS_PER_HOUR, MAX_CODE_TRIES_PER_HOUR
from config.http import hash_token
from directory.models import Session
from tests.factories import ServiceFactory, SessionFactory, UserFactory, booked

PERSON = Author(Hand.PERSON, "The person")


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def url(session: Session) -> str:
    return f"/activities/sessions/{session.pk}/book/"


def typed(**changed: Any) -> dict[str, Any]:
    return {"name": "Joan Whitfield", "email": "joan@home.example.org", "phone": "", "note": ""} | {
        "key": str(uuid.uuid4()),
        **changed,
    }


def a_minute_ago() -> datetime:
    return timezone.now() - timedelta(minutes=1)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- Booking ----------------------------------------------------------------------------------------


def test_the_page_says_what_when_and_how_long_names_are_kept(client: Client) -> None:
    session = SessionFactory(note="Bring a warm coat", service__agency__name="Millbrook Growers")
    shown = text(client.get(url(session)))
    assert "10:30am" in shown
    assert "5 places left" in shown
    assert "Bring a warm coat" in shown
    assert "Only Millbrook Growers sees what you write, for 4 weeks" in shown
    assert "After 90 days your name and contact are deleted" in shown


def test_one_way_to_be_reached_is_asked_for_and_neither_says_what_that_means(client: Client) -> None:
    shown = text(client.get(url(SessionFactory())))
    assert "How can we reach you? Give one of these E-mail address We write" in shown
    assert "Look here with your code each day" in shown
    assert shown.count("(optional)") == 1  # what they should know


def test_books_a_place(client: Client) -> None:
    """given room, when somebody books with an e-mail address, then they have a place and a link in an e-mail"""
    session = SessionFactory()
    UserFactory(name="Joan Whitfield", email="joan@home.example.org")  # no e-mail to a resident greets by name
    response = client.post(url(session), typed(note="I use a wheelchair"), follow=True)
    assert "Your place is booked" in text(response)
    booking = Booking.objects.get()
    assert (booking.status, booking.name, booking.email) == (
        BookingStatus.BOOKED,
        "Joan Whitfield",
        "joan@home.example.org",
    )
    assert booking.note == "I use a wheelchair"
    session.refresh_from_db()
    assert session.taken == 1
    message = Message.objects.get()
    assert message.to == "joan@home.example.org"
    token = re.search(r"/bookings/([\w-]+)/", message.body)[1]  # type: ignore[index]
    link = find_link(token)
    assert link
    assert link.booking == booking
    assert link.repeat is None
    assert "Joan" not in message.body


def test_no_row_that_stays_names_who_booked(client: Client) -> None:
    client.post(url(SessionFactory()), typed())
    move = BookingMove.objects.get()
    assert (move.author_name, move.hand) == ("The person", Hand.PERSON)


def test_only_the_hash_of_a_link_is_kept(client: Client) -> None:
    response = client.post(url(SessionFactory()), typed())
    token = response.url.split("/")[2]
    assert not BookingLink.objects.filter(token_hash=token).exists()
    assert BookingLink.objects.filter(token_hash=hash_token(token)).exists()


def test_a_double_click_books_once(client: Client) -> None:
    session, said = SessionFactory(places=1), typed()
    pages = [client.post(url(session), said, follow=True) for _ in range(2)]
    assert ["Your place is booked" in text(page) for page in pages] == [True, True]
    assert Booking.objects.count() == 1
    assert Message.objects.count() == 1


def test_a_full_session_gives_a_number(client: Client) -> None:
    session = SessionFactory(places=1)
    booked(session)
    booked(session, "Ada Byron")
    assert "Join the waiting list" in text(client.get(url(session)))
    response = client.post(url(session), typed(), follow=True)
    assert "You are number 2 on the waiting list" in text(response)
    assert "number 2 on the waiting list" in Message.objects.get(to="joan@home.example.org").body


def test_neither_phone_nor_e_mail_gets_a_code(client: Client) -> None:
    """given somebody with neither, when they book, then a code is shown that opens the booking again"""
    session = SessionFactory()
    response = client.post(url(session), typed(email="", neither="on"), follow=True)
    shown = re.search(rf"([{CODE_ALPHABET}]{{5}})-([{CODE_ALPHABET}]{{5}})", text(response))
    assert shown
    code = f"{shown[1].lower()} {shown[2].lower()}"
    again = Client().post("/bookings/", {"code": code}, follow=True)
    assert "You have a place" in text(again)
    assert Message.objects.count() == 0


def test_a_phone_number_gets_a_code_too(client: Client) -> None:
    response = client.post(url(SessionFactory()), typed(email="", phone="07700900123"), follow=True)
    assert "Your code" in text(response)
    assert Booking.objects.get().phone == "07700 900123"


def test_one_contact_is_enough_and_only_one_is_kept(client: Client) -> None:
    client.post(url(SessionFactory()), typed(phone="07700 900123"))
    booking = Booking.objects.get()
    assert (booking.email, booking.phone) == ("joan@home.example.org", "")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Enter your name"),
        ({"email": ""}, "Enter an e-mail address or a phone number"),
        ({"email": "joan at home"}, "Enter an e-mail address like"),
        ({"email": "", "phone": "12"}, "Enter a UK phone number"),
        ({"note": "x" * 301}, "Use 300 characters or fewer"),
        ({"key": "no"}, "We could not tell whether this was sent before"),
        ({"email": "a\0b@home.example.org"}, "There is a problem"),
    ],
)
def test_bad_input_is_asked_again_and_nothing_is_lost(client: Client, changed: dict[str, str], words: str) -> None:
    said = typed(note="With my carer") | changed
    response = client.post(url(SessionFactory()), said)
    assert response.status_code == 422
    assert words in text(response)
    assert said["note"] in response.content.decode()
    assert not Booking.objects.exists()


def test_the_same_browser_is_asked_whether_it_is_for_another(client: Client) -> None:
    """given a booking, when the same browser books with the same contact, then it is told the date, and may go on"""
    session = SessionFactory()
    client.post(url(session), typed())
    again = client.post(url(session), typed(email="JOAN@home.example.org"))
    assert again.status_code == 422
    made = Booking.objects.get().made_at
    assert f"You booked this session on {timezone.localtime(made).day} " in text(again)
    for_another = client.post(url(session), typed(name="Fred Whitfield", another="on"), follow=True)
    assert "Your place is booked" in text(for_another)
    assert Booking.objects.count() == 2


def test_nobody_else_learns_who_has_booked(client: Client) -> None:
    """given a booking, when a stranger types the same contact, then the page says nothing about the other"""
    session = SessionFactory()
    booked(session, email="joan@home.example.org")
    response = client.post(url(session), typed(), follow=True)
    assert "Your place is booked" in text(response)
    assert "another person" not in text(response)
    first, second = Message.objects.order_by("created_at")
    assert second.to == first.to
    assert second.subject.startswith("You have a place already")  # it was booked twice, and said in a second e-mail
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cancelled_at": LazyFunction(timezone.now), "cancelled_why": "The hall is flooded."}, "The hall is flooded."),
        ({"starts_at": LazyFunction(a_minute_ago)}, "This session has begun"),
        ({"service__bookable": False}, "does not take bookings here"),
        ({"service__status": "temporarily closed"}, "closed for now"),
    ],
)
def test_what_cannot_be_booked_says_why(client: Client, changed: dict[str, Any], words: str) -> None:
    session = SessionFactory(**changed)
    for response in (client.get(url(session)), client.post(url(session), typed())):
        assert response.status_code == 410
        assert words in text(response)
    assert not Booking.objects.exists()


def test_a_pause_that_ends_before_it_takes_bookings(client: Client) -> None:
    session = SessionFactory(service__status="temporarily closed", service__paused_until=timezone.localdate())
    assert client.get(url(session)).status_code == 200


@pytest.mark.parametrize(
    "hidden", [{"published_at": None}, {"hidden_at": LazyFunction(timezone.now)}, {"status": "inactive"}]
)
def test_a_session_of_what_is_not_listed_is_not_found(client: Client, hidden: dict[str, Any]) -> None:
    session = SessionFactory(service=ServiceFactory(bookable=True, **hidden))
    assert client.get(url(session)).status_code == 404
    assert client.post(url(session), typed()).status_code == 404
    gone = client.get(f"/activities/sessions/{uuid.uuid4()}/book/")
    assert gone.status_code == 404
    assert "This date is no longer there" in text(gone)
    assert b'href="/activities/"' in gone.content


def test_the_wrong_verb_is_refused(client: Client) -> None:
    assert client.put(url(SessionFactory())).status_code == 405
    assert client.delete("/bookings/x/").status_code == 405
    assert client.put("/bookings/").status_code == 405


def test_one_network_cannot_fill_a_place(client: Client) -> None:
    session = SessionFactory(places=None)
    for n in range(MAX_BOOKINGS_PER_HOUR):
        assert client.post(url(session), typed(email=f"n{n}@home.example.org")).status_code == 302
    assert client.post(url(session), typed(email="last@home.example.org")).status_code == 429
    assert Booking.objects.count() == MAX_BOOKINGS_PER_HOUR


# --- Coming back --------------------------------------------------------------------------------------


def page_of(booking: Booking) -> str:
    return f"/bookings/{create_link(booking)}/"


def test_a_link_shows_the_place_and_is_kept_out_of_search_engines(client: Client) -> None:
    response = client.get(page_of(booked(SessionFactory())))
    assert "You have a place" in text(response)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_reading_changes_nothing(client: Client) -> None:
    """given an offer, when a mail scanner opens the link, then it is still an offer"""
    session = SessionFactory(places=1)
    first, second = booked(session), booked(session, "Ada Byron", email="ada@home.example.org")
    move_booking(first, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    for _ in range(3):
        assert "A place has come free for you" in text(client.get(page_of(second)))
    second.refresh_from_db()
    assert second.status == BookingStatus.OFFERED


def test_cancelling_frees_the_place_for_the_next(client: Client) -> None:
    session = SessionFactory(places=1)
    first, second = booked(session), booked(session, "Ada Byron", email="ada@home.example.org")
    page = page_of(first)
    response = client.post(page, {"deed": "cancel", "key": str(uuid.uuid4())}, follow=True)
    assert "This booking is cancelled" in text(response)
    second.refresh_from_db()
    assert second.status == BookingStatus.OFFERED
    offer = Message.objects.filter(to="ada@home.example.org", subject__startswith="A place has come free").get()
    assert "It is held for you until" in offer.body


def test_cancelling_twice_says_the_same(client: Client) -> None:
    page, said = page_of(booked(SessionFactory())), {"deed": "cancel", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(page, said).status_code == 302
    assert client.post(page, {"deed": "cancel", "key": str(uuid.uuid4())}).status_code == 302
    assert BookingMove.objects.filter(after=BookingStatus.CANCELLED).count() == 1


def test_yes_to_an_offer_takes_the_place(client: Client) -> None:
    session = SessionFactory(places=1)
    first, second = booked(session), booked(session, "Ada Byron", email="ada@home.example.org")
    move_booking(first, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    response = client.post(page_of(second), {"deed": "accept", "key": str(uuid.uuid4())}, follow=True)
    assert "You have a place" in text(response)
    session.refresh_from_db()
    assert session.taken == 1


def test_no_to_an_offer_passes_it_on(client: Client) -> None:
    session = SessionFactory(places=1)
    first, second, third = booked(session), booked(session, "Ada Byron"), booked(session, "Cy Twombly")
    move_booking(first, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    client.post(page_of(second), {"deed": "cancel", "key": str(uuid.uuid4())})
    third.refresh_from_db()
    assert third.status == BookingStatus.OFFERED


def test_yes_without_an_offer_is_refused(client: Client) -> None:
    session = SessionFactory(places=1)
    booked(session)
    waits = booked(session, "Ada Byron")
    response = client.post(page_of(waits), {"deed": "accept"})
    assert response.status_code == 409
    assert "This booking is now: on the waiting list." in text(response)
    waits.refresh_from_db()
    assert waits.status == BookingStatus.WAITING


def test_a_deed_nobody_knows_changes_nothing(client: Client) -> None:
    booking = booked(SessionFactory())
    assert client.post(page_of(booking), {"deed": "attended"}).status_code == 409
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED


def test_after_the_beginning_it_cannot_be_cancelled(client: Client) -> None:
    session = SessionFactory()
    page = page_of(booked(session))
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    assert client.post(page, {"deed": "cancel"}).status_code == 409


@pytest.mark.parametrize("token", ["nothing", "x" * 43, "ABCDEFGHJK", "%00", "é"])
def test_a_stranger_finds_nothing(client: Client, token: str) -> None:
    assert client.get(f"/bookings/{token}/").status_code == 404


def test_some_weeks_after_the_link_ends(client: Client) -> None:
    session = SessionFactory()
    page = page_of(booked(session))
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - NAMES_SHOWN_FOR - timedelta(hours=1))
    assert client.get(page).status_code == 404


def test_each_state_has_a_page(client: Client) -> None:
    booking = booked(SessionFactory())
    page = page_of(booking)
    for status in BookingStatus:
        Booking.objects.filter(pk=booking.pk).update(status=status, offered_until=timezone.now())
        assert client.get(page).status_code == 200


# --- The code -----------------------------------------------------------------------------------------


def test_a_wrong_code_is_asked_again(client: Client) -> None:
    response = client.post("/bookings/", {"code": "ABCDE-FGHJK"})
    assert response.status_code == 422
    assert "We do not know this code" in text(response)


def test_codes_cannot_be_tried_out(client: Client) -> None:
    code = create_code(booked(SessionFactory()))
    for n in range(MAX_CODE_TRIES_PER_HOUR):
        client.post("/bookings/", {"code": f"WR0NG{n:05}"})
    assert client.post("/bookings/", {"code": code}).status_code == 429


def test_a_code_has_no_letter_that_is_read_for_another() -> None:
    code = create_code(booked(SessionFactory()))
    assert len(code) == CODE_LENGTH
    assert not set(code) & set("01OIl")
