"""What htmx swaps in must equal what a fresh page shows in that place (house rule 11).

Parsed, not compared as text, after les-emplois' tests/utils/htmx. Values that differ each time a form is drawn
(the CSRF token, the idempotency key) are left out.
"""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.test.html import Element, parse_html

NEW_EACH_TIME = {"csrfmiddlewaretoken", "key"}


def assert_fragment_equals_page(client: Client, url: str, target: str, **query: Any) -> HttpResponse:
    """GETs `url` as htmx would to fill #target, and afresh; returns the fragment's response."""
    headers = {"HX-Request": "true", "HX-Target": target}
    fragment = client.get(url, query, headers=headers)
    assert "HX-Request" in fragment.headers.get("Vary", ""), "An answer that differs for htmx must vary by it"
    assert_swapped_equals_fresh(fragment, client.get(url, query), target)
    return fragment


def assert_swapped_equals_fresh(fragment: HttpResponse, fresh: HttpResponse, target: str) -> None:
    """Compares a fragment (of a GET or a POST) with the element #target of a fresh page."""
    html = fragment.content.decode()
    assert "<html" not in html, "The whole page came where a part was asked for"
    wanted = find(parse_html(fresh.content.decode()), target)
    assert wanted is not None, f"The fresh page has no #{target}"
    got = parse_html(f"<div>{html}</div>")
    inside = find(got, target)
    left = tidy(inside) if inside is not None else [tidy(child) for child in got.children]
    right = tidy(wanted) if inside is not None else [tidy(child) for child in wanted.children]
    assert str(left) == str(right)


def find(node: Any, wanted: str) -> Element | None:
    """The element with that id, depth first."""
    if not isinstance(node, Element):
        return None
    if dict(node.attributes).get("id") == wanted:
        return node
    return next((found for child in node.children if (found := find(child, wanted))), None)


def tidy(node: Any) -> Any:
    """The node as nested tuples, without what is new each time."""
    if not isinstance(node, Element):
        return " ".join(str(node).split())
    attributes = dict(node.attributes)
    if attributes.get("name") in NEW_EACH_TIME:
        attributes.pop("value", None)
    return (node.name, sorted(attributes.items(), key=str), [tidy(child) for child in node.children])
