"""When a service meets: its patterns (HSDS `schedule`, iCalendar's RRULE in columns) and its dated sessions."""

import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Membership
from config.uuid_key import UUIDKey
from directory.models.place import ServiceAtLocation
from directory.models.service import Service

DAY_NAMES = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


class Frequency(models.TextChoices):
    WEEKLY = "WEEKLY", "Every week"
    MONTHLY = "MONTHLY", "Every month"


class Schedule(UUIDKey):
    """Of a whole service, or of a service at one of its locations. Times are London time."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="schedules")
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.CASCADE, related_name="schedules"
    )
    freq = models.CharField(max_length=10, choices=Frequency, blank=True)
    interval = models.PositiveSmallIntegerField(default=1, help_text="2 with every week: fortnightly")
    byday = models.CharField(max_length=100, blank=True, help_text="RFC 5545: 'TU,TH', or '2TU' for the second Tuesday")
    bymonthday = models.CharField(max_length=100, blank=True, help_text="RFC 5545: '1,15'")
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)
    dtstart = models.DateField(null=True, blank=True, help_text="The first date")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    description = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    schedule_link = models.URLField(max_length=2000, blank=True)
    attending_type = models.CharField(max_length=255, blank=True)
    places = models.PositiveSmallIntegerField(null=True, blank=True, help_text="At each session; empty: not counted")
    skips = ArrayField(models.DateField(), default=list, blank=True, help_text="Days it does not meet (EXDATE)")

    class Meta:
        ordering = ["service", "opens_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(interval__gte=1), name="schedule_interval_is_positive"),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="schedule_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.description or f"{self.freq} {self.byday} {self.opens_at or ''}".strip()

    @property
    def words(self) -> str:
        """All that is said beside its times."""
        return "\n".join(part for part in (self.notes, self.description) if part)

    @property
    def days(self) -> list[str]:
        """The days of the week it falls on, Monday first: ["TU", "TH"]; the "2" of "2TU" is left out."""
        named = {part.strip()[-2:].upper() for part in self.byday.split(",")}
        return [day for day in DAY_NAMES if day in named]


class SchoolTerm(models.Model):
    """A stretch of days on which the schools of the place are open, as its council gives them. Where there is none,
    all days on which schools of the nation may be closed count as doubtful (directory/catalogue/doubts.py)."""

    first = models.DateField(primary_key=True)
    last = models.DateField()

    class Meta:
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="term_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.search_aids(member))


class Session(UUIDKey):
    """One dated meeting of a service that is kept here, laid out from its pattern (directory/catalogue/timetable.py).

    `on` is the day that the pattern gives; it stays when the session is moved (iCalendar's RECURRENCE-ID).
    `taken` counts places booked, offered or attended; referrals keeps it, the database keeps its limit.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sessions")
    schedule = models.ForeignKey(
        Schedule,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sessions",
        help_text="Empty: a date of its own",
    )
    at_location = models.ForeignKey(
        ServiceAtLocation, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    on = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    places = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: not counted")
    taken = models.PositiveSmallIntegerField(default=0)
    withheld = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="Free, and not shown: somebody on the list asked again, and may not be told from who is new",
    )
    note = models.CharField(max_length=300, blank=True, help_text="For those who come: “Bring a warm coat”")
    changed = models.BooleanField(default=False, help_text="Set by hand: the pattern no longer moves it")
    check_first = models.CharField(
        max_length=200, blank=True, db_default="", help_text="Why it may be off on this day: “Christmas Day”"
    )
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When its group said that it is on all the same"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_why = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True, help_text="When who came was written down")

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["service", "starts_at"], name="session_by_service"),
            models.Index(fields=["starts_at"], name="session_by_start"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "on"], name="one_session_per_pattern_and_day"),
            models.CheckConstraint(
                condition=models.Q(places=None) | models.Q(taken__lte=models.F("places")),
                name="places_are_not_overbooked",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_it_starts",
            ),
        ]

    # Nobody need ask whether it is on: what SQL asks, as `is_in_doubt` does of a row.
    CERTAIN = models.Q(check_first="") | models.Q(confirmed_at__isnull=False) | models.Q(changed=True)

    def __str__(self) -> str:
        return f"{self.service} on {self.on}"

    @classmethod
    def kept_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """Sessions of the listings that the member's agency keeps."""
        return cls.objects.filter(access.sessions(member))

    @classmethod
    def coming(cls, after: datetime.date | None = None) -> "models.QuerySet[Self]":
        """Those that have not begun, or from the start of a day on; cancelled ones too."""
        if after is None:
            return cls.objects.filter(starts_at__gt=timezone.now())
        return cls.objects.filter(on__gte=after)

    @property
    def places_left(self) -> int | None:
        """None when places are not counted."""
        return None if self.places is None else max(self.places - self.taken, 0)

    @property
    def has_room_shown(self) -> bool:
        return self.cancelled_at is None and self.places_shown != 0

    @property
    def places_shown(self) -> int | None:
        """The same as anybody may read it: each that asks counts, be they on the list already or not."""
        return None if self.places is None else max(self.places - self.taken - self.withheld, 0)

    @property
    def is_in_doubt(self) -> bool:
        """Whether its group has yet to say that it is on. A session that was set by hand is meant so."""
        return bool(self.check_first) and self.confirmed_at is None and not self.changed

    @property
    def has_room(self) -> bool:
        return self.cancelled_at is None and self.places_left != 0
