"""Sent, one step back, and sent again: nothing is made twice, and the first confirmation is there again."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from agencies.models import Membership
from bookings.models import Booking
from referrals.models import Referral
from tests.factories import CaseFactory, SessionFactory, team_of
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def fill_referral(page: Page, name: str = "Ada Fern") -> None:
    page.get_by_label("Full name").fill(name)
    for part, value in (("Day", "27"), ("Month", "3"), ("Year", "1951")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_label("Phone number").first.fill("07700 900123")
    page.get_by_label("Loneliness or isolation").check(force=True)
    page.get_by_label("No known risks").check(force=True)
    for agreed in ("share", "tell"):
        page.locator(f"[name=agreement][value={agreed}]").check(force=True)


def test_a_referral_is_sent_once(window: Callable[..., Window], gp: Membership) -> None:
    team_of(gp)
    page = window(1200, member=gp).page
    page.goto(reverse("referrals:refer"))
    fill_referral(page)
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    first = page.url
    # when they go back and press the button again, with nothing typed
    page.go_back()
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    assert page.url == first
    # and with the same typed again
    page.go_back()
    fill_referral(page)
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    assert page.url == first
    assert Referral.objects.count() == 1
    # but somebody else's name makes somebody else's referral
    page.go_back()
    fill_referral(page, "Cy Twombly")
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    assert sorted(Referral.objects.values_list("person_name", flat=True)) == ["Ada Fern", "Cy Twombly"]


def test_a_place_is_booked_once(window: Callable[..., Window], provider: Membership) -> None:
    cache.clear()
    session = SessionFactory(service__agency=provider.agency, places=5)
    page = window(360).page
    page.goto(reverse("bookings:book", args=[session.pk]))
    page.get_by_label("name").first.fill("Joan Whitfield")
    page.get_by_label("Phone number").first.fill("07700 900123")
    page.get_by_role("main").locator("form[method=post] button").first.click()
    page.wait_for_url("**/bookings/**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    first = page.get_by_role("heading", level=1).inner_text()
    page.go_back()
    page.get_by_role("main").locator("form[method=post] button").first.click()
    page.wait_for_url("**/bookings/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    assert Booking.objects.count() == 1


def test_the_same_deed_twice_in_one_page_is_two_deeds(window: Callable[..., Window], connector: Membership) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    page = window(1200, member=connector).page
    page.goto(reverse("cases:case", args=[case.pk]))
    for number in (1, 2, 3):
        page.locator("#composer").get_by_label("No answer", exact=True).check(force=True)
        page.get_by_role("button", name="Log “no answer”").click()
        expect(page.get_by_text(f"No answer, try {number}: added")).to_be_visible()
    assert case.entries.filter(kind="no_answer").count() == 3
