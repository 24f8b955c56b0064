"""A complaint: kept apart from every case history, and not shown to whom it is about."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.complaint_states import TRANSITIONS, ComplaintStatus
from agencies.models.agency import Agency
from agencies.models.membership import Membership, Signed
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey


class AnswerBy(models.TextChoices):
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone call"
    LETTER = "letter", "Letter"


class Complaint(Signed, UUIDKey):
    """What was said, and where it stands. What was done is its moves."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="What it is about")
    kept_by = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="complaints", help_text="Who looks into it"
    )
    about = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who never sees it"
    )
    about_name = models.CharField(max_length=120, blank=True, help_text="Who it is about, as they put it")
    name = models.CharField(max_length=120)
    on_behalf_of = models.CharField(max_length=120, blank=True)
    answer_how = models.CharField(max_length=10, choices=AnswerBy)
    contact = models.CharField(max_length=300, help_text="E-mail address, phone number or address, as they chose")
    words = models.TextField()
    wish = models.TextField(blank=True, help_text="What they want to come of it")
    status = models.CharField(max_length=15, choices=ComplaintStatus)
    received_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    moves_made = models.PositiveIntegerField(default=0)
    acknowledge_by = models.DateField()
    answer_by = models.DateField()
    reminded = models.PositiveSmallIntegerField(default=0, help_text="How often its clock was told of")

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ComplaintStatus.values), name="complaint_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledge_by__lte=models.F("answer_by")), name="complaint_acknowledged_first"
            ),
        ]

    def __str__(self) -> str:
        return f"Complaint {self.reference}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.complaints(member))

    @property
    def reference(self) -> str:
        return self.id.hex[:8].upper()

    @property
    def is_open(self) -> bool:
        return self.status in (ComplaintStatus.RECEIVED, ComplaintStatus.ACKNOWLEDGED)

    @property
    def due(self) -> datetime.date | None:
        """The date of its next step; None when it is answered."""
        if self.status == ComplaintStatus.RECEIVED:
            return self.acknowledge_by
        return self.answer_by if self.is_open else None


class ComplaintMove(AppendOnly, Signed):
    erasable = ("words",)

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the complaint")
    before = models.CharField(max_length=15, choices=ComplaintStatus, blank=True)
    after = models.CharField(max_length=15, choices=ComplaintStatus)
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField(blank=True)
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")

    class Meta:
        ordering = ["complaint", "number"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "number"], name="complaint_moves_are_numbered"),
            models.UniqueConstraint(fields=["complaint", "key"], name="one_complaint_move_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.deed}"

    @property
    def deed(self) -> str:
        return TRANSITIONS[self.before, self.after].deed
