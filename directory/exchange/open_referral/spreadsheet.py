"""A row of a spreadsheet, or of flat JSON or GeoJSON → a service as Open Referral UK 3.0 nests it."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from directory.exchange.field_use import (
    SentService,
    SentValue,
    build_sent_value,
    find_sent_values,
    mark_used,
    normalise_key,
)
from directory.exchange.open_referral.columns import (
    CELL_PATTERNS,
    FIELDS,
    flag_of,
    guess_columns,
    has_name_column,
    resolve_columns,
)
from directory.exchange.open_referral.field_parser import Problem
from directory.exchange.open_referral.objects import WORDS_FOR_NO, WORDS_FOR_YES
from directory.exchange.open_referral.older_versions import find_own_place
from directory.exchange.open_referral.reader import ServiceRefused
from directory.exchange.open_referral.row_repairs import (
    UNMATCHED_PREFIX,
    join_rows,
    parse_status,
    repair_row,
    split_phones,
)
from directory.exchange.tables import Cells, TableError, split_heading
from directory.models.session import DAY_NAMES
from directory.text.cleaning import clean_hours, find_date
from directory.text.conditions import DAY
from directory.text.encoding import FREE_OF_CHARGE
from directory.text.opening_hours import read_schedules, read_times

PRICE_PATTERN = re.compile(
    r"(?:£|GBP) ?([0-9]{1,4}(?:\.[0-9]{1,2})?)(?![0-9])|(?<![0-9.])([0-9]{1,2}) ?p\b", re.IGNORECASE
)
BARE_PRICE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?")
# Beside a price, what makes it the price of some people, of more than one time, or of nobody.
PRICE_DEPENDS = re.compile(
    r"(?i)member|conc|child|under|over|adult|senior|student|from|up to|suggest|donat|year|annual|month|term|course|free"
    r"|\bor\b|[0-9] ?p/?c?/?m\b"
)
FIRST_IS_FREE = re.compile(r"(?i)(?:your |the )?(?:first|1st|taster) (?:\w{1,12} ){0,2}(?:is )?free")
YEARS = r"(?: ?(?:years?|yrs?|y/?o)\b\.?(?: olds?| of age)?)?"
OF_AGE = r"(?:the )?(?:age )?(?:of )?"
AND_MORE = r"(?: ?\+| plus| upwards| (?:and|or) (?:over|above|up|older))?"
AGE_RANGE_PATTERN = re.compile(rf"(?i)([0-9]{{1,3}}){YEARS} ?(?:-|–|to|and) ?([0-9]{{1,3}})(?:s|{YEARS})")
MINIMUM_AGE_PATTERN = re.compile(
    rf"(?i)(?P<over>(?:over |above |from )?){OF_AGE}([0-9]{{1,3}})(?P<up>s|{YEARS}{AND_MORE}{YEARS})"
)
WRAPPED = ("attributes", "fields", "node")
BESIDE_WRAPPED = {"id", "type", "links", "meta", "relationships", "geometry", "createdTime", "cursor"}
MAXIMUM_AGE_PATTERN = re.compile(rf"(?i)(?:under |up to |below ){OF_AGE}([0-9]{{1,3}})(?:s|{YEARS})")
WORDS_BEFORE_AGE = re.compile(rf"(?i)^[^0-9]*?(?=(?:over |under |above |below |up to |from )?{OF_AGE}[0-9])")
PRICE_UNIT = re.compile(r"(?i)\bper[ _](?:hour|day|night|week|month|term|year|session|class|person|child|head)\b")
MAX_PRICE_LENGTH = 200  # characters in which a price is looked for
OTHER_IDS = ("@id", "_id", "uuid", "identifier", "objectId", "slug")
PLACE_LISTS = ("service_at_locations", "locations", "location")
NESTED_KEYS = {"organization", "organisation", "service_at_locations", "locations", "schedules", "regular_schedules"}
DISTINCTIVE_FIELDS = {"postcode", "address", "hours", "latitude", "point", "monday"}  # no list of bare names has them


class SheetRow(dict[str, str]):
    """The cells of one row under our fields' names, all the rest under the columns' own.

    `number` is the sheet's; `cells` are those of the row as it came, under the sheet's own headings.
    """

    number = 0
    cells: dict[str, str] | None = None
    sent: tuple[SentValue, ...] = ()  # each value that is filled, which says afterwards whether it was read
    has_names = False  # the table has a column of names: a row without one is no activity
    lacking: tuple[str, ...] = ()  # columns of flags in which this row says nothing, and others do
    asked: tuple[tuple[str, str], ...] = ()  # what was noticed in the table: field, words
    places: "list[SheetRow]"  # further rows that are places of this one
    sheet = ""  # of a workbook that has several
    refused = ""  # why it is no activity: a heading among the rows, a total, a note at the foot

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        self._note_use(name, value)
        return value

    def get(self, name: str, default: Any = "") -> Any:
        value = super().get(name, default)
        self._note_use(name, value)
        return value

    def _note_use(self, name: str, value: Any) -> None:
        mark_used(value, FIELDS[name].label if name in FIELDS else name)

    @property
    def label(self) -> str:
        """What a steward finds it by in the sheet."""
        row = f"“{self.sheet}” row {self.number}" if self.sheet else f"Row {self.number}"
        return f"{row}, {self.name}"[:80] if self.name else row

    @property
    def name(self) -> str:
        given = self.get("name") or ""
        return given if self.has_names else given or self.get("place") or self.get("organisation") or ""

    def as_service(self) -> dict[str, Any]:
        """Nested as `/services/{id}` gives it; what stood in columns that are no field of ours is kept beside. Raises
        ServiceRefused for what is no activity."""
        if self.refused:
            raise ServiceRefused(Problem(self.label, "", self.refused))
        return repair_row(self).build_service()

    def build_service(self) -> dict[str, Any]:
        return _drop_empty(
            {
                "id": self["id"],
                "row": self.label,
                "asked": list(self.asked),
                "name": self.name,
                "description": "\n\n".join(filter(None, (self.get("description"), self.get("notes")))),
                "status": parse_status(self.get("status", "")),
                "url": self.get("website", ""),
                "email": self.get("email", ""),
                "phones": [
                    {"number": number} for name in ("phone", "phone_2") for number in split_phones(self.get(name, ""))
                ],
                "organization": {"id": runs_it.lower(), "name": runs_it}
                if (runs_it := self.get("organisation"))
                else {},
                "application_process": self.get("joining", ""),
                "assured_date": self.get("checked", ""),
                **parse_ages(self),
                "service_areas": [{"name": name} for name in _split_list(self.get("area", ""))],
                **build_costs(cost := self.get("cost", ""), self.get("free", ""), getattr(cost, "field", "")),
                "schedules": [] if self.places else build_schedules(self),
                "service_at_locations": build_own_places(self),
                "attributes": [
                    {"taxonomy_term": {"name": said, "id": f"kind {word.lower()}", "taxonomy": "Category"}}
                    for word in _split_list(self.get("kind", ""))
                    for said in [_say_tag(word)]
                ],
                "languages": [{"name": word} for word in _split_list(self.get("language", ""))],
                "contacts": [{"name": said}] if (said := build_contact_name(self)) else [],
                "columns": {name: cell for name, cell in self.items() if name.startswith(UNMATCHED_PREFIX)},
            }
        )

    @property
    def organisation_name(self) -> str:
        """What tells it from others of its name."""
        return self.get("organisation") or self.get("place") or self.name


DAY_IN_TEXT = re.compile(rf"\b{DAY}|daily|every ?day|week ?days?|24 ?hours", re.IGNORECASE)
ColumnFields = dict[str, str]  # column → field
# What a cell about wheelchairs says, as a reader needs it; the second has a "not" in it, for who looks for step-free.
ACCESS_ANSWERS = dict.fromkeys([*WORDS_FOR_YES, "designated"], "Wheelchair access") | {
    **dict.fromkeys(["limited", "partial", "partly", "partially"], "Not all of it can be reached in a wheelchair"),
    **dict.fromkeys(WORDS_FOR_NO, "No wheelchair access"),
}
OSM_TAG = re.compile(r"[a-z]+(?:_[a-z]+)*")
REASON_COLUMN = "Why it was refused"  # the column beside the rows of the file of what was refused


def _drop_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [], {}, None)}


def read_sheet_rows(table: list[Cells], columns: dict[str, str] | None = None) -> Iterator[SheetRow]:
    """The rows of a table, by the columns the steward matched, else by what can be guessed.

    A row without an id of its own gets one from its name, organisation, address and postcode; a further row with the
    same ones but other words is numbered, so that a second session at the same place is not lost.
    """
    names, below = split_heading(table)
    if any(CELL_PATTERNS[kind].fullmatch(name) for name in names for kind in ("postcode", "phone", "email")):
        raise TableError("Its first row is no heading: there are no names of columns. Put a row with them on top.")
    known = resolve_columns(names, [row for _, row in below], columns or {})
    if not has_name_column(known) and (grid := unfold_grid(names, below, known)):
        (names, below), known = grid, {"Activity": "name", "When": "hours"}
    originals = [row for _, row in below]
    if not has_name_column(known):
        raise TableError("No column looks like the name of an activity. Say which columns are which.")
    rows = list(assign_row_ids((number, rename_cells(_trace_cells(row), known)) for number, row in below))
    flags = [name for name in names if flag_of(name) == "shown" and any(row.get(name) for row in originals)]
    for row, cells in zip(rows, originals, strict=True):
        row.cells = cells
        row.has_names = "name" in known.values()
        row.lacking = tuple(name for name in flags if not row.cells.get(name))
    yield from join_rows(rows, wide=len(set(known.values())) > 2)


def unfold_grid(
    names: Cells, below: list[tuple[int, dict[str, str]]], known: dict[str, str]
) -> tuple[Cells, list[tuple[int, dict[str, str]]]] | None:
    """A timetable with a column for each day, whose cells are the activities → a row for each of them, with all its
    times; None for anything else."""
    days = [name for name in names if known.get(name, "").title() in DAY_NAMES.values()]
    when = next((name for name in names if known.get(name) in ("hours", "opens")), "")
    if len(days) < 3 or not when:
        return None
    found: dict[str, tuple[int, list[str]]] = {}
    for number, row in below:
        for day in days:
            for said in filter(None, map(str.strip, row.get(day, "").split("\n"))):
                found.setdefault(said, (number, []))[1].append(f"{known[day].title()} {row.get(when, '')}")
    rows = [(number, {"Activity": said, "When": "\n".join(times)}) for said, (number, times) in found.items()]
    return ["Activity", "When"], rows


def _trace_cells(row: dict[str, str]) -> dict[str, str]:
    return {name: build_sent_value(cell, name) if cell else cell for name, cell in row.items()}


def rename_cells(row: dict[str, str], columns: dict[str, str]) -> dict[str, str]:
    """What was refused and put right comes back with our reason beside it, which is nothing of the row's."""
    filled = {name: cell for name, cell in row.items() if cell and name != REASON_COLUMN}
    return {columns.get(name) or f"{UNMATCHED_PREFIX}{name}": cell for name, cell in filled.items()}


