"""Somebody leaves, gives cases or passes on while others write: on real commits, in an order that is made to happen."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from agencies.access import Permission, Role, database_context
from agencies.actions.close import close_agency
from agencies.actions.hand_over import Decision, LeavesBehind
from agencies.actions.membership import end_membership
from agencies.models import Author, Membership
from bookings.actions.places import lock_session
from cases.actions.give import give_case, give_cases_alone
from cases.actions.news import mark_referral_news_opened
from cases.actions.notes import write_note
from cases.actions.opening import accept_referral
from cases.actions.part import part_referral
from cases.actions.questions import ask_other_teams
from cases.history.record import record_entry
from cases.models import Case, CaseReferral, Entry, Kind, News, Person
from config.row_security import set_context
from directory.exchange.actions.duplicates import join_listings
from directory.models import Decision as Answer
from directory.models import Likeness, Location, SchoolTerm, Session
from directory.publishing.actions.claims import decline_claim, submit_claim
from directory.stewardship.actions.terms import save_terms
from referrals.actions import MoveRefused, move_referral
from referrals.actions.hand_over import report_unattended_referrals
from referrals.models import LookUp, Referral
from referrals.models.look_up import MAX_LOOK_UPS
from referrals.states import ReferralStatus, Side
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    OnwardReferralFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    SourceFactory,
    at,
    teammate,
)

pytestmark = pytest.mark.django_db(transaction=True)


def start_until_it_waits(deed: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """The deed in a thread of its own, once it waits for a lock that this one holds; and what came of it."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(deed())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 20
    while time.monotonic() < until and not results:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
        time.sleep(0.02)
    return thread, results


def test_a_colleague_who_writes_in_a_case_and_one_who_leaves_do_not_block_each_other(
    lead: Membership, connector: Membership
) -> None:
    case = CaseFactory(lead=connector)
    decisions = {"cases": Decision(lead)}
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        leaving, results = start_until_it_waits(
            lambda: end_membership(membership=connector, by=lead, decisions=decisions)
        )
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(lead), text="Rang, and she is well")
    leaving.join()
    assert isinstance(results[0], Membership), results
    assert [entry.kind for entry in Entry.objects.order_by("number")] == [Kind.NOTE, Kind.ASSIGNED]


def test_a_case_that_is_opened_while_the_team_closes_is_not_left_there(lead: Membership, connector: Membership) -> None:
    other, steward = MembershipFactory(role=Role.LEAD).agency, MembershipFactory(role=Role.STEWARD)
    referral, decisions = ReferralFactory(to_agency=connector.agency), {"referrals": Decision(other)}
    with transaction.atomic():
        accept_referral(referral=referral, by=Author.of(connector), person=None)
        closing, results = start_until_it_waits(
            lambda: close_agency(agency=connector.agency, by=steward, decisions=decisions, ground="harm")
        )
    closing.join()
    assert [type(result) for result in results] == [LeavesBehind]
    connector.agency.refresh_from_db()
    assert connector.agency.left_at is None


def test_a_team_that_takes_cases_does_not_close_meanwhile(connector: Membership) -> None:
    case, other, _ = CaseFactory(lead=connector), *(MembershipFactory(role=Role.CONNECTOR) for _ in range(2))
    with transaction.atomic():
        close_agency(agency=connector.agency, by=connector, decisions={"cases": Decision(other.agency)}, ground="harm")
        closing, results = start_until_it_waits(lambda: close_agency(agency=other.agency, by=other))
    closing.join()
    assert [type(result) for result in results] == [LeavesBehind]
    case.refresh_from_db()
    assert case.agency.left_at is None


def test_two_who_share_out_the_same_cases_do_not_take_them_from_each_other(
    lead: Membership, connector: Membership
) -> None:
    third = teammate(connector)
    case = CaseFactory(lead=connector)
    end_membership(membership=connector, by=lead, decisions={"cases": Decision(None)})
    with transaction.atomic():
        assert give_cases_alone(by=lead, decision=Decision(lead)) == 1
        other, results = start_until_it_waits(lambda: give_cases_alone(by=third, decision=Decision(third)))
    other.join()
    case.refresh_from_db()
    assert (results, case.lead) == ([0], lead)


