"""Paged feeds over HTTP, from a server on this machine."""

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from directory.exchange import feeds
from directory.exchange.feeds import FeedError, is_public_ip, read_services, resolve_public_address
from directory.models import Run, Service
from tests.directory.exchange.test_importer import walk


class Server(ThreadingHTTPServer):
    """Answers from `pages`: path (and query) → JSON, (status, headers, bytes), or a function of the query."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(self.path)
        found = self.server.pages.get(self.path, self.server.pages.get(parts.path, (404, {}, b"")))
        if callable(found):
            found = found(parse_qs(parts.query))
        if not isinstance(found, tuple):
            found = (200, {"Content-Type": "application/json"}, json.dumps(found).encode())
        self.send_response(found[0])
        for name, value in found[1].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(found[2])

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds.time, "sleep", lambda _seconds: None)


def paged(rows: list[Any], per_page: int = 2) -> Any:
    """A feed's `/services`."""

    def page(query: dict[str, list[str]]) -> Any:
        number = int(query.get("page", ["1"])[0])
        contents = rows[(number - 1) * per_page : number * per_page]
        total = -(-len(rows) // per_page)
        return {
            "total_items": len(rows),
            "total_pages": total,
            "page_number": number,
            "size": len(contents),
            "first_page": number == 1,
            "last_page": number >= total,
            "empty": not contents,
            "contents": contents,
        }

    return page


def ids(url: str) -> list[str]:
    return [row["id"] for row in read_services(url, allow_private=True)]


@pytest.mark.parametrize("path", ["", "/", "/services", "/services?page=1"])
def test_a_paged_feed_is_read_to_its_end(server: Server, path: str) -> None:
    rows = [walk(str(n)) for n in range(5)]
    server.pages = {"/": {"version": "HSDS-UK-3.0"}, "/services": paged(rows)}
    assert ids(server.url + path) == ["0", "1", "2", "3", "4"]


def test_a_plain_list_by_address(server: Server) -> None:
    server.pages = {"/all.json": [walk("a"), walk("b")]}
    assert ids(server.url + "/all.json") == ["a", "b"]


def test_services_that_are_only_named_are_fetched_whole(server: Server) -> None:
    names = [{"id": str(n), "name": "Walk"} for n in range(3)]
    server.pages = {"/services": paged(names)} | {f"/services/{n}": walk(str(n)) for n in range(2)}
    rows = list(read_services(f"{server.url}/services", allow_private=True))
    assert ["schedules" in row for row in rows] == [True, True, False], "what is not there stays as it was named"


@pytest.mark.parametrize("total", [{}, {"total_items": 3}, {"totalElements": 3}])
def test_a_feed_that_gives_its_first_page_for_every_number_ends_and_is_not_whole(
    server: Server, total: dict[str, int]
) -> None:
    server.pages = {"/services": {"contents": [walk("a")]} | total}
    came: list[str] = []
    with pytest.raises(FeedError, match=r"Page 2 .* gives again what came before"):
        came.extend(row["id"] for row in read_services(f"{server.url}/services", allow_private=True))
    assert came == ["a"]
    assert len(server.asked) < 5


ROWS = [walk(str(n)) for n in range(7)]
FLAT = [{"id": n, "name": f"Walk {n}", "postcode": "BN11 1AA", "hours": "Monday 10am-11am"} for n in range(7)]


def _from(mark: str, query: dict[str, list[str]]) -> int:
    """The number in a parameter, which is 0 when it is not given."""
    return int(query.get(mark, ["0"])[0].strip("rec"))


def _more(at: int, more: Any, other: Any = None) -> Any:
    return more if at + 3 < 7 else other


PAGES_OF_OTHERS: dict[str, Any] = {  # address given for what comes after `at` services, and how it is said
    "offset": ("offset", ROWS, lambda rows, at: {"results": rows, "total": 7, "offset": at, "limit": 3}),
    "offset in meta": ("offset", ROWS, lambda rows, at: {"items": rows, "meta": {"total": 7, "offset": at}}),
    "Django REST": ("at", ROWS, lambda rows, at: {"count": 7, "next": _more(at, f"/f?at={at + 3}"), "results": rows}),
    "relative": ("at", ROWS, lambda rows, at: {"services": rows, "links": {"next": _more(at, f"?at={at + 3}")}}),
    "Laravel": ("at", ROWS, lambda rows, at: {"data": rows, "total": 7, "next_page_url": _more(at, f"/f?at={at + 3}")}),
    "HAL": (
        "at",
        ROWS,
        lambda rows, at: {
            "_embedded": {"services": rows},
            "_links": _more(at, {"next": {"href": f"/f?at={at + 3}"}}, {}),
            "page": {"totalElements": 7},
        },
    ),
    "JSON:API": (
        "at",
        FLAT,
        lambda rows, at: {
            "data": [{"type": "service", "id": row["id"], "attributes": row} for row in rows],
            "links": {"next": _more(at, f"/f?at={at + 3}")},
        },
    ),
    "cursor": ("cursor", ROWS, lambda rows, at: {"data": rows, "meta": {"next_cursor": _more(at, str(at + 3))}}),
    "OData": ("at", FLAT, lambda rows, at: {"value": rows} | _more(at, {"@odata.nextLink": f"/f?at={at + 3}"}, {})),
    "ArcGIS": (
        "resultOffset",
        FLAT,
        lambda rows, at: {
            "features": [{"attributes": row, "geometry": {"x": -0.37, "y": 50.81}} for row in rows],
            "exceededTransferLimit": _more(at, True, False),
        },
    ),
    "CKAN": (
        "at",
        FLAT,
        lambda rows, at: {"result": {"records": rows, "total": 7, "_links": {"next": f"/f?at={at + 3}"}}},
    ),
    "Airtable": (
        "offset",
        FLAT,
        lambda rows, at: (
            {"records": [{"id": f"r{row['id']}", "fields": row} for row in rows]}
            | _more(at, {"offset": f"rec{at + 3}"}, {})
        ),
    ),
    "Link header": (
        "at",
        ROWS,
        lambda rows, at: (200, _more(at, {"Link": f'</f?at={at + 3}>; rel="next"'}, {}), json.dumps(rows).encode()),
    ),
}


@pytest.mark.parametrize("maker", PAGES_OF_OTHERS)
def test_pages_of_other_makers_are_read_to_the_last(server: Server, maker: str) -> None:
    mark, rows, page = PAGES_OF_OTHERS[maker]

    def answer(query: dict[str, list[str]]) -> Any:
        at = _from(mark, query)
        return page(rows[at : at + 3], at)

    server.pages = {"/f": answer}
    names = [row["name"] for row in read_services(f"{server.url}/f", allow_private=True)]
    assert names == [row["name"] for row in rows]


def test_a_list_that_gives_one_page_of_many_is_not_a_whole_run(server: Server) -> None:
    server.pages = {"/f": {"data": ROWS[:3], "total": 7}}
    with pytest.raises(FeedError, match="says that it has 7 services, and gave 3 different ones"):
        ids(f"{server.url}/f")


@pytest.mark.parametrize("following", ["http://[x", "/x\x02"])
def test_a_next_address_that_is_none_is_said_and_what_came_is_kept(server: Server, following: str) -> None:
    server.pages = {"/f": {"data": ROWS[:3], "next": following}}
    came: list[Any] = []
    with pytest.raises(FeedError, match="is not a web address"):
        came.extend(read_services(f"{server.url}/f", allow_private=True))
    assert len(came) == 3


def test_a_feed_without_an_end_is_stopped(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_SERVICES", 20)
    server.pages = {"/f": lambda query: _endless_page(_from("at", query))}
    with pytest.raises(FeedError, match="has more than 20 services"):
        ids(f"{server.url}/f")


def _endless_page(at: int) -> Any:
    return {"data": [walk(str(at + n)) for n in range(9)], "next": f"/f?at={at + 9}"}


def test_a_page_cut_off_is_asked_for_again_and_old_letters_are_read(server: Server) -> None:
    whole = json.dumps({"contents": [walk("a", name="Café")], "total_pages": 1}, ensure_ascii=False)
    answers = [whole.encode()[:90], whole.encode("cp1252")]
    server.pages = {"/": {"version": "3.0"}, "/services": lambda _: (200, {}, answers.pop(0))}
    (row,) = read_services(server.url, allow_private=True)
    assert row["name"] == "Café"


def test_pages_that_wrap_round_end_a_whole_run_and_say_so(server: Server) -> None:
    """After its last page this feed begins anew, and says that it never ends."""
    rows = [walk(str(n)) for n in range(5)]
    tidy = paged(rows)

    def endless(query: dict[str, list[str]]) -> Any:
        number = int(query.get("page", ["1"])[0])
        return tidy({"page": [str((number - 1) % 3 + 1)]}) | {"last_page": False, "total_pages": 900}

    server.pages = {"/services": endless}
    *services, notice = read_services(f"{server.url}/services", allow_private=True)
    assert [row["id"] for row in services] == ["0", "1", "2", "3", "4"]
    assert "Page 4" in notice.said
    call_command("import_services", f"{server.url}/services", "--allow-private", "--source", "x", verbosity=0)
    run = Run.objects.get()
    assert (run.new, run.refused, run.is_whole) == (5, 0, True)
    assert any("Page 4" in said for _, _, said in run.problems)


def test_fewer_different_services_than_the_feed_counts_is_not_a_whole_run(server: Server) -> None:
    rows = [walk(str(n)) for n in (0, 1, 1, 2, 2, 0)]
    server.pages = {"/services": paged(rows)}
    with pytest.raises(CommandError, match="has 6 services, and gave 3 different ones"):
        call_command("import_services", f"{server.url}/services", "--allow-private", "--source", "x", verbosity=0)
    run = Run.objects.get()
    assert (run.new, run.refused, run.gone, run.is_whole) == (3, 0, [], False)


@pytest.mark.parametrize("path", ["/organizations", "/services", "/taxonomies"])
@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"id": "1", "name": "Big Charity", "description": "A charity", "website": "https://example.org"}, "organis"),
        ({"id": "1", "name": "Big Charity", "legal_status": "CIO", "phones": [{"number": "01632 960000"}]}, "organis"),
        ({"id": "1", "name": "Isolation", "vocabulary": "esd", "parent_id": None}, "taxonomy terms"),
        ({"id": "1", "name": "Hall", "location_type": "physical", "schedules": [{}]}, "locations"),
        ({"id": "1", "service": {"id": "2"}, "location": {"id": "3"}}, "services at locations"),
    ],
)
def test_a_page_of_something_else_is_refused_by_name(server: Server, path: str, row: Any, kind: str) -> None:
    server.pages = {path: {"total_items": 1, "total_pages": 1, "page_number": 1, "contents": [row]}}
    with pytest.raises(FeedError, match=f"is a list of {kind}"):
        ids(server.url + path)


