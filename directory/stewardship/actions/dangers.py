"""The steward's words of danger. A search reads them anew after each change."""

import uuid

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from agencies.models import Membership
from directory.models import Danger, DangerWords


@transaction.atomic
def save_danger(*, fields: dict[str, str], by: Membership, danger: Danger | None = None) -> Danger:
    """Add one, the last of the list, or change `danger`."""
    if danger is None:
        last = Danger.visible_to(by).aggregate(last=Max("order"))["last"] or 0
        danger = Danger(code=uuid.uuid4().hex, order=last + 10)
    for name, value in fields.items():
        setattr(danger, name, value)
    danger.save()
    return danger


@transaction.atomic
def switch_danger(*, danger: Danger, on: bool, by: Membership) -> None:
    """Whether it is recognised from now on."""
    if on == (danger.off_at is not None):
        danger.off_at = None if on else timezone.now()
        danger.save()


@transaction.atomic
def save_danger_words(*, name: str, words: str, by: Membership, kept: DangerWords | None = None) -> DangerWords:
    """Add a list that rules may name, or change the words of `kept`."""
    row = kept or DangerWords(name=name)
    row.words = words
    row.save()
    return row
