"""move(): the table, the numbers, the key, who is told, and many hands at once."""

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies.access import Role
from agencies.models import Author, Membership, Message
from referrals.actions import MoveRefused, move_referral
from referrals.hooks import on_referral_moved
from referrals.models import DeclineReason, Move, Referral
from referrals.states import TRANSITIONS, ReferralStatus, Side
from tests.factories import AgencyFactory, MembershipFactory, OnwardReferralFactory, ReferralFactory


def receiver_of(referral: Referral) -> Author:
    role = Role.PROVIDER if referral.service else Role.CONNECTOR
    return Author.of(MembershipFactory(agency=referral.to_agency, role=role, user__name="Priya Shah"))


def sender_of(referral: Referral) -> Author:
    return Author.of(referral.sent_by)


def reason() -> DeclineReason:
    return DeclineReason.of_side(DeclineReason.Side.TEAM).get(code="out-of-area")


def test_a_move_leaves_a_signed_and_numbered_row_and_brings_the_referral_along() -> None:
    referral = ReferralFactory()

    made = move_referral(
        referral, ReferralStatus.ACCEPTED, by=receiver_of(referral), side=Side.RECEIVER, words=" Welcome "
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert (made.number, made.before, made.after, made.words) == (2, "sent", "accepted", "Welcome")
    assert made.byline == f"Priya Shah, {referral.to_agency.name}"
    assert stored.status == referral.status == ReferralStatus.ACCEPTED
    assert stored.moves_made == 2
    assert stored.moved_at == made.at


@pytest.mark.parametrize("status", ReferralStatus.values)
def test_only_what_the_table_allows_is_done_and_only_by_that_side(status: str) -> None:
    referral, other = ReferralFactory(status=status), AgencyFactory(kind="connectors")
    for to, side in itertools.product(ReferralStatus, Side):
        rule = TRANSITIONS.get((ReferralStatus(status), to))
        team = other if status == to == ReferralStatus.SENT else None
        how = {
            "by": Author.system(),
            "side": side,
            "reason": reason(),
            "words": "Because",
            "to_agency": team,
            "ground": "harm",
        }
        if rule and side in rule.actors:
            assert move_referral(ReferralFactory(status=status), to, **how).after == to
        else:
            with pytest.raises(MoveRefused):
                move_referral(referral, to, **how)

    assert referral.moves.count() == 1
    assert Referral.objects.get(pk=referral.pk).status == status


def test_declining_asks_for_a_reason_and_returning_for_words() -> None:
    referral = ReferralFactory()
    by = receiver_of(referral)

    with pytest.raises(MoveRefused, match="choosing a reason"):
        move_referral(referral, ReferralStatus.DECLINED, by=by, side=Side.RECEIVER)
    with pytest.raises(MoveRefused, match="in a few words"):
        move_referral(referral, ReferralStatus.RETURNED, by=by, side=Side.RECEIVER, words="  ")

    assert (
        move_referral(referral, ReferralStatus.DECLINED, by=by, side=Side.RECEIVER, reason=reason()).reason == reason()
    )


def test_the_second_call_with_a_key_gets_the_first_ones_move() -> None:
    referral, key = ReferralFactory(), uuid.uuid4()
    by = receiver_of(referral)

    first = move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, key=key, seen=1)
    second = move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, key=key, seen=1)

    assert first == second
    assert referral.moves.count() == 2
    assert Message.objects.filter(subject__startswith="News").count() == 1


def test_who_answers_an_older_state_is_told_who_was_quicker_and_when() -> None:
    referral = ReferralFactory()
    move_referral(referral, ReferralStatus.ACCEPTED, by=receiver_of(referral), side=Side.RECEIVER)

    with pytest.raises(MoveRefused, match=r"^Priya Shah accepted this at \d+(:\d\d)?(am|pm)$|midday|midnight"):
        move_referral(
            referral, ReferralStatus.DECLINED, by=Author.system(), side=Side.RECEIVER, reason=reason(), seen=1
        )

    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.ACCEPTED


def test_a_refusal_about_another_day_names_the_day() -> None:
    sent = timezone.make_aware(datetime(2026, 3, 2, 10, 42))
    referral = ReferralFactory(sent_at=sent, status=ReferralStatus.WITHDRAWN, sent_by__user__name="Dr Amara Okafor")

    with pytest.raises(MoveRefused, match="Dr Amara Okafor sent this on 2 March 2026 at 10:42am"):
        move_referral(referral, ReferralStatus.ACCEPTED, by=Author.system(), side=Side.RECEIVER)


# --- Who is told ------------------------------------------------------------------------------------


def test_the_sender_hears_that_there_is_news_and_nothing_about_the_person() -> None:
    referral = ReferralFactory()

    move_referral(
        referral,
        ReferralStatus.DECLINED,
        by=receiver_of(referral),
        side=Side.RECEIVER,
        reason=reason(),
        words="Joan is away",
    )

    message = Message.objects.get(to=referral.sent_by.user.email)
    assert referral.reference in message.subject
    assert f"/referrals/{referral.pk}/" in message.body
    assert "Joan" not in message.subject + message.body
    assert "Whitfield" not in message.body
    assert "declined" not in message.body


def test_when_the_sender_has_left_their_agency_hears_it() -> None:
    referral = ReferralFactory()
    Membership.objects.filter(pk=referral.sent_by_id).update(ended_at=timezone.now())
    referral = Referral.objects.get(pk=referral.pk)

    move_referral(referral, ReferralStatus.ACCEPTED, by=receiver_of(referral), side=Side.RECEIVER)

    assert Message.objects.get(subject__startswith="News").to == referral.from_agency.email


