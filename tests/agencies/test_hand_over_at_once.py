"""Somebody leaves, gives cases or passes on while others write: on real commits, in an order that is made to happen."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from agencies.access import Role
from agencies.actions.hand_over import Decision
from agencies.actions.membership import end_membership
from agencies.models import Author, Membership
from cases.actions.give import give_case, give_cases_alone
from cases.actions.notes import write_note
from cases.actions.opening import accept_referral
from cases.actions.questions import ask_other_teams
from cases.history.record import record_entry
from cases.models import Case, CaseReferral, Entry, Kind
from referrals.actions import MoveRefused, move_referral
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, teammate

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
        asking, results = start_until_it_waits(
            lambda: ask_other_teams(case=case, by=Author.of(connector), key=uuid.uuid4())
        )
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
