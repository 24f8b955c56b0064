"""A resident keeps two activities, prints them, and somebody opens the slip by its code: with and without script."""

import datetime
import io
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from directory.catalogue.timetable import sync_sessions
from directory.models import Proposal, Service, Slip
from referrals.models import Alert
from tests.directory.making import listed
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WAYS = pytest.mark.parametrize(
    ("width", "script"),
    [(360, False), (1200, True)],
    ids=["phone without script", "desk"],
)


def activities() -> tuple[Service, Service]:
    walk = listed(
        "Harbour walk",
        day="TU",
        phone="01632 960001",
        free=True,
        meets_you=True,
        bookable=True,
        first_time="Look for the orange scarves under the clock.",
    )
    walk.schedules.update(places=8, valid_from=datetime.date(2026, 1, 6))
    sync_sessions(walk)
    return walk, listed("Seaside choir", day="TH", phone="01632 960002")


def keep_from_page(page: Page, service: Service) -> None:
    page.goto(reverse("directory:service", args=[service.pk]))
    page.get_by_role("button", name=f"Keep {service.name}").click()
    expect(page.get_by_text("On your list", exact=True)).to_be_visible()


def paper(page: Page, name: str) -> str:
    """The text of the PDF that a link downloads."""
    address = page.get_by_role("link", name=name).get_attribute("href")
    body = page.context.request.get(address or "").body()
    return " ".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(body)).pages).split())


@WAYS
def test_two_activities_are_kept_printed_and_opened_again_by_their_code(
    window: Callable[..., Window], width: int, script: bool
) -> None:
    walk, choir = activities()
    here = window(width, script=script)
    page = here.page
    # given a resident who looks at an activity
    page.goto(reverse("directory:service", args=[walk.pk]))
    here.step("activity")
    expect(page.get_by_text("Look for the orange scarves")).to_be_visible()
    expect(page.get_by_text("8 places left").first).to_be_visible()
    # when they keep two, one of them with a double click
    page.get_by_role("button", name="Keep Harbour walk").dblclick()
    expect(page.get_by_text("On your list", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="My list 1")).to_be_visible()
    here.step("kept")
    keep_from_page(page, choir)
    # then their list has both, in the order they choose
    page.get_by_role("link", name="My list 2").click()
    here.step("list", "My list")
    page.get_by_role("button", name="Move up Seaside choir").click()
    expect(page.get_by_role("article").first).to_contain_text("Seaside choir")
    printed = paper(page, "Print in large letters")
    assert printed.index("Seaside choir") < printed.index("Harbour walk")
    # and a slip of paper with a code
    page.get_by_role("button", name="Make a slip").click()
    here.step("slip", "List ")
    code = page.locator(".slip__code").inner_text()
    assert code in paper(page, "Print in large letters")
    # when somebody else types the code
    other = window(width, script=script)
    other.page.goto("/s/")
    other.step("enter the code")
    other.page.get_by_label("Code").fill("nothing")
    other.page.get_by_role("button", name="Open the list").click()
    other.step("a code that is none", "Error: ")
    expect(other.page.get_by_role("link", name="We do not know this code")).to_be_visible()
    other.page.get_by_label("Code").fill(code.lower())
    other.page.get_by_role("button", name="Open the list").click()
    other.step("opened by its code", "List ")
    # then they see the list, and can keep it
    other.page.get_by_role("button", name="Put these on my list").click()
    other.step("their own list", "My list")
    expect(other.page.get_by_role("link", name="My list 2")).to_be_visible()
    other.page.get_by_role("button", name="Take off Harbour walk").click()
    expect(other.page.get_by_role("link", name="My list 1")).to_be_visible()
    other.page.get_by_role("button", name="Take everything off my list").click()
    expect(other.page.get_by_text("Nothing on your list yet")).to_be_visible()
    other.step("empty list")
    assert Slip.objects.count() == 1


def test_the_square_can_be_read_by_a_camera(window: Callable[..., Window]) -> None:
    """Each module of the drawing is there on the screen, dark on white."""
    walk, _ = activities()
    here = window(360)
    keep_from_page(here.page, walk)
    here.page.goto("/shortlist/")
    here.page.get_by_role("button", name="Make a slip").click()
    here.step("slip", "List ")
    box = here.page.get_by_role("img", name="QR code of this list").bounding_box()
    assert box is not None
    assert box["width"] == box["height"] > 150  # pixels


@WAYS
def test_a_reader_says_what_is_wrong(window: Callable[..., Window], width: int, script: bool) -> None:
    walk, _ = activities()
    here = window(width, script=script)
    page = here.page
    page.goto(reverse("directory:service", args=[walk.pk]))
    page.get_by_role("link", name="Tell us if something here is wrong").click()
    here.step("wrong", "Tell us what is wrong")
    page.get_by_role("button", name="Send").click()
    here.step("wrong, without a reason", "Error: ")
    page.get_by_role("link", name="Choose what is wrong").click()
    page.get_by_label("The day or time is wrong").check()
    page.get_by_label("What should it say?").fill("It is at 11am")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    here.step("thanks")
    assert Proposal.objects.get().words == "It is at 11am"


@WAYS
def test_an_alert_is_asked_for_started_and_stopped(window: Callable[..., Window], width: int, script: bool) -> None:
    here = window(width, script=script)
    page = here.page
    page.goto(reverse("referrals:alert") + "?words=gardening&day=TU")
    here.step("alert")
    page.get_by_role("button", name="Send me a link").click()
    here.step("alert, without an address", "Error: ")
    page.get_by_label("Your e-mail address").fill("joan@home.example.org")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look in your e-mail")).to_be_visible()
    here.step("asked")
    alert = Alert.objects.get()
    page.goto(reverse("referrals:alert_link", args=[alert.token]))
    here.step("link")
    page.get_by_role("button", name="Yes, e-mail me").click()
    expect(page.get_by_role("heading", name="We will write to you")).to_be_visible()
    here.step("started")
    page.goto(reverse("referrals:alert_stop", args=[alert.token]))
    here.step("stop")
    page.get_by_role("button", name="Stop these e-mails").dblclick()
    expect(page.get_by_role("heading", name="No more e-mails")).to_be_visible()
    here.step("stopped")
    assert not Alert.objects.exists()


def test_the_browser_prints_the_list_in_large_letters(window: Callable[..., Window]) -> None:
    walk, _ = activities()
    here = window(1200)
    keep_from_page(here.page, walk)
    here.page.goto("/shortlist/")
    here.page.emulate_media(media="print")
    size = here.page.evaluate("getComputedStyle(document.querySelector('.listed__meeting')).fontSize")
    assert size == "24px"  # 18 point
    expect(here.page.get_by_role("button", name="Take off Harbour walk")).to_be_hidden()
    expect(here.page.get_by_role("link", name="Harbour walk")).to_be_visible()


def test_the_address_is_shared_or_copied(window: Callable[..., Window]) -> None:
    walk, _ = activities()
    here = window(1200)
    here.context.grant_permissions(["clipboard-read", "clipboard-write"])
    here.page.goto(reverse("directory:service", args=[walk.pk]))
    here.page.evaluate("Object.defineProperty(navigator, 'share', {value: undefined})")
    here.page.get_by_role("button", name="Share, or copy the link").click()
    expect(here.page.get_by_role("button", name="Link copied")).to_be_visible()
    assert str(walk.pk) in here.page.evaluate("navigator.clipboard.readText()")
