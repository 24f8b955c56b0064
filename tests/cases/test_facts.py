"""Key facts: edited in place, each change in the history, and two at once both kept."""

import uuid

import pytest
from django.urls import reverse

from cases.facts import KEY_FACTS
from cases.history.verify import verify_histories
from cases.models import Circle, Entry, Kind
from tests.factories import CaseFactory, PersonFactory, teammate


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield", person__best_time="Mornings")


def url(case, name="best-time"):
    return reverse("cases:fact", args=[case.pk, name])


def save(client, case, name="best-time", /, **values):
    form = client.get(url(case, name)).context["form"]
    hidden = {"seen": form["seen"].value(), "key": uuid.uuid4()}
    return client.post(url(case, name), hidden | values)


CHANGES = [  # fact, posted, what it was, what it is
    ("best-time", {"best_time": "After 4pm"}, "Mornings", "After 4pm"),
    ("message", {"leave_message": "Yes, mobile only"}, "", "Yes, mobile only"),
    ("matters", {"what_matters": "The garden\n\nTuesdays"}, "", "The garden\n\nTuesdays"),
    ("contact", {"contact_by": "letter", "contact_avoid": "Sundays"}, "Phone call", "Letter\nAvoid: Sundays"),
    ("safety", {"safety_note": "Dog in the garden"}, "", "Dog in the garden"),
    ("phone", {"phone": "01632960999"}, "07700 900123", "01632 960999"),
    ("email", {"email": "joan@mail.example.org"}, "", "joan@mail.example.org"),
    ("address", {"address": "1 Sea Road", "postcode": "bn112aa"}, "BN11 2AA", "1 Sea Road\nBN11 2AA"),
    ("known-as", {"preferred_name": "Joanie"}, "", "Joanie"),
    (
        "identity",
        {
            "name": "Joan Whitfield-Łoś",
            "date_of_birth_day": "8",
            "date_of_birth_month": "3",
            "date_of_birth_year": "1951",
            "nhs_number": "999 000 0018",
        },
        "Joan Whitfield\n27 March 1951",
        "Joan Whitfield-Łoś\n8 March 1951\n999 000 0018",
    ),
]


@pytest.mark.parametrize(("name", "values", "before", "after"), CHANGES)
def test_given_a_fact_when_changed_then_the_page_and_the_history_say_so(
    client_of, connector, case, name, values, before, after
):
    client = client_of(connector)
    response = save(client, case, name, **values)
    assert response.url == reverse("cases:case", args=[case.pk]) + f"?changed={name}"
    entry = Entry.objects.get()
    assert (entry.kind, entry.details["before"], entry.details["after"]) == (Kind.FACT, before, after)
    page = client.get(response.url)
    assert {fact.name: words for fact, words in page.context["facts"]}[name] == after
    assert f"{KEY_FACTS[name].label}: changed" in page.text
    assert list(verify_histories()) == [1]


def test_every_fact_is_tried():
    assert {change[0] for change in CHANGES} == set(KEY_FACTS)


def test_given_nothing_was_changed_then_nothing_is_written(client_of, connector, case):
    assert save(client_of(connector), case, best_time="Mornings").status_code == 302
    assert not Entry.objects.exists()


def test_given_a_double_click_then_one_entry(client_of, connector, case):
    client = client_of(connector)
    form = client.get(url(case)).context["form"]
    posted = {"seen": form["seen"].value(), "key": uuid.uuid4(), "best_time": "Evenings"}
    assert client.post(url(case), posted).status_code == client.post(url(case), posted).status_code == 302
    assert Entry.objects.count() == 1


def test_given_two_at_once_then_the_second_sees_both_and_may_save_theirs(client_of, connector, case):
    mine, theirs = client_of(connector), client_of(teammate(connector))
    form = mine.get(url(case)).context["form"]
    save(theirs, case, best_time="Never before noon")
    page = mine.post(url(case), {"seen": form["seen"].value(), "key": uuid.uuid4(), "best_time": "After 4pm"})
    assert page.status_code == 422
    for words in (
        "Somebody changed this while you were writing",
        "Never before noon",
        "After 4pm",
        "Save mine instead",
    ):
        assert words in page.text
    again = page.context["form"]
    posted = {"seen": again["seen"].value(), "key": again["key"].value(), "best_time": "After 4pm"}
    assert mine.post(url(case), posted).status_code == 302
    case.person.refresh_from_db()
    assert case.person.best_time == "After 4pm"
    assert [e.details["after"] for e in Entry.objects.order_by("number")] == ["Never before noon", "After 4pm"]


