"""Is this the same person? Each pair of details as people really mistype them, with the reasons in words."""

import datetime

import pytest
from django.utils import timezone

from cases.models import Case, ClosingReason, Person
from cases.person_match import find_candidates, has_doubtful_number
from referrals.same_person import MatchStrength
from tests.factories import CaseFactory, PersonFactory, ReferralFactory

KNOWN = {"name": "Joan Whitfield", "date_of_birth": datetime.date(1951, 3, 8), "nhs_number": "", "postcode": "BN11 2AA"}


def found(person=None, **asked):
    """Who is found in the team that was asked, which knows a person like that."""
    team = PersonFactory(**(KNOWN | (person or {}))).agency
    details = {
        "person_name": "Joan Whitfield",
        "date_of_birth": datetime.date(1951, 3, 8),
        "nhs_number": "",
        "postcode": "BN11 2AA",
    }
    return find_candidates(ReferralFactory(to_agency=team, **(details | asked)))


def only(*arguments, **asked):
    (candidate,) = found(*arguments, **asked)
    return candidate


PAIRS = [  # what differs in the referral, strength, a reason
    ({}, MatchStrength.LIKELY, "Same name"),
    ({}, MatchStrength.LIKELY, "Born the same day"),
    ({}, MatchStrength.LIKELY, "Same postcode"),
    (
        {"person_name": "Joan Witfield"},
        MatchStrength.LIKELY,
        "Name is nearly the same: Joan Witfield / Joan Whitfield",
    ),
    ({"person_name": "Harriet Whitfield"}, MatchStrength.POSSIBLE, "Same postcode"),
    (
        {"person_name": "WHITFIELD JOAN"},
        MatchStrength.LIKELY,
        "Same name in another order: WHITFIELD JOAN / Joan Whitfield",
    ),
    ({"person_name": "Mrs Joan Whitfield"}, MatchStrength.LIKELY, "Same name"),
    ({"person_name": "Joan Lee"}, MatchStrength.LIKELY, "Same first name, another surname: Joan Lee / Joan Whitfield"),
    (
        {"date_of_birth": datetime.date(1951, 8, 3)},
        MatchStrength.LIKELY,
        "Born the same day, if day and month were swapped",
    ),
    ({"date_of_birth": datetime.date(1950, 3, 8)}, MatchStrength.LIKELY, "Date of birth differs in one part only"),
    ({"postcode": "BN11 4XX"}, MatchStrength.LIKELY, "Same area: BN11"),
    ({"date_of_birth": None}, MatchStrength.POSSIBLE, "Same postcode"),
    ({"date_of_birth": None, "postcode": "BN11 9ZZ"}, MatchStrength.POSSIBLE, "Same area: BN11"),
    ({"postcode": ""}, MatchStrength.LIKELY, "Born the same day"),
]


@pytest.mark.parametrize(("asked", "strength", "reason"), PAIRS)
def test_given_details_typed_another_way_when_compared_then_the_person_is_found_with_the_reason(
    asked, strength, reason
):
    candidate = only(**asked)
    assert candidate.strength is strength
    assert reason in candidate.reasons


STRANGERS = [
    {"person_name": "Malik Farooq", "date_of_birth": datetime.date(1980, 1, 1), "postcode": "BN43 5AB"},
    {"person_name": "Malik Farooq", "postcode": "BN43 5AB"},  # only the birthday is the same
    {"person_name": "Malik Farooq", "date_of_birth": datetime.date(1980, 1, 1)},  # only the street is the same
    {"date_of_birth": datetime.date(1980, 1, 1), "postcode": "BN43 5AB"},  # only the name is the same
]


@pytest.mark.parametrize("asked", STRANGERS)
def test_given_only_one_thing_alike_when_compared_then_nobody_is_found(asked):
    assert found(**asked) == []


def test_given_the_same_nhs_number_when_compared_then_it_is_almost_certain():
    candidate = only({"nhs_number": "9990000018"}, nhs_number="9990000018")
    assert candidate.strength is MatchStrength.SURE
    assert candidate.reasons[0] == "Same NHS number"


