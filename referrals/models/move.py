"""Each step in the life of a referral: who, when, why. Never changed."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from agencies.models import Agency, Membership, Signed
from config.append_only import AppendOnly
from referrals.models.referral import Referral
from referrals.states import TRANSITIONS, ReferralStatus, Side

TAKE_BACK_WITHIN = datetime.timedelta(hours=24)  # so long a group may take back an answer that it tapped by mistake


class DeclineReason(models.Model):
    """Why a referral is declined. The place owns the list; the person hears it in words of their own."""

    class Side(models.TextChoices):
        TEAM = "team", "Connector teams"
        PROVIDER = "provider", "Voluntary groups"

    code = models.SlugField(max_length=50, unique=True)
    side = models.CharField(max_length=10, choices=Side)
    text = models.CharField(max_length=200, help_text="What the agency that referred reads")
    for_person = models.CharField(max_length=300, help_text="The same, kindly, to the person")
    order = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["side", "order", "id"]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def of_side(cls, side: "DeclineReason.Side") -> "models.QuerySet[Self]":
        """The reasons that side chooses from today, in the place's order."""
        return cls.objects.filter(side=side, retired_at=None).order_by("order", "id")


class PassingGround(models.TextChoices):
    """On what ground a referral goes on to a team that the person was not asked about when they were referred."""

    AGREED_BY_PHONE = "agreed_phone", "They were asked and agreed, on the phone"
    AGREED_FACE_TO_FACE = "agreed_face", "They were asked and agreed, face to face"
    AGREED_IN_WRITING = "agreed_writing", "They were asked and agreed, in writing"
    NOT_REACHED = "not_reached", "Not asked: they could not be reached, and the other team asks them first"
    BEST_INTERESTS = (
        "best_interests",
        "Not asked: they cannot decide this themselves, and it is in their best interests",
    )
    HARM = "harm", "Not asked: somebody could come to harm if it waited"


AGREED_GROUNDS = frozenset(
    {PassingGround.AGREED_BY_PHONE, PassingGround.AGREED_FACE_TO_FACE, PassingGround.AGREED_IN_WRITING}
)


class Move(AppendOnly, Signed):
    erasable = ("words",)

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the referral")
    before = models.CharField(max_length=15, choices=ReferralStatus, blank=True)
    after = models.CharField(max_length=15, choices=ReferralStatus)
    at = models.DateTimeField(default=timezone.now)
    happened_on = models.DateField(null=True, blank=True, help_text="The day they came, or of the first contact")
    reason = models.ForeignKey(DeclineReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    to_agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The team it was passed to",
    )
    to_agency_name = models.CharField(max_length=255, blank=True, default="", db_default="", help_text="As named then")
    ground = models.CharField(
        max_length=20,
        choices=PassingGround,
        blank=True,
        default="",
        db_default="",
        help_text="On what ground it was passed on: whether the person was asked again",
    )
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")
    takes_back = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="taken_back_by",
        help_text="The move that this one undoes: a group had tapped the wrong answer",
    )

    class Meta:
        ordering = ["referral", "number"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="moves_are_numbered"),
            models.UniqueConstraint(fields=["referral", "key"], name="one_move_per_post"),
            models.CheckConstraint(
                condition=~models.Q(after="declined") | models.Q(reason__isnull=False), name="declined_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.deed}"

    @classmethod
    def passed_on_by(cls, member: Membership) -> "models.QuerySet[Self]":
        """Moves by which the member's agency gave a referral away: all it may still see of it."""
        return cls.objects.filter(written_for=member.agency_id, to_agency__isnull=False).order_by("-at", "id")

    @property
    def ground_words(self) -> str:
        """On what ground it was passed on; it was not always noted."""
        return self.get_ground_display() or "It was not noted whether they were asked again"

    @property
    def deed(self) -> str:
        """What was done, as a past participle: "declined", "put on the waiting list"."""
        if self.takes_back_id:
            return f"answer taken back ({TRANSITIONS[self.after, self.before].deed})"
        return TRANSITIONS[self.before, self.after].deed

    @property
    def did(self) -> str:
        """The same after a name: "declined this", "put this on the waiting list"."""
        if self.takes_back_id:
            return f"took back an answer ({TRANSITIONS[self.after, self.before].deed})"
        return TRANSITIONS[self.before, self.after].did

    @property
    def take_back_until(self) -> datetime.datetime | None:
        """So long whoever answered may take it back; None for what is no answer. Only the latest move is asked."""
        if self.takes_back_id or Side.RECEIVER not in TRANSITIONS[self.before, self.after].actors:
            return None
        return self.at + TAKE_BACK_WITHIN
