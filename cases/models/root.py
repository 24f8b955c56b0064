"""The nightly roots of all histories, what they were made of, and who gets them."""

from datetime import UTC
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership
from cases.history.root_line import FIRST, UNSIGNED, RootLine, hash_root
from cases.models.case import Case
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey


class Root(AppendOnly):
    """One night's root: SHA-256 of the root before, its own number, moment and salt, and of each head since."""

    number = models.PositiveIntegerField(unique=True, help_text="1, 2, 3 … without gaps")
    at = models.DateTimeField(help_text="To the second, as it stands in the line")
    place = models.CharField(max_length=255)
    previous = models.CharField(max_length=64, default=FIRST)
    salt = models.CharField(max_length=64, help_text="So that a night without a change cannot be guessed")
    root = models.CharField(max_length=64)
    key = models.CharField(max_length=64, default=UNSIGNED)
    signature = models.CharField(max_length=128, default=UNSIGNED)
    faults = models.PositiveIntegerField(default=0, help_text="What verify_history found that night")

    class Meta:
        ordering = ["-number"]
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="roots_start_at_one")]

    def __str__(self) -> str:
        return f"Root {self.number}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.roots(member))

    @property
    def line(self) -> RootLine:
        """What left the machine."""
        at = f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return RootLine(self.place, self.number, at, self.previous, self.root, self.key, self.signature)

    def compute(self) -> str:
        """The root anew, from the heads that are kept."""
        heads = self.heads.order_by("case_id").values_list("case_id", "number", "chain")
        return hash_root(self.line, self.salt, heads.iterator())


class RootHead(AppendOnly):
    """How far the history of a case had come when a root was made, where it had grown since the root before."""

    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="heads")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Of the latest entry then")
    chain = models.CharField(max_length=64)

    class Meta:
        ordering = ["root", "case"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_root_per_head")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.number}"


class RootReceiver(UUIDKey):
    """An agency that asked for each night's root by e-mail; without an agency, a file of the place's own."""

    agency = models.OneToOneField(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254, blank=True)
    file = models.CharField(max_length=500, blank=True, unique=True, null=True)
    asked_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_number = models.PositiveIntegerField(default=0, help_text="Of the last root that was given to it")
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agency=None, email="", file__isnull=False)
                | (models.Q(agency__isnull=False, file=None) & ~models.Q(email="")),
                name="root_goes_to_a_file_or_an_agency",
            ),
        ]

    def __str__(self) -> str:
        return self.file or self.email

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.root_receivers(member))
