"""The table of a booking's moves, printed whole: who may make which, and what holds a place."""

from bookings.states import (
    ACTIVE_STATUSES,
    EXPECTED_STATUSES,
    MARKED_STATUSES,
    STATUSES_HOLDING_PLACE,
    Actor,
    BookingStatus,
)
from tests.bookings.test_states import may_move

TABLE = """\
before     to         who
           waiting    person, group
           booked     person, group
           attended   group
waiting    offered    group, system
waiting    booked     group, system
waiting    attended   group
waiting    cancelled  person, group
waiting    full       system
waiting    called_off system
offered    booked     person, group
offered    attended   group
offered    cancelled  person, group
offered    lapsed     system
offered    called_off system
booked     attended   group
booked     missed     group
booked     cancelled  person, group
booked     called_off system
attended   booked     group
attended   missed     group
missed     booked     group
missed     attended   group
cancelled  booked     group
cancelled  attended   group
lapsed     booked     group
lapsed     attended   group
full       attended   group
"""


def test_the_table_of_moves_is_the_one_that_was_reviewed() -> None:
    rows = [f"{'before':<11}{'to':<11}who"]
    for before in ("", *BookingStatus.values):
        for after in BookingStatus.values:
            if who := [actor.value for actor in Actor if may_move(before, after, actor)]:
                rows.append(f"{before:<11}{after:<11}{', '.join(who)}")
    assert "\n".join(rows) + "\n" == TABLE


def test_what_holds_a_place_and_who_is_expected() -> None:
    assert {"offered", "booked", "attended"} == STATUSES_HOLDING_PLACE
    assert {"waiting", "offered", "booked"} == ACTIVE_STATUSES
    assert {"booked", "attended", "missed"} == EXPECTED_STATUSES
    assert {"attended", "missed"} == MARKED_STATUSES
