"""A file with personal data that left the place: who took it, for which agency, when, what, of how many people."""

from typing import Self

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.agency import Agency
from agencies.models.membership import Membership
from config.append_only import AppendOnly
from config.template_tags import when


class Export(AppendOnly):
    """No name of anybody in it: `about` is a reference that whoever may see the row behind it can look up."""

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    member_name = models.CharField(max_length=255)
    agency_name = models.CharField(max_length=255)
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=100)
    about = models.CharField(max_length=40, blank=True)
    people = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["agency", "-at"], name="exports_of_agency")]

    def __str__(self) -> str:
        return self.mark

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.exports(member))

    @classmethod
    def record(cls, member: Membership, *, what: str, about: str = "", people: int = 1) -> Self:
        """Note one, in the request's transaction: no file is made that is not noted. Raises PermissionDenied for a
        member without that right, whatever else they may see."""
        if not access.has_permission(member, access.Permission.EXPORT):
            raise PermissionDenied
        names = {"member_name": member.user.name, "agency_name": member.agency.name}
        return cls.objects.create(member=member, agency=member.agency, what=what, about=about, people=people, **names)

    @property
    def number(self) -> str:
        return self.id.hex[:8].upper()

    @property
    def mark(self) -> str:
        """What stands in the file itself: in the foot of each page, or as a line of its own."""
        return f"Downloaded by {self.member_name}, {self.agency_name}, {when(self.at)}. Number {self.number}"
