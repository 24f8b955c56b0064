"""The life of a referral, as a table that a clinician can read.

Task status: the FHIR R4 Task.status that each state answers to (Gravity SDOH referral task, state diagram).
"""

from dataclasses import dataclass

from django.db.models import TextChoices


class ReferralStatus(TextChoices):
    SENT = "sent", "Sent"
    RETURNED = "returned", "Returned for detail"
    ACCEPTED = "accepted", "Accepted"
    WAITING = "waiting", "Waiting"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LOST_CONTACT = "lost_contact", "Lost contact"


FHIR_TASK_STATUS: dict[ReferralStatus, str] = {
    ReferralStatus.SENT: "requested",
    ReferralStatus.RETURNED: "requested",  # with businessStatus "returned for detail"
    ReferralStatus.ACCEPTED: "accepted",
    ReferralStatus.WAITING: "on-hold",
    ReferralStatus.STARTED: "in-progress",
    ReferralStatus.COMPLETED: "completed",
    ReferralStatus.DECLINED: "rejected",
    ReferralStatus.WITHDRAWN: "cancelled",
    ReferralStatus.LOST_CONTACT: "failed",
}

FINISHED_STATUSES = frozenset(
    {ReferralStatus.COMPLETED, ReferralStatus.DECLINED, ReferralStatus.WITHDRAWN, ReferralStatus.LOST_CONTACT}
)
OPEN_STATUSES = frozenset(ReferralStatus) - FINISHED_STATUSES
TRIAGE_STATUSES = frozenset(
    {ReferralStatus.SENT, ReferralStatus.RETURNED}
)  # what a team decides on before there is a case


class Side(TextChoices):
    """Who may make a move: the agency that asked, the one that was asked, or Hereabouts itself."""

    SENDER = "sender", "the agency that sent it"
    RECEIVER = "receiver", "the agency it was sent to"
    SYSTEM = "system", "Hereabouts"


@dataclass(frozen=True)
class Transition:
    """Who may make a move, and how it is said: "accepted", "Priya Shah accepted this"."""

    side: Side
    deed: str
    did: str
    needs_reason: bool = False
    needs_words: bool = False


S = ReferralStatus
TRANSITIONS: dict[tuple[ReferralStatus, ReferralStatus], Transition] = {
    (S.SENT, S.ACCEPTED): Transition(Side.RECEIVER, "accepted", "accepted this"),
    (S.SENT, S.WAITING): Transition(Side.RECEIVER, "put on the waiting list", "put this on the waiting list"),
    (S.SENT, S.RETURNED): Transition(
        Side.RECEIVER, "asked for more detail", "asked for more detail about this", needs_words=True
    ),
    (S.SENT, S.DECLINED): Transition(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.SENT, S.SENT): Transition(
        Side.RECEIVER, "passed to another team", "passed this to another team", needs_words=True
    ),
    (S.SENT, S.WITHDRAWN): Transition(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.RETURNED, S.SENT): Transition(
        Side.SENDER, "sent again with more detail", "sent this again with more detail", needs_words=True
    ),
    (S.RETURNED, S.DECLINED): Transition(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.RETURNED, S.WITHDRAWN): Transition(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.WAITING, S.ACCEPTED): Transition(Side.RECEIVER, "offered a place", "offered a place"),
    (S.WAITING, S.STARTED): Transition(Side.RECEIVER, "started", "said that this has started"),
    (S.WAITING, S.DECLINED): Transition(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.WAITING, S.WITHDRAWN): Transition(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.WAITING, S.LOST_CONTACT): Transition(Side.RECEIVER, "lost contact", "said that contact was lost"),
    (S.ACCEPTED, S.WAITING): Transition(Side.RECEIVER, "put on the waiting list", "put this on the waiting list"),
    (S.ACCEPTED, S.STARTED): Transition(Side.RECEIVER, "started", "said that this has started"),
    (S.ACCEPTED, S.COMPLETED): Transition(Side.RECEIVER, "finished", "said that this is finished"),
    (S.ACCEPTED, S.DECLINED): Transition(Side.RECEIVER, "declined", "declined this", needs_reason=True),
    (S.ACCEPTED, S.WITHDRAWN): Transition(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.ACCEPTED, S.LOST_CONTACT): Transition(Side.RECEIVER, "lost contact", "said that contact was lost"),
    (S.STARTED, S.STARTED): Transition(Side.RECEIVER, "attended again", "said that they came again"),
    (S.STARTED, S.COMPLETED): Transition(Side.RECEIVER, "finished", "said that this is finished"),
    (S.STARTED, S.WITHDRAWN): Transition(Side.SENDER, "withdrawn", "withdrew this", needs_words=True),
    (S.STARTED, S.LOST_CONTACT): Transition(Side.RECEIVER, "lost contact", "said that contact was lost"),
}
del S


def next_statuses(status: str, side: Side) -> list[ReferralStatus]:
    """The states that this side may move a referral in `status` to, in the table's order."""
    return [to for (before, to), rule in TRANSITIONS.items() if before == status and rule.side == side]
