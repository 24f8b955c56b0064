"""The contracts under which data passes: between agencies (UK GDPR 26), and with those who process it for them (28)."""

from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.agency import Agency
from agencies.models.membership import Membership
from config.uuid_key import UUIDKey


class DataAgreement(UUIDKey):
    """Kept by the steward; those in force stand on the privacy page. One that ends stays, with its end."""

    class Kind(models.TextChoices):
        SHARING = "sharing", "Between organisations that take part"
        PROCESSOR = "processor", "With a company that processes data for them"

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200, help_text="Its title; of a processor, the company")
    purpose = models.CharField(max_length=500, help_text="What for, in plain words")
    country = models.CharField(max_length=100, blank=True, help_text="Where a processor keeps the data")
    parties = models.ManyToManyField(Agency, blank=True, related_name="data_agreements")
    signed_on = models.DateField()
    review_on = models.DateField(help_text="When it is looked at again")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(review_on__gt=models.F("signed_on")), name="agreement_reviewed_later"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="sharing") | ~models.Q(country=""), name="processor_has_a_country"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.data_agreements(member)).prefetch_related("parties")

    @classmethod
    def in_force(cls) -> "models.QuerySet[Self]":
        """For everybody to read."""
        return cls.objects.filter(ended_at=None).prefetch_related("parties")

    def end(self) -> None:
        """It holds no more, from now on. Called twice, the first time counts."""
        self.ended_at = self.ended_at or timezone.now()
        self.save(update_fields=["ended_at"])
