"""What other systems take away: the edition of what is published now, and the daily open-data files."""

import datetime
from typing import NamedTuple, Self

from django.db import connection, models
from django.utils import timezone

from config.uuid_key import UUIDKey

NEW_EDITION_SQL = """
INSERT INTO directory_edition (xact, n, at)
    SELECT pg_current_xact_id()::text::bigint, 1, max(at) FROM directory_edition HAVING max(at) IS NOT NULL
    ON CONFLICT (xact) DO UPDATE SET n = directory_edition.n + 1;
DELETE FROM directory_edition WHERE at < %s AND xact <> pg_current_xact_id()::text::bigint;
"""
FIRST_EDITION_AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Edition(models.Model):
    """One row for each transaction that changed what is published, written by triggers (migration editions).

    Transactions never wait for each other here, and one that commits late still changes `now`.
    """

    xact = models.BigIntegerField(primary_key=True)
    n = models.PositiveIntegerField(default=1, help_text="How many statements of the transaction changed something")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-xact"]

    class Now(NamedTuple):
        """Which edition is published, and when it last changed."""

        name: str
        at: datetime.datetime

    def __str__(self) -> str:
        return f"{self.xact}-{self.n}"

    @classmethod
    def now(cls) -> "Edition.Now":
        """One short query. Another name means that something may have changed."""
        found = cls.objects.aggregate(last=models.Max("xact"), n=models.Sum("n"), at=models.Max("at"))
        return cls.Now(f"{found['last'] or 0:x}-{found['n'] or 0:x}", found["at"] or FIRST_EDITION_AT)

    @classmethod
    def delete_older(cls, before: datetime.datetime) -> None:
        """Drop the rows of older transactions, and begin a new edition so that no name comes twice."""
        with connection.cursor() as cursor:
            cursor.execute(NEW_EDITION_SQL, [before])


class OpenFile(UUIDKey):
    """All that is listed, in one file, as it was on a day: for whoever wants the whole."""

    name = models.CharField(max_length=50, help_text="activities.csv")
    made_at = models.DateTimeField(default=timezone.now)
    services = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes before compression")
    packed_size = models.PositiveBigIntegerField(default=0, help_text="Bytes as gzip")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the bytes before compression, in hex")

    class Meta:
        ordering = ["name", "-made_at"]
        indexes = [models.Index(fields=["name", "-made_at"], name="open_file_latest")]

    def __str__(self) -> str:
        return f"{self.name} of {self.made_at:%Y-%m-%d}"

    @classmethod
    def latest(cls, name: str) -> "Self | None":
        """The last that is whole."""
        return cls.objects.filter(name=name).exclude(digest="").first()


class OpenPart(models.Model):
    """A piece of a file: a whole gzip member, so that pieces one after another are one gzip file."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(OpenFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        ordering = ["file", "number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="parts_are_numbered")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
