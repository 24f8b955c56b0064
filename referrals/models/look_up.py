"""Who looked for somebody by NHS number, when, and whether their own agency knew them; the number is not kept."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agencies.models import Agency, Membership
from config.append_only import AppendOnly

MAX_LOOK_UPS = {  # of one member: nobody refers more people, and who tries numbers out needs many
    datetime.timedelta(hours=1): 40,
    datetime.timedelta(days=1): 150,
}


class LookUp(AppendOnly):
    erasable = ("number_hash",)

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    number_hash = models.CharField(
        max_length=64, help_text="A keyed hash: tells whether a number that somebody asks about was looked up"
    )
    found = models.BooleanField(help_text="Their own agency had sent or received a referral with it")

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["member", "-at"], name="look_ups_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.at}"

    @classmethod
    def has_room(cls, member: Membership) -> bool:
        """Whether the member may look up another number now. Their next one waits until this request is over, so that
        none of many at once is left uncounted."""
        Membership.objects.select_for_update(no_key=True).values_list("pk").get(pk=member.pk)
        now = timezone.now()
        made = cls.objects.filter(member=member)
        return all(made.filter(at__gt=now - stretch).count() < most for stretch, most in MAX_LOOK_UPS.items())

    @classmethod
    def record(cls, member: Membership, nhs_number: str, *, found: bool) -> Self:
        """Note one look-up, in the request's transaction: nothing is told that is not noted."""
        digest = cls.hash_number(nhs_number)
        return cls.objects.create(member=member, agency=member.agency, number_hash=digest, found=found)

    @staticmethod
    def hash_number(nhs_number: str) -> str:
        return salted_hmac("look-up", nhs_number, algorithm="sha256").hexdigest()
