"""One service as feeds send it, with whatever is wrong in it → rows that are not saved yet.

Repaired here: a postcode in the wrong field, latitude and longitude swapped, a point that is 0, 0.
"""

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

from agencies.models import Agency
from config.postcodes import list_postcode_readings, space_postcode
from directory.exchange.field_use import SentService, mark_used, plain
from directory.exchange.open_referral.field_parser import FieldParser, ParsedService, Problem
from directory.exchange.open_referral.fields import (
    ACCESSIBILITY_FIELDS,
    ADDRESS_FIELDS,
    AGENCY_FIELDS,
    CAPACITY_FIELDS,
    CHILD_TABLES,
    LOCATION_FIELDS,
    SCHEDULE_FIELDS,
    SERVICE_FIELDS,
    TERM_FIELDS,
    FieldTable,
)
from directory.exchange.open_referral.older_versions import upgrade_service
from directory.exchange.open_referral.row_repairs import find_closure
from directory.geography.postcodes import normalise_postcode
from directory.models import (
    Accessibility,
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
from directory.text.encoding import find_postcode_in_text
from directory.text.opening_hours import is_plausible_span

MAX_PHONES = 6  # numbers of one service that are kept
PHONE_FIELDS: FieldTable = (("number", "number", clean.clean_phone),)
REGISTER_COLUMNS = {"GB-CHC": "charity_number", "GB-COH": "company_number"}
KNOWN_LOCATION_FIELDS = {name for _, name, _ in LOCATION_FIELDS} | {"id", "addresses", "accessibility"}
MAX_REGISTER_NUMBER_LENGTH = {"charity_number": 10, "company_number": 8}


class ServiceRefused(ValueError):
    """The service cannot be taken in at all; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.said)
        self.problem = problem


def from_oruk(raw: Any, source: str = "") -> ParsedService:
    """One service, nested as `/services/{id}` gives it → unsaved rows, and what was wrong with it.

    Open Referral UK 3.0 and 1.0, HSDS 1 to 3.x. Raises ServiceRefused when it is no object, or has no id or no name.
    Of a `SentService`, each value says afterwards where it went.
    """
    received = ServiceParser(upgrade_service(raw) if isinstance(raw, dict) else raw, source).received
    noticed = raw.said if isinstance(raw, SentService) else ()
    received.problems += [Problem(_service_label(raw), where, said) for where, said in noticed]
    return received


def parse_service_id(raw: Any, source: str = "") -> uuid.UUID:
    """The id that a raw service will have here; ServiceRefused when it is no object or has none."""
    if not isinstance(raw, dict):
        raise ServiceRefused(Problem("?", "", "this is not a service"))
    try:
        return clean.parse_id(plain(raw.get("id")), source, "service")
    except ValueError as error:
        raise ServiceRefused(Problem(_service_label(raw), "id", str(error))) from None


def _service_label(raw: dict[str, Any]) -> str:
    """What the feed itself calls it."""
    return clean.to_printable(str(raw.get("row") or raw.get("id") or raw.get("name") or "?"))[:80]


class ServiceParser(FieldParser):
    """Reads one service. Fields that cannot be used are left out and reported; the rest goes in."""

    def __init__(self, raw: Any, source: str) -> None:
        key = parse_service_id(raw, source)
        super().__init__(source, _service_label(raw))
        values = self.parse_fields(raw, SERVICE_FIELDS)
        if not values.get("name"):
            raise ServiceRefused(Problem(self.label, "name", "there is no name"))
        for asked in raw.get("asked") or ():
            self.add_problem(*map(str, asked))
        self.check_status(raw, values)
        self.received = ParsedService(Service(pk=key, source=source), self.agency(raw, key), problems=self.problems)
        self.service = self.received.service
        self.service.agency_id = self.received.agency.pk
        self.set_fields(self.service, self.drop_reversed_pair(values, "minimum_age", "maximum_age"))
        mark_used(raw.get("id"), "Id")
        self.parse_phones(raw)
        self.parse_places(raw)
        self.parse_capacities(raw)
        for model, name, table in CHILD_TABLES:
            self.parse_children(raw, model, name, table)
        self.parse_attributes(raw)

    def check_status(self, raw: dict[str, Any], values: dict[str, Any]) -> None:
        """None that is known: it runs, unless its words say that it is closed; of a row, they were read before."""
        name, given = values["name"], values.get("status")
        closed = (
            None
            if raw.get("row") or given not in (None, "active")
            else find_closure(name, values.get("description", ""))
        )
        if closed and (not given or closed.string == name):
            values["status"] = "temporarily closed"
        if closed:
            shown = "closed for now" if values.get("status") == "temporarily closed" else "running"
            self.add_problem("status", f"it says “{closed[0].strip()[:80]}”: is it still on? It is shown as {shown}")
        elif not given:
            self.add_problem("status", "none is given that is known: it is shown as running")

    def numbers(self, raw: Any) -> Iterator[tuple[str, str]]:
        """Each number that is no fax, and what it is for."""
        for item, where in self.items(raw, "phones"):
            kind = str(item.get("description") or "")
            mark_used(item.get("type"), "Phone: what it is for")
            if "fax" in f"{item.get('type')} {kind}"[:100].lower():
                mark_used(item, "Left out: a fax")
                continue
            if number := self.parse_fields(item, PHONE_FIELDS, where).get("number"):
                mark_used(item.get("description"), "Phone: what it is for")
                yield str(number), clean.clean_line(kind[:255])

    def phone(self, raw: Any) -> str:
        """The first number that is no fax; "" when there is none."""
        return next((number for number, _ in self.numbers(raw)), "")

    def parse_phones(self, raw: dict[str, Any]) -> None:
        """The first number is the service's; others stand with what each is for, as somebody to ask."""
        found: dict[str, str] = {}
        for number, kind in self.numbers(raw):
            found.setdefault(number, kind)
        self.service.phone = next(iter(found), "") or self.phone(raw.get("organization"))
        for number in [*found][1:MAX_PHONES]:
            key = clean.stable_id(self.service.pk, "phone", number)
            title = found[number] or "Another number"
            self.received.rows.append(Contact(pk=key, service_id=self.service.pk, title=title, phone=number))

    def agency(self, raw: dict[str, Any], service: Any) -> Agency:
        item = raw.get("organization")
        if not isinstance(item, dict) or not item.get("name"):
            # An id alone would put what one service is called over all that share it.
            if not raw.get("row"):
                self.add_problem("organization", "there is no organisation with a name; it stays empty")
            mark_used(raw.get("organization_id"), "Link")
            item = {"name": clean.clean_line(str(raw.get("name"))[:200])}
        key = self.find_or_make_id(item, "organization", self.source, "organization")
        mark_used(item.get("id"), "Id")
        if not item.get("id"):
            key = clean.stable_id(service, "organization")
        known = {name for _, name, _ in AGENCY_FIELDS} | {"id"}
        extra = {name: value for name, value in item.items() if name not in known}
        agency = Agency(pk=key, kind="voluntary", source=self.source, received=clean.clean_json(extra))
        self.set_fields(agency, self.parse_fields(item, AGENCY_FIELDS, "organization."))
        agency.phone = self.phone(item)
        self.set_fields(agency, self.parse_register_numbers(item))
        return agency

    def parse_register_numbers(self, item: dict[str, Any]) -> dict[str, str]:
        """Registered numbers, by their list on org-id.guide: of a charity (GB-CHC), of a company (GB-COH)."""
        found = {}
        for row, where in self.items(item, "organization_identifiers", "organization."):
            number = self.parse_fields(row, (("number", "identifier", clean.clean_short_line),), where).get(
                "number", ""
            )
            column = REGISTER_COLUMNS.get(clean.to_printable(str(row.get("identifier_scheme") or "")).strip().upper())
            if column and len(number) <= MAX_REGISTER_NUMBER_LENGTH[column]:
                found[column] = number
                mark_used([row.get("identifier_scheme"), row.get("id")], "Organisation: identifier")
            else:
                mark_used(row.get("identifier"), "")
        return found

    def parse_places(self, raw: dict[str, Any]) -> None:
        seen: set[Any] = set()
        for item, where in self.items(raw, "service_at_locations"):
            if not isinstance(item.get("location"), dict):
                self.add_problem(where + "location", "there is no place")
                continue
            location = self.parse_location(item["location"], where + "location.")
            if location.pk in seen:
                self.add_problem(where + "location.id", "the same place twice")
                continue
            seen.add(location.pk)
            at = ServiceAtLocation(pk=self.find_or_make_id(item, where, self.service.pk, "at"), location_id=location.pk)
            at.service_id = self.service.pk
            self.set_fields(at, self.parse_fields(item, (("description", "description", clean.clean_text),), where))
            self.received.rows.append(at)
            self.parse_children(item, Schedule, "schedules", SCHEDULE_FIELDS, where, at_location_id=at.pk)

    def parse_location(self, item: dict[str, Any], where: str) -> Location:
        """A place with its one address and what helps there; the point is whole and on earth, or not there."""
        row = Location(pk=self.make_place_id(item, where), source=self.source)
        self.set_fields(row, self.repair_coordinates(self.parse_fields(item, LOCATION_FIELDS, where), where))
        addresses = list(self.items(item, "addresses", where))
        addresses.sort(key=lambda found: found[0].get("address_type") not in ("physical", None, ""))
        mark_used([address.get("address_type") for address, _ in addresses], "Place: kind of address")
        for address, path in addresses[:1]:
            lines = self.parse_fields(address, ADDRESS_FIELDS, path)
            lines["address"] = "\n".join(filter(None, (lines.get("address"), lines.pop("address_2", ""))))
            self.set_fields(row, self.repair_postcode(lines, path))
        row.received = clean.clean_json(
            {name: value for name, value in item.items() if name not in KNOWN_LOCATION_FIELDS}
        )
        self.received.locations.append(row)
        for access, path in self.items(item, "accessibility", where):
            found = Accessibility(pk=self.find_or_make_id(access, path, row.pk, "accessibility"), location_id=row.pk)
            self.set_fields(found, self.parse_fields(access, ACCESSIBILITY_FIELDS, path))
            self.received.rows.append(found)
        return row

    def make_place_id(self, item: dict[str, Any], where: str) -> Any:
        """The place's own id; without one, of what it is called and where it is: other places have others."""
        if item.get("id"):
            return self.find_or_make_id(item, where, self.source, "location")
        lines = [line for address, _ in self.items(item, "addresses", where) for line in address.values()]
        said = [item.get("name"), item.get("latitude"), item.get("longitude"), *lines]
        described = [clean.to_printable(str(value)).strip() for value in said if value]
        return clean.stable_id(*([self.source, "location", *described] if described else [self.service.pk, where]))

    def repair_coordinates(self, values: dict[str, Any], where: str) -> dict[str, Any]:
        """Latitude and longitude: swapped back, or both left out with the reason."""
        lat, lon = values.pop("latitude", None), values.pop("longitude", None)
        if lat is None and lon is None:
            return values
        if lat is None or lon is None or abs(lat) > 90:
            self.add_problem(where + "latitude", "this is not a point on earth")
        elif lat == 0 and lon == 0:
            self.add_problem(where + "latitude", "0, 0 is a point in the sea")
        elif -9 <= lat <= 3 and 49 <= lon <= 61:  # Great Britain, the wrong way round
            self.add_problem(where + "latitude", "latitude and longitude were swapped, and are put right")
            values |= {"latitude": lon, "longitude": lat}
        else:
            values |= {"latitude": lat, "longitude": lon}
        return values

    def repair_postcode(self, lines: dict[str, Any], where: str) -> dict[str, Any]:
        """The postcode as it is written in Britain, also where it stands in another line of the address."""
        sent = lines.get("postcode", "")
        readings = list_postcode_readings(sent)
        if len(readings) == 1:
            self.add_problem(where + "postal_code", f"“{sent}” is read as {space_postcode(readings[0])}")
            return lines | {"postcode": space_postcode(readings[0])}
        if readings:
            meant = " or ".join(map(space_postcode, readings))
            self.add_problem(where + "postal_code", f"“{sent}” is no postcode: is it {meant}?")
        if code := normalise_postcode(sent):
            return lines | {"postcode": space_postcode(code)}
        for column in ("postcode", "address", "city", "county", "region"):
            if found := find_postcode_in_text(lines.get(column, "")):
                if column != "postcode":
                    self.add_problem(where + "postal_code", f"{found} was found in another line of the address")
                return lines | {"postcode": found}
        if sent and not any(letter.isdigit() for letter in sent) and not lines.get("city"):
            return lines | {"city": sent, "postcode": ""}  # a town in the postcode's column
        return lines

    def parse_children(
        self, raw: dict[str, Any], model: Any, name: str, table: FieldTable, where: str = "", **fixed: Any
    ) -> None:
        for item, path in self.items(raw, name, where):
            row = model(pk=self.find_or_make_id(item, path, self.service.pk, name), service_id=self.service.pk, **fixed)
            self.set_fields(
                row, self.drop_reversed_pair(self.parse_fields(item, table, path), "valid_from", "valid_to", path)
            )
            if model is Contact:
                row.phone = self.phone(item)
            if model is Schedule:
                self.check_times(item, row, path)
            self.received.rows.append(row)

    def check_times(self, item: dict[str, Any], row: Schedule, where: str) -> None:
        """Times that cannot be so are asked about, and stay as words: "9.30am-5pm", 19:30 to 18:30, 00:00 to 00:00."""
        opens, closes = row.opens_at, row.closes_at
        if item.get("unread"):
            self.add_problem(where + "opens_at", str(item["unread"]))
        if opens and opens == closes == datetime.time():
            self.add_problem(where + "opens_at", "00:00 to 00:00 is no time: when it begins is not known")
            row.opens_at = row.closes_at = None
            return
        if opens and closes and not is_plausible_span(*(60 * at.hour + at.minute for at in (opens, closes))):
            self.add_problem(
                where + "closes_at", f"it ends at {closes:%H:%M} and begins at {opens:%H:%M}: is that right?"
            )
            row.opens_at = row.closes_at = None
        unused = (item.get("opens_at") and not row.opens_at) or (item.get("closes_at") and not row.closes_at)
        if unused and not (row.notes or row.description):
            said = clean.clean_line(f"{item.get('opens_at') or ''} to {item.get('closes_at') or ''}"[:200])
            row.notes = said.strip(" to")

    def parse_capacities(self, raw: dict[str, Any]) -> None:
        """HSDS 3.1 `service_capacity`: what has no number of free places says nothing."""
        for item, where in self.items(raw, "capacities"):
            unit = item.get("unit")
            item = item | {"unit": unit.get("name") if isinstance(unit, dict) else unit}
            values = self.parse_fields(item, CAPACITY_FIELDS, where)
            if "available" not in values:
                self.add_problem(where + "available", "there is no number of free places")
                continue
            row = Capacity(
                pk=self.find_or_make_id(item, where, self.service.pk, "capacities"), service_id=self.service.pk
            )
            self.set_fields(row, values)
            self.received.rows.append(row)

    def parse_attributes(self, raw: dict[str, Any]) -> None:
        seen: set[Any] = set()
        for item, where in self.items(raw, "attributes"):
            term = self.parse_term(item.get("taxonomy_term"), where + "taxonomy_term.")
            if term is None or term.pk in seen:
                continue
            seen.add(term.pk)
            link = ServiceTerm(pk=self.find_or_make_id(item, where, self.service.pk, "attributes"), term_id=term.pk)
            link.service_id = self.service.pk
            self.set_fields(link, self.parse_fields(item, (("label", "label", clean.clean_line),), where))
            self.received.rows.append(link)

    def parse_term(self, item: Any, where: str) -> TaxonomyTerm | None:
        if not isinstance(item, dict) or not item.get("name"):
            self.add_problem(where + "name", "there is no term with a name")
            return None
        detail = item.get("taxonomy_detail")
        about: dict[str, Any] = detail if isinstance(detail, dict) else {}
        listed = about.get("name") or item.get("taxonomy")
        name = clean.clean_line(str(listed or "Other")[:255])
        mark_used([listed, item.get("taxonomy_id"), item.get("vocabulary")], "Category: list")
        given = {"id": about.get("id") or item.get("taxonomy_id") or name}
        taxonomy = Taxonomy(
            pk=self.find_or_make_id(given, where, self.source, "taxonomy"), name=name, source=self.source
        )
        term = TaxonomyTerm(
            pk=self.find_or_make_id(item, where, self.source, "term", item["name"]), taxonomy_id=taxonomy.pk
        )
        self.set_fields(term, self.parse_fields(item, TERM_FIELDS, where))
        if item.get("parent_id"):
            mark_used(item["parent_id"], "Category: parent")
            term.parent_id = self.find_or_make_id({"id": item["parent_id"]}, where, self.source, "term")
        self.received.taxonomies.append(taxonomy)
        self.received.terms.append(term)
        return term
