"""The register of personal data breaches: all of them, also those that nobody outside is told of (UK GDPR 33(5))."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.agency import Agency
from agencies.models.membership import Membership, Signed
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey

CLOCK = datetime.timedelta(hours=72)  # UK GDPR 33(1): to the ICO, from when it was known


class Breach(Signed, UUIDKey):
    """What happened, as it was reported, and where it stands. What was done and decided since is its steps."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="breaches", help_text="Whose it is")
    what = models.TextField()
    whose = models.CharField(max_length=300, help_text="Whose data, as a group of people: never their names")
    how_many = models.PositiveIntegerField(null=True, blank=True, help_text="People concerned, as far as is known")
    happened_on = models.DateField(null=True, blank=True)
    known_at = models.DateTimeField(help_text="When somebody here first knew: the clock runs from then")
    reported_at = models.DateTimeField(default=timezone.now)
    tells_ico = models.BooleanField(null=True, blank=True, help_text="Decided: yes or no")
    tells_people = models.BooleanField(null=True, blank=True, help_text="Decided: yes or no")
    closed_at = models.DateTimeField(null=True, blank=True)
    steps_made = models.PositiveIntegerField(default=0)
    warned = models.PositiveSmallIntegerField(default=0, help_text="How often the clock was told of")

    class Meta:
        verbose_name_plural = "breaches"
        ordering = ["-known_at", "id"]
        indexes = [
            models.Index(fields=["known_at"], name="breach_undecided", condition=models.Q(tells_ico=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(known_at__lte=models.F("reported_at")), name="breach_known_before_reported"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(tells_ico__isnull=False, tells_people__isnull=False),
                name="breach_closed_when_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"Breach {self.reference}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.breaches(member))

    @property
    def reference(self) -> str:
        return self.id.hex[:8].upper()

    @property
    def decide_by(self) -> datetime.datetime:
        """The end of the 72 hours."""
        return self.known_at + CLOCK

    @property
    def is_late(self) -> bool:
        return self.tells_ico is None and self.decide_by < timezone.now()

    @property
    def hours_left(self) -> int:
        return max(0, (self.decide_by - timezone.now()) // datetime.timedelta(hours=1))


class BreachStep(AppendOnly, Signed):
    """One thing that was done or decided about a breach, with the reason."""

    erasable = ("words",)

    class Kind(models.TextChoices):
        STEP = "step", "Something was done"
        ICO_TOLD = "ico_told", "The Information Commissioner is told"
        ICO_NOT_TOLD = "ico_not_told", "The Information Commissioner is not told"
        PEOPLE_TOLD = "people_told", "The people are told"
        PEOPLE_NOT_TOLD = "people_not_told", "The people are not told"
        CLOSED = "closed", "Closed"

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the breach")
    kind = models.CharField(max_length=20, choices=Kind)
    words = models.TextField(help_text="What, and for a decision why")
    at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")

    class Meta:
        ordering = ["breach", "number"]
        constraints = [
            models.UniqueConstraint(fields=["breach", "number"], name="breach_steps_are_numbered"),
            models.UniqueConstraint(fields=["breach", "key"], name="one_breach_step_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}"
