"""A referral of somebody whose birthday is not known, or not to the day."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Author, Membership
from cases.actions.opening import accept_referral
from cases.caseload import load_list_page
from cases.models import Case, Entry, Kind
from cases.person_match import find_candidates
from config.births import Birth, BirthPrecision
from referrals.models import Referral
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, team_of
from tests.referrals.posted import FIND, REFER, form, value_of

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def team(gp: Membership) -> Any:
    return team_of(gp)


@pytest.fixture
def client(gp: Membership, team: Any, client_of: ClientOf) -> Client:
    return client_of(gp)


def dated(day: str = "", month: str = "", year: str = "", **more: str) -> dict[str, Any]:
    return form(date_of_birth_day=day, date_of_birth_month=month, date_of_birth_year=year, **more)


KNOWN = [  # what is filled in, what stands on the page
    ({"date_of_birth_day": "27", "date_of_birth_month": "3", "date_of_birth_year": "1951"}, "27 March 1951"),
    ({"date_of_birth_day": "", "date_of_birth_month": "3", "date_of_birth_year": "1951"}, "about March 1951"),
    ({"date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": "1951"}, "about 1951"),
    ({"date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": "c. 1948"}, "about 1948"),
    ({"age": "78"}, "about 19"),
    ({"birth_unknown": "on"}, ""),
]


@pytest.mark.parametrize(("typed", "words"), KNOWN)
def test_it_is_accepted_and_shown_as_it_is_known(
    gp: Membership, client: Client, team: Any, client_of: ClientOf, typed: dict[str, str], words: str
) -> None:
    assert client.post(REFER, dated() | typed).status_code == 302
    referral = Referral.objects.get()
    connector = MembershipFactory(agency=team, role=Role.CONNECTOR)
    for member in (gp, connector):
        page = client_of(member).get(reverse("referrals:referral", args=[referral.pk])).text
        assert words in page
        assert ("Born" in page) is bool(words)
        assert "1 July 19" not in page
        assert "15 March 19" not in page
    (row,), _ = load_list_page(connector, None, "new")
    assert row.about.startswith("about") is words.startswith("about")
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    for address in (reverse("cases:case", args=[case.pk]), reverse("cases:fact", args=[case.pk, "identity"])):
        page = client_of(connector).get(address).text
        assert "1 July 19" not in page
        assert words.replace("about ", "").split()[-1] in page if words and words != "about 19" else True


def test_without_any_it_says_what_may_be_given(client: Client) -> None:
    page = client.post(REFER, dated())
    assert page.status_code == 422
    assert "Enter their date of birth or what is known of it" in page.text
    assert re.search(r"<details[^>]* open>\s*<summary>Add more", page.text)


@pytest.mark.parametrize("age", ["-1", "121", "about 80", "7.5"])
def test_an_age_that_is_none_is_asked_again(client: Client, age: str) -> None:
    page = client.post(REFER, dated(age=age))
    assert page.status_code == 422
    assert not Referral.objects.exists()


def test_a_date_counts_before_an_age(client: Client) -> None:
    client.post(REFER, dated("27", "3", "1951", age="40"))
    assert Referral.objects.get().birth == Birth(date(1951, 3, 27))


def test_the_look_up_fills_in_what_was_known(gp: Membership, client: Client, team: Any) -> None:
    rough = Birth.in_year(1948, BirthPrecision.ABOUT)
    ReferralFactory(sent_by=gp, to_agency=team, date_of_birth=rough.on, birth_precision=rough.precision)
    html = client.post(FIND, dated(person_name="", phone="", postcode="")).text
    parts = [value_of(html, f"date_of_birth_{part}") for part in ("day", "month", "year")]
    assert parts == ["", "", "about 1948"]


def test_the_same_person_is_known_by_a_year_that_fits(gp: Membership, client: Client, team: Any) -> None:
    ReferralFactory(sent_by=gp, to_agency=team, nhs_number="", person_name="Ada Fern", date_of_birth=date(1951, 3, 27))
    assert "Already referred" in client.post(REFER, dated("", "", "1951", nhs_number="")).text
    assert "Already referred" in client.post(REFER, dated("", "", "about 1953", nhs_number="")).text
    assert client.post(REFER, dated("", "", "1975", nhs_number="")).status_code == 302


def test_a_rough_record_is_found_for_an_exact_referral_and_offered_the_day(
    connector: Membership, client_of: ClientOf
) -> None:
    rough = Birth.in_year(1950, BirthPrecision.ABOUT)
    case = CaseFactory(
        lead=connector,
        person__name="Joan Whitfield",
        person__date_of_birth=rough.on,
        person__birth_precision=rough.precision,
    )
    referral = ReferralFactory(to_agency=connector.agency)
    (candidate,) = find_candidates(referral)
    assert candidate.person == case.person
    assert "May be born on the same day: 27 March 1951 / about 1950" in candidate.reasons
    accept_referral(referral=referral, by=Author.of(connector), person=case.person)
    case.person.refresh_from_db()
    assert case.person.birth == rough
    received = Entry.objects.get(kind=Kind.REFERRED)
    assert "27 March 1951" in received.details["differs"]["identity"]["words"]
    offered = reverse("cases:fact", args=[case.pk, "identity"]) + f"?entry={received.number}"
    page = client_of(connector).get(offered)
    assert value_of(page.text, "date_of_birth_day") == "27"
    saved = {
        "name": "Joan Whitfield",
        "date_of_birth_day": "27",
        "date_of_birth_month": "3",
        "date_of_birth_year": "1951",
        "seen": page.context["form"]["seen"].value(),
        "key": page.context["form"]["key"].value(),
    }
    assert client_of(connector).post(offered, saved).status_code == 302
    changed = Entry.objects.get(kind=Kind.FACT).details
    assert "about 1950" in changed["before"]
    assert "27 March 1951" in changed["after"]
    case.person.refresh_from_db()
    assert case.person.birth == Birth(date(1951, 3, 27))


def test_a_rough_referral_does_not_differ_from_the_day_it_fits(connector: Membership) -> None:
    case = CaseFactory(lead=connector, person__name="Joan Whitfield")
    rough = Birth.in_year(1951)
    referral = ReferralFactory(to_agency=connector.agency, date_of_birth=rough.on, birth_precision=rough.precision)
    accept_referral(referral=referral, by=Author.of(connector), person=case.person)
    assert "1951" not in str(Entry.objects.get(kind=Kind.REFERRED).details.get("differs"))


def test_a_blank_birthday_is_filled_as_roughly_as_it_was_told(connector: Membership) -> None:
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", person__date_of_birth=None)
    rough = Birth.in_month(1951, 3)
    referral = ReferralFactory(to_agency=connector.agency, date_of_birth=rough.on, birth_precision=rough.precision)
    accept_referral(referral=referral, by=Author.of(connector), person=case.person)
    assert Case.objects.get(pk=case.pk).person.birth == rough
