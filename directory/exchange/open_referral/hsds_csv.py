"""The tables of HSDS as CSV files or sheets (1.0 to 3.x, and those that are nearly so) → nested services.

File and column names are read forgivingly: singular or plural, "Organisation ID*", "Postcode", "serviceId".
Source: docs.openreferral.org, "HSDS tabular data package"; Open Referral UK's own tables are a part of it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from directory.exchange.field_use import SentService, SentTables, SentValue, build_sent_value, mark_used, normalise_key
from directory.exchange.open_referral.objects import says_yes
from directory.exchange.open_referral.spreadsheet import AGE_RANGE_PATTERN
from directory.exchange.tables import Cells, TableError, split_heading
from directory.text.encoding import FREE_OF_CHARGE

Object = dict[str, Any]
Tables = dict[str, list[Object]]

# The name by which a table is nested: what else it is called, in the singular.
TABLE_NAME_LIST = """
services:
organizations:
locations:
service_at_locations: service_location service_venue servicesatlocation servicesatlocations service_x_location
addresses: physical_address location_address
phones: phone_number telephone
schedules: regular_schedule
holiday_schedules:
cost_options: service_cost
contacts: contact_person
languages: service_language
service_areas: area_served
accessibility: accessibility_for_disability accessibility_for_disabled
attributes: link_taxonomy other_attribute
taxonomies:
taxonomy_terms: term
service_capacities:
organization_identifiers:
eligibilities: service_eligibility
service_taxonomies: service_taxonomy_term service_attribute
postal_addresses: mail_address mailing_address
fundings:
programs:
units:
required_documents:
payments_accepted: payment
urls:
metadata:
meta_table_descriptions:
"""
COLUMN_NAMES = {
    "servicesatlocation_id": "service_at_location_id",
    "services_at_location_id": "service_at_location_id",
    "service_at_locations_id": "service_at_location_id",
    "referral_url": "referral_link",
}
ADDRESS_COLUMN_NAMES = {
    "address1": "address_1",
    "address2": "address_2",
    "address": "address_1",
    "street": "address_1",
    "street_address": "address_1",
    "address_line_1": "address_1",
    "address_line_2": "address_2",
    "address_line_3": "address_3",
    "address_line_4": "address_4",
    "town": "city",
    "county": "state_province",
    "state": "state_province",
    "postcode": "postal_code",
    "post_code": "postal_code",
    "zip": "postal_code",
    "zip_code": "postal_code",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "long": "longitude",
}
TABLE_COLUMN_NAMES = {
    "taxonomies": {"term": "name"},
    "taxonomy_terms": {"term": "name"},
    "phones": {"phone_number": "number", "telephone": "number", "phone": "number"},
    "addresses": ADDRESS_COLUMN_NAMES,
    "postal_addresses": ADDRESS_COLUMN_NAMES,
    "locations": ADDRESS_COLUMN_NAMES,
}
# Columns that some makers write with the table's own name before: "service_name", "location_address".
OWN_COLUMNS = {
    *("id", "name", "description", "email", "url", "website", "alternate_name", "status", "min_age", "max_age"),
    *("minimum_age", "maximum_age", "fees", "address", "latitude", "longitude", "application_process", "hours"),
}
LINK_COLUMNS = {  # a column that leads to a row of another table, the nearest home first
    "phone_id": "phones",
    "contact_id": "contacts",
    "service_at_location_id": "service_at_locations",
    "service_id": "services",
    "location_id": "locations",
    "organization_id": "organizations",
}
PLACE_COLUMNS = ("location_id", "location_ids", "locations", "service_locations")  # where a service names its places
NO_ID = {"0", "null", "none", "-"}
LINK = "Link"  # where a value went that only says what belongs together


def _singular(word: str) -> str:
    for plural, single in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if word.endswith(plural):
            return word.removesuffix(plural) + single
    return word


def _table_key(name: str) -> str:
    """ "Services_at_location", "serviceAtLocations" → "serviceatlocation"."""
    return "".join(_singular(word) for word in re.findall(r"[a-z]+", normalise_key(name.strip())))


TABLE_NAMES = {
    _table_key(known): name
    for name, _, others in (line.partition(":") for line in TABLE_NAME_LIST.strip().splitlines())
    for known in (name, name.replace("_", ""), *others.split())
}


def _base_name(name: str) -> str:
    return re.sub(r"\.(csv|tsv|txt|json|ndjson|jsonl)$", "", name.replace("\\", "/").rpartition("/")[2], flags=re.I)


def table_name(name: str) -> str:
    """ "data/Services_at_location.csv" → "service_at_locations"; "" for what is no table of HSDS."""
    return TABLE_NAMES.get(_table_key(_base_name(name)), "")


def name_tables(names: Iterable[str]) -> dict[str, str]:
    """The table that each file or sheet is, "" for one that is not known; what all names begin with is passed over."""
    bases = {name: _base_name(name) for name in names}
    if len(bases) > 1 and not any(table_name(name) == "services" for name in bases):
        first, last = min(bases.values()), max(bases.values())
        shared = first[: next((n for n, sign in enumerate(first) if last[n : n + 1] != sign), len(first))]
        cut = max(map(shared.rfind, "-_ .")) + 1
        return {name: table_name(base[cut:]) for name, base in bases.items()}
    return {name: table_name(base) for name, base in bases.items()}


def is_hsds_table_set(names: list[str]) -> bool:
    """Whether files or sheets of these names are such tables: services, and at least one to go with them."""
    found = {*name_tables(names).values()} - {""}
    return "services" in found and len(found) > 1


def nest_csv_tables(files: dict[str, list[Cells]]) -> Iterator[SentService]:
    """The services of these tables, each as `/services/{id}` nests it. The tables are held in memory."""
    known = name_tables(files)
    tables, sent = defaultdict[str, list[Object]](list), SentTables()
    for name, cells in files.items():
        rows = list(_read_rows(cells, _base_name(name), known[name])) if cells else []
        sent.rows += rows
        tables[known[name]] += rows
        if not known[name] and rows:
            sent.unknown.append(_base_name(name))
    yield from nest_tables(tables, sent)


def nest_json_tables(lists: dict[str, Any]) -> Iterator[Object] | None:
    """The same of tables that came as JSON lists of flat objects; None when these lists are no such tables.

    Services that hold their organisation or places already are given as they are.
    """
    known = name_tables(lists)
    tables = {known[name]: rows for name, rows in lists.items() if isinstance(rows, list) and known[name]}
    services = [row for row in tables.get("services", []) if isinstance(row, dict)]
    if len(tables) < 2 or not services or len(services) < len(tables["services"]):
        return None
    nested = ("organization", "service_at_locations")
    if any(isinstance(row.get(name), (dict, list)) for row in services[:20] for name in nested):
        return iter(services)
    sent = SentTables(unknown=[name for name, rows in lists.items() if isinstance(rows, list) and not known[name]])
    clean = {
        known[name] or name: [_clean_row(row, _base_name(name), known[name]) for row in rows if isinstance(row, dict)]
        for name, rows in lists.items()
        if isinstance(rows, list)
    }
    sent.rows = [row for rows in clean.values() for row in rows]
    return nest_tables(clean, sent)


def _clean_row(row: Object, base: str, table: str) -> Object:
    """Cells as text; what is nested stays where a table would hang, and nowhere else."""
    filled = {normalise_column(name, table): (name, value) for name, value in row.items() if value not in (None, "")}
    nested = {name for name, (_, value) in filled.items() if isinstance(value, (dict, list))}
    hanging = {name for name in nested if table_name(name) or name == "capacities"}
    return {
        name: value if name in hanging else build_sent_value(value, f"{base}.{given}")
        for name, (given, value) in filled.items()
        if name not in nested - hanging
    }


def nest_tables(tables: Tables, sent: SentTables) -> Iterator[SentService]:
    if not tables.get("services"):
        raise TableError("There is no table of services.")
    nester = _TableNester(tables)
    for row in tables["services"]:
        found = nester.nest_service(row)
        found.tables = sent
        yield found
    sent.said += [(column, f"this is not in these tables ({count:,} times)") for column, count in nester.astray.items()]


def _read_rows(cells: list[Cells], base: str, table: str) -> Iterator[Object]:
    names, below = split_heading(cells)
    keys = {name: normalise_column(name, table) for name in names}
    for _, row in below:
        found: Object = {}
        for name, cell in row.items():
            if cell and cell.lower() != "null":
                key = keys[name] if keys[name] not in found else name
                found[key] = build_sent_value(cell, f"{base}.{name}")
        if found:
            yield found


def normalise_column(name: str, table: str) -> str:
    """ "Organisation ID*", "organisationId" → "organization_id"; "Post code" of an address → "postal_code"."""
    key = re.sub(r"[^a-z0-9]+", "_", normalise_key(name.strip())).strip("_")
    key = re.sub(r"(^|_)(uuid|recordid|record_id)$", r"\1id", key)
    own = key.removeprefix(f"{_singular(table)}_")
    if own != key and own in OWN_COLUMNS:
        key = own
    return (COLUMN_NAMES | TABLE_COLUMN_NAMES.get(table, {})).get(key, key)


class _TableNester:
    """The rows of the tables by what they belong to: the nearest of the rows that each names and that is there."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.by_id = {
            name: {row["id"]: row for row in tables.get(name, []) if row.get("id")}
            for name in (*LINK_COLUMNS.values(), "taxonomies", "taxonomy_terms", "units")
        }
        for row in tables.get("taxonomies", []):
            if not row.get("id") and row.get("taxonomy_id"):
                self.by_id["taxonomies"].setdefault(row["taxonomy_id"], row | {"id": row["taxonomy_id"]})
        self.terms = self.by_id["taxonomies"] | self.by_id["taxonomy_terms"]
        self.at_place: dict[tuple[str, str], str] = {}
        for link in tables.get("service_at_locations", []):
            named = [link.get("service_id", ""), link.get("location_id", "")]
            self.by_id["service_at_locations"].setdefault(link.setdefault("id", " at ".join(named)), link)
            for service, place in product(*map(split_ids, named)):
                self.at_place.setdefault((service, place), link["id"])
        self.hung: dict[str, dict[tuple[str, str], list[Object]]] = {}
        self.astray = Counter[str]()  # by column: links that lead nowhere

    def rows_of(self, table: str, home: str, key: str | None) -> list[Object]:
        """The table's rows that belong to this row of the table `home`, and to none that is nearer."""
        if table not in self.hung:
            self.hung[table] = defaultdict(list)
            for row in self.tables.get(table, []):
                for found in self.find_homes(row):
                    self.hung[table][found].append(row)
                if not LINK_COLUMNS.keys() & row.keys():
                    self.astray[f"{table.replace('_', ' ')}, what they belong to"] += 1
        return self.hung[table].get((home, key or ""), [])

    def find_homes(self, row: Object) -> list[tuple[str, str]]:
        """The nearest row that it names, or all that one cell names; a link that leads nowhere stays unused."""
        led = {column: self.follow(row, column, home) for column, home in LINK_COLUMNS.items() if row.get(column)}
        led = {column: keys for column, keys in led.items() if keys}
        mark_used(row.get("id") if led else None, LINK)
        ids = [keys[0] for column in ("service_id", "location_id") if len(keys := led.get(column, [])) == 1]
        pair = self.at_place.get((ids[0], ids[1])) if ids[1:] else None
        if pair and not {"phone_id", "service_at_location_id", "contact_id"} & led.keys():
            return [("service_at_locations", pair)]
        nearest = next((column for column in LINK_COLUMNS if column in led), "")
        return [(LINK_COLUMNS[nearest], key) for key in led.get(nearest, [])]

    def follow(self, row: Object, column: str, home: str) -> list[str]:
        """The ids in a cell that are there; what leads nowhere is counted."""
        keys = [key for key in split_ids(row.get(column)) if key in self.by_id[home]]
        if keys:
            mark_used(row[column], LINK)
        elif isinstance(row.get(column), SentValue) and row[column] not in NO_ID:
            self.astray[row[column].field] += 1
        return keys

    def nest_service(self, row: Object) -> SentService:
        key = row.get("id")
        out = SentService(_fill_ages_and_price(dict(row)))
        places = [self.nest_at_location(link) for link in self.rows_of_service("service_at_locations", key)]
        places = places or self.find_places(row, out)
        out |= self.nest_organization(row, places)
        out |= _drop_empty(
            phones=self.nest_phones("services", key),
            schedules=self.rows_of("schedules", "services", key),
            holiday_schedules=self.rows_of("holiday_schedules", "services", key),
            cost_options=self.rows_of("cost_options", "services", key) or out.get("cost_options"),
            contacts=self.nest_contacts("services", key),
            languages=self.rows_of("languages", "services", key),
            service_areas=self.rows_of("service_areas", "services", key),
            eligibilitys=self.rows_of("eligibilities", "services", key),
            required_documents=self.rows_of("required_documents", "services", key),
            capacities=[self.nest_capacity(found) for found in self.rows_of("service_capacities", "services", key)],
            attributes=self.nest_attributes(key),
            service_at_locations=places,
        )
        return out

    def rows_of_service(self, table: str, key: str | None) -> list[Object]:
        """Rows of a table that ties services to something else, which `find_home` would hang elsewhere."""
        name = f"{table} of services"
        if name not in self.hung:
            self.hung[name] = defaultdict(list)
            for row in self.tables.get(table, []):
                for found in self.follow(row, "service_id", "services"):
                    self.hung[name]["services", found].append(row)
        return self.hung[name].get(("services", key or ""), [])

    def nest_organization(self, service: Object, places: list[Object]) -> Object:
        """The one that it names; where it names none, that of the places where it is, if it is one."""
        named = self.follow(service, "organization_id", "organizations")
        located = [place["location"] for place in places if "location" in place] if not named else []
        keys = named or [key for row in located for key in self.follow(row, "organization_id", "organizations")]
        if len(set(keys)) != 1:
            return {}
        key = keys[0]
        row = self.by_id["organizations"][key]
        phones = self.nest_phones("organizations", key)
        numbers = self.rows_of("organization_identifiers", "organizations", key)
        return {"organization": row | _drop_empty(phones=phones, organization_identifiers=numbers)}

    def nest_phones(self, home: str, key: str | None) -> list[Object]:
        rows = self.rows_of("phones", home, key)
        return [row | _drop_empty(languages=self.rows_of("languages", "phones", row.get("id"))) for row in rows]

    def nest_contacts(self, home: str, key: str | None) -> list[Object]:
        rows = self.rows_of("contacts", home, key)
        return [row | _drop_empty(phones=self.nest_phones("contacts", row.get("id"))) for row in rows]

    def nest_capacity(self, row: Object) -> Object:
        unit = self.by_id["units"].get(row.get("unit_id", ""))
        return row | {"unit": (unit or row).get("name" if unit else "unit") or "places"}

    def find_places(self, row: Object, out: SentService) -> list[Object]:
        """Where no table ties a service to a place: the place it names, or that names it; else the only place of its
        organisation, which is said. Of several nobody knows which."""
        keys = [key for name in PLACE_COLUMNS for key in self.follow(row, name, "locations")]
        found = [self.by_id["locations"][key] for key in dict.fromkeys(keys)]
        found = found or self.rows_of_service("locations", row.get("id"))
        for name in PLACE_COLUMNS[1:]:
            if isinstance(out.get(name), str):
                del out[name]
        if not found and not self.tables.get("service_at_locations"):
            found = self.places_of_organization(row.get("organization_id", ""))
            if len(found) > 1:
                said = f"it is not said at which of the {len(found)} places of its organisation it is; none is taken"
                out.said = (("locations", said),)
                return []
            if found:
                out.said = (("locations", "it is not said where it is; the only place of its organisation is taken"),)
        mark_used([place.get("organization_id") for place in found], LINK)
        return [{"location": self.nest_location(place)} for place in found]

    def places_of_organization(self, key: str) -> list[Object]:
        return self.rows_of("locations", "organizations", key) if key else []

    def nest_at_location(self, link: Object) -> Object:
        keys = self.follow(link, "location_id", "locations")
        place = self.by_id["locations"][keys[0]] if keys else None
        return link | _drop_empty(
            schedules=self.rows_of("schedules", "service_at_locations", link["id"]),
            holiday_schedules=self.rows_of("holiday_schedules", "service_at_locations", link["id"]),
            phones=self.nest_phones("service_at_locations", link["id"]),
            contacts=self.nest_contacts("service_at_locations", link["id"]),
            languages=self.rows_of("languages", "service_at_locations", link["id"]),
            location=self.nest_location(place) if place else None,
        )

    def nest_location(self, row: Object) -> Object:
        key = row.get("id")
        addresses = self.rows_of("addresses", "locations", key) + [
            found | {"address_type": "postal"} for found in self.rows_of("postal_addresses", "locations", key)
        ]
        self.follow(row, "organization_id", "organizations")
        return row | _drop_empty(
            addresses=addresses,
            accessibility=self.rows_of("accessibility", "locations", key),
            schedules=self.rows_of("schedules", "locations", key),
            phones=self.nest_phones("locations", key),
            contacts=self.nest_contacts("locations", key),
            languages=self.rows_of("languages", "locations", key) or row.get("languages"),
        )

    def nest_attributes(self, service: str | None) -> list[Object]:
        if "attributes of services" not in self.hung:
            self.hung["attributes of services"] = defaultdict(list)
            for row in self.tables.get("attributes", []):
                if self.is_of_service(row):
                    self.hung["attributes of services"]["services", row.get("link_id", "")].append(row)
        links = self.hung["attributes of services"].get(("services", service or ""), [])
        mark_used([[row.get("link_id"), row.get("link_entity"), row.get("link_type")] for row in links], LINK)
        found = []
        named = self.by_id["services"].get(service or "", {}).get("taxonomy_ids")
        links += [{"taxonomy_id": key} for key in split_ids(named) if key in self.terms]
        mark_used(named, LINK)
        for link in links + self.rows_of_service("service_taxonomies", service):
            column = "taxonomy_term_id" if link.get("taxonomy_term_id") else "taxonomy_id"
            if term := self.terms.get(link.get(column, "")):
                mark_used(link[column], LINK)
                taxonomy = self.by_id["taxonomies"].get(term.get("taxonomy_id", ""))
                about: Object = {"taxonomy_detail": taxonomy} if taxonomy else {}
                about |= {"taxonomy": term["vocabulary"]} if term.get("vocabulary") and not term.get("taxonomy") else {}
                found.append(link | {"taxonomy_term": term | about})
        return found

    def is_of_service(self, row: Object) -> bool:
        kind = str(row.get("link_entity") or row.get("link_type") or "service").lower()
        return kind in ("service", "link_type") or kind not in ("organization", "location", "schedule", "service_area")


