"""Something an agency offers (HSDS 3.1 `service`, under the names of Open Referral UK 3.0)."""

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.functional import cached_property

from agencies import access
from agencies.models import Agency, Membership
from config.uuid_key import UUIDKey
from directory.models.taxonomy import TaxonomyTerm

if TYPE_CHECKING:
    from directory.models.index import Spot


class Status(models.TextChoices):
    """HSDS `service.status`."""

    ACTIVE = "active", "Running"
    INACTIVE = "inactive", "Not running"
    DEFUNCT = "defunct", "Ended"
    CLOSED = "temporarily closed", "Closed for now"


class ConfirmationInterval(models.IntegerChoices):
    """How often a group is asked whether its listing is still right: months."""

    MONTH = 1, "Every month"
    QUARTER = 3, "Every 3 months"
    HALF_YEAR = 6, "Every 6 months"
    YEAR = 12, "Once a year"


# What anybody finds: it runs, is no draft, was not hidden for want of an answer, and is not another's double.
LISTED = models.Q(status__in=[Status.ACTIVE, Status.CLOSED], published_at__isnull=False, hidden_at=None, joined_to=None)
CHECK_VALID_FOR = datetime.timedelta(days=90)  # a promise of the place: checked again by then, or marked
MIN_ANSWERS_SHOWN = 5  # below that, no figure about answers is shown


