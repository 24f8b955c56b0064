"""Something an agency offers (HSDS 3.1 `service`, under the names of Open Referral UK 3.0)."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from agencies.models import Agency, Membership
from directory.models.taxonomy import TaxonomyTerm

if TYPE_CHECKING:
    from directory.models.index import Spot


class Status(models.TextChoices):
    """HSDS `service.status`."""

    ACTIVE = "active", "Running"
    INACTIVE = "inactive", "Not running"
    DEFUNCT = "defunct", "Ended"
    CLOSED = "temporarily closed", "Closed for now"


class Service(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, help_text="Plain text; an empty line between paragraphs")
    url = models.URLField(max_length=2000, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    referral_email = models.EmailField(max_length=254, blank=True, help_text="Where referrals go, if not to the e-mail")
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    fees = models.TextField(blank=True)
    accreditations = models.TextField(blank=True)
    eligibility = models.TextField(blank=True, help_text="Who it is for")
    application = models.TextField(blank=True, help_text="How to join")
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    alert = models.TextField(blank=True)
    assured_date = models.DateField(null=True, blank=True, help_text="When somebody last checked that this is right")
    assurer_email = models.EmailField(max_length=254, blank=True)
    terms = models.ManyToManyField(TaxonomyTerm, through="ServiceTerm", related_name="services")

    source = models.CharField(max_length=100, blank=True, help_text="The feed or file it was imported from")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was received, to see a change")
    received = models.JSONField(default=dict, blank=True, help_text="What was received, as it came")
    created_at = models.DateTimeField(default=timezone.now)
    last_modified = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["source", "id"], name="service_source"),
            models.Index(fields=["last_modified", "id"], name="service_last_modified"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="service_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(minimum_age=None)
                | models.Q(maximum_age=None)
                | models.Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership | None = None) -> "models.QuerySet[Self]":
        """What runs, whoever asks: the directory is public. Their own agency sees all it has."""
        running = models.Q(status__in=[Status.ACTIVE, Status.CLOSED])
        return cls.objects.filter(running | models.Q(agency=member.agency_id) if member else running)

    @classmethod
    def ever(cls) -> "models.QuerySet[Self]":
        """What runs or once ran, so that an old link can say what became of it."""
        return cls.objects.all()

    @property
    def runs(self) -> bool:
        return self.status == Status.ACTIVE

    def reply_to_email(self) -> str:
        """Where a referral or a question goes; "" when nobody can be written to."""
        return self.referral_email or self.email or self.agency.email

    @cached_property
    def spot(self) -> "Spot | None":
        """Where and when it meets, for a card: what a search found, else the first place it is indexed under."""
        return self.spots.order_by("pk").first()

    @property
    def is_free(self) -> bool:
        """Every price named is nothing. No price named is not the same as free."""
        costs = list(self.cost_options.all())
        return bool(costs) and all(cost.amount == 0 for cost in costs)


class ServiceTerm(models.Model):
    """A word of a list on a service (HSDS `attribute`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_terms")
    term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="service_terms")
    link_type = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["term__order", "term__name", "id"]
        constraints = [models.UniqueConstraint(fields=["service", "term"], name="service_has_each_term_once")]

    def __str__(self) -> str:
        return f"{self.service}: {self.term}"


class CostOption(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")
    option = models.CharField(max_length=255, blank=True, help_text="Who pays this: 'Over 60s'")
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True, help_text="In pounds")
    amount_description = models.TextField(blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["amount", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(amount__gte=0), name="cost_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.amount_description or str(self.amount)


class Contact(models.Model):
    """Somebody to ask for. Published: never a volunteer's private number without their leave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.title


class Language(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=20, blank=True, help_text="ISO 639")
    name = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "code", "id"]

    def __str__(self) -> str:
        return self.name or self.code


class ServiceArea(models.Model):
    """Where people must live for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="areas")
    name = models.TextField(blank=True)
    extent = models.TextField(blank=True)
    extent_type = models.CharField(max_length=50, blank=True)
    uri = models.URLField(max_length=2000, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
