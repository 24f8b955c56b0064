"""Where imported listings come from, what each import did, and what was received."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Membership
from config.uuid_key import UUIDKey
from directory.models.review import Decidable
from directory.models.service import Service


class ReadFrequency(models.TextChoices):
    NEVER = "", "Only when asked"
    DAY = "day", "Every day"
    WEEK = "week", "Every week"


class ZeroCost(models.TextChoices):
    """What a price of 0 says in a source in which nearly everything costs 0."""

    NOT_ASKED = "", "Nobody was asked"
    ASKED = "asked", "Waits for the steward"
    FREE = "free", "It costs nothing"
    UNKNOWN = "unknown", "The price is not known"


class Source(UUIDKey):
    """Another directory's feed, or a file. Its `name` is the `source` of all it brings."""

    name = models.CharField(max_length=100, unique=True)
    url = models.URLField(max_length=2000, blank=True, help_text="Empty for files that are uploaded")
    every = models.CharField(max_length=5, choices=ReadFrequency, blank=True, default=ReadFrequency.NEVER)
    columns: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, blank=True, help_text="Of a spreadsheet: which column is which field"
    )
    zero_cost = models.CharField(
        max_length=7, choices=ZeroCost, blank=True, default=ZeroCost.NOT_ASKED, db_default=ZeroCost.NOT_ASKED
    )
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="source_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(every="") | ~models.Q(url=""), name="what_is_scheduled_has_a_url"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """The steward's alone."""
        return cls.objects.filter(access.sources(member))


class Run(UUIDKey):
    """One import of a source: what it did, and each thing that was wrong."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    key = models.UUIDField(
        unique=True, null=True, blank=True, help_text="Idempotency: the second post with it gets the first's answer"
    )
    started_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(null=True, blank=True, help_text="Empty: a file that waits for the steward's yes")
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why it ended early, in plain English")
    gone: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="[[id, name]] no longer in the feed")
    problems: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="[[id, field, words]]")
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="[[id, name, [[what, old, new]]]]")
    fields: "models.JSONField[Any, Any]" = models.JSONField(
        default=list, db_default=[], help_text="[[field of the source, used, where it went, not used, [examples]]]"
    )
    retired_at = models.DateTimeField(null=True, blank=True, help_text="When what is gone was set to not running")
    retired_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True, help_text="When all that it brought was taken back")
    taken_back_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_back: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, db_default={}, help_text="{deed: [[id, name]]}: what became of each"
    )

    class Meta:
        ordering = ["-started_at", "id"]

    def __str__(self) -> str:
        return f"{self.source} at {self.started_at}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.sources(member))

    @classmethod
    def latest(cls, source: Source) -> "Self | None":
        return cls.objects.filter(source=source).first()

    @classmethod
    def latest_with_fields(cls, run: "Self") -> "Self | None":
        """The last run of the same source before this one that read something anew."""
        return cls.objects.filter(source=run.source_id, started_at__lt=run.started_at).exclude(fields=[]).first()

    @classmethod
    def latest_of_each(cls) -> "dict[uuid.UUID, Self]":
        """The latest run of every source, by the source's id, without the long lists."""
        rows = cls.objects.order_by("source_id", "-started_at", "id").distinct("source_id")
        return {row.source_id: row for row in rows.defer("changes", "problems", "fields")}

    @property
    def is_waiting(self) -> bool:
        """A file was uploaded, and nobody has said yet that it may come in."""
        return self.begun_at is None

    @property
    def is_running(self) -> bool:
        return self.begun_at is not None and self.ended_at is None

    @property
    def is_whole(self) -> bool:
        """Read to its end: only then does what is not in it count as gone."""
        return self.ended_at is not None and not self.error

    @property
    def processed_count(self) -> int:
        return self.new + self.changed + self.same + self.refused


class RunChange(models.Model):
    """What one run did to one listing, so that it can be taken back: it was new, or how it stood before.

    Kept of a source's last runs, as documents are (directory/exchange/archive.py).
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="kept_changes")
    service = models.UUIDField(help_text="It may be there no longer")
    before = models.BinaryField(help_text="Packed (directory/exchange/stored.py); empty: it was new")

    class Meta:
        ordering = ["run", "service"]
        constraints = [models.UniqueConstraint(fields=["run", "service"], name="one_change_per_run_and_service")]

    def __str__(self) -> str:
        return f"{self.service} in {self.run_id}"


class ServiceAlias(models.Model):
    """Another id under which a source sends a listing that it sent under the first before."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="The id that the source's new one makes")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="aliases")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", help_text="That recognised it")

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "service aliases"

    def __str__(self) -> str:
        return f"{self.id} is {self.service_id}"

    @classmethod
    def resolve(cls, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """Of these ids, those that are another one's now: the listing's."""
        return dict(cls.objects.filter(pk__in=list(ids)).values_list("pk", "service_id"))


class Document(UUIDKey):
    """What was received, as it came: a file, or a page of a feed. Compressed.

    Number 0 is our own: the rows that were refused, each with its reason, as a CSV file. The bodies of a source's
    older runs are let go (directory/exchange/archive.py); name, size and digest stay.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=2000, help_text="File name or address")
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(help_text="Bytes before compression")
    digest = models.CharField(max_length=64, help_text="SHA-256 of those bytes, in hex")
    body = models.BinaryField(help_text="gzip; empty when it is kept no longer")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="documents_are_numbered")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.sources(member))


class Likeness(Decidable, UUIDKey):
    """Two listings of different sources that may be the same, for the steward to join. The first is kept."""

    first = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(help_text="0 to 1")
    why = models.TextField(help_text="Why they look alike, in words")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-score", "id"]
        verbose_name_plural = "likenesses"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="one_likeness_per_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="likeness_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.score:.2f}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.sources(member))

    @property
    def pair(self) -> list[Service]:
        return [self.first, self.second]
