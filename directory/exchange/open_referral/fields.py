"""The fields of Open Referral UK 3.0: our column, the standard's name, and how a value is made clean.

What the standard has no field for stands beside its fields, under our own name; ADDED says what each of those means.
"""

import datetime
from collections.abc import Callable
from typing import Any

from directory.models import Contact, CostOption, Language, Schedule, ServiceArea, Status
from directory.models.place import LocationType
from directory.models.session import Frequency
from directory.text import cleaning as clean

Table = tuple[tuple[str, str, Callable[[Any], Any]], ...]

ADDED = {
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


def yes(value: Any) -> bool | None:
    """True for what says yes; None, so that the column's own default stays, for anything else."""
    return True if clean.plain(value).strip().lower() in ("true", "yes", "1") else None


def dates(value: Any) -> list[datetime.date] | None:
    """A list of days, in order, each once."""
    if value in (None, ""):
        return None
    if not isinstance(value, list):
        raise ValueError("this should be a list of dates")
    return sorted({day for item in value[:1000] if (day := clean.date(item))})


SERVICE: Table = (
    ("name", "name", clean.line),
    ("description", "description", clean.text),
    ("url", "url", clean.url),
    ("email", "email", clean.email),
    ("status", "status", clean.one_of(Status)),
    ("fees", "fees", clean.text),
    ("accreditations", "accreditations", clean.text),
    ("minimum_age", "minimum_age", clean.age),
    ("maximum_age", "maximum_age", clean.age),
    ("alert", "alert", clean.text),
    ("assured_date", "assured_date", clean.date),
    ("assurer_email", "assurer_email", clean.email),
    ("last_modified", "last_modified", clean.moment),
    ("eligibility", "eligibility_description", clean.text),
    ("application", "application_process", clean.text),
    ("first_time", "first_time", clean.text),
    ("meets_you", "meets_you", yes),
)
AGENCY: Table = (
    ("name", "name", clean.line),
    ("description", "description", clean.text),
    ("email", "email", clean.email),
    ("url", "website", clean.url),
)
LOCATION: Table = (
    ("location_type", "location_type", clean.one_of(LocationType)),
    ("name", "name", clean.line),
    ("description", "description", clean.text),
    ("latitude", "latitude", clean.degrees),
    ("longitude", "longitude", clean.degrees),
    ("transport", "transportation", clean.text),
)
ADDRESS: Table = (
    ("address", "address_1", clean.text),
    ("address_2", "address_2", clean.text),
    ("city", "city", clean.line),
    ("region", "region", clean.line),
    ("county", "state_province", clean.line),
    ("postcode", "postal_code", lambda value: clean.line(value, 20)),
    ("country", "country", lambda value: clean.line(value, 100)),
)
ACCESSIBILITY: Table = (
    ("description", "description", clean.text),
    ("details", "details", clean.text),
    ("url", "url", clean.url),
)
SCHEDULE: Table = (
    ("freq", "freq", clean.one_of(Frequency)),
    ("interval", "interval", clean.count),
    ("byday", "byday", clean.days),
    ("bymonthday", "bymonthday", clean.month_days),
    ("opens_at", "opens_at", clean.time),
    ("closes_at", "closes_at", clean.time),
    ("dtstart", "dtstart", clean.date),
    ("valid_from", "valid_from", clean.date),
    ("valid_to", "valid_to", clean.date),
    ("description", "description", clean.text),
    ("notes", "notes", clean.text),
    ("schedule_link", "schedule_link", clean.url),
    ("attending_type", "attending_type", clean.line),
    ("places", "places", clean.count),
    ("skips", "skips", dates),
)
COST: Table = (
    ("option", "option", clean.line),
    ("amount", "amount", clean.money),
    ("amount_description", "amount_description", clean.text),
    ("valid_from", "valid_from", clean.date),
    ("valid_to", "valid_to", clean.date),
)
CONTACT: Table = (("name", "name", clean.line), ("title", "title", clean.line), ("email", "email", clean.email))
LANGUAGE: Table = (
    ("code", "code", lambda value: clean.line(value, 20)),
    ("name", "name", lambda value: clean.line(value, 100)),
    ("note", "note", clean.text),
)
AREA: Table = (
    ("name", "name", clean.text),
    ("extent", "extent", clean.text),
    ("extent_type", "extent_type", clean.short),
    ("uri", "uri", clean.url),
)
TERM: Table = (
    ("name", "name", clean.line),
    ("description", "description", clean.text),
    ("uri", "term_uri", clean.url),
    ("code", "code", lambda value: clean.line(value, 100)),
    ("words", "words", clean.text),
)
TAXONOMY: Table = (
    ("name", "name", clean.line),
    ("description", "description", clean.text),
    ("url", "uri", clean.url),
    ("version", "version", clean.short),
)
AT_LOCATION: Table = (("description", "description", clean.text),)
IDENTIFIERS = (("charity_number", "GB-CHC", "Charity number"), ("company_number", "GB-COH", "Company number"))
CAPACITY: Table = (
    ("unit", "unit", lambda value: clean.line(value, 100)),
    ("available", "available", clean.places),
    ("maximum", "maximum", clean.places),
    ("description", "description", clean.text),
    ("updated", "updated", clean.moment),
)
CHILDREN: tuple[tuple[type, str, Table], ...] = (
    (CostOption, "cost_options", COST),
    (Contact, "contacts", CONTACT),
    (Language, "languages", LANGUAGE),
    (ServiceArea, "service_areas", AREA),
    (Schedule, "schedules", SCHEDULE),
)
