"""“Log no answer”: tries are counted, and what was due goes on to another day."""

import datetime
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agencies.models import Author
from cases.actions.notes import NextStep, write_note
from cases.models import Audience, Circle, Entry, Kind
from config.working_days import add_working_days
from tests.factories import CaseFactory, MembershipFactory

MONDAY = datetime.datetime(2026, 7, 6, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector)


def log(client, case, **more):
    posted = {"kind": "no_answer", "text": "", "when": "now", "audience": "circle", "next_words": ""}
    return client.post(
        reverse("cases:write", args=[case.pk]), posted | {"next_when": "keep", "key": uuid.uuid4()} | more, follow=True
    )


def days_on(n):
    return add_working_days(timezone.localdate(), n)


def test_given_no_answer_then_the_try_is_counted_and_said_and_the_next_is_another_day(client_of, connector, case):
    page = log(client_of(connector), case).text
    case.refresh_from_db()
    assert (case.tries, case.next_action, case.next_action_on) == (1, "Try again", days_on(1))
    assert "No answer, try 1: added to the story. Next step: Try again, by 7 July 2026." in page
    assert "1 try without an answer" in page
    assert "No answer, try 1</h3>" in page
    assert Entry.objects.get().details == {"try": 1, "next": "Try again", "next_on": "7 July 2026"}


@pytest.mark.parametrize(("before", "wait"), [(0, 1), (1, 2), (2, 3), (4, 5), (9, 5)])
def test_each_try_waits_a_working_day_longer_up_to_a_week(client_of, connector, before, wait):
    case = CaseFactory(lead=connector, tries=before, next_action="Try again", next_action_on=timezone.localdate())
    page = log(client_of(connector), case).text
    case.refresh_from_db()
    assert (case.tries, case.next_action_on) == (before + 1, days_on(wait))
    assert ("Try another way" in page) == (before >= 2)


@pytest.mark.parametrize("due", [0, -1, -30])
def test_a_step_that_is_due_keeps_its_words_and_goes_on(client_of, connector, due):
    on = timezone.localdate() + datetime.timedelta(days=due)
    case = CaseFactory(lead=connector, next_action="Ring about the allotment", next_action_on=on)
    log(client_of(connector), case)
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on) == ("Ring about the allotment", days_on(1))


def test_a_visit_planned_for_another_day_stays(client_of, connector):
    case = CaseFactory(lead=connector, next_action="Home visit", next_action_on=days_on(8))
    log(client_of(connector), case)
    case.refresh_from_db()
    assert (case.tries, case.next_action, case.next_action_on) == (1, "Home visit", days_on(8))


def test_the_first_contact_is_tried_again_before_its_promise_ends(client_of, connector):
    case = CaseFactory(lead=connector, next_action="First contact", next_action_on=days_on(3))
    log(client_of(connector), case)
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on) == ("First contact", days_on(1))


def test_a_day_chosen_by_hand_wins(client_of, connector, case):
    log(client_of(connector), case, next_when="two_weeks", next_words="Write a letter")
    case.refresh_from_db()
    assert (case.tries, case.next_action, case.next_action_on) == (1, "Write a letter", days_on(10))


def test_done_means_done(client_of, connector):
    case = CaseFactory(lead=connector, next_action="Ring", next_action_on=timezone.localdate())
    log(client_of(connector), case, next_when="none")
    case.refresh_from_db()
    assert (case.tries, case.next_action) == (1, "")


def test_the_form_says_which_day_that_will_be(client_of, connector, case):
    page = client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    assert "No next step; after no answer: Tue 7 Jul" in page


@pytest.mark.parametrize("kind", ["phone", "call", "visit"])
def test_whoever_is_reached_ends_the_tries_and_the_trying(connector, kind):
    case = CaseFactory(lead=connector, tries=3, next_action="Try again", next_action_on=days_on(1))
    write_note(case=case, by=Author.of(connector), kind=Kind(kind), text="Reached")
    case.refresh_from_db()
    assert (case.tries, case.next_action, case.next_action_on) == (0, "", None)


def test_a_note_is_no_try_and_ends_none(connector):
    case = CaseFactory(lead=connector, tries=3, next_action="Try again", next_action_on=days_on(1))
    write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="Read the letter")
    case.refresh_from_db()
    assert (case.tries, case.next_action) == (3, "Try again")


def test_what_was_tried_before_they_were_reached_is_written_and_not_counted(connector):
    now = timezone.now()
    case = CaseFactory(lead=connector, last_contact_at=now, first_contact_at=now)
    write_note(case=case, by=Author.of(connector), kind=Kind.NO_ANSWER, happened_at=now - datetime.timedelta(days=1))
    case.refresh_from_db()
    assert (case.tries, case.next_action, Entry.objects.count()) == (0, "", 1)


def test_the_same_post_twice_is_one_try(connector, case):
    key = uuid.uuid4()
    for _ in range(2):
        write_note(case=case, by=Author.of(connector), kind=Kind.NO_ANSWER, key=key)
    case.refresh_from_db()
    assert (case.tries, case.next_action_on) == (1, days_on(1))


def test_another_agency_of_the_circle_writes_its_try_and_moves_nothing(connector, case):
    other = MembershipFactory(role="connector")
    Circle.objects.create(case=case, agency=other.agency, purpose="Helps with money")
    write_note(case=case, by=Author.of(other), kind=Kind.NO_ANSWER)
    case.refresh_from_db()
    assert (case.tries, case.next_action, Entry.objects.get().details) == (0, "", {})


def test_the_caseload_says_how_often_and_no_longer_calls_the_first_contact_late(client_of, connector):
    case = CaseFactory(
        lead=connector,
        first_contact_due=timezone.localdate() - datetime.timedelta(days=2),
        next_action="First contact",
        next_action_on=timezone.localdate() - datetime.timedelta(days=2),
    )
    client = client_of(connector)
    assert "Overdue" in client.get("/caseload/", {"list": "all"}).text.split("<tbody")[1]
    for _ in range(2):
        log(client, case)
        case.refresh_from_db()
    row = client.get("/caseload/", {"list": "all"}).text.split("<tbody")[1]
    assert "First contact (2 tries, no answer)" in row
    assert "Overdue" not in row


def test_who_was_tried_and_has_no_step_is_still_owed_the_first_contact(client_of, connector):
    CaseFactory(lead=connector, tries=1, first_contact_due=timezone.localdate())
    assert "First contact (1 try, no answer)" in client_of(connector).get("/caseload/", {"list": "due"}).text


def test_next_step_given_with_the_call_is_kept(connector, case):
    step = NextStep("Text her", days_on(2))
    write_note(case=case, by=Author.of(connector), kind=Kind.NO_ANSWER, audience=Audience.TEAM, next_step=step)
    case.refresh_from_db()
    assert (case.next_action, case.next_action_on, case.tries) == ("Text her", days_on(2), 1)
