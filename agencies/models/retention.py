"""Records whose period has run out, listed until somebody of the agency has decided: longer, or erased."""

from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.agency import Agency
from agencies.models.membership import Membership
from config.uuid_key import UUIDKey


class RetentionReview(UUIDKey):
    """One record, or one heap of small ones, and what was decided of it and why. It names nobody: what is erased can
    still be shown to have been (a certificate of destruction, Records Management Code of Practice 2021)."""

    class Decision(models.TextChoices):
        KEEP = "keep", "Keep it longer"
        ERASE = "erase", "Erase it"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="retention_reviews")
    record_class = models.SlugField(max_length=50, help_text="Code of a class (agencies/retention.py)")
    record = models.UUIDField(help_text="Which row of that class; of a heap, the agency")
    due_on = models.DateField()
    listed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    keep_until = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    done_at = models.DateTimeField(null=True, blank=True, help_text="When it was erased")

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["agency", "due_on"], name="reviews_open", condition=models.Q(decision=""))]
        constraints = [
            models.UniqueConstraint(
                fields=["record_class", "record", "agency"],
                condition=models.Q(decision=""),
                name="one_open_review_each",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at=None, decided_by=None, reason="")
                | (~models.Q(decision="") & ~models.Q(reason="") & models.Q(decided_at__isnull=False)),
                name="review_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="keep", keep_until__isnull=False)
                | (~models.Q(decision="keep") & models.Q(keep_until=None)),
                name="review_kept_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_class}, due {self.due_on}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.retention_reviews(member))
