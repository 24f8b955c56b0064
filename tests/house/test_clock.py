"""The clock is read inside functions, never at import: a run that crosses midnight would work with two todays."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCKS = {"now", "today", "localdate", "localtime", "utcnow", "time", "time_ns"}
WITH_ARGUMENTS = {"now", "localdate", "localtime"}  # the others are something else when they are given any


def source_files() -> list[Path]:
    folders = (folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that importing the file makes: bodies of functions are left out, their defaults and decorators not."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        inside: list[ast.AST] = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        inside += getattr(node, "decorator_list", [])
    else:
        inside = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        yield node
    for one in inside:
        yield from calls_at_import(one)


def reads_clock(call: ast.Call, helpers: frozenset[str]) -> bool:
    if isinstance(call.func, ast.Name) and call.func.id in helpers:
        return True
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in CLOCKS and (name in WITH_ARGUMENTS or not call.args)


@cache
def clock_readers(path: Path) -> frozenset[str]:
    """The functions of that file, or imported into it from others of the project's, that read the clock themselves."""
    tree, found = ast.parse(path.read_text()), set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            other = ROOT.joinpath(*node.module.split(".")).with_suffix(".py")
            theirs = clock_readers(other) if other.exists() else frozenset()
            found |= {name.asname or name.name for name in node.names if name.name in theirs}
        elif isinstance(node, ast.FunctionDef):
            calls = (call for call in ast.walk(node) if isinstance(call, ast.Call))
            found |= {node.name} if any(reads_clock(call, frozenset(found)) for call in calls) else set()
    return frozenset(found)


def clock_reads_at_import(path: Path) -> list[str]:
    calls = calls_at_import(ast.parse(path.read_text()))
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return [f"{name}:{call.lineno}: {ast.unparse(call)}" for call in calls if reads_clock(call, clock_readers(path))]


def test_no_file_reads_the_clock_when_it_is_imported() -> None:
    assert [line for path in source_files() for line in clock_reads_at_import(path)] == []


@pytest.mark.parametrize(
    "line",
    [
        "TODAY = timezone.localdate() - DAY",
        "def long_ago(day=date.today()): ...",
        "@pytest.mark.parametrize('at', [timezone.now()])\ndef test_it(at): ...",
        "def in_days(n): return timezone.localdate() + n * DAY\nSOON = in_days(3)",
        "from tests.factories import at\nSOON = at(days=3)",
        "class Factory:\n    at = datetime.now(UTC)",
        "STARTED = time.time()",
    ],
)
def test_each_way_to_read_it_at_import_is_noticed(line: str, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(line)
    assert len(clock_reads_at_import(tmp_path / "one.py")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "def test_it(): assert timezone.now()",
        "at = LazyFunction(timezone.now)",
        "at = lambda: timezone.now()",
        "OPENS = datetime.time(10, 30)",
        "def kept(day=DAY): return timezone.localdate() - day",
    ],
)
def test_what_reads_it_later_is_left_alone(line: str, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(line)
    assert clock_reads_at_import(tmp_path / "one.py") == []
