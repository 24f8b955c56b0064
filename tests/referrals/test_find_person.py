"""/refer/find/: a person referred before is filled in by NHS number; who is open already is warned of."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Membership
from referrals.models import LookUp, Referral
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, ReferralFactory, needs, team_of, teammate
from tests.referrals.posted import FIND, HTMX, REFER, form, value_of


@pytest.fixture
def client(gp: Membership, client_of: Callable[[Membership], Client]) -> Client:
    """The GP's own."""
    return client_of(gp)


# --- The look-up by NHS number ------------------------------------------------------------------------


def looked_up(client: Client, **changes: Any) -> str:
    blank = {
        "person_name": "",
        "date_of_birth_day": "",
        "date_of_birth_month": "",
        "date_of_birth_year": "",
        "phone": "",
        "postcode": "",
        "needs": None,
        "risk": None,
        "agreement": None,
    }
    answer = client.post(FIND, form(**(blank | changes)))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_known_person_is_filled_in_with_the_needs_as_last_time(gp: Membership, client: Client) -> None:
    last = ReferralFactory(
        sent_by=gp,
        to_agency=team_of(gp),
        nhs_number="9990000018",
        person_name="Ada Fern",
        phone="01632 960017",
        address="1 Sea Lane",
        contact_by="text",
        status=ReferralStatus.COMPLETED,
    )
    last.needs.set(needs("Loneliness", "Money or debt")[1:])
    html = looked_up(client)
    assert "Filled in from your last referral for" in html
    assert value_of(html, "person_name") == "Ada Fern"
    assert [value_of(html, f"date_of_birth_{part}") for part in ("day", "month", "year")] == ["27", "3", "1951"]
    assert value_of(html, "phone") == "01632 960017"
    assert "1 Sea Lane" in html
    assert re.search(r'value="text" checked', html)
    assert re.search(rf'name="needs"[^>]*value="{last.needs.get().pk}"[^>]*checked', html)
    assert not re.search(r'name="(risk|agreement)"[^>]*checked', html)


def test_then_risks_agreement_and_send_are_enough(gp: Membership, client: Client) -> None:
    team = team_of(gp)
    last = ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", status=ReferralStatus.COMPLETED)
    last.needs.set(needs("Loneliness"))
    html = looked_up(client)
    posted = form(
        key=value_of(html, "key"),
        started=value_of(html, "started"),
        person_name=value_of(html, "person_name"),
        phone=value_of(html, "phone"),
        postcode=value_of(html, "postcode"),
        needs=[str(last.needs.get().pk)],
    )
    assert client.post(REFER, posted).status_code == 302
    assert Referral.objects.count() == 2


def test_words_already_typed_stay(gp: Membership, client: Client) -> None:
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), nhs_number="9990000018", person_name="Ada Fern")
    html = looked_up(client, phone="07700 900001", message="New flat", risk="some", risks="A dog")
    assert value_of(html, "phone") == "07700 900001"
    assert value_of(html, "person_name") == "Ada Fern"
    assert "New flat" in html
    assert "A dog" in html


def test_two_people_never_mix(gp: Membership, client: Client) -> None:
    team = team_of(gp)
    ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", person_name="Ada Fern", phone="01632 960017")
    ReferralFactory(
        sent_by=gp,
        to_agency=team,
        nhs_number="9990000026",
        person_name="Bo Reed",
        phone="",
        email="bo@mail.example.org",
    )
    html = looked_up(
        client,
        nhs_number="9990000026",
        filled="9990000018",
        person_name="Ada Fern",
        phone="01632 960017",
        date_of_birth_day="27",
        date_of_birth_month="3",
        date_of_birth_year="1951",
    )
    assert value_of(html, "person_name") == "Bo Reed"
    assert value_of(html, "phone") == ""
    assert "01632 960017" not in html
    gone = looked_up(client, nhs_number="9990000034", filled="9990000018", person_name="Ada Fern", phone="07700 900001")
    assert value_of(gone, "person_name") == ""
    assert value_of(gone, "phone") == "07700 900001"


