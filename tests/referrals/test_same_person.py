"""Two sets of details as people are really mistaken and really mixed up: how much speaks for one person, and why."""

import datetime

import pytest

from config.births import Birth, BirthPrecision
from referrals.same_person import (
    GIVEN_NAMES,
    Identity,
    MatchStrength,
    compare_identities,
    count_edits,
    is_short_form,
    likely_birth_dates,
    normalise_name,
)

BORN = datetime.date(1951, 3, 8)
SURE, LIKELY, POSSIBLE, NOBODY = MatchStrength.SURE, MatchStrength.LIKELY, MatchStrength.POSSIBLE, None


def compare(known="Joan Whitfield", given="Joan Whitfield", born=BORN, number=("", ""), place=("BN11 2AA", "BN11 2AA")):
    """Someone known, and what is given; `born` and the pairs are of the second and of both."""
    birth = born if isinstance(born, Birth) else Birth(born)
    return compare_identities(
        Identity(known, Birth(BORN), number[0], place[0]), Identity(given, birth, number[1], place[1])
    )


NAMES = [  # known, given, born the same day in one street
    ("Joan Whitfield", "joan whitfield", LIKELY),
    ("Joan Whitfield", "WHITFIELD, Joan", LIKELY),
    ("Joan Whitfield", "Whitfield Joan", LIKELY),
    ("Joan Mary Whitfield", "Whitfield Joan Mary", LIKELY),
    ("Joan Mary Whitfield", "Joan Whitfield", LIKELY),
    ("Joan Mary Whitfield", "Whitfield Joan", LIKELY),
    ("Joan Whitfield", "Mrs Joan Whitfeild", LIKELY),
    ("Joan Whitfield", "Joan Lee", LIKELY),  # married
    ("Joan Whitfield", "Joan Whitfield-Lee", LIKELY),
    ("Zoë O'Hara-Smith", "Zoe OHara Smith", LIKELY),
    ("Zoë O’Hara", "Zoey O Hara", LIKELY),
    ("Łucja Prŷs", "Lucja Prys", LIKELY),
    ("Søren Møller", "Soren Moller", LIKELY),
    ("Margaret Hill", "Peggy Hill", LIKELY),
    ("William McDonald", "Bill Mc Donald", LIKELY),
    ("Mohammed Khan", "Muhammad Khan", LIKELY),
    ("Katherine Jones", "Kathryn Jones", LIKELY),
    ("Nguyễn Thị Hoa", "Nguyen Thi Hoa", LIKELY),
    ("李 小龙", "李 小龙", LIKELY),
    ("Joan Whitfield", "Joanne Whitfield", POSSIBLE),
    ("Joan Whitfield", "J Whitfield", POSSIBLE),
    ("John Robert Smith", "Robert Smith", POSSIBLE),
    # Twins, and those who share a home
    ("Ella Whitfield", "Bella Whitfield", POSSIBLE),
    ("Tom Whitfield", "Tim Whitfield", POSSIBLE),
    ("Jean Whitfield", "Joan Whitfield", POSSIBLE),
    ("Molly Byrne", "Polly Byrne", POSSIBLE),
    ("Amir Khan", "Samir Khan", POSSIBLE),
    ("Kiran Patel", "Karan Patel", POSSIBLE),
    ("Mary Jane Watson", "Mary Ann Watson", POSSIBLE),
    ("Mary J Watson", "Mary Jane Watson", LIKELY),
    ("Jean-Paul Martin", "Jean-Marc Martin", POSSIBLE),
    ("Maria Anna Kowalska", "Maria Ewa Kowalska", POSSIBLE),
    ("Mohammed Ahmed Khan", "Mohammed Bilal Khan", POSSIBLE),
    ("Mohammed Ahmed Khan", "Muhammad Ahmed Khan", LIKELY),
    ("Mohammed Ahmed Khan", "Mohammed Khan", LIKELY),
    ("Muhammad Hassan", "Muhammad Hussain", POSSIBLE),
    ("Nguyễn Lan", "Nguyen Hoa", POSSIBLE),
    ("Nguyen Thi Lan", "Lan Nguyen", LIKELY),
    ("Jack Oliver Lee", "Oliver Jack Lee", LIKELY),
    ("John Robert Smith", "Robert James Smith", POSSIBLE),
    ("Jack Lee", "Harriet Lee", POSSIBLE),
    ("Malik Farooq", "Joan Whitfield", POSSIBLE),
]


@pytest.mark.parametrize(("known", "given", "strength"), NAMES)
def test_names_of_one_birthday_and_postcode(known: str, given: str, strength: MatchStrength) -> None:
    found = compare(known, given)
    assert found.strength is strength
    if strength is POSSIBLE:
        assert any("May be a twin or a relative" in words for words in found.differences)
    else:
        assert not found.differences


@pytest.mark.parametrize(("known", "given"), [pair[:2] for pair in NAMES])
def test_the_order_of_the_two_changes_nothing(known: str, given: str) -> None:
    assert compare(known, given).strength is compare(given, known).strength


