"""What another party did, until somebody of the agency it concerns has dealt with it."""

from typing import Self

from django.db import models

from agencies import access
from agencies.models import Agency, Membership
from cases.models.case import Case
from cases.models.entry import Entry
from config.uuid_key import UUIDKey
from referrals.models import Move, Referral, Remark


class News(UUIDKey):
    """One line of an agency's news: unread, opened, done. Its words are read from the row that says what happened:
    an entry of a case, or, where the agency has no case, a move of a referral or a remark about it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="news")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="news")
    referral = models.ForeignKey(Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="news")
    entry = models.OneToOneField(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="news")
    move = models.ForeignKey(Move, null=True, blank=True, on_delete=models.PROTECT, related_name="news")
    remark = models.ForeignKey(Remark, null=True, blank=True, on_delete=models.PROTECT, related_name="news")
    at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "news"
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["agency", "-at"], name="news_to_deal_with", condition=models.Q(done_at=None)),
            models.Index(fields=["agency", "-done_at"], name="news_done", condition=models.Q(done_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entry__isnull=False, case__isnull=False, referral=None, move=None, remark=None)
                | models.Q(entry=None, case=None, referral__isnull=False, move__isnull=False, remark=None)
                | models.Q(entry=None, case=None, referral__isnull=False, move=None, remark__isnull=False),
                name="news_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None) | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="news_done_by_somebody",
            ),
            models.UniqueConstraint(fields=["agency", "move"], name="news_of_a_move_once"),
            models.UniqueConstraint(fields=["agency", "remark"], name="news_of_a_remark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.entry_id or self.move_id or self.remark_id}"

    @property
    def person_name(self) -> str:
        """Whom it is about."""
        return self.case.person.name if self.case else self.referral.person_name if self.referral else ""

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.news(member))