def test_a_note_written_while_the_case_is_given_to_a_colleague_is_kept(lead: Membership, connector: Membership) -> None:
    case, by = CaseFactory(lead=connector), Author.of(connector)
    with transaction.atomic():
        give_case(case=case, to=lead, by=by)
        mine = Case.objects.get(pk=case.pk)
        writing, results = start_until_it_waits(lambda: write_note(case=mine, by=by, kind=Kind.NOTE, text="She rang"))
    writing.join()
    assert isinstance(results[0], Entry), results
    case.refresh_from_db()
    assert (case.lead, case.entry_count) == (lead, 2)


def test_a_referral_accepted_while_a_colleague_passes_it_on_says_so(lead: Membership, connector: Membership) -> None:
    referral = ReferralFactory(to_agency=connector.agency)
    other = MembershipFactory(role=Role.CONNECTOR).agency
    with transaction.atomic():
        sent, back = ReferralStatus.SENT, Side.RECEIVER
        move_referral(referral, sent, by=Author.of(lead), side=back, to_agency=other, words="Nearer", ground="harm")
        mine = type(referral).objects.get(pk=referral.pk)
        accepting, results = start_until_it_waits(
            lambda: accept_referral(referral=mine, by=Author.of(connector), person=None)
        )
    accepting.join()
    assert isinstance(results[0], MoveRefused), results
    assert not Case.objects.exists()


@transaction.atomic
def ask_as_member(member: Membership, case: Case) -> None:
    set_context(**database_context(member))  # the database answers nobody else
    ask_other_teams(case=case, by=Author.of(member), key=uuid.uuid4())


def test_two_teams_that_ask_each_other_at_once_hold_the_cases_in_one_order(
    connector: Membership, outsider: Membership
) -> None:
    theirs = CaseFactory(pk=uuid.UUID(int=1), lead=outsider, person__nhs_number="9990000018")
    case = CaseFactory(pk=uuid.UUID(int=2), lead=connector)
    referral = ReferralFactory(to_agency=connector.agency, status="accepted", nhs_number="9990000018")
    type(theirs.person).objects.filter(pk=theirs.person_id).update(name=referral.person_name)
    CaseReferral.objects.create(case=case, referral=referral, direction="received")
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=theirs.pk)
        asking, results = start_until_it_waits(lambda: ask_as_member(connector, case))
        assert not results, "it waits for the first of the two"
        Case.objects.select_for_update(nowait=True).get(pk=case.pk)
    asking.join()
    assert results == [None]
    assert theirs.entries.get().kind == Kind.ASKED


def test_a_referral_accepted_while_its_holder_leaves_stays_with_who_accepted(
    lead: Membership, connector: Membership
) -> None:
    referral = ReferralFactory(to_agency=connector.agency, assigned_to=connector)
    decisions = {"referrals": Decision(lead)}
    with transaction.atomic():
        accept_referral(referral=referral, by=Author.of(lead), person=None)
        leaving, results = start_until_it_waits(
            lambda: end_membership(membership=connector, by=lead, decisions=decisions)
        )
    leaving.join()
    assert isinstance(results[0], Membership), results
    referral.refresh_from_db()
    assert referral.status == ReferralStatus.ACCEPTED


# --- Who was first, and in which order what is held ---------------------------------------------------


def test_whoever_opened_news_first_stays_named(gp: Membership, connector: Membership) -> None:
    referral, second = ReferralFactory(sent_by=gp, to_agency=connector.agency), teammate(gp)
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.of(connector), side=Side.RECEIVER)
    with transaction.atomic():
        mark_referral_news_opened(referral, gp)
        reading, _ = start_until_it_waits(lambda: mark_referral_news_opened(referral, second))
    reading.join()
    assert News.objects.get().opened_by == gp


def test_two_joinings_undone_in_opposite_directions_hold_the_records_in_one_order(connector: Membership) -> None:
    """given each of two referrals stands in the other's case, when both are undone, then one waits for the first record
    and holds none"""
    first, second = (
        PersonFactory(pk=uuid.UUID(int=n), agency=connector.agency, name=f"Joan {n}", nhs_number="") for n in (1, 2)
    )
    by, cases = Author.of(connector), []
    for person in (first, second):
        for _ in range(2):
            referral = ReferralFactory(to_agency=connector.agency, nhs_number="", person_name=person.name)
            cases.append((accept_referral(referral=referral, by=by, person=person), referral))
    joined = cases[3][1]  # about the second, and is to go to the first
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=first.pk)
        parting, results = start_until_it_waits(
            lambda: part_referral(
                referral=Referral.objects.get(pk=joined.pk),
                by=by,
                person=first,
                entries=[],
                words="-",
                key=uuid.uuid4(),
            )
        )
        assert not results, "it waits for the first of the two"
        Person.objects.select_for_update(nowait=True).get(pk=second.pk)
    parting.join()
    assert results == [cases[0][0]]


