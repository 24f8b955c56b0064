"""GP practices as NHS England's Organisation Data Service publishes them (Open Government Licence v3).

Two shapes are read: the official `epraccur` file (27 columns, no header) and an extract with a header row.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

EPRACCUR_COLUMN_COUNT = 27  # of epraccur
ACTIVE_STATUS, GP_PRACTICE_SETTING = "A", "4"  # its status (column 13) and prescribing setting (column 26)

UPPER_CASE_WORDS = {"GP", "NHS", "PMS", "APMS", "PCN", "ICB", "PCT", "CIC", "II", "III", "IV", "UK", "HQ", "OOH"}
LOWER_CASE_WORDS = {"and", "at", "by", "for", "in", "le", "of", "on", "the", "upon", "with"}
VOWELLESS_WORDS = {"dr", "drs", "st", "mr", "mrs", "ms", "rd", "ltd", "ave", "nr", "mt"}  # no vowel, but not initials


@dataclass(frozen=True)
class OdsPractice:
    """One practice, in our own terms. `address` has a line each, without the postcode."""

    ods_code: str
    name: str
    address: str
    postcode: str
    phone: str
    received: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RowProblem:
    """Why a row could not be used."""

    line: int
    ods_code: str
    words: str


def read_practices(path: Path) -> Iterator[OdsPractice | RowProblem]:
    """The practices open today, and what is wrong with rows that cannot be used; rows of other kinds are passed over.

    Raises OSError when the file cannot be read.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    seen: dict[str, int] = {}
    for line, row in read_rows(text):
        found = parse_practice(line, row)
        if isinstance(found, OdsPractice):
            if found.ods_code in seen:
                found = RowProblem(line, found.ods_code, f"This practice is on line {seen[found.ods_code]} already.")
            else:
                seen[found.ods_code] = line
        if found:
            yield found


def read_rows(text: str) -> Iterator[tuple[int, dict[str, str] | list[str]]]:
    """Line number and row: a dict under a header, else the list of columns."""
    reader = csv.reader(text.splitlines())
    header: list[str] = []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if not header and row[0].strip().lower() == "ods_code":
            header = [cell.strip().lower() for cell in row]
        elif header:
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in row), strict=False))
        else:
            yield reader.line_num, [cell.strip() for cell in row]


def parse_practice(line: int, row: dict[str, str] | list[str]) -> OdsPractice | RowProblem | None:
    """A practice; what is wrong; or None for a row that is not an open GP practice."""
    if isinstance(row, list):
        if len(row) != EPRACCUR_COLUMN_COUNT:
            return RowProblem(
                line, row[0][:20], f"It has {len(row)} columns; the ODS file has {EPRACCUR_COLUMN_COUNT}."
            )
        if row[12] != ACTIVE_STATUS or row[25] != GP_PRACTICE_SETTING:
            return None
        row = name_epraccur_columns(row)
    code, name = row.get("ods_code", "").upper(), row.get("name", "")
    if not re.fullmatch(r"[A-Z][0-9]{5}", code):
        return RowProblem(line, code[:20], "An ODS code of a practice is a letter and five digits, such as A81001.")
    if not name or "\0" in "".join(row.values()):
        return RowProblem(line, code, "It has no name." if not name else "It has a character that cannot be stored.")
    postcode = normalise_postcode(row.get("postcode", ""))
    if postcode is None:
        return RowProblem(line, code, f"“{row['postcode'][:20]}” is not a postcode.")
    kept = ("open_date", "commissioner", "high_level_health_geography")
    return OdsPractice(
        ods_code=code,
        name=proper_case(name)[:255],
        address="\n".join(proper_case(row[f"address_{n}"]) for n in range(1, 6) if row.get(f"address_{n}")),
        postcode=postcode,
        phone=row.get("telephone", "")[:50],
        received={key: row[key] for key in kept if row.get(key)},
    )


def name_epraccur_columns(row: list[str]) -> dict[str, str]:
    """The columns we use, under the names of the extract's header."""
    places = {
        "ods_code": 0,
        "name": 1,
        "high_level_health_geography": 3,
        "address_1": 4,
        "address_2": 5,
        "address_3": 6,
        "address_4": 7,
        "address_5": 8,
        "postcode": 9,
        "open_date": 10,
        "commissioner": 14,
        "telephone": 17,
    }
    return {name: row[place] for name, place in places.items()}


def normalise_postcode(text: str) -> str | None:
    """ "ts181hu" → "TS18 1HU"; "" stays; None for what is not a postcode."""
    packed = re.sub(r"\s", "", text).upper()
    if not packed:
        return ""
    return f"{packed[:-3]} {packed[-3:]}" if re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", packed) else None


def proper_case(text: str) -> str:
    """ "THE DENSHAM SURGERY" → "The Densham Surgery"; text that has small letters already is left alone."""
    text = " ".join(text.split())
    if any(c.islower() for c in text):
        return text
    words = re.split(r"([^A-Z'’]+)", text)
    return "".join(capitalise_word(word, first=n == 0) if word.isupper() else word for n, word in enumerate(words))


def capitalise_word(word: str, *, first: bool) -> str:
    lower = word.lower()
    if word in UPPER_CASE_WORDS or (
        len(word) <= 4 and not re.search("[AEIOUY]", word) and lower not in VOWELLESS_WORDS and "'" not in word
    ):
        return word
    if lower in LOWER_CASE_WORDS and not first:
        return lower
    if lower in ("s", "t"):  # after an apostrophe that was typed as a blank
        return word
    if lower.startswith("mc") and len(word) > 4:
        return f"Mc{word[2]}{lower[3:]}"
    if lower.startswith(("o'", "d'")) and len(word) > 3:
        return f"{word[:3]}{lower[3:]}"
    return word[0] + lower[1:]


def split_into_batches(items: Iterable[OdsPractice], size: int) -> Iterator[list[OdsPractice]]:
    batch: list[OdsPractice] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
