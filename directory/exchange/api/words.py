"""The endpoints in words, for the OpenAPI document and the page about the API."""

from typing import NamedTuple


class Endpoint(NamedTuple):
    path: str
    name: str  # of the collection
    tag: str
    operation: str
    summary: str
    gives: str
    item: str = ""  # the schema of one; of a list's items see ITEM_SCHEMAS

    @property
    def is_item(self) -> bool:
        return self.path.endswith("{id}")

    @property
    def is_list(self) -> bool:
        return self.path != "/" and not self.is_item


# How the items of a list may look: as it is, with `full`, with `minimal`.
ITEM_SCHEMAS = {
    "services": ("ServiceListed", "Service", "ServiceMinimal"),
    "service_at_locations": ("ServiceAtLocationListed", "ServiceAtLocation"),
    "taxonomies": ("Taxonomy",),
    "taxonomy_terms": ("TaxonomyTerm",),
    "organizations": ("Organization",),
}
ENDPOINTS = (
    Endpoint(
        "/",
        "about",
        "About",
        "about",
        "Which version of the standard this is",
        "Version, profile and publisher.",
        "About",
    ),
    Endpoint(
        "/services",
        "services",
        "Services",
        "listServices",
        "Services, a page at a time",
        "A page of services, each with what there is one of. All of each with full=true.",
    ),
    Endpoint(
        "/services/{id}",
        "services",
        "Services",
        "getService",
        "One service with all that belongs to it",
        "The service with its organisation, places, times, costs, contacts, terms and room.",
        "Service",
    ),
    Endpoint(
        "/service_at_locations",
        "service_at_locations",
        "Services at places",
        "listServiceAtLocations",
        "Services at their places, also by distance from a postcode",
        "A page of services at places.",
    ),
    Endpoint(
        "/service_at_locations/{id}",
        "service_at_locations",
        "Services at places",
        "getServiceAtLocation",
        "One service at one of its places",
        "The place, when it meets there, and the service. It is valid as a service too, for which the published "
        "description of the standard asks here.",
        "ServiceAtLocation",
    ),
    Endpoint(
        "/taxonomies",
        "taxonomies",
        "Terms",
        "listTaxonomies",
        "The lists of terms that services are sorted by",
        "A page of taxonomies.",
    ),
    Endpoint(
        "/taxonomies/{id}",
        "taxonomies",
        "Terms",
        "getTaxonomy",
        "One taxonomy with its terms",
        "The taxonomy and all its terms.",
        "Taxonomy",
    ),
    Endpoint(
        "/taxonomy_terms", "taxonomy_terms", "Terms", "listTaxonomyTerms", "The terms themselves", "A page of terms."
    ),
    Endpoint(
        "/taxonomy_terms/{id}", "taxonomy_terms", "Terms", "getTaxonomyTerm", "One term", "The term.", "TaxonomyTerm"
    ),
    Endpoint(
        "/organizations",
        "organizations",
        "Organisations",
        "listOrganizations",
        "Organisations that run something listed here",
        "A page of organisations.",
    ),
    Endpoint(
        "/organizations/{id}",
        "organizations",
        "Organisations",
        "getOrganization",
        "One organisation",
        "The organisation with its numbers in public registers.",
        "Organization",
    ),
)