def test_names_alone_are_services_only_at_an_address_of_services(server: Server) -> None:
    server.pages = {"/taxonomies": paged([{"id": "1", "name": "Needs", "description": "Of the place"}])}
    with pytest.raises(FeedError, match="only id, name, description"):
        ids(f"{server.url}/taxonomies")


# --- Busy feeds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_obeyed(server: Server, monkeypatch: pytest.MonkeyPatch, status: int, as_date: bool) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(feeds.time, "sleep", pauses.append)
    said = format_datetime(timezone.now() + timedelta(seconds=30), usegmt=True) if as_date else "30"
    answers = [(status, {"Retry-After": said}, b"")]
    server.pages = {"/services": lambda _query: answers.pop() if answers else [walk("a")]}
    assert ids(f"{server.url}/services") == ["a"]
    assert 25 < pauses[0] <= 30


def test_a_feed_that_asks_for_too_long_a_pause_is_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(feeds.time, "sleep", pauses.append)
    server.pages = {"/services": (429, {"Retry-After": "7200"}, b"")}
    with pytest.raises(FeedError, match="left alone for 120 minutes"):
        ids(f"{server.url}/services")
    assert (pauses, len(server.asked)) == ([], 1)


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 40])
def test_what_is_no_pause_is_none(said: str) -> None:
    assert feeds.parse_retry_after(said) == 0


