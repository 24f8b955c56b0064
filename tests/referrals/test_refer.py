"""/refer/: one page for a new person, what happens next, what is asked again, and who may."""

import re
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencyKind, Membership, Message
from config.working_days import add_working_days
from referrals.models import Referral
from tests.factories import AgencyFactory, MembershipFactory, ReferralFactory, needs, team_of, teammate
from tests.referrals.posted import DANGER, FIND, HTMX, REFER, form, page_form


@pytest.fixture
def client(gp: Membership, client_of: Callable[[Membership], Client]) -> Client:
    """The GP's own."""
    return client_of(gp)


# --- It works -----------------------------------------------------------------------------------------


def test_a_new_person_is_referred_on_one_page(gp: Membership, client: Client) -> None:
    team = team_of(gp, answer_days=2, contact_days=3)
    answer = client.post(REFER, page_form(client))
    referral = Referral.objects.get()
    assert answer.headers["Location"] == reverse("referrals:sent", args=[referral.pk])
    assert (referral.from_agency, referral.to_agency, referral.sent_by) == (gp.agency, team, gp)
    assert (referral.person_name, referral.nhs_number, referral.postcode) == ("Ada Fern", "9990000018", "BN11 2AA")
    assert referral.date_of_birth == date(1951, 3, 27)
    assert referral.no_known_risks
    assert referral.agreed_to_share
    assert referral.agreed_to_tell
    assert referral.practice == gp.agency
    assert referral.started_at <= referral.sent_at
    assert [need.name for need in referral.needs.all()] == ["Loneliness"]


def test_the_page_says_before_sending_when_the_team_answers(gp: Membership, client: Client) -> None:
    team_of(gp, "Worthing Connectors", answer_days=2, phone="01632 960042")
    html = client.get(REFER).content.decode()
    by = add_working_days(timezone.localdate(), 2)
    assert "Worthing Connectors" in html
    assert f"answer within 2 working days: by {by.strftime('%A')} {by.day} {by.strftime('%B')}" in html
    assert "01632 960042" in html


def test_a_new_person_takes_at_most_eight_inputs(gp: Membership, client: Client) -> None:
    team_of(gp)
    needs("Loneliness")
    html = client.get(REFER).content.decode()
    before_more = html[html.index("<form method") : html.index("Add more")] + html[html.index("the-agreement") :]
    questions = {"nhs_number", "person_name", "date_of_birth", "phone", "postcode", "needs", "risk", "agreement"}
    named = set(re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]*name="(\w+)"', before_more))
    assert {re.sub("_(day|month|year)$", "", name) for name in named} - {"risks"} == questions


def test_the_time_to_refer_is_measured_from_the_first_opening(gp: Membership, client: Client) -> None:
    team_of(gp)
    opened = timezone.now()
    client.post(REFER, page_form(client))
    referral = Referral.objects.get()
    assert abs(referral.started_at - opened) < timedelta(minutes=2)
    assert referral.started_at < referral.sent_at


@pytest.mark.parametrize("forged", ["", "nonsense", "1:2:3", "\0"])
def test_a_forged_start_is_not_believed(gp: Membership, client: Client, forged: str) -> None:
    team_of(gp)
    answer = client.post(REFER, form(started=forged))
    if forged == "\0":
        assert answer.status_code == 422
    else:
        assert (Referral.objects.get().sent_at - Referral.objects.get().started_at) < timedelta(minutes=30)


def test_the_start_of_another_form_is_not_believed(gp: Membership, client: Client) -> None:
    team_of(gp)
    long_ago = signing.dumps([str(uuid.uuid4()), time.time() - 3600], salt="refer")
    client.post(REFER, form(started=long_ago))
    referral = Referral.objects.get()
    assert (referral.sent_at - referral.started_at) < timedelta(minutes=30)


def test_after_sending_it_says_who_calls_whom_by_when(gp: Membership, client: Client) -> None:
    team = team_of(gp, contact_days=3)
    answer = client.post(REFER, form(), follow=True)
    by = add_working_days(timezone.localdate(), team.contact_days)
    html = answer.content.decode()
    assert f"will call Ada Fern by {by.strftime('%A')} {by.day} {by.strftime('%B')}" in html
    assert Referral.objects.get().reference in html
    assert "Refer another person" in html
    assert "871731000000106" not in html  # it is the first contact's, not the referral form's
    assert "the SNOMED CT code belongs to the first contact" in html


def test_agreement_not_to_tell_the_practice_is_recorded_and_said(gp: Membership, client: Client) -> None:
    team_of(gp)
    answer = client.post(REFER, form(agreement=["share"]), follow=True)
    assert not Referral.objects.get().agreed_to_tell
    assert "did not agree that you are told how it went" in answer.content.decode()


def test_the_team_hears_that_one_is_waiting_and_nothing_about_the_person(gp: Membership, client: Client) -> None:
    team = team_of(gp)
    client.post(REFER, form())
    message = Message.objects.get(to=team.email)
    assert "Fern" not in message.subject + message.body
    assert "999" not in message.subject + message.body


