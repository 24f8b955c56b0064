"""A spreadsheet's columns: which is which field of a service, guessed from their names and what is in them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from directory.exchange.tables import Cells
from directory.models.session import DAY_NAMES
from directory.text.encoding import POSTCODE_PATTERN


class SheetField(NamedTuple):
    """A field that a column can be: its label for the steward, and the names that columns of it have."""

    label: str
    names: tuple[str, ...]


# In the order in which columns are given away: a field, its label, and its columns' names without spaces and signs.
FIELD_TABLE = Path(__file__).with_name("columns.txt")


SHORT_DAYS = {"tue": ("tues",), "wed": ("weds",), "thu": ("thur", "thurs")}


def _parse_field_table() -> dict[str, SheetField]:
    found = {}
    for line in FIELD_TABLE.read_text(encoding="utf-8").splitlines():
        if line == "@days":
            for day in DAY_NAMES.values():
                name, end = day.lower(), ("", "openinghours", "hours", "openingtimes", "times")
                names = [name[:3], *SHORT_DAYS.get(name[:3], ()), *(name + part for part in end), f"openinghours{name}"]
                found[name] = SheetField(f"Hours on {day}s", tuple(names))
        elif not line.startswith("@"):
            field, label, known = line.split(": ")
            found[field] = SheetField(label, tuple(known.split()))
    return found


FIELDS = _parse_field_table()
_MARKED = {line.split()[0]: {*line.split()[1:]} for line in FIELD_TABLE.read_text(encoding="utf-8").splitlines()}
GENERIC_NAMES = _MARKED["@generic"]  # that are parts of many other words
EXACT_FIELDS = _MARKED["@exact"]  # of which a part of a heading says too little
HEADINGS_FILE = Path(__file__).with_name("headings.txt")
_BLOCKS = [block.split("\n  ") for block in HEADINGS_FILE.read_text(encoding="utf-8").strip().split("\n\n")[1:]]
FLAG_PATTERNS = {name: re.compile("|".join(ways)) for name, *ways in _BLOCKS}
SUBMITTER_COLUMN, OTHER_THINGS = FLAG_PATTERNS.pop("submitter"), FLAG_PATTERNS.pop("other")
FLAG_FIELDS = ("shown", "hidden", "closed", "masked", "verified")
MAX_SAMPLE_ROWS = 200  # rows that are looked at

CELL_PATTERNS = {  # what most filled cells of a column look like
    "postcode": re.compile(rf"\s*{POSTCODE_PATTERN.pattern}\s*", re.IGNORECASE),
    "email": re.compile(r"\s*[^@\s]+@[^@\s]+\.[a-z]{2,}\s*", re.IGNORECASE),
    "website": re.compile(r"\s*(https?://|www\.)\S+\s*", re.IGNORECASE),
    "phone": re.compile(r"\s*(\+44|\(?0)[0-9 ()\-]{8,16}\s*"),
    "point": re.compile(r"\s*-?[0-9]{1,2}\.[0-9]{3,}\s*,\s*-?[0-9]{1,3}\.[0-9]{3,}\s*"),
    "latitude": re.compile(r"\s*(49|5[0-9]|60)\.[0-9]{2,}\s*"),
    "longitude": re.compile(r"\s*(-[0-8]|-?0|1)\.[0-9]{2,}\s*"),
    "hours": re.compile(r".*\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b.*[0-9].*", re.IGNORECASE | re.DOTALL),
}


STANDARD_FIELD_NAMES = {  # the standard's names of fields, where they are not ours
    "url": "website",
    "number": "phone",
    "phones": "phone",
    "postal_code": "postcode",
    "address_1": "address",
    "state_province": "county",
    "assured_date": "checked",
    "application_process": "joining",
    "fees": "cost",
    "eligibility_description": "who",
    "transportation": "transport",
    "opens_at": "opens",
    "closes_at": "closes",
    "amount": "cost",
    "organization": "organisation",
}


def field_label(path: str) -> str:
    """A field of the standard in the steward's words: "locations[0].longitude" → "Longitude"; as it is without any."""
    last = re.sub(r"\[[0-9]+\]", "", path).rpartition(".")[2]
    column = FIELDS.get(STANDARD_FIELD_NAMES.get(last, last))
    return column.label if column else last


def normalise_heading(name: str) -> str:
    """A column's name without spaces and signs: "Opening Hours*" → "openinghours", "£" → "pounds". Salesforce ends
    its own with "__c"."""
    return re.sub(r"__c$|[^a-z0-9]", "", name.lower()) or ("pounds" if "£" in name else "")


