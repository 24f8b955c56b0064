"""An organisation that takes part in the place (HSDS `organization`)."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from agencies import access
from config.uuid_key import UUIDKey

if TYPE_CHECKING:
    from agencies.models.membership import Membership


class AgencyKind(models.TextChoices):
    PRACTICE = "practice", "GP practice"
    CONNECTORS = "connectors", "Connector team"
    VOLUNTARY = "voluntary", "Voluntary group"
    COUNCIL = "council", "Council team"
    HOUSING = "housing", "Housing association"
    TRUST = "trust", "NHS trust"
    CONTACT_CENTRE = "contact_centre", "Contact centre"
    STEWARD = "steward", "Steward of the place"


class Agency(UUIDKey):
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=AgencyKind)
    description = models.TextField(blank=True)
    ods_code = models.CharField(max_length=8, blank=True, help_text="NHS organisation code, such as A81001")
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    address = models.TextField(blank=True, help_text="One line each, without the postcode")
    postcode = models.CharField(max_length=8, blank=True)
    charity_number = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="Charity Commission"
    )
    company_number = models.CharField(max_length=8, blank=True, default="", db_default="", help_text="Companies House")
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="The steward knows them: their edits need no second pair of eyes"
    )
    refers_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="referred_from",
        help_text="The connector team that this practice's referrals go to first",
    )
    answer_days = models.PositiveSmallIntegerField(
        default=2, help_text="Working days in which the team answers a referral"
    )
    contact_days = models.PositiveSmallIntegerField(
        default=3, help_text="Working days from referral to the first contact with the person"
    )
    source = models.CharField(max_length=100, blank=True, help_text="The feed or file it was imported from")
    received = models.JSONField(default=dict, blank=True, help_text="Imported fields that have no column here")
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ["name", "id"]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="agency_name_trigrams"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ods_code"], condition=~models.Q(ods_code=""), name="one_agency_per_ods_code"
            ),
            models.CheckConstraint(
                condition=models.Q(ods_code="") | models.Q(ods_code__regex=r"^[A-Z0-9]{3,8}$"),
                name="ods_code_is_well_formed",
            ),
            models.CheckConstraint(
                condition=models.Q(answer_days__gte=1, answer_days__lte=30)
                & models.Q(contact_days__gte=1, contact_days__lte=60),
                name="agency_promises_are_sensible",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def taking_part(cls, member: "Membership") -> "models.QuerySet[Any]":
        """Those that the member may see in which somebody works or has worked; `at_work`: how many do."""
        at_work = models.Q(memberships__ended_at=None, memberships__user__is_active=True)
        rows = cls.objects.filter(access.agencies(member), left_at=None, memberships__isnull=False)
        counted = rows.annotate(at_work=models.Count("memberships", filter=at_work, distinct=True))
        return counted.order_by("name", "pk")
