"""A volunteer puts up a walking group on a phone, without JavaScript; later two of them keep it at a desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from agencies.models import Membership
from directory.catalogue.timetable import sync_sessions
from directory.models import Postcode, Service, Session
from tests.directory.own import a_listing, verified
from tests.factories import teammate
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Windows = Callable[..., Window]


@pytest.fixture
def volunteer(provider: Membership) -> Membership:
    Postcode.objects.create(code="BN112AA", latitude=50.8148, longitude=-0.3713)
    return verified(provider)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


@pytest.mark.parametrize(("width", "script"), [(360, False), (1200, True)])
def test_from_an_example_to_a_page_that_everybody_finds(
    window: Windows, volunteer: Membership, width: int, script: bool
) -> None:
    ours = window(width, script=script, member=volunteer)
    page = ours.page
    page.goto("/listings/")
    ours.step("nothing yet")
    follow(page, "Add an activity")
    ours.step("a new one", "Add an activity")
    page.get_by_label("What is it called?").fill("Pier walkers")
    page.get_by_label("A walking group").check(force=True)
    press(page, "Continue")
    ours.step("the sections", "Pier walkers")
    expect(page.get_by_text("still to do: Where, Contact")).to_be_visible()

    follow(page, "Where")
    follow(page, "Add a place")
    page.get_by_label("Name of the place").fill("Pier Pavilion")
    page.get_by_label("Town").fill("Worthing")
    press(page, "Save")
    ours.step("the postcode is missing", "Error: Where: ")
    expect(page.get_by_role("link", name="Enter the postcode: people find you by it")).to_be_visible()
    expect(page.get_by_label("Name of the place")).to_have_value("Pier Pavilion")
    page.get_by_label("Postcode").fill("bn112aa")
    press(page, "Save")
    ours.step("the places", "Where: ")
    follow(page, "Continue")

    follow(page, "When")
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    ours.step("a pattern", "When: ")
    page.get_by_label("Once a month, on a day of the week").check(force=True)
    page.get_by_label("Which one of the month?").select_option("Second")
    page.get_by_label("Day", exact=True).first.select_option("Thursday")
    press(page, "Save")
    expect(page.get_by_text("Second Thursday of the month").first).to_be_visible()
    follow(page, "Continue")

    follow(page, "Contact")
    page.get_by_label("Phone").fill("01632960123")
    press(page, "Save and continue")
    ours.step("what the example filled in", "Pier walkers")
    for section in ("About", "Cost", "Who it is for", "The first time"):
        page.locator(".govuk-task-list").get_by_role("link", name=section, exact=True).click()
        expect(page.get_by_text("The example filled this in")).to_be_visible()
        press(page, "Save and continue")
    ours.step("ready", "Pier walkers")
    follow(page, "Preview")
    ours.step("the preview", "Preview: ")
    expect(page.get_by_text("This is how people will see it")).to_be_visible()
    follow(page, "Pier walkers")
    press(page, "Publish")
    expect(page.get_by_text("Everybody can find it now")).to_be_visible()
    ours.step("published")

    anybody = window(width, script=script)
    anybody.page.goto("/activities/?words=pier+walkers")
    follow(anybody.page, "Pier walkers")
    expect(anybody.page.get_by_role("heading", level=1, name="Pier walkers")).to_be_visible()
    anybody.step("as residents see it")
    assert {day.weekday() for day in Session.objects.values_list("on", flat=True)} == {3}


def test_two_at_a_desk_lose_nothing_and_an_old_version_comes_back(window: Windows, volunteer: Membership) -> None:
    walk = a_listing(volunteer)
    one, two = window(1200, member=volunteer), window(1200, member=teammate(volunteer))
    for at in (one, two):
        at.page.goto(f"/listings/{walk.pk}/about/")
    one.page.get_by_label("Name").fill("Harbour stroll")
    press(one.page, "Save and continue")
    one.step("saved", "Harbour stroll")
    two.page.get_by_label("Name").fill("Seaside walk")
    press(two.page, "Save and continue")
    two.step("both are shown", "Error: About: ")
    expect(two.page.get_by_role("group", name="As it is now")).to_contain_text("Harbour stroll")
    expect(two.page.get_by_label("Name")).to_have_value("Seaside walk")
    press(two.page, "Save mine instead")
    two.step("mine after all", "Seaside walk")
    follow(two.page, "Versions")
    two.page.get_by_role("radio", name=re.compile("older.*version 1")).check()
    press(two.page, "Compare")
    expect(two.page.get_by_role("row", name="Name Harbour walk Seaside walk")).to_be_visible()
    two.step("side by side")
    press(two.page, "Put back version 2")
    two.step("put back", "Versions: Harbour stroll")
    walk.refresh_from_db()
    assert (walk.name, walk.version) == ("Harbour stroll", 4)


def test_a_pause_on_a_phone_asks_before_it_cancels_what_is_booked(window: Windows, volunteer: Membership) -> None:
    walk = a_listing(volunteer, places=5, bookable=True)
    ours = window(360, member=volunteer)
    page = ours.page
    page.goto(f"/listings/{walk.pk}/sessions/")
    ours.step("computed dates")
    sync_sessions(walk)
    first = Session.objects.order_by("on").first()
    assert first is not None
    Session.objects.filter(pk=first.pk).update(taken=1)
    page.reload()
    ours.step("sessions")
    page.goto(f"/listings/{walk.pk}/state/")
    page.get_by_label("Closed for now, no date yet").check(force=True)
    press(page, "Save")
    ours.step("people are booked", "Error: Whether it runs: ")
    page.get_by_label("Cancel these sessions, and tell those who are booked").check(force=True)
    press(page, "Save")
    expect(page.get_by_text("1 session was cancelled")).to_be_visible()
    ours.step("closed")
    assert Service.objects.get(pk=walk.pk).status == "temporarily closed"
