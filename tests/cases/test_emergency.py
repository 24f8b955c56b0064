"""Opening a restricted case in an emergency: why, until when, who hears of it, and what the person reads."""

import time
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agencies.access import Role
from agencies.models import Author, Message
from cases.access_log import load_log_for_person
from cases.actions.named_workers import open_in_emergency, restrict_case, review_opening
from cases.jobs import report_unreviewed_openings
from cases.models import Case, EmergencyOpening, Entry, Kind, Reading
from referrals.models import LookUp
from tests.conftest import signed_in_client
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, teammate

URL = "/cases/emergency/"
NUMBER = "9990000018"


@pytest.fixture
def colleague(connector):
    return teammate(connector)


@pytest.fixture
def case(connector, lead):
    case = CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield", nhs_number=NUMBER))
    restrict_case(
        case=case, by=Author.of(lead), level="protected", workers=[connector], words="A refuge", key=uuid.uuid4()
    )
    case.refresh_from_db()
    return case


def confirmed(client, member):
    """Signed in, and who it is confirmed again a moment ago."""
    signed_in_client(client, member)
    session = client.session
    key = "account_authentication_methods"
    session[key] = [*session[key], {"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return client


def data(who=NUMBER, **more):
    given = {"who": who, "reason": "She has fallen and rang us", "key": str(uuid.uuid4())}
    return given | more


def opened(case, member, **more):
    return open_in_emergency(case=case.pk, by=member, reason="A fall", key=uuid.uuid4(), **more)


def move_clock(opening, **ago):
    """As if it had been opened so long ago."""
    EmergencyOpening.objects.filter(pk=opening.pk).update(
        at=opening.at - timedelta(**ago), until=opening.until - timedelta(**ago)
    )
    seats = opening.case.circle.filter(member=opening.member, until__isnull=False)
    seats.update(until=opening.until - timedelta(**ago))


def test_first_it_is_confirmed_who_one_is(client_of, colleague, case):
    response = client_of(colleague).get(URL)
    assert response.status_code == 302
    assert "/reauthenticate/" in response["Location"]
    assert "/reauthenticate/" in client_of(colleague).post(URL, data())["Location"]
    assert not EmergencyOpening.objects.exists()


@pytest.mark.parametrize("who", ["number", "reference", "name"])
def test_it_opens_for_an_hour_with_a_banner_and_is_told_at_once(client, colleague, lead, case, who):
    steward = MembershipFactory(role=Role.STEWARD)
    confirmed(client, colleague)
    typed = {
        "number": data(),
        "reference": data(case.reference.lower()),
        "name": data("whitfield, joan", born_day=27, born_month=3, born_year=1951),
    }[who]
    page = client.post(URL, typed, follow=True)
    assert page.redirect_chain[-1][0] == reverse("cases:case", args=[case.pk])
    assert "Opened in an emergency" in page.text
    assert "Close it now" in page.text
    opening = EmergencyOpening.objects.get()
    assert opening.until - opening.at == timedelta(minutes=60)
    told = {message.to: message for message in Message.objects.filter(key__startswith="emergency")}
    assert set(told) == {lead.user.email, steward.user.email, case.lead.user.email}
    for message in Message.objects.all():
        assert "Whitfield" not in message.body
        assert "fallen" not in message.body
        assert NUMBER not in message.body
    assert str(opening.pk) not in told[steward.user.email].body
    entry = Entry.objects.get(kind=Kind.EMERGENCY)
    assert (entry.audience, entry.text) == ("team", "She has fallen and rang us")


def test_after_its_time_it_is_gone_and_may_be_opened_again(colleague, case):
    opening = opened(case, colleague)
    assert Case.visible_to(colleague).exists()
    assert Entry.visible_to(colleague).exists()
    move_clock(opening, minutes=61)
    assert not Case.visible_to(colleague).exists()
    assert not Entry.visible_to(colleague).exists()
    assert opened(case, colleague) != opening
    assert Case.visible_to(colleague).get() == case


def test_it_is_for_who_opened_it_alone_and_names_nobody(client_of, connector, colleague, lead, case):
    opened(case, colleague)
    assert not Case.visible_to(teammate(connector)).exists()
    give = reverse("cases:give", args=[case.pk])
    assert client_of(colleague).post(give, {"to": colleague.pk, "key": uuid.uuid4()}).status_code == 403
    opened(case, lead)
    words = {"words": "x", "key": uuid.uuid4()}
    with pytest.raises(PermissionDenied):
        restrict_case(case=case, by=Author.of(lead), level="protected", workers=[lead], **words)
    with pytest.raises(PermissionDenied):
        restrict_case(case=case, by=Author.of(lead), level="", workers=[], **words)


def test_it_can_be_closed_before_its_time(client_of, colleague, case):
    opened(case, colleague)
    url = reverse("cases:end_opening", args=[case.pk])
    assert client_of(colleague).get(url).status_code == 405
    assert client_of(colleague).post(url).status_code == 302
    assert not Case.visible_to(colleague).exists()
    assert client_of(colleague).post(url).status_code == 404


def test_given_the_same_post_or_another_while_it_lasts_then_it_is_opened_once(colleague, case):
    key = uuid.uuid4()
    first = open_in_emergency(case=case.pk, by=colleague, reason="A fall", key=key)
    assert open_in_emergency(case=case.pk, by=colleague, reason="A fall", key=key) == first
    assert opened(case, colleague) == first
    assert Message.objects.filter(key__startswith=f"emergency {first.pk}").count() == 2  # lead, worker; no steward here


def test_who_sees_it_anyway_and_strangers_open_nothing(connector, outsider, gp, case):
    for member in (connector, outsider, gp):
        with pytest.raises(PermissionDenied):
            opened(case, member)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"who": ""}, "who"),
        ({"reason": ""}, "reason"),
        ({"who": "Joan Whitfield"}, "born"),
        ({"who": "Joan Whitfield", "born_day": 28, "born_month": 3, "born_year": 1951}, "who"),
        ({"who": "9990000026"}, "who"),
        ({"who": "00000000"}, "who"),
    ],
)
def test_given_wrong_details_then_nothing_opens(client, colleague, case, wrong, field):
    response = confirmed(client, colleague).post(URL, data() | wrong)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not EmergencyOpening.objects.exists()


