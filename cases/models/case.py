"""One episode of support by a connector team, and who may see it."""

import datetime
import uuid
from typing import Any, NamedTuple, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.access import LAYERS_OF_PURPOSE, Layer, Purpose
from agencies.models import Agency, Membership
from cases.models.person import Person
from config.append_only import AppendOnly
from config.database import prepared_cursor
from config.fields import validate_sctid
from config.uuid_key import UUIDKey
from referrals.models import Referral
from referrals.states import ReferralStatus

CIRCLE_SQL = """
SELECT agency.name, circle.purpose_kind
FROM cases_circle circle JOIN agencies_agency agency ON agency.id = circle.agency_id
WHERE circle.case_id = %(case)s AND circle.ended_at IS NULL AND circle.agency_id <> %(team)s
ORDER BY circle.started_at, circle.id
"""


class ClosingWord(models.Model):
    """One of a list that the steward keeps in the place’s own words, with the code that goes with the answer."""

    code = models.SlugField(max_length=50, unique=True)
    text = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """All of the list, for whoever keeps it."""
        return cls._default_manager.filter(access.closing_words(member))

    @classmethod
    def in_use(cls) -> "models.QuerySet[Self]":
        """Those that the place still offers, in its order."""
        return cls._default_manager.filter(retired_at=None)


CODE_HAS_ITS_TERM = models.Q(snomed="", snomed_term="") | ~models.Q(snomed="") & ~models.Q(snomed_term="")


class ClosingReason(ClosingWord):
    """Why a case is closed, and what it makes of the referral."""

    referral_becomes = models.CharField(max_length=15, choices=ReferralStatus, default=ReferralStatus.COMPLETED)
    snomed = models.CharField(
        max_length=18, blank=True, validators=[validate_sctid], help_text="A code to add to the answer, if any"
    )
    snomed_term = models.CharField(max_length=200, blank=True)

    class Meta(ClosingWord.Meta):
        constraints = [models.CheckConstraint(condition=CODE_HAS_ITS_TERM, name="reason_code_has_its_term")]


class Outcome(ClosingWord):
    """What changed for the person."""

    snomed = models.CharField(max_length=18, blank=True, default="", db_default="", validators=[validate_sctid])
    snomed_term = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta(ClosingWord.Meta):
        constraints = [models.CheckConstraint(condition=CODE_HAS_ITS_TERM, name="outcome_code_has_its_term")]


class Restriction(models.TextChoices):
    """Who of the team sees a case; both are for workers named by the team's lead."""

    NAMED = "named", "Only the workers named"
    PROTECTED = "protected", "Only the workers named, and nobody outside the team"


class Seat(NamedTuple):
    """An agency in a circle, and what it sees of the case."""

    name: str
    layers: frozenset[Layer]


