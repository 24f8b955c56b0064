"""What is wrong is put right beside what was written; where the team does not agree, the person's words stand there."""

import uuid

import pytest
from django.urls import reverse

from agencies.access import Role
from agencies.models import Author, Message
from cases.actions.notes import write_note
from cases.actions.rectification import correct_for_person
from cases.history.record import full_timeline
from cases.history.render import render_entries
from cases.history.verify import verify_histories
from cases.models import Circle, Kind
from cases.states import RightKind, RightsStatus
from config.transitions import MoveRefused
from tests.factories import CaseFactory, RightsRequestFactory, teammate

S = RightsStatus


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield")


@pytest.fixture
def entry(case, connector):
    return write_note(case=case, by=Author.of(connector), kind=Kind.VISIT, text="She drinks", audience="circle")


@pytest.fixture
def request_(case):
    return RightsRequestFactory(
        person=case.person, kind=RightKind.RECTIFICATION, status=S.ACTIVE, words="I do not drink"
    )


def url(request, name="rectify"):
    return reverse(f"cases:{name}", args=[request.pk])


def post(client, request, entry, **more):
    said = {"about": f"entry:{entry.pk}", "outcome": "agreed", "text": "She does not drink", "key": uuid.uuid4()}
    return client.post(url(request), said | {"reason": ""} | more)


def test_a_correction_stands_beside_what_it_corrects(client_of, lead, case, entry, request_):
    client, key = client_of(lead), uuid.uuid4()
    assert "I do not drink" in client.get(url(request_)).text
    for _ in range(2):
        assert post(client, request_, entry, key=key).status_code == 302
    correction = case.entries.get(kind=Kind.CORRECTION)
    assert (correction.corrects, correction.audience, correction.author_name) == (entry, "circle", "Tom Brennan")
    entry.refresh_from_db()
    assert entry.text == "She drinks"
    page = client.get(reverse("cases:case", args=[case.pk])).text
    assert "The person asked for it" in page
    assert "<strong>Corrected</strong> by" in page
    assert list(verify_histories()) == [case.entries.count()]


def test_a_note_of_another_agency_is_put_right_by_the_team_whose_record_it_is(
    client_of, lead, outsider, case, request_
):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    theirs = write_note(case=case, by=Author.of(outsider), kind=Kind.NOTE, text="Born in 1950")
    post(client_of(lead), request_, theirs, text="Born in 1951")
    assert case.entries.get(kind=Kind.CORRECTION).corrects == theirs


def test_where_the_team_does_not_agree_the_persons_words_stand_there(client_of, lead, case, entry, request_):
    client = client_of(lead)
    assert post(client, request_, entry, outcome="disagreed", text="I have never drunk").status_code == 422
    post(client, request_, entry, outcome="disagreed", text="I have never drunk", reason="Two of us saw it")
    statement = case.entries.get(kind=Kind.STATEMENT)
    assert (statement.text, statement.details["refused"]) == ("I have never drunk", "Two of us saw it")
    lines = {
        line.number: line for line in render_entries(full_timeline(case=case, member=lead), case=case, member=lead)
    }
    assert [number for number, _ in lines[entry.number].stated_by] == [statement.number]
    assert not lines[entry.number].corrected_by
    page = client.get(reverse("cases:case", args=[case.pk])).text
    assert "The person says otherwise" in page
    assert f"own statement about entry {entry.number}" in page


def test_a_fact_is_changed_where_it_stands_or_stated_otherwise(client_of, lead, case, entry, request_):
    client = client_of(lead)
    response = post(client, request_, entry, about="fact:phone")
    assert response.status_code == 422
    assert "on the case itself" in response.text
    post(client, request_, entry, about="fact:phone", outcome="disagreed", text="It is mine", reason="It is her son’s")
    assert case.entries.get(kind=Kind.STATEMENT).details["about"] == "Phone"


@pytest.mark.parametrize(("outcome", "status"), [("agreed", S.DONE), ("disagreed", S.REFUSED)])
def test_the_answer_goes_to_the_person(client_of, lead, case, entry, request_, outcome, status):
    client = client_of(lead)
    said = {"outcome": outcome, "words": "We looked at it together", "key": uuid.uuid4()}
    assert client.post(url(request_, "finish_rectify"), said | {"words": ""}).status_code == 302
    request_.refresh_from_db()
    assert request_.status == S.ACTIVE
    client.post(url(request_, "finish_rectify"), said)
    request_.refresh_from_db()
    assert request_.status == status
    assert Message.with_key_prefix(f"person {case.pk} ").count() == 1
    assert client.get(url(request_)).status_code == 404
    with pytest.raises(MoveRefused):
        correct_for_person(request_, entry=entry, by=Author.of(lead), text="x", key=uuid.uuid4())


def test_who_may_not(client, client_of, connector, lead, outsider, entry, request_):
    assert client.get(url(request_)).status_code == 302
    assert client_of(connector).get(url(request_)).status_code == 403
    other = client_of(teammate(outsider, Role.LEAD))
    assert other.get(url(request_)).status_code == 404
    assert other.post(url(request_, "finish_rectify"), {}).status_code == 404
    assert client_of(lead).delete(url(request_)).status_code == 405
    assert client_of(lead).get(url(request_, "finish_rectify")).status_code == 405
    stranger = write_note(case=CaseFactory(), by=Author.of(outsider), kind=Kind.NOTE, text="Theirs")
    assert post(client_of(lead), request_, stranger).status_code == 422
