"""/refer/: one page, the look-up by NHS number, the stop at danger, drafts, and what happens next."""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import AgencyKind, Draft, Membership, Message
from agencies.working_days import add_working_days
from referrals.models import Referral
from referrals.states import Status
from tests.factories import AgencyFactory, MembershipFactory, ReferralFactory, needs, team_of, teammate
from tests.strict import strict_templates

REFER, FIND, DANGER = "/refer/", "/refer/find/", "/refer/danger/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _strict() -> Any:
    with strict_templates():
        yield


@pytest.fixture
def client(gp: Membership, client_of: Callable[[Membership], Client]) -> Client:
    """The GP's own."""
    return client_of(gp)


def form(**changes: Any) -> dict[str, Any]:
    """What a browser posts for a new person; a field given as None is left out."""
    lonely = needs("Loneliness", "Money or debt")[0]
    posted = {
        "key": str(uuid.uuid4()),
        "started": "",
        "filled": "",
        "nhs_number": "999 000 0018",
        "person_name": "Ada Fern",
        "date_of_birth_day": "27",
        "date_of_birth_month": "3",
        "date_of_birth_year": "1951",
        "phone": "01632 960017",
        "postcode": "bn112aa",
        "needs": [str(lonely.pk)],
        "risk": "none",
        "risks": "",
        "agreement": ["share", "tell"],
        "what_matters": "",
        "message": "",
        "urgency": "routine",
        "contact_by": "phone",
        "contact_avoid": "",
        "email": "",
        "address": "",
    } | changes
    return {name: value for name, value in posted.items() if value is not None}


def page_form(client: Client) -> dict[str, Any]:
    """The hidden fields of a fresh form, with everything else filled in."""
    html = client.get(REFER).content.decode()
    return form(key=value_of(html, "key"), started=value_of(html, "started"))


