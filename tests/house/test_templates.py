"""The police of templates: nothing unescaped, nothing inline (CSP), nothing broken, nothing unused."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError, engines
from django.template.loader import get_template, select_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

from config.rows import environment
from tests.strict import strict_templates

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
APPS = ("config", "agencies", "directory", "bookings", "referrals", "cases", "demo")
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
HTML = [name for name in PAGES if name.endswith(".html")]

# Where output may skip escaping, each with its reason. Nothing does so far.
UNESCAPED: dict[str, str] = {}

ASKED_BY_PACKAGES = {"429.html": "allauth's limits on tries"}

INLINE = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "a handler": r"<[^>]*\son[a-z]+\s*=",
    "a script without src": r"<script(?![^>]*\s(?:src=|type=\"application/json\"))",
    "a javascript: address": r"javascript:",
    "script in an htmx attribute": r"hx-on|hx-vars|(hx-vals|hx-headers)\s*=\s*['\"]js:|hx-trigger=\"[^\"]*\[",
}


def source(name: str) -> str:
    return re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)


def code() -> dict[str, str]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in files}


def test_every_template_compiles() -> None:
    for name in PAGES:
        if name.startswith("rows/"):
            environment.get_template(name.removeprefix("rows/"))
        else:
            get_template(name)


def test_nothing_skips_escaping() -> None:
    """Security point 1. Plain-text e-mails have nothing to escape for, so there autoescape may be off."""
    filters = [name for name in PAGES if re.search(r"\|\s*safe(?:seq)?\b", source(name))]
    blocks = [name for name in HTML if re.search(r"{%\s*autoescape\s+off", source(name))]
    assert set(filters + blocks) == set(UNESCAPED)


def test_no_code_calls_text_safe() -> None:
    calls = r"mark_safe|SafeString\(|SafeText\(|safe\s*=\s*True\b"
    found = [name for name, text in code().items() if re.search(calls, text)]
    assert found == []


def test_nothing_is_inline() -> None:
    """The Content-Security-Policy would drop it in silence."""
    pages = [name for name in HTML if not name.startswith("pdf/")]
    texts = {name: re.sub(r"{[%{].*?[%}]}", "", source(name), flags=re.DOTALL) for name in pages}
    found = [(name, what) for name in pages for what, p in INLINE.items() if re.search(p, texts[name], re.IGNORECASE)]
    assert found == []


def test_every_address_named_in_a_template_exists() -> None:
    known = url_names()
    named = [(name, one) for name in HTML for one in re.findall(r"{%\s*url\s+[\"']([^\"']+)[\"']", source(name))]
    assert len(named) > 200
    assert [(name, one) for name, one in named if one not in known] == []


def url_names() -> set[str]:
    found: set[str] = set()

    def walk(resolver: object, prefix: str) -> None:
        for pattern in resolver.url_patterns:  # type: ignore[attr-defined]
            if hasattr(pattern, "url_patterns"):
                walk(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
            elif pattern.name:
                found.add(prefix + pattern.name)

    walk(get_resolver(), "")
    return found


def test_no_template_is_unused() -> None:
    """Named in code or in another template, or standing in for one of a package's (allauth, Django)."""
    texts = code() | {name: source(name) for name in PAGES}
    unused = []
    for page in PAGES:
        name = page.removeprefix("rows/")
        dynamic = name.startswith("hereabouts/") or name in ASKED_BY_PACKAGES  # the pack is drawn whole in test_forms
        named = dynamic or any(name in text for other, text in texts.items() if other != page)
        unused += [] if named or replaces_a_package(name) else [name]
    assert unused == []


def replaces_a_package(name: str) -> bool:
    """A page of a package of the same name, or the text of an e-mail that allauth sends (agencies/adapter.py)."""
    folders = [folder for folder in get_app_template_dirs("templates") if not folder.is_relative_to(TEMPLATES)]
    mails = [f"*/email/{Path(name).stem}_message.txt"] if name.startswith("email/") else []
    return any((folder / name).exists() or any(any(folder.glob(mail)) for mail in mails) for folder in folders)


def test_images_and_forms_say_what_they_must() -> None:
    """An image its words, and a form that posts its CSRF token."""
    for name in HTML:
        text = source(name)
        assert all("alt=" in tag for tag in re.findall(r"<img\b[^>]*>", text)), name
        for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL):
            if re.match(r"<form\b[^>]*method=\"post\"", form):
                assert "{% csrf_token %}" in form or "csrfmiddlewaretoken" in form, name


def test_htmx_keeps_no_pages_runs_no_code_and_talks_to_nobody_else() -> None:
    """A case page in sessionStorage would stay on a shared phone; 422 answers must be shown."""
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", source("base.html"))
    assert found
    config = json.loads(found.group(1))
    assert config["historyCacheSize"] == 0
    assert config["selfRequestsOnly"] is True
    assert config["allowEval"] is config["includeIndicatorStyles"] is False
    assert {"code": "422", "swap": True} in config["responseHandling"]


# --- The strictness itself ----------------------------------------------------------------------------


def test_an_undefined_variable_fails() -> None:
    with strict_templates(), pytest.raises(AssertionError, match="nobody"):
        engines["django"].from_string("{{ nobody.name }}").render({})


def test_if_may_ask_for_what_is_not_there() -> None:
    with strict_templates():
        assert engines["django"].from_string("{% if nobody %}x{% endif %}").render({}) == ""


def test_the_patterns_find_what_they_look_for() -> None:
    bad = [
        '<p style="x">',
        "<style>",
        '<a onclick="x">',
        "<script>x",
        'href="javascript:x"',
        'hx-on:click="x"',
    ]
    found = [next((what for what, p in INLINE.items() if re.search(p, text)), None) for text in bad]
    assert found == list(INLINE)


def test_a_template_that_is_broken_would_be_seen() -> None:
    with pytest.raises(TemplateSyntaxError):
        Engine().from_string("{% if %}")
    assert select_template(["nothing.html", "base.html"])
    assert Engine().from_string("{{ x }}").render(Context({"x": "<b>"})) == "&lt;b&gt;"


# --- The way back -------------------------------------------------------------------------------------

BACK_LINK = re.compile(r'<a class="back" href="(?P<to>[^>]*?)">(?P<words>[^<]*)</a>')


def back_links() -> list[tuple[str, str, str]]:
    """(template, name of the address or "", words) of each way back."""
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        named = dict(re.findall(r'{% address "([\w:]+)"[^%]* as (\w+) %}', text))
        by_variable = {variable: name for name, variable in named.items()}
        for link in BACK_LINK.finditer(text):
            direct = re.search(r'{% url "([\w:]+)".*?%}(.*)', link["to"])
            variable = re.search(r"{{ (\w+) }}", link["to"])
            name = direct[1] + direct[2] if direct else by_variable.get(variable[1], "") if variable else ""
            found.append((path.name, name, link["words"]))
    return found


def test_a_way_back_says_where_it_leads() -> None:
    """Never a bare "Back"; and the words are the same on every page that leads there, as on its tab."""
    from config.template_tags import NAVIGATION_PAGES

    assert len(back_links()) > 50
    assert not [(page, words) for page, _, words in back_links() if re.match(r"\s*back\b", words, re.IGNORECASE)]
    tabs, said = dict(NAVIGATION_PAGES), {}
    for page, name, words in back_links():
        if name and "{" not in words:
            said.setdefault(name, set()).add(words)
            assert words == tabs.get(name, words), f"{page}: the tab says “{tabs.get(name)}”"
    assert not {name: words for name, words in said.items() if len(words) > 1 and name != "directory:join_question"}
