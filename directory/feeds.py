"""Reads services from a file or a feed, one after another, without holding it all in memory.

A list of services, a page of them (`contents`), or a paged feed by its address; where a feed's list holds only
names, each service is fetched whole from `/services/{id}`.
"""

import ipaddress
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
import ijson

LARGEST_PAGE = 50_000_000  # bytes of one answer, unpacked
LARGEST_FILE = 5_000_000_000  # bytes
MOST_PAGES = 20_000
PER_PAGE = 100
TRIES = 4
TIMEOUT = httpx.Timeout(30, connect=10)
AT_ONCE = 4  # requests to one feed at a time
WHOLE = {"service_at_locations", "schedules", "cost_options", "contacts", "service_areas", "attributes", "languages"}

Report = Callable[[str], None]


class FeedError(Exception):
    """The feed cannot be read, or not to its end; says why in plain English."""


def is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def read(source: str, *, allow_private: bool = False) -> Iterator[dict[str, Any]]:
    """The services of a file's path or a feed's address. Raises FeedError, perhaps after some came."""
    if is_address(source):
        with Feed(source, allow_private=allow_private) as feed:
            yield from feed.services()
    else:
        yield from read_file(Path(source))


def read_file(path: Path) -> Iterator[dict[str, Any]]:
    """A JSON file: a list of services, or a page with `contents`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FeedError(f"{path} is larger than {LARGEST_FILE:,} bytes.")
        with path.open("rb") as file:
            yield from ijson.items(file, _where_services_are(file), use_float=True)
    except OSError as error:
        raise FeedError(f"{path} cannot be opened: {error.strerror}.") from None
    except ijson.IncompleteJSONError as error:
        raise FeedError(f"{path} ends in the middle, or is not JSON there: {_first_line(error)}") from None
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise FeedError(f"{path} is not JSON: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]


def _where_services_are(file: IO[bytes]) -> str:
    """ijson's path to each service; leaves the file at its start."""
    start = file.read(100).decode("utf-8-sig", "replace").lstrip()[:1]
    file.seek(3 if file.seek(0) == 0 and file.read(3) == b"\xef\xbb\xbf" else 0)
    if start not in "[{" or not start:
        raise FeedError("This is not a JSON list of services, nor a page of them.")
    return "item" if start == "[" else "contents.item"


