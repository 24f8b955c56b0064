"""How feeds of different makers say that there is more: where the list is in a page, how many there are, what is next.

Open Referral UK and HSDS (`contents`, `total_pages`), and what others do: a `next` address in the page, in its links
or in the Link header (RFC 8288), an offset, a cursor; HAL, JSON:API, OData, Laravel, Django REST, CKAN, ArcGIS.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from directory.exchange.json_stream import find_list

SERVICE_LIST_KEYS = (
    *("contents", "content", "services", "data", "items", "results", "features", "records"),
    *("value", "organizations", "organisations", "venues", "docs", "edges", "nodes"),
)
TOTALS = (
    *("total_items", "totalItems", "totalElements", "total", "total_count", "totalCount", "total_results"),
    *("totalResults", "@odata.count", "numberMatched", "numFound", "count"),
)
NEXT_LINKS = ("next", "next_page_url", "next_url", "nextUrl", "nextLink", "@odata.nextLink", "next_page", "nextPage")
# A mark that stands for what comes next, and the parameter in which it is sent back.
NEXT_MARKS = {
    **{"next_cursor": "cursor", "nextCursor": "cursor", "next_page_token": "page_token", "nextPageToken": "pageToken"},
    **{"next_token": "next_token", "nextToken": "nextToken", "offset": "offset"},
}
OFFSET_PARAMETERS = ("offset", "$skip", "skip", "start", "resultOffset", "startIndex")
PAGE_PARAMETERS = ("page", "pageNumber", "page_number", "page[number]", "p")
PAGE_COUNTS = ("total_pages", "totalPages", "last_page", "pageCount", "page_count", "pages")


class Page(NamedTuple):
    """What was answered at an address."""

    address: str
    found: Any
    headers: Mapping[str, str]

    @property
    def rows(self) -> list[Any] | None:
        return self.found if isinstance(self.found, list) else find_list(self.found, SERVICE_LIST_KEYS)

    @property
    def is_open_referral(self) -> bool:
        """A page of Open Referral: its list may hold only names."""
        found = self.found
        return isinstance(found, dict) and isinstance(found.get("contents", found.get("content")), list)

    def says(self, *names: str) -> Any:
        """The first of these that the page says of itself, at its top or in what it says of its pages."""
        return next((part[name] for part in self._parts() for name in names if part.get(name) is not None), None)

    def _parts(self) -> Iterator[dict[str, Any]]:
        """The page, and the objects in it that speak of pages rather than of services."""
        parts = [self.found] if isinstance(self.found, dict) else []
        for part in parts:
            yield part
            inner = ("links", "_links", "meta", "pagination", "paging", "page", "result", "response", "pageInfo")
            parts += [part[name] for name in inner if isinstance(part.get(name), dict)][: 20 - len(parts)]

    @property
    def total(self) -> int | None:
        """How many services there are altogether; None when nobody says."""
        counts = (self.headers.get("x-total-count"), self.headers.get("x-wp-total"))
        said = next((count for count in counts if count), self.says(*TOTALS))
        return int(said) if re.fullmatch(r"[0-9]{1,9}", str(said)) else None

    @property
    def page_count(self) -> int | None:
        said = self.says(*PAGE_COUNTS)
        return said if isinstance(said, int) and not isinstance(said, bool) else None

    @property
    def is_last(self) -> bool:
        return self.says("last_page", "last") is True

    @property
    def has_more(self) -> bool:
        """Whether it says itself that it is not all."""
        count = len(self.rows or [])
        return bool(
            self.find_next_link()
            or (self.total or 0) > count
            or (self.page_count or 0) > 1
            or self.says("exceededTransferLimit", "has_more", "hasMore", "hasNextPage") is True
        )

    def find_next_link(self) -> str:
        """The address of the next page, where the page or its header gives it."""
        for link in self.headers.get("link", "").split(","):
            target, _, kind = link.partition(">")
            if "next" in kind.replace('"', "").replace("'", "").lower().partition("rel=")[2].split(";")[0].split():
                return join_address(self.address, target.strip().removeprefix("<"))
        for part in self._parts():
            for name in NEXT_LINKS:
                found = part.get(name)
                found = found.get("href", found.get("url")) if isinstance(found, dict) else found
                if isinstance(found, str) and found.startswith(("http://", "https://", "/", "?")):
                    return join_address(self.address, found)
                if name != "nextPage" and isinstance(found, int) and not isinstance(found, bool):
                    return self.with_parameter("page", found)
            for name, parameter in NEXT_MARKS.items():
                mark = part.get(name)
                if isinstance(mark, str) and mark and not (name == "offset" and mark.isdigit()):
                    return self.with_parameter(parameter, mark)
        return ""

    def build_next(self, number: int, read: int) -> str:
        """The address of what comes after `read` services and `number` pages, of a feed that gives no address."""
        asked = httpx.URL(self.address).params
        offset = next((name for name in OFFSET_PARAMETERS if name in asked or self.says(name) is not None), "")
        if self.says("exceededTransferLimit") is True:
            offset = "resultOffset"
        if offset:
            return self.with_parameter(offset, read)
        return self.with_parameter(next((name for name in PAGE_PARAMETERS if name in asked), "page"), number + 1)

    def with_parameter(self, name: str, value: object) -> str:
        return str(httpx.URL(self.address).copy_merge_params({name: str(value)}))


def join_address(address: str, target: str) -> str:
    """Where a link on the page at the address leads; as it stands what is no address, to be refused when it is asked
    for."""
    try:
        return urljoin(address, target)
    except ValueError:
        return target


def names_services(address: str) -> bool:
    """Whether the address itself says that it is a list of services."""
    return urlsplit(address).path.rstrip("/").endswith("/services")
