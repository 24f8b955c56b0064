"""Collections: the steward's own choice of activities, in an order, with a word about each."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from agencies.models import Membership
from directory.models import Collection, CollectionItem, Service


@transaction.atomic
def create_collection(*, key: uuid.UUID, title: str, introduction: str, by: Membership) -> Collection:
    """A draft at the end of the list. The same key again gives the one it made."""
    there = Collection.visible_to(by).filter(pk=key).first()
    if there:
        return there
    last = Collection.visible_to(by).aggregate(last=Max("order"))["last"]
    return Collection.objects.create(
        pk=key,
        slug=find_free_slug(title),
        title=title,
        introduction=introduction,
        order=0 if last is None else last + 1,
    )


def find_free_slug(title: str) -> str:
    """Its address, from its title, with a number when it is taken. It stays when the title changes."""
    base = slugify(title)[:90] or "collection"
    taken = set(Collection.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


@transaction.atomic
def update_collection(*, collection: Collection, title: str, introduction: str, by: Membership) -> None:
    collection.title, collection.introduction = title, introduction
    collection.save(update_fields=["title", "introduction"])


@transaction.atomic
def publish_collection(*, collection: Collection, by: Membership) -> None:
    Collection.visible_to(by).filter(pk=collection.pk, published_at=None).update(published_at=timezone.now())


@transaction.atomic
def unpublish_collection(*, collection: Collection, by: Membership) -> None:
    Collection.visible_to(by).filter(pk=collection.pk).update(published_at=None)


@transaction.atomic
def delete_collection(*, collection: Collection, by: Membership) -> None:
    Collection.visible_to(by).filter(pk=collection.pk).delete()


@transaction.atomic
def add_item(*, collection: Collection, service: Service, by: Membership) -> bool:
    """Put an activity at the end; whether it is new there."""
    lock_collection(collection)
    last = collection.items.aggregate(last=Max("order"))["last"]
    order = 0 if last is None else last + 1
    return collection.items.get_or_create(service=service, defaults={"order": order})[1]


@transaction.atomic
def save_item_note(*, item: CollectionItem, words: str, by: Membership) -> None:
    item.note = words
    item.save(update_fields=["note"])


@transaction.atomic
def remove_item(*, item: CollectionItem, by: Membership) -> None:
    item.delete()


@transaction.atomic
def move_item(*, item: CollectionItem, to: int, by: Membership) -> None:
    """Put it in that place, from 0, and count the others anew: two presses of one button move it once."""
    lock_collection(item.collection)
    rows = [row for row in item.collection.items.order_by("order", "pk") if row.pk != item.pk]
    rows.insert(to, item)
    CollectionItem.objects.bulk_update(assign_order(rows), ["order"])


@transaction.atomic
def move_collection(*, collection: Collection, to: int, by: Membership) -> None:
    """The same for a collection among the others."""
    list(Collection.visible_to(by).select_for_update().order_by("pk").values_list("pk"))
    rows = [row for row in Collection.visible_to(by) if row.pk != collection.pk]
    rows.insert(to, collection)
    Collection.objects.bulk_update(assign_order(rows), ["order"])


def assign_order(rows: list[Any]) -> list[Any]:
    """With their places in the list as their `order`."""
    for number, row in enumerate(rows):
        row.order = number
    return rows


def lock_collection(collection: Collection) -> None:
    """Two who change the order at once do it one after the other."""
    Collection.objects.select_for_update().get(pk=collection.pk)