def test_given_another_fact_was_changed_meanwhile_then_that_is_no_conflict(client_of, connector, case):
    mine, theirs = client_of(connector), client_of(teammate(connector))
    form = mine.get(url(case)).context["form"]
    save(theirs, case, "message", leave_message="Yes")
    posted = {"seen": form["seen"].value(), "key": uuid.uuid4(), "best_time": "After 4pm"}
    assert mine.post(url(case), posted).status_code == 302
    case.person.refresh_from_db()
    assert (case.person.best_time, case.person.leave_message) == ("After 4pm", "Yes")
    assert case.person.version == 3


def test_given_another_persons_nhs_number_then_it_is_refused(client_of, connector, case):
    PersonFactory(agency=connector.agency, nhs_number="9990000018")
    page = save(client_of(connector), case, "identity", name="Joan", nhs_number="9990000018")
    assert page.status_code == 422
    assert "Another person" in page.text
    assert not Entry.objects.exists()


def test_given_a_number_that_only_another_team_knows_then_it_is_taken_and_nothing_is_said(client_of, connector, case):
    theirs = CaseFactory(person__nhs_number="9990000018")
    assert save(client_of(connector), case, "identity", name="Joan", nhs_number="9990000018").status_code == 302
    theirs.person.refresh_from_db()
    assert (theirs.person.nhs_number, theirs.entries.count()) == ("9990000018", 0)


BAD = [
    ("phone", {"phone": "12345"}, "Enter a UK phone number"),
    ("email", {"email": "nobody"}, "Enter an e-mail address"),
    ("address", {"postcode": "nowhere"}, "Enter a full postcode"),
    ("identity", {"name": "", "nhs_number": ""}, "Enter the full name"),
    ("identity", {"name": "Joan", "nhs_number": "999 999 9999"}, "This is not an NHS number"),
    (
        "identity",
        {"name": "Joan", "date_of_birth_day": "31", "date_of_birth_month": "2", "date_of_birth_year": "1951"},
        "no 31 February",
    ),
    ("best-time", {"best_time": "x" * 201}, "Use 200 characters or fewer"),
    ("contact", {"contact_by": "pigeon"}, "valid choice"),
]


@pytest.mark.parametrize(("name", "values", "words"), BAD)
def test_given_bad_input_then_422_keeps_what_was_typed(client_of, connector, case, name, values, words):
    page = save(client_of(connector), case, name, **values)
    assert page.status_code == 422
    assert words in page.text
    for value in values.values():
        assert value in page.text
    assert not Entry.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "🌻", "\u202eevil", "<b>x</b>", "O'Neill & Söhne"])
def test_given_hostile_words_then_they_are_words(client_of, connector, case, text):
    client = client_of(connector)
    for name, field in (("matters", "what_matters"), ("known-as", "preferred_name"), ("safety", "safety_note")):
        assert save(client, case, name, **{field: text}).status_code == 302
    page = client.get(reverse("cases:case", args=[case.pk]))
    assert page.status_code == 200
    assert "<b>x</b>" not in page.text


def test_given_a_broken_fingerprint_or_entry_then_nothing_breaks(client_of, connector, case):
    client = client_of(connector)
    assert client.post(url(case), {"seen": "", "key": uuid.uuid4(), "best_time": "x"}).status_code == 422
    for entry in ("99999", "x", "-1", "9" * 30, "²"):
        assert client.get(url(case), {"entry": entry}).status_code == 200


def test_an_unknown_fact_is_404(client_of, connector, case):
    assert client_of(connector).get(url(case, "salary")).status_code == 404


def test_another_team_in_the_circle_reads_facts_and_changes_none(client_of, outsider, case):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    client = client_of(outsider)
    assert client.get(url(case)).status_code == 404
    page = client.get(reverse("cases:case", args=[case.pk])).text
    assert "Mornings" in page
    assert url(case) not in page


def test_strangers_readers_teammates_and_wrong_verbs(
    client, client_of, outsider, gp, provider, steward, connector, case
):
    assert client_of(outsider).get(url(case)).status_code == 404
    assert client_of(outsider).post(url(case), {"best_time": "x"}).status_code == 404
    for reader in (gp, provider, steward):
        assert client_of(reader).post(url(case), {"best_time": "x"}).status_code == 403
    assert save(client_of(teammate(connector)), case, best_time="Evenings").status_code == 302
    assert client_of(connector).delete(url(case)).status_code == 405
    assert client.get(url(case)).status_code == 302
