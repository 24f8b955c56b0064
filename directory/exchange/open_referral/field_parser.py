"""Reads the fields of what a feed sends, whatever it describes: clean values by column, and what was wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agencies.models import Agency
from directory.exchange.field_use import NOT_COUNTED, mark_used, plain
from directory.exchange.open_referral.fields import FieldTable, describe_destination
from directory.models import Location, Service, Taxonomy, TaxonomyTerm
from directory.text import cleaning as clean


class Problem(NamedTuple):
    """Something in a feed that could not be used: whose, which field, what is wrong with it."""

    id: str
    field: str
    said: str


@dataclass
class ParsedService:
    """A service as it was read, in rows that are not saved yet. `rows` holds what belongs to the service alone."""

    service: Service
    agency: Agency
    locations: list[Location] = field(default_factory=list)
    taxonomies: list[Taxonomy] = field(default_factory=list)
    terms: list[TaxonomyTerm] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class FieldParser:
    """Fields that cannot be used are left out and reported under `label`, what the feed itself calls the service."""

    received: ParsedService

    def __init__(self, source: str, label: str) -> None:
        self.source, self.label = source, label
        self.problems: list[Problem] = []

    def add_problem(self, where: str, said: str) -> None:
        self.problems.append(Problem(self.label, where, said))

    def parse_fields(self, raw: dict[str, Any], table: FieldTable, where: str = "") -> dict[str, Any]:
        """The clean values by column; empty ones are left out."""
        found: dict[str, Any] = {}
        filled = raw.get("filled")  # our own feed: values that are only there because the standard requires one
        for column, name, cleaner in table:
            sent = raw.get(name)
            if isinstance(filled, list) and name in filled:
                mark_used(sent, NOT_COUNTED)
                continue
            try:
                value = cleaner(plain(sent))
            except clean.TruncatedError as cut:
                self.add_problem(where + name, str(cut))
                value = cut.kept
            except ValueError as error:
                self.add_problem(where + name, str(error))
                mark_used(sent, "")
                continue
            if value not in ("", None):
                found[column] = value
                mark_used(sent, describe_destination(where, name))
        return found

    def set_fields(self, row: Any, values: dict[str, Any]) -> None:
        for column, value in values.items():
            setattr(row, column, value)

    def drop_reversed_pair(self, values: dict[str, Any], low: str, high: str, where: str = "") -> dict[str, Any]:
        """A pair that must not be upside down: both are left out when it is."""
        if low in values and high in values and values[low] > values[high]:
            self.add_problem(where + low, f"{values[low]} is after {high}, {values[high]}")
            return {column: value for column, value in values.items() if column not in (low, high)}
        return values

    def items(self, raw: Any, name: str, where: str = "") -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of a list, each with where it stands; what is not an object is reported."""
        found = raw.get(name) if isinstance(raw, dict) else None
        if found and not isinstance(found, list):
            self.add_problem(where + name, "this should be a list")
        for index, item in enumerate(found if isinstance(found, list) else []):
            if isinstance(item, dict):
                yield item, f"{where}{name}[{index}]."
            else:
                self.add_problem(f"{where}{name}[{index}]", "this should be an object")

    def find_or_make_id(self, item: dict[str, Any], where: str, *names: object) -> Any:
        """The item's own id, or one made from where it stands."""
        try:
            found = clean.parse_id(plain(item.get("id")), *names)
            mark_used(item.get("id"), "Id")
            return found
        except ValueError:
            return clean.stable_id(*names, where)
