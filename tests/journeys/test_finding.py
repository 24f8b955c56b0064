"""A person of 80 with a phone of 360 px finds "something on a Tuesday near BN11 that is free"; with script and without.

And a steward makes a word known and puts a collection together, at a desk.
"""

import datetime
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agencies.models import Membership
from directory.models import LostSearch, Place
from tests.directory.making import HOVE, WORTHING, listed, need
from tests.directory.search.test_search import listed_quickly
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Windows = Callable[..., Window]


@pytest.fixture
def place() -> None:
    """A few activities, two of which fit."""
    Place.objects.create(name="bn11", shown="BN11", latitude=WORTHING[0], longitude=WORTHING[1], district=True)
    need(words="lonely")
    listed("Seafront stroll", day="TU", free=True, meets_you=True, description="Slow, for the lonely.")
    listed("Community garden", day="TU", free=True, phone="01632 960201")
    listed("Paid pottery", day="TU")
    listed("Monday choir", day="MO", free=True)
    listed("Hove walk", day="TU", free=True, at=HOVE, city="Hove")


def titles(window: Window) -> list[str]:
    return window.page.locator("#list .card__title a").all_inner_texts()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.usefixtures("place")
def test_something_on_a_tuesday_near_bn11_that_is_free(window: Windows, script: bool) -> None:
    """By the filters behind one button."""
    doreen = window(360, script=script)
    page = doreen.page
    page.goto("/")
    doreen.step("The front page")
    page.get_by_label("Near").fill("bn11")
    page.get_by_role("button", name="Search").click()
    doreen.step("What is near", "Find activities")
    first = page.locator("#list .card__title").first.bounding_box() or pytest.fail("nothing found")
    assert first["y"] + first["height"] < 640, "the first that was found is seen on a phone without scrolling"
    expect(page.locator("#id_free")).not_to_be_visible()
    page.locator("#filters > summary").click()
    page.locator("#id_day").select_option("TU")
    if script:
        expect(page.locator("#show")).to_contain_text("Show 4 activities")
    page.locator("#id_free").check()
    if script:
        expect(page.locator("#show")).to_contain_text("Show 3 activities")
    page.locator("#id_miles").select_option("3")
    if script:
        expect(page.locator("#show")).to_contain_text("Show 2 activities")
    doreen.step("The filters are open")
    page.locator("#show").click()
    expect(page.locator("#filters > summary")).to_contain_text("Filters (3)")
    expect(page.locator("#id_free")).not_to_be_visible()
    expect(page.get_by_role("heading", name="2 activities near BN11")).to_be_visible()
    doreen.step("What fits")
    assert sorted(titles(doreen)) == ["Community garden", "Seafront stroll"]
    assert "free=1" in page.url
    page.get_by_role("link", name="Remove the filter Free").click()
    expect(page.get_by_role("heading", name="3 activities near BN11")).to_be_visible()
    if script:
        expect(page.locator(".results__count")).to_be_focused()
    page.locator("#filters > summary").click()
    expect(page.locator("#id_free")).not_to_be_checked()
    page.go_back()
    expect(page.get_by_role("heading", name="2 activities near BN11")).to_be_visible()
    doreen.step("A step back")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.usefixtures("place")
def test_the_same_as_one_sentence(window: Windows, script: bool) -> None:
    doreen = window(360, script=script)
    page = doreen.page
    page.goto("/")
    page.get_by_label("What would you like to do?").fill("something on a Tuesday near BN11 that is free")
    page.get_by_role("button", name="Search").click()
    doreen.step("What fits the sentence", "Find activities")
    assert titles(doreen)[-1] == "Hove walk", "the farthest comes last"
    assert sorted(titles(doreen)[:2]) == ["Community garden", "Seafront stroll"]
    page.get_by_role("link", name="Remove from what you typed: Free").click()
    expect(page.locator("#list")).to_contain_text("Paid pottery")
    doreen.step("Free or not")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.usefixtures("place")
