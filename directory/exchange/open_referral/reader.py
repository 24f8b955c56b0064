"""One service as feeds send it, with whatever is wrong in it → rows that are not saved yet."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agencies.models import Agency
from directory.exchange.open_referral.fields import AGENCY, CAPACITY, CHILDREN, SCHEDULE, SERVICE, TERM, Table
from directory.exchange.open_referral.older_versions import as_current
from directory.exchange.open_referral.places import read_location
from directory.models import (
    Capacity,
    Contact,
    Location,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceTerm,
    Taxonomy,
    TaxonomyTerm,
)
from directory.text import cleaning as clean

NUMBERS = {"GB-CHC": "charity_number", "GB-COH": "company_number"}
NUMBER_LONGEST = {"charity_number": 10, "company_number": 8}


class Problem(NamedTuple):
    """Something in a feed that could not be used: whose, which field, what is wrong with it."""

    id: str
    field: str
    said: str


class Refused(ValueError):
    """The service cannot be taken in at all; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.said)
        self.problem = problem


@dataclass
class Received:
    """A service as it was read, in rows that are not saved yet. `rows` holds what belongs to the service alone."""

    service: Service
    agency: Agency
    locations: list[Location] = field(default_factory=list)
    taxonomies: list[Taxonomy] = field(default_factory=list)
    terms: list[TaxonomyTerm] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def from_oruk(raw: Any, source: str = "") -> Received:
    """One service, nested as `/services/{id}` gives it → unsaved rows, and what was wrong with it.

    Open Referral UK 3.0 and 1.0, HSDS 2 and 3.x. Raises Refused when it is not an object, or has no id or no name.
    """
    return Reading(as_current(raw) if isinstance(raw, dict) else raw, source).received


def identity_of(raw: Any, source: str = "") -> uuid.UUID:
    """The id that a raw service will have here; Refused when it is no object or has none."""
    if not isinstance(raw, dict):
        raise Refused(Problem("?", "", "this is not a service"))
    try:
        return clean.identity(raw.get("id"), source, "service")
    except ValueError as error:
        raise Refused(Problem(_label(raw), "id", str(error))) from None


def _label(raw: dict[str, Any]) -> str:
    """What the feed itself calls it."""
    return clean.plain(str(raw.get("row") or raw.get("id") or raw.get("name") or "?"))[:80]


