"""The resident or patient being helped (FHIR Patient)."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership
from config.births import BirthPrecision, WithBirth
from config.uuid_key import UUIDKey
from referrals.models import ContactBy
from referrals.same_person import Identity


class Person(WithBirth, UUIDKey):
    """Who is helped, as one team knows them; what another team knows of the same person is in its own record.

    `agency` is the team whose record it is; the database holds each case of a person to that team.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="people")
    name = models.CharField(max_length=120)
    preferred_name = models.CharField(max_length=120, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    birth_precision = models.CharField(
        max_length=10, choices=BirthPrecision, default=BirthPrecision.DAY, db_default=BirthPrecision.DAY
    )
    nhs_number = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    practice = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="patients")
    contact_by = models.CharField(max_length=10, choices=ContactBy, default=ContactBy.PHONE)
    contact_avoid = models.CharField(max_length=300, blank=True)
    best_time = models.CharField(max_length=200, blank=True)
    leave_message = models.CharField(max_length=200, blank=True, help_text="Whether and where it is safe to")
    hidden = models.BooleanField(default=False, db_default=False, help_text="A case of theirs is restricted")
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, help_text="Two people editing at once are told so")

    class Meta:
        verbose_name_plural = "people"
        ordering = ["name", "id"]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="person_name_trigrams"),
            models.Index(fields=["agency", "date_of_birth"], name="person_of_team_born"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "nhs_number"],
                condition=~models.Q(nhs_number="") & models.Q(hidden=False),
                name="one_person_per_nhs_number_in_a_team",
            ),
            models.UniqueConstraint(fields=["id", "agency"], name="person_of_one_team"),
            models.CheckConstraint(
                condition=models.Q(nhs_number="") | models.Q(nhs_number__regex=r"^[0-9]{10}$"),
                name="person_nhs_number_has_ten_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.people(member))

    @classmethod
    def known_to(cls, agency: Agency) -> "models.QuerySet[Self]":
        """The team's records without the hidden ones: for what answers by what is on record, whoever asks."""
        return cls.objects.filter(agency=agency, hidden=False)

    @property
    def identity(self) -> Identity:
        """What tells this person from another."""
        return Identity(self.name, self.birth, self.nhs_number, self.postcode)

    @property
    def known_as(self) -> str:
        return self.preferred_name or self.name.split()[0]
