"""A doubtful postcode is asked about, kindly, and taken when it is confirmed."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from agencies.models import AgencyKind, Membership
from directory.geography.doubtful import describe_doubt
from directory.geography.postcodes import load_areas
from referrals.models import Referral
from tests.factories import AgencyFactory, CaseFactory, team_of
from tests.referrals.posted import REFER, form

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def place() -> None:
    """A place with a team and two practices, its postcodes loaded."""
    load_areas(["BN"])
    AgencyFactory(kind=AgencyKind.CONNECTORS, postcode="BN11 1HS")
    AgencyFactory(kind=AgencyKind.PRACTICE, postcode="BN14 9QD")
    AgencyFactory(kind=AgencyKind.PRACTICE, postcode="BN43 5DD")


def test_a_postcode_of_the_place_is_not_asked_about_one_outside_or_nowhere_is(place):
    for postcode in ("BN11 2AA", "BN14 8HT", "BN43 6RN", "BN15 8AQ", "BN12 4PJ", "BN13 1NX"):
        assert describe_doubt(postcode) == ""
    for postcode in ("SW1A 1AA", "M1 1AE", "EH1 1YZ", "BT1 5GS", "CF10 1EP", "BN27 1AB", "RH1 1AA"):
        words = describe_doubt(postcode)
        assert f"{postcode} is outside Adur and Worthing" in words
        assert "tick the box" in words
    for postcode in ("BN11 1ZZ", "QQ1 1QQ", "BN99 9XX", "AA1 1AA"):
        assert f"We do not know {postcode}" in describe_doubt(postcode)


@pytest.mark.parametrize(
    ("postcode", "words"),
    [
        ("ZZ99 3VZ", "no fixed address"),
        ("ZZ99 3WZ", "an address that is not known"),
        ("ZZ99 3CZ", "England"),
        ("ZZ99 1WZ", "Scotland"),
        ("ZZ99 9QZ", "no address in this country"),
    ],
)
def test_a_code_of_the_nhs_for_no_place_is_said_in_words(postcode, words):
    assert words in describe_doubt(postcode)


def test_a_place_without_practices_and_teams_asks_only_of_what_is_nowhere():
    assert describe_doubt("SW1A 1AA") == ""
    assert "We do not know" in describe_doubt("BN11 1ZZ")


def test_where_no_postcodes_are_loaded_the_area_decides():
    AgencyFactory(kind=AgencyKind.CONNECTORS, postcode="BN11 1HS")
    assert describe_doubt("BN15 8AQ") == ""
    assert "outside" in describe_doubt("SW1A 1AA")


@pytest.mark.parametrize("postcode", ["SW1A 1AA", "ZZ99 3VZ", "BN11 1ZZ"])
def test_the_referral_form_asks_once_and_takes_the_answer(gp, client_of, postcode):
    team_of(gp)
    client, posted = client_of(gp), form(postcode=postcode.lower().replace(" ", ""))
    page = client.post(REFER, posted)
    assert page.status_code == 422
    assert f'value="{postcode}"' in page.text.split('name="postcode_right"')[1].split(">")[0]
    assert f"Yes, {postcode} is right" in page.text
    assert 'href="#id_postcode_right_0"' in page.text
    assert 'id="id_postcode_right_0"' in page.text
    assert not Referral.objects.exists()

    answer = client.post(REFER, posted | {"postcode_right": postcode})

    assert answer.status_code == 302
    assert Referral.objects.get().postcode == postcode


def test_the_confirmation_is_of_that_postcode_alone(gp, client_of):
    team_of(gp)
    page = client_of(gp).post(REFER, form(postcode="M1 1AE", postcode_right="SW1A 1AA"))
    assert page.status_code == 422
    assert "Yes, M1 1AE is right" in page.text
    assert "Yes, SW1A 1AA is right" not in page.text


def test_a_confirmed_postcode_stays_confirmed_while_something_else_is_mended(gp, client_of):
    team_of(gp)
    page = client_of(gp).post(REFER, form(postcode="M1 1AE", postcode_right="M1 1AE", person_name=""))
    box = page.text.split('name="postcode_right"')[1].split(">")[0]
    assert page.status_code == 422
    assert "checked" in box


@pytest.mark.parametrize("postcode", ["", "BN11 2AA"])
def test_nothing_is_asked_where_all_is_well(gp, client_of, postcode):
    team_of(gp)
    client = client_of(gp)
    assert "postcode_right" not in client.get(REFER).text
    assert client.post(REFER, form(postcode=postcode)).status_code == 302


def test_the_address_in_a_case_is_asked_about_too(connector, client_of):
    team_of(connector)
    case = CaseFactory(lead=connector)
    client, url = client_of(connector), f"/cases/{case.pk}/facts/address/"
    seen = client.get(url).context["form"]["seen"].value()
    posted = {"address": "1 High Street", "postcode": "ZZ99 3VZ", "seen": seen, "key": str(uuid.uuid4())}
    page = client.post(url, posted)
    assert page.status_code == 422
    assert "no fixed address" in page.text
    assert client.post(url, posted | {"postcode_right": "ZZ99 3VZ"}).status_code == 302
    case.person.refresh_from_db()
    assert case.person.postcode == "ZZ99 3VZ"
    assert client.get(f"/cases/{case.pk}/activities/").status_code == 200  # near nowhere, and no error


def test_an_address_with_the_same_postcode_as_before_is_not_asked_about_again(connector, client_of):
    case = CaseFactory(lead=connector, person__postcode="ZZ99 3VZ")
    client, url = client_of(connector), f"/cases/{case.pk}/facts/address/"
    seen = client.get(url).context["form"]["seen"].value()
    posted = {"address": "By the pier", "postcode": "ZZ99 3VZ", "seen": seen, "key": str(uuid.uuid4())}
    assert client.post(url, posted).status_code == 302