class Reading:
    """Reads one service. Fields that cannot be used are left out and reported; the rest goes in."""

    def __init__(self, raw: Any, source: str) -> None:
        self.source, self.problems = source, []  # type: tuple[str, list[Problem]]
        key = identity_of(raw, source)
        self.label = _label(raw)
        values = self.values(raw, SERVICE)
        if not values.get("name"):
            raise Refused(Problem(self.label, "name", "there is no name"))
        if not values.get("status"):
            self.report("status", "taken as active")
        self.received = Received(Service(pk=key, source=source), self.agency(raw, key), problems=self.problems)
        self.service = self.received.service
        self.service.agency_id = self.received.agency.pk
        self.fill(self.service, self.in_order(values, "minimum_age", "maximum_age"))
        self.service.phone = self.phone(raw) or self.phone(raw.get("organization"))
        self.places(raw)
        self.capacities(raw)
        for model, name, table in CHILDREN:
            self.children(raw, model, name, table)
        self.attributes(raw)

    def report(self, where: str, said: str) -> None:
        self.problems.append(Problem(self.label, where, said))

    def values(self, raw: dict[str, Any], table: Table, where: str = "") -> dict[str, Any]:
        """The clean values by column; empty ones are left out."""
        found: dict[str, Any] = {}
        filled = raw.get("filled")  # our own feed: values that are only there because the standard requires one
        for column, name, cleaner in table:
            if isinstance(filled, list) and name in filled:
                continue
            try:
                value = cleaner(raw.get(name))
            except clean.Cut as cut:
                self.report(where + name, str(cut))
                value = cut.kept
            except ValueError as error:
                self.report(where + name, str(error))
                continue
            if value not in ("", None):
                found[column] = value
        return found

    def fill(self, row: Any, values: dict[str, Any]) -> None:
        for column, value in values.items():
            setattr(row, column, value)

    def in_order(self, values: dict[str, Any], low: str, high: str, where: str = "") -> dict[str, Any]:
        """A pair that must not be upside down: both are left out when it is."""
        if low in values and high in values and values[low] > values[high]:
            self.report(where + low, f"{values[low]} is after {high}, {values[high]}")
            return {column: value for column, value in values.items() if column not in (low, high)}
        return values

    def items(self, raw: Any, name: str, where: str = "") -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of a list, each with where it stands; what is not an object is reported."""
        found = raw.get(name) if isinstance(raw, dict) else None
        if found and not isinstance(found, list):
            self.report(where + name, "this should be a list")
        for index, item in enumerate(found if isinstance(found, list) else []):
            if isinstance(item, dict):
                yield item, f"{where}{name}[{index}]."
            else:
                self.report(f"{where}{name}[{index}]", "this should be an object")

    def key(self, item: dict[str, Any], where: str, *names: object) -> Any:
        """The item's own id, or one made from where it stands."""
        try:
            return clean.identity(item.get("id"), *names)
        except ValueError:
            return clean.stable_id(*names, where)

    def phone(self, raw: Any) -> str:
        """The first number that is no fax; "" when there is none."""
        for item, where in self.items(raw, "phones"):
            if "fax" in str(item.get("type") or item.get("description") or "")[:100].lower():
                continue
            if number := self.values(item, (("number", "number", clean.phone),), where).get("number"):
                return str(number)
        return ""

    def agency(self, raw: dict[str, Any], service: Any) -> Agency:
        item = raw.get("organization")
        if not isinstance(item, dict) or not item.get("name"):
            self.report("organization", "there is no organisation with a name; the service's name is used")
            item = {"id": raw.get("organization_id"), "name": clean.line(str(raw.get("name"))[:200])}
        key = self.key(item, "organization", self.source, "organization")
        if not item.get("id"):
            key = clean.stable_id(service, "organization")
        known = {name for _, name, _ in AGENCY} | {"id"}
        extra = {name: value for name, value in item.items() if name not in known}
        agency = Agency(pk=key, kind="voluntary", source=self.source, received=clean.kept(extra))
        self.fill(agency, self.values(item, AGENCY, "organization."))
        agency.phone = self.phone(item)
        self.fill(agency, self.numbers(item))
        return agency

    def numbers(self, item: dict[str, Any]) -> dict[str, str]:
        """Registered numbers, by their list on org-id.guide: of a charity (GB-CHC), of a company (GB-COH)."""
        found = {}
        for row, where in self.items(item, "organization_identifiers", "organization."):
            number = self.values(row, (("number", "identifier", clean.short),), where).get("number", "")
            column = NUMBERS.get(clean.plain(str(row.get("identifier_scheme") or "")).strip().upper())
            if column and len(number) <= NUMBER_LONGEST[column]:
                found[column] = number
        return found

    def places(self, raw: dict[str, Any]) -> None:
        seen: set[Any] = set()
        for item, where in self.items(raw, "service_at_locations"):
            if not isinstance(item.get("location"), dict):
                self.report(where + "location", "there is no place")
                continue
            location = read_location(self, item["location"], where + "location.")
            if location.pk in seen:
                self.report(where + "location.id", "the same place twice")
                continue
            seen.add(location.pk)
            at = ServiceAtLocation(pk=self.key(item, where, self.service.pk, "at"), location_id=location.pk)
            at.service_id = self.service.pk
            self.fill(at, self.values(item, (("description", "description", clean.text),), where))
            self.received.rows.append(at)
            self.children(item, Schedule, "schedules", SCHEDULE, where, at_location_id=at.pk)

    def children(self, raw: dict[str, Any], model: Any, name: str, table: Table, where: str = "", **fixed: Any) -> None:
        for item, path in self.items(raw, name, where):
            row = model(pk=self.key(item, path, self.service.pk, name), service_id=self.service.pk, **fixed)
            self.fill(row, self.in_order(self.values(item, table, path), "valid_from", "valid_to", path))
            if model is Contact:
                row.phone = self.phone(item)
            if model is Schedule and not (row.notes or row.description):
                row.notes = self.hours_as_sent(item, row)
            self.received.rows.append(row)

    def hours_as_sent(self, item: dict[str, Any], row: Schedule) -> str:
        """Hours that are no time of day ("9.30am-5pm") still tell a reader something."""
        if (item.get("opens_at") and not row.opens_at) or (item.get("closes_at") and not row.closes_at):
            return clean.line(f"{item.get('opens_at') or ''} to {item.get('closes_at') or ''}"[:200]).strip(" to")
        return ""

    def capacities(self, raw: dict[str, Any]) -> None:
        """HSDS 3.1 `service_capacity`: what has no number of free places says nothing."""
        for item, where in self.items(raw, "capacities"):
            unit = item.get("unit")
            item = item | {"unit": unit.get("name") if isinstance(unit, dict) else unit}
            values = self.values(item, CAPACITY, where)
            if "available" not in values:
                self.report(where + "available", "there is no number of free places")
                continue
            row = Capacity(pk=self.key(item, where, self.service.pk, "capacities"), service_id=self.service.pk)
            self.fill(row, values)
            self.received.rows.append(row)

    def attributes(self, raw: dict[str, Any]) -> None:
        seen: set[Any] = set()
        for item, where in self.items(raw, "attributes"):
            term = self.term(item.get("taxonomy_term"), where + "taxonomy_term.")
            if term is None or term.pk in seen:
                continue
            seen.add(term.pk)
            link = ServiceTerm(pk=self.key(item, where, self.service.pk, "attributes"), term_id=term.pk)
            link.service_id = self.service.pk
            self.fill(link, self.values(item, (("label", "label", clean.line),), where))
            self.received.rows.append(link)

    def term(self, item: Any, where: str) -> TaxonomyTerm | None:
        if not isinstance(item, dict) or not item.get("name"):
            self.report(where + "name", "there is no term with a name")
            return None
        detail = item.get("taxonomy_detail")
        about: dict[str, Any] = detail if isinstance(detail, dict) else {}
        name = clean.line(str(about.get("name") or item.get("taxonomy") or "Other")[:255])
        given = {"id": about.get("id") or item.get("taxonomy_id") or name}
        taxonomy = Taxonomy(pk=self.key(given, where, self.source, "taxonomy"), name=name, source=self.source)
        term = TaxonomyTerm(pk=self.key(item, where, self.source, "term", item["name"]), taxonomy_id=taxonomy.pk)
        self.fill(term, self.values(item, TERM, where))
        if item.get("parent_id"):
            term.parent_id = self.key({"id": item["parent_id"]}, where, self.source, "term")
        self.received.taxonomies.append(taxonomy)
        self.received.terms.append(term)
        return term
