"""What the documents claim, and what shows each claim: a test, a page, a command or another document.

A claim is a row of a Markdown table with a column "shown by". In that cell stand, in backticks,
`tests/a/test_b.py::test_c`, the name of a page (`cases:sharing`), a command (`manage.py verify_history`) or a file, and
links. A row that nothing here can show begins that cell with whose it is instead: "Operator:", "Agency:", "Not done:",
"Does not apply:" (`OTHERS`). Tests and pages that are named elsewhere in a document have to be there too.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
COLUMN = "shown by"
OTHERS = ("Operator:", "Agency:", "Not done:", "Does not apply:")

QUOTED = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED_TEST = re.compile(r"tests/[\w/]+\.py::\w+")
NAMED_PAGE = re.compile(r"[a-z]+:\w+|(?:account|mfa|oidc)_\w+")
CELL_EDGE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Row:
    """A row of a table: its document, line, and each cell by the heading of its column, in small letters."""

    document: Path
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """A claim that does not hold: where it stands and why."""

    document: Path
    line: int
    why: str

    def __str__(self) -> str:
        name = self.document.relative_to(ROOT) if self.document.is_relative_to(ROOT) else self.document
        return f"{name}:{self.line}: {self.why}"


def list_documents() -> list[Path]:
    """Every document that may claim something."""
    return [ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def read_rows(document: Path) -> Iterator[Row]:
    """The rows of all its tables. A cell that a row lacks is empty, and what it has too many belongs to the last."""
    heads: list[str] = []
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if not line.startswith("|"):
            heads = []
            continue
        cells = [cell.strip() for cell in CELL_EDGE.split(line)[1:-1]]
        if not heads:
            heads = [cell.lower() for cell in cells]
        elif set(line) - set("|-: "):
            last = len(heads) - 1
            cells = [*cells[:last], " | ".join(cells[last:])] + [""] * (last - len(cells))
            yield Row(document, number, dict(zip(heads, cells, strict=True)))


def list_claims(document: Path) -> list[Row]:
    """The rows that say by what they are shown."""
    return [row for row in read_rows(document) if COLUMN in row.cells]


def find_faults(document: Path) -> list[Fault]:
    """What a document claims and nothing shows."""
    faults = [Fault(document, row.line, why) for row in list_claims(document) for why in check_claim(row)]
    for number, line in enumerate(document.read_text().splitlines(), 1):
        named = [name for name in QUOTED.findall(line) if NAMED_TEST.fullmatch(name) or is_named_as_page(name)]
        faults += [Fault(document, number, why) for name in named if (why := check_name(name))]
    return sorted(set(faults), key=lambda fault: (fault.line, fault.why))


def check_claim(row: Row) -> list[str]:
    """Why what a claim names does not show it; [] when all of it is there."""
    cell = row.cells[COLUMN]
    shown, links = QUOTED.findall(cell), LINK.findall(cell)
    if not shown and not links and not cell.startswith(OTHERS):
        return [f"nothing shows this: name a test or a page, or begin with one of {', '.join(OTHERS)}"]
    wrong = [why for name in shown if (why := check_name(name))]
    return wrong + [f"there is no document {link}" for link in links if not has_target(row.document, link)]


def check_name(name: str) -> str:
    """Why nothing is called so; "" when it is there."""
    if NAMED_TEST.fullmatch(name):
        return "" if is_test(name) else f"there is no test {name}"
    if name.startswith("manage.py "):
        return "" if name.split()[1] in get_commands() else f"there is no command {name}"
    if NAMED_PAGE.fullmatch(name):
        return "" if name in page_names() else f"there is no page {name}"
    return "" if (ROOT / name).exists() else f"there is no file {name}"


def is_named_as_page(name: str) -> bool:
    """Whether it begins as the pages of an app do: `cases:…`."""
    return bool(NAMED_PAGE.fullmatch(name)) and name.split(":")[0] in {page.split(":")[0] for page in page_names()}


def has_target(document: Path, link: str) -> bool:
    """Whether a link to a file leads somewhere; one that leads elsewhere is not tried."""
    path = link.split("#")[0]
    return "://" in link or not path or (document.parent / path).exists()


def is_test(name: str) -> bool:
    """Whether `tests/a/test_b.py::test_c` is in that file, or in a class of it."""
    path, _, function = name.partition("::")
    return function.startswith("test_") and function in functions_of(ROOT / path)


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The names of all functions of a file; none where there is no file."""
    if not path.exists():
        return frozenset()
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


@cache
def page_names() -> frozenset[str]:
    """The name of each page, with its namespace, as `{% url %}` takes it."""

    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for found in resolver.url_patterns:
            if isinstance(found, URLResolver):
                yield from walk(found, f"{found.namespace}:" if found.namespace else space)
            elif isinstance(found, URLPattern) and found.name:
                yield space + found.name

    return frozenset(walk(get_resolver(), ""))