def test_each_try_is_counted_and_there_is_an_end_to_them(client, colleague, case, monkeypatch):
    monkeypatch.setattr("referrals.models.look_up.MAX_EMERGENCIES", {timedelta(hours=1): 2})
    confirmed(client, colleague)
    answers = [client.post(URL, data("9990000026")).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
    assert LookUp.objects.count() == 2
    assert client.post(URL, data()).status_code == 429
    assert not EmergencyOpening.objects.exists()


def test_a_reader_without_the_permission_and_a_wrong_verb(client_of, gp, client, colleague):
    assert client_of(gp).get(URL).status_code == 403
    assert confirmed(client, colleague).delete(URL).status_code == 405


# --- What the person reads, and the lead's review --------------------------------------------------------


def read_by_person(case):
    return [reading.reader_name for reading in load_log_for_person(case)]


def test_the_person_reads_that_it_was_opened(client_of, colleague, case):
    opened(case, colleague)
    client_of(colleague).get(reverse("cases:case", args=[case.pk]))
    assert read_by_person(case) == [colleague.user.name]
    assert Reading.objects.get().emergency is not None


def test_given_a_safeguarding_reason_then_not_before_the_lead_has_looked(client_of, colleague, lead, case):
    opening = opened(case, colleague, safeguarding="He reads her post")
    client_of(colleague).get(reverse("cases:case", args=[case.pk]))
    assert read_by_person(case) == []
    url = reverse("cases:review", args=[opening.pk])
    client = client_of(lead)
    assert "He reads her post" in client.get(url).text
    assert client.post(url, {"finding": ""}).status_code == 422
    assert client.post(url, {"finding": "Right to do"}).status_code == 302
    assert read_by_person(case) == [colleague.user.name]
    assert "Right to do" in client.get(url).text


def test_given_nobody_looks_in_time_then_the_person_reads_of_it_and_the_steward_hears_once(client_of, colleague, case):
    steward = MembershipFactory(role=Role.STEWARD)
    opening = opened(case, colleague, safeguarding="He reads her post")
    client_of(colleague).get(reverse("cases:case", args=[case.pk]))
    report_unreviewed_openings(0)
    assert Message.objects.filter(to=steward.user.email).count() == 1
    move_clock(opening, hours=73)
    assert read_by_person(case) == [colleague.user.name]
    report_unreviewed_openings(0)
    report_unreviewed_openings(0)
    late = Message.objects.filter(to=steward.user.email).latest("created_at")
    assert Message.objects.filter(to=steward.user.email).count() == 2
    assert "72 hours" in late.body
    assert "Whitfield" not in late.body


def test_the_paper_for_the_person_has_who_opened_it(client_of, connector, case):
    client_of(connector).get(reverse("cases:case", args=[case.pk]))
    assert client_of(connector).get(reverse("cases:history_pdf", args=[case.pk]), {"for": "person"}).status_code == 200


def test_nobody_reviews_what_they_opened_themselves(client_of, lead, case):
    opening = opened(case, lead)
    page = client_of(lead).get(reverse("cases:review", args=[opening.pk])).text
    assert "Somebody else who leads the team" in page
    with pytest.raises(PermissionDenied):
        review_opening(opening=opening, by=lead, finding="Fine")


def test_the_first_review_stands(lead, colleague, case):
    opening = opened(case, colleague)
    review_opening(opening=opening, by=lead, finding="Fine")
    other = teammate(lead, Role.LEAD)
    assert review_opening(opening=opening, by=other, finding="Not fine").finding == "Fine"


def test_the_review_is_the_teams_lead_alone(client_of, connector, colleague, outsider, case):
    url = reverse("cases:review", args=[opened(case, colleague).pk])
    assert client_of(connector).get(url).status_code == 403
    assert client_of(MembershipFactory(role=Role.LEAD)).get(url).status_code == 404
    assert client_of(MembershipFactory(role=Role.STEWARD)).get(url).status_code == 403


def test_the_list_of_the_lead_shows_what_is_late(client_of, colleague, lead, case):
    move_clock(opened(case, colleague), hours=73)
    page = client_of(lead).get(reverse("cases:restricted")).text
    assert "Late" in page
    assert "Whitfield" not in page
