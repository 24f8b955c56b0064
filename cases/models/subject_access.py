"""A copy of what an agency holds about somebody, as it was given out: what was left out of it, and who took it."""

from typing import Any

from django.db import models
from django.utils import timezone

from agencies.models import Agency, Signed
from cases.models.rights import RightsRequest
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey


class RedactionReason(models.TextChoices):
    """Why something is left out, and how that is said where it stood (DPA 2018, schedules 2 and 3)."""

    THIRD_PARTY = "third_party", "It is about somebody else"
    SERIOUS_HARM = "harm", "Reading it could cause serious harm"
    LEGAL_ADVICE = "legal", "It is legal advice"

    @property
    def mark(self) -> str:
        """What stands in its place: nothing is left out in silence."""
        said = {"third_party": "about somebody else", "harm": "reading it could cause harm", "legal": "legal advice"}
        return f"[removed: {said[self.value]}]"


class Redaction(Signed, UUIDKey):
    """One passage, or with no `passage` the whole item, is left out of the copy."""

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="redactions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=100, help_text="Which item of the copy: entry:<id>, referral:<id> …")
    passage = models.CharField(max_length=500, blank=True, help_text="The words left out; the whole item without them")
    reason = models.CharField(max_length=15, choices=RedactionReason)
    opinion = models.CharField(
        max_length=300, blank=True, help_text="Which health or social work professional says so (DPA 2018, schedule 3)"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "item", "passage"], name="redacted_once"),
            models.CheckConstraint(
                condition=~models.Q(reason="harm") | ~models.Q(opinion=""), name="harm_is_a_professionals_opinion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.reason}"


class Release(AppendOnly, Signed):
    """The copy itself: both files are made from this one snapshot, whenever they are taken."""

    erasable = ("snapshot",)

    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="release")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    snapshot: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return f"Copy of {self.at}"


class ReleaseDownload(AppendOnly, Signed):
    """Somebody took the file: who, when, which."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="downloads")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    form = models.CharField(max_length=4, help_text="pdf, json")

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return f"{self.form}, {self.at}"