def test_a_busy_feed_is_asked_again(server: Server) -> None:
    answers = [(503, {}, b""), (429, {}, b"")]
    server.pages = {"/services": lambda _query: answers.pop() if answers else [walk("a")]}
    assert ids(f"{server.url}/services") == ["a"]


def test_a_feed_that_breaks_half_way_keeps_what_came(server: Server) -> None:
    whole = paged([walk(str(n)) for n in range(6)], per_page=2)
    server.pages = {"/services": lambda q: whole(q) if q.get("page", ["1"]) != ["3"] else (500, {}, b"")}
    with pytest.raises(CommandError, match="answers 500"):
        call_command("import_services", f"{server.url}/services", "--allow-private", "--source", "x", verbosity=0)
    assert Service.objects.count() == 4


@pytest.mark.parametrize(
    "answer", [(404, {}, b""), (200, {}, b"<html>"), (200, {}, b"\xff\xfe"), (200, {}, b"[" * 100_000), 7, "text", {}]
)
def test_what_is_no_feed_says_so(server: Server, answer: Any) -> None:
    server.pages = {"/services": answer}
    with pytest.raises(FeedError):
        ids(f"{server.url}/services")


def test_nobody_there() -> None:
    with pytest.raises(FeedError, match="does not answer"):
        ids("http://127.0.0.1:9/services")


