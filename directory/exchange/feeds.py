"""Reads services from a feed by its address, or from a file (files.py), without holding it all in memory.

A paged feed of Open Referral UK 3.0 or 1.0 or HSDS; where its list holds only names, each service is fetched whole
from `/services/{id}`. Anything that is no page (a list, a spreadsheet, an archive) is read as a file is.
"""

import datetime
import ipaddress
import json
import re
import socket
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx

from directory.exchange.files import (
    ColumnFields,
    FeedError,
    FeedNotice,
    detect_file_kind,
    detect_kind_of_bytes,
    read_file,
)
from directory.exchange.open_referral.kinds import OtherKindError, keep_services, name_other_kind
from directory.exchange.open_referral.spreadsheet import unnest_services
from directory.exchange.paging import Page, join_address, names_services
from directory.exchange.tables import MAX_UNPACK_RATIO

MAX_PAGE_BYTES = 50_000_000  # bytes of one page, unpacked
MAX_DOWNLOAD_BYTES = 500_000_000  # bytes of a whole file, unpacked
MAX_ANSWER_SECONDS = 300  # seconds that one answer may take; a feed that drips is stopped
MAX_PAGES = 20_000
MAX_SERVICES = MAX_PAGES * 100
OTHER_KEYS = {"error", "errors", "detail"}  # of an answer that is no feed's root
PER_PAGE = 100
MAX_TRIES = 4
MAX_WAIT_SECONDS = 120  # that a busy feed may ask for at once (Retry-After)
MAX_WAITED_SECONDS = 900  # and in one run altogether
TIMEOUT = httpx.Timeout(30, connect=10)
MAX_CONNECTIONS = 4  # requests to one feed at a time
LIMITS = httpx.Limits(max_connections=MAX_CONNECTIONS)
HEADERS = {"Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip", "User-Agent": "Hereabouts"}
MAX_MISSES = 20  # services that are not there one by one, after which they are no longer asked for
FULL_SERVICE_FIELDS = {
    "service_at_locations",
    "schedules",
    "cost_options",
    "contacts",
    "service_areas",
    "attributes",
    "languages",
    "regular_schedules",
    "eligibilitys",
    "service_taxonomys",
    "locations",
    "phones",
}

FindUnchanged = Callable[[list[Any]], set[Any]]  # of the rows of a page, the ids that need not be fetched
StoreDocument = Callable[[str, str, bytes], None]  # address, media type, what was received


class UnchangedService(NamedTuple):
    """A service of which the list says that it has not changed since it was received: it was not fetched again."""

    raw: dict[str, Any]


def is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def read_services(
    source: str,
    *,
    allow_private: bool = False,
    columns: ColumnFields | None = None,
    keep: StoreDocument | None = None,
    unchanged: FindUnchanged | None = None,
) -> Iterator[Any]:
    """The services of a file's path or a feed's address. Raises FeedError, perhaps after some came.

    `keep` hears what was received, as it came; `unchanged` says of a page's rows which ids are as they were.
    """
    if is_address(source):
        with httpx.Client(timeout=TIMEOUT, limits=LIMITS, headers=HEADERS, trust_env=False) as client:
            yield from Feed(source, client, allow_private, keep, unchanged).read_services(columns)
    else:
        yield from read_file(Path(source), columns)