class Feed:
    """A feed by its address. Only public machines are asked, by the very address that was checked."""

    def __init__(self, address: str, *, allow_private: bool = False) -> None:
        self.address, self.allow_private = address, allow_private
        limits = httpx.Limits(max_connections=AT_ONCE)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Hereabouts"}
        self.client = httpx.Client(timeout=TIMEOUT, limits=limits, headers=headers, trust_env=False)

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def services(self) -> Iterator[dict[str, Any]]:
        """All of them, page after page; those of which only the names are listed are fetched whole."""
        address, first = self._list()
        if isinstance(first, list):
            yield from first
            return
        seen: str | None = None
        for number in range(1, MOST_PAGES + 1):
            page = first if number == 1 else self.get(_with(address, page=number, per_page=PER_PAGE))
            rows = page.get("contents") if isinstance(page, dict) else None
            if not isinstance(rows, list):
                raise FeedError(f"Page {number} of {address} has no list of services.")
            same = json.dumps(rows[:3], sort_keys=True)
            if not rows or same == seen:  # some feeds give the first page for any number
                return
            seen = same
            yield from self._whole(address, rows)
            if page.get("last_page") is True or number >= _pages(page):
                return

    def _list(self) -> tuple[str, Any]:
        """The address of the list of services and its first page, whatever address of the feed was given."""
        found = self.get(self.address)
        if isinstance(found, dict) and "contents" not in found:
            address = self.address.rstrip("/") + "/services"
            return address, self.get(_with(address, page=1, per_page=PER_PAGE))
        if isinstance(found, dict) and _pages(found) > 1:
            return self.address, self.get(_with(self.address, page=1, per_page=PER_PAGE))
        if not isinstance(found, (dict, list)):
            raise FeedError(f"{self.address} holds no services.")
        return self.address, found

    def _whole(self, address: str, rows: list[Any]) -> Iterator[Any]:
        base = address.partition("?")[0].rstrip("/")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(lambda row: self._one(base, row), rows)

    def _one(self, base: str, row: Any) -> Any:
        key = row.get("id") if isinstance(row, dict) else row
        if isinstance(row, dict) and WHOLE & row.keys():
            return row
        if not isinstance(key, (str, int)) or not str(key) or "/" in str(key):
            return row
        try:
            found = self.get(f"{base}/{key}")
        except FeedError:
            return row
        return found if isinstance(found, dict) else row

    def get(self, address: str) -> Any:
        """The JSON at an address. Tries again after a pause when the feed is busy; follows up to 5 redirects."""
        for wait in range(TRIES):
            try:
                return json.loads(self._bytes(address))
            except (httpx.TransportError, zlib.error) as error:
                said = f"{address} does not answer: {error or type(error).__name__}."
            except _BusyError as error:
                said = f"{address} answers {error}."
            except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
                raise FeedError(f"{address} is not JSON: {error}.") from None
            time.sleep(0.5 * 2**wait if wait < TRIES - 1 else 0)
        raise FeedError(said)

    def _bytes(self, address: str) -> bytes:
        for _ in range(6):
            pinned, host = checked(address, allow_private=self.allow_private)
            headers, extensions = {"Host": host[0]}, {"sni_hostname": host[1]}
            with self.client.stream("GET", pinned, headers=headers, extensions=extensions) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers.get("location", ""))
                    continue
                if answer.status_code == 429 or answer.status_code >= 500:
                    raise _BusyError(answer.status_code)
                if answer.status_code != 200:
                    raise FeedError(f"{address} answers {answer.status_code}.")
                return _limited(answer, address)
        raise FeedError(f"{address} redirects too often.")


class _BusyError(Exception):
    """The feed asks to be tried again."""


def _limited(answer: httpx.Response, address: str) -> bytes:
    packed = answer.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise FeedError(f"{address} is packed as {packed[:20]}, which was not asked for.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed == "gzip" else None
    found = bytearray()
    for chunk in answer.iter_raw(65_536):
        room = LARGEST_PAGE + 1 - len(found)  # a bomb is stopped while it unpacks
        found += unpacker.decompress(chunk, room) if unpacker else chunk[:room]
        if len(found) > LARGEST_PAGE:
            raise FeedError(f"{address} is larger than {LARGEST_PAGE:,} bytes.")
    return bytes(found)


def checked(address: str, *, allow_private: bool) -> tuple[str, tuple[str, str]]:
    """The address with its host replaced by the IP address that was checked, the Host header, and the name for TLS.

    Raises FeedError for anything but http and https, names that are not found, and machines on a private network:
    a feed must not make us ask our own (server-side request forgery).
    """
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise FeedError(f"{address} is not a web address.") from None
    if parts.scheme not in ("http", "https") or not name:
        raise FeedError(f"{address} is not a web address.")
    try:
        found = socket.getaddrinfo(name, port or parts.scheme, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise FeedError(f"There is no machine named {name}.") from None
    places = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(ipaddress.ip_address(place).is_global for place in places):
        raise FeedError(f"{name} is on a private network. If that is meant, add --allow-private.")
    place = f"[{places[0]}]" if ":" in places[0] else places[0]
    pinned = urlunsplit((parts.scheme, f"{place}:{port}" if port else place, parts.path or "/", parts.query, ""))
    return pinned, (parts.netloc.rpartition("@")[2], name)


def _with(address: str, **query: int) -> str:
    return str(httpx.URL(address).copy_merge_params(query))


def _pages(page: dict[str, Any]) -> int:
    pages = page.get("total_pages")
    return pages if isinstance(pages, int) else MOST_PAGES
