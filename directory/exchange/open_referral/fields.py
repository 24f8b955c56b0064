"""The fields of Open Referral UK 3.0: our column, the standard's name, and how a value is made clean.

What the standard has no field for stands beside its fields, under our own name; EXTENSION_FIELDS says what each
of those means.
"""

import datetime
import re
from collections.abc import Callable
from typing import Any

from directory.models import Contact, CostOption, Language, Schedule, ServiceArea, Status
from directory.models.place import LocationType
from directory.models.session import Frequency
from directory.text import cleaning as clean

FieldTable = tuple[tuple[str, str, Callable[[Any], Any]], ...]

EXTENSION_FIELDS = {
    "first_time": "What to expect the first time, in plain text.",
    "meets_you": "True where someone can meet a newcomer and go in with them.",
    "bookable": "True where places are booked on this site, in the service's sessions.",
    "paused_until": "The day on which a service that is temporarily closed runs again.",
    "places": "How many can come to each session.",
    "skips": "Days on which it does not meet although the pattern says so (RFC 5545 EXDATE).",
    "words": "Other words for the term, separated by commas.",
    "code": "The term's short name at the source.",
    "filled": "Names of the fields of this object that the standard requires and that are not known: their values "
    "only fill the gap.",
}

DESTINATIONS = {  # the part of a listing that a list or an object of the standard becomes, for the steward
    "organization": "Organisation",
    "location": "Place",
    "addresses": "Place",
    "accessibility": "Access at the place",
    "schedules": "Times",
    "cost_options": "Cost",
    "contacts": "Contact",
    "languages": "Language",
    "service_areas": "Area served",
    "capacities": "Room",
    "taxonomy_term": "Category",
    "phones": "Phone",
}


def describe_destination(where: str, name: str) -> str:
    """Where a value of the standard's field goes, in words: ("…location.addresses[0].", "postal_code") → "Place: postal
    code"."""
    parts = re.sub(r"\[[0-9]+\]", "", where).strip(".").split(".")
    part = next((DESTINATIONS[one] for one in reversed(parts) if one in DESTINATIONS), "Activity")
    return part if part == "Phone" else f"{part}: {name.replace('_', ' ')}"


def parse_true(value: Any) -> bool | None:
    """True for what says yes; None, so that the column's own default stays, for anything else."""
    return True if clean.to_printable(value).strip().lower() in ("true", "yes", "1") else None


def parse_dates(value: Any) -> list[datetime.date] | None:
    """A list of days, in order, each once."""
    if value in (None, ""):
        return None
    if not isinstance(value, list):
        raise ValueError("this should be a list of dates")
    return sorted({day for item in value[:1000] if (day := clean.parse_date(item))})


