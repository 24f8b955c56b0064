"""What the map of a search shows: the land beneath, and all that was found as pins."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from agencies.access import public
from config.replica import from_replica
from config.template_tags import row_address
from directory.catalogue.cards import Card
from directory.models import BaseMap
from directory.search.forms.search import SearchForm
from directory.search.query import MAX_CANDIDATES, SearchQuery
from directory.search.statement import search

MAX_PINS = 600  # activities on one map: three bands of candidates, of two or three queries each
GEOJSON = "application/geo+json"  # RFC 7946
LAND_KEPT = 60 * 60  # seconds that a browser need not ask again


@public
@require_safe
@from_replica
@transaction.non_atomic_requests
def map_hits(request: HttpRequest) -> HttpResponse:
    """All that the search with the same query finds, numbered as its list is, up to MAX_PINS."""
    form = SearchForm(request.GET, check_need=False)
    cards, more = list_found(form.asked())
    hits = [
        format_hit(number, card)
        for number, card in enumerate(cards, 1)
        if card.latitude is not None and card.longitude is not None
    ]
    said = format_shown(len(hits), len(cards), more)
    return JsonResponse({"hits": hits, "said": said, "here": list(form.point) if form.point else None})


def list_found(asked: SearchQuery) -> tuple[list[Card], bool]:
    """The cards in the order of the list, and whether there are more."""
    found = search(replace(asked, size=MAX_CANDIDATES))
    cards = list(found.cards)
    while found.more and len(cards) < MAX_PINS:
        found = search(replace(asked, size=MAX_CANDIDATES, after=found.more))
        cards += found.cards
    return cards[:MAX_PINS], bool(found.more) or len(cards) > MAX_PINS


def format_hit(number: int, card: Card) -> dict[str, Any]:
    """As static/map.js reads it; `n` is the number in the list."""
    return {
        "n": number,
        "at": [card.latitude, card.longitude],
        "name": card.name,
        "url": row_address("directory:service", card.pk),
        "when": card.when,
        "where": card.where,
        "more": " · ".join(part for part in (*card.chips, card.away) if part),
    }


def format_shown(pins: int, cards: int, more: bool) -> str:
    """How much of what was found is on the map, and where the rest is."""
    if not cards:
        return "Nothing was found to show on the map."
    if more:
        return f"The first {cards} are on the map, and there are more: search for less, or nearer, to see the others."
    if pins == cards:
        return "Everything on the map is in the list too." if cards > 1 else "It is in the list too."
    away = "One meets" if cards - pins == 1 else f"{cards - pins} meet"
    return f"{pins} of {cards} are on the map. {away} online, by phone or at no fixed place: see the list."


@public
@require_safe
@from_replica
def map_land(request: HttpRequest) -> HttpResponseBase:
    """The map beneath the pins as GeoJSON; without features where none is drawn yet: there the pins stand alone."""
    drawn = BaseMap.get_drawn()
    if drawn is None:
        return JsonResponse({"type": "FeatureCollection", "features": []}, content_type=GEOJSON)
    changed = int(drawn.drawn_at.timestamp())
    fresh = get_conditional_response(request, last_modified=changed)
    response = fresh or HttpResponse(drawn.layer, content_type=GEOJSON)
    response["Last-Modified"] = http_date(changed)
    patch_cache_control(response, public=True, max_age=LAND_KEPT)
    return response