def test_what_one_person_agreed_to_is_not_ticked_for_the_next(gp: Membership, client: Client) -> None:
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), nhs_number="9990000018", person_name="Ada Fern")
    ticked = r'name="agreement"[^>]*checked'
    first = client.post(FIND, form(filled="9990000018", person_name="Ada Fern"), headers=HTMX).text
    assert re.search(ticked, first)
    for number in ("9990000026", "9990000034"):
        posted = form(nhs_number=number, filled="9990000018", person_name="Ada Fern")
        assert not re.search(ticked, client.post(FIND, posted, headers=HTMX).text)
        assert not re.search(ticked, client.post(FIND, posted).text)


def test_details_of_one_person_are_not_sent_under_another_s_number(gp: Membership, client: Client) -> None:
    team = team_of(gp)
    ReferralFactory(sent_by=gp, to_agency=team, person_name="Ada Fern", status=ReferralStatus.COMPLETED)
    answer = client.post(REFER, form(nhs_number="9990000026", filled="9990000018", person_name="Ada Fern"))
    assert answer.status_code == 422
    assert "were filled in for 999 000 0018" in answer.content.decode()
    assert client.post(REFER, form(nhs_number="9990000026", filled="9990000018", person_name="Bo")).status_code == 302


def test_after_a_known_person_an_unknown_number_empties_what_was_filled_in(gp: Membership, client: Client) -> None:
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), person_name="Ada Fern")
    posted = form(nhs_number="9990000026", filled="9990000018", person_name="Ada Fern")
    html = client.post(FIND, posted, headers=HTMX).content.decode()
    assert value_of(html, "person_name") == ""
    assert value_of(html, "filled") == ""
    assert "You have not referred this person before" in html


def test_somebody_new_is_said_kindly_and_one_goes_on(gp: Membership, client: Client) -> None:
    team_of(gp)
    html = looked_up(client, person_name="Ada", what_matters="Her garden")
    assert "You have not referred this person before" in html
    assert value_of(html, "person_name") == "Ada"
    assert "Her garden" in html


def test_security_51_another_agency_s_patient_is_not_found(gp: Membership, client: Client) -> None:
    team = team_of(gp)
    ReferralFactory(nhs_number="9990000018", person_name="Ada Fern", to_agency=team, phone="07700 900044")
    html = looked_up(client)
    assert "You have not referred this person before" in html
    assert "Already referred" not in html
    assert "Ada Fern" not in html
    assert "07700 900044" not in html


def test_a_teammate_s_referral_is_found(gp: Membership, client: Client) -> None:
    ReferralFactory(sent_by=teammate(gp), to_agency=team_of(gp), nhs_number="9990000018", person_name="Ada Fern")
    assert value_of(looked_up(client), "person_name") == "Ada Fern"


def test_a_wrong_number_is_said_and_nothing_is_lost(gp: Membership, client: Client) -> None:
    team_of(gp)
    answer = client.post(FIND, form(nhs_number="999 000 0019", what_matters="Her garden"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not an NHS number" in html
    assert 'href="#id_nhs_number"' in html
    assert "Her garden" in html
    assert value_of(html, "nhs_number") == "999 000 0019"


def test_htmx_gets_the_part_that_changes_and_no_more(gp: Membership, client: Client) -> None:
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), nhs_number="9990000018", person_name="Ada Fern")
    found = client.post(FIND, form(), headers=HTMX)
    assert "<html" not in found.content.decode()
    assert found.headers["HX-Retarget"] == "#person"
    assert "HX-Request" in found.headers["Vary"]
    unknown = client.post(FIND, form(nhs_number="9990000026"), headers=HTMX)
    assert unknown.headers["HX-Retarget"] == "#looked_up"
    assert "person_name" not in unknown.content.decode()
    wrong = client.post(FIND, form(nhs_number="1"), headers=HTMX)
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#looked_up")
    assert "An NHS number has 10 digits" in wrong.content.decode()


