"""The life of a booking, as a table that a volunteer can read.

Who moves it: the person (or the connector who books for them, or by the link in their e-mail), the group that runs the
session, or Hereabouts itself when a time has come.
"""

from django.db.models import TextChoices

from config.transitions import Table, Transition


class BookingStatus(TextChoices):
    """Where a booking stands."""

    WAITING = "waiting", "On the waiting list"
    OFFERED = "offered", "A place is offered"
    BOOKED = "booked", "Booked"
    ATTENDED = "attended", "Came"
    MISSED = "missed", "Did not come"
    CANCELLED = "cancelled", "Cancelled"
    LAPSED = "lapsed", "The offer ran out"
    FULL = "full", "No place came free"
    CALLED_OFF = "called_off", "Session cancelled"


class Actor(TextChoices):
    PERSON = "person", "the person, or who books for them"
    GROUP = "group", "the group that runs it"
    SYSTEM = "system", "Hereabouts"


B, M = BookingStatus, Actor

TRANSITIONS: Table = {
    ("", B.BOOKED): Transition([M.PERSON, M.GROUP], "booked"),
    ("", B.WAITING): Transition([M.PERSON, M.GROUP], "put on the waiting list"),
    ("", B.ATTENDED): Transition([M.GROUP], "came without booking"),
    (B.WAITING, B.OFFERED): Transition([M.GROUP, M.SYSTEM], "offered a place"),
    (B.WAITING, B.BOOKED): Transition([M.GROUP, M.SYSTEM], "given a place"),
    (B.WAITING, B.CANCELLED): Transition([M.PERSON, M.GROUP], "taken off the waiting list"),
    (B.WAITING, B.CALLED_OFF): Transition([M.SYSTEM], "session cancelled"),
    (B.WAITING, B.FULL): Transition([M.SYSTEM], "no place came free"),
    (B.WAITING, B.ATTENDED): Transition([M.GROUP], "came"),
    (B.OFFERED, B.BOOKED): Transition([M.PERSON, M.GROUP], "took the place"),
    (B.OFFERED, B.CANCELLED): Transition([M.PERSON, M.GROUP], "said no to the place"),
    (B.OFFERED, B.LAPSED): Transition([M.SYSTEM], "offer ran out"),
    (B.OFFERED, B.CALLED_OFF): Transition([M.SYSTEM], "session cancelled"),
    (B.OFFERED, B.ATTENDED): Transition([M.GROUP], "came"),
    (B.BOOKED, B.CANCELLED): Transition([M.PERSON, M.GROUP], "cancelled"),
    (B.BOOKED, B.CALLED_OFF): Transition([M.SYSTEM], "session cancelled"),
    (B.BOOKED, B.ATTENDED): Transition([M.GROUP], "came"),
    (B.BOOKED, B.MISSED): Transition([M.GROUP], "did not come"),
    # The register may be put right; each time is a row of its own.
    (B.ATTENDED, B.MISSED): Transition([M.GROUP], "did not come, the register was wrong"),
    (B.MISSED, B.ATTENDED): Transition([M.GROUP], "came, the register was wrong"),
    (B.ATTENDED, B.BOOKED): Transition([M.GROUP], "mark taken back"),
    (B.MISSED, B.BOOKED): Transition([M.GROUP], "mark taken back"),
    # Those who had no place, and came or get one after all.
    (B.CANCELLED, B.ATTENDED): Transition([M.GROUP], "came after all"),
    (B.LAPSED, B.ATTENDED): Transition([M.GROUP], "came after all"),
    (B.FULL, B.ATTENDED): Transition([M.GROUP], "came after all"),
    (B.CANCELLED, B.BOOKED): Transition([M.GROUP], "given a place"),
    (B.LAPSED, B.BOOKED): Transition([M.GROUP], "given a place"),
}

STATUSES_HOLDING_PLACE = frozenset({B.OFFERED, B.BOOKED, B.ATTENDED})  # what Session.taken counts
ACTIVE_STATUSES = frozenset({B.WAITING, B.OFFERED, B.BOOKED})  # before the session: still wants to come
EXPECTED_STATUSES = frozenset({B.BOOKED, B.ATTENDED, B.MISSED})  # who is on the register
MARKED_STATUSES = frozenset({B.ATTENDED, B.MISSED})
del B, M