def test_look_ups_at_once_are_all_counted(gp: Membership) -> None:
    most = min(MAX_LOOK_UPS.values())
    for _ in range(most - 1):
        LookUp.record(gp, "9990000018", found=False)
    with transaction.atomic():
        assert LookUp.has_room(gp)
        trying, results = start_until_it_waits(lambda: transaction.atomic(LookUp.has_room)(gp))
        LookUp.record(gp, "9990000026", found=False)
    trying.join()
    assert results == [False]


def test_when_nobody_is_left_all_referrals_are_held_before_the_first_case(connector: Membership) -> None:
    case = CaseFactory(lead=connector)
    for n in (1, 2):
        sent = OnwardReferralFactory(pk=uuid.UUID(int=n), sent_by=connector)
        CaseReferral.objects.create(case=case, referral=sent, direction="sent")
    with transaction.atomic():
        Referral.objects.select_for_update().get(pk=uuid.UUID(int=2))  # a group answers the second
        telling, results = start_until_it_waits(
            lambda: transaction.atomic(report_unattended_referrals)(connector.agency, Permission.REFER)
        )
        Case.objects.select_for_update(nowait=True).get(pk=case.pk)
    telling.join()
    assert results == [None]


def test_a_session_moved_to_another_place_meanwhile_is_booked_at_that_place() -> None:
    service = ServiceFactory(bookable=True)
    places = [service.at_locations.create(location=Location.objects.create(name=name)) for name in ("Hall", "Park")]
    session = SessionFactory(service=service, at_location=places[0])
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(at_location=places[1], starts_at=at(days=4))
        booking, results = start_until_it_waits(lambda: transaction.atomic(lock_session)(session.pk))
    booking.join()
    assert results[0].at_location.location.name == "Park"


def test_who_was_quicker_to_answer_a_claim_is_named(steward: Membership) -> None:
    asked = {"name": "Singers", "contact_name": "N", "contact_email": "n@group.example.org", "words": "Ask me"}
    claim, second = submit_claim(key=uuid.uuid4(), agency=None, **asked), teammate(steward)
    mine = type(claim).objects.get(pk=claim.pk)
    with transaction.atomic():
        decline_claim(claim=claim, words="Not a group", by=steward)
        answering, results = start_until_it_waits(lambda: decline_claim(claim=mine, words="-", by=second))
    answering.join()
    assert isinstance(results[0], MoveRefused), results
    assert mine.decided_by.user.name == steward.user.name


def test_two_pairs_that_share_a_listing_are_joined_one_after_the_other(steward: Membership) -> None:
    one, two, three = (ServiceFactory(pk=uuid.UUID(int=n), source=SourceFactory().name) for n in (1, 2, 3))
    first, second = (
        Likeness.objects.create(pk=n, first=pair[0], second=pair[1], why="Alike", score=90)
        for n, pair in ((1, (one, two)), (2, (two, three)))
    )
    with transaction.atomic():
        Likeness.objects.select_for_update().get(pk=first.pk)
        joining, results = start_until_it_waits(lambda: join_listings(second, keep=three, by=steward))
        type(two).objects.select_for_update(nowait=True).get(pk=two.pk)
    joining.join()
    second.refresh_from_db()
    assert (results, second.decision) == ([None], Answer.ACCEPTED)


def test_term_dates_that_are_saved_twice_at_once_are_there_once() -> None:
    steward = MembershipFactory(role=Role.STEWARD)
    terms = [(at(1).date(), at(90).date())]
    with transaction.atomic():
        save_terms(terms=terms, by=steward)
        again, results = start_until_it_waits(lambda: save_terms(terms=terms, by=steward))
    again.join()
    assert results == [None]
    assert [(term.first, term.last) for term in SchoolTerm.objects.all()] == terms
