"""Which rows a request asks for, and how many there are. Only what anybody finds (LISTED), whatever is asked.

A page is an offset by the standard. Its ids come from an index alone (`service_listed`), then its rows by those ids,
so that the last page of a million costs a walk along an index and no more. Counts are kept until the next edition.
"""

import hashlib
import math
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.core.cache import cache
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest
from django.utils import timezone

from agencies.models import Agency
from directory.exchange.api.parameters import DEFAULT_PROXIMITY_METRES, ApiQuery
from directory.geography.grid import Point
from directory.geography.rings import CELL_LEVELS, KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, SMALLEST_CELL_KM
from directory.models import Schedule, Service, ServiceAtLocation, ServiceTerm, Spot, Taxonomy, TaxonomyTerm
from directory.models.session import DAY_NAMES

COUNT_CACHE_SECONDS = 24 * 60 * 60  # seconds that a count may be kept


def find_services(asked: ApiQuery) -> QuerySet[Service]:
    found = _filter_services(asked)
    if _has_time_filter(asked):
        found = found.filter(Exists(_filter_schedules(asked).filter(service=OuterRef("pk"))))
    return found


def find_at_locations(asked: ApiQuery) -> QuerySet[ServiceAtLocation]:
    """Services at their places, in the order of the index that makes them unique."""
    found = ServiceAtLocation.objects.filter(service__in=_filter_services(asked)).order_by("service_id", "location_id")
    if _has_time_filter(asked):
        here = Q(at_location=OuterRef("pk")) | Q(at_location=None, service=OuterRef("service"))
        found = found.filter(Exists(_filter_schedules(asked).filter(here)))
    if asked.postcode:
        found = found.filter(
            location__in=_find_locations_near(asked.postcode, (asked.proximity or DEFAULT_PROXIMITY_METRES) / 1000)
        )
    return found


def find_organizations(asked: ApiQuery) -> QuerySet[Agency]:
    """Those that run something that is listed."""
    return Agency.objects.filter(Exists(Service.visible_to().filter(agency=OuterRef("pk")))).order_by("pk")


def find_taxonomies(asked: ApiQuery) -> QuerySet[Taxonomy]:
    return Taxonomy.objects.order_by("pk")


def find_terms(asked: ApiQuery) -> QuerySet[TaxonomyTerm]:
    found = TaxonomyTerm.objects.order_by("pk")
    if asked.taxonomy_id:
        found = found.filter(taxonomy=asked.taxonomy_id)
    if asked.parent_id:
        found = found.filter(parent=asked.parent_id)
    return found.filter(parent=None) if asked.top_only else found


def _filter_services(asked: ApiQuery) -> QuerySet[Service]:
    """All filters but those of day and time, which may be asked of a place."""
    found = Service.visible_to().order_by("pk")
    if asked.search:
        query = SearchQuery(asked.search, config="hereabouts", search_type="websearch")
        found = found.filter(pk__in=Spot.objects.filter(search=query).order_by().values("service"))
    if asked.taxonomy_term_id:
        found = found.filter(service_terms__term=asked.taxonomy_term_id)
    if asked.taxonomy_id:
        links = ServiceTerm.objects.filter(term__taxonomy=asked.taxonomy_id).order_by()
        found = found.filter(pk__in=links.values("service"))
    if asked.organization_id:
        found = found.filter(agency=asked.organization_id)
    if asked.minimum_age is not None:
        found = found.filter(minimum_age__gte=asked.minimum_age)
    if asked.maximum_age is not None:
        found = found.filter(maximum_age__lte=asked.maximum_age)
    if asked.modified_after:  # in the order of an index, so that a few among a million are found at once
        news = Greatest("last_modified", "created_at", "published_at")
        found = found.alias(news=news).filter(news__gte=asked.modified_after).order_by("news", "pk")
    return found


def _has_time_filter(asked: ApiQuery) -> bool:
    return bool(asked.day or asked.start_time or asked.end_time)


def _filter_schedules(asked: ApiQuery) -> QuerySet[Schedule]:
    """Patterns that are not over and fit the day and the times, all of them together."""
    found = Schedule.objects.filter(Q(valid_to=None) | Q(valid_to__gte=timezone.localdate())).order_by()
    if asked.day:
        weekday = [*DAY_NAMES].index(asked.day) + 1
        first = Q(byday="", freq="WEEKLY", dtstart__iso_week_day=weekday)
        found = found.filter(Q(byday__contains=asked.day) | first)
    if asked.start_time:
        found = found.filter(opens_at__gte=asked.start_time)
    return found.filter(closes_at__lte=asked.end_time) if asked.end_time else found


def _find_locations_near(point: Point, km: float) -> QuerySet[Any]:
    """Ids of places so near. The index of cells finds the candidates, the distance decides."""
    narrowing = math.cos(math.radians(point.lat))
    cell = min(1.0, KM_PER_DEGREE_NORTH * narrowing / KM_PER_DEGREE_EAST)  # how wide a cell of 1 km is there
    level = next((n for n in range(CELL_LEVELS) if SMALLEST_CELL_KM * 2**n * cell >= km), CELL_LEVELS - 1)
    cells = RawSQL(
        "ARRAY(SELECT hereabouts_cell(%s, %s, %s, e, n) FROM generate_series(-1, 1) e, generate_series(-1, 1) n)",
        [point.lat, point.lon, level],
    )
    north = (F("latitude") - point.lat) * KM_PER_DEGREE_NORTH
    east = (F("longitude") - point.lon) * KM_PER_DEGREE_NORTH * narrowing
    distance = RawSQL("1", [], output_field=FloatField()) * (north * north + east * east)
    spots = Spot.objects.filter(cells__overlap=cells).alias(square=distance).filter(square__lte=km * km)
    return spots.order_by().values("location")


def count_rows(found: QuerySet[Any], what: str, asked: ApiQuery, edition: str) -> int:
    """How many, counted once in each edition."""
    name = hashlib.sha256(f"{what} {asked.filter_key} {timezone.localdate()}".encode()).hexdigest()[:32]
    kept = cache.get(f"api:{edition}:{name}")
    if kept is None:
        kept = found.count()
        cache.set(f"api:{edition}:{name}", kept, COUNT_CACHE_SECONDS)
    return int(kept)


def load_page(found: QuerySet[Any], start: int, size: int, form: Callable[[QuerySet[Any]], QuerySet[Any]]) -> list[Any]:
    """The rows of a page, in the order of `found`, read as `form` says."""
    keys = list(found.values_list("pk", flat=True)[start : start + size])
    rows = {row.pk: row for row in form(found.model._default_manager.filter(pk__in=keys))}
    return [rows[key] for key in keys if key in rows]


def rows_after(found: QuerySet[Any], key: uuid.UUID | None, size: int) -> QuerySet[Any]:
    """The next rows by their key, for a stream: as quick at the end as at the beginning."""
    rows = found.order_by("pk")
    return (rows.filter(pk__gt=key) if key else rows)[:size]
