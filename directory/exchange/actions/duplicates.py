"""Listings of different sources that may be the same: suggested after an import, and joined by the steward.

Only neighbours are compared, in one statement: the same postcode, or the same or the next square of a grid, then at
most 300 m. Of two that are joined one is kept, and the other leads to it.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from agencies.models import Membership
from directory.models import LISTED, Decision, Likeness, Service
from directory.search.index import index_services

MAX_SUGGESTIONS = 5_000  # pairs suggested after one import, the likeliest first
MAX_PAIRS_PER_LISTING = 2  # pairs that one listing is suggested in, the likeliest
MAX_DISTANCE_METRES = 300  # metres
# Degrees of a square that is 300 m or more on each side anywhere in the British Isles (to 61 degrees north).
SQUARE_HEIGHT_DEGREES, SQUARE_WIDTH_DEGREES = 0.0028, 0.006

FIND_DUPLICATES_SQL = """
WITH listed AS MATERIALIZED (
    SELECT s.id, s.source, lower(s.name) AS name, lower(a.name) AS agency,
        right(regexp_replace(coalesce(nullif(s.phone, ''), a.phone), '[^0-9]', '', 'g'), 10) AS phone,
        regexp_replace(lower(coalesce(nullif(s.url, ''), a.url)), '^https?://(www\\.)?|/+$', '', 'g') AS site,
        replace(upper(l.postcode), ' ', '') AS postcode, l.latitude AS lat, l.longitude AS lon,
        floor(l.latitude / %(tall)s)::int AS row, floor(l.longitude / %(wide)s)::int AS col
    FROM directory_service s JOIN agencies_agency a ON a.id = s.agency_id
    JOIN directory_serviceatlocation at ON at.service_id = s.id JOIN directory_location l ON l.id = at.location_id
    WHERE s.status IN ('active', 'temporarily closed') AND s.published_at IS NOT NULL AND s.hidden_at IS NULL
        AND s.joined_to_id IS NULL
), ours AS MATERIALIZED (SELECT * FROM listed WHERE source = %(source)s),
theirs AS MATERIALIZED (SELECT * FROM listed WHERE source <> %(source)s),
pairs AS (
    SELECT o.id AS one, t.id AS other FROM ours o JOIN theirs t USING (postcode) WHERE o.postcode <> ''
    UNION
    SELECT o.id, t.id FROM ours o CROSS JOIN generate_series(-1, 1) y CROSS JOIN generate_series(-1, 1) x
    JOIN theirs t ON t.row = o.row + y AND t.col = o.col + x
    WHERE sqrt(power((o.lat - t.lat) * 111195, 2)
        + power((o.lon - t.lon) * 111195 * cos(radians(o.lat)), 2)) < %(near)s
), compared AS (
    SELECT p.one, p.other, similarity(o.name, t.name) AS names, similarity(o.agency, t.agency) AS agencies,
        length(o.phone) >= 9 AND o.phone = t.phone AS phones, o.site <> '' AND o.site = t.site AS sites,
        o.postcode <> '' AND o.postcode = t.postcode AS postcodes
    FROM pairs p JOIN (SELECT DISTINCT ON (id) * FROM ours ORDER BY id, postcode) o ON o.id = p.one
    JOIN (SELECT DISTINCT ON (id) * FROM theirs ORDER BY id, postcode) t ON t.id = p.other
), scored AS (
    SELECT *, least(1, 0.55 * names + 0.2 * agencies + 0.15 * phones::int + 0.1 * sites::int) AS score
    FROM compared
    WHERE names >= 0.75 OR names >= 0.5 AND agencies >= 0.5 OR names >= 0.35 AND (phones OR sites)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY one ORDER BY score DESC, other) AS of_one,
        row_number() OVER (PARTITION BY other ORDER BY score DESC, one) AS of_other
    FROM scored
)
SELECT least(one, other), greatest(one, other), names, agencies, phones, sites, postcodes, score
FROM ranked WHERE of_one <= %(each)s AND of_other <= %(each)s
ORDER BY score DESC, one, other LIMIT %(most)s
"""


class JoinRefused(ValueError):
    """They cannot be joined as they stand; says why in plain English."""


def suggest_duplicates(source: str) -> int:
    """Suggest what of this source looks like a listing of another; how many pairs are new.

    What the steward has decided on is not suggested again. Suggestions about what is no longer listed are dropped.
    """
    listed = Service.objects.filter(LISTED)
    waiting = Likeness.objects.filter(decision=Decision.OPEN)
    waiting.exclude(first__in=listed).delete()
    waiting.exclude(second__in=listed).delete()
    before = Likeness.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            FIND_DUPLICATES_SQL,
            {
                "source": source,
                "tall": SQUARE_HEIGHT_DEGREES,
                "wide": SQUARE_WIDTH_DEGREES,
                "near": MAX_DISTANCE_METRES,
                "each": MAX_PAIRS_PER_LISTING,
                "most": MAX_SUGGESTIONS,
            },
        )
        rows = cursor.fetchall()
    found = [
        Likeness(first_id=first, second_id=second, score=round(score, 3), why=_explain_likeness(*marks))
        for first, second, *marks, score in rows
    ]
    Likeness.objects.bulk_create(found, ignore_conflicts=True, batch_size=500)
    return Likeness.objects.count() - before


def _explain_likeness(names: float, agencies: float, phones: bool, sites: bool, postcodes: bool) -> str:
    """In words, for the steward: "Same postcode, the same name, same phone number"."""
    said: list[Any] = ["Same postcode" if postcodes else f"Less than {MAX_DISTANCE_METRES} metres apart"]
    said.append(
        "the same name" if names > 0.99 else "names that look alike" if names >= 0.5 else "names a little alike"
    )
    said.append(
        "the same organisation" if agencies > 0.99 else "organisations that look alike" if agencies >= 0.5 else ""
    )
    said += ["the same phone number" if phones else "", "the same website" if sites else ""]
    return ", ".join(filter(None, said))


def count_open_likenesses() -> int:
    """How many pairs wait for a decision."""
    return Likeness.objects.filter(decision=Decision.OPEN).count()


@transaction.atomic
def join_listings(likeness: Likeness, *, keep: Service, by: Membership) -> None:
    """The other one is found no more, and its page leads to the one that is kept. Undone by `undo_join`.

    Other pairs with it that wait for a decision are pairs with the kept one from now on.
    Raises JoinRefused when either is another's double already.
    """
    _lock_likenesses_about(likeness)
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


def _lock_likenesses_about(likeness: Likeness) -> None:
    """All that joining it may change, before the listings and in one order: two joinings that share one wait for each
    other, and do not block each other."""
    either = [likeness.first_id, likeness.second_id]
    about = Q(decision=Decision.OPEN) & (Q(first__in=either) | Q(second__in=either))
    list(Likeness.objects.select_for_update().filter(about | Q(pk=likeness.pk)).order_by("pk").values_list("pk"))


def _lock_likeness(likeness: Likeness) -> Likeness:
    return Likeness.objects.select_for_update().get(pk=likeness.pk)


def _save_decision(likeness: Likeness, decision: Decision, by: Membership) -> None:
    likeness.decision, likeness.decided_by = decision, by if decision else None
    likeness.decided_at = timezone.now() if decision else None
    likeness.save(update_fields=["decision", "decided_by", "decided_at"])
