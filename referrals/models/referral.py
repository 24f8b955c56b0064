"""A referral: one agency asks another to help a named person (FHIR ServiceRequest + Task)."""

import datetime
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models.functions import Upper
from django.utils import timezone

from agencies import access
from agencies.models import Agency, AgencyKind, Membership
from config.births import BirthPrecision, WithBirth
from config.uuid_key import UUIDKey
from config.working_days import add_working_days
from directory.models import Service, TaxonomyTerm
from referrals.same_person import Identity, MatchStrength, born_alike, compare_identities
from referrals.states import OPEN_STATUSES, ReferralStatus, Side

SERVICE_ANSWER_DAYS = 5  # working days in which a voluntary group answers
SOON_ANSWER_DAYS = 1  # working days in which a team answers one that is urgent
SOON_CONTACT_DAYS = 2  # working days in which it first speaks to the person then


class Urgency(models.TextChoices):
    ROUTINE = "routine", "Routine"
    SOON = "soon", "Soon: within 2 working days"


class ContactBy(models.TextChoices):
    PHONE = "phone", "Phone call"
    TEXT = "text", "Text message"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"
    OTHER = "other", "Through someone else"


class Referral(WithBirth, UUIDKey):
    """Details as sent, plus where it stands now. How it came there are its moves.

    To a connector team `service` is empty; onward to a voluntary group it names what is asked for, and
    only what the group needs is copied here.
    """

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="referrals_sent")
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="referrals_received")
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals")
    assigned_to = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals_assigned"
    )
    practice = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The person's GP practice, when known",
    )

    person_name = models.CharField(max_length=120)
    date_of_birth = models.DateField(null=True, blank=True)
    birth_precision = models.CharField(
        max_length=10, choices=BirthPrecision, default=BirthPrecision.DAY, db_default=BirthPrecision.DAY
    )
    nhs_number = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    contact_by = models.CharField(max_length=10, choices=ContactBy, default=ContactBy.PHONE)
    contact_avoid = models.CharField(max_length=300, blank=True, help_text="Times, places or people to avoid")

    needs = models.ManyToManyField(TaxonomyTerm, related_name="referrals", blank=True)
    what_matters = models.TextField(blank=True)
    message = models.TextField(blank=True, help_text="What the sender adds in their own words")
    no_known_risks = models.BooleanField(default=False)
    risks = models.TextField(blank=True)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    agreed_to_share = models.BooleanField(default=False, help_text="The person agreed that this is sent")
    agreed_to_tell = models.BooleanField(default=False, help_text="The person agrees that the sender hears back")
    agreed_with = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", help_text="Who was named when the person agreed; stays so"
    )
    agreed_with_name = models.CharField(max_length=600, help_text="What it was called then, with the service if any")
    agreed_tell_name = models.CharField(
        max_length=255, blank=True, default="", help_text="Who they agreed is told, as named then; blank for nobody"
    )

    status = models.CharField(max_length=15, choices=ReferralStatus, default=ReferralStatus.SENT)
    started_at = models.DateTimeField(help_text="When the form was opened: the measured time to refer")
    sent_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    moves_made = models.PositiveIntegerField(default=0)
    answer_by = models.DateField(help_text="The date by which it is answered")
    nudges = models.PositiveSmallIntegerField(default=0)
    sender_erased_at = models.DateTimeField(null=True, blank=True, help_text="Erased for the agency that sent it")
    receiver_erased_at = models.DateTimeField(null=True, blank=True, help_text="Erased for the agency it was sent to")
    unanswered_at = models.DateTimeField(
        null=True, blank=True, help_text="When it went back to the sender's list for want of an answer"
    )
    withheld_at = models.DateTimeField(
        null=True, blank=True, help_text="The person took it back: whoever was asked reads it no more from then on"
    )

    class Meta:
        ordering = ["-sent_at", "id"]
        indexes = [
            models.Index(fields=["to_agency", "status", "answer_by"], name="referrals_to_answer"),
            models.Index(fields=["from_agency", "-sent_at"], name="referrals_by_sender"),
            models.Index(fields=["nhs_number"], name="referral_nhs", condition=~models.Q(nhs_number="")),
            models.Index(fields=["date_of_birth", "postcode"], name="referral_born_at"),
            models.Index(fields=["status", "sent_at"], name="referral_unanswered", condition=models.Q(status="sent")),
            GinIndex(OpClass(Upper("person_name"), name="gin_trgm_ops"), name="referral_name_trigrams"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(nhs_number="") | models.Q(nhs_number__regex=r"^[0-9]{10}$"),
                name="referral_nhs_number_has_ten_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(no_known_risks=False) | models.Q(risks=""), name="risks_or_none_known"
            ),
            models.CheckConstraint(
                condition=models.Q(started_at__lte=models.F("sent_at")), name="referral_started_before_sent"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ReferralStatus.values), name="referral_status_is_known"
            ),
            models.CheckConstraint(condition=models.Q(agreed_to_share=True), name="referral_only_with_agreement"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} to {self.to_agency.name}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.referrals(member))

    @staticmethod
    def receiving_teams() -> "models.QuerySet[Agency]":
        """The connector teams that a referral can be sent to, or passed on to."""
        return Agency.objects.filter(kind=AgencyKind.CONNECTORS, left_at=None).order_by("name", "id")

    @classmethod
    def teams_at_work(cls) -> "models.QuerySet[Agency]":
        """Those of them in which somebody works who may decide on a referral, and so work with its case."""
        roles = [role for role in access.Role if access.Permission.TRIAGE in access.PERMISSIONS[role]]
        at_work = Membership.objects.filter(role__in=roles, ended_at=None, user__is_active=True)
        return cls.receiving_teams().filter(pk__in=at_work.values("agency"))

    @classmethod
    def locked(cls) -> "models.QuerySet[Self]":
        """Rows held until the transaction ends, with who sent and who is asked: each deed needs them."""
        with_those = cls.objects.select_related("from_agency", "to_agency", "service__agency", "sent_by__user")
        return with_those.select_for_update(of=("self",))

    @classmethod
    def sent_before(cls, member: Membership, nhs_number: str) -> "models.QuerySet[Self]":
        """What the member's own agency has sent to a team for the person of that NHS number, latest first."""
        own = cls.visible_to(member).filter(from_agency=member.agency_id, service=None)
        return own.filter(nhs_number=nhs_number).exclude(nhs_number="").order_by("-sent_at", "id")

    @classmethod
    def open_near(cls, member: Membership, who: Identity) -> "models.QuerySet[Self]":
        """Open referrals to teams that may be about the same person, latest first: the number or nearly the birthday is
        the same.

        Only those that the member's own agency sent or received: a number or a birthday tried out must not tell who is
        helped elsewhere, or where.
        """
        same = born_alike(who.birth)
        if who.nhs_number:
            same |= models.Q(nhs_number=who.nhs_number)
        found = cls.visible_to(member).filter(same, service=None, status__in=sorted(OPEN_STATUSES))
        return found.select_related("to_agency").order_by("-sent_at", "id")

    @classmethod
    def is_open_elsewhere(cls, who: Identity) -> bool:
        """Whether another agency has an open referral for that number, birthday and name; never whose (policies.py)."""
        with connection.cursor() as cursor:
            statuses = sorted(OPEN_STATUSES)
            cursor.execute("SELECT names_referred_elsewhere(%s, %s, %s)", [who.nhs_number, who.birth.on, statuses])
            known = [Identity(name, who.birth, who.nhs_number) for (name,) in cursor.fetchall()]
        return any(compare_identities(one, who).strength is MatchStrength.SURE for one in known)

    @property
    def identity(self) -> Identity:
        """What tells this person from another."""
        return Identity(self.person_name, self.birth, self.nhs_number, self.postcode)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def reference(self) -> str:
        """Short enough to read out on the phone; the id itself stays secret enough to be a URL."""
        return self.id.hex[:8].upper()

    def side_of(self, member: Membership) -> Side:
        """On which side of this referral the member stands; the receiver's, when both are one agency."""
        return Side.RECEIVER if member.agency_id == self.to_agency_id else Side.SENDER

    @property
    def contact_due(self) -> datetime.date:
        """The date by which somebody of the team has spoken to the person."""
        days = self.to_agency.contact_days
        if self.urgency == Urgency.SOON:
            days = min(SOON_CONTACT_DAYS, days)
        return add_working_days(timezone.localdate(self.sent_at), days)

    @property
    def receiver_name(self) -> str:
        """What the referral is to: the service's name, or the team's."""
        return self.service.name if self.service else self.to_agency.name

    def receiver_email(self) -> str:
        """Where whoever is asked reads: the service's or the team's e-mail, else a member's; "" when there is none.

        Not that of somebody who has left, though a listing may still name it.
        """
        return next(iter(self.receiver_emails()), "")

    def receiver_emails(self) -> list[str]:
        """All the addresses at which whoever is asked reads today, the first one first."""
        if self.to_agency.left_at:
            return []
        named = [self.service.referral_email, self.service.email] if self.service else []
        left = Membership.left_emails(self.to_agency)
        members = self.to_agency.memberships.filter(ended_at=None, user__is_active=True).select_related("user")
        found = [*named, self.to_agency.email, *(member.user.email for member in members)]
        return [email for email in found if email and email.casefold() not in left]

    def is_late(self, today: datetime.date | None = None) -> bool:
        """Whether an answer is owed and its date has passed."""
        return self.status == ReferralStatus.SENT and self.answer_by < (today or timezone.localdate())


# --- How soon it is answered: promised before it is sent, and kept by reminders ---


def answer_days(agency: Agency, *, service: Service | None = None, urgency: str = Urgency.ROUTINE) -> int:
    """Working days in which `agency` promises to answer, for its service or as a connector team."""
    if service:
        return SERVICE_ANSWER_DAYS
    return min(SOON_ANSWER_DAYS, agency.answer_days) if urgency == Urgency.SOON else agency.answer_days


def answer_deadline(
    agency: Agency,
    *,
    service: Service | None = None,
    urgency: str = Urgency.ROUTINE,
    today: datetime.date | None = None,
) -> datetime.date:
    """The date by which a referral asked today is answered."""
    return add_working_days(today or timezone.localdate(), answer_days(agency, service=service, urgency=urgency))
