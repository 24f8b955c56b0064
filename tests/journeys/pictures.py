"""Takes the README's pictures from a running demo place: `make pictures` while `make run` runs.

python -m tests.journeys.pictures [address]     address of the demo, by default http://127.0.0.1:8000
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.chromium import open_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS = 64  # enough for flat colours; keeps a picture under 60 KB


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def enter(page: Page, role: str) -> None:
    """Sign in as that person of the demo, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_role("button", name=role).click()


def take(address: str) -> None:
    """Search, a listing, a referral, caseload and case, as the demo place's people see them."""
    with open_chromium() as browser:
        page = browser.new_page(base_url=address, viewport={"width": 1000, "height": 900})
        page.goto("/activities/?words=something+on+a+Tuesday+near+BN11+that+is+free")
        keep(page, "search")
        enter(page, "Provider: ")
        page.goto("/listings/")
        page.get_by_role("link", name="Tuesday gardening group").click()
        keep(page, "listing")
        enter(page, "Referrer: ")
        page.goto("/refer/")
        keep(page, "referral")
        enter(page, "Connector: ")
        page.goto("/caseload/")
        keep(page, "caseload")
        page.goto("/caseload/?list=all")
        page.locator("main table th a").first.click()
        page.set_viewport_size({"width": 1000, "height": 1500})
        keep(page, "case")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
