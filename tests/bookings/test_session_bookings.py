"""Who has booked, for the group: the waiting list in order, and what the group may override."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Hand, Membership, Message
from bookings.actions import move_booking
from bookings.jobs import expire_offers_and_lists
from bookings.models import NAMES_SHOWN_FOR, Booking
from bookings.states import Actor, BookingStatus
from directory.models import Service, Session
from tests.factories import MembershipFactory, SessionFactory, booked, teammate

ClientOf = Callable[[Membership], Client]
PERSON = Author(Hand.PERSON, "The person")


@pytest.fixture
def session(provider: Membership) -> Session:
    return SessionFactory(service__agency=provider.agency, places=1)


def url(session: Session) -> str:
    return f"/listings/sessions/{session.pk}/bookings/"


def deed(booking: Booking, name: str) -> str:
    return f"/listings/bookings/{booking.pk}/{name}/"


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_shows_places_and_the_waiting_list_in_order(
    client_of: ClientOf, provider: Membership, session: Session
) -> None:
    for name in ("Joan Whitfield", "Zed First", "Ada Second"):
        booked(session, name)
    shown = text(client_of(provider).get(url(session)))
    assert "1 of 1 places are taken" in shown
    assert "1. Zed First" in shown
    assert "2. Ada Second" in shown
    assert "07700 900123" in shown
    assert "same contact as another booking" in shown


def test_gives_a_place_to_whoever_the_group_chooses(
    client_of: ClientOf, provider: Membership, session: Session
) -> None:
    """given a full session and two who wait, when the group lets the second in, then the session has a place more"""
    booked(session)
    first, second = booked(session, "Zed First"), booked(session, "Ada Second", email="ada@home.example.org")
    client, said = client_of(provider), {"key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(deed(second, "give-place"), said).status_code == 302
    session.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (session.places, session.taken) == (2, 2)
    assert (first.status, second.status) == (BookingStatus.WAITING, BookingStatus.BOOKED)
    assert Message.objects.filter(to="ada@home.example.org", subject__startswith="There is a place").count() == 1


def test_takes_somebody_off_with_a_word_why(client_of: ClientOf, provider: Membership, session: Session) -> None:
    joan, next_one = booked(session, email="joan@home.example.org"), booked(session, "Zed First")
    client = client_of(provider)
    assert "They are told by e-mail" in text(client.get(deed(joan, "take-off")))
    said = {"words": "You asked us to.", "key": str(uuid.uuid4())}
    for _ in range(2):
        client.post(deed(joan, "take-off"), said)
    joan.refresh_from_db()
    next_one.refresh_from_db()
    assert (joan.status, next_one.status) == (BookingStatus.CANCELLED, BookingStatus.OFFERED)
    told = Message.objects.get(to="joan@home.example.org", subject__startswith="You are off the list")
    assert "You asked us to." in told.body
    assert joan.moves.get(after=BookingStatus.CANCELLED).author_name == provider.user.name


def test_books_for_somebody_who_rings(client_of: ClientOf, provider: Membership, session: Session) -> None:
    client, said = client_of(provider), {"name": "Joan", "contact": "07700900123", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(url(session), said).status_code == 302
    joan = Booking.objects.get()
    assert (joan.status, joan.phone) == (BookingStatus.BOOKED, "07700 900123")
    client.post(url(session), {"name": "Ada", "contact": "ada@home.example.org", "key": str(uuid.uuid4())})
    assert Booking.objects.get(name="Ada").status == BookingStatus.WAITING
    assert Message.objects.filter(to="ada@home.example.org").count() == 1


def test_a_session_that_is_cancelled_takes_nobody(client_of: ClientOf, provider: Membership, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now())
    said = {"name": "Joan", "contact": "07700900123", "key": str(uuid.uuid4())}
    response = client_of(provider).post(url(session), said)
    assert response.status_code == 422
    assert "This session is cancelled" in text(response)
    assert not Booking.objects.exists()


def test_bad_input_is_asked_again(client_of: ClientOf, provider: Membership, session: Session) -> None:
    for said in ({"name": ""}, {"name": "Joan", "contact": "at home"}, {"name": "Joan", "contact": "a@b@c"}):
        response = client_of(provider).post(url(session), said | {"key": str(uuid.uuid4())})
        assert response.status_code == 422
        assert said.get("contact", "") in response.content.decode()
    assert not Booking.objects.exists()


def test_who_has_no_e_mail_is_rung_by_the_group(client_of: ClientOf, provider: Membership, session: Session) -> None:
    """given an offer to somebody with a phone alone, then the group hears that there is a call to make, and notes it"""
    joan, waits = booked(session), booked(session, "Zed First", phone="07700 900456")
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    client = client_of(provider)
    shown = text(client.get(url(session)))
    assert "Zed First : 07700 900456" in shown
    assert "A place has come free" in shown
    hint = Message.objects.get(to=session.service.referral_email)
    assert "Zed" not in hint.body + hint.subject
    call = Message.objects.get(channel="call")
    told = f"/listings/sessions/{session.pk}/told/{call.pk}/"
    for _ in range(2):
        assert client.post(told).status_code == 302
    assert "To ring" not in text(client.get(url(session)))
    client.post(deed(waits, "give-place"), {"key": str(uuid.uuid4())})  # "They said yes"
    waits.refresh_from_db()
    assert waits.status == BookingStatus.BOOKED


def test_who_can_be_told_nowhere_is_told_at_the_door(
    client_of: ClientOf, provider: Membership, session: Session
) -> None:
    """given a place freed for somebody without phone or e-mail, then the group hears, and it is held till noon"""
    joan = booked(session, email="joan@home.example.org")
    nora, after = booked(session, "Nora None", email=""), booked(session, "Zed Next", email="zed@home.example.org")
    Service.objects.filter(pk=session.service_id).update(offer_hours=200)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() + timedelta(days=20), ends_at=None)
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    nora.refresh_from_db()
    held_until = timezone.localtime(nora.offered_until)
    assert nora.status == BookingStatus.OFFERED
    assert (held_until.date(), held_until.hour) == (timezone.localdate() + timedelta(days=1), 12)
    client = client_of(provider)
    shown = text(client.get(url(session)))
    assert "Nora None left no phone or e-mail: tell them at the door, or give the place to the next" in shown
    hint = Message.objects.get(to=session.service.referral_email)
    assert "tell them at the door" in hint.body
    assert "Nora" not in hint.body + hint.subject
    client.post(deed(nora, "take-off"), {"words": "", "key": str(uuid.uuid4())})
    after.refresh_from_db()
    assert after.status == BookingStatus.OFFERED
    assert "To ring" not in text(client.get(url(session)))


def test_who_can_be_told_nowhere_is_passed_over_after_noon(session: Session) -> None:
    joan = booked(session)
    nora, after = booked(session, "Nora None", email=""), booked(session, "Zed Next")
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    nora.refresh_from_db()
    assert nora.offered_until
    expire_offers_and_lists(nora.offered_until)
    nora.refresh_from_db()
    after.refresh_from_db()
    assert (nora.status, after.status) == (BookingStatus.LAPSED, BookingStatus.OFFERED)


def test_a_call_that_later_news_overtakes_is_not_made(
    client_of: ClientOf, provider: Membership, session: Session
) -> None:
    """given an offer to be rung through, when the place is theirs already, then nobody is asked to ring"""
    joan, waits = booked(session), booked(session, "Zed First", phone="07700 900456")
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    move_booking(waits, BookingStatus.BOOKED, by=PERSON, mover=Actor.PERSON)
    assert "To ring" not in text(client_of(provider).get(url(session)))


def test_after_the_beginning_nothing_is_overridden(client_of: ClientOf, provider: Membership, session: Session) -> None:
    booked(session)
    waits = booked(session, "Zed First")
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=5))
    client = client_of(provider)
    client.post(deed(waits, "give-place"), {"key": str(uuid.uuid4())})
    client.post(deed(waits, "take-off"), {"key": str(uuid.uuid4()), "words": ""})
    waits.refresh_from_db()
    assert waits.status == BookingStatus.WAITING
    assert "give-place" not in client.get(url(session)).content.decode()


def test_names_are_gone_after_some_weeks(client_of: ClientOf, provider: Membership, session: Session) -> None:
    joan = booked(session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - NAMES_SHOWN_FOR - timedelta(hours=1))
    assert "Joan Whitfield" not in text(client_of(provider).get(url(session)))
    assert client_of(provider).get(deed(joan, "take-off")).status_code == 404


def test_a_teammate_may_a_stranger_may_not(client_of: ClientOf, provider: Membership, session: Session) -> None:
    joan, waits = booked(session), booked(session, "Zed First")
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    call = Message.objects.get(channel="call")
    assert client_of(teammate(provider)).get(url(session)).status_code == 200
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    assert stranger.get(url(session)).status_code == 404
    assert stranger.post(f"/listings/sessions/{session.pk}/told/{call.pk}/").status_code == 404
    for name in ("give-place", "take-off"):
        assert stranger.post(deed(waits, name), {"key": str(uuid.uuid4())}).status_code == 404
    waits.refresh_from_db()
    assert waits.status == BookingStatus.OFFERED


def test_another_sessions_call_is_not_noted_here(client_of: ClientOf, provider: Membership, session: Session) -> None:
    elsewhere = SessionFactory(places=1)
    joan = booked(elsewhere)
    booked(elsewhere, "Zed First")
    move_booking(joan, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    call = Message.objects.get(channel="call")
    client_of(provider).post(f"/listings/sessions/{session.pk}/told/{call.pk}/")
    call.refresh_from_db()
    assert call.sent_at is None


def test_without_the_permission_and_with_the_wrong_verb(
    client_of: ClientOf, provider: Membership, connector: Membership, session: Session
) -> None:
    joan = booked(session)
    assert client_of(connector).get(url(session)).status_code == 403
    assert client_of(provider).get(deed(joan, "give-place")).status_code == 405
    assert client_of(provider).put(url(session)).status_code == 405
    assert client_of(provider).get(f"/listings/sessions/{session.pk}/told/{uuid.uuid4()}/").status_code == 405
