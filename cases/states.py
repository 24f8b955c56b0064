"""The life of a request about one's own record (UK GDPR articles 15 to 21), as a table that anybody can read."""

from django.db.models import TextChoices

from config.transitions import Table, Transition


class RightKind(TextChoices):
    """What somebody may ask for about what is written of them."""

    ACCESS = "access", "A copy of what we hold"
    RECTIFICATION = "rectification", "Something put right"
    ERASURE = "erasure", "What we hold erased"
    RESTRICTION = "restriction", "What we hold kept, and not used"
    OBJECTION = "objection", "An objection to how it is used"


class ErasureGround(TextChoices):
    """UK GDPR article 17(1), a to e. A choice and no words: the certificate outlives the person's data."""

    NOT_NEEDED = "not_needed", "It is no longer needed for what it was collected for"
    CONSENT = "consent", "The person took back the consent that it rested on"
    OBJECTION = "objection", "The person objected, and nothing weighs more than that"
    UNLAWFUL = "unlawful", "It was used unlawfully"
    LEGAL_DUTY = "legal_duty", "The law says that it has to be erased"


class RightsStatus(TextChoices):
    RECEIVED = "received", "Received"
    ACTIVE = "active", "Being answered"
    PAUSED = "paused", "Waiting for the person"
    APPROVAL = "approval", "Waiting for a second person"
    ERASING = "erasing", "Being erased"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    NOTHING = "nothing", "Nothing held"
    WITHDRAWN = "withdrawn", "Taken back"


FINISHED_STATUSES = frozenset({RightsStatus.DONE, RightsStatus.REFUSED, RightsStatus.NOTHING, RightsStatus.WITHDRAWN})
OPEN_STATUSES = frozenset(RightsStatus) - FINISHED_STATUSES

# Whoever answers for the agency; a colleague who may, and did not ask for it; Hereabouts itself.
HANDLER, SECOND, SYSTEM = "handler", "second", "system"
WHY = {"words": "Say why, in a few words."}
HOW = {"words": "Say how you know who asks, or what they have told you."}

S = RightsStatus
RIGHTS_TRANSITIONS: Table = {
    ("", S.RECEIVED): Transition([HANDLER], "received"),
    (S.RECEIVED, S.ACTIVE): Transition([HANDLER], "identity checked", needs=HOW),
    (S.PAUSED, S.ACTIVE): Transition([HANDLER], "heard from the person, going on", needs=HOW),
    (S.ACTIVE, S.ACTIVE): Transition([HANDLER], "given two more months", needs=WHY),
    (S.RECEIVED, S.PAUSED): Transition([HANDLER], "waiting for the person", needs=WHY),
    (S.ACTIVE, S.PAUSED): Transition([HANDLER], "waiting for the person", needs=WHY),
    (S.ACTIVE, S.APPROVAL): Transition([HANDLER], "waiting for a second person", needs=WHY),
    (S.APPROVAL, S.ERASING): Transition([SECOND], "approved"),
    (S.ERASING, S.DONE): Transition([SYSTEM], "erased"),
    (S.ERASING, S.ACTIVE): Transition([SYSTEM], "not erased after all", needs=WHY),
    (S.APPROVAL, S.ACTIVE): Transition([HANDLER, SECOND], "not approved", needs=WHY),
    (S.ACTIVE, S.DONE): Transition([HANDLER], "done"),
    (S.RECEIVED, S.NOTHING): Transition([HANDLER], "nothing held", needs=WHY),
    (S.ACTIVE, S.NOTHING): Transition([HANDLER], "nothing held", needs=WHY),
    (S.RECEIVED, S.REFUSED): Transition([HANDLER], "refused", needs=WHY),
    (S.ACTIVE, S.REFUSED): Transition([HANDLER], "refused", needs=WHY),
    (S.RECEIVED, S.WITHDRAWN): Transition([HANDLER], "taken back by the person", needs=WHY),
    (S.ACTIVE, S.WITHDRAWN): Transition([HANDLER], "taken back by the person", needs=WHY),
    (S.PAUSED, S.WITHDRAWN): Transition([HANDLER], "taken back by the person", needs=WHY),
}
