"""The life of a referral, as a table that a clinician can read.

Task status: the FHIR R4 Task.status that each state answers to (Gravity SDOH referral task, state diagram).
"""

from django.db.models import TextChoices

from config.transitions import Table, Transition


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


REASON = {"reason": "Say why, by choosing a reason."}
WORDS = {"words": "Say why, in a few words."}
GROUND = {"ground": "Say whether the person was asked."}  # they agreed to another team, and nobody agrees for them

S = ReferralStatus
TRANSITIONS: Table = {
    ("", S.SENT): Transition([Side.SENDER], "sent", "sent this"),
    (S.SENT, S.ACCEPTED): Transition([Side.RECEIVER], "accepted", "accepted this"),
    (S.SENT, S.WAITING): Transition([Side.RECEIVER], "put on the waiting list", "put this on the waiting list"),
    (S.SENT, S.RETURNED): Transition(
        [Side.RECEIVER], "asked for more detail", "asked for more detail about this", needs=WORDS
    ),
    (S.SENT, S.DECLINED): Transition([Side.RECEIVER], "declined", "declined this", needs=REASON),
    (S.SENT, S.SENT): Transition(
        [Side.RECEIVER], "passed to another team", "passed this to another team", needs=WORDS | GROUND
    ),
    (S.SENT, S.WITHDRAWN): Transition([Side.SENDER], "withdrawn", "withdrew this", needs=WORDS),
    (S.RETURNED, S.SENT): Transition(
        [Side.SENDER], "sent again with more detail", "sent this again with more detail", needs=WORDS
    ),
    (S.RETURNED, S.DECLINED): Transition([Side.RECEIVER], "declined", "declined this", needs=REASON),
    (S.RETURNED, S.WITHDRAWN): Transition([Side.SENDER], "withdrawn", "withdrew this", needs=WORDS),
    (S.WAITING, S.ACCEPTED): Transition([Side.RECEIVER], "offered a place", "offered a place"),
    (S.WAITING, S.STARTED): Transition([Side.RECEIVER], "started", "said that this has started"),
    (S.WAITING, S.DECLINED): Transition([Side.RECEIVER], "declined", "declined this", needs=REASON),
    (S.WAITING, S.WITHDRAWN): Transition([Side.SENDER], "withdrawn", "withdrew this", needs=WORDS),
    (S.WAITING, S.LOST_CONTACT): Transition([Side.RECEIVER], "lost contact", "said that contact was lost"),
    (S.ACCEPTED, S.WAITING): Transition([Side.RECEIVER], "put on the waiting list", "put this on the waiting list"),
    (S.ACCEPTED, S.STARTED): Transition([Side.RECEIVER], "started", "said that this has started"),
    (S.ACCEPTED, S.COMPLETED): Transition([Side.RECEIVER], "finished", "said that this is finished"),
    (S.ACCEPTED, S.DECLINED): Transition([Side.RECEIVER], "declined", "declined this", needs=REASON),
    (S.ACCEPTED, S.WITHDRAWN): Transition([Side.SENDER], "withdrawn", "withdrew this", needs=WORDS),
    (S.ACCEPTED, S.LOST_CONTACT): Transition([Side.RECEIVER], "lost contact", "said that contact was lost"),
    (S.STARTED, S.STARTED): Transition([Side.RECEIVER], "attended again", "said that they came again"),
    (S.STARTED, S.COMPLETED): Transition([Side.RECEIVER], "finished", "said that this is finished"),
    (S.STARTED, S.WITHDRAWN): Transition([Side.SENDER], "withdrawn", "withdrew this", needs=WORDS),
    (S.STARTED, S.LOST_CONTACT): Transition([Side.RECEIVER], "lost contact", "said that contact was lost"),
}
del S


def next_statuses(status: str, side: Side) -> list[ReferralStatus]:
    """The states that this side may move a referral in `status` to, in the table's order."""
    return [
        ReferralStatus(to) for (before, to), move in TRANSITIONS.items() if before == status and side in move.actors
    ]
