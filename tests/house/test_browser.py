"""The look and the script in real Chromium, on the page with one of everything: axe, 320 px, 400 % zoom, script off."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from agencies.models import Membership
from tests.chromium import open_chromium

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("sink"), pytest.mark.django_db(transaction=True)]
PAGES = ["/form/", "/gallery/", "/parts/", "/nothing/"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A new window; what the browser complains of (CSP, missing files, script errors) fails the test."""
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1000, "height": 800})
    shown, complaints = context.new_page(), []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield shown
    context.close()
    expected = re.compile(
        "Failed to load resource|net::ERR|Response Status Error Code"
    )  # 404, 422 and lost connections are asked for here
    assert [complaint for complaint in complaints if not expected.search(complaint)] == []


def sideways(page: Page) -> int:
    """Pixels that have to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("width", [320, 1000])
def test_every_part_passes_axe_and_fits(url: str, width: int, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    assert violations(page) == []
    assert sideways(page) == 0
    assert page.locator("main h1").count() == page.locator("h1").count() == 1


def test_a_form_with_errors_passes_axe_and_takes_the_focus(page: Page) -> None:
    page.goto("/form/")
    page.get_by_role("button", name="Send referral").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert violations(page) == []
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        assert page.evaluate("document.activeElement.matches('input, select, textarea')"), link.inner_text()


def test_at_400_percent_everything_is_there_and_nothing_covers_it(page: Page) -> None:
    """WCAG 2.2 1.4.10: 1280 by 1024 at 400 % is 320 by 256."""
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto("/gallery/")
    assert sideways(page) == 0
    assert page.locator(".actions--thumb").evaluate("e => getComputedStyle(e).position") == "static"


def test_on_a_phone_two_buttons_stay_at_the_bottom_and_hide_nothing(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/gallery/")
    bar = page.locator(".actions--thumb").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] == 740
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator(".footer__place").bounding_box()
    assert last
    assert last["y"] + last["height"] < bar["y"]


def test_what_is_pressed_is_44_pixels_high(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for url in ("/gallery/", "/form/"):
        page.goto(url)
        for element in page.locator("main :is(button, .govuk-button, .govuk-input, .govuk-select, summary)").all():
            box = element.bounding_box()
            assert box is None or box["height"] >= 43.5, element.evaluate("e => e.outerHTML")


def test_the_keyboard_reaches_main_first(page: Page) -> None:
    page.goto("/gallery/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_an_answer_brings_its_question_with_it(page: Page) -> None:
    page.goto("/form/")
    more = page.get_by_label("Their name and number")
    expect(more).to_be_hidden()
    page.get_by_label("Through someone else").check()
    expect(more).to_be_visible()
    assert violations(page) == []


def test_none_of_these_unticks_the_others(page: Page) -> None:
    page.goto("/form/")
    page.get_by_label("Loneliness or isolation").check()
    page.get_by_label("Not sure yet").check()
    expect(page.get_by_label("Loneliness or isolation")).not_to_be_checked()


def test_characters_are_counted(page: Page) -> None:
    page.goto("/form/")
    box = page.get_by_label("What matters to the person")
    expect(page.get_by_text("You can write up to 500 characters")).to_be_visible()
    box.fill("x" * 489 + "🌻")
    expect(page.locator(".count__left", has_text="You have 10 characters remaining")).to_be_visible()
    expect(page.locator("[aria-live]", has_text="You have 10 characters remaining")).to_be_attached()
    box.fill("x" * 501)
    expect(page.locator(".count__left.govuk-error-message", has_text="You have 1 character too many")).to_be_visible()
    box.fill("x" * 400)
    expect(page.locator(".count__left.govuk-error-message")).to_have_count(0)
    assert violations(page) == []


def test_a_line_counts_from_half_of_its_limit(page: Page) -> None:
    page.goto("/form/")
    name = page.get_by_label("Full name")
    name.fill("x" * 59)
    expect(page.locator(".count__left").first).to_be_hidden()
    name.fill("x" * 70)
    expect(page.locator(".count__left", has_text="You have 50 characters remaining")).to_be_visible()


def test_a_double_click_sends_once(page: Page) -> None:
    sent: list[str] = []
    page.goto("/form/")
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.evaluate(
        """() => { const button = document.querySelector('main form button');
        document.querySelector('main form').addEventListener('submit', () => {}); button.click(); button.click(); }"""
    )
    page.wait_for_url("/form/")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert sent == ["POST"]


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_label("What happened").fill("We walked to the shop")
    page.context.set_offline(True)
    alert = page.locator("#connection")
    expect(alert).to_contain_text("You are not connected")
    expect(page.get_by_label("What happened")).to_have_value("We walked to the shop")
    page.context.set_offline(False)
    expect(alert).to_be_empty()


def test_a_form_is_not_sent_into_the_void(page: Page) -> None:
    page.goto("/form/")
    page.get_by_label("Full name").fill("Rhian")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send referral").click()
    expect(page.locator("#connection")).to_contain_text("You are not connected")
    expect(page.get_by_label("Full name")).to_have_value("Rhian")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send referral").click()
    expect(page).to_have_title(re.compile("^Error: "))


def test_a_draft_is_kept_by_the_server_while_one_types(page: Page) -> None:
    kept: list[str] = []

    def keep(route: Route) -> None:
        kept.append(route.request.post_data or "")
        route.fulfill(status=204)

    page.route("**/draft/", keep)
    page.clock.install()
    page.goto("/gallery/")
    page.get_by_label("What happened").fill("We walked to the shop")
    page.clock.run_for(2_500)
    expect(page.locator(".saved")).to_contain_text("Draft saved at")
    assert "We walked to the shop" in kept[0]
    assert 'name="draft_key"\r\n\r\nnote:1' in kept[0]


def test_a_draft_that_could_not_be_kept_is_tried_again(page: Page) -> None:
    tries: list[int] = []

    def keep(route: Route) -> None:
        tries.append(1)
        route.fulfill(status=500 if len(tries) == 1 else 204)

    page.route("**/draft/", keep)
    page.clock.install()
    page.goto("/gallery/")
    page.get_by_label("What happened").fill("We walked")
    page.clock.run_for(2_500)
    expect(page.locator(".saved")).to_contain_text("not saved yet")
    page.clock.run_for(16_000)
    expect(page.locator(".saved")).to_contain_text("Draft saved at")


def test_htmx_fills_a_part_announces_it_and_leaves_nothing_behind(page: Page) -> None:
    page.goto("/parts/")
    page.get_by_label("Words").fill("gar")
    expect(page.locator("#results")).to_contain_text("garden")
    expect(page.locator("#results")).not_to_contain_text("choir")
    expect(page.locator("#status")).to_have_text("1 found")
    stored = page.evaluate("[...Object.keys(sessionStorage), ...Object.keys(localStorage)]")
    assert set(stored) <= {"htmx-current-path-for-history"}  # the address shown, never a page
    assert page.locator("style").count() == 0


def test_a_part_that_fails_says_so(page: Page) -> None:
    page.goto("/parts/")
    page.route("**/parts/?words=*", lambda route: route.fulfill(status=500, body="x"))
    page.get_by_label("Words").fill("gar")
    expect(page.locator("#connection")).to_contain_text("nothing was changed")
    expect(page.locator("#results")).to_contain_text("choir")


def test_without_script_everything_is_there(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/form/")
    page.get_by_label("Through someone else").check()
    expect(page.get_by_label("Their name and number")).to_be_visible()
    page.get_by_role("button", name="Send referral").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/gallery/")
    page.get_by_text("Filters").click()
    expect(page.get_by_text("Day", exact=True)).to_be_visible()
    context.close()


def test_with_forced_colours_and_less_motion(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(base_url=live_server.url, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto("/gallery/")
    assert page.locator(".tag").first.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"
    context.close()


def test_on_paper_there_is_nothing_to_press(page: Page) -> None:
    page.goto("/gallery/")
    page.emulate_media(media="print")
    expect(page.locator(".actions").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Joan Whitfield")).to_be_visible()


def test_the_map_loads_when_asked_for_and_repeats_the_list(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(reduced_motion="reduce")  # what fades in has too little contrast until it is there
    page.goto("/map/")
    assert not [url for url in asked if "leaflet" in url]
    page.get_by_role("button", name="Show map").click()
    expect(page.locator(".pin")).to_have_count(2)
    expect(page.locator(".name")).to_have_text("Worthing")
    expect(page.get_by_text("Everything on the map is in the list too.")).to_be_visible()
    page.locator(".pin").first.press("Enter")
    expect(page.locator(".map").get_by_role("link", name="Memory café")).to_be_visible()
    expect(page.locator(".map strong")).to_have_text("Tuesdays")
    assert violations(page) == []
    page.get_by_role("button", name="Hide the map").click()
    expect(page.locator(".map")).to_be_hidden()
    assert all(url.startswith(page.url.removesuffix("map/")) for url in asked), "No tile host is asked"


# --- Signed in ----------------------------------------------------------------------------------------


@pytest.fixture
def staff(page: Page, live_server: Any, connector: Membership, client_of: Callable[..., Client]) -> Page:
    """A page of somebody at work, with a clock that the test turns."""
    cookie = client_of(connector).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.clock.install()
    page.goto("/gallery/")
    return page


def test_the_header_says_who_one_is_and_the_menu_of_a_phone_too(staff: Page) -> None:
    expect(staff.locator(".account--header")).to_contain_text("Priya Shah")
    staff.set_viewport_size({"width": 360, "height": 740})
    expect(staff.locator(".account--header")).to_be_hidden()
    staff.get_by_text("Menu", exact=True).click()
    expect(staff.locator(".account--menu").get_by_role("button", name="Sign out")).to_be_visible()
    assert violations(staff) == []
    assert sideways(staff) == 0


def test_a_warning_comes_before_the_session_ends_and_can_be_answered(staff: Page) -> None:
    dialog = staff.get_by_role("dialog")
    staff.clock.run_for(12 * 60_000)
    expect(dialog).to_be_hidden()
    staff.clock.run_for(61_000)
    expect(dialog).to_contain_text("You will be signed out in 2 minutes")
    expect(staff.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert violations(staff) == []
    with staff.expect_response("**/accounts/extend/") as answer:
        staff.get_by_role("button", name="Stay signed in").click()
    assert answer.value.status == 204
    expect(dialog).to_be_hidden()


def test_typing_is_not_being_idle(staff: Page) -> None:
    staff.clock.run_for(6 * 60_000)
    with staff.expect_response("**/accounts/extend/") as answer:
        staff.get_by_label("What happened").press("a")
    assert answer.value.status == 204


def test_when_the_time_is_over_the_page_is_loaded_afresh(staff: Page) -> None:
    """What it showed leaves the screen; the server then asks to sign in."""
    with staff.expect_navigation():
        staff.clock.run_for(16 * 60_000)


def test_a_slow_server_is_asked_for_the_page_once(staff: Page) -> None:
    """Each new try would end the one before: the page would never come."""
    asked: list[str] = []
    staff.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    with staff.expect_navigation():
        staff.clock.run_for(16 * 60_000)
    assert len(asked) == 1
