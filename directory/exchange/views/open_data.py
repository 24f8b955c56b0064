"""The daily files, and the page that says what is in them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.replica import from_replica
from directory.exchange import open_data
from directory.exchange.api.parameters import ApiError
from directory.exchange.api.responses import CACHE_SECONDS, public_api
from directory.models import OpenFile

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@public
@require_safe
@from_replica
def about(request: HttpRequest) -> HttpResponse:
    files = [file for kind in CONTENT_TYPES if (file := OpenFile.latest(f"activities.{kind}"))]
    licence = {"name": settings.PLACE["licence"], "url": settings.PLACE["licence_url"]}
    context = {"files": files, "columns": open_data.CSV_COLUMNS, "licence": licence}
    return render_page(request, "directory/open_data.html", context)


@public_api
def download_open_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    found = OpenFile.latest(f"activities.{kind}")
    if found is None:
        raise ApiError(404, "This file is made each night, and has not been made yet")
    etag, changed = f'W/"{found.digest}"', int(found.made_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=changed) or _file_response(
        request, found, kind
    )
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _file_response(request: HttpRequest, found: OpenFile, kind: str) -> HttpResponseBase:
    """Packed as it is kept for whoever can unpack it."""
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    pieces = iter(()) if request.method == "HEAD" else open_data.stream_file(found, packed=packed)
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="activities-{found.made_at:%Y-%m-%d}.{kind}"'
    response["Content-Length"] = str(found.packed_size if packed else found.size)
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
