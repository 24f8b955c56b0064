"""What a connector sees of a case and of a referral, on a phone and on a screen: measured in the browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from agencies.models import Author, Membership
from cases.actions.notes import NextStep, write_note
from cases.models import Case, Kind
from config.working_days import add_working_days
from tests.directory.making import listed
from tests.factories import CaseFactory, PersonFactory, ReferralFactory, ServiceFactory, SessionFactory, at, needs
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Windows = Callable[..., Window]
PHONE, SCREEN = 360, 1200
LONG_EMAIL = "bartholomew.featherstonehaugh@longhouse.example.org"


@pytest.fixture
def case(connector: Membership) -> Case:
    from django.utils import timezone

    person = PersonFactory(name="Joan Whitfield", email=LONG_EMAIL)
    found = CaseFactory(lead=connector, person=person, first_contact_at=timezone.now())
    step = NextStep("Ring about the garden", add_working_days(timezone.localdate(), 2))
    write_note(case=found, by=Author.of(connector), kind=Kind.PHONE, text="Talked of roses", next_step=step)
    return found


def box(part: Locator) -> dict[str, float]:
    found = part.bounding_box()
    assert found
    return dict(found)


def lines_of(part: Locator) -> int:
    """On how many lines its text stands."""
    return int(
        part.evaluate(
            """(e) => { const r = document.createRange(); r.selectNodeContents(e);
            return new Set([...r.getClientRects()].filter((b) => b.width).map((b) => Math.round(b.y / 8))).size }"""
        )
    )


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_next_step_and_latest_entry_stand_first_and_the_composer_is_one_row(
    window: Windows, connector: Membership, case: Case, script: bool
) -> None:
    page = (one := window(PHONE, script=script, member=connector)).page
    page.goto(f"/cases/{case.pk}/")
    one.step("the case on a phone")
    step, composer, entry = page.locator(".next"), page.locator("#composer"), page.locator(".entry").first
    assert box(step)["y"] < box(composer)["y"] < box(entry)["y"] < 800
    assert box(composer)["height"] < 110
    expect(page.get_by_label("In your words")).to_be_hidden()
    tops = {round(box(chip)["y"]) for chip in page.locator(".taps--kinds label").all()}
    assert len(tops) == 1

    page.locator(".taps--kinds label", has_text="No answer").click()

    expect(page.get_by_label("In your words")).to_be_visible()
    page.get_by_role("button", name="Log “no answer”").click()
    one.step("logged")
    expect(page.get_by_text("No answer, try 1: added to the story.")).to_be_visible()


def test_on_a_screen_the_composer_is_open_and_the_facts_stand_beside_it(
    window: Windows, connector: Membership, case: Case
) -> None:
    page = (one := window(SCREEN, member=connector)).page
    page.goto(f"/cases/{case.pk}/")
    one.step("the case on a screen")
    expect(page.get_by_label("In your words")).to_be_visible()
    assert box(page.locator(".next"))["x"] > box(page.locator("#composer"))["x"] + 300
    assert box(page.locator("#facts"))["y"] > box(page.locator(".next"))["y"]


def test_a_composer_that_came_back_with_errors_is_open_on_a_phone(
    window: Windows, connector: Membership, case: Case
) -> None:
    page = (one := window(PHONE, member=connector)).page
    page.goto(f"/cases/{case.pk}/")
    page.locator(".taps--kinds label", has_text="Visit").click()
    page.get_by_role("button", name="Add to the story").click()
    one.step("refused")
    expect(page.get_by_text("Write what happened").first).to_be_visible()
    expect(page.get_by_label("In your words")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, SCREEN, 800])
def test_an_email_address_never_breaks_within_a_word(
    window: Windows, connector: Membership, case: Case, width: int
) -> None:
    referral = ReferralFactory(to_agency=connector.agency, email=LONG_EMAIL)
    one = window(width, member=connector)
    for path in (f"/referrals/{referral.pk}/", f"/cases/{case.pk}/"):
        one.page.goto(path)
        one.step(path)
        for shown in one.page.locator(".email").all():
            broken = shown.evaluate(
                """(e) => [...e.childNodes].filter((n) => n.nodeType === 3).filter((n) => {
                const r = document.createRange(); r.selectNodeContents(n); return r.getClientRects().length > 1;
                }).length"""
            )
            assert broken == 0


def test_a_referral_as_received_has_what_was_asked_in_the_wide_column(window: Windows, connector: Membership) -> None:
    referral = ReferralFactory(to_agency=connector.agency, message="Lives alone since March")
    referral.needs.set(needs("Loneliness"))
    page = (one := window(SCREEN, member=connector)).page
    page.goto(f"/referrals/{referral.pk}/")
    one.step("a referral")
    asked, happened = box(page.locator("#what-was-asked")), box(page.locator("#what-happened"))
    assert asked["x"] < happened["x"]
    assert box(page.locator("section", has=page.locator("#what-was-asked")))["width"] > 1.5 * happened["width"]
    page.goto("/referrals/?list=answer")
    one.step("the triage list")
    widths = [box(cell)["width"] for cell in page.locator("tbody tr").first.locator("th, td").all()]
    assert max(widths) == widths[1]


@pytest.mark.parametrize("width", [PHONE, 768, SCREEN])
def test_yes_and_no_stand_on_one_line_and_what_they_bring_has_the_whole_width(
    window: Windows, connector: Membership, case: Case, width: int
) -> None:
    service = ServiceFactory()
    page = (one := window(width, member=connector)).page
    page.goto(f"/cases/{case.pk}/activities/send-on/?service={service.pk}")
    one.step("refer on")
    for words in ("No known risks", "Yes"):
        assert lines_of(page.get_by_text(words, exact=True).first) == 1
    page.get_by_label("Yes", exact=True).check()
    asked, told = page.get_by_label("Message to the group"), page.get_by_label("What they must know")
    assert abs(box(asked)["width"] - box(told)["width"]) < 60


def test_the_deed_covers_the_form_only_once_something_is_ticked(
    window: Windows, connector: Membership, case: Case
) -> None:
    services = [listed(f"Walk {n}") for n in range(6)]
    page = (one := window(SCREEN, member=connector)).page
    page.goto(f"/cases/{case.pk}/activities/?words=walk")
    one.step("activities")
    deed = page.locator(".actions--stay")
    assert box(deed)["y"] > box(page.locator("#results"))["y"] + box(page.locator("#results"))["height"] - 1
    page.get_by_label(f"Refer to {services[0].name}").check()
    assert box(deed)["y"] < 800


def test_where_a_tile_leads_there_is_no_raw_box(window: Windows, connector: Membership, case: Case) -> None:
    page = window(SCREEN, member=connector).page
    page.goto("/caseload/")
    page.get_by_role("link", name="Due today").click()
    style: Any = page.locator("#list").evaluate(
        "(e) => { e.focus(); const s = getComputedStyle(e); return [s.outlineColor, s.boxShadow] }"
    )
    assert style[0] == "rgba(0, 0, 0, 0)"  # only where the system draws its own colours is it seen
    assert style[1] != "none"


@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_an_activity_in_a_case_shows_two_dates_and_more(
    window: Windows, connector: Membership, case: Case, width: int
) -> None:
    service = listed("Walks", bookable=True)
    for days in range(1, 6):
        SessionFactory(service=service, starts_at=at(days=days))
    page = (one := window(width, member=connector)).page
    page.goto(f"/cases/{case.pk}/activities/?words=walks")
    one.step("activities")
    dates = page.locator("#results a[href*='/book/']")
    assert [date.is_visible() for date in dates.all()] == [True, True, False, False]
    page.locator("summary", has_text="More dates").click()
    assert all(date.is_visible() for date in dates.all())
    expect(page.get_by_role("link", name="All its dates")).to_be_visible()
