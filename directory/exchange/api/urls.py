"""Addresses of the open API, with and without a slash at their end: a client that adds one is not sent elsewhere."""

from django.urls import path, re_path

from directory.exchange.api import openapi, oruk
from directory.exchange.views import atom, open_data, search_calendar, widget
from directory.exchange.views import open_api as pages

V3 = r"^api/oruk/v3"

urlpatterns = [
    path("api/", pages.api_reference, name="api"),
    path("api/openapi.json", openapi.openapi_document, name="api_openapi"),
    re_path(rf"{V3}/?$", oruk.about, name="oruk"),
    *(re_path(rf"{V3}/{kind}/?$", oruk.list_items, {"name": kind}, name=f"oruk_{kind}") for kind in oruk.COLLECTIONS),
    *(
        re_path(rf"{V3}/{kind}/(?P<key>[^/]+)/?$", oruk.show_item, {"name": kind}, name=f"oruk_{kind}_item")
        for kind in oruk.COLLECTIONS
    ),
    re_path(r"^api/oruk/(?P<path>.*)$", oruk.unknown_address, name="oruk_nothing"),
    path("open-data/", open_data.about, name="open_data"),
    path("open-data/activities.csv", open_data.download_open_file, {"kind": "csv"}, name="open_data_csv"),
    path("open-data/activities.json", open_data.download_open_file, {"kind": "json"}, name="open_data_json"),
    path("activities.atom", atom.atom_feed, name="atom"),
    path("activities.ics", search_calendar.search_calendar, name="search_calendar"),
    path("widget/", widget.widget, name="widget"),
    path("widget/make/", widget.make_widget, name="make_widget"),
]
