"""What an adopter looks for is there, and each link between the documents leads somewhere."""

import importlib
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LOOKED_FOR = [
    "LICENSE",
    "NOTICE",
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    ".editorconfig",
    ".github/workflows/ci.yml",
    "Dockerfile",
    "compose.yaml",
    "docs/deploying.md",
    "docs/words.md",
    "docs/decisions/README.md",
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([\w./-]+)`")


def documents() -> list[Path]:
    """Each Markdown file of the project: what lies about and is not kept by git is nobody's concern."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    answer = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False)
    names = answer.stdout.split() if answer.returncode == 0 else ["README.md"]  # an archive without its git folder
    return [ROOT / name for name in sorted(names)]


DOCUMENTS = documents()
NAMES = [str(document.relative_to(ROOT)) for document in DOCUMENTS]


def without_code(document: Path) -> str:
    """The text without what is fenced or indented as code."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    return re.sub(r"^ {4}.*$", "", text, flags=re.M)


def anchors(document: Path) -> set[str]:
    """What a heading is called in a link, as code forges make it of its words."""
    headings = re.findall(r"^#+ +(.+)$", without_code(document), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", LOOKED_FOR)
def test_what_an_adopter_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).read_text().strip()


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_each_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(without_code(document)):
        if re.match(r"[a-z]+:", link):
            continue  # elsewhere: not to be tried without a network
        path, _, anchor = unquote(link).partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_each_file_that_is_named_in_full_is_there(document: Path) -> None:
    """`directory/exchange/feeds.py`, and not a part of a path: what begins with a folder of the project."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    named = {name for name in QUOTED.findall(document.read_text()) if "/" in name and name.split("/")[0] in folders}
    assert not {name for name in named if "…" not in name and not (ROOT / name).exists()}


def test_each_decision_is_in_the_list_and_has_its_four_headings() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert pages == {link for link in listed if "/" not in link}
    for page in pages:
        headings = re.findall(r"^## (.+)$", (folder / page).read_text(), re.M)
        assert headings == ["The question", "The decision", "What it costs", "When to think again"]


def test_all_that_is_here_by_others_is_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    licences = [path for top in ("static", "tests") for path in (ROOT / top).rglob("LICENSE*")]
    assert len(licences) >= 4
    for licence in licences:
        assert str(licence.relative_to(ROOT)) in notice


def test_the_words_stand_in_order() -> None:
    """Each table of the glossary by its first word, so that a reader finds it."""
    tables = re.findall(r"(?:^\|.*\n)+", (ROOT / "docs/words.md").read_text(), re.M)
    assert len(tables) == 2
    for table in tables:
        words = [row.split("|")[1].strip().lower() for row in table.splitlines()[2:]]
        assert words == sorted(words)


IMPORTED = re.compile(
    r"from ((?:config|agencies|directory|bookings|referrals|cases|tests)[\w.]*) import (\w+(?:, \w+)*)"
)
DOTTED = re.compile(r"`((?:agencies|directory|bookings|referrals|cases)(?:\.[a-z_]+)+)\.(\w+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_the_code_that_it_names_is_there(document: Path) -> None:
    """`from config.pdf import pdf_response` and `agencies.messages.queue_message`: what is copied from it works."""
    text = document.read_text()
    named = [(module, name) for module, names in IMPORTED.findall(text) for name in names.split(", ")]
    for module, name in named + DOTTED.findall(text):
        assert hasattr(importlib.import_module(module), name), f"{module} has no {name}"


def test_the_form_to_copy_imports_what_is_there() -> None:
    """The docstring of config/forms.py is the other place that people copy from."""
    from config import forms

    (names,) = re.findall(r"from config.forms import (.+)", forms.__doc__ or "")
    assert all(hasattr(forms, name) for name in names.split(", "))