def split_ids(cell: Any) -> list[str]:
    """ "12, 14" → both: some makers name several rows in one cell."""
    return [key.strip() for key in re.split(r"[,;|]", cell) if key.strip()] if isinstance(cell, str) else []


def _drop_empty(**values: Any) -> Object:
    """Those that are there."""
    return {name: value for name, value in values.items() if value}


def _fill_ages_and_price(row: Object) -> Object:
    """Columns of tables that are nearly HSDS: "Is Free", "Criteria - Age Group"; other criteria say who it is for."""
    free = says_yes(row.get("is_free"))
    if free or FREE_OF_CHARGE.fullmatch(row.get("fees", "")):
        row["cost_options"] = [{"amount": "0"}]
        mark_used(row.get("is_free"), "Cost" if free else "")
    criteria = {name: value for name, value in row.items() if name.startswith(("criteria_", "critera_"))}
    for name, value in criteria.items():
        found = AGE_RANGE_PATTERN.fullmatch(value.strip()) if "age" in name else None
        if found and not row.get("minimum_age"):
            row["minimum_age"], row["maximum_age"] = found[1], found[2]
            mark_used(value, "Ages")
    if criteria and not row.get("eligibility_description"):
        row["eligibility_description"] = "\n".join(dict.fromkeys(criteria.values()))
        mark_used([*criteria.values()], "Who it is for")
    if row.get("intro") and not row.get("description"):
        row["description"] = row["intro"]
    return row
