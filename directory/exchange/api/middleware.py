"""What anybody may take away is the same for everybody: no cookie is read there and none is set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

OPEN_PREFIXES = ("/api/oruk/", "/open-data/activities.")
OPEN_PATHS = frozenset({"/api/oruk", "/api/openapi.json", "/activities.atom", "/activities.ics", "/widget/"})
GetResponse = Callable[[HttpRequest], HttpResponse]


def without_cookies(get_response: GetResponse) -> GetResponse:
    """Stands before the session: no session is looked up, and shared caches may keep the answer for all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (request.path.startswith(OPEN_PREFIXES) or request.path in OPEN_PATHS):
            return get_response(request)
        request.COOKIES, request.META["HTTP_COOKIE"] = {}, ""
        response = get_response(request)
        response.cookies.clear()
        varies = [name.strip() for name in response.get("Vary", "").split(",")]
        del response["Vary"]
        patch_vary_headers(response, [name for name in varies if name and name.lower() != "cookie"])
        return response

    return middleware
