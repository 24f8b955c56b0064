"""What people ask about their own records: noted by anybody of the team, answered by its lead, and the clock of it."""

import datetime
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Message
from cases.actions.erasure import ERASED_NAME
from cases.actions.named_workers import restrict_case
from cases.actions.person_link import link_people
from cases.actions.rights import move_request, receive_request
from cases.jobs import remind_of_due_requests
from cases.models import CaseReferral, Kind, RightsRequest
from cases.models.rights import answer_deadline
from cases.states import RightKind, RightsStatus
from config.transitions import MoveRefused
from config.working_days import is_working_day
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    OnwardReferralFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    booked,
    teammate,
)
from tests.jobs import run_jobs

S = RightsStatus


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield", person__nhs_number="9990000018")


def asked(case, by, **more):
    said = {"requester": "Joan Whitfield", "reply_to": "1 Harbour Road", "words": "", "everywhere": False}
    said |= {"kind": RightKind.ACCESS, "received_on": timezone.localdate(), "key": uuid.uuid4()} | more
    return receive_request(of=case, by=Author.of(by), **said)


def post(client, case, **more):
    today = timezone.localdate()
    said = {"kind": "access", "requester": "Joan Whitfield", "reply_to": "1 Harbour Road", "key": uuid.uuid4()}
    day = {"received_on_day": today.day, "received_on_month": today.month, "received_on_year": today.year}
    return client.post(reverse("cases:case_rights", args=[case.pk]), said | day | more)


# --- The clock --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "more", "due"),
    [
        ((2026, 3, 10), {}, (2026, 4, 10)),
        ((2026, 1, 30), {}, (2026, 3, 2)),  # no 30 February: the 28th, a Saturday, so the Monday after
        ((2026, 11, 25), {}, (2026, 12, 29)),  # 25 and 28 December are holidays, the days between a weekend
        ((2026, 3, 10), {"extended": True}, (2026, 6, 10)),
        ((2026, 3, 10), {"paused_days": 6}, (2026, 4, 16)),
        ((2026, 12, 1), {"extended": True}, (2027, 3, 1)),
    ],
)
def test_the_day_to_answer_by(received, more, due):
    assert answer_deadline(datetime.date(*received), **more) == datetime.date(*due)


def test_while_the_person_is_waited_for_the_clock_stands_still(case, lead):
    request = asked(case, lead, received_on=timezone.localdate() - datetime.timedelta(days=20))
    due = request.due_on
    move_request(request, S.PAUSED, by=Author.of(lead), words="Which years do you mean?")
    assert request.paused_on == timezone.localdate()
    assert not request.is_late
    RightsRequest.objects.filter(pk=request.pk).update(paused_on=timezone.localdate() - datetime.timedelta(days=7))
    move_request(request, S.ACTIVE, by=Author.of(lead), words="This year")
    assert (request.paused_on, request.paused_days) == (None, 7)
    assert request.due_on == answer_deadline(request.received_on, paused_days=7) > due
    assert is_working_day(request.due_on)


def test_waiting_for_the_person_makes_nothing_late_be_in_time(client_of, case, lead):
    request = asked(case, lead, received_on=timezone.localdate() - datetime.timedelta(days=60))
    due = request.due_on
    move_request(request, S.PAUSED, by=Author.of(lead), words="Which years do you mean?")
    assert request.is_late
    assert "It was due" in client_of(lead).get(reverse("cases:rights_request", args=[request.pk])).text
    RightsRequest.objects.filter(pk=request.pk).update(paused_on=timezone.localdate() - datetime.timedelta(days=7))
    move_request(request, S.ACTIVE, by=Author.of(lead), words="This year")
    assert (request.due_on, request.paused_days, request.is_late) == (due, 0, True)


def test_of_a_restricted_record_who_is_not_named_answers_nothing(client_of, case, connector, lead):
    named = {"level": "named", "workers": [connector], "words": "Family of a colleague", "key": uuid.uuid4()}
    restrict_case(case=case, by=Author.of(lead), **named)
    request, client = asked(case, connector), client_of(lead)
    move_request(request, S.ACTIVE, by=Author.of(connector), words="Passport seen")
    url = reverse("cases:rights_request", args=[request.pk])
    page = client.get(reverse("cases:rights")).text
    assert "Restricted case" in page
    assert "Whitfield" not in page
    nothing = {"after": "nothing", "words": "There is nothing", "key": uuid.uuid4()}
    assert client.post(url, nothing).status_code == 404
    for name in ("cases:rights_request", "cases:copy", "cases:copy_pdf", "cases:erase"):
        assert client.get(reverse(name, args=[request.pk])).status_code == 404
    request.refresh_from_db()
    assert request.status == S.ACTIVE
    named |= {"workers": [connector, teammate(lead, Role.LEAD)], "key": uuid.uuid4()}
    restrict_case(case=case, by=Author.of(lead), **named)
    assert "Whitfield" in client_of(named["workers"][1]).get(reverse("cases:copy", args=[request.pk])).text


