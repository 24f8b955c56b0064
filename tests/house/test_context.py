"""What context processors give to every page, no page calls something else by the same name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.template import RequestContext, engines
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.module_loading import import_string

from tests.factories import ServiceFactory
from tests.strict import bind_strictly

ROOT = Path(settings.BASE_DIR)
PAGES = [path for path in (ROOT / "templates").rglob("*.html") if path.parts[-2] not in ("pdf", "email", "rows")]
WITHOUT_PROCESSORS = "errors.py"  # its pages are drawn without a request, so it gives them the same names
VIEWS = [path for path in ROOT.glob("*/**/views/*.py") if not {".venv", "tests"} & set(path.parts)]
VIEWS = [path for path in VIEWS if path.name != WITHOUT_PROCESSORS]
BOUND_BY_TAG = (
    r"{%-?\s*for\s+([\w, ]+?)\s+in\s",  # for one, other in
    r"{%-?\s*(?:with|include|blocktranslate)\s([^%]*)%}",  # with one=…
    r"\sas\s+(\w+)\s*-?%}",
)


def names_of_every_page() -> set[str]:
    request = RequestFactory().get("/")
    request.session, request._messages = SessionStore(), CookieStorage(request)  # type: ignore[attr-defined]
    processors = settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
    return {name for path in processors for name in import_string(path)(request)}


def names_bound_in(source: str) -> Iterator[str]:
    for pattern in BOUND_BY_TAG:
        for found in re.findall(pattern, source):
            yield from re.findall(r"(\w+)=", found) if "=" in found else re.findall(r"^\w+$|\w+(?=,)|(?<=, )\w+", found)


def names_given_by(path: Path) -> set[str]:
    """Every key of a dict that is written out in a view, and every `context["…"] = …`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            found |= {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= {node.slice.value} if isinstance(node.slice, ast.Constant) else set()
    return found


def test_there_is_something_to_compare() -> None:
    assert {"request", "place", "demo", "shortlist_ids", "messages"} <= names_of_every_page()
    assert len(VIEWS) > 40
    assert set(
        names_bound_in("{% for a, b in c %}{% with d=e f=g %}{% include 'x' with h=i only %}{% url 'x' as j %}")
    ) == {*"abdfhj"}


def test_no_view_gives_a_page_such_a_name() -> None:
    taken = names_of_every_page()
    assert [path for path in VIEWS if names_given_by(path) & taken] == []


def test_no_template_binds_such_a_name() -> None:
    taken = names_of_every_page()
    assert [path for path in PAGES if set(names_bound_in(path.read_text())) & taken] == []


def test_the_suite_refuses_a_page_that_takes_such_a_name() -> None:
    context = RequestContext(RequestFactory().get("/"))
    context.push({"place": "Hove"})
    template = SimpleNamespace(name="page.html", engine=engines["django"].engine)
    with pytest.raises(AssertionError, match=r"page\.html"), bind_strictly(context, template):
        pass


def test_the_header_counts_the_readers_own_list(client: Client) -> None:
    for _ in range(2):
        client.post(reverse("directory:keep", args=[ServiceFactory().pk]))
    for address in ("/", "/activities/", "/help/"):
        assert '<span class="kept__count">2</span>' in client.get(address).content.decode()
