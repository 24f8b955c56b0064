"""The table of a booking's life, kept in order."""

from bookings.states import (
    ACTIVE_STATUSES,
    EXPECTED_STATUSES,
    STATUSES_HOLDING_PLACE,
    TRANSITIONS,
    Actor,
    BookingStatus,
)


def may_move(before: str, after: str, mover: Actor) -> bool:
    return (before, after) in TRANSITIONS and mover in TRANSITIONS[before, after].actors


def test_each_state_can_be_reached() -> None:
    reached = {after for before, after in TRANSITIONS if not before}
    while more := {after for before, after in TRANSITIONS if before in reached} - reached:
        reached |= more
    assert reached == set(BookingStatus)


def test_the_person_only_books_says_yes_and_cancels() -> None:
    theirs = {
        (before, after) for (before, after), step in TRANSITIONS.items() if Actor.PERSON in step.actors and before
    }
    assert theirs == {(BookingStatus.OFFERED, BookingStatus.BOOKED)} | {
        (state, BookingStatus.CANCELLED) for state in ACTIVE_STATUSES
    }
    assert not may_move("", BookingStatus.ATTENDED, Actor.PERSON)


def test_by_itself_nobody_loses_a_place_but_by_time_or_a_session_called_off() -> None:
    alone = {
        after
        for (before, after), step in TRANSITIONS.items()
        if before in STATUSES_HOLDING_PLACE and Actor.SYSTEM in step.actors
    }
    assert alone == {BookingStatus.LAPSED, BookingStatus.CALLED_OFF}


def test_the_register_can_always_be_put_right() -> None:
    for before in EXPECTED_STATUSES:
        for after in EXPECTED_STATUSES - {before}:
            assert may_move(before, after, Actor.GROUP)


def test_each_move_has_words_and_what_is_not_in_the_table_is_refused() -> None:
    assert all(step.deed for step in TRANSITIONS.values())
    assert not may_move(BookingStatus.CALLED_OFF, BookingStatus.BOOKED, Actor.GROUP)
    assert not may_move("", BookingStatus.OFFERED, Actor.GROUP)
