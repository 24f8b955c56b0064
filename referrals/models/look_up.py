"""Who looked for somebody, how, when, and whether they were found; what was typed is not kept."""

import datetime
from collections.abc import Mapping
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agencies import access
from agencies.models import Agency, Membership
from config.append_only import AppendOnly

Limits = Mapping[datetime.timedelta, int]
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
MAX_LOOK_UPS: Limits = {HOUR: 40, DAY: 150}  # of one member: nobody refers more people; who tries numbers needs many
MAX_SEARCHES: Limits = {HOUR: 300, DAY: 1200}  # among what they may see; each pause while one types is a search
MAX_EMERGENCIES: Limits = {HOUR: 10, DAY: 20}  # details tried to open a restricted case


class LookUp(AppendOnly):
    erasable = ("number_hash",)

    class Kind(models.TextChoices):
        NUMBER = "number", "NHS number, to refer"
        SEARCH = "search", "Name, phone, number or reference"
        EMERGENCY = "emergency", "To open a case in an emergency"

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NUMBER, db_default="number")
    number_hash = models.CharField(
        max_length=64,
        help_text="A keyed hash: tells whether what somebody asks about was looked up",
    )
    found = models.BooleanField(help_text="Somebody was shown")

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["member", "-at"], name="look_ups_of_member"),
            models.Index(fields=["agency", "-at"], name="look_ups_of_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.at}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.look_ups(member))

    @classmethod
    def has_room(cls, member: Membership, kind: "LookUp.Kind" = Kind.NUMBER) -> bool:
        """Whether the member may look for another one now. Their next one waits until this request is over, so that
        none of many at once is left uncounted."""
        Membership.objects.select_for_update(no_key=True).values_list("pk").get(pk=member.pk)
        limits, now = cls.limits_of(kind), timezone.now()
        counts = {str(n): models.Count("pk", filter=models.Q(at__gt=now - span)) for n, span in enumerate(limits)}
        made = cls.objects.filter(member=member, kind=kind, at__gt=now - max(limits)).aggregate(**counts)
        return all(made[str(n)] < most for n, most in enumerate(limits.values()))

    @classmethod
    def limits_of(cls, kind: str) -> Limits:
        return {cls.Kind.SEARCH: MAX_SEARCHES, cls.Kind.EMERGENCY: MAX_EMERGENCIES}.get(cls.Kind(kind), MAX_LOOK_UPS)

    @classmethod
    def record(cls, member: Membership, words: str, *, found: bool, kind: "LookUp.Kind" = Kind.NUMBER) -> Self:
        """Note one look-up, in the request's transaction: nothing is told that is not noted."""
        digest = cls.hash_number(words)
        return cls.objects.create(member=member, agency=member.agency, number_hash=digest, found=found, kind=kind)

    @staticmethod
    def hash_number(nhs_number: str) -> str:
        return salted_hmac("look-up", nhs_number, algorithm="sha256").hexdigest()
