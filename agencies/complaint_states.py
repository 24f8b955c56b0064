"""The life of a complaint, as a table (The Local Authority Social Services and NHS Complaints Regulations 2009)."""

from django.db.models import TextChoices

from config.transitions import Table, Transition

ACKNOWLEDGE_DAYS = 3  # working days (regulation 13(3))
KEEPER = "keeper"  # whoever keeps the register where it is looked into
WRITER = "writer"  # who complains, or the member who writes it down for them


class ComplaintStatus(TextChoices):
    RECEIVED = "received", "Received"
    ACKNOWLEDGED = "acknowledged", "Being looked into"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


WORDS = {"words": "Write it in a few words."}

S = ComplaintStatus
TRANSITIONS: Table = {
    ("", S.RECEIVED): Transition([WRITER], "received"),
    (S.RECEIVED, S.RECEIVED): Transition([KEEPER], "passed to the steward", needs=WORDS),
    (S.RECEIVED, S.ACKNOWLEDGED): Transition([KEEPER], "acknowledged", needs=WORDS),
    (S.RECEIVED, S.ANSWERED): Transition([KEEPER], "answered", needs=WORDS),
    (S.ACKNOWLEDGED, S.ACKNOWLEDGED): Transition([KEEPER], "given a later date", needs=WORDS),
    (S.ACKNOWLEDGED, S.ANSWERED): Transition([KEEPER], "answered", needs=WORDS),
    (S.ANSWERED, S.ACKNOWLEDGED): Transition([KEEPER], "opened again", needs=WORDS),
    (S.ANSWERED, S.CLOSED): Transition([KEEPER], "closed", needs=WORDS),
    (S.CLOSED, S.ACKNOWLEDGED): Transition([KEEPER], "opened again", needs=WORDS),
}
del S
