"""The tables of HSDS as CSV files or sheets (2.0, 3.x, and those that are nearly so) → nested services.

File and column names are read forgivingly: singular or plural, "Organisation ID*", "Postcode".
Source: docs.openreferral.org, "HSDS tabular data package"; Open Referral UK's own tables are a part of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from directory.exchange.open_referral.spreadsheet import AGE_RANGE_PATTERN, WORDS_FOR_YES
from directory.exchange.tables import Cells, TableError, split_heading
from directory.text.encoding import FREE_OF_CHARGE

Object = dict[str, Any]
Tables = dict[str, list[Object]]

# The name by which a table is nested: what else it is called, without signs.
TABLE_NAME_LIST = """
services: service
organizations: organization organisation organisations
locations: location
service_at_locations: serviceatlocation servicelocation servicelocations
addresses: address physicaladdress physicaladdresses
phones: phone
schedules: schedule regularschedule regularschedules
cost_options: costoption
contacts: contact
languages: language
service_areas: servicearea
accessibility: accessibilityfordisabilities
attributes: attribute linktaxonomy linktaxonomies
taxonomies: taxonomy
taxonomy_terms: taxonomyterm
service_capacities: servicecapacity
organization_identifiers: organizationidentifier
eligibilities: eligibility eligibilitys
service_taxonomies: servicetaxonomy servicetaxonomys
postal_addresses: postaladdress
fundings: funding
programs: program
units: unit
holiday_schedules:
required_documents:
urls:
metadata:
meta_table_descriptions:
"""
TABLE_NAMES = {  # without signs → by which it is nested
    known: name
    for name, _, others in (line.partition(":") for line in TABLE_NAME_LIST.strip().splitlines())
    for known in (name.replace("_", ""), *others.split())
}
COLUMN_NAMES = {
    "address_line_1": "address_1",
    "address_line_2": "address_2",
    "address_line_3": "address_3",
    "county": "state_province",
    "postcode": "postal_code",
    "organisation_id": "organization_id",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "phone_number": "number",
    "telephone": "number",
    "referral_url": "referral_link",
}


def table_name(name: str) -> str:
    """ "data/Service_at_locations.csv" → "service_at_locations"; "" for what is no table of HSDS."""
    base = re.sub(r"\.(csv|tsv|txt|json|ndjson|jsonl)$", "", name.replace("\\", "/").rpartition("/")[2].lower())
    return TABLE_NAMES.get(re.sub(r"[^a-z]", "", base), "")


def is_hsds_table_set(names: list[str]) -> bool:
    """Whether files or sheets of these names are such tables: services, and at least one to go with them."""
    found = {table_name(name) for name in names} - {""}
    return "services" in found and len(found) > 1


def nest_csv_tables(files: dict[str, list[Cells]]) -> Iterator[Object]:
    """The services of these tables, each as `/services/{id}` nests it. The tables are held in memory."""
    yield from nest_tables({table_name(name): list(_read_rows(rows)) for name, rows in files.items() if rows})


def nest_json_tables(lists: dict[str, Any]) -> Iterator[Object] | None:
    """The same of tables that came as JSON lists of flat objects; None when these lists are no such tables.

    Services that hold their organisation or places already are given as they are.
    """
    tables = {table_name(name): rows for name, rows in lists.items() if isinstance(rows, list) and table_name(name)}
    services = [row for row in tables.get("services", []) if isinstance(row, dict)]
    if len(tables) < 2 or not services or len(services) < len(tables["services"]):
        return None
    nested = ("organization", "service_at_locations")
    if any(isinstance(row.get(name), (dict, list)) for row in services[:20] for name in nested):
        return iter(services)
    return nest_tables(
        {name: [_clean_row(row) for row in rows if isinstance(row, dict)] for name, rows in tables.items()}
    )


def _clean_row(row: Object) -> Object:
    """Cells as text; what is nested stays where a table would hang, and nowhere else."""
    filled = {_normalise_column(name): value for name, value in row.items() if value not in (None, "")}
    nested = {name for name, value in filled.items() if isinstance(value, (dict, list))}
    hanging = {name for name in nested if table_name(name) or name == "capacities"}
    return {
        name: value if name in hanging else str(value) for name, value in filled.items() if name not in nested - hanging
    }


def nest_tables(tables: Tables) -> Iterator[Object]:
    tables.pop("", None)
    if not tables.get("services"):
        raise TableError("There is no table of services.")
    nester, homes = _TableNester(tables), dict[str, list[Object]]()
    if not tables.get("service_at_locations"):  # then a service is where its organisation is
        homes = _group_by(nester.table_rows("locations"), "organization_id")
    for row in tables["services"]:
        yield nester.nest_service(row, homes)


def _read_rows(table: list[Cells]) -> Iterator[Object]:
    names, below = split_heading(table)
    keys = {name: _normalise_column(name) for name in names}
    for _, row in below:
        found: Object = {}
        for name, cell in row.items():
            if cell and cell.lower() != "null":
                found.setdefault(keys[name], cell)
        if found:
            yield found


def _normalise_column(name: str) -> str:
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return COLUMN_NAMES.get(key, key)


def _group_by(rows: list[Object], *keys: str) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = defaultdict(list)
    for row in rows:
        for key in keys:
            if row.get(key):
                found[row[key]].append(row)
                break
    return found


class _TableNester:
    """The tables by what they hang on."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.organizations = {row["id"]: row for row in self.table_rows("organizations") if row.get("id")}
        self.locations = {row["id"]: row for row in self.table_rows("locations") if row.get("id")}
        self.terms = {
            row["id"]: row
            for row in [*self.table_rows("taxonomies"), *self.table_rows("taxonomy_terms")]
            if row.get("id")
        }
        self.taxonomies = {row["id"]: row for row in self.table_rows("taxonomies") if row.get("id")}
        self.units = {row["id"]: row.get("name") for row in self.table_rows("units") if row.get("id")}
        self.found: dict[tuple[str, str], dict[str, list[Object]]] = {}

    def table_rows(self, name: str) -> list[Object]:
        return self.tables.get(name, [])

    def rows_with(self, name: str, key: str, value: str | None, *, first: tuple[str, ...] = ()) -> list[Object]:
        """The table's rows whose `key` is the value and that do not hang closer, on one of `first`."""
        index = self.found.get((name, key))
        if index is None:
            rows = [row for row in self.table_rows(name) if not any(row.get(other) for other in first)]
            index = self.found[name, key] = _group_by(rows, key)
        return index.get(value or "", [])

    def nest_service(self, row: Object, homes: dict[str, list[Object]]) -> Object:
        key = row.get("id")
        out = _fill_ages_and_price(dict(row))
        if organization := self.organizations.get(row.get("organization_id", "")):
            phones = self.rows_with(
                "phones", "organization_id", organization["id"], first=("service_id", "location_id", "contact_id")
            )
            numbers = self.rows_with("organization_identifiers", "organization_id", organization["id"])
            out["organization"] = organization | {"phones": phones} | _drop_empty(organization_identifiers=numbers)
        at = self.rows_with("service_at_locations", "service_id", key)
        places = [self.nest_at_location(link) for link in at] or [
            self.nest_at_location({"location_id": place["id"]})
            for place in homes.get(row.get("organization_id", ""), [])
            if place.get("id")
        ]
        return out | _drop_empty(
            phones=self.rows_with("phones", "service_id", key, first=("service_at_location_id", "contact_id")),
            schedules=self.rows_with("schedules", "service_id", key, first=("service_at_location_id",)),
            cost_options=self.rows_with("cost_options", "service_id", key) or out.get("cost_options"),
            contacts=[
                found | _drop_empty(phones=self.rows_with("phones", "contact_id", found.get("id")))
                for found in self.rows_with("contacts", "service_id", key)
            ],
            languages=self.rows_with("languages", "service_id", key),
            service_areas=self.rows_with("service_areas", "service_id", key),
            eligibilitys=self.rows_with("eligibilities", "service_id", key),
            capacities=[
                found | {"unit": self.units.get(found.get("unit_id", "")) or found.get("unit") or "places"}
                for found in self.rows_with("service_capacities", "service_id", key)
            ],
            attributes=self.nest_attributes(key),
            service_at_locations=places,
        )

    def nest_at_location(self, link: Object) -> Object:
        place = self.locations.get(link.get("location_id", ""))
        hours = self.rows_with("schedules", "service_at_location_id", link["id"]) if link.get("id") else []
        return link | _drop_empty(schedules=hours, location=self.nest_location(place) if place else None)

    def nest_location(self, row: Object) -> Object:
        key = row["id"]
        addresses = self.rows_with("addresses", "location_id", key) + [
            found | {"address_type": "postal"} for found in self.rows_with("postal_addresses", "location_id", key)
        ]
        if not addresses and (row.get("address_1") or row.get("postal_code")):
            lines = [row.get(name) for name in ("address_2", "address_3") if row.get(name)]
            addresses = [row | {"address_2": "\n".join(map(str, lines)), "address_type": "physical"}]
        return row | _drop_empty(
            addresses=addresses,
            accessibility=self.rows_with("accessibility", "location_id", key),
            schedules=self.rows_with("schedules", "location_id", key, first=("service_id", "service_at_location_id")),
            phones=self.rows_with(
                "phones", "location_id", key, first=("service_id", "service_at_location_id", "contact_id")
            ),
        )

    def nest_attributes(self, service: str | None) -> list[Object]:
        links = [row for row in self.rows_with("attributes", "link_id", service) if self.is_of_service(row)]
        links += self.rows_with("service_taxonomies", "service_id", service)
        found = []
        for link in links:
            term = self.terms.get(link.get("taxonomy_term_id") or link.get("taxonomy_id") or "")
            if term:
                taxonomy = self.taxonomies.get(term.get("taxonomy_id", ""))
                about: Object = {"taxonomy_detail": taxonomy} if taxonomy else {}
                about |= {"taxonomy": term["vocabulary"]} if term.get("vocabulary") and not term.get("taxonomy") else {}
                found.append(link | {"taxonomy_term": term | about})
        return found

    def is_of_service(self, row: Object) -> bool:
        kind = str(row.get("link_entity") or row.get("link_type") or "service").lower()
        return kind in ("service", "link_type") or kind not in ("organization", "location", "schedule", "service_area")


def _drop_empty(**values: Any) -> Object:
    """Those that are there."""
    return {name: value for name, value in values.items() if value}


def _fill_ages_and_price(row: Object) -> Object:
    """Columns of tables that are nearly HSDS: "Is Free", "Criteria - Age Group"; other criteria say who it is for."""
    if row.get("is_free", "").lower() in WORDS_FOR_YES or FREE_OF_CHARGE.fullmatch(row.get("fees", "")):
        row["cost_options"] = [{"amount": "0"}]
    criteria = {name: value for name, value in row.items() if name.startswith(("criteria_", "critera_"))}
    for name, value in criteria.items():
        found = AGE_RANGE_PATTERN.fullmatch(value.strip()) if "age" in name else None
        if found and not row.get("minimum_age"):
            row["minimum_age"], row["maximum_age"] = found[1], found[2]
    if criteria and not row.get("eligibility_description"):
        row["eligibility_description"] = "\n".join(dict.fromkeys(criteria.values()))
    if row.get("intro") and not row.get("description"):
        row["description"] = row["intro"]
    return row
