"""What goes back to those who asked, and the links by which a group without an account answers."""

import datetime

from django.db import models
from django.utils import timezone

from agencies.models import Signed
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey
from referrals.models.referral import Referral

LINK_LIFETIME = datetime.timedelta(days=8)


class Answer(AppendOnly, Signed):
    """The outcome, told to the referrer at the end: a short paragraph with codes ready to paste."""

    erasable = ("reason", "outcome", "summary", "codes", "groups")

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="answer")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200, help_text="Why the case was closed")
    outcome = models.CharField(max_length=200, blank=True)
    summary = models.TextField()
    codes = models.JSONField(default=list, help_text='SNOMED CT: [{"code": "871711000000103", "term": "…"}]')
    groups = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), help_text="Whom they went on to"
    )

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Answer to {self.referral_id}"


class AnswerLink(UUIDKey):
    """A secret link that lives 8 days. The table holds its hash: who reads the table cannot answer."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_to = models.EmailField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Link for {self.sent_to}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()
