"""Point 26: where a request ends is told in one way only, by the web server that production runs.

A proxy and the server behind it that disagree about that let a visitor put the beginning of the next visitor's request.
So each request that could be read in two ways gets one answer, and the connection is closed before what hides behind it
is read.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.house.test_database import wait_for

pytestmark = pytest.mark.faults

HOST = b"Host: localhost\r\n"
HIDDEN = b"GET /health/hidden HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /health/live HTTP/1.1\r\n" + HOST
END = b"0\r\n\r\n"  # of a chunked body
LENGTH = len(END + HIDDEN)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        number: int = other.getsockname()[1]
    command = [sys.executable, "-m", "config.serve", "--port", str(number), "--workers", "1"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_ROLE": "web"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as server:
        try:
            assert wait_for(lambda: listens(number), 60)
            yield number
        finally:
            server.terminate()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def send(port: int, request: bytes) -> tuple[list[int], bool]:
    """What each answer's status was, and whether the server closed the connection within two seconds."""
    answer, closed = b"", False
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.settimeout(2)
        connection.sendall(request)
        try:
            while part := connection.recv(65_536):
                answer += part
            closed = True
        except TimeoutError:
            pass
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)], closed


def test_two_plain_requests_one_after_the_other_are_two(port: int) -> None:
    """What the others are compared with: a second request that is seen is answered."""
    assert send(port, b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n" + HIDDEN) == ([200, 404], False)


@pytest.mark.parametrize(
    "request_bytes",
    [
        POST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % LENGTH + END + HIDDEN,
        POST + b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n\r\n" % LENGTH + END + HIDDEN,
        POST + b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n\r\n" % LENGTH + END + HIDDEN,
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END + HIDDEN,
        POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + END + HIDDEN,
        POST.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + END + HIDDEN,
        POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
        POST + b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
        POST + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN,
        POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\n\n" + HIDDEN,
        POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff0\r\n\r\n" + HIDDEN,
        b"GET /health/live HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n" + HIDDEN,
    ],
    ids=[
        "length and chunked",
        "a space before the colon",
        "an encoding that nobody knows",
        "chunked not last",
        "a folded line",
        "chunked in 1.0",
        "two lengths",
        "a list of lengths",
        "a length with a sign",
        "a negative length",
        "bare line feeds",
        "a chunk beyond counting",
        "a zero byte",
    ],
)
def test_point_26_what_hides_behind_a_request_is_not_answered(port: int, request_bytes: bytes) -> None:
    (statuses, closed) = send(port, request_bytes)
    assert len(statuses) == 1, "a second request was read out of the first"
    assert statuses[0] >= 400
    assert closed
