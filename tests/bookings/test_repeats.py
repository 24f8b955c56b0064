"""Somebody booked who books again: a message to their contact, one place in the line, and no stranger learns of it."""

import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Membership, Message
from bookings.actions import move_booking
from bookings.actions.book import is_same_name, normalise_contacts
from bookings.models import Booking, BookingLink
from bookings.states import Actor, BookingStatus
from directory.models import Session
from tests.factories import SessionFactory, booked

MAIL, PHONE = {"email": "joan@home.example.org"}, {"email": "", "phone": "07700 900123"}
SAME_CONTACTS = [
    (MAIL, {"email": "JOAN@HOME.example.org"}),
    (MAIL, {"email": "Joan@Home.Example.ORG "}),
    (PHONE, {"email": "", "phone": "07700900123"}),
    (PHONE, {"email": "", "phone": "+44 7700 900123"}),
    (PHONE, {"email": "", "phone": "0044 7700 900 123"}),
    (PHONE, {"email": "", "phone": "(07700) 900-123"}),
    (PHONE, {"email": "", "phone": "+44 (0)7700 900123"}),
]
SAME_NAMES = [
    "Joan Whitfield",
    "joan  whitfield",
    "JOAN WHITFIELD",
    "Mrs Joan Whitfield",
    "J. Whitfield",
    "Joan",
    "Whitfield, Joan",
    "Joan Whitfeild",
]
OTHER_NAMES = ["Peter Whitfield", "John Whitfield", "Priya Shah", "Fred", "Jo-Ann Smith"]


def url(session: Session) -> str:
    return f"/activities/sessions/{session.pk}/book/"


def typed(**changed: str) -> dict[str, str]:
    return {"name": "Joan Whitfield", "email": "", "phone": "", "note": "", "key": str(uuid.uuid4())} | changed


def body(response: Any) -> str:
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    main = re.sub(r"[A-Z2-9]{5}-[A-Z2-9]{5}|value=\"[^\"]*\"|action=\"[^\"]*\"", "", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def ask(session: Session, client: Client | None = None, **changed: str) -> Any:
    return (client or Client()).post(url(session), typed(**changed), follow=True)


@pytest.mark.parametrize(("first", "again"), SAME_CONTACTS)
def test_the_same_contact_however_written_gets_a_message_and_no_second_place(first, again):
    session = SessionFactory(places=5)
    ask(session, **first)
    Message.objects.all().delete()
    assert ask(session, **again).status_code == 200
    session.refresh_from_db()
    assert (Booking.objects.count(), session.taken) == (1, 1)
    message = Message.objects.exclude(key__startswith="ring").get()
    assert message.subject.startswith("You have a place already")
    assert "You have a place already" in message.body
    if first.get("email"):
        assert message.to == "joan@home.example.org"
    else:
        assert (message.channel, "07700 900123" in message.to) == ("call", True)


@pytest.mark.parametrize("name", SAME_NAMES)
def test_the_same_name_however_written(name):
    assert is_same_name("Joan Whitfield", name)
    session = SessionFactory()
    ask(session, **PHONE)
    ask(session, name=name, **PHONE)
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_another_name_with_the_same_phone_is_another_person(name):
    session = SessionFactory()
    ask(session, **PHONE)
    ask(session, name=name, **PHONE)
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("contact", [MAIL, PHONE])
@pytest.mark.parametrize("full", [False, True])
def test_the_page_is_the_page_of_a_new_booking(contact, full):
    """given two sessions alike, one of which she has booked, then what a stranger reads in both is the same"""
    pages = []
    for there in (True, False):
        session = SessionFactory(service__name="Walks", service__agency__name="Green Gym", places=2 if full else 5)
        booked(session, "Ada Byron", phone="07700 900999")
        others = ["Bo Reed", "Cy Moss"] if full else []
        if there:
            ask(session, **contact)
        else:
            booked(session, "Zed Quill", phone="07700 900998")
        for name in others:
            booked(session, name, phone="07700 900997")
        stranger = Client()
        shown = ask(session, stranger, **contact)
        pages.append(body(shown))
        address = shown.redirect_chain[-1][0]
        pages.append(body(stranger.get(address.removesuffix("?new"))))
        pages.append(body(stranger.get(url(session))))
        ask(session, stranger, name="Di Hale", phone="07700 900996")
        pages.append(body(stranger.get(url(session))))
        stranger.post(address.removesuffix("?new"), {"deed": "cancel", "key": str(uuid.uuid4())})
        pages.append(body(stranger.get(url(session))))
        if there:
            assert Booking.objects.filter(session=session, name="Joan Whitfield").count() == 1
    assert ("number 3 on the waiting list" in pages[0]) == full
    assert pages[:5] == pages[5:], "a number tells them apart"


def test_who_waits_keeps_the_first_number_and_gets_no_second():
    session = SessionFactory(places=1)
    booked(session, "Ada Byron", phone="07700 900999")
    ask(session, **MAIL)
    booked(session, "Bo Reed", phone="07700 900998")
    ask(session, **MAIL)
    joan = Booking.objects.get(name="Joan Whitfield")
    assert joan.position == 1
    message = Message.objects.filter(to="joan@home.example.org").order_by("-created_at", "pk")[0]
    assert "You are number 1 on the waiting list already" in message.body
    assert Booking.objects.filter(session=session, status=BookingStatus.WAITING).count() == 2


def test_the_second_page_cancels_nothing_and_its_owner_hears_of_it():
    """given a stranger with the page of a second booking, when they cancel, then the first stands"""
    session = SessionFactory()
    ask(session, **MAIL)
    stranger = Client()
    address = ask(session, stranger, **MAIL).redirect_chain[-1][0].removesuffix("?new")
    for _ in range(2):
        page = stranger.post(address, {"deed": "cancel", "key": str(uuid.uuid4())}, follow=True)
    assert "This booking is cancelled" in body(page)
    assert Booking.objects.get().status == BookingStatus.BOOKED
    session.refresh_from_db()
    assert session.taken == 1
    told = Message.objects.filter(to="joan@home.example.org", subject__startswith="Your booking stands")
    assert told.count() == 1
    assert "Your first booking stands" in told.get().body


def test_the_second_page_accepts_nothing():
    session = SessionFactory(places=1)
    first = booked(session, "Ada Byron", phone="07700 900999")
    ask(session, **MAIL)
    stranger = Client()
    address = ask(session, stranger, **MAIL).redirect_chain[-1][0].removesuffix("?new")
    move_booking(first, BookingStatus.CANCELLED, by=first.moves.get().author, mover=Actor.PERSON)
    assert Booking.objects.get(name="Joan Whitfield").status == BookingStatus.OFFERED
    assert stranger.post(address, {"deed": "accept", "key": str(uuid.uuid4())}).status_code == 409
    assert Booking.objects.get(name="Joan Whitfield").status == BookingStatus.OFFERED


def test_the_second_page_says_that_the_session_is_cancelled():
    session = SessionFactory()
    ask(session, **MAIL)
    client = Client()
    address = ask(session, client, **MAIL).redirect_chain[-1][0].removesuffix("?new")
    Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now(), cancelled_why="No heating.")
    page = body(client.get(address))
    assert "This session is cancelled" in page
    assert "No heating." in page


