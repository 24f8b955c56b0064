"""The place's own list of outcomes, and the codes that go with them and with the reasons for closing."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from cases.models import ClosingReason, Outcome


@transaction.atomic
def save_outcome(
    *, row: ClosingReason | Outcome | None, text: str, snomed: str, snomed_term: str, retired: bool
) -> ClosingReason | Outcome:
    """Change a reason or an outcome; without `row` a new outcome, last in the list, or the one with these words. Cases
    that were closed with it keep what was told then."""
    row = row or Outcome.objects.filter(text=text).first()
    row = row or Outcome(code=build_code(text), order=(Outcome.objects.aggregate(last=Max("order"))["last"] or 0) + 10)
    row.text, row.snomed, row.snomed_term = text, snomed, snomed_term
    row.retired_at = (row.retired_at or timezone.now()) if retired else None
    row.save()
    return row


def build_code(text: str) -> str:
    """A name of its own for a new outcome, from its words."""
    code, number = slugify(text)[:40] or "outcome", 1
    while Outcome.objects.filter(code=f"{code}-{number}" if number > 1 else code).exists():
        number += 1
    return f"{code}-{number}" if number > 1 else code
