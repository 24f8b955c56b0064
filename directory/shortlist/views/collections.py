"""/collections/: activities that the steward has put together, for anyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.models import Collection
from directory.shortlist.collections import listed_in, published


@public
@require_safe
def collections(request: HttpRequest) -> HttpResponse:
    return page(request, "directory/collections.html", {"collections": published()})


@public
@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Collection.published(), slug=slug)
    return page(request, "directory/collection.html", {"collection": found, "services": listed_in(found)})
