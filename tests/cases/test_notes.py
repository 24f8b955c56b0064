"""The composer: one post writes the story, the next step and what the contact means for the referral."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from agencies.models import Author, Draft
from cases.actions.notes import NextStep, write_note
from cases.actions.opening import accept_referral
from cases.models import Audience, Case, Circle, ClosingReason, Entry, Kind
from config.working_days import add_working_days
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, ReferralFactory, teammate


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield")


def url(case):
    return reverse("cases:write", args=[case.pk])


def data(**more):
    basic = {
        "kind": "phone",
        "text": "Talked for ten minutes",
        "when": "now",
        "audience": "circle",
        "next_words": "",
        "next_when": "keep",
        "key": uuid.uuid4(),
    }
    return basic | more


def accepted(connector, **more):
    referral = ReferralFactory(to_agency=connector.agency, **more)
    return referral, accept_referral(referral=referral, by=Author.of(connector), person=None)


def test_given_words_when_added_then_they_stand_in_the_story_and_the_contact_is_noted(client_of, connector, case):
    client = client_of(connector)
    response = client.post(url(case), data())
    assert response.url == reverse("cases:case", args=[case.pk])
    entry = Entry.objects.get()
    assert (entry.kind, entry.text, entry.audience) == (Kind.PHONE, "Talked for ten minutes", Audience.CIRCLE)
    assert (entry.written_by, entry.agency_name) == (connector, connector.agency.name)
    case.refresh_from_db()
    assert case.last_contact_at == case.first_contact_at == entry.happened_at
    page = client.get(response.url).text
    assert "Talked for ten minutes" in page
    assert "Phone call, first contact" in page
    assert "Added to the story" in page


def test_given_an_accepted_referral_when_first_reached_then_it_is_started_and_first_contact_is_done(
    client_of, connector
):
    referral, case = accepted(connector)
    client_of(connector).post(url(case), data(kind="visit"))
    referral.refresh_from_db()
    case.refresh_from_db()
    assert referral.status == ReferralStatus.STARTED
    assert (case.next_action, case.next_action_on) == ("", None)


@pytest.mark.parametrize("kind", ["no_answer", "note"])
def test_given_nobody_was_reached_then_it_is_no_contact(client_of, connector, kind):
    referral, case = accepted(connector)
    client_of(connector).post(url(case), data(kind=kind))
    referral.refresh_from_db()
    case.refresh_from_db()
    assert referral.status == ReferralStatus.ACCEPTED
    assert (case.first_contact_at, case.last_contact_at, case.next_action) == (None, None, "First contact")


def test_given_no_answer_then_no_words_are_needed_and_a_day_alone_moves_the_step(client_of, connector):
    _, case = accepted(connector)
    assert (
        client_of(connector).post(url(case), data(kind="no_answer", text="", next_when="tomorrow")).status_code == 302
    )
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on) == ("First contact", add_working_days(timezone.localdate(), 1))


def test_given_the_no_answer_button_then_it_wins_over_the_kind_tapped(client_of, connector, case):
    client_of(connector).post(url(case), data(kind=["phone", "no_answer"], text=""))
    assert Entry.objects.get().kind == Kind.NO_ANSWER


def test_given_no_step_and_no_answer_then_it_is_tried_again(client_of, connector, case):
    client_of(connector).post(url(case), data(kind="no_answer", text="", next_when="week"))
    case.refresh_from_db()
    assert case.next_action == "Try again"


STEPS = [
    ({"next_words": "Ring about the group", "next_when": "tomorrow"}, "Ring about the group", 1),
    ({"next_words": "Ring", "next_when": "week"}, "Ring", 7),
    ({"next_words": "Ring", "next_when": "two_weeks"}, "Ring", 14),
]


@pytest.mark.parametrize(("given", "words", "days"), STEPS)
def test_given_a_quick_day_then_the_next_step_has_a_working_day(client_of, connector, case, given, words, days):
    client_of(connector).post(url(case), data(**given))
    case.refresh_from_db()
    assert case.next_action == words
    assert case.next_action_on >= timezone.localdate() + datetime.timedelta(days=days)
    assert case.next_action_on.weekday() < 5
    assert Entry.objects.get().details["next"] == words


def test_given_an_own_day_then_the_next_step_is_by_that_day(client_of, connector, case):
    day = timezone.localdate() + datetime.timedelta(days=40)
    own = {"next_on_day": day.day, "next_on_month": day.month, "next_on_year": day.year}
    client_of(connector).post(url(case), data(next_words="Review", next_when="date", **own))
    case.refresh_from_db()
    assert case.next_action_on == day


def test_given_done_then_there_is_no_next_step(client_of, connector):
    _, case = accepted(connector)
    client_of(connector).post(url(case), data(next_when="none"))
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on) == ("", None)


def test_given_an_earlier_day_and_time_then_it_happened_then_in_london(client_of, connector, case):
    client_of(connector).post(url(case), data(when="earlier", on_day="3", on_month="7", on_year="2026", at="2.30pm"))
    happened = timezone.localtime(Entry.objects.get().happened_at)
    assert (happened.date(), happened.hour, happened.minute) == (datetime.date(2026, 7, 3), 14, 30)


BAD = [
    ({"kind": ""}, "Choose what happened"),
    ({"kind": "closed"}, "Select a valid choice"),
    ({"text": "  "}, "Write what happened"),
    ({"text": "x" * 5001}, "Use 5000 characters or fewer"),
    ({"when": "earlier"}, "Enter the day it happened"),
    ({"when": "earlier", "on_day": "31", "on_month": "2", "on_year": "2026"}, "There is no 31 February 2026"),
    ({"when": "earlier", "on_day": "1", "on_month": "1", "on_year": "20"}, "The year must have 4 numbers"),
    ({"when": "earlier", "on_day": "1", "on_month": "1", "on_year": "2099"}, "today or in the past"),
    ({"when": "earlier", "on_day": "1", "on_month": "1", "on_year": "2026", "at": "25:00"}, "Enter a time such as"),
    ({"audience": "everybody"}, "Select a valid choice"),
    ({"next_words": "Ring"}, "Choose by when"),
    ({"next_when": "tomorrow"}, "Write what the next step is"),
    ({"next_words": "Ring", "next_when": "date"}, "Enter the day the next step"),
    ({"next_words": "x" * 201, "next_when": "week"}, "Use 200 characters or fewer"),
    ({"key": "no key"}, "We could not tell whether this was sent before"),
]


@pytest.mark.parametrize(("given", "words"), BAD)
def test_given_bad_input_then_422_says_so_and_nothing_typed_is_lost(client_of, connector, case, given, words):
    page = client_of(connector).post(url(case), data(**({"text": "Precious words"} | given)))
    assert page.status_code == 422
    assert words in page.text
    assert "There is a problem" in page.text
    assert given.get("text", "Precious words").strip() in page.text
    assert not Entry.objects.exists()


HOSTILE = [
    "NUL\0byte",
    "🌻" * 100,
    "\u202eevil\u202c عائشة",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% now %}",
    "\ud7ff\ufffd",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_given_hostile_words_then_they_are_words(client_of, connector, case, text):
    client = client_of(connector)
    assert client.post(url(case), data(text=text, next_words=text[:50], next_when="week")).status_code == 302
    page = client.get(reverse("cases:case", args=[case.pk]))
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_given_ten_megabytes_then_they_are_refused_and_nothing_breaks(client_of, connector, case):
    assert client_of(connector).post(url(case), data(text="x" * 10_000_000)).status_code in (400, 413, 422)
    assert not Entry.objects.exists()


def test_given_a_double_click_then_there_is_one_entry(client_of, connector, case):
    client, posted = client_of(connector), data()
    assert client.post(url(case), posted).status_code == client.post(url(case), posted).status_code == 302
    assert Entry.objects.count() == 1


def test_given_htmx_when_added_then_the_browser_goes_to_the_page_and_errors_come_as_the_part(
    client_of, connector, case
):
    client = client_of(connector)
    headers = {"HX-Request": "true", "HX-Target": "composer"}
    bad = client.post(url(case), data(kind=""), headers=headers)
    assert bad.status_code == 422
    assert bad.text.strip().startswith('<form class="composer"')
    good = client.post(url(case), data(), headers=headers)
    assert good.headers["HX-Redirect"] == reverse("cases:case", args=[case.pk])


# --- Drafts -----------------------------------------------------------------------------------------


def typed(client, case, **more):
    return client.post(reverse("agencies:draft"), {"draft_key": f"note:{case.pk}"} | data(**more))


def test_given_words_not_sent_then_they_are_there_again_and_gone_once_added(client_of, connector, case):
    client, page = client_of(connector), reverse("cases:case", args=[case.pk])
    assert (
        typed(client, case, text="Half a sent", when="earlier", on_day="3", on_month="", on_year="20").status_code
        == 204
    )
    again = client.get(page)
    form = again.context["form"]
    assert form["text"].value() == "Half a sent"
    assert form["on"].value() == ["3", "", "20"]
    assert "You were writing this on" in again.text
    client.post(url(case), data(text="A whole sentence"))
    assert client.get(page).context["form"]["text"].value() is None


def test_given_the_last_keystrokes_arrive_after_the_post_then_no_draft_of_it_comes_back(client_of, connector, case):
    client, key = client_of(connector), uuid.uuid4()
    client.post(url(case), data(key=key))
    typed(client, case, key=key)
    assert client.get(reverse("cases:case", args=[case.pk])).context["draft"] is None
    assert not Draft.objects.exists()


def test_given_a_draft_when_thrown_away_then_it_is_gone_and_nothing_is_written(client_of, connector, case):
    client = client_of(connector)
    typed(client, case)
    client.post(url(case), data(discard="1"))
    assert not Draft.objects.exists()
    assert not Entry.objects.exists()


def test_a_draft_is_seen_by_nobody_else(client_of, connector, case):
    typed(client_of(connector), case, text="Mine alone")
    assert "Mine alone" not in client_of(teammate(connector)).get(reverse("cases:case", args=[case.pk])).text


@pytest.mark.parametrize("key", ["not a key", ""])
def test_given_a_draft_with_a_broken_key_then_the_page_still_opens(client_of, connector, case, key):
    client = client_of(connector)
    typed(client, case, key=key)
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200


# --- Who ---------------------------------------------------------------------------------------------


def test_a_teammate_may_write(client_of, connector, case):
    assert client_of(teammate(connector)).post(url(case), data()).status_code == 302


def test_given_another_team_in_the_circle_then_it_adds_but_sets_no_step_and_writes_nothing_private(
    client_of, connector, outsider
):
    referral, case = accepted(connector)
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps with money")
    client = client_of(outsider)
    assert client.post(url(case), data(next_words="Mine", next_when="week")).status_code == 302
    case.refresh_from_db()
    referral.refresh_from_db()
    assert (case.next_action, case.first_contact_at, referral.status) == (
        "First contact",
        None,
        ReferralStatus.ACCEPTED,
    )
    assert client.post(url(case), data(audience="team")).status_code == 422
    with pytest.raises(PermissionDenied):
        write_note(case=case, by=Author.of(outsider), kind=Kind.NOTE, text="x", audience=Audience.TEAM)
    with pytest.raises(PermissionDenied):
        write_note(case=case, by=Author.of(outsider), kind=Kind.NOTE, text="x", next_step=NextStep("", None))


def close(case):
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), closing_reason=ClosingReason.objects.first())


def test_given_a_closed_case_then_a_note_may_be_added(client_of, connector, case):
    close(case)
    client = client_of(connector)
    assert "Next step" not in client.get(reverse("cases:case", args=[case.pk])).text
    assert client.post(url(case), data()).status_code == 302


def test_given_it_was_closed_while_writing_then_the_next_step_is_given_back(client_of, connector, case):
    close(case)
    page = client_of(connector).post(url(case), data(next_words="Ring her sister", next_when="week"))
    assert page.status_code == 422
    assert "This case was closed meanwhile" in page.text
    assert "Ring her sister" in page.text
    step = NextStep("Ring her sister", timezone.localdate())
    entry = write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="x", next_step=step)
    case.refresh_from_db()
    assert (case.next_action, entry.details["next"]) == ("", "Ring her sister")


def test_given_a_note_is_posted_again_then_a_colleagues_newer_next_step_stays(case, connector):
    """given a note whose post comes a second time, after a colleague set another next step, then theirs stays"""
    today, key = timezone.localdate(), uuid.uuid4()
    first = {"case": case, "by": Author.of(connector), "kind": Kind.NOTE, "text": "Talked", "key": key}
    first |= {"next_step": NextStep("Ring her sister", today)}
    entry = write_note(**first)
    newer = NextStep("Visit her", today + datetime.timedelta(days=2))
    write_note(case=case, by=Author.of(teammate(connector)), kind=Kind.NOTE, text="Rang", next_step=newer)
    assert write_note(**first) == entry
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on) == (newer.words, newer.on)
    assert case.entry_count == 2


def test_kinds_of_other_deeds_are_refused(case, connector):
    with pytest.raises(ValueError, match="its own deed"):
        write_note(case=case, by=Author.of(connector), kind=Kind.CLOSED, text="x")


def test_strangers_readers_and_wrong_verbs(client, client_of, outsider, gp, provider, steward, connector, case):
    assert client_of(outsider).post(url(case), data()).status_code == 404
    for reader in (gp, provider, steward):
        assert client_of(reader).post(url(case), data()).status_code == 403
    assert client_of(connector).get(url(case)).status_code == 405
    assert client.post(url(case), data()).status_code == 302
    assert not Entry.objects.exists()
