"""Who did it: a member, the person helped, a provider by link, or the system. Kept as it was then."""

from dataclasses import dataclass
from typing import Self

from django.db import models

from agencies.models.agency import Agency
from agencies.models.membership import Membership


class Hand(models.TextChoices):
    """The four hands that can write or move something."""

    MEMBER = "member", "Member"
    PERSON = "person", "The person"
    LINK = "link", "By link"
    SYSTEM = "system", "Hereabouts"


@dataclass(frozen=True)
class Author:
    """Passed as `by=` to every action. `name` and `agency_name` are copied into what is written."""

    hand: Hand
    name: str
    member: Membership | None = None
    agency: Agency | None = None

    @classmethod
    def of(cls, member: Membership) -> Self:
        return cls(Hand.MEMBER, member.user.name, member, member.agency)

    @classmethod
    def by_link(cls, agency: Agency, name: str = "") -> Self:
        """Somebody who answers from a link in an e-mail sent to that agency; the name is what they typed."""
        return cls(Hand.LINK, name or agency.name, None, agency)

    @classmethod
    def system(cls) -> Self:
        return cls(Hand.SYSTEM, "Hereabouts")


class Signed(models.Model):
    """Columns that say who wrote a row, for which agency, under the names they had then."""

    hand = models.CharField(max_length=10, choices=Hand)
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_for = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=255)
    agency_name = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def signature(by: Author) -> dict[str, object]:
        """The values of these columns for an author, for `Model(**Signed.signature(by), …)`."""
        return {
            "hand": by.hand,
            "written_by": by.member,
            "written_for": by.agency,
            "author_name": by.name,
            "agency_name": by.agency.name if by.agency else "",
        }

    @property
    def byline(self) -> str:
        """ "Priya Shah, Community Connections", as printed under a title."""
        if self.agency_name and self.agency_name != self.author_name:
            return f"{self.author_name}, {self.agency_name}"
        return self.author_name
