"""Addresses of the open API, with and without a slash at their end: a client that adds one is not sent elsewhere."""

from django.urls import URLPattern, path, re_path

from directory.api import openapi, oruk
from directory.views import open_api as pages

V3 = r"^api/oruk/v3"


def _collection(name: str) -> list[URLPattern]:
    return [
        re_path(rf"{V3}/{name}/?$", oruk.items, {"name": name}, name=f"oruk_{name}"),
        re_path(rf"{V3}/{name}/(?P<key>[^/]+)/?$", oruk.item, {"name": name}, name=f"oruk_{name}_item"),
    ]


urlpatterns = [
    path("api/", pages.api, name="api"),
    path("api/openapi.json", openapi.document, name="api_openapi"),
    re_path(rf"{V3}/?$", oruk.about, name="oruk"),
    *(pattern for name in oruk.COLLECTIONS for pattern in _collection(name)),
    re_path(r"^api/oruk/(?P<path>.*)$", oruk.nothing, name="oruk_nothing"),
]