class Feed:
    """A feed by its address. Only public machines are asked, by the very address that was checked."""

    def __init__(
        self,
        address: str,
        client: httpx.Client,
        allow_private: bool,
        keep: StoreDocument | None,
        unchanged: FindUnchanged | None,
    ) -> None:
        self.address, self.client, self.allow_private = address, client, allow_private
        self.keep: StoreDocument = keep or (lambda *_: None)
        self.unchanged: FindUnchanged = unchanged or (lambda _: set())
        self.misses, self.waited, self.notice = 0, 0.0, ""

    def read_services(self, columns: ColumnFields | None = None) -> Iterator[Any]:
        """All of them, page after page; those of which only the names are listed are fetched whole."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (Path(urlsplit(self.address).path).name or "answer")
            with path.open("wb") as file:
                headers = self._fetch_with_retries(self.address, file, MAX_DOWNLOAD_BYTES)
            page = self._parse_page(path, headers)
            if page is None:
                self.keep(self.address, _media_type(headers), path.read_bytes())
                yield from read_file(path, columns)
                return
        if page.rows is None:  # the root of a feed
            page = self.load_page(self.address.partition("?")[0].rstrip("/") + "/services", 1)
        elif page.is_open_referral and (page.page_count is None or page.page_count > 1):
            page = self.load_page(self.address, 1)
        else:
            self.keep(page.address, "application/json", json.dumps(page.found).encode())
        if page.is_open_referral or page.rows is None:
            yield from self._read_pages(page)
        else:
            try:
                rows = unnest_services(self._read_pages(page), columns)
                yield from keep_services(rows, named_services=names_services(page.address))
            except OtherKindError as error:
                raise FeedError(f"{page.address}: {error}") from None
        if self.notice:
            yield FeedNotice(self.notice)

    def _parse_page(self, path: Path, headers: httpx.Headers) -> Page | None:
        """What was answered, if it is a page of a feed or its root; None for a file of services."""
        if detect_file_kind(path) != "json" or path.stat().st_size > MAX_PAGE_BYTES:
            return None
        try:
            page = Page(self.address, parse_json(path.read_bytes()), headers)
        except (ValueError, RecursionError):
            return None  # a list that is cut off still gives what came
        if page.is_open_referral or (page.rows is not None and page.has_more):
            return page
        is_root = isinstance(page.found, dict) and page.rows is None and not OTHER_KEYS & page.found.keys()
        return page if is_root and not any(isinstance(part, list) for part in page.found.values()) else None

    def _read_pages(self, first: Page) -> Iterator[Any]:
        """Each service once, until the last page, or one that brings nothing new. Raises FeedError when fewer
        different ones came than there are said to be, and when nobody says how many there are and pages repeat."""
        shift, page, address = 0, first, first.address
        if first.says("first_page", "first") is False and (first.page_count or 0) > 1:
            shift, page = 1, self.load_page(address, 0)  # its pages are numbered from 0
        seen, repeated = set[str](), ""
        for number in range(1, MAX_PAGES + 1):
            rows = page.rows
            if rows is None:
                raise FeedError(f"Page {number} of {address} has no list of services.")
            if number == 1 and page.is_open_referral:
                self._refuse_other_kinds(page)
            fresh = [row for row in rows if not _row_key(row) or _row_key(row) not in seen]
            if number > 1 and not fresh:
                repeated = f"Page {number} of {address} gives again what came before, and ends the run." if rows else ""
                break
            seen |= {_row_key(row) or f"page {number}, {n}" for n, row in enumerate(rows)}
            if len(seen) > MAX_SERVICES:
                raise FeedError(f"{address} has more than {MAX_SERVICES:,} services.")
            yield from self._load_full_services(page, fresh)
            following = page.find_next_link()
            if not following and (page.is_last or (page.page_count is not None and number >= page.page_count)):
                break
            if following:
                page = self._load_page_at(following)
            elif page.is_open_referral:
                page = self.load_page(address, number + 1 - shift)
            elif page.has_more and len(seen) < (first.total or MAX_SERVICES):
                page = self._load_page_at(page.build_next(number - shift, len(seen)))
            else:
                break
        else:
            repeated = f"{address} has more than {MAX_PAGES:,} pages."
        self._check_end(first, len(seen), repeated)

    def _check_end(self, first: Page, count: int, repeated: str) -> None:
        if first.total is not None and count < first.total:
            came = f"{first.address} says that it has {first.total:,} services, and gave {count:,} different ones."
            raise FeedError(" ".join(filter(None, [repeated, came])))
        if repeated and first.total is None:
            raise FeedError(f"{repeated} It does not say how many there are, so some may be missing.")
        self.notice = repeated

    def _refuse_other_kinds(self, page: Page) -> None:
        if other := name_other_kind(page.rows or [], named_services=names_services(page.address)):
            raise FeedError(f"{page.address} is a list of {other}, not of services. Nothing of it came in.")

    def load_page(self, address: str, number: int) -> Page:
        """A page of Open Referral by its number."""
        asked = str(httpx.URL(address).copy_merge_params({"page": number, "per_page": PER_PAGE}))
        return self._load_page_at(asked)._replace(address=address)

    def _load_page_at(self, address: str) -> Page:
        found, headers = self._load_json(address)
        return Page(address, found, headers)

    def _load_full_services(self, page: Page, rows: list[Any]) -> Iterator[Any]:
        if not page.is_open_referral:
            yield from rows
            return
        load = partial(self._load_full_service, page.address.partition("?")[0].rstrip("/"), self.unchanged(rows))
        with ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
            yield from pool.map(load, rows)

    def _load_full_service(self, base: str, unchanged: set[Any], row: Any) -> Any:
        key = row.get("id") if isinstance(row, dict) else row
        if isinstance(row, dict) and FULL_SERVICE_FIELDS & row.keys():
            return row
        if not isinstance(key, (str, int)) or not str(key) or "/" in str(key) or self.misses >= MAX_MISSES:
            return row
        if isinstance(row, dict) and key in unchanged:
            return UnchangedService(row)
        try:
            found, _ = self._load_json(f"{base}/{key}")
        except FeedError:
            self.misses += 1
            return row
        self.misses = 0
        return found if isinstance(found, dict) else row

    # --- One answer -----------------------------------------------------------------------------------

    def _load_json(self, address: str) -> tuple[Any, httpx.Headers]:
        """The JSON at an address, and its headers. What is no JSON is asked for once more: it may have been cut off."""
        for last in (False, True):
            into = BytesIO()
            headers = self._fetch_with_retries(address, into, MAX_PAGE_BYTES)
            try:
                found = parse_json(into.getvalue())
            except (ValueError, RecursionError) as error:
                if last:
                    kind = detect_kind_of_bytes(into.getvalue()[:64_000])
                    said = f"not JSON: {error}" if kind in ("json", "lines", "table", "zip", "gzip") else kind
                    raise FeedError(f"{address} is {said}.") from None
                continue
            self.keep(address, _media_type(headers), into.getvalue())
            break
        return found, headers

    def _fetch_with_retries(self, address: str, into: IO[bytes], most: int) -> httpx.Headers:
        """What is at the address, written into the file; its headers. Tries again after a pause when the feed is busy;
        follows up to 5 redirects."""
        for wait in range(MAX_TRIES):
            into.seek(0)
            into.truncate()
            asked = 0.0
            try:
                return self._fetch_once(address, into, most)
            except (httpx.TransportError, zlib.error) as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise FeedError(f"{address} has a certificate that does not hold: {_certificate(error)}.") from None
                said = f"{address} does not answer: {error or type(error).__name__}."
            except httpx.InvalidURL:
                raise FeedError(f"{address!r} is not a web address.") from None
            except _BusyError as busy:
                said, asked = f"{address} answers {busy}.", busy.seconds
                self.waited += asked
                if asked > MAX_WAIT_SECONDS or self.waited > MAX_WAITED_SECONDS:
                    raise FeedError(
                        f"{said} It asks to be left alone for {_format_wait(asked)}; try again then."
                    ) from None
            time.sleep(max(asked, 0.5 * 2**wait) if wait < MAX_TRIES - 1 else 0)
        raise FeedError(said)

    def _fetch_once(self, address: str, into: IO[bytes], most: int) -> httpx.Headers:
        for _ in range(6):
            pinned, host = resolve_public_address(address, allow_private=self.allow_private)
            headers, extensions = {"Host": host[0]}, {"sni_hostname": host[1]}
            with self.client.stream("GET", pinned, headers=headers, extensions=extensions) as answer:
                if answer.is_redirect:
                    address = join_address(address, answer.headers.get("location", ""))
                    continue
                if answer.status_code == 429 or answer.status_code >= 500:
                    raise _BusyError(answer.status_code, parse_retry_after(answer.headers.get("retry-after", "")))
                if answer.status_code != 200:
                    raise FeedError(f"{address} answers {answer.status_code}.")
                _write_unpacked(answer, address, into, most)
                return answer.headers
        raise FeedError(f"{address} redirects too often.")


class _BusyError(Exception):
    """The feed asks to be tried again, after so many seconds (0: it does not say)."""

    def __init__(self, status: int, seconds: float) -> None:
        super().__init__(status)
        self.seconds = seconds


def parse_retry_after(said: str) -> float:
    """Seconds to wait (RFC 9110, 10.2.3: seconds, or a date); 0 when nothing usable is said."""
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", said):
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return max((moment - datetime.datetime.now(datetime.UTC)).total_seconds(), 0)


def _format_wait(seconds: float) -> str:
    return f"{round(seconds)} seconds" if seconds < 120 else f"{round(seconds / 60):,} minutes"


def _write_unpacked(answer: httpx.Response, address: str, into: IO[bytes], most: int) -> None:
    """Write the answer's body, unpacked, into the file; a bomb is stopped while it unpacks."""
    packed = answer.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise FeedError(f"{address} is packed as {packed[:20]}, which was not asked for.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed == "gzip" else None
    size, came, began = 0, 0, time.monotonic()
    for chunk in answer.iter_raw(65_536):
        came += len(chunk)
        part = unpacker.decompress(chunk, most + 1 - size) if unpacker else chunk[: most + 1 - size]
        size += len(part)
        if size > most or (size > 10_000_000 and size > came * MAX_UNPACK_RATIO):
            raise FeedError(f"{address} is larger than {most:,} bytes, or unpacks to far more than was sent.")
        if time.monotonic() - began > MAX_ANSWER_SECONDS:
            raise FeedError(f"{address} takes longer than {MAX_ANSWER_SECONDS} seconds.")
        into.write(part)
    if unpacker and not unpacker.eof:
        raise FeedError(f"{address} ends in the middle.")


def parse_json(content: bytes) -> Any:
    """Raises ValueError. What is no UTF-8 is read as Windows-1252."""
    if json.detect_encoding(content) == "utf-8":
        return json.loads(content.decode("utf-8", "cp1252"))
    return json.loads(content)


def _media_type(headers: httpx.Headers) -> str:
    return str(headers.get("content-type", ""))[:100]


def _certificate(error: Exception) -> str:
    """What is wrong with it: "certificate has expired"."""
    return re.sub(r"\s*\(_ssl\.c.*", "", str(error).rpartition("certificate verify failed:")[2]).strip() or str(error)


def resolve_public_address(address: str, *, allow_private: bool) -> tuple[str, tuple[str, str]]:
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
    if not allow_private and not all(is_public_ip(place) for place in places):
        raise FeedError(f"{name} is on a private network, and is not asked.")
    place = f"[{places[0]}]" if ":" in places[0] else places[0]
    pinned = urlunsplit((parts.scheme, f"{place}:{port}" if port else place, parts.path or "/", parts.query, ""))
    return pinned, (parts.netloc.rpartition("@")[2], name)


# IPv6 that only wraps an IPv4 address, which is the last 32 bits: NAT64 (RFC 6052), mapped (RFC 4291).
WRAPPED_NETWORKS = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "::ffff:0:0/96")]
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out (RFC 4291, IANA)
# In it, what leads elsewhere or nowhere: protocols (Teredo, ORCHID), 6to4, 6bone, documentation.
NEVER_ASKED_NETWORKS = [
    ipaddress.ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3ffe::/16", "3fff::/20", "192.88.99.0/24")
]
ISATAP_MARKS = (0x00005EFE, 0x02005EFE)  # the third quarter of an address that wraps an IPv4 one (RFC 5214)


def is_public_ip(place: str) -> bool:
    """Whether an IP address is a machine of the public internet.

    IPv6 has a dozen ways to wrap an IPv4 address; two are looked into and every other is refused, those to come too.
    """
    address = ipaddress.ip_address(place.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in WRAPPED_NETWORKS):
            return is_public_ip(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address not in GLOBAL_UNICAST or int(address) >> 32 & 0xFFFFFFFF in ISATAP_MARKS:
            return False
    never = any(address in network for network in NEVER_ASKED_NETWORKS if network.version == address.version)
    return address.is_global and not address.is_multicast and not never


def _row_key(row: Any) -> str:
    """What tells a row of a list from others; "" without an id."""
    key = next((row[name] for name in ("id", "Id", "ID") if name in row), None) if isinstance(row, dict) else row
    return str(key) if isinstance(key, (str, int)) else ""
