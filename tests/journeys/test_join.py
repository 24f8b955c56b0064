"""A volunteer puts her group up without a mouse and without script, and the steward says yes; axe at each step."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from agencies.access import Role
from agencies.models import Membership, Message
from directory.models import Claim
from tests.factories import AgencyFactory, MembershipFactory
from tests.journeys.conftest import Window

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Window]


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the element that has the focus is the one meant: a condition on `e`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"(() => {{ const e = document.activeElement; return {what}; }})()"):
            return
    raise AssertionError(f"No way by keyboard to {what} on {page.url}")


def write(page: Page, name: str, words: str) -> None:
    tab_to(page, f"e.name === '{name}'")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def go_on(page: Page) -> None:
    """To the form's button, and Enter."""
    tab_to(page, "e.tagName === 'BUTTON' && e.closest('main')")
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "script"), [(360, False), (1200, True)])
def test_a_group_registers_by_keyboard_alone(window: Make, width: int, script: bool) -> None:
    cache.clear()
    AgencyFactory(name="Goring Gap Singing Circle")
    one = window(width, script=script)
    page = one.page
    page.goto("/join/")
    one.step("the first page")
    tab_to(page, "e.textContent.includes('Start now')")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    go_on(page)
    assert one.step("no name").title().startswith("Error: ")
    write(page, "name", "Goring Gap Singers")
    go_on(page)
    one.step("which group")
    tab_to(page, "e.name === 'agency'")
    page.keyboard.press("ArrowDown")
    go_on(page)
    write(page, "about", "We sing on Tuesdays, and anybody may come.")
    go_on(page)
    write(page, "postcode", "nowhere")
    go_on(page)
    assert one.step("a wrong postcode").input_value("[name=postcode]") == "nowhere"
    write(page, "postcode", "bn124pj")
    go_on(page)
    go_on(page)  # no website
    write(page, "charity_number", "charity no. 1234567")
    go_on(page)
    write(page, "contact_name", "Nadia Rahman")
    go_on(page)
    page.go_back()
    assert one.step("back").input_value("[name=contact_name]") == "Nadia Rahman"
    go_on(page)
    write(page, "contact_email", "nadia@singers.example.org")
    go_on(page)
    write(page, "words", "I am named on our website.")
    go_on(page)
    assert "BN12 4PJ" in one.step("check your answers").content()
    go_on(page)
    assert "We answer you by" in one.step("sent").content()
    claim = Claim.objects.get()
    assert (claim.name, claim.charity_number, claim.agency) == ("Goring Gap Singers", "1234567", None)


def test_the_steward_says_yes_and_the_volunteer_gets_in(window: Make) -> None:
    cache.clear()
    group = AgencyFactory(name="Goring Gap Singers")
    steward: Membership = MembershipFactory(role=Role.STEWARD)
    Claim.objects.create(
        key="8b1d2e0c-53f9-4d9f-8f0a-1f3c3bdbe002",
        agency=group,
        name=group.name,
        contact_name="Nadia Rahman",
        contact_email="nadia@singers.example.org",
        words="Ring our office",
    )
    desk = window(1200, member=steward)
    desk.page.goto("/steward/")
    desk.step("what waits").get_by_role("link", name="Groups that ask to take part").first.click()
    desk.step("the queue", "Groups that ask to take part").get_by_role("link", name="Goring Gap Singers").click()
    desk.step("one request", "Goring Gap Singers").get_by_label("Yes, invite them").check()
    desk.page.get_by_role("button", name="Answer").click()
    assert "Nadia Rahman is invited" in desk.step("answered", "Groups that ask to take part").content()
    (address,) = re.findall(r"http://[^/]+(/accounts/invitation/\S+)", Message.objects.get().body)
    phone = window(360)
    phone.page.goto(address)
    assert "Goring Gap Singers" in phone.step("the invitation").content()