def test_security_56_the_number_is_in_no_address(gp: Membership, client: Client) -> None:
    assert client.get(FIND, {"nhs_number": "9990000018"}).status_code == 405
    html = client.get(REFER).content.decode()
    assert 'formaction="/refer/find/"' in html
    assert "hx-get" not in html


def test_security_a_number_that_only_others_know_is_answered_as_one_that_nobody_knows(
    gp: Membership, client: Client
) -> None:
    """given one number open elsewhere and one unknown, when each is looked for, then both answers are alike; whoever
    sends the very name, birthday and number is told that one is open (test_open_elsewhere.py)"""
    ReferralFactory(nhs_number="9990000018", person_name="Ada Fern", date_of_birth=date(1951, 3, 27))
    CaseFactory(person__nhs_number="9990000018", person__name="Ada Fern")
    team_of(gp)
    pages = [
        re.sub(r'value="[^"]*"|:[0-9a-f-]{36}', "", looked_up(client, nhs_number=number).partition("<main")[2])
        for number in ("9990000018", "9990000026")
    ]
    assert pages[0] == pages[1]
    assert client.post(REFER, form(nhs_number="9990000018", person_name="Bertram Oak")).status_code == 302


def test_a_team_that_received_it_is_warned_when_it_refers_the_same_person(
    connector: Membership, client_of: Callable[[Membership], Client]
) -> None:
    ReferralFactory(to_agency=connector.agency, nhs_number="9990000018")
    assert "Already referred" in looked_up(client_of(connector))


def test_security_15_numbers_are_not_looked_up_without_limit_and_each_is_noted(gp: Membership, client: Client) -> None:
    team_of(gp)
    for _ in range(39):
        LookUp.record(gp, "9990000026", found=False)
    ReferralFactory(sent_by=gp, to_agency=gp.agency.refers_to, nhs_number="9990000018", person_name="Ada Fern")
    assert "Ada Fern" in looked_up(client)
    noted = LookUp.objects.latest("at")
    assert (noted.member, noted.agency, noted.found) == (gp, gp.agency, True)
    assert noted.number_hash == LookUp.hash_number("9990000018")
    assert "9990000018" not in noted.number_hash
    answer = client.post(FIND, form(message="Her garden"))
    assert answer.status_code == 429
    assert "You have looked up many numbers" in answer.text
    assert "Her garden" in answer.text
    assert 'value="Ada Fern"' in answer.text  # as typed; the last referral's date is not told
    assert "Filled in from your last referral" not in answer.text
    assert client.post(FIND, form(), headers=HTMX).status_code == 422
    assert LookUp.objects.count() == 40
    assert client.post(REFER, form(send_anyway="on")).status_code == 302


def test_the_limit_of_one_member_is_not_a_colleague_s_and_is_over_after_a_day(
    gp: Membership, client_of: Callable[[Membership], Client]
) -> None:
    team_of(gp)
    for hours in range(150):
        LookUp(
            member=gp,
            agency=gp.agency,
            number_hash="x",
            found=False,
            at=timezone.now() - timedelta(hours=2, minutes=hours),
        ).save()
    assert not LookUp.has_room(gp)
    assert LookUp.has_room(teammate(gp))


# --- Already referred ---------------------------------------------------------------------------------


def test_an_open_referral_is_warned_of_with_date_and_team(gp: Membership, client: Client) -> None:
    team = team_of(gp, "Worthing Connectors")
    sent_at = timezone.now() - timedelta(days=20)
    ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", sent_at=sent_at, person_name="Ada Fern")
    answer = client.post(REFER, form())
    html = answer.content.decode()
    day = timezone.localtime(sent_at)
    assert answer.status_code == 422
    assert f"to Worthing Connectors on {day.day} {day.strftime('%B %Y')}" in html
    assert 'id="id_send_anyway"' in html
    assert 'href="#id_send_anyway"' in html
    assert Referral.objects.count() == 1