BIRTHS = [  # born, postcode, strength
    (datetime.date(1951, 8, 3), "BN11 2AA", LIKELY),  # day and month swapped
    (datetime.date(1951, 3, 18), "BN11 4XX", LIKELY),  # a typo in the day
    (datetime.date(1915, 3, 8), "BN11 2AA", LIKELY),  # digits changed about
    (datetime.date(1951, 3, 18), "BN43 5AB", POSSIBLE),
    (datetime.date(1975, 11, 30), "BN11 2AA", POSSIBLE),  # father and son of one name at one address
    (datetime.date(1975, 11, 30), "BN11 4XX", NOBODY),
    (None, "BN11 2AA", POSSIBLE),
    (None, "BN43 5AB", NOBODY),
    (BORN, "", LIKELY),
    (Birth.in_month(1951, 3), "BN11 2AA", LIKELY),
    (Birth.in_year(1951), "BN11 2AA", LIKELY),
    (Birth.in_year(1953, BirthPrecision.ABOUT), "BN11 2AA", LIKELY),
    (Birth.in_year(1951), "BN11 4XX", POSSIBLE),
    (Birth.in_year(1951), "BN43 5AB", POSSIBLE),
    (Birth.in_month(1951, 4), "BN43 5AB", NOBODY),
    (Birth.in_year(1950), "BN43 5AB", NOBODY),
    (Birth.in_year(1975, BirthPrecision.ABOUT), "BN11 2AA", POSSIBLE),  # a son of the same name
]


@pytest.mark.parametrize(("born", "postcode", "strength"), BIRTHS)
def test_births_of_one_name(born: datetime.date | None, postcode: str, strength: MatchStrength | None) -> None:
    assert compare(born=born, place=("BN11 2AA", postcode)).strength is strength


def test_a_father_and_a_son_of_one_name_are_told_apart_by_the_birth() -> None:
    found = compare(born=datetime.date(1975, 11, 30))
    assert found.differences == ["Another date of birth: may be a relative of the same name"]


NUMBERS = [  # given name, born, strength, doubtful: the same NHS number
    ("Joan Whitfield", BORN, SURE, False),
    ("Joan Lee", BORN, SURE, False),
    ("Joan Whitfield", datetime.date(1951, 8, 3), SURE, False),
    ("Joan Whitfield", None, LIKELY, False),
    ("Joan Whitfield", datetime.date(1975, 11, 30), POSSIBLE, False),  # a father's number for his son
    ("Jean Whitfield", BORN, POSSIBLE, False),  # a twin's, or a slip
    ("Harriet Whitfield", BORN, NOBODY, True),  # a twin's
    ("Harriet Whitfield", datetime.date(1975, 11, 30), NOBODY, True),  # a mother's for her child
    ("Malik Farooq", datetime.date(1980, 1, 1), NOBODY, True),
    ("Malik Farooq", None, NOBODY, True),
]


@pytest.mark.parametrize(("given", "born", "strength", "doubtful"), NUMBERS)
def test_one_number_for_two(
    given: str, born: datetime.date | None, strength: MatchStrength | None, doubtful: bool
) -> None:
    found = compare(given=given, born=born, number=("9990000018", "9990000018"))
    assert (found.strength, found.doubtful_number) == (strength, doubtful)


def test_two_numbers_make_it_only_possible() -> None:
    found = compare(number=("9990000018", "9990000026"))
    assert (found.strength, found.differences) == (POSSIBLE, ["A different NHS number"])


def test_another_surname_elsewhere_is_only_possible() -> None:
    assert compare(given="Joan Lee", place=("BN11 2AA", "BN43 5AB")).strength is POSSIBLE


@pytest.mark.parametrize(
    "name", ["", "  ", "\u0301", "X", "李", "עֲבַד", "'; DROP TABLE x; --", "%_\\", ",", "-", "a" * 120, "Dr"]
)
def test_any_name_is_like_itself(name: str) -> None:
    assert compare(name, name).reasons[0] == "Same name"
    compare(name, "Joan Whitfield")


def test_short_forms_are_of_one_name() -> None:
    assert is_short_form("MARGARET", "PEGGY")
    assert is_short_form("PEGGY", "MARGARET")
    assert not is_short_form("PEGGY", "MAGGIE")
    names = GIVEN_NAMES.read_text(encoding="utf-8").splitlines()
    assert names == sorted(set(names))
    assert len(names) > 200


@pytest.mark.parametrize(("one", "other", "edits"), [("", "", 0), ("a", "", 1), ("form", "from", 1), ("abc", "acd", 2)])
def test_edits(one: str, other: str, edits: int) -> None:
    assert count_edits(one, other) == count_edits(other, one) == edits


def test_birth_dates_are_real_days_only() -> None:
    assert datetime.date(1951, 2, 28) in likely_birth_dates(datetime.date(1951, 2, 28))
    assert len(likely_birth_dates(datetime.date(2024, 2, 29))) >= 2
    assert likely_birth_dates(None) == []
    slips = [(1951, 3, 18), (1951, 18, 3), (1941, 3, 18), (1950, 3, 18), (1952, 3, 18), (1961, 3, 18), (1915, 3, 18)]
    slips += [(1951, 3, 8), (1951, 3, 17), (1951, 3, 19), (1951, 3, 28), (1951, 2, 18), (1951, 4, 18)]
    real = [datetime.date(*parts) for parts in slips if parts[1] <= 12]
    assert likely_birth_dates(datetime.date(1951, 3, 18)) == real


def test_plain_names() -> None:
    assert normalise_name("Dr Zoë O'Hara-Smith") == "ZOE OHARA SMITH"
    assert normalise_name("WHITFIELD, Joan") == "JOAN WHITFIELD"
    assert normalise_name("Dr") == "DR"
