"""Somebody on the phone says a name, a number or a reference: found however it is said, and only among one's own."""

from collections.abc import Callable

import pytest
from django.test import Client

from agencies.access import Role
from agencies.models import Membership
from referrals.models import Referral
from referrals.person_search import fold, parse_nhs_digits, parse_phone_digits, parse_reference
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, team_of

ClientOf = Callable[[Membership], Client]

PHONES = [
    ("01632 960017", "01632960017"),
    ("01632960017", "01632960017"),
    ("(01632) 960 017", "01632960017"),
    ("+44 1632 960017", "01632960017"),
    ("+44 (0)1632 960017", "01632960017"),
    ("+441632960017", "01632960017"),
    ("0044 1632 960017", "01632960017"),
    ("0044 (0) 1632-960-017", "01632960017"),
    ("44 1632 960017", "01632960017"),
    ("01632/960017", "01632960017"),
    ("01632.960.017", "01632960017"),
    ("01632\u2011960017", "01632960017"),
    ("O1632 96OO17", "01632960017"),
    ("Tel: 01632 960017", "01632960017"),
    ("phone no. 01632 960017", "01632960017"),
    ("０１６３２ ９６００１７", "01632960017"),
    ("960017", "960017"),
    ("0017", "0017"),
    ("1632 960017", "1632960017"),
    ("017", ""),
    ("Ada 960017", ""),
    ("", ""),
    ("44", ""),
]


@pytest.mark.parametrize(("typed", "digits"), PHONES)
def test_phone_numbers_in_any_dress(typed: str, digits: str) -> None:
    assert parse_phone_digits(typed) == digits


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("999 000 0018", "9990000018"), ("999-000-0018", "9990000018"), ("999.000.0018", "9990000018"), ("999 000", "")],
)
def test_nhs_numbers(typed: str, digits: str) -> None:
    assert parse_nhs_digits(typed) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "1A2B3C40",
        "1a2b3c40",
        "#1A2B3C40",
        "ref 1A2B3C40",
        "Ref: 1A2B-3C40",
        "reference no. 1A2B 3C40",
        "IA2B3C4O",
        "our ref 1A2B3C40",
        "1A2B3C",
    ],
)
def test_references_as_they_are_read_out(typed: str) -> None:
    found = parse_reference(typed)
    assert found
    assert found[0].hex.startswith("1a2b3c")
    assert found[0].hex[6:8] in ("40", "00")


@pytest.mark.parametrize("typed", ["1A2B", "1A2B3C4D5", "Whitfield", "", "Fern", "1A2B3C4G"])
def test_what_is_no_reference(typed: str) -> None:
    assert parse_reference(typed) is None


def test_names_fold() -> None:
    assert [fold(word) for word in ("Łódź", "Prŷs", "o'Hara", "Zoë")] == ["LODZ", "PRYS", "O'HARA", "ZOE"]


@pytest.fixture
def priya(gp: Membership) -> Membership:
    return MembershipFactory(role=Role.CONNECTOR, user__name="Priya Shah", agency=team_of(gp))


def found(client: Client, words: str) -> str:
    page = client.post("/referrals/", {"words": words})
    assert page.status_code == 200
    return page.text.split("<main")[1]


@pytest.mark.parametrize("typed", [typed for typed, digits in PHONES if digits])
@pytest.mark.parametrize("stored", ["01632 960017", "+44 1632 960017", "01632 960017 ext. 5"])
def test_a_referral_is_found_by_phone(gp, priya, client_of, typed, stored):
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern", phone=stored)
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Bo Reed", phone="07700 900461")
    page = found(client_of(priya), typed)
    assert "Ada Fern" in page
    assert "Bo Reed" not in page


NEAR = [
    ("Whitfeld", "Joan Whitfield"),
    ("Whitfeild", "Joan Whitfield"),
    ("Jaon Whitfield", "Joan Whitfield"),
    ("Smyth", "Peter Smith"),
    ("Catherine", "Katherine Bell"),
    ("Steven Bell", "Stephen Bell"),
    ("Mohammed", "Muhammad Iqbal"),
    ("Macdonald", "Ian McDonald"),
    ("Lodz", "Ada Łódź-Prŷs"),
    ("Prys", "Ada Łódź-Prŷs"),
    ("Whitfield, Joan", "Joan Whitfield"),
    ("O’Neil", "Mary O'Neill"),
    ("Shara", "Sarah Khan"),
]


