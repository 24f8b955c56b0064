"""A legal hold: what a team has of a person is not erased while an inquiry, a claim or a complaint needs it."""

from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership, Signed
from cases.models.person import Person
from config.uuid_key import UUIDKey


class Hold(Signed, UUIDKey):
    """What was said when it was placed, looked at again and ended stands in the history of the case, too."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Whose record it is")
    reason = models.TextField()
    placed_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField(help_text="When somebody looks whether it is still needed")
    reminded_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at", "id"]
        indexes = [
            models.Index(fields=["person"], name="holds_of_person", condition=models.Q(ended_at=None)),
            models.Index(fields=["review_on"], name="holds_to_review", condition=models.Q(ended_at=None)),
        ]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="hold_has_a_reason")]

    def __str__(self) -> str:
        return f"Hold on {self.person_id}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.holds(member))

    @classmethod
    def in_force(cls) -> "models.QuerySet[Self]":
        return cls.objects.filter(ended_at=None)
