"""The browser of the tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as in .ci/system
PATIENCE = 30_000  # milliseconds until what does not come is a failure, on a machine that is busy with other things

expect.set_options(timeout=PATIENCE)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """The machine's own Chromium or, where there is none, the one that Playwright installed."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
