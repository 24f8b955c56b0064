"""The pages for when something went wrong: in the house's look, with the phone number, and nothing lost."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Membership

pytestmark = pytest.mark.usefixtures("sink")
OURS = {"Origin": "http://testserver"}


def body(response: Any) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/nothing/", 404, "We cannot find that page"),
        ("/refuses/", 403, "You cannot open this page"),
        ("/fails/", 500, "Something went wrong"),
    ],
)
def test_each_error_has_a_page_with_the_way_out(url: str, status: int, words: str) -> None:
    client = Client(raise_request_exception=False)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in body(answer)
    assert "01632 960100" in body(answer)
    assert not [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]  # ATOMIC_REQUESTS inside the test


def test_a_request_that_cannot_be_read_is_400(settings: Any) -> None:
    answer = Client(headers={"Host": "evil.example.org"}).get("/form/")
    assert answer.status_code == 400
    assert "<h1>That did not work</h1>" in body(answer)


def test_a_broken_database_still_gets_a_page(connector: Membership, client_of: Callable[..., Client]) -> None:
    client = client_of(connector)
    client.raise_request_exception = False
    client.get("/gallery/")

    def broken(*_: Any) -> None:
        raise RuntimeError("no database")

    with connection.execute_wrapper(broken):
        answer = client.get("/gallery/")
    assert answer.status_code == 500
    assert "<h1>Something went wrong</h1>" in body(answer)


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, psycopg.OperationalError])
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_a_database_that_is_gone_is_503_and_to_be_tried_again(
    kind: type[Exception], who: str, connector: Membership, client_of: Callable[..., Client]
) -> None:
    client = client_of(connector) if who == "member" else Client()
    client.raise_request_exception = False

    def gone(*_: Any) -> None:
        raise kind("server closed the connection: Margaret Thornbury")

    with connection.execute_wrapper(gone):
        answer = client.get("/gallery/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "<h1>Back in a moment</h1>" in body(answer)
    assert "Thornbury" not in body(answer)


@pytest.mark.parametrize(("origin", "kept"), [("http://testserver", True), ("https://evil.example.org", False)])
def test_what_was_posted_to_a_database_that_is_gone_can_be_sent_again(origin: str, kept: bool) -> None:
    client = Client(raise_request_exception=False)

    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        answer = client.post("/gallery/", {"words": "Joan likes the sea"}, headers={"origin": origin})
    assert answer.status_code == 503
    assert ('<input type="hidden" name="words" value="Joan likes the sea">' in body(answer)) is kept
    assert ("csrfmiddlewaretoken" in body(answer)) is kept
    assert "no-store" in answer["Cache-Control"]  # whoever sits there next does not find it in the browser


def late(member: Membership, client_of: Callable[..., Client]) -> Client:
    """A client whose forms are refused for want of a fresh key."""
    client = client_of(member)
    client.handler.enforce_csrf_checks = True
    return client


def test_a_form_sent_too_late_comes_back_to_be_sent_again(
    connector: Membership, client_of: Callable[..., Client]
) -> None:
    answer = late(connector, client_of).post("/form/?x=1", {"name": "Rhian <b>", "reasons": ["a", "b"]}, headers=OURS)
    assert answer.status_code == 403
    assert "<h1>Please send it once more</h1>" in body(answer)
    assert '<input type="hidden" name="name" value="Rhian &lt;b&gt;">' in body(answer)
    assert body(answer).count('name="reasons"') == 2
    assert "no-store" in answer["Cache-Control"]
    assert 'action="/form/?x=1"' in body(answer)
    assert 'name="csrfmiddlewaretoken"' in body(answer)


@pytest.mark.parametrize("origin", [{"Origin": "https://evil.example.org"}, {"Origin": "null"}, {}])
def test_a_form_from_elsewhere_is_not_offered_again(
    origin: dict[str, str], connector: Membership, client_of: Callable[..., Client]
) -> None:
    answer = late(connector, client_of).post("/form/", {"name": "Rhian"}, headers=origin)
    assert "<h1>We could not accept that</h1>" in body(answer)
    assert "Rhian" not in body(answer)


@pytest.mark.parametrize("name", ["password", "new_password1", "code", "otp_token"])
def test_no_secret_is_ever_shown_again(name: str, connector: Membership, client_of: Callable[..., Client]) -> None:
    answer = late(connector, client_of).post("/form/", {name: "hunter2hunter2", "name": "Rhian"}, headers=OURS)
    assert "hunter2" not in body(answer)
    assert "<h1>We could not accept that</h1>" in body(answer)


def test_a_visitor_is_told_to_go_back() -> None:
    answer = Client(enforce_csrf_checks=True).post("/form/", {"name": "Rhian"}, headers=OURS)
    assert answer.status_code == 403
    assert "Rhian" not in body(answer)
    assert "what you typed may still be there" in body(answer)
