"""Two teams with a record each of one person: what changes in one is offered to the other, and never written there."""

import uuid

import pytest
from django.urls import reverse

from agencies.models import Author, Message
from cases.actions.closing import close_case
from cases.models import Circle, ClosingReason, Entry, Kind, News, Person, PersonLink, TeamQuestion
from tests.factories import CaseFactory, teammate


def answer_yes(client, question):
    return client.post(
        reverse("cases:answer_team", args=[question.about_case_id, question.pk]),
        {"answer": "yes", "key": uuid.uuid4()},
    )


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield", person__phone="01632 960111")


@pytest.fixture
def theirs(outsider):
    return CaseFactory(lead=outsider, person__name="Joan Whitfield", person__phone="01632 960111")


@pytest.fixture
def linked(client_of, connector, outsider, case, theirs):
    """They asked, we said yes, and each is in the other's circle."""
    question = TeamQuestion.objects.create(case=theirs, about_case=case, asked_by=outsider)
    assert answer_yes(client_of(connector), question).status_code == 302
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Works with them too")
    return PersonLink.objects.get()


def change_phone(client, case, phone="01632 960222"):
    url = reverse("cases:fact", args=[case.pk, "phone"])
    form = client.get(url).context["form"]
    return client.post(url, {"phone": phone, "seen": form["seen"].value(), "key": uuid.uuid4()})


def links_url(case):
    return reverse("cases:person_links", args=[case.pk])


def test_a_yes_links_the_two_records_and_a_no_does_not(client_of, connector, outsider, case, theirs):
    question = TeamQuestion.objects.create(case=theirs, about_case=case, asked_by=outsider)
    client_of(connector).post(
        reverse("cases:answer_team", args=[case.pk, question.pk]), {"answer": "unsaid", "key": uuid.uuid4()}
    )
    assert not PersonLink.objects.exists()


def test_a_fact_changed_is_offered_and_nothing_is_written(client_of, connector, outsider, case, theirs, linked):
    assert change_phone(client_of(connector), case).status_code == 302
    theirs.person.refresh_from_db()
    assert theirs.person.phone == "01632 960111"
    entry = theirs.entries.get(kind=Kind.OFFERED)
    assert (entry.audience, entry.agency_name) == ("team", connector.agency.name)
    assert News.objects.filter(entry=entry, agency=outsider.agency).exists()
    page = client_of(outsider).get(reverse("cases:case", args=[theirs.pk])).text
    assert "Phone: changed by another team" in page
    assert f"facts/phone/?entry={entry.number}" in page
    told = Message.objects.get(key__startswith="fact offered")
    assert "Joan" not in told.subject + told.body
    assert "960222" not in told.body


def test_it_is_taken_over_with_one_press_and_not_offered_back(client_of, connector, outsider, case, theirs, linked):
    change_phone(client_of(connector), case)
    number = theirs.entries.get(kind=Kind.OFFERED).number
    client, url = client_of(outsider), reverse("cases:fact", args=[theirs.pk, "phone"])
    form = client.get(f"{url}?entry={number}").context["form"]
    assert form["phone"].value() == "01632 960222"
    client.post(url, {"phone": "01632 960222", "seen": form["seen"].value(), "key": uuid.uuid4()})
    theirs.person.refresh_from_db()
    assert theirs.person.phone == "01632 960222"
    assert not case.entries.filter(kind=Kind.OFFERED).exists()  # we are not in the circle of theirs


def test_only_a_team_of_the_circle_is_offered_anything(client_of, connector, case, theirs, linked):
    Circle.objects.filter(case=case).exclude(agency=connector.agency).update(ended_at=case.opened_at)
    change_phone(client_of(connector), case)
    assert not Entry.objects.filter(kind=Kind.OFFERED).exists()


@pytest.mark.parametrize("name", ["matters", "safety"])
def test_what_the_case_says_is_read_in_the_case(client_of, connector, case, theirs, linked, name):
    client, url = client_of(connector), reverse("cases:fact", args=[case.pk, name])
    form = client.get(url).context["form"]
    field = {"matters": "what_matters", "safety": "safety_note"}[name]
    client.post(url, {field: "The garden", "seen": form["seen"].value(), "key": uuid.uuid4()})
    assert not Entry.objects.filter(kind=Kind.OFFERED).exists()


def test_a_closed_case_gets_no_offer(client_of, connector, outsider, case, theirs, linked):
    reason = ClosingReason.objects.first()
    close_case(case=theirs, by=Author.of(outsider), reason=reason, outcome=None, summary="Done")
    change_phone(client_of(connector), case)
    assert not Entry.objects.filter(kind=Kind.OFFERED).exists()


def test_either_team_ends_it_and_nothing_has_changed(client_of, connector, outsider, case, theirs, linked):
    client = client_of(outsider)
    page = client.get(links_url(theirs))
    assert connector.agency.name in page.text
    response = client.post(links_url(theirs), {"link": linked.pk, "words": "Her cousin", "key": uuid.uuid4()})
    assert response.url == reverse("cases:sharing", args=[theirs.pk])
    linked.refresh_from_db()
    assert linked.ended_by == outsider
    assert theirs.entries.get(text="Her cousin").audience == "team"
    change_phone(client_of(connector), case)
    assert not Entry.objects.filter(kind=Kind.OFFERED).exists()
    assert Person.objects.filter(name="Joan Whitfield").count() == 2
    assert client.get(links_url(theirs)).status_code == 404


def test_why_it_ends_must_be_said_and_nothing_typed_is_lost(client_of, outsider, theirs, linked):
    response = client_of(outsider).post(links_url(theirs), {"link": linked.pk, "words": "", "key": uuid.uuid4()})
    assert response.status_code == 422
    assert "Say why" in response.text
    for wrong in ("", "nonsense", uuid.uuid4()):
        assert client_of(outsider).post(links_url(theirs), {"link": wrong, "words": "x"}).status_code == 422


def test_a_teammate_may_a_stranger_and_a_reader_may_not(client_of, connector, outsider, gp, provider, case, linked):
    assert client_of(teammate(connector)).get(links_url(case)).status_code == 200
    assert client_of(outsider).get(links_url(case)).status_code == 404
    for reader in (gp, provider):
        assert client_of(reader).get(links_url(case)).status_code == 403
    assert client_of(connector).put(links_url(case)).status_code == 405
