"""A referrer learns of another agency's referral that one is open, and never whose; of the protected not even that."""

import uuid
from datetime import timedelta

import pytest

from agencies.access import Role
from agencies.models import Author
from cases.actions.named_workers import restrict_case
from cases.actions.opening import accept_referral
from referrals.models import LookUp, Referral
from tests.factories import MembershipFactory, ReferralFactory, team_of
from tests.referrals.posted import REFER, form

WORDS = "Another organisation has referred this person already"


@pytest.fixture
def elsewhere():
    return ReferralFactory(person_name="Ada Fern", sent_by__user__name="Dr Other")


def send(client_of, gp, **changes):
    team_of(gp)
    return client_of(gp).post(REFER, form(**changes))


def test_it_says_that_one_is_open_and_never_whose(client_of, gp, elsewhere):
    answer = send(client_of, gp)
    assert answer.status_code == 422
    assert WORDS in answer.text
    alert = answer.text.partition(WORDS)[2].partition("</form>")[0].partition("Which team?")[0]
    assert "Dr Other" not in answer.text
    assert elsewhere.from_agency.name not in answer.text
    assert elsewhere.to_agency.name not in alert  # it is among the teams to choose from, as each is
    assert LookUp.objects.get(member=gp).found


def test_it_is_sent_all_the_same_when_they_say_so(client_of, gp, elsewhere):
    assert send(client_of, gp, send_anyway="on").status_code == 302
    sent = Referral.objects.get(from_agency=gp.agency)
    assert elsewhere.from_agency.name not in sent.moves.get().words


@pytest.mark.parametrize(
    "other",
    [
        {"nhs_number": "999 000 0026"},
        {"date_of_birth_year": "1952"},
        {"person_name": "Bertram Oak"},
        {"nhs_number": ""},
    ],
)
def test_given_one_detail_is_another_then_nothing_is_told(client_of, gp, elsewhere, other):
    assert WORDS not in send(client_of, gp, **other).text


def test_of_a_protected_person_it_answers_as_for_nobody(client_of, gp, elsewhere):
    worker = MembershipFactory(role=Role.CONNECTOR, agency=elsewhere.to_agency)
    lead = MembershipFactory(role=Role.LEAD, agency=elsewhere.to_agency)
    case = accept_referral(referral=elsewhere, by=Author.of(worker), person=None, key=uuid.uuid4())
    words = {"words": "A refuge", "key": uuid.uuid4()}
    restrict_case(case=case, by=Author.of(lead), level="protected", workers=[worker], **words)
    assert send(client_of, gp).status_code == 302


def test_after_too_many_nothing_is_told(client_of, gp, elsewhere, monkeypatch):
    monkeypatch.setattr("referrals.models.look_up.MAX_LOOK_UPS", {timedelta(hours=1): 0})
    assert WORDS not in send(client_of, gp).text