def assign_row_ids(rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[SheetRow]:
    seen: dict[str, list[dict[str, str]]] = {}
    for number, cells in rows:
        row = SheetRow(cells)
        row.number, row.places, row.sent = number, [], tuple(find_sent_values(cells))
        if not row.get("id"):
            parts = (
                row.name,
                row.organisation_name,
                row.get("address", ""),
                row.get("postcode", ""),
                row.get("days", ""),
            )
            key = "|".join(" ".join(part.lower().split()) for part in parts)
            before = seen.setdefault(key, [])
            turn = before.index(cells) + 1 if cells in before else len(before) + 1
            before.append(dict(cells))
            row["id"] = key if turn == 1 else f"{key}#{turn}"
        mark_used(cells, "")  # to tell rows apart is no use of what is in them
        yield row


# --- JSON ------------------------------------------------------------------------------------------------


def unnest_services(found: Iterator[Any], columns: ColumnFields | None) -> Iterator[Any]:
    """Organisations that hold their services are taken apart; flat objects are rows of a table."""
    found = map(_unwrap, found)
    first = next(found, None)
    if first is None:
        return
    flat = _flatten_object(first)
    known = (columns or guess_columns([*flat], [flat])) if flat else {}
    if flat and has_name_column(known) and {*known.values()} & DISTINCTIVE_FIELDS:
        rows = (
            (n, rename_cells(_trace_cells(_flatten_object(item)), known))
            for n, item in enumerate(chain([first], found), start=1)
        )
        yield from assign_row_ids(rows)
        return
    for item in chain([first], found):
        if isinstance(item, dict) and isinstance(item.get("services"), list):
            yield from _unnest_owner(item)
        else:
            yield _fill_id(item)


def _unwrap(item: Any) -> Any:
    """What JSON:API, Strapi, Airtable, ArcGIS and GraphQL wrap (`attributes`, `fields`, `node`), taken out."""
    name = _find_wrapped(item)
    if not name:
        return item
    point = item.get("geometry")
    where = {}
    if isinstance(point, dict) and {"x", "y"} <= point.keys():
        where = {"longitude": point["x"], "latitude": point["y"]}
    inner = {key: _unwrap_related(value) for key, value in item[name].items()}
    return ({"id": item["id"]} if "id" in item else {}) | inner | where


def _find_wrapped(item: Any) -> str:
    if not isinstance(item, dict) or isinstance(item, SentService) or item.get("type") == "Feature":
        return ""
    name = next((name for name in WRAPPED if isinstance(item.get(name), dict)), "")
    return name if item.keys() <= {name, *BESIDE_WRAPPED} else ""


def _unwrap_related(value: Any) -> Any:
    """{"data": {"id": 9, "attributes": {"name": "Org"}}} → {"id": 9, "name": "Org"}; of a list, each."""
    if isinstance(value, dict) and "data" in value and value.keys() <= {"data", "links", "meta"}:
        value = value["data"]
    return [_unwrap(part) for part in value] if isinstance(value, list) else _unwrap(value)


def _unnest_owner(item: dict[str, Any]) -> Iterator[Any]:
    """The services that an organisation or a place holds; where it is said of none, they are at its only place."""
    owner = {name: value for name, value in item.items() if name not in ("services", "locations")}
    known = {normalise_key(str(name)): value for name, value in item.items()}
    places = known.get("locations") or find_own_place(known)
    for one in item["services"]:
        if isinstance(one, dict):
            placed = not places or len(places) > 1 or any(one.get(name) for name in (*PLACE_LISTS, "address"))
            yield _fill_id({"organization": owner} | one | ({} if placed else {"locations": places}))
        else:
            yield one


def _fill_id(item: Any) -> Any:
    """An object with an id: under another name, or of what it and its organisation are called."""
    if not isinstance(item, dict) or isinstance(item, SentService) or {"id", "Id", "ID"} & item.keys():
        return item
    owner = item.get("organization")
    named = [owner.get("name") if isinstance(owner, dict) else "", item.get("name") or item.get("title")]
    made = ", ".join(str(name) for name in named if name) if named[1] else None
    found = next((item[name] for name in OTHER_IDS if item.get(name)), made)
    return {"id": found} | item if found else item


def _flatten_object(item: Any) -> dict[str, str]:
    """An object without anything nested, as cells; {} for a service that is nested. A GeoJSON feature is flattened."""
    if not isinstance(item, dict) or any(isinstance(item.get(name), (dict, list)) for name in NESTED_KEYS):
        return {}
    if item.get("type") == "Feature" and isinstance(item.get("properties"), dict):
        geometry = item.get("geometry") if isinstance(item.get("geometry"), dict) else {}
        point = geometry.get("coordinates") if geometry and geometry.get("type") == "Point" else None
        where = {"longitude": point[0], "latitude": point[1]} if isinstance(point, list) and len(point) > 1 else {}
        item = {"id": item.get("id")} | item["properties"] | where
    inner = [part for value in item.values() if isinstance(value, (list, dict)) for part in _list_parts(value)]
    if any(isinstance(part, dict) for part in inner):
        return {}
    cells: dict[str, str] = {}
    for name, value in item.items():
        for key, cell in _flatten_value(name, value):
            if cell not in (None, ""):
                cells[key] = "Yes" if cell is True else "No" if cell is False else str(cell)
    return cells


def _list_parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [*value.values()]


def _flatten_value(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An object of hours by day, or of an address, is opened; a list is written in lines."""
    if isinstance(value, dict):
        for inner, cell in value.items():
            yield str(inner), "; ".join(map(str, cell)) if isinstance(cell, list) else cell
    elif isinstance(value, list):
        yield name, "\n".join(str(part) for part in value if not isinstance(part, (dict, list)))
    else:
        yield name, value


# --- When -------------------------------------------------------------------------------------------------


def build_schedules(row: SheetRow) -> list[dict[str, Any]]:
    """Hours that are certain as schedules, others as the text that was written, with what is to be asked."""
    text = clean_hours(row.get("hours", ""))
    times = "-".join(
        re.sub(r"^([0-9]{1,2}:[0-9]{2}):00$", r"\1", at) for at in (row.get("opens"), row.get("closes")) if at
    )
    if (days := row.get("days")) and not DAY_IN_TEXT.search(text):
        text = " ".join(filter(None, (days if re.search("[0-9]", days) else days.replace("\n", ", "), text or times)))
    by_day = [f"{name}: {row[name.lower()]}" for name in DAY_NAMES.values() if row.get(name.lower())]
    if not text and by_day:
        text = "\n".join(by_day)
    first = find_date(row.get("begins", ""))
    begins = first.isoformat() if first else ""
    if begins and not text and row.get("frequency"):  # "12 January, fortnightly": on that day of the week
        text = f"{first:%A} {times}"
    if begins and not text:  # a date by itself
        return [{"dtstart": begins} | (read_times(times) if times else {})]
    text = text or times
    if (said := row.get("begins", "")) and not begins:  # "September 2027", "4/9/27 and 11/9/27"
        text = f"{said} {text}".strip()
    if not text:
        return []
    often = row.get("frequency", "")
    beside = [said for said in (often, row.get("dates", "")) if said and said.lower() not in text.lower()]
    found = read_schedules("\n".join([text, *(f"({said})" for said in beside)]))
    last = find_date(row.get("ended", ""))
    limits = {"dtstart": begins, "valid_to": last.isoformat() if last else ""}
    return [one | (_drop_empty(limits) if one.get("byday") else {}) for one in found]


# --- Where, for whom, for how much ------------------------------------------------------------------------


def build_own_places(row: SheetRow) -> list[dict[str, Any]]:
    """Where it meets; further rows of it are further places, each with its own hours."""
    if not row.places:
        return build_places(row)
    found, seen = [], set()
    for one in [row, *map(repair_row, row.places)]:
        for place in build_places(one):
            if place["location"]["id"] not in seen:
                seen.add(place["location"]["id"])
                found.append(place | {"schedules": build_schedules(one)})
    return found


def build_contact_name(row: SheetRow) -> str:
    return " ".join(filter(None, (row.get("contact"), row.get("surname"))))


def build_places(row: SheetRow) -> list[dict[str, Any]]:
    latitude, longitude = row.get("latitude", ""), row.get("longitude", "")
    if not latitude and "," in row.get("point", ""):
        latitude, longitude = (part.strip() for part in row["point"].split(",")[:2])
    lines = ("house", "address", "address_2", "address_3", "city", "county", "postcode")
    if not any(row.get(name) for name in lines) and not latitude and not row.get("place"):
        return []
    key = "|".join(" ".join(row.get(name, "").lower().split()) for name in ("place", "address", "postcode"))
    address = {
        "address_1": " ".join(filter(None, (row.get("house"), row.get("address")))),
        "address_2": "\n".join(filter(None, (row.get("address_2"), row.get("address_3")))),
        "city": row.get("city", ""),
        "state_province": row.get("county", ""),
        "postal_code": row.get("postcode", ""),
        "address_type": "physical",
    }
    access = row.get("access", "")
    if access.lower() in WORDS_FOR_NO and not any("wheelchair" in heading.lower() for heading in row.cells or {}):
        access = ""
    access = ACCESS_ANSWERS.get(access.lower(), access)
    location = {
        "id": key if key.strip("|") else row["id"],
        "name": row.get("place", ""),
        "location_type": "physical",
        "latitude": latitude,
        "longitude": longitude,
        "transportation": row.get("transport", ""),
        "addresses": [address],
        "accessibility": [{"description": access}] if access else [],
    }
    return [{"location": _drop_empty(location)}]


def build_costs(said: str, free: str = "", heading: str = "") -> dict[str, Any]:
    """A price that is clear is a price; the words stay beside it when they say more. `free` answers whether it is, the
    heading may say per what it is."""
    word, free = said.strip().lower().rstrip("."), free.strip().lower()
    if BARE_PRICE.fullmatch(word):  # a number by itself is pounds
        unit = PRICE_UNIT.search(heading.replace("_", " ")) if float(word) else None
        about = {"amount_description": unit[0].lower()} if unit else {}
        return {"cost_options": [{"amount": f"{float(word):.2f}"} | about]}
    if word in WORDS_FOR_NO or (not word and free in WORDS_FOR_YES):  # "A fee? No"
        return {"cost_options": [{"amount": 0}]}
    if word in WORDS_FOR_YES or (not word and free in WORDS_FOR_NO):
        return {"fees": "There is a charge"}
    if FREE_OF_CHARGE.fullmatch(said.strip()):
        return {"cost_options": [{"amount": 0}], "fees": said}
    prices = PRICE_PATTERN.findall(said[:MAX_PRICE_LENGTH])
    if len(prices) != 1 or len(said) > MAX_PRICE_LENGTH or PRICE_DEPENDS.search(FIRST_IS_FREE.sub("", said)):
        return {"fees": said}
    pounds, pence = prices[0]
    return {"fees": said, "cost_options": [{"amount": pounds or f"0.{int(pence):02}"}]}


def parse_ages(row: SheetRow) -> dict[str, str]:
    """From the columns of the youngest and the oldest, else from words: "50+", "0-4yrs", "over 18s", "under 5s". Words
    that are no ages ("Adults") say who it is for."""
    found = {name: _read_age(row.get(name, "")) for name in ("minimum_age", "maximum_age")}
    if found["maximum_age"] in ("0", "00"):  # databases write it for what was not filled in
        mark_used(row.get("maximum_age"), "Left out: it says nothing")
        found = {name: "" if age in ("0", "00") else age for name, age in found.items()}
    said = re.sub(r"(?i)[ .)]+$| only$", "", WORDS_BEFORE_AGE.sub("", row.get("ages", "").strip()[:60], count=1))
    if both := AGE_RANGE_PATTERN.fullmatch(said):
        return {"minimum_age": found["minimum_age"] or both[1], "maximum_age": found["maximum_age"] or both[2]}
    if under := MAXIMUM_AGE_PATTERN.fullmatch(said):
        below = not said.lower().startswith("up")
        found["maximum_age"] = found["maximum_age"] or str(int(under[1]) - below)
    elif said and (over := MINIMUM_AGE_PATTERN.fullmatch(said)) and (over["over"] or over["up"]):
        found["minimum_age"] = found["minimum_age"] or over[2]
    elif said and said.lower() not in WORDS_FOR_YES | WORDS_FOR_NO:
        return found | {"eligibility_description": "\n\n".join(filter(None, (row.get("who"), row["ages"])))}
    return found | {"eligibility_description": row.get("who", "")}


def _read_age(said: str) -> str:
    """In years, also of a column in months, "Min age (months)"."""
    in_months = "month" in getattr(said, "field", "").lower() and said.isdecimal()
    return str(int(said) // 12) if in_months else said


def _split_list(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[;|,\n]", text) if part.strip()))[:20]


def _say_tag(word: str) -> str:
    """A tag as OpenStreetMap writes it, in words: "community_centre" → "Community centre"."""
    return word.replace("_", " ").capitalize() if OSM_TAG.fullmatch(word) else word
