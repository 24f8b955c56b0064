"""A postcode that may be a slip: in no place, unknown, or far from where the place's people live. Asked, never refused.

Pseudo postcodes (ZZ99 …) as the NHS Organisation Data Service has them; other ZZ codes are addresses abroad.
"""

import math
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from config.data import load_csv_rows
from config.forms import Checkboxes, Form
from directory.geography.grid import Point
from directory.geography.postcodes import find_postcode, postcode_area

PSEUDO_POSTCODES = Path(__file__).parent / "data" / "pseudo_postcodes.csv"
NEAR_KM = 8.0  # so far from a practice or a team people still are of the place
KM_PER_DEGREE = 111.2
# Practices and teams: they stand where the place's people are. What is listed may have come from far around.
HOMES_SQL = """
SELECT agency.postcode, postcode.latitude, postcode.longitude
FROM agencies_agency agency LEFT JOIN directory_postcode postcode ON postcode.code = replace(agency.postcode, ' ', '')
WHERE agency.kind IN ('connectors', 'practice') AND agency.left_at IS NULL AND agency.postcode <> ''
"""


class PostcodeRightField(Checkboxes):
    """One box, whose value is the postcode that it confirms: another postcode is asked about again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Is this postcode right?", required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return True


def ask_about_postcode(form: Form, postcode: str) -> None:
    """Ask on the form, in its field `postcode_right`, about a doubtful postcode that is not confirmed there.

    Called from `clean`; where there is nothing to ask, the field leaves the form.
    """
    confirmed = postcode in form.cleaned_data.get("postcode_right", ())
    words = describe_doubt(postcode) if postcode else ""
    if not words:
        del form.fields["postcode_right"]
        return
    form.fields["postcode_right"].choices = [(postcode, f"Yes, {postcode} is right")]
    if not confirmed:
        form.add_error("postcode_right", words)


def describe_doubt(postcode: str) -> str:
    """Why this full postcode ("BN11 2AA") may be a slip, as a question in plain English; "" when all is well."""
    if postcode.startswith("ZZ"):
        meaning = load_pseudo_postcodes().get(postcode, "somebody with no address in this country")
        return f"{postcode} stands for {meaning}. Tick the box if that is so, or change it"
    point = find_postcode(postcode)
    if point is None:
        return f"We do not know {postcode}. Look at it again. If it is right, as for a new home, tick the box"
    if is_of_place(postcode, point):
        return ""
    area = settings.PLACE["area"]
    return f"{postcode} is outside {area}. Look at it again. If it is right, tick the box: the team decides"


@cache
def load_pseudo_postcodes() -> dict[str, str]:
    return {row["code"]: row["meaning"] for row in load_csv_rows(PSEUDO_POSTCODES)}


def is_of_place(postcode: str, point: Point) -> bool:
    """Whether a practice or a team of the place is in the same postcode district, or near; True when none is known."""
    with connection.cursor() as cursor:
        cursor.execute(HOMES_SQL)
        homes = cursor.fetchall()
    if not homes or any(home.split(" ")[0] == postcode.split(" ")[0] for home, _, _ in homes):
        return True
    placed = [Point(lat, lon) for _, lat, lon in homes if lat is not None]
    if not placed:
        return any(postcode_area(home) == postcode_area(postcode) for home, _, _ in homes)
    return any(distance_km(point, home) <= NEAR_KM for home in placed)


def distance_km(one: Point, other: Point) -> float:
    """As the crow flies; good enough within one county."""
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(one[0] - other[0], east) * KM_PER_DEGREE
