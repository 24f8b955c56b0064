"""Windows of a real Chromium, one for each person of a story; what the browser complains of fails the story."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from agencies.models import Membership
from tests.chromium import PATIENCE, open_chromium
from tests.conftest import signed_in_client

AT_WORK = ".htmx-request, .htmx-swapping, .htmx-settling"  # what htmx writes on elements until an answer is in place


class Window:
    """One person's window. `step` is called at each page of the story: axe, nothing to scroll sideways."""

    def __init__(self, context: BrowserContext, script: bool) -> None:
        self.context, self.script, self.complaints = context, script, []  # type: ignore[var-annotated]
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.listen)

    def listen(self, line: ConsoleMessage) -> None:
        """Errors are kept, but not that a page came with status 422: that is how a form says what is missing.

        Nor that htmx gave up asking for what a newer question replaced.
        """
        replaced = "htmx:afterRequest" in line.text or "htmx:sendAbort" in line.text
        if line.type == "error" and "422" not in line.text and not replaced:
            self.complaints.append(line.text)

    def wait_for_htmx(self) -> None:
        """Until every answer that htmx asked for is in its place."""
        expect(self.page.locator(AT_WORK)).to_have_count(0)

    def step(self, what: str, title: str = "") -> Page:
        """`what` names the page in a failure; after a click, `title` is how the title of the next page begins."""
        if title:
            expect(self.page).to_have_title(re.compile(f"^{re.escape(title)}"))
        self.wait_for_htmx()
        self.page.wait_for_load_state()
        assert self.complaints == [], f"{what}: the browser complains"
        aside = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert aside <= 0, f"{what}: {aside} pixels to scroll sideways"
        if self.script:
            found = Axe().run(self.page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == [], f"{what}: axe"
        return self.page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with its module: while it is open no other test of the process can run an event loop."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Window]]:
    """window(width, script=True, member=None): a new window, signed in as the member if one is given."""
    windows: list[Window] = []

    def make(width: int, *, script: bool = True, member: Membership | None = None) -> Window:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 800}, java_script_enabled=script
        )
        if member:
            cookie = signed_in_client(Client(), member).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        context.set_default_timeout(PATIENCE)
        windows.append(Window(context, script))
        return windows[-1]

    yield make
    for one in windows:
        one.context.close()
        assert one.complaints == []