def test_the_warning_may_be_overridden_and_that_is_recorded(gp: Membership, client: Client) -> None:
    team = team_of(gp, "Worthing Connectors")
    first = ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", person_name="Ada Fern")
    assert client.post(REFER, form(send_anyway="on")).status_code == 302
    move = Referral.objects.exclude(pk=first.pk).get().moves.get()
    assert "Already referred to Worthing Connectors on" in move.words


SAME = [  # who is referred without a number, when Ada Fern of 27 March 1951 and BN11 2AA is open
    {},
    {"postcode": ""},
    {"postcode": "BN43 5AB"},
    {"person_name": "FERN, Ada"},
    {"person_name": "Ada Mary Fern"},
    {"person_name": "Mrs Ada Fearn"},
    {"date_of_birth_day": "28"},
    {"person_name": "Ada Reed"},
]
OTHERS = [
    {"person_name": "Ida Fern"},  # a twin
    {"person_name": "Adam Fern"},
    {"date_of_birth_year": "1976"},  # a daughter of the same name
    {"person_name": "Bo Reed"},
]


@pytest.mark.parametrize("changes", SAME)
def test_without_a_number_name_and_birth_date_warn_too(gp: Membership, client: Client, changes: dict[str, str]) -> None:
    born = date(1951, 3, 27)
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), nhs_number="", person_name="ada fern", date_of_birth=born)
    assert "Already referred" in client.post(REFER, form(nhs_number="", **changes)).text


@pytest.mark.parametrize("changes", OTHERS)
def test_a_twin_or_a_relative_is_not_warned_of(gp: Membership, client: Client, changes: dict[str, str]) -> None:
    born = date(1951, 3, 27)
    ReferralFactory(sent_by=gp, to_agency=team_of(gp), nhs_number="", person_name="Ada Fern", date_of_birth=born)
    assert client.post(REFER, form(nhs_number="", **changes)).status_code == 302


SHARED = [  # whose details come with the number that the agency gave for Ada Fern
    {"person_name": "Bo Reed", "date_of_birth_year": "1980"},
    {"person_name": "Harriet Fern"},  # a twin
    {"person_name": "Harriet Fern", "date_of_birth_year": "1980"},  # a child, with the mother's number
    {"date_of_birth_year": "1980"},  # a daughter of the same name
]


@pytest.mark.parametrize("changes", SHARED)
def test_a_number_given_for_somebody_else_is_to_be_checked_and_nobody_s_data_is_shown(
    gp: Membership, client: Client, changes: dict[str, str]
) -> None:
    last = ReferralFactory(
        sent_by=gp, to_agency=team_of(gp), person_name="Ada Fern", phone="01632 960555", status=ReferralStatus.COMPLETED
    )
    posted = form(**changes)
    for page in (client.post(FIND, posted), client.post(FIND, posted, headers=HTMX), client.post(REFER, posted)):
        assert page.status_code == 422
        assert "Check this number" in page.text
        assert "01632 960555" not in page.text
    assert "Ada Fern" not in client.post(REFER, posted).text or "person_name" not in changes
    assert Referral.objects.get() == last
    assert client.post(REFER, posted | {"number_is_right": "on"}).status_code == 302


def test_one_that_is_finished_does_not_warn(gp: Membership, client: Client) -> None:
    ReferralFactory(to_agency=team_of(gp), nhs_number="9990000018", status=ReferralStatus.COMPLETED)
    assert client.post(REFER, form()).status_code == 302


def test_the_look_up_warns_too_and_tells_only_date_and_team(gp: Membership, client: Client) -> None:
    team = team_of(gp, "Worthing Connectors")
    ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", what_matters="Secret garden")
    html = looked_up(client)
    assert "Already referred" in html
    assert "Secret garden" not in html
    assert 'name="send_anyway"' in html
