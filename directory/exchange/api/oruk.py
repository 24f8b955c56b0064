"""`/api/oruk/v3/`: the nine endpoints of Open Referral UK 3.0, and HSDS's two of organisations."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from directory.exchange.api import queries
from directory.exchange.api.parameters import Refused, read
from directory.exchange.api.responses import Collection, Json, api, as_json, collection, if_changed, one
from directory.exchange.open_referral import (
    full_form,
    listed,
    listed_form,
    to_listed,
    to_organization,
    to_oruk,
    to_service_at_location,
    to_taxonomy,
    to_term,
)
from directory.models import Service, TaxonomyTerm

VERSION = "HSDS-UK-3.0"
PROFILE = "https://openreferraluk.org/specifications/3.0/openapi.json"

PAGES = ("page", "per_page", "format")
WHICH = (
    "search",
    "taxonomy_term_id",
    "taxonomy_id",
    "organization_id",
    "minimum_age",
    "maximum_age",
    "start_time",
    "end_time",
    "day",
    "modified_after",
)
# What each collection may be asked.
TAKES: dict[str, tuple[str, ...]] = {
    "services": (*WHICH, *PAGES, "full", "minimal"),
    "service_at_locations": (*WHICH, "postcode", "proximity", *PAGES, "full"),
    "taxonomies": PAGES,
    "taxonomy_terms": ("taxonomy_id", "parent_id", "top_only", *PAGES),
    "organizations": (*PAGES, "full"),
}


def _places(rows: QuerySet[Any]) -> QuerySet[Any]:
    """A service at a place as an item of a list: one query for the rows, one for the services with their groups."""
    return rows.select_related("location").prefetch_related(Prefetch("service", listed_form(Service.ever())))


def _whole_places(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("location").prefetch_related(
        listed("schedules"), listed("location__accessibility"), Prefetch("service", full_form(Service.ever()))
    )


def _terms_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.prefetch_related(Prefetch("terms", TaxonomyTerm.ever().select_related("taxonomy")))


def _with_terms(row: Any) -> Json:
    terms = [to_term(term) for term in row.terms.all()]
    return to_taxonomy(row) | ({"taxonomy_terms": terms} if terms else {})


def _agencies(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.defer("received")


def _term_form(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("taxonomy")


COLLECTIONS = {
    kind.name: kind
    for kind in (
        Collection("services", queries.services, (listed_form, to_listed), (full_form, to_oruk)),
        Collection(
            "service_at_locations",
            queries.at_locations,
            (_places, to_service_at_location),
            (_whole_places, lambda row: to_service_at_location(row, whole=True)),
        ),
        Collection("taxonomies", queries.taxonomies, (lambda rows: rows, to_taxonomy), (_terms_of, _with_terms)),
        Collection("taxonomy_terms", queries.terms, (_term_form, to_term), (_term_form, to_term)),
        Collection(
            "organizations",
            queries.organizations,
            (_agencies, to_organization),
            (_agencies, lambda row: to_organization(row, whole=True)),
        ),
    )
}


@api
def about(request: HttpRequest) -> HttpResponseBase:
    """Which version of the standard this is. The validator reads `version` as a word and one number."""
    place = settings.PLACE
    document = {
        "version": VERSION,
        "profile": PROFILE,
        "openapi_url": place["base_url"] + reverse("directory:api_openapi"),
        "description": f"Activities and services in {place['area']}, kept by the groups that run them.",
        "publisher": {"name": f"{place['name']} for {place['area']}", "website": place["base_url"]},
    }
    return if_changed(request, lambda _: as_json(document))


@api
def items(request: HttpRequest, name: str) -> HttpResponseBase:
    return collection(request, COLLECTIONS[name], read(request.GET, TAKES[name]))


@api
def item(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    return one(request, COLLECTIONS[name], key)


@api
def nothing(request: HttpRequest, path: str = "") -> HttpResponseBase:
    raise Refused(404, "There is nothing at this address of the API")