def test_a_double_click_and_many_tries_are_one_message_a_day():
    session, said = SessionFactory(), typed(**MAIL)
    ask(session, **MAIL)
    for _ in range(3):
        Client().post(url(session), said)
        ask(session, **MAIL)
    assert Message.objects.filter(subject__startswith="You have a place already").count() == 1


def test_the_same_browser_may_say_that_it_is_for_another_person():
    session, client = SessionFactory(), Client()
    ask(session, client, **PHONE)
    page = ask(session, client, **PHONE)
    assert page.status_code == 422
    ask(session, client, another="on", **PHONE)
    assert Booking.objects.count() == 2


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("contact", [MAIL, {"email": "", "phone": "+44 7700 900123"}])
def test_a_browser_that_asks_again_learns_nothing_of_who_is_on_the_list(known: bool, contact: dict[str, str]):
    """given a stranger with somebody's contact, when they ask twice, cancel and ask again, then each answer is as if
    nobody were on the list"""
    session, stranger = SessionFactory(), Client()
    if known:
        ask(session, **(MAIL if contact is MAIL else PHONE))
    own = ask(session, stranger, **contact).redirect_chain[-1][0]
    assert ask(session, stranger, **contact).status_code == 422
    stranger.post(own.partition("?")[0], {"deed": "cancel", "key": str(uuid.uuid4())})
    assert ask(session, stranger, **contact).status_code == 200


def test_who_cancelled_may_book_again():
    session = SessionFactory()
    ask(session, **MAIL)
    joan = Booking.objects.get()
    move_booking(joan, BookingStatus.CANCELLED, by=joan.moves.get().author, mover=Actor.PERSON)
    ask(session, **MAIL)
    assert Booking.objects.filter(status=BookingStatus.BOOKED).count() == 1


def test_another_session_is_another_place():
    one, two = SessionFactory(), SessionFactory()
    ask(one, **MAIL)
    ask(two, **MAIL)
    assert Booking.objects.count() == 2


def test_the_group_is_told_on_its_own_page(client_of: Any, provider: Membership):
    session = SessionFactory(service__agency=provider.agency)
    ask(session, **PHONE)
    said = {"name": "joan whitfield", "contact": "+447700900123", "key": str(uuid.uuid4())}
    page = client_of(provider).post(f"/listings/sessions/{session.pk}/bookings/", said)
    assert page.status_code == 422
    assert "Joan Whitfield is on the list already: booked" in page.text
    assert "The public reads" not in page.text
    Session.objects.filter(pk=session.pk).update(places=5)
    ask(session, **PHONE)
    shown = client_of(provider).get(f"/listings/sessions/{session.pk}/bookings/").text
    assert "The public reads that 1 more is taken, as somebody on the list asked again" in shown
    assert Booking.objects.count() == 1


def test_nothing_of_it_stays_when_names_are_forgotten():
    from datetime import timedelta

    from bookings.jobs import blank_old_bookings

    session = SessionFactory()
    ask(session, **MAIL)
    ask(session, **MAIL)
    assert BookingLink.objects.exclude(repeat=None).count() == 1
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(days=91))
    blank_old_bookings(timezone.now())
    assert not BookingLink.objects.exists()
    assert not Message.objects.filter(subject__startswith="You have a place already").exists()


def test_contacts_without_letters_are_none():
    assert normalise_contacts("", "") == set()
    assert normalise_contacts("", "07700 900123") == normalise_contacts("", "+447700900123") == {"+447700900123"}
