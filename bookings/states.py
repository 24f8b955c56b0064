"""The life of a booking, as a table that a volunteer can read.

Who moves it: the person (or the connector who books for them, or by the link in their e-mail), the group that runs the
session, or Hereabouts itself when a time has come.
"""

from dataclasses import dataclass

from django.db.models import TextChoices


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


@dataclass(frozen=True)
class Transition:
    """Who may make a move, and how it is said in a list: "offered a place"."""

    movers: frozenset[Actor]
    deed: str


def transition_by(*movers: Actor, deed: str) -> Transition:
    return Transition(frozenset(movers), deed)


B, M = BookingStatus, Actor

# The first move of each: how a booking begins.
INITIAL_TRANSITIONS: dict[BookingStatus, Transition] = {
    B.BOOKED: transition_by(M.PERSON, M.GROUP, deed="booked"),
    B.WAITING: transition_by(M.PERSON, M.GROUP, deed="put on the waiting list"),
    B.ATTENDED: transition_by(M.GROUP, deed="came without booking"),
}

TRANSITIONS: dict[tuple[BookingStatus, BookingStatus], Transition] = {
    (B.WAITING, B.OFFERED): transition_by(M.GROUP, M.SYSTEM, deed="offered a place"),
    (B.WAITING, B.BOOKED): transition_by(M.GROUP, M.SYSTEM, deed="given a place"),
    (B.WAITING, B.CANCELLED): transition_by(M.PERSON, M.GROUP, deed="taken off the waiting list"),
    (B.WAITING, B.CALLED_OFF): transition_by(M.SYSTEM, deed="session cancelled"),
    (B.WAITING, B.FULL): transition_by(M.SYSTEM, deed="no place came free"),
    (B.WAITING, B.ATTENDED): transition_by(M.GROUP, deed="came"),
    (B.OFFERED, B.BOOKED): transition_by(M.PERSON, M.GROUP, deed="took the place"),
    (B.OFFERED, B.CANCELLED): transition_by(M.PERSON, M.GROUP, deed="said no to the place"),
    (B.OFFERED, B.LAPSED): transition_by(M.SYSTEM, deed="offer ran out"),
    (B.OFFERED, B.CALLED_OFF): transition_by(M.SYSTEM, deed="session cancelled"),
    (B.OFFERED, B.ATTENDED): transition_by(M.GROUP, deed="came"),
    (B.BOOKED, B.CANCELLED): transition_by(M.PERSON, M.GROUP, deed="cancelled"),
    (B.BOOKED, B.CALLED_OFF): transition_by(M.SYSTEM, deed="session cancelled"),
    (B.BOOKED, B.ATTENDED): transition_by(M.GROUP, deed="came"),
    (B.BOOKED, B.MISSED): transition_by(M.GROUP, deed="did not come"),
    # The register may be put right; each time is a row of its own.
    (B.ATTENDED, B.MISSED): transition_by(M.GROUP, deed="did not come, the register was wrong"),
    (B.MISSED, B.ATTENDED): transition_by(M.GROUP, deed="came, the register was wrong"),
    (B.ATTENDED, B.BOOKED): transition_by(M.GROUP, deed="mark taken back"),
    (B.MISSED, B.BOOKED): transition_by(M.GROUP, deed="mark taken back"),
    # Those who had no place, and came or get one after all.
    (B.CANCELLED, B.ATTENDED): transition_by(M.GROUP, deed="came after all"),
    (B.LAPSED, B.ATTENDED): transition_by(M.GROUP, deed="came after all"),
    (B.FULL, B.ATTENDED): transition_by(M.GROUP, deed="came after all"),
    (B.CANCELLED, B.BOOKED): transition_by(M.GROUP, deed="given a place"),
    (B.LAPSED, B.BOOKED): transition_by(M.GROUP, deed="given a place"),
}

STATUSES_HOLDING_PLACE = frozenset({B.OFFERED, B.BOOKED, B.ATTENDED})  # what Session.taken counts
ACTIVE_STATUSES = frozenset({B.WAITING, B.OFFERED, B.BOOKED})  # before the session: still wants to come
EXPECTED_STATUSES = frozenset({B.BOOKED, B.ATTENDED, B.MISSED})  # who is on the register
MARKED_STATUSES = frozenset({B.ATTENDED, B.MISSED})
del B, M


def may_move(before: str, after: str, mover: Actor) -> bool:
    """Whether the table lets this mover take a booking from one state to the other; `before` is "" at the start."""
    step = (
        TRANSITIONS.get((BookingStatus(before), BookingStatus(after)))
        if before
        else INITIAL_TRANSITIONS.get(BookingStatus(after))
    )
    return step is not None and mover in step.movers


def describe_transition(before: str, after: str) -> str:
    """How that move is said: "offered a place". Raises KeyError for one that the table has not."""
    return (
        TRANSITIONS[BookingStatus(before), BookingStatus(after)]
        if before
        else INITIAL_TRANSITIONS[BookingStatus(after)]
    ).deed
