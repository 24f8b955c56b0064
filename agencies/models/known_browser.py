"""Browsers that somebody has signed in from: one that is not among them is told to the owner of the account."""

import datetime
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.utils import timezone

from agencies.models.user import User
from config.uuid_key import UUIDKey

KEPT = datetime.timedelta(days=400)  # the longest that a browser keeps a cookie


class KnownBrowser(UUIDKey):
    """A keyed digest of what a browser was known by, and when it was last seen: of its cookie, or of its kind and
    network. Neither cookie nor network can be read back from it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_browsers")
    mark = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="one_mark_of_a_browser_each")]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.seen_at}"

    @classmethod
    def of_email(cls, email: str, mark: str) -> "models.QuerySet[Self]":
        return cls.objects.filter(user__email__iexact=email, mark=mark)

    @classmethod
    def remember(cls, user: User, marks: Iterable[str]) -> None:
        rows = [KnownBrowser(user=user, mark=mark) for mark in marks]
        KnownBrowser.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["seen_at"], unique_fields=["user", "mark"]
        )

    @classmethod
    def forget(cls, user: User) -> None:
        cls.objects.filter(user=user).delete()

    @classmethod
    def forget_unseen(cls) -> None:
        """Those that have not been seen for longer than a cookie lasts."""
        cls.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