def test_nobody_says_that_nothing_is_held_of_whom_there_is_a_record(client_of, case, lead):
    request, client = asked(case, lead), client_of(lead)
    url = reverse("cases:rights_request", args=[request.pk])
    assert "We hold nothing" not in client.get(url).text
    said = {"after": "nothing", "words": "There is nothing", "key": uuid.uuid4()}
    assert client.post(url, said).status_code == 422
    case.person.name = ERASED_NAME
    case.person.save()
    assert "We hold nothing" in client.get(url).text


def test_more_time_is_taken_once_with_a_reason_and_before_the_date(case, lead):
    request = asked(case, lead)
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    with pytest.raises(MoveRefused, match="why"):
        move_request(request, S.ACTIVE, by=Author.of(lead))
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Nine years of notes")
    assert request.due_on == answer_deadline(request.received_on, extended=True)
    with pytest.raises(MoveRefused, match="once"):
        move_request(request, S.ACTIVE, by=Author.of(lead), words="Again")
    late = asked(case, lead, received_on=timezone.localdate() - datetime.timedelta(days=60))
    move_request(late, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    assert late.is_late
    with pytest.raises(MoveRefused, match="before the date"):
        move_request(late, S.ACTIVE, by=Author.of(lead), words="Nine years of notes")


def test_a_step_that_the_table_does_not_know_is_refused(case, lead):
    request = asked(case, lead)
    with pytest.raises(MoveRefused, match="received"):
        move_request(request, S.DONE, by=Author.of(lead))


def test_each_step_stays_and_stands_in_the_history(case, lead):
    request = asked(case, lead)
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    assert [move.deed for move in request.moves.order_by("number")] == ["received", "identity checked"]
    told = [entry.details["what"] for entry in case.entries.filter(kind=Kind.RIGHT).order_by("number")]
    assert told == ["A copy of what we hold: received", "A copy of what we hold: identity checked"]
    assert set(case.entries.filter(kind=Kind.RIGHT).values_list("audience", flat=True)) == {"team"}
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_rightsmove SET words = 'other'")


# --- The pages --------------------------------------------------------------------------------------


def test_anybody_of_the_team_notes_it_and_the_lead_has_it_in_the_list(client_of, connector, lead, case):
    response = post(client_of(connector), case, words="All of it, please")
    assert response.url == reverse("cases:case_rights", args=[case.pk])
    request = RightsRequest.objects.get()
    page = client_of(lead).get(reverse("cases:rights")).text
    assert "Joan Whitfield" in page
    assert reverse("cases:rights_request", args=[request.pk]) in page
    assert "All of it, please" in client_of(lead).get(reverse("cases:rights_request", args=[request.pk])).text
    assert case.readings.filter(page="request about their records", member=lead).exists()
    letter = Message.with_key_prefix(f"person {case.pk} ").get()
    assert "We have your request" in letter.body


def test_sent_twice_it_is_one(client_of, connector, case):
    client, key = client_of(connector), uuid.uuid4()
    post(client, case, key=key)
    post(client, case, key=key)
    assert RightsRequest.objects.count() == 1
    assert RightsRequest.objects.get().moves.count() == 1


def test_the_lead_takes_it_from_step_to_step(client_of, lead, case):
    request, client = asked(case, lead), client_of(lead)
    url = reverse("cases:rights_request", args=[request.pk])
    key = uuid.uuid4()
    for _ in range(2):
        response = client.post(url, {"after": "active", "words": "Passport seen", "key": key})
        assert response.status_code == 302
    request.refresh_from_db()
    assert (request.status, request.moves_made) == (S.ACTIVE, 2)
    assert "Passport seen" in client.get(url).text
    response = client.post(url, {"after": "refused", "words": "", "key": uuid.uuid4()})
    assert response.status_code == 422
    assert client.post(url, {"after": "done", "words": "x", "key": uuid.uuid4()}).status_code == 422
    client.post(url, {"after": "refused", "words": "It was answered in May", "key": uuid.uuid4()})
    assert "Information Commissioner" in Message.with_key_prefix(f"person {case.pk} ")[0].body
    assert client.post(url, {"after": "active", "words": "x", "key": uuid.uuid4()}).status_code == 422


@pytest.mark.parametrize("field", ["kind", "requester", "reply_to"])
def test_what_is_missing_is_asked_for(client_of, connector, case, field):
    assert post(client_of(connector), case, **{field: ""}).status_code == 422
    assert not RightsRequest.objects.exists()


def test_a_day_to_come_is_refused(client_of, connector, case):
    assert post(client_of(connector), case, received_on_year=2090).status_code == 422


def test_who_may_not(client, client_of, connector, lead, outsider, gp, steward, case):
    request = asked(case, lead)
    one, all_of_it, of_case = (
        reverse("cases:rights_request", args=[request.pk]),
        reverse("cases:rights"),
        reverse("cases:case_rights", args=[case.pk]),
    )
    assert client.get(one).status_code == 302
    for member, seen in ((connector, (403, 403, 200)), (outsider, (403, 403, 404)), (gp, (403, 403, 403))):
        assert tuple(client_of(member).get(url).status_code for url in (one, all_of_it, of_case)) == seen
    assert client_of(steward).get(one).status_code == 403
    other_lead = teammate(outsider, Role.LEAD)
    assert client_of(other_lead).get(one).status_code == 404
    assert "Joan Whitfield" not in client_of(other_lead).get(all_of_it).text
    assert client_of(teammate(lead)).get(one).status_code == 200
    assert client_of(lead).delete(one).status_code == 405
    assert client_of(lead).post(all_of_it).status_code == 405


def test_whoever_runs_a_practice_answers_for_it(client_of, gp):
    manager = MembershipFactory(role=Role.REFERRER, agency=gp.agency, manages_team=True)
    assert client_of(manager).get(reverse("cases:rights")).status_code == 200
    assert client_of(gp).get(reverse("cases:rights")).status_code == 403


# --- The other organisations ------------------------------------------------------------------------


def test_the_others_are_asked_for_their_own_part_and_see_nothing_of_ours(client_of, gp, connector, lead, provider):
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", person__nhs_number="9990000018")
    came = ReferralFactory(sent_by=gp, to_agency=connector.agency)
    sent = OnwardReferralFactory(sent_by=connector, to_agency=provider.agency, service__agency=provider.agency)
    for referral, direction in ((came, "received"), (sent, "sent")):
        CaseReferral.objects.create(case=case, referral=referral, direction=direction)
    elsewhere = CaseFactory(person__name="Joan Whitfield", person__nhs_number="9990000018")
    stranger = CaseFactory(person__name="Ada Byron", person__date_of_birth=datetime.date(1980, 1, 1))
    there = teammate(elsewhere.lead, Role.LEAD)
    request = asked(case, lead, everywhere=True)
    assert not request.asked.exists()
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    run_jobs()
    parts = {part.agency: part for part in request.asked.all()}
    assert set(parts) == {gp.agency, provider.agency, elsewhere.agency}
    assert stranger.agency not in parts
    assert parts[gp.agency].referrals == [came.pk]
    assert parts[elsewhere.agency].person == elsewhere.person
    assert {part.due_on for part in parts.values()} == {request.due_on}
    assert Message.objects.filter(key=f"rights {parts[elsewhere.agency].pk} {there.pk} asked").count() == 1
    assert "Joan" not in Message.objects.get(key__startswith="rights ").body
    url = reverse("cases:rights_request", args=[parts[elsewhere.agency].pk])
    page = client_of(there).get(url).text
    assert "Passport seen" in page
    assert "Came through" in page
    assert request.agency.name in page
    assert str(case.pk) not in page
    assert client_of(there).get(reverse("cases:rights_request", args=[request.pk])).status_code == 404
    assert client_of(lead).get(url).status_code == 404
    ours = client_of(lead).get(reverse("cases:rights_request", args=[request.pk])).text
    assert elsewhere.agency.name not in ours
    move_request(request, S.PAUSED, by=Author.of(lead), words="What?")
    move_request(request, S.ACTIVE, by=Author.of(lead), words="That")
    run_jobs()
    assert request.asked.count() == 3


def test_it_waits_for_whoever_answers_for_a_group(client_of, connector, lead, provider):
    manager = teammate(provider)
    manager.manages_team = True
    manager.save()
    case = CaseFactory(lead=connector, person__name="Joan Whitfield")
    sent = OnwardReferralFactory(sent_by=connector, to_agency=provider.agency, service__agency=provider.agency)
    CaseReferral.objects.create(case=case, referral=sent, direction="sent")
    request = asked(case, lead, everywhere=True)
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    run_jobs()
    part = request.asked.get()
    url = reverse("cases:rights_request", args=[part.pk])
    assert url in client_of(manager).get(reverse("agencies:waiting")).text
    assert url not in client_of(provider).get(reverse("agencies:waiting")).text
    move_request(part, S.PAUSED, by=Author.of(manager), words="Which Joan?")
    assert url not in client_of(manager).get(reverse("agencies:waiting")).text


def test_nobody_else_is_asked_without_the_persons_wish(case, lead):
    CaseFactory(person__name="Joan Whitfield", person__nhs_number="9990000018")
    request = asked(case, lead)
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    run_jobs()
    assert not request.asked.exists()


def test_a_practice_notes_it_on_the_referral_and_answers_for_it(client_of, gp, provider):
    manager = MembershipFactory(role=Role.REFERRER, agency=gp.agency, manages_team=True)
    came, other = ReferralFactory(sent_by=gp), ReferralFactory(sent_by=gp)
    ReferralFactory(person_name="Ada Byron", nhs_number="", date_of_birth=datetime.date(1980, 1, 1), sent_by=gp)
    url, page = reverse("cases:referral_rights", args=[came.pk]), reverse("referrals:referral", args=[came.pk])
    assert url in client_of(manager).get(page).text
    assert url not in client_of(gp).get(page).text
    assert client_of(gp).get(url).status_code == 403
    today, client = timezone.localdate(), client_of(manager)
    said = {"kind": "access", "requester": "Joan", "reply_to": "1 Harbour Road", "key": uuid.uuid4()}
    day = {"received_on_day": today.day, "received_on_month": today.month, "received_on_year": today.year}
    assert client.post(url, day).status_code == 422
    response = client.post(url, said | day)
    request = RightsRequest.objects.get()
    assert response.url == reverse("cases:rights_request", args=[request.pk])
    assert set(request.referrals) == {came.pk, other.pk}
    assert (request.person, request.agency) == (None, gp.agency)
    assert "Ada Byron" not in client.get(response.url).text
    provider.manages_team = True
    provider.save()
    assert client_of(provider).get(url).status_code == 404


def test_whoever_answers_is_told_in_the_last_week_and_when_it_is_late(case, lead):
    request, today = asked(case, lead), timezone.localdate()
    mails = Message.objects.filter(key__startswith=f"rights {request.pk} {lead.pk} ").order_by("created_at", "pk")
    assert remind_of_due_requests(today) == 0
    for day in (request.due_on - datetime.timedelta(days=7), request.due_on):
        assert remind_of_due_requests(day) == 1
    assert [mail.subject.split(":")[0] for mail in mails.all()] == ["Due soon"]
    remind_of_due_requests(request.due_on + datetime.timedelta(days=1))
    assert [mail.subject.split(":")[0] for mail in mails.all()] == ["Due soon", "Late"]
    assert not any("Joan" in mail.body + mail.subject for mail in mails)
    move_request(request, S.PAUSED, by=Author.of(lead), words="Which years?")
    assert remind_of_due_requests(request.due_on) == 0


def test_a_groups_own_bookings_are_found_by_name_and_phone(provider):
    provider.manages_team = True
    provider.save()
    service = ServiceFactory(agency=provider.agency, bookable=True)
    sent = OnwardReferralFactory(service=service)
    hers, others = SessionFactory(service=service), SessionFactory(service=service)
    hers = booked(hers, "Joan Whitfield", phone="07700 900123")
    booked(others, "Joan Whitfield", phone="07700 900999")
    booked(SessionFactory(), "Joan Whitfield", phone="07700 900123")
    said = {"requester": "Joan", "reply_to": "x", "words": "", "everywhere": False, "key": uuid.uuid4()}
    day, by = timezone.localdate(), Author.of(provider)
    request = receive_request(of=sent, by=by, kind=RightKind.ACCESS, received_on=day, **said)
    assert request.bookings == [hers.pk]


def test_a_linked_record_is_asked_even_where_nothing_looks_alike(connector, lead, case):
    other = CaseFactory(person__name="J. W.", person__nhs_number="", person__date_of_birth=None)
    link_people(case.person, other.person, by=connector)
    request = asked(case, lead, everywhere=True)
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    run_jobs()
    assert request.asked.get().person == other.person
