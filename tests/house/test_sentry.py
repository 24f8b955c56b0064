"""What goes to Sentry: nothing unless it is asked for, and then no more than the log says."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import brotli
import pytest

from tests.house.test_log import NAME, assert_nobody_in
from tests.house.test_settings import NEEDED, start

PROGRAM = """
import django, logging
django.setup()
from config.request_id import within

class Sent:  # as Django gives it along
    log_context = {"request": "0b1f5c1e6f0e4c0e"}

def look(name):
    number, email = "999 000 0018", "margaret@person.example.org"
    try:
        int(name)
    except ValueError as error:
        raise KeyError(name, number, email) from error

def fail(name):
    try:
        look(name)
    except KeyError:
        logging.getLogger("a").exception("No %s of 01632 960123 at /my/c2VjcmV0LW9mLWEtbGluay1mb3ItdGVzdHM/", "case",
                                         extra={"request": Sent(), "typed": name, "person": {"name": name}})

names = ["Margaret", "Thornbury"]
fail(" ".join(names))
with within(job=7, task="deliver_message"):
    logging.getLogger("b").error("Message 12 is given up")
logging.getLogger("c").warning("Not an error")
"""


class Host(HTTPServer):
    """Takes what is sent to it, unpacked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[str] = []


class Taking(BaseHTTPRequestHandler):
    server: Host

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack: Any = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers["Content-Encoding"], bytes)
        self.server.taken.append(unpack(body).decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_error_is_told_by_kind_and_place_and_of_nobody(host: Host) -> None:
    answer = start(NEEDED | {"SENTRY_DSN": f"http://key@127.0.0.1:{host.server_port}/1"}, "-c", PROGRAM)
    assert answer.returncode == 0, answer.stderr
    assert_nobody_in("".join(host.taken))
    assert "c2VjcmV0" not in "".join(host.taken)
    events = [json.loads(line) for taken in host.taken for line in taken.splitlines() if '"event_id"' in line]
    first, second = [event for event in events if "logentry" in event]
    assert first["logentry"] == {"message": "No case of … at /my/…/"}
    assert first["tags"] == {"request": "0b1f5c1e6f0e4c0e"}
    assert [value["type"] for value in first["exception"]["values"]] == ["ValueError", "KeyError"]
    assert [frame["function"] for frame in first["exception"]["values"][1]["stacktrace"]["frames"]] == ["fail", "look"]
    assert second["logentry"] == {"message": "Message 12 is given up"}
    assert second["tags"] == {"job": "7", "task": "deliver_message"}
    told = {"request", "user", "extra", "breadcrumbs", "modules", "contexts", "server_name"} & (
        set(first) | set(second)
    )
    assert told - {"contexts"} == set()


def test_nothing_is_told_to_anybody_unless_asked_for() -> None:
    program = "import django; django.setup(); import sys; print('sentry_sdk' in sys.modules)"
    assert start(NEEDED, "-c", program).stdout == "False\n"


def test_what_cannot_be_scrubbed_is_not_sent(host: Host) -> None:
    broken = PROGRAM.replace("names = [", "import config.sentry\nconfig.sentry.redact = None\nnames = [")
    answer = start(NEEDED | {"SENTRY_DSN": f"http://key@127.0.0.1:{host.server_port}/1"}, "-c", broken)
    assert answer.returncode == 0
    assert not [taken for taken in host.taken if "logentry" in taken or NAME in taken]
