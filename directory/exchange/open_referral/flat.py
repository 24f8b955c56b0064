"""JSON objects without anything nested, and GeoJSON: rows of a table like any other."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from directory.exchange.open_referral.columns import guess_columns, has_name_column
from directory.exchange.open_referral.spreadsheet import ColumnFields, assign_row_ids, rename_cells

NESTED_KEYS = {"organization", "organisation", "service_at_locations", "locations", "schedules", "regular_schedules"}
DISTINCTIVE_FIELDS = {
    "postcode",
    "address",
    "hours",
    "latitude",
    "point",
    "monday",
}  # fields that no list of bare names has


def unnest_services(found: Iterator[Any], columns: ColumnFields | None) -> Iterator[Any]:
    """Organisations that hold their services are taken apart; flat objects are rows of a table."""
    first = next(found, None)
    if first is None:
        return
    flat = _flatten_object(first)
    known = (columns or guess_columns([*flat], [flat])) if flat else {}
    if flat and has_name_column(known) and {*known.values()} & DISTINCTIVE_FIELDS:
        rows = (
            (n, rename_cells(_flatten_object(item), known)) for n, item in enumerate(chain([first], found), start=1)
        )
        yield from assign_row_ids(rows)
        return
    for item in chain([first], found):
        services = item.get("services") if isinstance(item, dict) else None
        if isinstance(services, list) and isinstance(item, dict):
            owner = {name: value for name, value in item.items() if name not in ("services", "locations")}
            yield from ({"organization": owner} | one if isinstance(one, dict) else one for one in services)
        else:
            yield item


def _flatten_object(item: Any) -> dict[str, str]:
    """An object without anything nested, as cells; {} for a service that is nested. A GeoJSON feature is flattened."""
    if not isinstance(item, dict) or NESTED_KEYS & item.keys():
        return {}
    if item.get("type") == "Feature" and isinstance(item.get("properties"), dict):
        geometry = item.get("geometry") if isinstance(item.get("geometry"), dict) else {}
        point = geometry.get("coordinates") if geometry and geometry.get("type") == "Point" else None
        where = {"longitude": point[0], "latitude": point[1]} if isinstance(point, list) and len(point) > 1 else {}
        item = {"id": item.get("id")} | item["properties"] | where
    cells: dict[str, str] = {}
    for name, value in item.items():
        for key, cell in _flatten_value(name, value):
            if cell not in (None, ""):
                cells[key] = "Yes" if cell is True else "No" if cell is False else str(cell)
    return cells


def _flatten_value(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An object of hours by day, or of an address, is opened; a list is written in lines."""
    if isinstance(value, dict):
        for inner, cell in value.items():
            yield str(inner), "; ".join(map(str, cell)) if isinstance(cell, list) else cell
    elif isinstance(value, list):
        yield name, "\n".join(str(part) for part in value if not isinstance(part, (dict, list)))
    else:
        yield name, value