class Service(UUIDKey):
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

    first_time = models.TextField(blank=True, default="", db_default="", help_text="What to expect the first time")
    meets_you = models.BooleanField(
        default=False, db_default=False, help_text="Someone can meet a newcomer and go in with them"
    )
    bookable = models.BooleanField(default=False, db_default=False, help_text="Places are booked here, in its sessions")
    offer_hours = models.PositiveSmallIntegerField(
        default=24, db_default=24, help_text="Hours a freed place is held for the next"
    )
    paused_until = models.DateField(null=True, blank=True, help_text="Closed for now, and runs again on this day")

    published_at = models.DateTimeField(null=True, blank=True, default=timezone.now, help_text="Empty: still a draft")
    confirm_every = models.PositiveSmallIntegerField(
        choices=ConfirmationInterval, default=ConfirmationInterval.QUARTER, db_default=ConfirmationInterval.QUARTER
    )
    asks = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often asked “still right?” without an answer"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="Nobody answered two asks")
    joined_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="doubles",
        help_text="The listing that is kept where two sources sent the same",
    )
    quality = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="0 to 100: how much the listing tells"
    )
    version = models.PositiveIntegerField(default=0, db_default=0, help_text="The number of the latest version kept")

    # How it answers referrals: written down by referrals each night, shown from MIN_ANSWERS_SHOWN on.
    answers = models.PositiveIntegerField(default=0, db_default=0, help_text="Referrals answered in the last year")
    reply_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Median days to an answer")
    accepted_percent = models.PositiveSmallIntegerField(null=True, blank=True)

    source = models.CharField(
        max_length=100, blank=True, help_text="The feed or file it comes from; empty: kept here by its group"
    )
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was received, to see a change")
    received = models.JSONField(default=dict, blank=True, help_text="What was received, as it came")
    created_at = models.DateTimeField(default=timezone.now)
    last_modified = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["source", "id"], name="service_source"),
            models.Index(fields=["last_modified", "id"], name="service_last_modified"),
            models.Index(fields=["id"], name="service_listed", condition=LISTED),
            models.Index(
                Greatest("last_modified", "created_at", "published_at"), "id", name="service_news", condition=LISTED
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="service_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(minimum_age=None)
                | models.Q(maximum_age=None)
                | models.Q(maximum_age__gte=models.F("minimum_age")),
                name="service_ages_in_order",
            ),
            models.CheckConstraint(condition=~models.Q(joined_to=models.F("id")), name="service_is_not_its_own_double"),
            models.CheckConstraint(condition=models.Q(quality__lte=100), name="service_quality_is_out_of_100"),
            models.CheckConstraint(
                condition=models.Q(accepted_percent=None) | models.Q(accepted_percent__lte=100),
                name="service_accepts_at_most_all",
            ),
            models.CheckConstraint(
                condition=models.Q(offer_hours__gte=1, offer_hours__lte=336), name="service_offers_for_up_to_14_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership | None = None) -> "models.QuerySet[Self]":
        """What is listed, whoever asks: the directory is public. Their own agency sees all it has."""
        return cls.objects.filter(LISTED | models.Q(agency=member.agency_id) if member else LISTED)

    @classmethod
    def kept_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """What the member's agency may edit: its listings, drafts too, but not what a feed brings."""
        return cls.objects.filter(access.listings(member), source="")

    @classmethod
    def run_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """All that the member's agency runs: what a feed brings too."""
        return cls.objects.filter(access.listings(member))

    @classmethod
    def stewarded_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """All there are, hidden and ended ones too: for the steward."""
        return cls.objects.filter(access.stewarded_listings(member))

    @classmethod
    def ever(cls) -> "models.QuerySet[Self]":
        """What runs or once ran, so that an old link can say what became of it."""
        return cls.objects.all()

    @classmethod
    def count_by_source(cls) -> dict[str, int]:
        """How many listings each feed or file has brought that run."""
        rows = cls.objects.exclude(source="").exclude(status=Status.INACTIVE).order_by().values_list("source")
        return dict(rows.annotate(models.Count("pk")))

    @property
    def is_running(self) -> bool:
        return self.status == Status.ACTIVE

    @property
    def is_listed(self) -> bool:
        """Whether anybody finds it (LISTED, for one row)."""
        running = self.status in (Status.ACTIVE, Status.CLOSED)
        return running and self.published_at is not None and self.hidden_at is None and self.joined_to_id is None

    @property
    def has_enough_answers(self) -> bool:
        """Whether enough referrals were answered to say how soon and how many were accepted."""
        return self.answers >= MIN_ANSWERS_SHOWN

    def reply_to_email(self) -> str:
        """Where a referral or a question goes; "" when nobody can be written to."""
        return self.referral_email or self.email or self.agency.email

    @cached_property
    def spot(self) -> "Spot | None":
        """Where and when it meets, for an e-mail: the first place it is indexed under."""
        return self.spots.order_by("pk").first()

    @property
    def is_free(self) -> bool:
        """Every price named is nothing. No price named is not the same as free."""
        costs = list(self.cost_options.all())
        return bool(costs) and all(cost.amount == 0 for cost in costs)


class ServiceTerm(UUIDKey):
    """A word of a list on a service (HSDS `attribute`)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_terms")
    term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="service_terms")
    link_type = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["term__order", "term__name", "id"]
        constraints = [models.UniqueConstraint(fields=["service", "term"], name="service_has_each_term_once")]

    def __str__(self) -> str:
        return f"{self.service}: {self.term}"


class NeedCorrection(UUIDKey):
    """The steward's word on whether a listing is for a need, whatever its source or its words say, at every import."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="need_corrections")
    term = models.ForeignKey(TaxonomyTerm, on_delete=models.PROTECT, related_name="+")
    carries = models.BooleanField(help_text="Whether it is for this need")
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["service", "term"]
        constraints = [models.UniqueConstraint(fields=["service", "term"], name="one_correction_per_need_of_a_service")]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.term_id} {'yes' if self.carries else 'no'}"


class CostOption(UUIDKey):
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


class Contact(UUIDKey):
    """Somebody to ask for. Published: never a volunteer's private number without their leave."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.title


class Language(UUIDKey):
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=20, blank=True, help_text="ISO 639")
    name = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "code", "id"]

    def __str__(self) -> str:
        return self.name or self.code


class ServiceArea(UUIDKey):
    """Where people must live for it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="areas")
    name = models.TextField(blank=True)
    extent = models.TextField(blank=True)
    extent_type = models.CharField(max_length=50, blank=True)
    uri = models.URLField(max_length=2000, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Capacity(UUIDKey):
    """How many there is room for, as another directory sends it or the group says it (HSDS 3.1 `service_capacity`)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="capacities")
    unit = models.CharField(max_length=100, default="places", help_text="Of what: places, beds")
    available = models.PositiveIntegerField()
    maximum = models.PositiveIntegerField(null=True, blank=True)
    description = models.TextField(blank=True)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "capacities"
        ordering = ["unit", "id"]

    def __str__(self) -> str:
        return f"{self.available} {self.unit}"
