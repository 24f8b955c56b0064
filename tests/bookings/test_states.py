"""The table of a booking's life, kept in order."""

from bookings.states import BEGINS, EXPECTED, HOLDS_PLACE, STANDS, STEPS, Booked, Mover, deed_of, may_move


def test_each_state_can_be_reached() -> None:
    reached = set(BEGINS)
    while more := {after for before, after in STEPS if before in reached} - reached:
        reached |= more
    assert reached == set(Booked)


def test_the_person_only_books_says_yes_and_cancels() -> None:
    theirs = {(before, after) for (before, after), step in STEPS.items() if Mover.PERSON in step.movers}
    assert theirs == {(Booked.OFFERED, Booked.BOOKED)} | {(state, Booked.CANCELLED) for state in STANDS}
    assert not may_move("", Booked.ATTENDED, Mover.PERSON)


def test_by_itself_nobody_loses_a_place_but_by_time_or_a_session_called_off() -> None:
    alone = {after for (before, after), step in STEPS.items() if before in HOLDS_PLACE and Mover.SYSTEM in step.movers}
    assert alone == {Booked.LAPSED, Booked.CALLED_OFF}


def test_the_register_can_always_be_put_right() -> None:
    for before in EXPECTED:
        for after in EXPECTED - {before}:
            assert may_move(before, after, Mover.GROUP)


def test_each_move_has_words_and_what_is_not_in_the_table_is_refused() -> None:
    for before, after in STEPS:
        assert deed_of(before, after)
    assert not may_move(Booked.CALLED_OFF, Booked.BOOKED, Mover.GROUP)
    assert not may_move("", Booked.OFFERED, Mover.GROUP)
