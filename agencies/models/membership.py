"""Who works for which agency, in which role; the invitation that leads there; and how what they do is signed."""

from dataclasses import dataclass
from typing import Self, cast

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from agencies import access
from agencies.access import Role
from agencies.models.agency import Agency
from agencies.models.identity_provider import IdentityProvider
from agencies.models.user import User
from config.uuid_key import UUIDKey


class Membership(UUIDKey):
    """The member: a user at work for one agency. Ending it takes effect on the next request."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    manages_team = models.BooleanField(default=False, help_text="May invite people and end memberships")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_provider_only = False  # of those that open_for_user and the session bring: whether a password opens it

    class Meta:
        ordering = ["agency__name", "started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency"], condition=models.Q(ended_at=None), name="one_open_membership_each"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("started_at")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}, {self.agency.name}"

    def has_permission(self, permission: access.Permission) -> bool:
        return access.has_permission(self, permission)

    @classmethod
    def visible_to(cls, member: "Membership") -> "models.QuerySet[Self]":
        """Everybody who works, or worked, in the member's agency."""
        return cls.objects.filter(access.memberships(member))

    @classmethod
    def of_agency(cls, agency: Agency) -> "models.QuerySet[Self]":
        """Everybody who works, or worked, in that agency: for its own deeds, not for what a page shows."""
        return cls.objects.filter(agency=agency)

    @classmethod
    def at_work_for(cls, agency: Agency) -> "models.QuerySet[Self]":
        """Those of them who still do, and can sign in."""
        return cls.of_agency(agency).filter(ended_at=None, user__is_active=True)

    @classmethod
    def left_emails(cls, agency: Agency) -> set[str]:
        """Addresses, in small letters, of those who worked in that agency and no longer can: nothing secret goes there,
        though a listing may still name one of them."""
        rows = cls.of_agency(agency).order_by().values_list("user__email", "ended_at", "user__is_active")
        at_work = {email.casefold() for email, ended_at, active in rows if ended_at is None and active}
        return {email.casefold() for email, _, _ in rows} - at_work

    @classmethod
    def open_for_user(cls, user: User) -> "models.QuerySet[Self]":
        """The memberships a user may work under now, with agency and user at hand."""
        open_now = cls.objects.filter(user=user, ended_at=None, agency__left_at=None)
        required = IdentityProvider.in_use().filter(required=True, agencies=models.OuterRef("agency"))
        marked = open_now.select_related("agency", "user").annotate(by_provider_only=models.Exists(required))
        return cast("models.QuerySet[Self]", marked)


class Invitation(UUIDKey):
    """An e-mailed link, used once and short-lived (security point 38); only its hash is kept."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role)
    manages_team = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                "agency",
                Lower("email"),
                condition=models.Q(accepted_at=None, cancelled_at=None),
                name="one_open_invitation_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.agency.name}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """The invitations of the member's agency, open or not."""
        return cls.objects.filter(access.invitations(member))

    @classmethod
    def open_for(cls, agency: Agency) -> "models.QuerySet[Self]":
        """Neither used nor cancelled; it may have expired, and can then be sent again."""
        return cls.objects.filter(agency=agency, accepted_at=None, cancelled_at=None)

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.cancelled_at is None and not self.has_expired

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def message_key(self) -> str:
        """The key of the e-mail that carries the latest link."""
        return f"invitation:{self.token_hash}"


class Hand(models.TextChoices):
    """The four hands that can write or move something: a member, the person helped, a provider by link, the system."""

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
    def author(self) -> Author:
        """Whoever wrote it, to sign what follows from it with the same hand."""
        return Author(Hand(self.hand), self.author_name, self.written_by, self.written_for)

    @property
    def byline(self) -> str:
        """ "Priya Shah, Community Connections", as printed under a title."""
        if self.agency_name and self.agency_name != self.author_name:
            return f"{self.author_name}, {self.agency_name}"
        return self.author_name
