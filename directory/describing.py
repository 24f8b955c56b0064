"""A service in words for people: ages, costs, where it meets and when. Reads what the view has prefetched."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet

from directory.hours import all_in_words
from directory.models import (
    CostOption,
    Language,
    Location,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
)
from directory.models.place import LocationType

MILE = 1.609344  # km


def whole(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that its page shows, in six queries however many rows hang on it."""
    own = OuterRef("pk")
    places = ServiceAtLocation.objects.select_related("location").prefetch_related("location__accessibility")
    return (
        services.select_related("agency")
        .defer("received", "agency__received")
        .annotate(
            spoken=ArraySubquery(Language.objects.filter(service=own).values("name")),
            covers=ArraySubquery(ServiceArea.objects.filter(service=own).values("name")),
            needs=ArraySubquery(ServiceTerm.objects.filter(service=own).values("term__name")),
        )
        .prefetch_related("schedules", "cost_options", "contacts", Prefetch("at_locations", places))
    )


@dataclass(frozen=True)
class Meeting:
    """One of the places of a service, and when it meets there."""

    location: Location
    hours: list[str]

    @property
    def online(self) -> bool:
        return self.location.location_type == LocationType.VIRTUAL

    @property
    def access(self) -> list[str]:
        rows = self.location.accessibility.all()
        return list(dict.fromkeys(said for row in rows if (said := row.description or row.details)))

    @property
    def getting_there(self) -> str:
        return self.location.transport or self.location.description


def meetings(service: Service, today: datetime.date) -> list[Meeting]:
    """Each place with its own hours; hours of the whole service are those of each place that has none."""
    everywhere = hours(service, today)
    by_place: dict[object, list[Schedule]] = {}
    for row in service.schedules.all():
        by_place.setdefault(row.at_location_id, []).append(row)
    return [
        Meeting(at.location, all_in_words(by_place.get(at.pk, []), today) or everywhere)
        for at in service.at_locations.all()
    ]


def hours(service: Service, today: datetime.date) -> list[str]:
    """When the whole service meets, wherever that is."""
    return all_in_words([row for row in service.schedules.all() if row.at_location_id is None], today)


def ages(service: Service) -> str:
    low, high = service.minimum_age, service.maximum_age
    if low and high and high < 120:
        return f"Ages {low} to {high}" if low != high else f"Age {low}"
    if low:
        return f"Ages {low} and over"
    return f"Up to age {high}" if high and high < 120 else ""


def pounds(amount: Decimal) -> str:
    """£5, £2.50."""
    return f"£{amount:,.0f}" if amount == amount.to_integral_value() else f"£{amount:,.2f}"


def costs(service: Service, today: datetime.date) -> list[str]:
    """One line for each price, or what is said about fees."""
    lines = [_cost(row) for row in service.cost_options.all() if row.valid_to is None or row.valid_to >= today]
    said = service.fees if service.fees and service.fees not in lines else ""
    return list(dict.fromkeys(line for line in (*lines, said) if line))


def _cost(row: CostOption) -> str:
    amount = "" if row.amount is None else "Free" if row.amount == 0 else pounds(row.amount)
    about = row.amount_description
    said = amount and re.search(re.escape(amount) + r"(?![.\d])", about, re.IGNORECASE)  # "£3 a time" says it all
    return ", ".join(part for part in (row.option, about if said else f"{amount} {about}".strip()) if part)


def miles_away(km: float | None) -> str:
    """ "1.2 miles away"; "" when it is not known."""
    if km is None:
        return ""
    miles = km / MILE
    if miles < 0.5:
        return "Less than half a mile away"
    return f"{miles:.1f} miles away" if miles < 10 else f"{miles:.0f} miles away"


def summary(text: str, longest: int = 180) -> str:
    """The first sentence or two of a description, cut at the end of a word."""
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    cut = flat[: longest + 1]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? "))
    return cut[: end + 1] if end > longest // 2 else cut.rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
