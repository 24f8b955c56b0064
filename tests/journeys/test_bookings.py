"""An activity is booked, waited for, offered, reminded of and written down: on a phone, without JavaScript and with."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.models import Membership, Message
from bookings.models import Booking
from bookings.states import BookingStatus
from directory.models import Session
from tests.directory.making import place_service
from tests.factories import CaseFactory, PersonFactory, SessionFactory, booked
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Windows = Callable[..., Window]
PHONE = 360


@pytest.fixture(autouse=True)
def _no_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def session(provider: Membership) -> Session:
    return SessionFactory(
        service__agency=provider.agency,
        service__name="Tuesday gardening group",
        service__phone="01632 960111",
        places=2,
        note="Bring a warm coat and gloves",
    )


def picture(page: Page, name: str) -> None:
    """A screenshot to look at, when PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def code_on(page: Page) -> str:
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", page.inner_text("main"))
    assert found
    return found[0]


def test_a_resident_of_80_books_on_a_phone_without_javascript(window: Windows, session: Session) -> None:
    """given a full session, when Joan waits with a code and Ada cancels, then Joan says yes by her code"""
    # given Ada and Cy have the places
    ada = booked(session, "Ada Byron")
    booked(session, "Cy Twombly")
    # when Joan, who has neither phone nor e-mail, joins the list
    joan = window(PHONE, script=False)
    page = joan.page
    page.goto(f"/activities/sessions/{session.pk}/book/")
    picture(joan.step("join the list"), "book")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_role("link", name="Enter your name")).to_be_visible()
    picture(joan.step("what is missing"), "book-errors")
    page.get_by_label("Your name").fill("Joan Whitfield")
    page.get_by_label("I have neither").check()
    page.get_by_role("button", name="Join the waiting list").click()
    # then she sees her number and a code
    expect(page.get_by_role("heading", level=1)).to_have_text("You are number 1 on the waiting list")
    picture(joan.step("waiting"), "waiting")
    code = code_on(page)
    # when Ada cannot come
    leaving = window(PHONE, script=False)
    from bookings.actions.links import create_link

    leaving.page.goto(f"/bookings/{create_link(ada)}/")
    leaving.page.get_by_text("I cannot come").click()
    picture(leaving.step("her place"), "place")
    leaving.page.get_by_role("button", name="Cancel my place").click()
    expect(leaving.page.get_by_role("heading", level=1)).to_have_text("This booking is cancelled")
    # then Joan finds the offer with her code, and takes it
    page.goto("/bookings/")
    page.get_by_label("Your code").fill(code.lower())
    page.get_by_role("button", name="Show my booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A place has come free for you")
    picture(joan.step("the offer"), "offer")
    page.get_by_role("button", name="Yes, I will come").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place")
    picture(joan.step("the place"), "yes")
    session.refresh_from_db()
    assert session.taken == 2


@pytest.mark.parametrize("script", [False, True], ids=["no script", "script"])
def test_two_volunteers_keep_the_register_on_a_phone(
    window: Windows, provider: Membership, session: Session, script: bool
) -> None:
    booked(session, "Joan Whitfield", phone="07700 900123", note="I use a wheelchair")
    booked(session, "Ada Byron")
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=5))
    one, two = (window(PHONE, script=script, member=provider) for _ in range(2))
    for volunteer in (one, two):
        volunteer.page.goto(f"/listings/sessions/{session.pk}/register/")
    picture(one.step("the register"), f"register-{script}")
    # when each marks one
    one.page.get_by_role("button", name=re.compile(r"Came\s*: Joan Whitfield")).click()
    expect(one.page.locator("#tally")).to_contain_text("1 came")
    two.page.get_by_role("button", name=re.compile(r"Did not come\s*: Ada Byron")).click()
    expect(two.page.locator("#tally")).to_have_text("1 came, 1 did not, 0 to mark")
    # and one puts the other's right without having seen it
    one.page.get_by_role("button", name=re.compile(r"Came\s*: Ada Byron")).click()
    expect(one.page.get_by_role("alert").filter(has_text="was quicker")).to_be_visible()
    one.complaints.clear()
    picture(one.page, f"register-quicker-{script}")
    # then somebody comes through the door to a full room
    one.page.goto(f"/listings/sessions/{session.pk}/register/")
    one.page.get_by_label("Name").fill("Wally Door")
    one.page.get_by_role("button", name="Add them: they came").click()
    expect(one.page.get_by_text("Wally Door is on the register.")).to_be_visible()
    picture(one.step("at the door"), f"register-door-{script}")
    # and nothing is lost
    states = dict(Booking.objects.values_list("name", "status"))
    assert states == {
        "Joan Whitfield": BookingStatus.ATTENDED,
        "Ada Byron": BookingStatus.MISSED,
        "Wally Door": BookingStatus.ATTENDED,
    }


def test_the_group_keeps_its_list(window: Windows, provider: Membership, session: Session) -> None:
    for name, mail in [("Ada Byron", ""), ("Cy Twombly", "cy@home.example.org"), ("Joan Whitfield", "")]:
        booked(session, name, **({"email": mail} if mail else {"phone": "07700 900123"}))
    group = window(1000, member=provider)
    page = group.page
    page.goto(f"/listings/sessions/{session.pk}/bookings/")
    picture(group.step("the lists"), "lists")
    page.get_by_role("link", name="Take off Ada Byron").click()
    page.get_by_label("Why?").fill("You asked us to.")
    picture(group.step("take off"), "take-off")
    page.get_by_role("button", name="Take them off the list").click()
    expect(page.get_by_text("Ada Byron is off the list.")).to_be_visible()
    # then Joan is offered the place, and has no e-mail: there is a call to make
    expect(page.get_by_role("heading", name="To ring")).to_be_visible()
    picture(group.step("to ring"), "to-ring")
    page.get_by_role("button", name=re.compile(r"They said yes\s*: Joan Whitfield")).click()
    expect(page.get_by_text("Joan Whitfield has a place.")).to_be_visible()
    phone = window(PHONE, member=provider)
    phone.page.goto(f"/listings/sessions/{session.pk}/bookings/")
    picture(phone.step("the lists on a phone"), "lists-phone")
    assert Message.objects.filter(channel="call").exists()


def test_a_connector_books_and_the_history_says_who_came(
    window: Windows, connector: Membership, provider: Membership, session: Session
) -> None:
    case = CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield"), first_contact_at=timezone.now())
    from directory.search.index import index_services

    place_service(session.service)
    index_services([session.service_id])
    work = window(1000, member=connector)
    page = work.page
    page.goto(f"/cases/{case.pk}/activities/?words=gardening")
    picture(work.step("dates to book"), "case-dates")
    page.get_by_role("link", name=re.compile(r"10:30am\s*: Tuesday gardening group")).click()
    page.get_by_label(re.compile("Joan agreed")).check()
    page.get_by_label("Said so on the phone").check()
    picture(work.step("book for Joan"), "case-book")
    page.get_by_role("button", name="Book this place").click()
    expect(page.get_by_text("Joan: booked. It is in the history.")).to_be_visible()
    work.step("her booking")
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=5))
    door = window(PHONE, member=provider)
    door.page.goto(f"/listings/sessions/{session.pk}/register/")
    door.page.get_by_role("button", name=re.compile(r"Came\s*: Joan Whitfield")).click()
    expect(door.page.locator("#tally")).to_contain_text("1 came")
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", name=re.compile(r"Came: Tuesday gardening group.*\(1st time\)"))).to_be_visible()
    picture(work.step("the story"), "case-story")
