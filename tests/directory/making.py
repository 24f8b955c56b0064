"""Activities for the directory's tests, as they would stand after an import."""

import datetime
from typing import Any

from directory.models import CostOption, Location, Schedule, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm
from directory.models.taxonomy import NEEDS_CODE
from directory.search.index import index_services, refresh_counts
from tests.factories import ServiceFactory

WORTHING, SHOREHAM, HOVE = (50.8148, -0.3713), (50.8340, -0.2740), (50.8352, -0.1758)


def listed(name: str, at: tuple[float, float] | None = WORTHING, day: str = "", **fields: Any) -> Service:
    """A service at a place, or at none, found by search."""
    city, free = fields.pop("city", "Worthing"), fields.pop("free", False)
    service = ServiceFactory(name=name, **fields)
    if at:
        place_service(service, at, city)
    if day:
        times = {"opens_at": datetime.time(10, 30), "closes_at": datetime.time(12)}
        Schedule.objects.create(service=service, freq="WEEKLY", byday=day, **times)
    if free:
        CostOption.objects.create(service=service, amount=0)
    index_services([service.pk])
    refresh_counts()
    return service


def place_service(service: Service, at: tuple[float, float] = WORTHING, city: str = "Worthing") -> None:
    """Say that it meets there."""
    place = Location.objects.create(name="St Mary's Hall", city=city, latitude=at[0], longitude=at[1])
    ServiceAtLocation.objects.create(service=service, location=place)


def need(code: str = "company", name: str = "Company", words: str = "lonely, befriending") -> TaxonomyTerm:
    taxonomy, _ = Taxonomy.objects.get_or_create(code=NEEDS_CODE, defaults={"name": "Needs"})
    return TaxonomyTerm.objects.create(taxonomy=taxonomy, code=code, name=name, words=words)