def test_an_urgent_one_is_answered_in_one_working_day(gp: Membership, client: Client) -> None:
    team_of(gp, answer_days=5)
    client.post(REFER, form(urgency="soon"))
    assert Referral.objects.get().answer_by == add_working_days(timezone.localdate(), 1)


def test_risks_are_kept_as_written(gp: Membership, client: Client) -> None:
    team_of(gp)
    client.post(REFER, form(risk="some", risks="A dog.\r\nFalls."))
    referral = Referral.objects.get()
    assert (referral.no_known_risks, referral.risks) == (False, "A dog.\nFalls.")


def test_with_several_teams_another_than_the_usual_can_be_chosen(gp: Membership, client: Client) -> None:
    usual, other = team_of(gp), AgencyFactory(kind=AgencyKind.CONNECTORS, name="Shoreham Connectors")
    html = client.get(REFER).content.decode()
    assert re.search(rf'<option value="{usual.pk}" selected>', html)
    client.post(REFER, form(to_agency=str(other.pk)))
    assert Referral.objects.get().to_agency == other


def test_without_a_usual_team_one_of_several_must_be_chosen(gp: Membership, client: Client) -> None:
    one, _ = [AgencyFactory(kind=AgencyKind.CONNECTORS) for _ in range(2)]
    answer = client.post(REFER, form())
    assert answer.status_code == 422
    assert "Choose a team" in answer.content.decode()
    client.post(REFER, form(to_agency=str(one.pk)))
    assert Referral.objects.get().to_agency == one


def test_the_contact_centre_refers_to_a_team_it_chooses(
    contact_centre: Membership, client_of: Callable[[Membership], Client]
) -> None:
    teams = [AgencyFactory(kind=AgencyKind.CONNECTORS, name=name) for name in ("Hill Team", "Sea Team")]
    client = client_of(contact_centre)
    html = client.get(REFER).content.decode()
    assert "Hill Team" in html
    assert "Sea Team" in html
    assert '<details class="more" open>' in html
    client.post(REFER, form(to_agency=str(teams[1].pk)))
    referral = Referral.objects.get()
    assert (referral.to_agency, referral.practice) == (teams[1], None)
    assert "SNOMED" not in client.get(reverse("referrals:sent", args=[referral.pk])).content.decode()


def test_a_referral_goes_to_no_agency_but_a_connector_team(gp: Membership, client: Client) -> None:
    team_of(gp)
    AgencyFactory(kind=AgencyKind.CONNECTORS)
    charity = AgencyFactory(kind=AgencyKind.VOLUNTARY)
    assert client.post(REFER, form(to_agency=str(charity.pk))).status_code == 422
    assert not Referral.objects.exists()


def test_a_connector_refers_to_the_own_team(connector: Membership, client_of: Callable[[Membership], Client]) -> None:
    AgencyFactory(kind=AgencyKind.CONNECTORS)
    client_of(connector).post(REFER, form())
    referral = Referral.objects.get()
    assert referral.to_agency == connector.agency
    assert referral.practice is None


# --- Who may, and how ---------------------------------------------------------------------------------


def test_roles_that_do_not_refer_are_refused(
    provider: Membership, steward: Membership, client_of: Callable[[Membership], Client]
) -> None:
    for member in (provider, steward):
        client = client_of(member)
        assert client.get(REFER).status_code == 403
        assert client.post(REFER, form()).status_code == 403
        assert client.post(FIND, form()).status_code == 403
        assert client.get(DANGER).status_code == 403
        assert client.get(f"/refer/sent/{uuid.uuid4()}/").status_code == 403
    assert not Referral.objects.exists()


def test_signed_out_goes_to_sign_in(db: None) -> None:
    assert "sign" in Client().get(REFER).headers["Location"] or "login" in Client().get(REFER).headers["Location"]
    assert Client().post(REFER, {}).status_code == 302


def test_the_confirmation_is_the_own_agency_s(gp: Membership, client_of: Callable[[Membership], Client]) -> None:
    referral = ReferralFactory(sent_by=gp, to_agency=team_of(gp))
    path = reverse("referrals:sent", args=[referral.pk])
    assert client_of(gp).get(path).status_code == 200
    assert client_of(teammate(gp)).get(path).status_code == 200
    assert client_of(MembershipFactory()).get(path).status_code == 404
    assert client_of(gp).post(path).status_code == 405


def test_wrong_verbs(gp: Membership, client: Client) -> None:
    assert client.put(REFER).status_code == 405
    assert client.get(FIND).status_code == 405
    assert client.post(DANGER).status_code == 405


def test_security_22_every_post_needs_the_token(
    gp: Membership, sign_in: Callable[[Client, Membership], Client]
) -> None:
    strict = sign_in(Client(enforce_csrf_checks=True), gp)
    assert strict.post(REFER, form()).status_code == 403
    assert strict.post(FIND, form(), headers=HTMX).status_code == 403
    assert not Referral.objects.exists()


def test_security_57_the_page_is_stored_nowhere(gp: Membership, client: Client) -> None:
    assert "no-store" in client.get(REFER).headers["Cache-Control"]