def test_given_an_open_case_then_it_is_told_of_and_a_closed_one_is_not():
    case = CaseFactory(person=PersonFactory(**KNOWN))
    asked = {"person_name": "Joan Whitfield", "date_of_birth": KNOWN["date_of_birth"], "to_agency": case.agency}
    (found_open,) = find_candidates(ReferralFactory(**asked))
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), closing_reason=ClosingReason.objects.first())
    (found_closed,) = find_candidates(ReferralFactory(**asked))
    assert (found_open.has_open_case, found_closed.has_open_case) == (True, False)


def test_given_the_same_person_in_another_team_then_nobody_is_found():
    CaseFactory(person=PersonFactory(**KNOWN | {"nhs_number": "9990000018"}))
    asked = {"person_name": "Joan Whitfield", "date_of_birth": KNOWN["date_of_birth"], "nhs_number": "9990000018"}
    assert find_candidates(ReferralFactory(**asked)) == []


SHARED = [  # a number that is somebody else's: a twin's, a mother's, a stranger's
    {"person_name": "Harriet Whitfield"},
    {"person_name": "Harriet Whitfield", "date_of_birth": datetime.date(1975, 11, 30)},
    {"person_name": "Malik Farooq", "date_of_birth": datetime.date(1980, 1, 1), "postcode": "BN43 5AB"},
]


@pytest.mark.parametrize("asked", SHARED)
def test_given_the_number_of_somebody_else_then_they_are_not_offered_and_the_number_is_doubted(asked):
    team = PersonFactory(**KNOWN | {"nhs_number": "9990000018"}).agency
    referral = ReferralFactory(**{"to_agency": team, "nhs_number": "9990000018", "postcode": "BN11 2AA"} | asked)
    assert has_doubtful_number(referral)
    assert find_candidates(referral) == []


def test_given_no_number_or_the_persons_own_then_it_is_not_doubted():
    person = PersonFactory(**KNOWN | {"nhs_number": "9990000018"})
    own = {"to_agency": person.agency, "person_name": person.name, "date_of_birth": person.date_of_birth}
    assert not has_doubtful_number(ReferralFactory(nhs_number="9990000018", **own))
    assert not has_doubtful_number(ReferralFactory(nhs_number="", **own))
    assert not has_doubtful_number(ReferralFactory(nhs_number="9990000018", person_name="Malik Farooq"))


def test_given_two_nhs_numbers_when_all_else_is_alike_then_it_is_only_possible_and_the_difference_is_shown():
    candidate = only({"nhs_number": "9990000018"}, nhs_number="9990000026")
    assert candidate.strength is MatchStrength.POSSIBLE
    assert candidate.differences == ["A different NHS number"]


@pytest.mark.parametrize("name", ["李", "עֲבַד", "O'Neill-Łoś", "X", "'; DROP TABLE cases_person; --", "%_\\", "a" * 120])
def test_given_any_name_when_compared_then_it_is_found_by_birthday_and_nothing_breaks(name):
    assert only({"name": name}, person_name=name).reasons[0] == "Same name"


def test_given_many_alike_then_five_are_shown_the_strongest_first():
    team = PersonFactory().agency
    for n in range(8):
        PersonFactory(agency=team, **KNOWN | {"name": f"Joan Whitfield{'e' * n}", "nhs_number": ""})
    sure = PersonFactory(agency=team, **KNOWN | {"nhs_number": "9990000018"})
    asked = {"person_name": "Joan Whitfield", "date_of_birth": KNOWN["date_of_birth"]}
    shown = find_candidates(ReferralFactory(to_agency=team, **asked))
    assert len(shown) == 5
    assert shown[0].person == sure


def test_comparing_changes_nobody():
    person = PersonFactory(**KNOWN)
    find_candidates(ReferralFactory(to_agency=person.agency, phone="07700 900999"))
    assert Person.objects.get(pk=person.pk).phone == person.phone
