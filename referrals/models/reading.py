"""A group opened a referral that it was sent: who, and when. The person can be told."""

import datetime

from django.db import models
from django.utils import timezone

from agencies.models import Agency, Membership
from config.append_only import AppendOnly
from referrals.models.referral import Referral

SAME_READING = datetime.timedelta(minutes=1)  # a reload is not a second opening


class ReferralReading(AppendOnly):
    """One opening by a member, signed in. An opening by a link stands with the link (AnswerLink.opened_at)."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="readings")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reader_name = models.CharField(max_length=255)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.reader_name}: {self.referral_id}"

    @classmethod
    def record(cls, referral: Referral, member: Membership) -> None:
        """Note that a member of the group that was asked has it before them, in the request's transaction."""
        if not referral.service_id or member.agency_id != referral.to_agency_id:
            return
        recent = cls.objects.filter(referral=referral, member=member, at__gt=timezone.now() - SAME_READING)
        if not recent.exists():
            cls.objects.create(referral=referral, member=member, agency=member.agency, reader_name=member.user.name)
