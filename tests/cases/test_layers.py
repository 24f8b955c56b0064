"""Layers: whoever helps sees what its purpose needs, on every road; and what it is there for."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from agencies.access import LAYERS_OF_PURPOSE, Layer, Purpose
from agencies.models import Author
from cases.actions.facts import change_fact
from cases.actions.notes import correct_entry, write_note
from cases.actions.sharing import change_purpose
from cases.facts import KEY_FACTS
from cases.forms.notes import NoteForm
from cases.history.record import erase_entry, full_timeline, record_entry, timeline_page
from cases.history.verify import verify_histories
from cases.models import Case, Circle, Entry, Kind
from tests.factories import CaseFactory, PersonFactory, teammate


@pytest.fixture
def case(connector):
    return CaseFactory(
        lead=connector,
        person=PersonFactory(name="Joan Whitfield"),
        safety_note="Beware of the stairs",
        what_matters="The allotment",
        next_action="Ring the hospice",
        next_action_on="2030-01-01",
    )


def join(case, member, purpose):
    return Circle.objects.create(case=case, agency=member.agency, purpose=purpose.label, purpose_kind=purpose)


def write_each(case):
    for layer in Layer:
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text=f"About {layer}", layer=layer)


def layers_read(entries):
    return {entry.layer for entry in entries}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_given_a_purpose_then_its_layers_and_no_others_are_read_on_every_road(client_of, outsider, case, purpose):
    write_each(case)
    join(case, outsider, purpose)
    needed = {layer.value for layer in LAYERS_OF_PURPOSE[purpose]}
    assert layers_read(timeline_page(case=case, member=outsider)) == needed
    assert layers_read(full_timeline(case=case, member=outsider)) == needed
    page = client_of(outsider).get(reverse("cases:case", args=[case.pk])).text
    papers = client_of(outsider).get(reverse("cases:papers", args=[case.pk])).text
    assert {layer.value for layer in Layer if f"About {layer}" in page} == needed
    assert f"{len(needed)} entr" in papers
    assert ("Beware of the stairs" in page) == ("safety" in needed)
    assert ("The allotment" in page) == ("wellbeing" in needed)


def test_the_owning_team_reads_all(client_of, connector, case):
    write_each(case)
    assert layers_read(timeline_page(case=case, member=teammate(connector))) == set(Layer.values)


def test_given_an_entry_of_another_layer_then_its_correction_page_and_number_are_not_there(client_of, outsider, case):
    join(case, outsider, Purpose.COMPANY)
    entry = record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Sertraline", layer=Layer.HEALTH)
    assert client_of(outsider).get(reverse("cases:correct", args=[case.pk, entry.number])).status_code == 404


def test_a_correction_and_an_erasure_stay_in_the_layer(case):
    entry = record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Debts", layer=Layer.MONEY)
    assert correct_entry(entry=entry, by=Author.of(case.lead), text="No debts").layer == Layer.MONEY
    assert erase_entry(entry, by=Author.of(case.lead), reason="Asked").layer == Layer.MONEY


def test_a_changed_fact_is_in_the_layer_of_the_fact(case):
    fact = KEY_FACTS["safety"]
    entry = change_fact(
        case=case, fact=fact, by=Author.of(case.lead), values={"safety_note": "A dog"}, seen=fact.fingerprint(case)
    )
    assert entry.layer == Layer.SAFETY


def test_given_another_team_then_the_search_tells_nothing_of_the_next_step(client_of, outsider, case):
    join(case, outsider, Purpose.COMPANY)
    page = client_of(outsider).post(reverse("cases:caseload"), {"words": "Whitfield"}).text
    assert "Joan Whitfield" in page
    assert "hospice" not in page


def test_what_groups_were_given_and_the_activities_are_not_shown_to_advice(client_of, outsider, case):
    join(case, outsider, Purpose.ADVICE)
    client = client_of(outsider)
    assert "What groups were given" not in client.get(reverse("cases:sharing", args=[case.pk])).text
    context = client.get(reverse("cases:activities", args=[case.pk])).context
    assert (list(context["needs"]), context["asked"], context["booked"]) == ([], [], [])


# --- Choosing it, with one tap or none ------------------------------------------------------------------


def post(client, case, **data):
    given = {"kind": "note", "text": "Words", "when": "now", "audience": "circle", "next_when": "keep"}
    return client.post(reverse("cases:write", args=[case.pk]), given | {"key": str(uuid.uuid4())} | data)


def latest(case):
    return case.entries.order_by("-number").first()


def test_given_nobody_else_then_it_is_not_asked_and_nobody_who_joins_later_sees_it(
    client_of, connector, outsider, case
):
    assert "What is it about?" not in client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    post(client_of(connector), case)
    assert latest(case).layer == Layer.UNSORTED
    join(case, outsider, Purpose.CARE)
    assert not Entry.visible_to(outsider).filter(case=case, text="Words").exists()


@pytest.mark.parametrize(
    ("data", "layer"),
    [
        ({}, "wellbeing"),
        ({"layer": "health"}, "health"),
        ({"kind": "no_answer"}, "contact"),
        ({"kind": "visit"}, "wellbeing"),
    ],
)
def test_given_somebody_else_helps_then_one_tap_says_it_and_none_takes_the_usual(
    client_of, connector, outsider, case, data, layer
):
    join(case, outsider, Purpose.HEALTH_CARE)
    assert f"Health ({outsider.agency.name})" in client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    assert post(client_of(connector), case, **data).status_code == 302
    assert latest(case).layer == layer


def test_given_an_adviser_then_it_writes_about_money_and_not_about_what_it_does_not_see(client_of, outsider, case):
    join(case, outsider, Purpose.ADVICE)
    assert post(client_of(outsider), case).status_code == 302
    assert latest(case).layer == Layer.MONEY
    assert post(client_of(outsider), case, layer="health").status_code == 422
    assert post(client_of(outsider), case, layer="rubbish").status_code == 422


def test_the_line_says_who_needs_it(client_of, connector, outsider, case):
    join(case, outsider, Purpose.ADVICE)
    for layer in (Layer.HEALTH, Layer.MONEY):
        write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="x", layer=layer)
    lines = client_of(connector).get(reverse("cases:case", args=[case.pk])).context["lines"]
    team = connector.agency.name
    assert [line.audience for line in lines] == [f"Shared with: {team}, {outsider.agency.name}", f"Shared with: {team}"]


def test_layers_are_in_the_chain_and_those_from_before_verify_as_they_did(case):
    write_each(case)
    assert list(verify_histories(case.pk)) == [len(Layer)]


def test_given_a_layer_changed_behind_our_back_then_the_history_says_so(case):
    write_each(case)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE cases_entry SET layer = 'contact' WHERE text = 'About health'")
        cursor.execute("ALTER TABLE cases_entry ENABLE TRIGGER USER")
    assert [str(fault) for fault in verify_histories(case.pk) if not isinstance(fault, int)]


# --- What an agency is there for --------------------------------------------------------------------------


def purpose_url(seat):
    return reverse("cases:purpose", args=[seat.case_id, seat.pk])


def test_given_another_purpose_then_it_sees_less_at_the_next_query_and_the_story_says_so(
    client_of, connector, outsider, case
):
    write_each(case)
    seat = join(case, outsider, Purpose.AS_BEFORE)
    client = client_of(connector)
    assert "Sees: how to reach them, money and housing" in client.get(purpose_url(seat)).text
    answer = client.post(
        purpose_url(seat), {"purpose": "advice", "words": "Debts only", "key": uuid.uuid4()}, follow=True
    )
    assert "how to reach them, money and housing" in answer.text
    assert layers_read(Entry.visible_to(outsider).filter(case=case)) == {"contact", "money"}
    entry = latest(case)
    assert (entry.kind, entry.text, entry.details["after"]) == (Kind.PURPOSE, "Debts only", Purpose.ADVICE.label)


@pytest.mark.parametrize("data", [{}, *({"purpose": p} for p in ("works_with", "as_before", "everything"))])
def test_given_no_such_purpose_then_nothing_changes(client_of, connector, outsider, case, data):
    seat = join(case, outsider, Purpose.COMPANY)
    assert client_of(connector).post(purpose_url(seat), data | {"key": uuid.uuid4()}).status_code == 422
    seat.refresh_from_db()
    assert seat.purpose_kind == Purpose.COMPANY


def test_the_agency_itself_strangers_and_readers_get_404(client_of, outsider, connector, gp, case):
    seat = join(case, outsider, Purpose.COMPANY)
    data = {"purpose": "care", "key": uuid.uuid4()}
    assert client_of(outsider).post(purpose_url(seat), data).status_code == 404
    assert client_of(gp).post(purpose_url(seat), data).status_code == 403
    assert client_of(connector).delete(purpose_url(seat)).status_code == 405
    own = case.circle.get(agency=case.agency)
    assert client_of(connector).get(purpose_url(own)).status_code == 404
    with pytest.raises(PermissionDenied):
        change_purpose(seat=seat, by=Author.of(outsider), purpose=Purpose.CARE, key=uuid.uuid4())
    with pytest.raises(PermissionDenied):
        change_purpose(seat=own, by=Author.of(connector), purpose=Purpose.CARE, key=uuid.uuid4())


def test_given_a_form_for_everyone_then_the_choice_is_named_for_those_who_see_it(connector, outsider, case):
    join(case, outsider, Purpose.ADVICE)
    form = NoteForm(case=Case.objects.get(pk=case.pk), ours=True, circle=case.circle_seats())
    assert dict(form.fields["layer"].choices)["health"] == "Health (only us)"
