"""`/api/oruk/v3/`: the nine endpoints of Open Referral UK 3.0, and HSDS's two of organisations."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase

from agencies.messages import absolute_url
from directory.exchange.api import queries
from directory.exchange.api.parameters import ApiError, parse_query
from directory.exchange.api.responses import (
    Collection,
    Json,
    collection_response,
    item_response,
    json_response,
    public_api,
    respond_if_changed,
)
from directory.exchange.open_referral import (
    prefetch_to_list,
    select_for_full,
    select_for_summary,
    to_organization,
    to_oruk,
    to_service_at_location,
    to_service_summary,
    to_taxonomy,
    to_term,
)
from directory.models import Service, TaxonomyTerm

VERSION = "HSDS-UK-3.0"
PROFILE = "https://openreferraluk.org/specifications/3.0/openapi.json"

PAGE_PARAMETERS = ("page", "per_page", "format")
SERVICE_FILTERS = (
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
COLLECTION_PARAMETERS: dict[str, tuple[str, ...]] = {
    "services": (*SERVICE_FILTERS, *PAGE_PARAMETERS, "full", "minimal"),
    "service_at_locations": (*SERVICE_FILTERS, "postcode", "proximity", *PAGE_PARAMETERS, "full"),
    "taxonomies": PAGE_PARAMETERS,
    "taxonomy_terms": ("taxonomy_id", "parent_id", "top_only", *PAGE_PARAMETERS),
    "organizations": (*PAGE_PARAMETERS, "full"),
}


def _select_at_locations(rows: QuerySet[Any]) -> QuerySet[Any]:
    """A service at a place as an item of a list: one query for the rows, one for the services with their groups."""
    return rows.select_related("location").prefetch_related(Prefetch("service", select_for_summary(Service.ever())))


def _select_full_at_locations(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("location").prefetch_related(
        prefetch_to_list("schedules"),
        prefetch_to_list("location__accessibility"),
        Prefetch("service", select_for_full(Service.ever())),
    )


def _prefetch_terms(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.prefetch_related(Prefetch("terms", TaxonomyTerm.ever().select_related("taxonomy")))


def _to_taxonomy_with_terms(row: Any) -> Json:
    terms = [to_term(term) for term in row.terms.all()]
    return to_taxonomy(row) | ({"taxonomy_terms": terms} if terms else {})


def _select_agencies(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.defer("received")


def _select_terms(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("taxonomy")


COLLECTIONS = {
    kind.name: kind
    for kind in (
        Collection(
            "services", queries.find_services, (select_for_summary, to_service_summary), (select_for_full, to_oruk)
        ),
        Collection(
            "service_at_locations",
            queries.find_at_locations,
            (_select_at_locations, to_service_at_location),
            (_select_full_at_locations, lambda row: to_service_at_location(row, whole=True)),
        ),
        Collection(
            "taxonomies",
            queries.find_taxonomies,
            (lambda rows: rows, to_taxonomy),
            (_prefetch_terms, _to_taxonomy_with_terms),
        ),
        Collection("taxonomy_terms", queries.find_terms, (_select_terms, to_term), (_select_terms, to_term)),
        Collection(
            "organizations",
            queries.find_organizations,
            (_select_agencies, to_organization),
            (_select_agencies, lambda row: to_organization(row, whole=True)),
        ),
    )
}


@public_api
def about(request: HttpRequest) -> HttpResponseBase:
    """Which version of the standard this is. The validator reads `version` as a word and one number."""
    place = settings.PLACE
    document = {
        "version": VERSION,
        "profile": PROFILE,
        "openapi_url": absolute_url("directory:api_openapi"),
        "description": f"Activities and services in {place['area']}, kept by the groups that run them.",
        "publisher": {"name": f"{place['name']} for {place['area']}", "website": place["base_url"]},
    }
    return respond_if_changed(request, lambda _: json_response(document))


@public_api
def list_items(request: HttpRequest, name: str) -> HttpResponseBase:
    return collection_response(request, COLLECTIONS[name], parse_query(request.GET, COLLECTION_PARAMETERS[name]))


@public_api
def show_item(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    return item_response(request, COLLECTIONS[name], key)


@public_api
def unknown_address(request: HttpRequest, path: str = "") -> HttpResponseBase:
    raise ApiError(404, "There is nothing at this address of the API")
