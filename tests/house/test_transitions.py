"""The one mechanism of every table of moves. Two hands at once: see the tests of each deed that moves something."""

import uuid

import pytest
from django.db import transaction

from agencies.access import Role
from agencies.models import Author, Signed
from bookings import states as bookings
from config.hooks import Hook
from config.transitions import MoveRefused, Table, Transition, check_move, find_by_key, save_columns, save_move
from directory.models import review
from referrals import states as referrals
from referrals.models import Move, Referral
from tests.factories import ReferralFactory

WHY = {"words": "Say why."}
TABLE: Table = {("", "open"): Transition(["team"], "opened"), ("open", "shut"): Transition(["team"], "shut", needs=WHY)}


def check(before: str, after: str, actor: str = "team", words: str = "Because") -> None:
    check_move(TABLE, before, after, actor=actor, refusal=lambda: "Too late", row=Move(words=words))


def a_move(referral: Referral, after: str = "accepted", **more: object) -> Move:
    number, by = referral.moves_made + 1, Signed.signature(Author.system())
    return Move(referral=referral, number=number, before=referral.status, after=after, **by, **more)


def test_what_the_table_allows_is_not_refused_and_nobody_asks_why() -> None:
    check("", "open")
    check("open", "shut")
    check_move(TABLE, "", "open", actor="team", refusal=lambda: pytest.fail("asked"))


@pytest.mark.parametrize(("before", "after", "actor"), [("", "shut", "team"), ("open", "shut", "passer-by")])
def test_another_move_and_another_hand_are_refused_in_the_words_of_the_deed(before, after, actor) -> None:
    with pytest.raises(MoveRefused, match=r"^Too late$"):
        check(before, after, actor)


def test_a_move_that_lacks_what_it_needs_is_asked_for_it() -> None:
    with pytest.raises(MoveRefused, match=r"^Say why.$"):
        check("open", "shut", words="")


@pytest.mark.django_db
def test_the_row_then_the_head_then_those_who_hear_of_it() -> None:
    referral, heard = ReferralFactory(), Hook()
    made = a_move(referral)

    @heard.register
    def hear(head: Referral, row: Move) -> None:
        stored = Referral.objects.get(pk=head.pk)
        assert (row, stored.status, stored.moves_made, stored.nudges) == (Move.objects.get(number=2), "accepted", 2, 3)
        assert stored.moved_at == row.at
        heard.unregister(hear)

    assert save_move(referral, made, heard, nudges=3) is made
    assert not list(heard)


@pytest.mark.django_db
def test_given_a_listener_that_fails_then_nothing_has_moved() -> None:
    referral = ReferralFactory()

    def fail(head: Referral, row: Move) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        save_move(referral, a_move(referral), [fail])
    assert Referral.objects.get(pk=referral.pk).status == "sent"
    assert referral.moves.count() == 1


@pytest.mark.django_db
def test_the_second_post_finds_what_the_first_has_moved_and_no_other_does() -> None:
    referral, key = ReferralFactory(), uuid.uuid4()
    made = save_move(referral, a_move(referral, key=key), [])
    assert find_by_key(referral.moves, key) == made
    assert find_by_key(referral.moves, uuid.uuid4()) is find_by_key(referral.moves, None) is None
    assert find_by_key(ReferralFactory().moves, key) is None


@pytest.mark.django_db
def test_a_head_saves_only_what_has_changed() -> None:
    referral = ReferralFactory()
    Referral.objects.filter(pk=referral.pk).update(nudges=2)
    save_columns(referral, message="Ring twice")
    stored = Referral.objects.get(pk=referral.pk)
    assert (stored.nudges, stored.message) == (2, "Ring twice")


@pytest.mark.parametrize(
    ("table", "states", "actors"),
    [
        (referrals.TRANSITIONS, referrals.ReferralStatus, referrals.Side),
        (bookings.TRANSITIONS, bookings.BookingStatus, bookings.Actor),
        (review.TRANSITIONS, review.Decision, Role),
    ],
)
def test_each_table_names_states_and_actors_that_there_are(table: Table, states: type, actors: type) -> None:
    assert {after for _, after in table} == set(states)
    assert {before for before, _ in table} <= {"", *states}
    assert all(move.deed and move.actors and set(move.actors) <= set(actors) for move in table.values())
