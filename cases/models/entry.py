"""One line of the case history. Never changed, never deleted; written by `record_entry` alone."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Membership, Signed
from cases.models.case import Case
from config.append_only import AppendOnly
from referrals.models import Referral


class Audience(models.TextChoices):
    TEAM = "team", "Our team only"
    CIRCLE = "circle", "Everyone helping"
    PERSON = "person", "The person too"


class Kind(models.TextChoices):
    OPENED = "opened", "Case opened"
    REFERRED = "referred", "Referral received"
    PHONE = "phone", "Phone call"
    ARRANGED = "arranged", "Call to book a time"
    CALL = "call", "Video call"
    VISIT = "visit", "Visit"
    NO_ANSWER = "no_answer", "No answer"
    NOTE = "note", "Note"
    CORRECTION = "correction", "Correction"
    FACT = "fact", "Key fact changed"
    OFFERED = "offered", "Key fact, as another team has it"
    ASKED = "asked", "Asked another team"
    PARTED = "parted", "Joined by mistake"
    ASSIGNED = "assigned", "Given to a colleague"
    AGREED = "agreed", "Agreement"
    PURPOSE = "purpose", "Who sees what"
    RESTRICTED = "restricted", "Who of the team sees it"
    EMERGENCY = "emergency", "Opened in an emergency"
    SENT_ON = "sent_on", "Referred on"
    ANSWERED = "answered", "Answer from a group"
    WITHDRAWN = "withdrawn", "Referral withdrawn"
    SIGNPOSTED = "signposted", "Told about an activity"
    BOOKED = "booked", "Booking"
    ATTENDED = "attended", "Came to an activity"
    MISSED = "missed", "Did not come to an activity"
    CLOSED = "closed", "Case closed"
    HELD = "held", "Legal hold"
    RIGHT = "right", "What the person asked for"
    STATEMENT = "statement", "The person’s own statement"
    ERASED = "erased", "Words removed by law"


FIRST_CONTACT_KINDS = frozenset({Kind.PHONE, Kind.CALL, Kind.VISIT})  # the support itself
CONTACT_KINDS = FIRST_CONTACT_KINDS | {Kind.ARRANGED}  # the person was reached
NOTE_KINDS = CONTACT_KINDS | {Kind.NO_ANSWER, Kind.NOTE}  # what the composer offers

# What an entry is about when nobody says so. The words of notes are the writer's to sort (cases/forms/notes.py).
LAYER_OF_KIND: dict[str, access.Layer] = {
    Kind.OPENED: access.Layer.CONTACT,
    Kind.REFERRED: access.Layer.HEALTH,
    Kind.ARRANGED: access.Layer.CONTACT,
    Kind.NO_ANSWER: access.Layer.CONTACT,
    Kind.ASSIGNED: access.Layer.CONTACT,
    Kind.AGREED: access.Layer.CONTACT,
    Kind.ASKED: access.Layer.CONTACT,
    Kind.PARTED: access.Layer.SAFETY,
    Kind.RESTRICTED: access.Layer.SAFETY,
    Kind.EMERGENCY: access.Layer.SAFETY,
    Kind.PURPOSE: access.Layer.CONTACT,
}
DEFAULT_LAYER = access.Layer.WELLBEING  # of the other kinds


class Entry(AppendOnly, Signed):
    """`digest` is the SHA-256 of the content, `chain` of the previous chain, the metadata and the digest."""

    erasable = ("text", "details")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the case, without gaps")
    kind = models.CharField(max_length=15, choices=Kind)
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)
    audience = models.CharField(max_length=10, choices=Audience)
    layer = models.CharField(max_length=10, choices=access.Layer, default=access.Layer.UNSORTED, db_default="unsorted")
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    about = models.ForeignKey(Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that wrote it")
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["case", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="entries_are_numbered"),
            models.UniqueConstraint(fields=["case", "key"], name="one_entry_per_post"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="entries_start_at_one"),
            models.CheckConstraint(condition=models.Q(layer__in=access.Layer.values), name="entry_layer_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.entries(member))

    @classmethod
    def has_key(cls, case: Case, key: uuid.UUID) -> bool:
        """Whether a form with this idempotency key has written to the case already."""
        return cls.objects.filter(case=case, key=key).exists()
