"""The life of a referral, as a table that a clinician can read.

Task status: the FHIR R4 Task.status that each state answers to (Gravity SDOH referral task, state diagram).
"""

from dataclasses import dataclass

from django.db.models import TextChoices


class Status(TextChoices):
    SENT = "sent", "Sent"
    RETURNED = "returned", "Returned for detail"
    ACCEPTED = "accepted", "Accepted"
    WAITING = "waiting", "Waiting"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LOST_CONTACT = "lost_contact", "Lost contact"


TASK_STATUS: dict[Status, str] = {
    Status.SENT: "requested",
    Status.RETURNED: "requested",  # with businessStatus "returned for detail"
    Status.ACCEPTED: "accepted",
    Status.WAITING: "on-hold",
    Status.STARTED: "in-progress",
    Status.COMPLETED: "completed",
    Status.DECLINED: "rejected",
    Status.WITHDRAWN: "cancelled",
    Status.LOST_CONTACT: "failed",
}

FINISHED = frozenset({Status.COMPLETED, Status.DECLINED, Status.WITHDRAWN, Status.LOST_CONTACT})
OPEN = frozenset(Status) - FINISHED
TO_TRIAGE = frozenset({Status.SENT, Status.RETURNED})  # what a team decides on before there is a case


class Side(TextChoices):
    """Who may make a move: the agency that asked, the one that was asked, or Hereabouts itself."""

    SENDER = "sender", "the agency that sent it"
    RECEIVER = "receiver", "the agency it was sent to"
    SYSTEM = "system", "Hereabouts"


@dataclass(frozen=True)
class Rule:
    """Who may make a move, and how it is said: "accepted", "Priya Shah accepted this"."""

    side: Side
    deed: str
    did: str
    needs_reason: bool = False
    needs_words: bool = False


S = Status
MOVES: dict[tuple[Status, Status], Rule] = {
    (S.SENT, S.ACCEPTED): Rule(Side.RECEIVER, "accepted", "accepted this"),
    (S.SENT, S.WAITING): Rule(Side.RECEIVER, "put on the waiting list", "put this on the waiting list"),
    (S.SENT, S.RETURNED): Rule(
        Side.RECEIVER, "asked for more detail", "asked for more detail about this", needs_words=True
    ),
    (S.SENT, S.DECLINED): Rule(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.SENT, S.SENT): Rule(Side.RECEIVER, "passed to another team", "passed this to another team", needs_words=True),
    (S.SENT, S.WITHDRAWN): Rule(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.RETURNED, S.SENT): Rule(
        Side.SENDER, "sent again with more detail", "sent this again with more detail", needs_words=True
    ),
    (S.RETURNED, S.DECLINED): Rule(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.RETURNED, S.WITHDRAWN): Rule(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.WAITING, S.ACCEPTED): Rule(Side.RECEIVER, "offered a place", "offered a place"),
    (S.WAITING, S.STARTED): Rule(Side.RECEIVER, "started", "said that this has started"),
    (S.WAITING, S.DECLINED): Rule(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.WAITING, S.WITHDRAWN): Rule(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.WAITING, S.LOST_CONTACT): Rule(Side.RECEIVER, "lost contact", "said that contact was lost"),
    (S.ACCEPTED, S.WAITING): Rule(Side.RECEIVER, "put on the waiting list", "put this on the waiting list"),
    (S.ACCEPTED, S.STARTED): Rule(Side.RECEIVER, "started", "said that this has started"),
    (S.ACCEPTED, S.COMPLETED): Rule(Side.RECEIVER, "finished", "said that this is finished"),
    (S.ACCEPTED, S.DECLINED): Rule(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.ACCEPTED, S.WITHDRAWN): Rule(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.ACCEPTED, S.LOST_CONTACT): Rule(Side.RECEIVER, "lost contact", "said that contact was lost"),
    (S.STARTED, S.STARTED): Rule(Side.RECEIVER, "attended again", "said that they came again"),
    (S.STARTED, S.COMPLETED): Rule(Side.RECEIVER, "finished", "said that this is finished"),
    (S.STARTED, S.WITHDRAWN): Rule(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.STARTED, S.LOST_CONTACT): Rule(Side.RECEIVER, "lost contact", "said that contact was lost"),
}
del S


def next_statuses(status: str, side: Side) -> list[Status]:
    """The states that this side may move a referral in `status` to, in the table's order."""
    return [to for (before, to), rule in MOVES.items() if before == status and rule.side == side]
