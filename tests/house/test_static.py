"""Static files: vendored parts stripped as promised, hashed without errors, and within the budget of a first visit."""

import gzip
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

STATIC = Path(settings.BASE_DIR) / "static"
TEXT = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js", ".svg")]
BUDGET = 110_000  # bytes over the wire, first visit, no map (shared performance.md)


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(STATIC).as_posix() for path in paths]


def test_nothing_of_the_government_brand_is_left() -> None:
    everything = [path for path in STATIC.rglob("*") if path.is_file()]
    assert not [name for name in names(everything) if re.search(r"crest|crown|transport|govuk-icon|frutiger", name)]
    assert not names([path for path in TEXT if re.search("GDS Transport|govuk-crest", path.read_text())])


def test_no_source_map_is_asked_for() -> None:
    assert not names([path for path in TEXT if "sourceMappingURL" in path.read_text()])


def test_every_vendored_folder_is_accounted_for() -> None:
    said = (STATIC / "VENDORED.md").read_text()
    for folder in (path for path in STATIC.iterdir() if path.is_dir()):
        if (folder / "LICENSE.txt").exists():
            assert f"`{folder.name}/`" in said


def test_every_file_a_stylesheet_names_is_there() -> None:
    for sheet in (path for path in TEXT if path.suffix == ".css"):
        for address in re.findall(r"url\([\"']?([^\"')]+)", sheet.read_text()):
            if not address.startswith(("data:", "#")):
                assert (sheet.parent / address).exists(), f"{sheet.name}: {address}"


def test_colours_are_named_once() -> None:
    """Outside :root the theme speaks in custom properties; a few tints stand where they are used."""
    text = (STATIC / "app.css").read_text()
    root = re.search(r":root \{.*?\n\}", text, re.DOTALL)
    assert root
    elsewhere = re.findall(r"#[0-9a-f]{6}\b", text.replace(root.group(), ""))
    assert len(elsewhere) <= 8


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance: 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    "ink/canvas",
    "ink/sand",
    "ink/white",
    "ink/focus",
    "ink/marigold",
    "ink-2/canvas",
    "ink-2/white",
    "ink-2/sand",
    "ink-2/tint",
    "link/canvas",
    "link/white",
    "link/sand",
    "link/tint",
    "hover/tint",
    "visited/canvas",
    "visited/white",
    "white/brand",
    "white/link",
    "white/hover",
    "white/error",
    "error/white",
    "error/canvas",
    "error/coral-tint",
    "success/success-tint",
    "coral/coral-tint",
    "plum/plum-tint",
    "sky/sky-tint",
    "amber/amber-tint",
    "ink/coral-tint",
    "ink/success-tint",
    "brand/white",
]
PART_PAIRS = ["input/white", "input/canvas", "link/canvas", "marigold/brand", "coral/canvas", "ink-2/canvas"]


@pytest.mark.parametrize(("pair", "least"), [(p, 4.5) for p in TEXT_PAIRS] + [(p, 3.0) for p in PART_PAIRS])
def test_colours_can_be_read(pair: str, least: float) -> None:
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", (STATIC / "app.css").read_text()))
    one, other = (colours[name] if len(colours[name]) == 7 else "#ffffff" for name in pair.split("/"))
    assert contrast(one, other) >= least


def test_nothing_is_printed_smaller_than_15_pixels() -> None:
    text = (STATIC / "app.css").read_text()
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)rem", text)]
    sizes += [float(size) for size in re.findall(r"--(?:text|small|smallest): ([\d.]+)rem", text)]
    assert min(sizes) * 16 >= 15


def test_hashing_for_production_finds_every_file(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", verbosity=0, interactive=False)
    assert list(tmp_path.glob("app.*.css"))
    assert "hyperlegible-latin-400." in next(tmp_path.glob("app.*.css")).read_text()
    assert list(tmp_path.glob("app.*.css.br")), "Compressed once, when collected"


def wire(data: bytes, name: str = "") -> int:
    """Bytes sent: fonts are compressed already, the rest goes as brotli."""
    return len(data) if name.endswith(".woff2") else len(brotli.compress(data, quality=11))


@pytest.mark.usefixtures("sink")
@pytest.mark.parametrize("url", ["/gallery/", "/form/"])
def test_a_first_visit_stays_within_the_budget(client: Client, url: str) -> None:
    page = client.get(url).content
    assert first_visit(page) < BUDGET


def first_visit(page: bytes) -> int:
    """What a browser fetches for a page it has never seen: HTML as gzip, styles, scripts, both weights of the font."""
    html = page.decode()
    asked = set(re.findall(r'(?:href|src|data-govuk)="/static/([^"]+)"', html))
    asked |= {f"fonts/hyperlegible-latin-{weight}.woff2" for weight in (400, 700)}
    files = {name: Path(str(finders.find(name))).read_bytes() for name in asked}
    assert {"app.css", "app.js", "govuk/govuk-frontend.min.css"} <= set(files)
    return len(gzip.compress(page)) + sum(wire(data, name) for name, data in files.items())
