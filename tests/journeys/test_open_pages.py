"""The pages for other systems in real Chromium: developers read them, and another site shows the widget."""

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from directory.exchange.open_data import write_open_files
from tests.directory.making import listed
from tests.journeys.conftest import Window
from tests.oruk.making import rich

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
REFUSED = re.compile("frame-ancestors|X-Frame-Options")
PAGES = ("/api/", "/open-data/", "/widget/make/?near=BN11+2AA&miles=3", "/widget/?near=BN11+2AA")


@pytest.fixture
def elsewhere(live_server: Any) -> Iterator[str]:
    """The address of another site, with the widget in a frame of 300 px."""
    page = f'<!doctype html><title>Parish</title><iframe src="{live_server.url}/widget/" width="300" height="700">'

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("width", [1200, 320])
def test_the_pages_are_sound_at_every_width(width: int, window: Callable[..., Window]) -> None:
    rich()
    write_open_files()
    reader = window(width)
    for path in PAGES:
        reader.page.goto(path)
        reader.step(path)


def test_the_parameters_open_without_a_script(window: Callable[..., Window]) -> None:
    rich()
    page = window(1200, script=False).page
    page.goto("/api/")
    section = page.locator("#listServices")
    section.locator("summary").click()
    expect(section.get_by_role("cell", name="Services that meet on this day of the week.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_another_site_shows_the_search_and_a_page_opens_beside_it(
    script: bool, window: Callable[..., Window], elsewhere: str
) -> None:
    listed("Gardening", day="TU")
    listed("Choir", day="FR")
    reader = window(1200, script=script)
    reader.page.goto(elsewhere)
    frame = reader.page.frame_locator("iframe")
    frame.get_by_label("What would you like to do?").fill("gardening")
    frame.get_by_role("button", name="Search").click()
    expect(frame.get_by_role("heading", name="1 activity")).to_be_visible()
    expect(frame.get_by_text("Choir")).to_have_count(0)
    with reader.context.expect_page() as opened:
        frame.get_by_role("link", name="Gardening").click()
    expect(opened.value.get_by_role("heading", name="Gardening", level=1)).to_be_visible()
    assert reader.page.url == elsewhere
    assert reader.context.cookies(elsewhere) == []


def test_no_other_page_shows_in_a_frame(window: Callable[..., Window], elsewhere: str, live_server: Any) -> None:
    reader = window(1200)
    reader.page.goto(elsewhere)
    with reader.page.expect_console_message(lambda line: REFUSED.search(line.text)):
        address = f"{live_server.url}/open-data/"
        reader.page.evaluate("address => document.querySelector('iframe').src = address", address)
    expect(reader.page.frame_locator("iframe").get_by_role("heading", name="Open data")).to_have_count(0)
    refused, reader.complaints[:] = list(reader.complaints), []
    assert any(REFUSED.search(line) for line in refused)
