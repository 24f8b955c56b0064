"""Every view declares who may open it, and keeps to that (security points 50 and 51)."""

import ast
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse

from agencies.access import Permission, Role
from tests.conftest import signed_in_client
from tests.factories import MembershipFactory
from tests.house.crawl import ADDRESSES, FOREIGN, OWN_ONLY, made_up, url_of

PRIVATE = sorted(name for name, p in ADDRESSES.items() if getattr(p.callback, "access", None) != "public")
PUBLIC = sorted(set(ADDRESSES) - set(PRIVATE) - {"health/ready"})  # 503 where no worker lives: test_health.py
APPS = ("agencies", "directory", "bookings", "referrals", "cases")
VIEWS = sorted(p for app in APPS for p in (Path(settings.BASE_DIR) / app).glob("**/views/*.py"))
PAGES = Path(__file__).parent / "pages.txt"


def who(pattern: URLPattern) -> str:
    access: Any = getattr(pattern.callback, "access", None)
    if isinstance(access, tuple):
        return " or ".join(Permission(p).name for p in access)
    return {"public": "anyone", "signed in": "anybody signed in", "member": "any member", None: "NOT SAID"}[access]


def test_point_50_each_view_says_who_may_open_it() -> None:
    """By @allow, @signed_in or @public."""
    assert [name for name in sorted(ADDRESSES) if who(ADDRESSES[name]) == "NOT SAID"] == []


def test_point_50_the_list_of_pages_is_reviewed() -> None:
    """Who may open which page, for reading in one go. Written anew with UPDATE_SNAPSHOTS=1."""
    lines = [f"{who(pattern):55} {name}" for name, pattern in sorted(ADDRESSES.items())]
    text = "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PAGES.write_text(text)
    assert text == PAGES.read_text(), "The pages or who may open them have changed: UPDATE_SNAPSHOTS=1, then review"


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_one_is_sent_to_sign_in(method: str) -> None:
    for name in PRIVATE:
        response = getattr(Client(), method)(url_of(name, made_up(ADDRESSES[name])))
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        assert to_sign_in or response.status_code in (404, 405), name


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_never_break(name: str, method: str, client: Client) -> None:
    response = getattr(client, method)(url_of(name, made_up(ADDRESSES[name])))
    assert response.status_code < 500


def test_the_crawler_knows_each_address_with_a_part_to_guess() -> None:
    """What is missing goes into tests/house/crawl.py."""
    assert {name for name in PRIVATE if made_up(ADDRESSES[name])} <= set(FOREIGN) | set(OWN_ONLY)


def test_the_crawler_knows_no_address_that_is_gone() -> None:
    assert not (set(FOREIGN) | set(OWN_ONLY)) - set(PRIVATE)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", list(Role))
def test_point_51_what_belongs_to_others_is_not_found(role: Role, method: str, client: Client) -> None:
    """Every address × every role × somebody else's object: 404, or 403 without the permission at all."""
    member = MembershipFactory(role=role, manages_team=True)
    signed_in_client(client, member)
    wrong = {}
    for name, make in FOREIGN.items():
        response = getattr(client, method)(reverse(name, kwargs=make()))
        to_confirm = response.status_code == 302 and "/reauthenticate/" in response["Location"]  # before it looks
        if response.status_code not in (403, 404, 405) and not to_confirm:
            wrong[name] = response.status_code
    assert not wrong


@pytest.mark.parametrize("role", list(Role))
def test_point_51_having_the_permission_a_stranger_gets_404_not_403(role: Role, client: Client) -> None:
    """403 for what exists and 404 for what does not would tell which exist."""
    signed_in_client(client, MembershipFactory(role=role, manages_team=True))
    for name, make in FOREIGN.items():
        pattern = ADDRESSES[name]
        there = client.get(reverse(name, kwargs=make())).status_code
        nothing = client.get(reverse(name, kwargs=made_up(pattern) | ({"name": "phone"} if "fact" in name else {})))
        assert there == nothing.status_code, name


@pytest.mark.parametrize("role", list(Role))
def test_point_23_no_state_changes_by_get(role: Role, client: Client) -> None:
    """A GET writes nothing but the session, the counters, and the note that a case was opened."""
    signed_in_client(client, MembershipFactory(role=role, manages_team=True))
    allowed = ("django_session", '"cache"', "usersessions", "SAVEPOINT")
    written: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        verb = str(sql).strip().split(" ")[0].upper()
        if verb in ("INSERT", "UPDATE", "DELETE") and not any(table in str(sql) for table in allowed):
            written.append(str(sql)[:100])
        return execute(sql, params, many, context)

    client.get(reverse("agencies:account"))
    for name, pattern in ADDRESSES.items():
        url = url_of(name, made_up(pattern))
        with connection.execute_wrapper(note):
            client.get(url)
        assert not written, name


def test_views_fetch_rows_only_through_visible_to() -> None:
    """House rule 4: no `Model.objects`, no bare `get_object_or_404(Model…)` in a view."""
    assert len(VIEWS) > 60
    assert [(path, found) for path in VIEWS if (found := fetched_otherwise(path.read_text()))] == []


def test_the_lint_sees_rows_fetched_otherwise() -> None:
    seen = ("Case.objects.all()", "get_object_or_404(Case, pk=1)", "get_object_or_404(rows, pk=1)")
    assert [len(fetched_otherwise(line)) for line in seen] == [1, 1, 0]


def fetched_otherwise(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            found.append(f"line {node.lineno}: .{node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("_or_404"):
            bare = node.args and isinstance(node.args[0], ast.Name) and node.args[0].id[:1].isupper()
            found += [f"line {node.lineno}: {node.func.id}({node.args[0].id}"] if bare else []  # type: ignore[attr-defined]
    return found