def value_of(html: str, name: str) -> str:
    """What the input of that name holds; "" when it holds nothing."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert tag, f"No input {name}"
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""


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
    assert abs((referral.started_at - opened).total_seconds()) < 10
    assert referral.started_at < referral.sent_at


@pytest.mark.parametrize("forged", ["", "nonsense", "1:2:3", "\0"])
def test_a_forged_start_is_not_believed(gp: Membership, client: Client, forged: str) -> None:
    team_of(gp)
    answer = client.post(REFER, form(started=forged))
    if forged == "\0":
        assert answer.status_code == 422
    else:
        assert (Referral.objects.get().sent_at - Referral.objects.get().started_at).total_seconds() < 5


def test_the_start_of_another_form_is_not_believed(gp: Membership, client: Client) -> None:
    team_of(gp)
    started = page_form(client)["started"]
    client.post(REFER, form(started=started))
    referral = Referral.objects.get()
    assert (referral.sent_at - referral.started_at).total_seconds() < 1


def test_after_sending_it_says_who_calls_whom_by_when(gp: Membership, client: Client) -> None:
    team = team_of(gp, contact_days=3)
    answer = client.post(REFER, form(), follow=True)
    by = add_working_days(timezone.localdate(), team.contact_days)
    html = answer.content.decode()
    assert f"will call Ada Fern by {by.strftime('%A')} {by.day} {by.strftime('%B')}" in html
    assert Referral.objects.get().reference in html
    assert "Refer another person" in html
    assert "871731000000106" in html


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


# --- Wrong input --------------------------------------------------------------------------------------

WRONG = [
    ({"person_name": " "}, "Enter the person’s full name", "id_person_name"),
    ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "There is no 31 February 1951", "id_date_of_birth_0"),
    ({"date_of_birth_year": "20"}, "The year must have 4 numbers", "id_date_of_birth_2"),
    ({"date_of_birth_year": str(timezone.localdate().year + 1)}, "today or in the past", "id_date_of_birth_0"),
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
        "status": "completed", "from_agency": str(outsider.agency_id), "sent_by": str(outsider.pk),
        "id": str(uuid.uuid4()), "answer_by": "2099-01-01", "practice": str(outsider.agency_id),
        "agreed_to_tell": "true", "moves_made": "9",
    }  # fmt: skip
    client.post(REFER, form(agreement=["share"]) | forged)
    referral = Referral.objects.get()
    assert (referral.status, referral.from_agency, referral.sent_by) == (Status.SENT, gp.agency, gp)
    assert (referral.practice, referral.agreed_to_tell, referral.moves_made) == (gp.agency, False, 1)
    assert referral.answer_by < date(2099, 1, 1)


# --- Danger -------------------------------------------------------------------------------------------


def test_security_12_danger_stops_at_once_whatever_else_is_missing(gp: Membership, client: Client) -> None:
    team_of(gp)
    answer = client.post(REFER, form(risk="danger", person_name="Ada Fern", agreement=None), follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith(DANGER)
    assert not Referral.objects.exists()
    assert "999" in html
    assert "01632 960111" in html
    assert "116 123" in html
    assert "Ada" not in answer.redirect_chain[0][0]


def test_after_danger_nothing_typed_is_lost_and_the_question_is_asked_again(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(risk="danger", what_matters="Her garden")
    html = client.post(REFER, posted, follow=True).content.decode()
    back = f"{REFER}?draft={posted['key']}"
    assert back in html
    page = client.get(back).content.decode()
    assert 'value="Ada Fern"' in page
    assert "Her garden" in page
    assert not re.search(r'name="risk"[^>]*checked', page)


def test_the_danger_page_alone_shows_whom_to_call(gp: Membership, client: Client) -> None:
    assert client.get(DANGER).status_code == 200
    assert client.get(DANGER, {"draft": "x\0"}).status_code == 200


# --- The look-up by NHS number ------------------------------------------------------------------------


def looked_up(client: Client, **changes: Any) -> str:
    blank = {"person_name": "", "date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": "",
             "phone": "", "postcode": "", "needs": None, "risk": None, "agreement": None}  # fmt: skip
    answer = client.post(FIND, form(**(blank | changes)))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_known_person_is_filled_in_with_the_needs_as_last_time(gp: Membership, client: Client) -> None:
    last = ReferralFactory(
        sent_by=gp, to_agency=team_of(gp), nhs_number="9990000018", person_name="Ada Fern", phone="01632 960017",
        address="1 Sea Lane", contact_by="text", status=Status.COMPLETED,
    )  # fmt: skip
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
    last = ReferralFactory(sent_by=gp, to_agency=team, nhs_number="9990000018", status=Status.COMPLETED)
    last.needs.set(needs("Loneliness"))
    html = looked_up(client)
    posted = form(
        key=value_of(html, "key"), started=value_of(html, "started"), person_name=value_of(html, "person_name"),
        phone=value_of(html, "phone"), postcode=value_of(html, "postcode"), needs=[str(last.needs.get().pk)],
    )  # fmt: skip
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
        client, nhs_number="9990000026", filled="9990000018", person_name="Ada Fern", phone="01632 960017",
        date_of_birth_day="27", date_of_birth_month="3", date_of_birth_year="1951",
    )  # fmt: skip
    assert value_of(html, "person_name") == "Bo Reed"
    assert value_of(html, "phone") == ""
    assert "01632 960017" not in html
    gone = looked_up(client, nhs_number="9990000034", filled="9990000018", person_name="Ada Fern", phone="07700 900001")
    assert value_of(gone, "person_name") == ""
    assert value_of(gone, "phone") == "07700 900001"


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
    assert "You have not referred this person before" in html or "Already referred" in html
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


# --- Already referred ---------------------------------------------------------------------------------


def test_an_open_referral_is_warned_of_with_date_and_team(gp: Membership, client: Client) -> None:
    team = team_of(gp, "Worthing Connectors")
    sent_at = timezone.now() - timedelta(days=20)
    ReferralFactory(to_agency=team, nhs_number="9990000018", sent_at=sent_at, person_name="Ada Fern")
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
    ReferralFactory(to_agency=team, nhs_number="9990000018")
    assert client.post(REFER, form(send_anyway="on")).status_code == 302
    move = Referral.objects.get(from_agency=gp.agency).moves.get()
    assert "Already referred to Worthing Connectors on" in move.words


def test_without_a_number_name_birth_date_and_postcode_warn_too(gp: Membership, client: Client) -> None:
    ReferralFactory(
        to_agency=team_of(gp),
        nhs_number="",
        person_name="ada fern",
        date_of_birth=date(1951, 3, 27),
        postcode="BN11 2AA",
    )
    assert client.post(REFER, form(nhs_number="")).status_code == 422
    assert client.post(REFER, form(nhs_number="", person_name="Ada Reed")).status_code == 302


def test_one_that_is_finished_does_not_warn(gp: Membership, client: Client) -> None:
    ReferralFactory(to_agency=team_of(gp), nhs_number="9990000018", status=Status.COMPLETED)
    assert client.post(REFER, form()).status_code == 302


def test_the_look_up_warns_too_and_tells_only_date_and_team(gp: Membership, client: Client) -> None:
    ReferralFactory(to_agency=team_of(gp, "Worthing Connectors"), nhs_number="9990000018", what_matters="Secret garden")
    html = looked_up(client)
    assert "Already referred" in html
    assert "Secret garden" not in html
    assert 'name="send_anyway"' in html


# --- Drafts -------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_by_the_server_and_gone_when_sent(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(what_matters="Her garden")
    page = client.get(REFER).content.decode()
    assert 'data-draft="/accounts/draft/"' in page
    assert client.post("/accounts/draft/", posted | {"draft_key": f"refer:{posted['key']}"}).status_code == 204
    again = client.get(REFER, {"draft": posted["key"]}).content.decode()
    assert 'value="Ada Fern"' in again
    assert "Her garden" in again
    assert value_of(again, "key") == posted["key"]
    client.post(REFER, posted)
    assert not Draft.objects.exists()


def test_save_and_finish_later_needs_no_script(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(
        person_name="Ada Fern", risk=None, agreement=None, later="1", date_of_birth_day="31", date_of_birth_month="2"
    )
    answer = client.post(REFER, posted, follow=True)
    assert answer.redirect_chain == [("/referrals/?list=drafts", 302)]
    html = answer.content.decode()
    assert "Ada Fern" in html
    assert f"/refer/?draft={posted['key']}" in html
    again = client.get(REFER, {"draft": posted["key"]}).content.decode()
    assert value_of(again, "date_of_birth_day") == "31"
    assert "error-summary" not in again


def test_a_resumed_draft_was_started_when_it_was_first_opened(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(later="1", started=None)
    client.post(REFER, posted)
    Draft.objects.update(started_at=timezone.now() - timedelta(hours=3))
    page = client.get(REFER, {"draft": posted["key"]}).content.decode()
    client.post(REFER, form(key=posted["key"], started=value_of(page, "started")))
    referral = Referral.objects.get()
    assert (referral.sent_at - referral.started_at) > timedelta(hours=2)


def test_a_draft_is_nobody_else_s(gp: Membership, client_of: Callable[[Membership], Client]) -> None:
    team_of(gp)
    posted = form(later="1")
    client_of(gp).post(REFER, posted)
    for other in (teammate(gp), MembershipFactory()):
        assert client_of(other).get(REFER, {"draft": posted["key"]}).status_code == 404
        assert client_of(other).post(f"/refer/drafts/{posted['key']}/discard/").status_code == 404
        assert "Ada Fern" not in client_of(other).get("/referrals/?list=drafts").content.decode()
    assert Draft.objects.count() == 1


def test_a_draft_can_be_discarded(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(later="1")
    client.post(REFER, posted)
    assert client.get(f"/refer/drafts/{posted['key']}/discard/").status_code == 405
    client.post(f"/refer/drafts/{posted['key']}/discard/")
    assert not Draft.objects.exists()


def test_a_draft_saved_after_sending_is_no_draft(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form()
    client.post(REFER, posted)
    client.post("/accounts/draft/", posted | {"draft_key": f"refer:{posted['key']}"})
    assert "Ada Fern" not in client.get("/referrals/?list=drafts").content.decode()
    answer = client.get(REFER, {"draft": posted["key"]})
    assert answer.headers["Location"] == reverse("referrals:sent", args=[Referral.objects.get().pk])


@pytest.mark.parametrize("wanted", ["nonsense", "\0", "0b7c6f0e-3f0b-4f4c-9b61-111111111111"])
def test_a_draft_that_is_not_there_is_not_found(gp: Membership, client: Client, wanted: str) -> None:
    assert client.get(REFER, {"draft": wanted}).status_code == 404


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
