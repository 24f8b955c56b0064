"""Two listings of different sources that are the same are joined: one is kept, the other leads to it."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agencies.models import Membership
from directory.models import Decision, Likeness, Service
from directory.search.index import index_services


class JoinRefused(ValueError):
    """They cannot be joined as they stand; says why in plain English."""


def count_open_likenesses() -> int:
    """How many pairs wait for a decision."""
    return Likeness.objects.filter(decision=Decision.OPEN).count()


@transaction.atomic
def join_listings(likeness: Likeness, *, keep: Service, by: Membership) -> None:
    """The other one is found no more, and its page leads to the one that is kept. Undone by `undo_join`.

    Other pairs with it that wait for a decision are pairs with the kept one from now on.
    Raises JoinRefused when either is another's double already.
    """
    likeness = _lock_likeness(likeness)
    rows = Service.objects.select_for_update().filter(pk__in=[likeness.first_id, likeness.second_id])
    both = {row.pk: row for row in rows.order_by("pk")}
    kept, other = both[keep.pk], next(row for pk, row in both.items() if pk != keep.pk)
    if other.joined_to_id == kept.pk and likeness.decision == Decision.ACCEPTED:
        return
    if kept.joined_to_id or other.joined_to_id:
        raise JoinRefused(f"One of these is joined to another listing already{_format_joined_by(kept, other)}.")
    behind = list(Service.objects.filter(joined_to=other).values_list("pk", flat=True))
    Service.objects.filter(pk__in=[other.pk, *behind]).update(joined_to=kept)
    index_services([kept.pk, other.pk, *behind])
    _save_decision(likeness, Decision.ACCEPTED, by)
    _redirect_open_likenesses(kept, other)


@transaction.atomic
def undo_join(likeness: Likeness, *, by: Membership) -> None:
    """Undo: both are found again, and the pair waits for a decision."""
    likeness = _lock_likeness(likeness)
    if likeness.decision == Decision.ACCEPTED:
        pair = [likeness.first_id, likeness.second_id]
        Service.objects.filter(pk__in=pair, joined_to__in=pair).update(joined_to=None)
        index_services(pair)
    _save_decision(likeness, Decision.OPEN, by)


@transaction.atomic
def mark_different(likeness: Likeness, *, by: Membership) -> None:
    """They are different: the pair is never suggested again. Raises JoinRefused when somebody joined them meanwhile."""
    likeness = _lock_likeness(likeness)
    if likeness.decision == Decision.ACCEPTED:
        raise JoinRefused(
            f"These are joined already{_format_joined_by(likeness.first, likeness.second)}. Undo that first."
        )
    if likeness.decision == Decision.OPEN:
        _save_decision(likeness, Decision.DECLINED, by)


def _redirect_open_likenesses(kept: Service, other: Service) -> None:
    """Open pairs with the one joined away lead to the kept one, unless that pair is there or is of one source."""
    waiting = Likeness.objects.select_for_update().filter(decision=Decision.OPEN)
    for row in waiting.filter(Q(first=other) | Q(second=other)).select_related("first", "second").order_by("pk"):
        third = row.second if row.first_id == other.pk else row.first
        first, second = sorted((kept, third), key=lambda one: one.pk)
        there = Likeness.objects.filter(first=first, second=second).exists()
        if there or third.pk == kept.pk or third.source == kept.source or third.joined_to_id:
            row.delete()
            continue
        row.first, row.second, row.why = first, second, f"Looks like “{other.name}”, which was joined to the other"
        row.save(update_fields=["first", "second", "why"])


def _format_joined_by(*listings: Service) -> str:
    """ ", by Helen Marsh": who joined one of these last; "" when that is not known."""
    rows = Likeness.objects.filter(decision=Decision.ACCEPTED).filter(Q(first__in=listings) | Q(second__in=listings))
    last = rows.exclude(decided_by=None).select_related("decided_by__user").order_by("-decided_at").first()
    return f", by {last.decided_by.user.name}" if last and last.decided_by else ""


def _lock_likeness(likeness: Likeness) -> Likeness:
    return Likeness.objects.select_for_update().get(pk=likeness.pk)


def _save_decision(likeness: Likeness, decision: Decision, by: Membership) -> None:
    likeness.decision, likeness.decided_by = decision, by if decision else None
    likeness.decided_at = timezone.now() if decision else None
    likeness.save(update_fields=["decision", "decided_by", "decided_at"])