def test_three_questions_for_who_does_not_know_what_to_type(window: Windows, script: bool) -> None:
    doreen = window(360, script=script)
    page = doreen.page
    page.goto("/")
    page.get_by_role("link", name="Help me choose").click()
    doreen.step("What would help?", "What would help?")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what would help")
    doreen.step("An answer is asked for")
    page.get_by_label("I am not sure").check()
    page.get_by_role("button", name="Next").click()
    doreen.step("Where are you?", "Where are you?")
    page.get_by_label("Postcode, town or neighbourhood").fill("BN11")
    page.get_by_label("Up to 3 miles").check()
    page.get_by_role("button", name="Next").click()
    doreen.step("What would suit you?", "What would suit you?")
    page.get_by_role("link", name="The question before", exact=True).click()
    expect(page.get_by_label("Postcode, town or neighbourhood")).to_have_value("BN11")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Tuesday").check()
    page.get_by_label("It costs nothing").check()
    page.get_by_role("button", name="Show me").click()
    doreen.step("What was found", "Find activities")
    assert sorted(titles(doreen)) == ["Community garden", "Seafront stroll"]


@pytest.mark.usefixtures("place")
def test_nothing_found_by_who_types_and_waits(window: Windows) -> None:
    doreen = window(360)
    page = doreen.page
    page.clock.install()
    page.goto("/activities/?near=BN11")
    page.clock.pause_at(timezone.now() + datetime.timedelta(minutes=1))
    page.get_by_label("What would you like to do?").press_sequentially("kabaddi")
    page.clock.run_for(500)
    expect(page.get_by_role("heading", name="Nothing matches yet")).to_be_visible()
    page.clock.run_for(2_500)
    assert not LostSearch.objects.filter(words="kabaddi").exists(), "three seconds at rest come first"
    with page.expect_response(lambda answer: answer.request.headers.get("hx-trigger") == "settled"):
        page.clock.run_for(1_000)
    page.clock.resume()
    expect(page.get_by_text("Nothing here is called kabaddi")).to_be_visible()
    doreen.step("Nothing found")
    assert LostSearch.objects.get(words="kabaddi", near="BN11").times == 1


@pytest.mark.usefixtures("place")
def test_the_map_says_what_the_list_says(window: Windows) -> None:
    for number in range(12):
        listed_quickly(f"Walk {number}", (WORTHING[0] + number / 500, WORTHING[1]))
    doreen = window(1200)
    page = doreen.page
    page.goto("/activities/?near=BN11")
    page.get_by_role("button", name="Show map").click()
    expect(page.locator("#map .pin").first).to_be_visible()
    expect(page.locator("#map-said")).to_have_text("Everything on the map is in the list too.")

    def pins() -> int:
        """How many activities stand at the pins: a round one says how many it stands for."""
        several = page.locator("#map .pin--several").all_inner_texts()
        return page.locator("#map .pin").count() - len(several) + sum(map(int, several))

    assert pins() == 17, "all that was found, not the ten that are listed so far"
    with page.expect_response("**/map.json?*free=1*"):
        page.locator("#id_free").check()
    expect(page.get_by_role("heading", name="4 activities near BN11")).to_be_visible()
    page.wait_for_function("() => !document.querySelector('#map [alt*=Walk], #map [title*=Walk]')")
    assert pins() == 4
    doreen.step("The map of what is free")
    page.locator("#map .pin:not(.pin--several)").last.press("Enter")
    link = page.locator("#map .map__title")
    assert link.inner_text() in titles(doreen)
    page.set_viewport_size({"width": 360, "height": 640})  # a phone has a sheet over the foot of the map
    expect(page.locator(".sheet__one .map__title")).to_have_text(titles(doreen)[0])
    page.get_by_role("button", name="Next on the map").press("Enter")
    expect(page.locator(".sheet__one .map__title")).to_have_text(titles(doreen)[1])
    page.get_by_role("button", name="List of 4 activities").press("Enter")
    assert page.locator(".sheet .map__list .map__title").all_inner_texts() == titles(doreen)
    doreen.step("The list, pressed up over the map")
    page.locator(".sheet__handle").scroll_into_view_if_needed()
    handle = page.locator(".sheet__handle").bounding_box() or pytest.fail("no handle")
    page.mouse.move(handle["x"] + 50, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 50, handle["y"] + 110, steps=3)
    page.mouse.up()
    page.get_by_role("link", name="See it").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.usefixtures("place")
