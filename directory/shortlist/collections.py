"""What stands in a collection, ready for cards."""

from django.db.models import Count, Prefetch, Q, QuerySet

from agencies.models import Membership
from directory.catalogue.cards import Card, build_card
from directory.models import LISTED, Collection, CollectionItem, Service, Spot

COLLECTION_ORDER = ("order", "title", "pk")


def list_published_collections() -> QuerySet[Collection]:
    """Those that anybody may read and that hold something, with how many activities (`size`)."""
    listed = Q(items__service__in=Service.objects.filter(LISTED))
    return (
        Collection.published()
        .annotate(size=Count("items", filter=listed))
        .filter(size__gt=0)
        .order_by(*COLLECTION_ORDER)
    )


def list_collection_cards(collection: Collection) -> list[Card]:
    """Its activities that are listed now, in the steward's order, at the first place they are indexed under."""
    first = Prefetch("service__spots", Spot.objects.defer("search", "cells").order_by("pk"))
    rows = (
        CollectionItem.objects.filter(collection=collection).select_related("service__agency").prefetch_related(first)
    )
    rows = rows.defer("service__received", "service__agency__received").order_by("order", "pk")
    return [
        build_card(row.service, next(iter(row.service.spots.all()), None), row.note)
        for row in rows
        if row.service.is_listed
    ]


def list_collections(member: Membership) -> list[Collection]:
    """Drafts too, each with how many activities it holds (`size`), for the steward."""
    return list(Collection.visible_to(member).annotate(size=Count("items")).order_by(*COLLECTION_ORDER))


def list_collection_items(collection: Collection) -> list[CollectionItem]:
    """What is in it, listed or not, in order."""
    return list(collection.items.select_related("service__agency").order_by("order", "pk"))
