"""How the API answers: whom it lets read it (everybody), what caches may keep, pages, streams and plain refusals."""

import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from agencies.access import public
from config.replica import from_replica
from directory.exchange.api import queries
from directory.exchange.api.parameters import ApiError, ApiQuery
from directory.exchange.open_referral.writer import to_json_value
from directory.models import Edition

FORMAT_VERSION = 1  # goes up when the same rows are written otherwise: caches then ask again
CACHE_SECONDS = 60  # seconds for which a cache need not ask
ROWS_PER_CHUNK = 200  # rows of a stream at a time
# What a browser asks before it lets another site's script read this (Fetch standard, CORS).
PREFLIGHT_HEADERS = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
EXPOSED_HEADERS = "ETag, Last-Modified, Link, X-Total-Items"

Json = dict[str, Any]
ApiView = Callable[..., HttpResponseBase]
log = logging.getLogger(__name__)


class Collection(NamedTuple):
    """A kind of item: which rows there are, how each is read and written, as a list's item and as a whole."""

    name: str
    rows: Callable[[ApiQuery], QuerySet[Any]]
    listed: tuple[Callable[[QuerySet[Any]], QuerySet[Any]], Callable[[Any], Json]]
    whole: tuple[Callable[[QuerySet[Any]], QuerySet[Any]], Callable[[Any], Json]]


def public_api(view: Callable[..., HttpResponseBase]) -> ApiView:
    """Anyone may read it, from any site; nothing may be written. Refusals are JSON too (RFC 9457)."""
    view = from_replica(view)

    @csrf_exempt  # nothing is changed: a POST gets 405 like any other verb
    @public
    @gzip_page
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method == "OPTIONS":
                response: HttpResponseBase = HttpResponse(status=204, headers=PREFLIGHT_HEADERS)
            elif request.method in ("GET", "HEAD"):
                response = view(request, *args, **kwargs)
            else:
                raise ApiError(405, "Only GET, HEAD and OPTIONS are possible here")
        except ApiError as refused:
            response = problem_response(request, refused)
        except Exception:
            log.exception("The API failed at %s", request.path)
            response = problem_response(request, ApiError(500, "Something went wrong here. Please try again later"))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answered


def problem_response(request: HttpRequest, refused: ApiError) -> HttpResponse:
    """application/problem+json: `detail` says in plain English what is wrong, `errors` for each parameter."""
    detail = " ".join(said for _, said in refused.wrong) or f"{refused.title}."
    problem: Json = {"type": "about:blank", "title": refused.title, "status": refused.status, "detail": detail}
    if refused.wrong:
        problem["errors"] = [{"name": name, "reason": said} for name, said in refused.wrong]
    response = HttpResponse(json.dumps(problem), status=refused.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if refused.status == 405:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


# --- What caches may keep ----------------------------------------------------------------------------------


def respond_if_changed(
    request: HttpRequest, build: Callable[[Edition.Now], HttpResponseBase], *, hourly: bool = False
) -> HttpResponseBase:
    """304 when the reader has this edition already, without building anything; else what `build` gives.

    Each day is an edition of its own, and each hour (`hourly`) of what tells the places left in the next session.
    """
    edition, now = Edition.now(), timezone.localtime()
    since = now.replace(hour=now.hour if hourly else 0, minute=0, second=0, microsecond=0)
    etag = quote_etag(f"{FORMAT_VERSION}-{edition.name}-{since:%y%m%d%H}")
    changed = int(max(edition.at, since).timestamp())
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag, last_modified=changed)
    if response is None:
        response = build(edition)
    if response.status_code in (200, 304):
        response["ETag"] = etag
        response["Last-Modified"] = http_date(changed)
        response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    return response


def json_response(document: Any) -> HttpResponse:
    """Compact, in UTF-8."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json")


# --- Pages and streams -------------------------------------------------------------------------------------


def collection_response(request: HttpRequest, kind: Collection, asked: ApiQuery) -> HttpResponseBase:
    """A page of items, or all of them as a stream."""

    def build(edition: Edition.Now) -> HttpResponseBase:
        found = kind.rows(asked)
        if asked.format == "ndjson":
            return StreamingHttpResponse(_stream_lines(found, kind, asked), content_type="application/x-ndjson")
        total = queries.count_rows(found, kind.name, asked, edition.name)
        items = list(_serialise_page(found, kind, asked)) if asked.offset < total else []
        response = json_response(page_envelope(asked, total, items))
        response["X-Total-Items"] = str(total)
        if links := _link_header(request, asked, total):
            response["Link"] = links
        return response

    return respond_if_changed(request, build, hourly=asked.full)


def item_response(request: HttpRequest, kind: Collection, key: str) -> HttpResponseBase:
    """The whole of one item. Raises ApiError (404) for what is not there, or not for everybody."""

    def build(_: Edition.Now) -> HttpResponseBase:
        form, write = kind.whole
        try:
            found = form(kind.rows(ApiQuery()).filter(pk=key)).first()
        except (ValueError, ValidationError):
            found = None
        if found is None:
            raise ApiError(404, f"There is no such item among the {kind.name}")
        return json_response(write(found))

    return respond_if_changed(request, build, hourly=True)


def page_envelope(asked: ApiQuery, total: int, items: list[Json]) -> Json:
    """The seven fields of a page of Open Referral UK 3.0, and its contents."""
    pages = math.ceil(total / asked.per_page)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": asked.page,
        "size": len(items),
        "first_page": asked.page == 1,
        "last_page": asked.page >= pages,
        "empty": not items,
        "contents": items,
    }


def _serialise_page(found: QuerySet[Any], kind: Collection, asked: ApiQuery) -> Iterable[Json]:
    if asked.minimal:
        return map(
            _serialise_minimal, found.values("pk", "last_modified")[asked.offset : asked.offset + asked.per_page]
        )
    form, write = kind.whole if asked.full else kind.listed
    return map(write, queries.load_page(found, asked.offset, asked.per_page, form))


def _serialise_minimal(row: Json) -> Json:
    return {"id": str(row["pk"]), "last_modified": to_json_value(row["last_modified"])}


def _stream_lines(found: QuerySet[Any], kind: Collection, asked: ApiQuery) -> Iterator[str]:
    """All rows, one JSON object a line, a chunk at a time and never all in memory."""
    form, write = kind.whole if asked.full else kind.listed
    key = None
    while True:
        keys = list(queries.rows_after(found, key, ROWS_PER_CHUNK).values_list("pk", flat=True))
        if not keys:
            return
        for row in queries.load_page(found.filter(pk__in=keys).order_by("pk"), 0, ROWS_PER_CHUNK, form):
            item = (
                _serialise_minimal({"pk": row.pk, "last_modified": row.last_modified}) if asked.minimal else write(row)
            )
            yield json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n"
        key = keys[-1]


def _link_header(request: HttpRequest, asked: ApiQuery, total: int) -> str:
    """RFC 8288: where the other pages are."""
    last = max(math.ceil(total / asked.per_page), 1)
    there = {"first": 1, "prev": asked.page - 1, "next": asked.page + 1, "last": last}
    query = {name: value for name, value in request.GET.items() if name != "page"}
    return ", ".join(
        f'<{request.path}?{urlencode(query | {"page": number})}>; rel="{name}"'
        for name, number in there.items()
        if 1 <= number <= last
    )