def guess_columns(names: Cells, rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """Column name → field, for those that can be told. No field is given twice.

    First by the name alone; then by what is in the column; then by a name that only holds a field's name.
    """
    found: dict[str, str] = {}
    sample = list(rows)[:MAX_SAMPLE_ROWS]
    names = [name for name in names if not _is_of_submitter(name, names)]
    _match_by_name(names, found)
    _match_flags(names, found)
    names = [name for name in names if name in found or not flag_of(name)]
    for name in names:
        field = _match_by_content([row.get(name, "") for row in sample]) if name not in found else ""
        if field and field not in found.values():
            found[name] = field
    _match_by_part_of_name(names, found)
    if (
        "name" not in found.values()
        and len(found) > 1
        and names
        and found.get(names[0], "description") == "description"
    ):
        cells = [row.get(names[0], "") for row in sample]
        if len({cell for cell in cells if _is_like_a_name(cell)}) > 0.8 * len(cells):  # one that has no better heading
            found[names[0]] = "name"
    return found


def _is_like_a_name(cell: str) -> bool:
    return 2 < len(cell) < 90 and sum(map(str.isalpha, cell)) > len(cell) / 2


def _match_flags(names: Cells, found: dict[str, str]) -> None:
    for name in names:
        flag = flag_of(name)
        if flag in FLAG_FIELDS and name not in found and flag not in found.values():
            found[name] = flag


def flag_of(name: str) -> str:
    """Which of FLAG_PATTERNS a heading is: "Approved? (Y/N)" → "shown"; "" for none."""
    heading = re.sub(r"(?:yn|yesno|yorn|tick|flag)$", "", normalise_heading(name))[:60]
    return next((flag for flag, words in FLAG_PATTERNS.items() if words.fullmatch(heading)), "")


def _is_of_submitter(name: str, names: Cells) -> bool:
    """Whether a column is about who filled a form in: Microsoft's forms begin with five such columns, Google's with the
    time and an e-mail address. OpenStreetMap's `@type` is no more of the place."""
    heading, headings = normalise_heading(name), [normalise_heading(one) for one in names]
    microsoft = "completiontime" in headings and heading in ("id", "starttime", "email", "name")
    several = sum("email" in one for one in headings) > 1
    google = "timestamp" in headings and heading == "emailaddress" and several
    return microsoft or google or name.strip() == "@type" or bool(SUBMITTER_COLUMN.fullmatch(heading))


def resolve_columns(names: Cells, rows: Iterable[dict[str, str]], remembered: dict[str, str]) -> dict[str, str]:
    """As remembered, "" for what is not used; columns that were not there before are guessed."""
    before = {name: remembered[name] for name in names if name in remembered}
    guessed = guess_columns([name for name in names if name not in before], rows)
    return before | {name: field for name, field in guessed.items() if field not in before.values()}


def _match_by_name(names: Cells, found: dict[str, str]) -> None:
    for field, column in FIELDS.items():
        for wanted in column.names:
            same = [name for name in names if normalise_heading(name) == wanted and name not in found]
            if same:
                found[same[0]] = field
                break


MAX_SHAPE_LENGTH = 200  # characters of a cell that show what it is; in more, hours take the square of the time to find


def _match_by_content(cells: list[str]) -> str:
    filled = [cell[:MAX_SHAPE_LENGTH] for cell in cells if cell]
    for field, shape in CELL_PATTERNS.items():
        if len(filled) >= 3 and sum(bool(shape.fullmatch(cell)) for cell in filled) >= 0.7 * len(filled):
            return field
    return ""


def _match_by_part_of_name(names: Cells, found: dict[str, str]) -> None:
    """By the longest of the fields' names that a heading holds: "contact:website" is a website, no site."""
    for name in names:
        heading = normalise_heading(name)
        known = [
            (len(wanted), -order, field)
            for order, (field, column) in enumerate(FIELDS.items())
            if field not in EXACT_FIELDS and name not in found and field not in found.values()
            for wanted in column.names
            if len(wanted) > 3
            and wanted in heading
            and wanted not in GENERIC_NAMES
            and not OTHER_THINGS.fullmatch(heading)
        ]
        if known:
            found[name] = max(known)[2]


def has_name_column(columns: dict[str, str]) -> bool:
    """Whether a service can be made of it: it must have something to be called by."""
    return bool({"name", "place", "organisation"} & set(columns.values()))