@pytest.mark.parametrize(("typed", "name"), NEAR)
def test_a_name_is_found_when_it_is_spelt_a_little_otherwise(gp, priya, client_of, typed, name):
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=name)
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Zebedee Quill")
    CaseFactory(lead=priya, person=PersonFactory(name=name))
    CaseFactory(lead=priya, person=PersonFactory(name="Zebedee Quill"))
    client = client_of(priya)
    for page in (found(client, typed), client.post("/caseload/", {"words": typed}).text.split('id="found"')[1]):
        hits = page.split("<table")[0].split("<nav")[0] if 'id="list"' in page else page
        assert name.replace("'", "&#x27;") in hits
        assert "Zebedee" not in hits


def test_near_names_are_said_to_be_near_and_come_only_when_none_is_exact(gp, priya, client_of):
    for name in ("Joan Whitfield", "Joan Whitfeld"):
        ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=name)
    exact, near = found(client_of(gp), "Whitfield"), found(client_of(gp), "Whitfeeld")
    assert "Joan Whitfeld" not in exact
    assert "These come near" in near
    assert "Joan Whitfeld" in near
    assert "Joan Whitfield" in near


@pytest.mark.parametrize("words", ["0163", "960017", "Fern", "Fren", "{ref}", "{ref6}"])
def test_nothing_of_another_agency_is_found(gp, priya, client_of, words):
    ada = ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern", phone="01632 960017")
    CaseFactory(lead=priya, person=PersonFactory(name="Ada Fern", phone="01632 960017"))
    words = words.format(ref=ada.reference, ref6=ada.reference[:6])
    stranger = client_of(MembershipFactory(role=Role.CONNECTOR))
    assert "Ada Fern" not in found(stranger, words)
    assert stranger.post("/caseload/", {"words": words}).context["found"] == []


@pytest.mark.parametrize(
    "words", ["+44 1632 960017", "0044 1632960017", "(01632) 960017", "960017", "{ref}", "ref {ref}"]
)
def test_the_caseload_finds_by_phone_and_by_a_referrals_reference(gp, priya, client_of, words):
    from agencies.models import Author
    from cases.actions.opening import accept_referral

    ada = ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern", phone="01632 960017")
    accept_referral(referral=ada, by=Author.of(priya), person=None)
    CaseFactory(lead=priya, person=PersonFactory(name="Bo Reed"))
    rows = client_of(priya).post("/caseload/", {"words": words.format(ref=ada.reference)}).context["found"]
    assert [row.name for row in rows] == ["Ada Fern"]


def test_everybody_is_listed_by_surname(priya, client_of):
    for name in ("Ann Zorn", "Zoe Abel", "Ada Ábalos", "Bo Smith (Bobby)", "Al Smith", "Ł. Łódź", "Cher"):
        CaseFactory(lead=priya, person=PersonFactory(name=name))
    client = client_of(priya)
    rows = [row.name for row in client.get("/caseload/", {"list": "all"}).context["rows"]]
    assert rows == ["Ada Ábalos", "Zoe Abel", "Cher", "Ł. Łódź", "Al Smith", "Bo Smith (Bobby)", "Ann Zorn"]
    assert [row.name for row in client.post("/caseload/", {"words": "smith"}).context["found"]] == [
        "Al Smith",
        "Bo Smith (Bobby)",
    ]


@pytest.mark.parametrize(
    "words", ["%", "(", "\\", "+", "+44", "????", "((((", "0" * 120, "a" * 121, "ref", "#", "' OR 1"]
)
def test_hostile_words_are_answered(gp, priya, client_of, words):
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern")
    assert "Ada Fern" not in found(client_of(priya), words)
    assert Referral.objects.count() == 1


def test_from_the_caseload_one_press_looks_in_the_referrals_too(gp, priya, client_of):
    """given somebody whose referral nobody has accepted, when sought on the caseload, then they are a press away"""
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern", phone="01632 960017")
    client = client_of(priya)
    page = client.post("/caseload/", {"words": "+44 1632 960017"}).text
    assert "Nobody found" in page
    assert '<input type="hidden" name="words" value="+44 1632 960017">' in page
    assert "Ada Fern" in found(client, "+44 1632 960017")
