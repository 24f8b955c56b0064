"""Where a service is: one `location` as feeds send it → a place with its one address and what helps there.

Repaired here: a postcode in the wrong field, latitude and longitude swapped, a point that is 0, 0.
"""

from typing import Any

from directory.exchange.open_referral.field_parser import FieldParser
from directory.exchange.open_referral.fields import ACCESSIBILITY_FIELDS, ADDRESS_FIELDS, LOCATION_FIELDS
from directory.geography.postcodes import normalise_postcode
from directory.models import Accessibility, Location
from directory.text import cleaning as clean
from directory.text.encoding import find_postcode_in_text

BRITISH_LATITUDES, BRITISH_LONGITUDES = (49, 61), (-9, 3)
KNOWN_LOCATION_FIELDS = {name for _, name, _ in LOCATION_FIELDS} | {"id", "addresses", "accessibility"}


def parse_location(reading: FieldParser, item: dict[str, Any], where: str) -> Location:
    """The place, noted in `reading.received` with what helps there; the point is whole and on earth, or not there."""
    row = Location(pk=reading.find_or_make_id(item, where, reading.source, "location"), source=reading.source)
    reading.set_fields(row, repair_coordinates(reading, reading.parse_fields(item, LOCATION_FIELDS, where), where))
    addresses = list(reading.items(item, "addresses", where))
    addresses.sort(key=lambda found: found[0].get("address_type") not in ("physical", None, ""))
    for address, path in addresses[:1]:
        lines = reading.parse_fields(address, ADDRESS_FIELDS, path)
        lines["address"] = "\n".join(filter(None, (lines.get("address"), lines.pop("address_2", ""))))
        reading.set_fields(row, repair_postcode(reading, lines, path))
    row.received = clean.clean_json({name: value for name, value in item.items() if name not in KNOWN_LOCATION_FIELDS})
    reading.received.locations.append(row)
    for access, path in reading.items(item, "accessibility", where):
        found = Accessibility(pk=reading.find_or_make_id(access, path, row.pk, "accessibility"), location_id=row.pk)
        reading.set_fields(found, reading.parse_fields(access, ACCESSIBILITY_FIELDS, path))
        reading.received.rows.append(found)
    return row


def repair_coordinates(reading: FieldParser, values: dict[str, Any], where: str) -> dict[str, Any]:
    """Latitude and longitude: swapped back, or both left out with the reason."""
    lat, lon = values.pop("latitude", None), values.pop("longitude", None)
    if lat is None and lon is None:
        return values
    if lat is None or lon is None or abs(lat) > 90:
        reading.add_problem(where + "latitude", "this is not a point on earth")
    elif lat == 0 and lon == 0:
        reading.add_problem(where + "latitude", "0, 0 is a point in the sea")
    elif is_between(lat, BRITISH_LONGITUDES) and is_between(lon, BRITISH_LATITUDES):
        reading.add_problem(where + "latitude", "latitude and longitude were swapped, and are put right")
        values |= {"latitude": lon, "longitude": lat}
    else:
        values |= {"latitude": lat, "longitude": lon}
    return values


def is_between(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def repair_postcode(reading: FieldParser, lines: dict[str, Any], where: str) -> dict[str, Any]:
    """The postcode as it is written in Britain; one that stands in another line of the address is taken from there."""
    sent = lines.get("postcode", "")
    if code := normalise_postcode(sent):
        return lines | {"postcode": f"{code[:-3]} {code[-3:]}"}
    for column in ("postcode", "address", "city", "county", "region"):
        if found := find_postcode_in_text(lines.get(column, "")):
            if column != "postcode":
                reading.add_problem(where + "postal_code", f"{found} was found in another line of the address")
            return lines | {"postcode": found}
    if sent and not any(letter.isdigit() for letter in sent) and not lines.get("city"):
        return lines | {"city": sent, "postcode": ""}  # a town in the postcode's column
    return lines