SERVICE_FIELDS: FieldTable = (
    ("name", "name", clean.clean_line),
    ("description", "description", clean.clean_text),
    ("url", "url", clean.clean_url),
    ("email", "email", clean.clean_email),
    ("status", "status", clean.choice_parser(Status)),
    ("fees", "fees", clean.clean_text),
    ("accreditations", "accreditations", clean.clean_text),
    ("minimum_age", "minimum_age", clean.parse_age),
    ("maximum_age", "maximum_age", clean.parse_age),
    ("alert", "alert", clean.clean_text),
    ("assured_date", "assured_date", clean.parse_date),
    ("assurer_email", "assurer_email", clean.clean_email),
    ("last_modified", "last_modified", clean.parse_datetime),
    ("eligibility", "eligibility_description", clean.clean_text),
    ("application", "application_process", clean.clean_text),
    ("first_time", "first_time", clean.clean_text),
    ("meets_you", "meets_you", parse_true),
)
AGENCY_FIELDS: FieldTable = (
    ("name", "name", clean.clean_line),
    ("description", "description", clean.clean_text),
    ("email", "email", clean.clean_email),
    ("url", "website", clean.clean_url),
)
LOCATION_FIELDS: FieldTable = (
    ("location_type", "location_type", clean.choice_parser(LocationType)),
    ("name", "name", clean.clean_line),
    ("description", "description", clean.clean_text),
    ("latitude", "latitude", clean.parse_degrees),
    ("longitude", "longitude", clean.parse_degrees),
    ("transport", "transportation", clean.clean_text),
)
ADDRESS_FIELDS: FieldTable = (
    ("address", "address_1", clean.clean_text),
    ("address_2", "address_2", clean.clean_text),
    ("city", "city", clean.clean_line),
    ("region", "region", clean.clean_line),
    ("county", "state_province", clean.clean_line),
    ("postcode", "postal_code", lambda value: clean.clean_line(value, 20)),
    ("country", "country", lambda value: clean.clean_line(value, 100)),
)
ACCESSIBILITY_FIELDS: FieldTable = (
    ("description", "description", clean.clean_text),
    ("details", "details", clean.clean_text),
    ("url", "url", clean.clean_url),
)
SCHEDULE_FIELDS: FieldTable = (
    ("freq", "freq", clean.choice_parser(Frequency)),
    ("interval", "interval", clean.parse_count),
    ("byday", "byday", clean.parse_weekdays),
    ("bymonthday", "bymonthday", clean.parse_month_days),
    ("opens_at", "opens_at", clean.parse_time),
    ("closes_at", "closes_at", clean.parse_time),
    ("dtstart", "dtstart", clean.parse_date),
    ("valid_from", "valid_from", clean.parse_date),
    ("valid_to", "valid_to", clean.parse_date),
    ("description", "description", clean.clean_text),
    ("notes", "notes", clean.clean_text),
    ("schedule_link", "schedule_link", clean.clean_url),
    ("attending_type", "attending_type", clean.clean_line),
    ("places", "places", clean.parse_count),
    ("skips", "skips", parse_dates),
)
COST_FIELDS: FieldTable = (
    ("option", "option", clean.clean_line),
    ("amount", "amount", clean.parse_price),
    ("amount_description", "amount_description", clean.clean_text),
    ("valid_from", "valid_from", clean.parse_date),
    ("valid_to", "valid_to", clean.parse_date),
)
CONTACT_FIELDS: FieldTable = (
    ("name", "name", clean.clean_line),
    ("title", "title", clean.clean_line),
    ("email", "email", clean.clean_email),
)
LANGUAGE_FIELDS: FieldTable = (
    ("code", "code", lambda value: clean.clean_line(value, 20)),
    ("name", "name", lambda value: clean.clean_line(value, 100)),
    ("note", "note", clean.clean_text),
)
SERVICE_AREA_FIELDS: FieldTable = (
    ("name", "name", clean.clean_text),
    ("extent", "extent", clean.clean_text),
    ("extent_type", "extent_type", clean.clean_short_line),
    ("uri", "uri", clean.clean_url),
)
TERM_FIELDS: FieldTable = (
    ("name", "name", clean.clean_line),
    ("description", "description", clean.clean_text),
    ("uri", "term_uri", clean.clean_url),
    ("code", "code", lambda value: clean.clean_line(value, 100)),
    ("words", "words", clean.clean_text),
)
TAXONOMY_FIELDS: FieldTable = (
    ("name", "name", clean.clean_line),
    ("description", "description", clean.clean_text),
    ("url", "uri", clean.clean_url),
    ("version", "version", clean.clean_short_line),
)
AT_LOCATION_FIELDS: FieldTable = (("description", "description", clean.clean_text),)
REGISTER_IDENTIFIERS = (("charity_number", "GB-CHC", "Charity number"), ("company_number", "GB-COH", "Company number"))
CAPACITY_FIELDS: FieldTable = (
    ("unit", "unit", lambda value: clean.clean_line(value, 100)),
    ("available", "available", clean.parse_capacity),
    ("maximum", "maximum", clean.parse_capacity),
    ("description", "description", clean.clean_text),
    ("updated", "updated", clean.parse_datetime),
)
CHILD_TABLES: tuple[tuple[type, str, FieldTable], ...] = (
    (CostOption, "cost_options", COST_FIELDS),
    (Contact, "contacts", CONTACT_FIELDS),
    (Language, "languages", LANGUAGE_FIELDS),
    (ServiceArea, "service_areas", SERVICE_AREA_FIELDS),
    (Schedule, "schedules", SCHEDULE_FIELDS),
)
