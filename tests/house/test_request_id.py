"""Each request has a number: on its lines of the log, in its answer, on its page of error; none of a visitor counts."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from agencies.models import Membership
from config.log import JSONFormatter
from config.request_id import current_request_id
from tests.house.test_settings import NEEDED, PROGRAM, start

OURS = {"Origin": "http://testserver"}
FROM_PROXY = "0b1f5c1e6f0e4c0e9b1e0d6b6a1f2c3d"


class Lines(logging.Handler):
    """The lines of the log as production writes them, read again."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JSONFormatter())
        self.read: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.read.append(json.loads(self.format(record)))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    caplog.set_level(logging.INFO)
    handler = Lines()
    logging.root.addHandler(handler)
    yield handler.read
    logging.root.removeHandler(handler)


def test_a_request_is_one_line_with_its_page_and_nothing_of_whose_it_was(
    connector: Membership, client_of: Callable[..., Client], lines: list[dict[str, Any]]
) -> None:
    answer = client_of(connector).get("/caseload/?q=Margaret+Thornbury")
    (line,) = [line for line in lines if line["logger"] == "config.request_id"]
    assert line["request"] == answer["X-Request-ID"]
    assert (line["view"], line["method"], line["status"]) == ("cases:caseload", "GET", 200)
    assert isinstance(line["ms"], int)
    assert not {"Thornbury", connector.user.name, str(connector.pk), "127.0.0.1"} & set(map(str, line.values()))
    assert "Thornbury" not in json.dumps(line)
    assert current_request_id() == ""


def test_two_requests_have_two_numbers() -> None:
    assert Client().get("/health/live")["X-Request-ID"] != Client().get("/health/live")["X-Request-ID"]


@pytest.mark.parametrize(("trusted", "given"), [(False, FROM_PROXY), (True, FROM_PROXY), (True, "0b1f5c1e-6f0e-4c0e")])
def test_the_number_of_a_proxy_is_taken_where_there_is_one(settings: Any, trusted: bool, given: str) -> None:
    settings.TRUST_REQUEST_ID = trusted
    answer = Client().get("/health/live", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is trusted


@pytest.mark.parametrize("given", ["Margaret Thornbury", "999 000 0018", "a" * 37, "a\tb" * 8, "short", "", "é" * 20])
def test_a_number_that_is_none_is_not_taken_from_anybody(settings: Any, given: str) -> None:
    settings.TRUST_REQUEST_ID = True
    answer = Client().get("/health/live", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{16}", answer["X-Request-ID"])


def test_production_believes_a_proxy_only_when_told_that_there_is_one() -> None:
    assert json.loads(start(NEEDED, "-c", PROGRAM).stdout)["TRUST_REQUEST_ID"] is False
    assert json.loads(start(NEEDED | {"BEHIND_PROXY": "1"}, "-c", PROGRAM).stdout)["TRUST_REQUEST_ID"] is True


@pytest.mark.usefixtures("sink")
@pytest.mark.parametrize(("url", "status"), [("/nothing/", 404), ("/refuses/", 403), ("/fails/", 500), ("/form/", 400)])
def test_each_page_of_error_has_its_number(url: str, status: int, lines: list[dict[str, Any]]) -> None:
    client = Client(raise_request_exception=False, headers={"Host": "evil.example.org"} if status == 400 else {})
    answer = client.get(url)
    assert answer.status_code == status
    number = answer["X-Request-ID"]
    assert " ".join(re.findall(".{4}", number)) in answer.text
    assert [line for line in lines if line.get("request") == number and line["level"] in ("WARNING", "ERROR")]


@pytest.mark.usefixtures("sink")
def test_the_page_of_a_database_that_is_gone_has_it_too(lines: list[dict[str, Any]]) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        answer = Client(raise_request_exception=False).post("/gallery/", {"words": "Joan"}, headers=OURS)
    assert answer.status_code == 503
    assert " ".join(re.findall(".{4}", answer["X-Request-ID"])) in answer.text
    (line,) = [line for line in lines if "error" in line]
    assert line["request"] == answer["X-Request-ID"]
    assert line["error"] == "django.db.utils.OperationalError: server closed the connection"


@pytest.mark.usefixtures("sink")
def test_a_form_that_came_too_late_has_it_too() -> None:
    answer = Client(enforce_csrf_checks=True).post("/form/", {"name": "Rhian"}, headers=OURS)
    assert answer.status_code == 403
    assert " ".join(re.findall(".{4}", answer["X-Request-ID"])) in answer.text


@pytest.mark.parametrize("method", ["GET", "MARGARET"])
def test_a_made_up_method_and_address_are_not_written(method: str, lines: list[dict[str, Any]]) -> None:
    Client().generic(method, "/nowhere/Margaret-Thornbury/")
    (line,) = [line for line in lines if line["logger"] == "config.request_id"]
    assert (line["view"], line["method"]) == ("none", method if method == "GET" else "OTHER")
    assert "Not Found: …" in {line["message"] for line in lines}
    assert "Margaret" not in json.dumps(lines).title()


@pytest.mark.django_db(transaction=True)
def test_what_a_job_writes_says_which_job_it_was(monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, Any]]) -> None:
    from tests.agencies.test_jobs import send, work_once

    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    monkeypatch.setattr(
        "agencies.jobs.send_email", lambda message: logging.getLogger("a").warning("A word from within")
    )
    message = send()
    work_once()
    (line,) = [line for line in lines if line["message"] == "A word from within"]
    assert line["task"] == "deliver_message"
    assert isinstance(line["job"], int)
    around = [one for one in lines if one.get("job") == line["job"] and one["logger"].startswith("procrastinate")]
    assert len(around) == 2
    assert str(message.pk) not in json.dumps(around)  # an argument