# --- Only public machines, and no more than a page's worth ----------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://100.64.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://192.88.99.1/",
        "http://224.0.0.1/",
        "http://[::7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[::]/",
        "http://[::8.8.8.8]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[64:ff9b:1::8.8.8.8]/",
        "http://[64:ff9b:1:fffe::10.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:808:808::1]/",
        "http://[2001:0:808:808::1]/",
        "http://[2001:db8::1]/",
        "http://[3fff::1]/",
        "http://[3ffe::1]/",
        "http://[2a00:1450:4009:81e:0:5efe:10.0.0.1]/",
        "http://[2a00:1450:4009:81e:200:5efe:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[fd00::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
        "http://[5f00::1]/",
        "http://[4000::1]/",
    ],
)
def test_private_machines_are_not_asked(address: str) -> None:
    with pytest.raises(FeedError, match="private network"):
        resolve_public_address(address, allow_private=False)


@pytest.mark.parametrize(
    "place", ["93.184.215.14", "2a00:1450:4009:81e::200e", "64:ff9b::808:808", "::ffff:8.8.8.8", "2606:4700::1111"]
)
def test_public_machines_are(place: str) -> None:
    assert is_public_ip(place)


@pytest.mark.parametrize(
    "address", ["ftp://a.example.org/", "file:///etc/passwd", "http://", "http://a:b:c/", "http://[", "javascript:1"]
)
def test_other_schemes_are_not_asked(address: str) -> None:
    with pytest.raises(FeedError, match="not a web address"):
        resolve_public_address(address, allow_private=True)


def test_a_redirect_to_a_private_machine_is_not_followed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is made again at each step: here the first address passes for a public one."""
    server.pages = {"/services": (302, {"Location": "http://127.0.0.1:1/secret"}, b"")}
    careful = resolve_public_address

    def first_is_public(address: str, *, allow_private: bool) -> Any:
        return careful(address, allow_private=address.endswith("/services"))

    monkeypatch.setattr(feeds, "resolve_public_address", first_is_public)
    with pytest.raises(FeedError, match="private network"):
        list(read_services(f"{server.url}/services"))


def test_redirects_are_followed_and_not_for_ever(server: Server) -> None:
    server.pages = {
        "/old": (301, {"Location": "/new"}, b""),
        "/new": [walk("a")],
        "/loop": (302, {"Location": "/loop"}, b""),
    }
    assert ids(f"{server.url}/old") == ["a"]
    with pytest.raises(FeedError, match="redirects too often"):
        ids(f"{server.url}/loop")


def test_a_packed_answer_is_unpacked_and_a_bomb_is_not(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = {"Content-Encoding": "gzip"}
    server.pages = {
        "/good": (200, packed, gzip.compress(json.dumps([walk("a")]).encode())),
        "/bomb": (200, packed, gzip.compress(b" " * 60_000_000)),
        "/br": (200, {"Content-Encoding": "br"}, b"x"),
    }
    assert ids(f"{server.url}/good") == ["a"]
    with pytest.raises(FeedError, match="larger than"):
        ids(f"{server.url}/bomb")
    with pytest.raises(FeedError, match="not asked for"):
        ids(f"{server.url}/br")


def test_a_name_with_a_slash_asks_for_nothing_else(server: Server) -> None:
    server.pages = {"/services": [], "/": {"version": "HSDS-UK-3.0"}}
    server.pages["/services"] = paged([{"id": "../admin", "name": "Walk"}])
    ids(f"{server.url}/services")
    assert not any("admin" in path for path in server.asked)
