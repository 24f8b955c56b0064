"""/refer/ with wrong, hostile and unusual input: said at the field, nothing typed lost, never a 500."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from agencies.models import Membership
from referrals.models import Referral
from referrals.states import ReferralStatus
from tests.factories import team_of
from tests.referrals.posted import REFER, form


@pytest.fixture
def client(gp: Membership, client_of: Callable[[Membership], Client]) -> Client:
    """The GP's own."""
    return client_of(gp)


# --- Wrong input --------------------------------------------------------------------------------------

WRONG = [
    ({"person_name": " "}, "Enter the person’s full name", "id_person_name"),
    ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "There is no 31 February 1951", "id_date_of_birth_0"),
    ({"date_of_birth_year": "20"}, "The year must have 4 numbers", "id_date_of_birth_2"),
    ({"date_of_birth_year": "2999"}, "today or in the past", "id_date_of_birth_0"),
    ({"date_of_birth_year": "1851"}, "or later", "id_date_of_birth_2"),
    ({"date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": ""}, "Enter their date of birth", ""),
    ({"nhs_number": "999 000 0019"}, "This is not an NHS number", "id_nhs_number"),
    ({"nhs_number": "9999999999"}, "This is not an NHS number", "id_nhs_number"),
    ({"phone": ""}, "Enter a phone number, or choose another way", "id_phone"),
    ({"phone": "call me"}, "Enter a UK phone number", "id_phone"),
    ({"contact_by": "email"}, "Enter their e-mail address", "id_email"),
    ({"contact_by": "letter"}, "Enter their address", "id_address"),
    ({"contact_by": "other"}, "Say whom to contact instead", "id_contact_avoid"),
    ({"postcode": "BN1"}, "Enter a full postcode", "id_postcode"),
    ({"needs": None}, "Tick what they need help with", "id_needs_0"),
    ({"needs": ["no such need"]}, "not one of the available choices", "id_needs_0"),
    ({"risk": None}, "Say whether there are any risks", "id_risk_0"),
    ({"risk": "some"}, "Say what the risks are", "id_risks"),
    ({"risks": "A dog"}, "You wrote about a risk", "id_risk_0"),
    ({"agreement": None}, "Ask the person, and tick", "id_agreement_0"),
    ({"agreement": ["tell"]}, "Without the person’s agreement", "id_agreement_0"),
    ({"what_matters": "x" * 1001}, "1000 characters or fewer", "id_what_matters"),
    ({"email": "nobody"}, "like name@example.org", "id_email"),
]


@pytest.mark.parametrize(("changes", "words", "target"), WRONG)
def test_wrong_input_is_said_at_the_field_and_nothing_typed_is_lost(
    gp: Membership, client: Client, changes: dict[str, Any], words: str, target: str
) -> None:
    team_of(gp)
    answer = client.post(
        REFER,
        form(message="Please ring the side door", **changes),
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert "<title>Error:" in html.replace("\n", "")
    assert "Please ring the side door" in html
    assert not Referral.objects.exists()
    if target:
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in html


def test_an_error_under_add_more_opens_it(gp: Membership, client: Client) -> None:
    team_of(gp)
    assert '<details class="more">' in client.get(REFER).content.decode()
    assert '<details class="more" open>' in client.post(REFER, form(email="nobody")).content.decode()


def test_a_person_without_phone_can_be_reached_by_letter(gp: Membership, client: Client) -> None:
    team_of(gp)
    client.post(REFER, form(phone="", contact_by="letter", address="1 Sea Lane\nWorthing"))
    assert Referral.objects.get().contact_by == "letter"


@pytest.mark.parametrize("name", ["O'Brien", "Ånne Łódź-Prŷs", "محمد علي", "Zoë 🌻", "Nguyễn Thị <b>Bé</b>", "李小龍"])
def test_names_of_the_whole_world_are_kept(gp: Membership, client: Client, name: str) -> None:
    team_of(gp)
    answer = client.post(REFER, form(person_name=name), follow=True)
    assert Referral.objects.get().person_name == name
    assert "<b>Bé" not in answer.content.decode()


@pytest.mark.parametrize(
    "field", ["person_name", "what_matters", "risks", "phone", "postcode", "nhs_number", "address"]
)
def test_nul_bytes_do_no_harm(gp: Membership, client: Client, field: str) -> None:
    team_of(gp)
    assert client.post(REFER, form() | {field: "a\0b"}).status_code in (302, 422)


@pytest.mark.parametrize(
    "field", ["person_name", "what_matters", "email", "nhs_number", "risk", "needs", "key", "started"]
)
def test_ten_megabytes_in_a_field_are_refused(gp: Membership, client: Client, field: str) -> None:
    team_of(gp)
    assert client.post(REFER, form() | {field: "x" * 10_000_000}).status_code in (400, 413, 422)
    assert client.post(REFER, form() | {field: "x" * 1_000_000}).status_code == 422 or field == "started"
    assert field == "started" or not Referral.objects.exists()


def test_security_58_posted_fields_beyond_the_form_are_ignored(
    gp: Membership, client: Client, outsider: Membership
) -> None:
    team_of(gp)
    forged = {
        "status": "completed",
        "from_agency": str(outsider.agency_id),
        "sent_by": str(outsider.pk),
        "id": str(uuid.uuid4()),
        "answer_by": "2099-01-01",
        "practice": str(outsider.agency_id),
        "agreed_to_tell": "true",
        "moves_made": "9",
    }
    client.post(REFER, form(agreement=["share"]) | forged)
    referral = Referral.objects.get()
    assert (referral.status, referral.from_agency, referral.sent_by) == (ReferralStatus.SENT, gp.agency, gp)
    assert (referral.practice, referral.agreed_to_tell, referral.moves_made) == (gp.agency, False, 1)
    assert referral.answer_by < date(2099, 1, 1)
