"""Corrections are new entries: the first one stays, and each points to the other."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agencies.models import Author
from cases.actions.notes import correct_entry, write_note
from cases.history.record import erase_entry, record_entry
from cases.models import Audience, Circle, Entry, Kind
from tests.factories import CaseFactory, teammate
from tests.jobs import run_jobs


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector)


@pytest.fixture
def entry(case, connector):
    return write_note(case=case, by=Author.of(connector), kind=Kind.VISIT, text="Has two cats", audience=Audience.TEAM)


def url(entry, number=None):
    return reverse("cases:correct", args=[entry.case_id, number or entry.number])


def test_given_a_mistake_when_corrected_then_both_stand_and_point_to_each_other(client_of, connector, case, entry):
    client = client_of(connector)
    assert client.get(url(entry)).context["form"]["text"].value() == "Has two cats"
    response = client.post(url(entry), {"text": "Has two dogs", "key": uuid.uuid4()})
    assert response.url == reverse("cases:case", args=[case.pk])
    first, later = Entry.objects.order_by("number")
    assert (first.text, later.text, later.kind, later.corrects) == (
        "Has two cats",
        "Has two dogs",
        Kind.CORRECTION,
        first,
    )
    assert later.audience == Audience.TEAM
    page = client.get(response.url).text
    assert "Has two cats" in page
    assert 'Corrects <a href="#entry-1">entry 1</a>' in page
    assert 'by <a href="#entry-2">entry 2</a>' in page


def test_given_the_corrected_entry_is_on_an_older_page_then_the_link_leads_there(client_of, connector, case, entry):
    for n in range(31):
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(connector), text=f"Note {n}")
    correct_entry(entry=entry, by=Author.of(connector), text="Has two dogs")
    page = client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    assert f'href="{reverse("cases:case", args=[case.pk])}?before=2#entry-1"' in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write what it should say"),
        (" Has two cats ", "This is what it says already"),
        ("x" * 5001, "5000 characters or fewer"),
    ],
)
def test_given_bad_input_then_422(client_of, connector, entry, text, words):
    page = client_of(connector).post(url(entry), {"text": text, "key": uuid.uuid4()})
    assert page.status_code == 422
    assert words in page.text
    assert Entry.objects.count() == 1


def test_given_a_double_click_then_one_correction(client_of, connector, entry):
    client, posted = client_of(connector), {"text": "Dogs", "key": uuid.uuid4()}
    client.post(url(entry), posted)
    client.post(url(entry), posted)
    assert Entry.objects.count() == 2


def test_a_teammate_may_correct(client_of, connector, entry):
    assert client_of(teammate(connector)).post(url(entry), {"text": "Dogs", "key": uuid.uuid4()}).status_code == 302


def test_another_team_corrects_its_own_words_and_no_others(client_of, connector, outsider, case, entry):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    ours = record_entry(case=case, kind=Kind.NOTE, by=Author.of(connector), text="For everyone")
    theirs = record_entry(case=case, kind=Kind.NOTE, by=Author.of(outsider), text="From the other team")
    client = client_of(outsider)
    assert client.get(url(entry)).status_code == 404  # not even readable
    assert client.get(url(ours)).status_code == 404
    assert client.post(url(theirs), {"text": "Better", "key": uuid.uuid4()}).status_code == 302
    assert client_of(connector).get(url(theirs)).status_code == 404
    with pytest.raises(PermissionDenied):
        correct_entry(entry=ours, by=Author.of(outsider), text="Not ours")


def test_what_a_deed_or_the_law_has_written_is_not_corrected(client_of, connector, case, entry):
    fact = record_entry(case=case, kind=Kind.FACT, by=Author.of(connector))
    system = record_entry(case=case, kind=Kind.NOTE, by=Author.system())
    erase_entry(entry, by=Author.of(connector), reason="Asked for")
    run_jobs()
    client = client_of(connector)
    assert client.get(url(fact)).status_code == 404
    assert client.get(url(system)).status_code == 404
    assert client.get(url(entry)).status_code == 404
    for number in (999, 10**30):
        assert client.get(url(entry, number)).status_code == 404


def test_strangers_readers_and_wrong_verbs(client, client_of, outsider, gp, provider, steward, connector, entry):
    assert client_of(outsider).get(url(entry)).status_code == 404
    for reader in (gp, provider, steward):
        assert client_of(reader).get(url(entry)).status_code == 403
    assert client_of(connector).put(url(entry)).status_code == 405
    assert client.get(url(entry)).status_code == 302
