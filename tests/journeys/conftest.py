"""Windows of a real Chromium, one for each person of a story; what the browser complains of fails the story."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from agencies.models import Membership
from tests.conftest import signed_in_client

SYSTEM = Path("/usr/bin/chromium")


class Window:
    """One person's window. `step` is called at each page of the story: axe, nothing to scroll sideways."""

    def __init__(self, context: BrowserContext, script: bool) -> None:
        self.context, self.script, self.complaints = context, script, []  # type: ignore[var-annotated]
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.listen)

    def listen(self, line: ConsoleMessage) -> None:
        """Errors are kept, but not that a page came with status 422: that is how a form says what is missing."""
        if line.type == "error" and "422" not in line.text:
            self.complaints.append(line.text)

    def step(self, what: str) -> Page:
        """`what` names the page in a failure."""
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
    with sync_playwright() as playwright:
        path = SYSTEM if SYSTEM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


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
        context.set_default_timeout(8_000)  # milliseconds
        windows.append(Window(context, script))
        return windows[-1]

    yield make
    for one in windows:
        one.context.close()
        assert one.complaints == []
