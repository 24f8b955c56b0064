"""What a list is a list of: services, or something else that is refused by its name."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from directory.exchange.field_use import SentService, normalise_key
from directory.exchange.open_referral.columns import normalise_heading
from directory.exchange.open_referral.spreadsheet import SheetRow
from directory.models.session import DAY_NAMES

MAX_SAMPLE = 50  # rows that are looked at
SERVICES = "services"
SERVICE_SIGNS = {  # only a service has these
    *("organization", "organization_name", "provider", "service_at_locations", "cost_options", "service_areas"),
    *("eligibilitys", "eligibilities", "eligibility", "eligibility_description", "service_taxonomys", "min_age"),
    *("service_taxonomies", "fees", "fees_description", "application_process", "minimum_age", "maximum_age", "max_age"),
    *("accreditations", "assured_date", "wait_time", "interpretation_services", "capacities", "required_documents"),
    *("opening_hours_specification", "service_locations", "open_hours", "price_range", "fees_text", "useful_infos"),
    *("opening_hours", "opening_times", "hours", "cost", "price", "program_id", "attending_type", "needs_referral"),
}
SHARED_SIGNS = {  # a service has them, and others too
    *("status", "organization_id", "schedules", "regular_schedules", "phones", "contacts", "locations", "location"),
    *("languages", "attributes", "last_modified", "taxonomies"),
}
OTHER_SIGNS = {  # the fields that tell what else it is; the first that fits
    "FHIR resources": {"resource_type"},
    "areas or lines on a map (GeoJSON)": {"geometry"},
    "services at locations": {"service"},
    "taxonomy terms": {"taxonomy", "taxonomy_id", "taxonomy_detail", "term_uri", "vocabulary", "parent_id", "code"},
    "taxonomies": {"taxonomy_terms", "version"},
    "locations": {"location_type", "addresses", "physical_addresses", "latitude", "longitude", "address_1"},
    "organisations": {
        *("legal_status", "tax_id", "tax_status", "year_incorporated", "organization_identifiers", "programs"),
        *("parent_organization_id", "charity_number", "company_number", "website", "logo", "uri", "services"),
    },
    "reviews": {"reviewer_organization", "score", "review"},
    "people or contacts": {"first_name", "last_name", "surname", "department", "date_of_birth", "nhs_number"},
}
# Columns of a register of organisations, without signs.
REGISTER_HEADINGS = {
    *("charitynumber", "registeredcharitynumber", "charityno", "companynumber", "taxid", "taxstatus", "legalstatus"),
    *("yearincorporated", "organisationcode", "organizationcode", "odscode", "dateofregistration", "charitystatus"),
}
# Fields of a sheet that say that something happens there.
ACTIVITY_FIELDS = {
    *("hours", "days", "opens", "cost", "who", "ages", "minimum_age", "joining", "description", "phone", "email"),
    *("website", "organisation", "contact", "language", *(name.lower() for name in DAY_NAMES.values())),
}


def find_kind(row: Any) -> str:
    """SERVICES, what else a row is, or "" when nothing tells."""
    if isinstance(row, SheetRow):
        return SERVICES if ACTIVITY_FIELDS & row.keys() else "places on a map, of which nothing says what happens there"
    if isinstance(row, SentService):  # put together from HSDS's tables
        return SERVICES
    if not isinstance(row, dict):
        return ""
    keys = {normalise_key(str(name)) for name, value in row.items() if value not in (None, "")}
    if {"state", "kind", "data"} <= keys:
        return "changes to sessions (OpenActive)"
    if keys & SERVICE_SIGNS:
        return SERVICES
    other = next((kind for kind, signs in OTHER_SIGNS.items() if keys & signs), "")
    return other or (SERVICES if keys & SHARED_SIGNS else "")


def name_other_kind(rows: list[Any], *, named_services: bool = False) -> str:
    """ "" for a list of services; else what it is a list of. `named_services`: so its address or file calls it."""
    kinds = Counter(map(find_kind, rows))
    if not rows or kinds[SERVICES] or (named_services and kinds[""] == len(rows)):
        return ""
    kind = kinds.most_common(1)[0][0]
    if kind:
        return kind
    keys = [str(name) for row in rows if isinstance(row, dict) for name in row]
    return f"things that have only {', '.join(list(dict.fromkeys(keys))[:8])}" if keys else ""


def keep_services(rows: Iterator[Any], *, named_services: bool = False) -> Iterator[Any]:
    """The same rows. Raises OtherKindError before any came when none of the first is a service."""
    first, failure = list[Any](), None
    try:
        first += islice(rows, MAX_SAMPLE)
    except Exception as error:  # the file ends early: what came of it still comes
        failure = error
    if not first and not failure:
        raise OtherKindError("nothing")
    if other := name_other_kind(first, named_services=named_services):
        raise OtherKindError(other)
    yield from first
    if failure:
        raise failure
    yield from rows


class OtherKindError(ValueError):
    """What was read is a list of something else; says of what in plain English."""

    def __str__(self) -> str:
        return f"This is a list of {self.args[0]}, not of services. Nothing of it came in."


def is_register(headings: list[str], fields: set[str]) -> bool:
    """Whether a table's columns are those of a register of organisations: numbers of it, and no times or prices."""
    signs = REGISTER_HEADINGS & set(map(normalise_heading, headings))
    happening = {"hours", "days", "opens", "cost", "who", "ages", "minimum_age", "joining"} | {
        name.lower() for name in DAY_NAMES.values()
    }
    return bool(signs) and not happening & fields
