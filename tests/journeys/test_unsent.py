"""The session ends while somebody writes: they sign in, and everything is in the form. In real Chromium."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from agencies.models import Draft, Membership
from tests.factories import PASSWORD, CaseFactory
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WORDS = "Joan likes to walk by the sea, with her sister. She said: “not before ten”."


@pytest.fixture(autouse=True)
def _one_step(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False


def sign_in(page: Page, member: Membership) -> None:
    expect(page).to_have_title(re.compile("^Sign in"))
    page.get_by_label("E-mail address").fill(member.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(("how", "script"), [("ended elsewhere", True), ("cookies gone", False)])
def test_a_note_that_is_sent_too_late_is_in_the_composer_again(
    window: Callable[..., Window], connector: Membership, script: bool, how: str
) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    here = window(1200, script=script, member=connector)
    page = here.page
    page.goto(reverse("cases:case", args=[case.pk]))
    page.get_by_label("In your words").fill(WORDS)
    page.get_by_label("Visit", exact=True).check()
    Session.objects.all().delete() if how == "ended elsewhere" else here.context.clear_cookies()
    page.get_by_role("button", name="Add to the story").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    here.complaints.clear()  # 401 is what is asked for here
    here.step("sign in")
    sign_in(page, connector)
    expect(page.get_by_label("In your words")).to_have_value(WORDS)
    expect(page.get_by_label("Visit", exact=True)).to_be_checked()
    here.step("the form again")
    page.get_by_role("button", name="Add to the story").click()
    expect(page.get_by_text("Added to the story.")).to_be_visible()
    assert not Draft.objects.exists()


def test_the_idle_end_takes_no_words_with_it(window: Callable[..., Window], gp: Membership) -> None:
    here = window(360, member=gp)
    page = here.page
    page.clock.install()
    page.goto(reverse("referrals:refer"))
    page.get_by_label("Full name").fill("Joan Whitfield")
    Session.objects.all().delete()
    page.clock.run_for(20 * 60_000)
    sign_in(page, gp)
    expect(page.get_by_label("Full name")).to_have_value("Joan Whitfield")
    here.complaints.clear()


def test_the_line_says_that_one_is_signed_out_and_not_that_the_line_is_lost(
    window: Callable[..., Window], connector: Membership
) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    here = window(1200, member=connector)
    page = here.page
    page.goto(reverse("cases:case", args=[case.pk]))
    Session.objects.all().delete()
    page.get_by_label("In your words").fill(WORDS)
    expect(page.locator(".saved")).to_contain_text("You have been signed out. What you have typed is kept.")
    page.get_by_label("In your words").fill(f"{WORDS} And then.")
    page.get_by_role("link", name="Sign in and go on").click()
    sign_in(page, connector)
    expect(page.get_by_label("In your words")).to_have_value(f"{WORDS} And then.")
    here.complaints.clear()


def test_a_lost_line_at_the_end_hides_the_page_and_keeps_the_words(
    window: Callable[..., Window], gp: Membership
) -> None:
    here = window(1200, member=gp)
    page = here.page
    page.clock.install()
    page.goto(reverse("referrals:refer"))
    page.get_by_label("Full name").fill("Joan Whitfield")
    Session.objects.all().delete()
    here.context.set_offline(True)
    page.clock.run_for(20 * 60_000)
    expect(page.get_by_label("Full name")).to_be_hidden()
    expect(page.locator("#connection")).to_contain_text("What you have typed is kept in this page")
    here.context.set_offline(False)
    page.clock.run_for(10_000)
    sign_in(page, gp)
    expect(page.get_by_label("Full name")).to_have_value("Joan Whitfield")
    here.complaints.clear()


def test_who_signs_in_after_them_sees_nothing_of_it(
    window: Callable[..., Window], connector: Membership, gp: Membership
) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    here = window(1200, member=connector)
    page = here.page
    page.goto(reverse("cases:case", args=[case.pk]))
    page.get_by_label("In your words").fill(WORDS)
    Session.objects.all().delete()
    page.get_by_role("button", name="Add to the story").click()
    sign_in(page, gp)
    page.wait_for_url(f"**{reverse('referrals:refer')}")
    assert WORDS not in page.content()
    assert Draft.unsent_of([connector]).get().data["text"] == [WORDS]
    here.complaints.clear()
