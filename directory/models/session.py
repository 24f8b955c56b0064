"""When a service meets (HSDS `schedule`, which is iCalendar's RRULE in columns)."""

import uuid

from django.db import models

from directory.models.place import ServiceAtLocation
from directory.models.service import Service

DAYS = {
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


class Schedule(models.Model):
    """Of a whole service, or of a service at one of its locations. Times are London time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
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
    def days(self) -> list[str]:
        """The days of the week it falls on, Monday first: ["TU", "TH"]; the "2" of "2TU" is left out."""
        named = {part.strip()[-2:].upper() for part in self.byday.split(",")}
        return [day for day in DAYS if day in named]
