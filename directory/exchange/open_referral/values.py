"""Values as JSON: what is written of a column."""

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any

from django.utils.encoding import iri_to_uri


def to_json_value(value: Any) -> Any:
    """A column's value as JSON: dates ISO 8601 (UTC, milliseconds), money as a number."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, list):
        return [to_json_value(item) for item in value]
    return str(value) if isinstance(value, uuid.UUID) else value


def escape_uri(address: str) -> str:
    """As RFC 3986 wants it: what only a browser forgives is written with % signs."""
    found = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", iri_to_uri(address))
    start, hash_sign, rest = found.partition("#")
    found = start + hash_sign + rest.replace("#", "%23")
    return found.replace("[", "%5B").replace("]", "%5D")
