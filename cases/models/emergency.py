"""A restricted case opened in an emergency ("break-glass"): by whom, why, until when, and what the lead made of it."""

import datetime
import uuid
from typing import Self

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership
from cases.models.case import Case
from config.uuid_key import UUIDKey

REVIEW_WITHIN = datetime.timedelta(hours=72)  # shared standards, security.md


class EmergencyOpening(UUIDKey):
    """`safeguarding` is why the person must not read of it yet: until it was reviewed, or 72 hours are over."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="emergencies")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    safeguarding = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finding = models.TextField(blank=True, help_text="What the lead who reviewed it found")
    steward_told_at = models.DateTimeField(null=True, blank=True, help_text="That it was not reviewed in time")

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["agency", "-at"], name="emergencies_of_agency"),
            models.Index(fields=["case", "member"], name="emergencies_of_case"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="emergency_ends"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="emergency_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, reviewed_by=None)
                | (models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~models.Q(finding="")),
                name="emergency_reviewed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} opened {self.case_id}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.emergency_openings(member))

    @classmethod
    def sealed_of(cls, case: Case) -> "list[uuid.UUID]":
        """Ids of those that the person does not read of yet: also for who may not read why (policies.py)."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT sealed_openings(%s, %s)", [case.pk, timezone.now() - REVIEW_WITHIN])
            return [pk for (pk,) in cursor.fetchall()]

    @classmethod
    def unreviewed(cls) -> "models.QuerySet[Self]":
        """Those whose time for review is over, and of which the steward has not heard."""
        return cls.objects.filter(reviewed_at=None, steward_told_at=None, at__lte=timezone.now() - REVIEW_WITHIN)

    @property
    def reference(self) -> str:
        """Of the case, which whoever reviews it need not see."""
        return self.case_id.hex[:8].upper()

    @property
    def review_by(self) -> datetime.datetime:
        return self.at + REVIEW_WITHIN

    @property
    def is_late(self) -> bool:
        return self.reviewed_at is None and self.review_by <= timezone.now()

    @staticmethod
    def lasts() -> datetime.timedelta:
        return datetime.timedelta(minutes=settings.EMERGENCY_MINUTES)
