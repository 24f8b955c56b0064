"""What stands in a collection, ready for cards."""

from django.db.models import Count, Prefetch, Q, QuerySet

from agencies.models import Membership
from directory.catalogue.cards import prepare_card
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


def list_collection_services(collection: Collection) -> list[Service]:
    """Its activities that are listed now, in the steward's order, each with its `note` and what its card says."""
    first = Prefetch("service__spots", Spot.objects.defer("search", "cells").order_by("pk"))
    rows = (
        CollectionItem.objects.filter(collection=collection).select_related("service__agency").prefetch_related(first)
    )
    rows = rows.defer("service__received", "service__agency__received").order_by("order", "pk")
    return [prepare_item_card(row) for row in rows if row.service.is_listed]


def list_collections(member: Membership) -> list[Collection]:
    """Drafts too, each with how many activities it holds (`size`), for the steward."""
    return list(Collection.visible_to(member).annotate(size=Count("items")).order_by(*COLLECTION_ORDER))


def list_collection_items(collection: Collection) -> list[CollectionItem]:
    """What is in it, listed or not, in order."""
    return list(collection.items.select_related("service__agency").order_by("order", "pk"))


def prepare_item_card(item: CollectionItem) -> Service:
    """With the first place it is indexed under, and the steward's note."""
    item.service.spot = next(iter(item.service.spots.all()), None)
    return prepare_card(item.service, note=item.note)
