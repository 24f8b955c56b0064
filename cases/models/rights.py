"""What somebody asks for about their own record, and each step of answering it (UK GDPR articles 12 to 21)."""

import calendar
import datetime
import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership, Signed
from cases.models.person import Person
from cases.states import OPEN_STATUSES, RIGHTS_TRANSITIONS, ErasureGround, RightKind, RightsStatus
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey
from config.working_days import add_working_days

MONTHS_TO_ANSWER, MONTHS_WHEN_EXTENDED = 1, 3  # UK GDPR article 12(3)


class RightsRequest(UUIDKey):
    """One agency's part of it: each agency is a controller of its own records, and answers for those alone.

    `person` is the agency's record where it has one; `referrals` and `bookings` what else it holds, where it was asked
    by another (`asked_from`).
    """

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="rights_requests")
    kind = models.CharField(max_length=15, choices=RightKind)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="rights_requests")
    referrals: "ArrayField[list[uuid.UUID], list[uuid.UUID]]" = ArrayField(models.UUIDField(), default=list, blank=True)
    bookings: "ArrayField[list[uuid.UUID], list[uuid.UUID]]" = ArrayField(models.UUIDField(), default=list, blank=True)

    asked_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="asked")
    requester = models.CharField(max_length=200, help_text="Who asks; for somebody else, by what right")
    reply_to = models.CharField(max_length=300, help_text="Where the answer goes, and how they want it")
    words = models.TextField(blank=True, help_text="What they ask, as they put it")
    everywhere = models.BooleanField(default=False, help_text="The other organisations are asked too")
    erasure_ground = models.CharField(max_length=15, choices=ErasureGround, blank=True)
    received_on = models.DateField()
    extended = models.BooleanField(default=False)
    paused_on = models.DateField(null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(default=0, help_text="The clock stood still so long")
    due_on = models.DateField()
    status = models.CharField(max_length=10, choices=RightsStatus, blank=True)
    moved_at = models.DateTimeField(default=timezone.now)
    moves_made = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["agency", "due_on"], name="rights_by_due_date")]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=RightsStatus.values), name="rights_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(status="paused", paused_on__isnull=False)
                | ~models.Q(status="paused") & models.Q(paused_on=None),
                name="rights_clock_stands_while_paused",
            ),
            models.CheckConstraint(condition=models.Q(due_on__gt=models.F("received_on")), name="rights_due_later"),
            models.UniqueConstraint(fields=["asked_from", "agency"], name="rights_asked_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.agency_id}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.rights(member))

    @classmethod
    def of_person(cls, person: Person) -> "models.QuerySet[Self]":
        """What was asked about that record, the latest first: for the team that keeps it."""
        return cls.objects.filter(person=person).order_by("-received_on", "-moved_at", "id")

    @classmethod
    def hidden_from(cls, member: Membership) -> "models.QuerySet[Self]":
        """What waits in the own agency about people whom the member may not see."""
        waiting = cls.objects.filter(agency=member.agency_id, status__in=sorted(OPEN_STATUSES), person__hidden=True)
        return waiting.exclude(pk__in=cls.visible_to(member).values("pk")).order_by("due_on", "pk")

    @classmethod
    def locked(cls) -> "models.QuerySet[Self]":
        return cls.objects.select_related("agency", "person").select_for_update(of=("self",))

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_late(self) -> bool:
        """Also while the person is waited for, where that began after the day had passed."""
        return self.is_open and self.due_on < (self.paused_on or timezone.localdate())

    @property
    def subject_name(self) -> str:
        """Whose record it is, as the agency knows them; else who asks."""
        return self.person.name if self.person else self.requester

    @property
    def latest_move(self) -> "RightsMove":
        return self.moves.order_by("-number")[0]


class RightsMove(AppendOnly, Signed):
    """Each step: who, when, and why or how."""

    erasable = ("words",)

    request = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the request")
    before = models.CharField(max_length=10, choices=RightsStatus, blank=True)
    after = models.CharField(max_length=10, choices=RightsStatus)
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField(blank=True)
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")

    class Meta:
        ordering = ["request", "number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="rights_moves_are_numbered"),
            models.UniqueConstraint(fields=["request", "key"], name="one_rights_move_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.deed}"

    @property
    def deed(self) -> str:
        """What was done, as a past participle: "identity checked", "refused"."""
        return RIGHTS_TRANSITIONS[self.before, self.after].deed


def answer_deadline(received_on: datetime.date, *, extended: bool = False, paused_days: int = 0) -> datetime.date:
    """The day by which it is answered: the same day of the next month (or of the third), a month's last day where there
    is no such day, a working day, and later by the days on which the person was waited for (ICO, right of access)."""
    months = received_on.month - 1 + (MONTHS_WHEN_EXTENDED if extended else MONTHS_TO_ANSWER)
    year, month = received_on.year + months // 12, months % 12 + 1
    day = min(received_on.day, calendar.monthrange(year, month)[1])
    return add_working_days(datetime.date(year, month, day) + datetime.timedelta(days=paused_days), 0)
