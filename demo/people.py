"""Names, streets and postcodes to make up people from, and who works where: demo/data/people.json and staff.csv.

NHS numbers are in the never-issued range 999….
"""

import json

from demo.place import DATA, read_table

PEOPLE = json.loads((DATA / "people.json").read_text(encoding="utf-8"))
FIRST_NAMES = PEOPLE["first_names"]  # with gender and year of birth
SURNAMES, STREETS = PEOPLE["surnames"], PEOPLE["streets"]
HOME_POSTCODES = PEOPLE["home_postcodes"]  # by the code of the team
STAFF = read_table("staff.csv")  # the first of each role is offered for one-click sign-in


def nhs_number(nth: int) -> str:
    """The nth number (from 0) of the never-issued range 999 000 0000 on, with its modulus 11 check digit."""
    found = -1
    for base in range(999_000_001, 999_999_999):
        digits = f"{base}"
        check = (11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11) % 11
        if check != 10:
            found += 1
        if found == nth:
            return digits + str(check)
    raise ValueError(nth)
