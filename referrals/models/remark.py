"""Words about a referral that move nothing: a message from one side to the other. Never changed."""

from django.db import models
from django.utils import timezone

from agencies.models import Signed
from config.append_only import AppendOnly
from referrals.models.referral import Referral


class Remark(AppendOnly, Signed):
    erasable = ("words",)

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        ASSIGNED = "assigned", "Given to a colleague"
        UNANSWERED = "unanswered", "No answer by its date"
        UNATTENDED = "unattended", "Nobody there to answer or to hear"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MESSAGE)
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField()
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "key"], name="one_remark_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.referral_id}"
