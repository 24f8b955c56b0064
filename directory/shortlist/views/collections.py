"""/collections/: activities that the steward has put together, for anyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.replica import from_replica
from directory.models import Collection
from directory.shortlist.collections import list_collection_cards, list_published_collections


@public
@require_safe
@from_replica
def collections(request: HttpRequest) -> HttpResponse:
    return render_page(request, "directory/collections.html", {"collections": list_published_collections()})


@public
@require_safe
@from_replica
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Collection.published(), slug=slug)
    return render_page(
        request, "directory/collection.html", {"collection": found, "cards": list_collection_cards(found)}
    )
