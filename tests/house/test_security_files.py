"""Points 4 and 31: nobody's words are a pattern, and nobody's file is kept but a directory to be imported."""

import ast
import importlib

import pytest
from django.apps import apps
from django.db import models
from django.forms import BaseForm, FileField

from tests.house.test_security_web import APPS, CODE, ROOT

TAKE_A_PATTERN = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


# --- 4: patterns ----------------------------------------------------------------------------------------


def loose_names(node: ast.expr) -> list[str]:
    """Names in a pattern that are neither constants (in capitals) nor go through `re.escape`."""
    if isinstance(node, ast.Call):
        return [] if ast.unparse(node.func) == "re.escape" else [ast.unparse(node)]
    if isinstance(node, ast.Name):
        return [] if node.id.strip("_").isupper() else [node.id]
    return [name for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr) for name in loose_names(part)]


def loose_patterns(source: str) -> list[tuple[int, list[str]]]:
    """(line, names) of each call of `re` with such a pattern."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_re = ast.unparse(node.func.value) == "re" and node.func.attr in TAKE_A_PATTERN
            if of_re and (names := loose_names(node.args[0])):
                found.append((node.lineno, names))
    return found


# What was looked at: each is put together from words of the code alone, or, `code`, a postcode that was read as one.
REVIEWED = {
    ("directory/catalogue/facets.py", "'|'.join(WEEKDAY_CODES)"),
    ("directory/catalogue/facets.py", "pattern"),
    ("directory/catalogue/hours.py", "'|'.join(DAY_NAMES.values())"),
    ("directory/catalogue/hours.py", "'|'.join((f'{name}' for name in calendar.month_name[1:]))"),
    ("directory/exchange/open_referral/columns.py", "'|'.join(ways)"),
    ("directory/exchange/open_referral/row_repairs.py", "code.replace(' ', ' ?')"),
    ("directory/publishing/registers.py", "keep"),
    ("directory/publishing/registers.py", "word"),
    ("directory/search/parsing.py", "pattern"),
    (
        "directory/text/conditions.py",
        "'|'.join((f'(?P<{kind}>{words})' for kind, words in PHRASES.items() if kind.islower()))",
    ),
    ("directory/text/conditions.py", "name"),
    ("directory/text/markup.py", "chr(ASIDE + 127)"),
    ("directory/text/markup.py", "chr(ASIDE)"),
    ("directory/text/markup.py", "edge"),
    ("directory/text/markup.py", "sign"),
    ("directory/text/opening_hours.py", "'|'.join(DAY_NAME_PATTERNS)"),
    ("directory/text/opening_hours.py", "'|'.join(WEEK_OF_MONTH)"),
    ("directory/text/opening_hours.py", "numbers"),
    ("directory/text/spelling.py", "least"),
    ("directory/text/spelling.py", "one"),
}


def test_point_04_no_pattern_is_made_of_what_somebody_typed() -> None:
    """Of a new one: `re.escape` it, or look where it comes from and add it to `REVIEWED`."""
    paths = {str(path.relative_to(ROOT)): path.read_text() for path in CODE}
    found = {(path, name) for path, text in paths.items() for _, names in loose_patterns(text) for name in names}
    assert found - REVIEWED == set()
    assert REVIEWED - found == set(), "these are gone"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("re.search(typed, text)", ["typed"]),
        ("re.sub(rf'\\b{typed}', '', text)", ["typed"]),
        ("re.sub(rf'\\b{re.escape(typed)}', '', text)", []),
        ("re.compile(PATTERN + '$')", []),
    ],
)
def test_point_04_the_lint_sees_it(line: str, names: list[str]) -> None:
    assert [found for _, found in loose_patterns(line)] == ([names] if names else [])


def test_point_04_the_database_is_given_no_pattern_of_anybodys() -> None:
    """`field__regex=` takes a literal: it is a rule of a column."""
    loose = []
    for path in CODE:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        for call in calls:
            for word in call.keywords:
                if (word.arg or "").endswith(("__regex", "__iregex")) and loose_names(word.value):
                    loose.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert loose == []


# --- 31: files ------------------------------------------------------------------------------------------


def forms_with_files(base: type[BaseForm] = BaseForm) -> set[str]:
    found = set()
    for form in base.__subclasses__():
        fields = getattr(form, "base_fields", {}).values()
        if form.__module__.split(".")[0] in APPS and any(isinstance(field, FileField) for field in fields):
            found.add(form.__name__)
        found |= forms_with_files(form)
    return found


def test_point_31_one_form_takes_a_file_and_it_is_a_stewards_import() -> None:
    """Nobody attaches anything to a person: there is nothing to scan. Whoever adds a second form brings a scanner."""
    for path in CODE:
        if "forms" in path.parts or path.name == "forms.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    assert forms_with_files() == {"UploadForm"}


def test_point_31_no_table_keeps_a_file() -> None:
    kept = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]
    assert kept == []


def test_point_31_no_view_but_that_one_reads_a_file() -> None:
    """Besides it the page for a form that came too late asks whether there was one: that cannot be sent again."""
    reading = [str(path.relative_to(ROOT)) for path in CODE if "request.FILES" in path.read_text()]
    assert reading == ["agencies/views/errors.py", "directory/exchange/views/sources.py"]
