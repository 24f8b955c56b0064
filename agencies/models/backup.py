"""That backups were made, and that one was tried: what the steward sees of it, never what is in them."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.membership import Membership
from config.uuid_key import UUIDKey


class Backup(UUIDKey):
    """One try to make a backup; `problem` says why it failed."""

    class Kind(models.TextChoices):
        FULL = "full", "All of it"
        INCREMENTAL = "incremental", "What had changed"

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=15, choices=Kind, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="") ^ models.Q(problem=""), name="backup_has_a_kind_or_a_problem"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.kind or self.problem}"

    @property
    def duration(self) -> timedelta:
        return self.finished_at - self.started_at

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.backups(member))


class Drill(UUIDKey):
    """One try to bring everything back. Its own row is what is looked for in the copy."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    loss_seconds = models.FloatField(null=True, blank=True, help_text="From its commit to its place in the backups")
    recovery_seconds = models.FloatField(null=True, blank=True, help_text="From nothing to a server that was checked")
    result = models.TextField(blank=True, help_text="What the check of the histories said")
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at", "id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.problem or self.result}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.backups(member))