def test_without_script_there_is_the_list_and_no_button_for_a_map(window: Windows) -> None:
    doreen = window(360, script=False)
    doreen.page.goto("/activities/?near=BN11")
    expect(doreen.page.get_by_role("button", name="Show map")).to_be_hidden()
    assert titles(doreen)


@pytest.mark.usefixtures("place")
def test_a_steward_makes_a_word_known_and_a_collection(window: Windows, steward: Membership) -> None:
    helen = window(1200, member=steward)
    page = helen.page
    page.goto("/steward/words/?typed=kabaddi")
    helen.step("Words")
    page.get_by_label("Also look for").fill("choir")
    page.get_by_role("button", name="Add").first.click()
    page.get_by_role("link", name="Try kabaddi").click()
    expect(page.locator("#try")).to_contain_text("Monday choir")
    helen.step("A word is tried")
    page.goto("/steward/collections/")
    page.get_by_role("link", name="Make a collection").click()
    page.get_by_label("Title").fill("A quiet Tuesday")
    page.get_by_role("button", name="Save and choose activities").click()
    titles_inside = page.locator(".card__title")
    for words, name in (("stroll", "Seafront stroll"), ("garden", "Community garden")):
        page.get_by_label("Words", exact=True).fill(words)
        page.get_by_role("button", name="Look").click()
        page.get_by_role("button", name=re.compile(f"Put in.*{name}")).click()
        expect(titles_inside.last).to_have_text(name)
    page.get_by_role("button", name=re.compile("Up.*Community garden")).click()
    expect(titles_inside).to_have_text(["Community garden", "Seafront stroll"])
    page.get_by_label("A word about it").first.fill("Somebody waits at the gate.")
    page.get_by_role("button", name="Save the note").first.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    helen.step("A collection is put together")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Published")).to_be_visible()
    doreen = window(360, script=False)
    doreen.page.goto("/")
    doreen.page.get_by_role("link", name="A quiet Tuesday").click()
    doreen.step("The collection as people see it", "A quiet Tuesday")
    expect(doreen.page.locator(".card").first).to_contain_text("Somebody waits at the gate.")
    expect(doreen.page.locator(".card__title")).to_have_text(["Community garden", "Seafront stroll"])


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("url", ["/steward/words/", "/steward/places/", "/steward/lost-searches/", "/collections/"])
def test_every_page_fits_and_passes_axe(window: Windows, steward: Membership, url: str, width: int) -> None:
    Place.objects.create(name="goring", shown="Goring", latitude=50.81, longitude=-0.42, given=True)
    LostSearch.objects.create(on="2026-01-01", words="kabaddi", near="BN11", filters="day=TU")

    helen = window(width, member=steward)
    helen.page.goto(f"{url}?days=365")
    helen.step(url)


@pytest.mark.usefixtures("place")
def test_on_a_slow_line_the_last_click_is_the_one_that_counts(window: Windows) -> None:
    here = window(360)
    page = here.page
    line = here.context.new_cdp_session(page)
    line.send("Network.enable")
    page.goto("/activities/?free=1&day=TU")
    page.locator("#filters > summary").click()
    # when a filter is removed while the answer to "Show" is still on its way, which brings the page a new list of them
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1, "latency": 1_000}
    line.send("Network.emulateNetworkConditions", conditions)
    page.locator("#show").click()
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Remove the filter Free").click()
    # then it is removed
    page.wait_for_timeout(3_000)
    expect(page.get_by_role("link", name="Remove the filter Free")).to_have_count(0)
    assert "free=1" not in page.url
    here.complaints.clear()
