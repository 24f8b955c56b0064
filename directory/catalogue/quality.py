"""How much a listing tells the people it is for, out of 100, and what would mend it, one section each.

The weights, and why:

| points | for | because |
|---|---|---|
| 15 | a description of 80 characters or more | nobody comes to what they cannot picture |
| 10 | what it helps with (needs) | finders and connectors look by need |
| 15 | when it meets | the first question of everybody who calls; without it no search by day finds it |
| 15 | where, with a postcode or a point on the map, or that it is online | without it no search nearby finds it |
| 10 | what it costs, "free" too | silence is read as "not for me" |
| 5 | who it is for | saves a wasted journey |
| 10 | a phone number or an e-mail address | there must be somebody to ask |
| 10 | access at each place | a wheelchair user does not go to find out |
| 5 | what to expect the first time | the step that most people fear |
| 5 | how many there is room for | so that nobody is sent to a full group |

Whether it is still right is another question: directory/catalogue/freshness.py.
A listing may be poor and true, or rich and old.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Value, When

from config.batches import run_in_batches
from directory.models import (
    Accessibility,
    Capacity,
    Contact,
    CostOption,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceTerm,
)
from directory.models.place import LocationType

SCORE_LEVELS = ((90, "Very good"), (70, "Good"), (50, "Fair"), (0, "Needs work"))
MIN_DESCRIPTION_LENGTH = 80  # characters of a description
BATCH_SIZE = 500
QUALITY_PREFETCH = (
    "schedules",
    "cost_options",
    "contacts",
    "capacities",
    "service_terms",
    Prefetch(
        "at_locations", ServiceAtLocation.objects.select_related("location").prefetch_related("location__accessibility")
    ),
)


@dataclass(frozen=True)
class Fix:
    """What is missing, in words that say what to do; the section of the listing's pages that mends it."""

    words: str
    section: str
    points: int


@dataclass(frozen=True)
class Quality:
    score: int
    fixes: list[Fix]

    @property
    def score_label(self) -> str:
        """The score in a word, for who does not think in numbers."""
        return next(word for least, word in SCORE_LEVELS if self.score >= least)


def score_listing(service: Service) -> Quality:
    """Its score, 0 to 100, and what to fix, the most useful first. Reads what `prefetch_for_score` has prefetched."""
    fixes = [fix for fix in list_fixes(service) if fix is not None]
    return Quality(100 - sum(fix.points for fix in fixes), sorted(fixes, key=lambda fix: -fix.points))


def list_fixes(service: Service) -> Iterator[Fix | None]:
    """One for each row of the table above, in its order: None for what is there."""
    places = [at.location for at in service.at_locations.all()]
    long_enough = len(service.description.strip()) >= MIN_DESCRIPTION_LENGTH
    yield None if long_enough else Fix("Say what happens there, in two or three sentences", "about", 15)
    yield None if service.service_terms.all() else Fix("Choose what it helps with", "about", 10)
    meets = any(row.byday or row.dtstart or row.description for row in service.schedules.all())
    yield None if meets else Fix("Say when it meets", "when", 15)
    found = any(p.location_type == LocationType.VIRTUAL or p.postcode or p.latitude is not None for p in places)
    yield None if found else Fix("Say where it meets, with the postcode, or that it is online", "where", 15)
    cost = service.fees.strip() or service.cost_options.all()
    yield None if cost else Fix("Say what it costs, also when it is free", "cost", 10)
    for_whom = service.eligibility.strip() or service.minimum_age is not None or service.maximum_age is not None
    yield None if for_whom else Fix("Say who it is for", "who", 5)
    reached = service.phone or service.email or any(row.phone or row.email for row in service.contacts.all())
    yield None if reached else Fix("Give a phone number or an e-mail address", "contact", 10)
    visited = [place for place in places if place.location_type == LocationType.PHYSICAL]
    access = bool(places) and all(place.accessibility.all() for place in visited)
    yield None if access else Fix("Say how to get in: steps, toilets, hearing loop", "access", 10)
    yield None if service.first_time.strip() else Fix("Say what to expect the first time", "first-time", 5)
    counted = service.capacities.all() or any(row.places is not None for row in service.schedules.all())
    yield None if counted else Fix("Say how many there is room for", "places", 5)


def prefetch_for_score(services: QuerySet[Service]) -> QuerySet[Service]:
    """With what `score_listing` reads, in eight statements however many rows."""
    return services.defer("received").prefetch_related(*QUALITY_PREFETCH)


def save_score(service: Service) -> Quality:
    """Judge it and write the score down, on the object too."""
    quality = score_listing(service)
    if quality.score != service.quality:
        service.quality = quality.score
        Service.objects.filter(pk=service.pk).update(quality=quality.score)
    return quality


# --- All of them, each night --------------------------------------------------------------------------------

KNOWN_PLACE = (
    Q(location__location_type=LocationType.VIRTUAL) | ~Q(location__postcode="") | Q(location__latitude__isnull=False)
)
SILENT_PLACE = Q(
    ~Exists(Accessibility.objects.filter(location=OuterRef("location"))),
    location__location_type=LocationType.PHYSICAL,
)


def _has(model: type[Model], *given: Q) -> Q:
    """Whether the listing has a row of that kind for which that is so."""
    return Q(Exists(model._default_manager.filter(*given, service=OuterRef("pk"))))


def _points(number: int, given: Q) -> Case:
    return Case(When(given, then=number), default=Value(0))


def _says(field: str) -> Q:
    return Q(**{f"{field}__regex": r"\S"})


def score_expression() -> Any:
    """The table above once more, for the database: each row as `list_fixes` has it, and tests hold them together."""
    meets = ~Q(byday="") | Q(dtstart__isnull=False) | ~Q(description="")
    reached = ~Q(phone="") | ~Q(email="")
    return (
        _points(15, Q(description__regex=rf"\S.{{{MIN_DESCRIPTION_LENGTH - 2},}}\S"))
        + _points(10, _has(ServiceTerm))
        + _points(15, _has(Schedule, meets))
        + _points(15, _has(ServiceAtLocation, KNOWN_PLACE))
        + _points(10, _says("fees") | _has(CostOption))
        + _points(5, _says("eligibility") | Q(minimum_age__isnull=False) | Q(maximum_age__isnull=False))
        + _points(10, reached | _has(Contact, reached))
        + _points(10, _has(ServiceAtLocation) & ~_has(ServiceAtLocation, SILENT_PLACE))
        + _points(5, _says("first_time"))
        + _points(5, _has(Capacity) | _has(Schedule, Q(places__isnull=False)))
    )


def score_all_listings() -> int:
    """Judge every listing anew, in the database, and write what has changed; how many have. May be stopped."""
    return run_in_batches("score-listings", Service.objects.filter(joined_to=None), _score_batch, size=BATCH_SIZE)


def _score_batch(pks: list[uuid.UUID]) -> int:
    scored = Service.objects.filter(pk__in=pks).annotate(score=score_expression())
    return scored.exclude(quality=F("score")).update(quality=F("score"))
