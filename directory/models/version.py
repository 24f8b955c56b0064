"""A listing's past: every version is kept, and can be restored."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Membership, Signed
from config.append_only import AppendOnly
from directory.models.service import Service


class Version(AppendOnly, Signed):
    """The whole listing as it stood after a change. Written by directory/publishing/versions.py alone."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … of the service")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=200, help_text="What was changed, in a few words")
    data: "models.JSONField[Any, Any]" = models.JSONField()

    class Meta:
        ordering = ["service", "-number"]
        constraints = [models.UniqueConstraint(fields=["service", "number"], name="versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.number}: {self.what}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.versions(member))