@pytest.mark.parametrize("factory", [ReferralFactory, OnwardReferralFactory])
def test_whoever_was_asked_hears_that_it_was_withdrawn(factory: type[ReferralFactory]) -> None:
    referral = factory()

    move_referral(
        referral, ReferralStatus.WITHDRAWN, by=sender_of(referral), side=Side.SENDER, words="Joan has moved away"
    )

    message = Message.objects.get()
    assert message.to == (referral.service.referral_email if referral.service else referral.to_agency.email)
    assert "withdrawn" in message.subject
    assert "Joan" not in message.body


def test_sent_again_the_team_hears_it_and_the_clock_starts_anew() -> None:
    long_ago = timezone.now() - timedelta(days=30)
    referral = ReferralFactory(sent_at=long_ago, status=ReferralStatus.RETURNED, nudges=2, unanswered_at=timezone.now())

    move_referral(
        referral, ReferralStatus.SENT, by=sender_of(referral), side=Side.SENDER, words="She lives at her son's"
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert stored.answer_by > timezone.localdate()
    assert (stored.nudges, stored.unanswered_at) == (0, None)
    assert "come back with more detail" in Message.objects.get(to=referral.to_agency.email).body


def test_sent_again_to_a_group_is_a_fresh_link() -> None:
    referral = OnwardReferralFactory(status=ReferralStatus.RETURNED)

    move_referral(referral, ReferralStatus.SENT, by=sender_of(referral), side=Side.SENDER, words="Mornings are best")

    assert referral.links.get().sent_to == referral.service.referral_email


def test_passed_on_the_other_team_has_it_with_its_own_time_and_both_are_told() -> None:
    referral = ReferralFactory(nudges=1)
    other = AgencyFactory(kind="connectors", answer_days=5)
    by = receiver_of(referral)
    first_date = referral.answer_by

    made = move_referral(
        referral, ReferralStatus.SENT, by=by, side=Side.RECEIVER, words="Adur's side", to_agency=other, ground="harm"
    )

    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.to_agency, stored.assigned_to, stored.nudges, made.to_agency) == (other, None, 0, other)
    assert stored.answer_by > first_date
    assert {m.to for m in Message.objects.all()} == {other.email, referral.sent_by.user.email}


def test_passing_on_without_a_team_or_to_the_same_one_is_refused() -> None:
    referral = ReferralFactory()
    by = receiver_of(referral)
    for team in (None, referral.to_agency):
        with pytest.raises(MoveRefused, match="another team"):
            move_referral(
                referral, ReferralStatus.SENT, by=by, side=Side.RECEIVER, words="No", to_agency=team, ground="harm"
            )


# --- One transaction (security point 13) ------------------------------------------------------------


def test_who_listens_is_called_inside_the_transaction_and_its_failure_undoes_all() -> None:
    referral = ReferralFactory()
    by = receiver_of(referral)
    heard: list[tuple[Referral, Move]] = []

    def fails(about: Referral, made: Move) -> None:
        heard.append((about, made))
        raise RuntimeError("The history could not be written")

    on_referral_moved.register(fails)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER)
    finally:
        on_referral_moved.unregister(fails)

    assert [made.number for _, made in heard] == [2]
    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.SENT
    assert referral.moves.count() == 1
    assert not Message.objects.exists()


def test_13_row_move_message_and_job_come_together() -> None:
    referral = ReferralFactory()

    move_referral(referral, ReferralStatus.ACCEPTED, by=receiver_of(referral), side=Side.RECEIVER)

    message = Message.objects.get()
    jobs = ProcrastinateJob.objects.filter(task_name="deliver_message")
    assert [job.args["message"] for job in jobs].count(str(message.pk)) == 1


def test_a_move_is_never_changed_nor_deleted_whoever_asks() -> None:
    made = ReferralFactory().moves.get()

    with pytest.raises(PermissionDenied):
        made.save()
    with pytest.raises(PermissionDenied):
        made.delete()
    for deed in (lambda: Move.objects.update(words="Nothing"), lambda: Move.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            deed()


# --- Many at once -----------------------------------------------------------------------------------


def at_once(deeds: list) -> list:
    """Run each in a thread with a connection of its own; what each returned, or the refusal it met."""

    def run(deed):
        try:
            return deed()
        except MoveRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.mark.django_db(transaction=True)
def test_ten_hands_at_once_make_one_move_and_nine_are_told() -> None:
    referral = OnwardReferralFactory()
    by = Author.by_link(referral.to_agency)

    def accept() -> Move:
        own = Referral.objects.get(pk=referral.pk)
        return move_referral(own, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, key=uuid.uuid4(), seen=1)

    found = at_once([accept] * 10)

    assert sum(isinstance(one, Move) for one in found) == 1
    assert sum(isinstance(one, MoveRefused) for one in found) == 9
    assert [m.number for m in referral.moves.all()] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_same_post_ten_times_at_once_is_one_move_and_ten_same_answers() -> None:
    referral, key = OnwardReferralFactory(), uuid.uuid4()
    by = Author.by_link(referral.to_agency)

    def accept() -> Move:
        own = Referral.objects.get(pk=referral.pk)
        return move_referral(own, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, key=key, seen=1)

    found = at_once([accept] * 10)

    assert len({one.pk for one in found}) == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_moves_made_at_once_are_numbered_without_gaps() -> None:
    referral = OnwardReferralFactory(status=ReferralStatus.STARTED)
    by = Author.by_link(referral.to_agency)

    def came() -> Move:
        own = Referral.objects.get(pk=referral.pk)
        return move_referral(own, ReferralStatus.STARTED, by=by, side=Side.RECEIVER, happened_on=date(2026, 3, 2))

    at_once([came] * 10)

    assert [m.number for m in referral.moves.all()] == list(range(1, 12))