class Case(UUIDKey):
    """The head of a case: where it stands. What happened in it is its entries."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    lead = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="caseload")
    opened_at = models.DateTimeField(default=timezone.now)
    what_matters = models.TextField(blank=True)
    safety_note = models.TextField(blank=True)
    first_contact_due = models.DateField()
    first_contact_at = models.DateTimeField(null=True, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Without an answer, since then")
    last_entry_at = models.DateTimeField(default=timezone.now)
    next_action = models.CharField(max_length=200, blank=True)
    next_action_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.ForeignKey(ClosingReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.ForeignKey(Outcome, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closing_summary = models.TextField(blank=True)
    entry_count = models.PositiveIntegerField(default=0, help_text="The number of the latest entry")
    chain = models.CharField(max_length=64, blank=True, help_text="The chain of the latest entry")
    version = models.PositiveIntegerField(default=1, help_text="Two people editing at once are told so")
    restriction = models.CharField(max_length=10, choices=Restriction, blank=True, default="", db_default="")
    processing_restricted_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when it is kept and not used (UK GDPR article 18)"
    )

    # What the member sees it for whom it was fetched for (cases/access_log.py): all, unless for another agency.
    seen_for: Purpose = Purpose.WORKS_WITH
    # Until when it is open to them in an emergency, if it is that.
    open_until: datetime.datetime | None = None

    class Meta:
        ordering = ["-opened_at", "id"]
        indexes = [
            models.Index(
                fields=["lead", "next_action_on"], name="caseload_by_next_step", condition=models.Q(closed_at=None)
            ),
            models.Index(
                fields=["agency", "next_action_on"], name="team_by_next_step", condition=models.Q(closed_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "agency"], condition=models.Q(closed_at=None), name="one_open_case_per_team"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closing_reason=None)
                | models.Q(closed_at__isnull=False, closing_reason__isnull=False),
                name="closed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(restriction__in=["", *Restriction.values]), name="restriction_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(next_action="", next_action_on=None)
                | (~models.Q(next_action="") & models.Q(next_action_on__isnull=False)),
                name="next_step_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.cases(member))

    @classmethod
    def latest_of(cls, person: uuid.UUID | None) -> Self:
        """The last case that was opened of that person's record."""
        return cls.objects.filter(person=person).order_by("-opened_at", "pk")[0]

    @classmethod
    def locked(cls) -> "models.QuerySet[Self]":
        """Rows held until the transaction ends, with all that `with_people` brings: each deed needs it."""
        return cls.with_people().select_for_update(of=("self",))

    @classmethod
    def with_people(cls) -> "models.QuerySet[Self]":
        """With the person, the team, who leads, and why it is closed."""
        return cls.objects.select_related("person", "agency", "lead__user", "closing_reason")

    @classmethod
    def of_own_team(cls, member: Membership) -> "models.QuerySet[Self]":
        """The cases of the member's own team: who refers on from one, closes it, or takes back an agreement."""
        return cls.visible_to(member).filter(agency=member.agency_id)

    @property
    def layers(self) -> frozenset[Layer]:
        """What whoever it was fetched for sees of it."""
        return LAYERS_OF_PURPOSE[self.seen_for]

    @classmethod
    def led_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """Of what a team's lead says who sees it, and knows no more than that it exists."""
        return cls.objects.filter(access.led_cases(member)).select_related("person", "agency", "lead__user")

    @classmethod
    def hidden_from(cls, member: Membership) -> "models.QuerySet[Self]":
        """What the member may open in an emergency, and cannot see."""
        return cls.objects.filter(access.hidden_cases(member))

    def is_for(self, member: Membership) -> bool:
        """Whether the member sees it for good: not as one who opened it in an emergency."""
        seats = self.circle.filter(member=member, until=None, ended_at=None)
        return not self.restriction or seats.exists()

    @property
    def reference(self) -> str:
        """What a restricted case is called where its person is not named."""
        return self.id.hex[:8].upper()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def draft_key(self) -> str:
        """Under which the server keeps what a member types in the composer of the case."""
        return f"note:{self.pk}"

    def circle_seats(self) -> list["Seat"]:
        """The agencies that may read the case today and the layers that each sees, the owning team first."""
        with prepared_cursor() as cursor:
            cursor.execute(CIRCLE_SQL, {"case": self.pk, "team": self.agency_id})
            others = [Seat(name, LAYERS_OF_PURPOSE[Purpose(purpose)]) for name, purpose in cursor.fetchall()]
        team = f"{self.agency.name} (only who is named)" if self.restriction else self.agency.name
        return [Seat(team, frozenset(Layer)), *others]


class CaseReferral(models.Model):
    """Which referrals belong to a case: those that led to it, and those sent on from it."""

    class Direction(models.TextChoices):
        RECEIVED = "received", "Led to the case"
        SENT = "sent", "Sent on from the case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="case_referrals")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="case_referral")
    direction = models.CharField(max_length=10, choices=Direction)
    filled: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, blank=True, help_text="What of the person's record came from this referral: column, value as text"
    )

    class Meta:
        ordering = ["case", "id"]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.direction}"


class Circle(UUIDKey):
    """An agency that may see the case, for what, from when, until when. The owning team has its row too. Of a
    restricted case each of its named workers (`member`) has one instead; who opens it in an emergency has one with an
    end (`until`)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="circle")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="circles")
    member = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="seats", help_text="None: all of it"
    )
    purpose = models.CharField(max_length=200)
    purpose_kind = models.CharField(
        max_length=15,
        choices=Purpose,
        default=Purpose.COMPANY,
        db_default="company",
        help_text="Which layers it needs",
    )
    started_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(fields=["agency", "case"], name="circle_now", condition=models.Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "agency", "member"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="once_in_a_circle",
            ),
            models.CheckConstraint(condition=models.Q(purpose_kind__in=Purpose.values), name="circle_purpose_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.purpose}"


class Reading(AppendOnly):
    """Somebody opened the case: who, for which agency, when, which page. The person can read this log."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="readings")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reader_name = models.CharField(max_length=255)
    agency_name = models.CharField(max_length=255)
    page = models.CharField(max_length=50, help_text="story, activities, sharing, papers, history.pdf …")
    at = models.DateTimeField(default=timezone.now)
    emergency = models.ForeignKey(
        "EmergencyOpening", null=True, blank=True, on_delete=models.PROTECT, related_name="readings"
    )

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["case", "-at"], name="readings_of_case")]

    def __str__(self) -> str:
        return f"{self.reader_name}, {self.agency_name}: {self.page}"
