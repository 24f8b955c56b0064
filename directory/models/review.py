"""What waits for the steward: proposals to change a listing, and groups that ask to take part."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.access import Role
from agencies.models import Agency, Invitation, Membership, Signed
from config.transitions import Table, Transition
from config.uuid_key import UUIDKey
from directory.models.service import Service


class Decision(models.TextChoices):
    OPEN = "", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"


# Of a proposal or a claim. A group answers reports about its own listings, the steward everything.
TRANSITIONS: Table = {
    (Decision.OPEN, Decision.OPEN): Transition([Role.STEWARD], "passed on to the group"),
    (Decision.OPEN, Decision.ACCEPTED): Transition([Role.STEWARD, Role.PROVIDER], "accepted"),
    (Decision.OPEN, Decision.DECLINED): Transition([Role.STEWARD, Role.PROVIDER], "declined"),
}


class Decidable(models.Model):
    """Columns of what waits for somebody's yes or no."""

    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_words = models.TextField(blank=True, help_text="What is told to whoever asked")

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.decision == Decision.OPEN


class ReportReason(models.TextChoices):
    """The seven reasons a reader can give for “this is wrong”."""

    ENDED = "ended", "It no longer runs"
    TIME = "time", "The day or time is wrong"
    PLACE = "place", "The place or address is wrong"
    CONTACT = "contact", "The phone number, e-mail or website does not work"
    COST = "cost", "The cost is wrong"
    WHO = "who", "It says the wrong thing about who it is for"
    OTHER = "other", "Something else"


class Proposal(Signed, Decidable, UUIDKey):
    """A reader says what is wrong, or an unverified group edits its listing.

    `changes` holds what is proposed, field by field: {"fees": ["£2", "£3"]}, old and new as they are read.
    A reader's holds only a reason and words. Nothing here says who the reader is.
    """

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="proposals")
    reason = models.CharField(max_length=10, choices=ReportReason, blank=True, help_text="Empty for a group's own edit")
    words = models.TextField(blank=True)
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    data: "models.JSONField[Any, Any]" = models.JSONField(
        null=True, blank=True, help_text="The whole listing as the group would have it, as in Version.data"
    )
    based_on = models.PositiveIntegerField(default=0, help_text="The version it was written against")
    made_at = models.DateTimeField(default=timezone.now)
    passed_on_at = models.DateTimeField(null=True, blank=True, help_text="Sent on to the group by e-mail")

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["made_at"], name="proposals_waiting", condition=models.Q(decision=""))]

    def __str__(self) -> str:
        return f"{self.service}: {self.get_reason_display() or 'edit'}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """The steward sees all; a group those about its own listings."""
        return cls.objects.filter(access.proposals(member))


class Claim(Decidable, UUIDKey):
    """A group asks to take part: it claims the agency that the directory has, or registers as a new one."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="claims",
        help_text="Claimed, or made when a new group was accepted",
    )
    name = models.CharField(max_length=255, help_text="Of the group")
    about = models.TextField(blank=True)
    url = models.URLField(max_length=2000, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    charity_number = models.CharField(max_length=10, blank=True)
    company_number = models.CharField(max_length=8, blank=True)
    contact_name = models.CharField(max_length=120)
    contact_role = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(max_length=254)
    contact_phone = models.CharField(max_length=50, blank=True)
    words = models.TextField(blank=True, help_text="How the steward can see that they speak for the group")
    made_at = models.DateTimeField(default=timezone.now)
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["made_at"], name="claims_waiting", condition=models.Q(decision=""))]

    def __str__(self) -> str:
        return f"{self.name}, {self.contact_name}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """The steward's queue; nobody else's."""
        return cls.objects.filter(access.claims(member))
