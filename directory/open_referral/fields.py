"""The fields of Open Referral UK 3.0: our column, the standard's name, and how a value is made clean."""

from collections.abc import Callable
from typing import Any

from directory import cleaning as clean
from directory.models import Contact, CostOption, Language, Schedule, ServiceArea, Status
from directory.models.place import LocationType
from directory.models.session import Frequency

Table = tuple[tuple[str, str, Callable[[Any], Any]], ...]

SERVICE: Table = (
    ("name", "name", clean.line), ("description", "description", clean.text), ("url", "url", clean.url),
    ("email", "email", clean.email), ("status", "status", clean.one_of(Status)), ("fees", "fees", clean.text),
    ("accreditations", "accreditations", clean.text), ("minimum_age", "minimum_age", clean.age),
    ("maximum_age", "maximum_age", clean.age), ("alert", "alert", clean.text),
    ("assured_date", "assured_date", clean.date), ("assurer_email", "assurer_email", clean.email),
    ("last_modified", "last_modified", clean.moment), ("eligibility", "eligibility_description", clean.text),
    ("application", "application_process", clean.text),
)  # fmt: skip
AGENCY: Table = (
    ("name", "name", clean.line), ("description", "description", clean.text), ("email", "email", clean.email),
    ("url", "website", clean.url),
)  # fmt: skip
LOCATION: Table = (
    ("location_type", "location_type", clean.one_of(LocationType)), ("name", "name", clean.line),
    ("description", "description", clean.text), ("latitude", "latitude", clean.degrees),
    ("longitude", "longitude", clean.degrees), ("transport", "transportation", clean.text),
)  # fmt: skip
ADDRESS: Table = (
    ("address", "address_1", clean.text), ("address_2", "address_2", clean.text), ("city", "city", clean.line),
    ("region", "region", clean.line), ("county", "state_province", clean.line),
    ("postcode", "postal_code", lambda value: clean.line(value, 20)),
    ("country", "country", lambda value: clean.line(value, 100)),
)  # fmt: skip
ACCESSIBILITY: Table = (
    ("description", "description", clean.text), ("details", "details", clean.text), ("url", "url", clean.url),
)  # fmt: skip
SCHEDULE: Table = (
    ("freq", "freq", clean.one_of(Frequency)), ("interval", "interval", clean.count), ("byday", "byday", clean.days),
    ("bymonthday", "bymonthday", clean.month_days), ("opens_at", "opens_at", clean.time),
    ("closes_at", "closes_at", clean.time), ("dtstart", "dtstart", clean.date),
    ("valid_from", "valid_from", clean.date), ("valid_to", "valid_to", clean.date),
    ("description", "description", clean.text), ("notes", "notes", clean.text),
    ("schedule_link", "schedule_link", clean.url), ("attending_type", "attending_type", clean.line),
)  # fmt: skip
COST: Table = (
    ("option", "option", clean.line), ("amount", "amount", clean.money),
    ("amount_description", "amount_description", clean.text), ("valid_from", "valid_from", clean.date),
    ("valid_to", "valid_to", clean.date),
)  # fmt: skip
CONTACT: Table = (("name", "name", clean.line), ("title", "title", clean.line), ("email", "email", clean.email))
LANGUAGE: Table = (
    ("code", "code", lambda value: clean.line(value, 20)), ("name", "name", lambda value: clean.line(value, 100)),
    ("note", "note", clean.text),
)  # fmt: skip
AREA: Table = (
    ("name", "name", clean.text), ("extent", "extent", clean.text), ("extent_type", "extent_type", clean.short),
    ("uri", "uri", clean.url),
)  # fmt: skip
TERM: Table = (
    ("name", "name", clean.line), ("description", "description", clean.text), ("uri", "term_uri", clean.url),
    ("code", "code", lambda value: clean.line(value, 100)),
)  # fmt: skip
CHILDREN: tuple[tuple[type, str, Table], ...] = (
    (CostOption, "cost_options", COST), (Contact, "contacts", CONTACT), (Language, "languages", LANGUAGE),
    (ServiceArea, "service_areas", AREA), (Schedule, "schedules", SCHEDULE),
)  # fmt: skip
