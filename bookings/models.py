"""A place taken, or waited for, in a session. Each step of it is a row of its own."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership, Signed
from bookings.states import ACTIVE_STATUSES, TRANSITIONS, BookingStatus
from config.append_only import AppendOnly
from config.uuid_key import UUIDKey
from directory.models import Session

NAMES_SHOWN_FOR = datetime.timedelta(days=28)  # after the session: the group reads no names any more
CONTACT_KEPT_FOR = datetime.timedelta(days=90)  # after the session: then name and contact are blanked
REGISTER_OPEN_FOR = datetime.timedelta(days=7)  # after the session: so long the register may be put right


class Booking(UUIDKey):
    """`number` orders those of a session: the waiting list goes by it. Name and contact go after CONTACT_KEPT_FOR."""

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the session, in the order they came")
    status = models.CharField(max_length=10, choices=BookingStatus)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="What the person wants the group to know")
    team = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The connector team that books for somebody, and tells them the news",
    )
    made_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    moves_made = models.PositiveIntegerField(default=0)
    offered_until = models.DateTimeField(null=True, blank=True, help_text="So long the place offered is held")
    reminded_at = models.DateTimeField(null=True, blank=True)
    blanked_at = models.DateTimeField(null=True, blank=True, help_text="When name and contact were taken out")
    asked_on: datetime.date  # by this browser: of those of lists.find_browser_bookings alone

    class Meta:
        db_table = "referrals_booking"  # made when bookings stood among the referrals
        ordering = ["session", "number"]
        indexes = [
            models.Index(fields=["offered_until"], name="booking_offers", condition=models.Q(status="offered")),
            models.Index(fields=["session", "status"], name="booking_by_status"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="bookings_are_numbered"),
            models.CheckConstraint(condition=models.Q(status__in=BookingStatus.values), name="booking_status_is_known"),
            models.CheckConstraint(
                condition=~models.Q(status="offered") | models.Q(offered_until__isnull=False),
                name="booking_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(blanked_at=None) | models.Q(name="", phone="", email="", note=""),
                name="booking_blanked_is_blank",
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") | models.Q(blanked_at__isnull=False), name="booking_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Somebody'}: {self.get_status_display()}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """Places in the sessions of the member's own agency, until some weeks after each."""
        recent = models.Q(session__starts_at__gte=timezone.now() - NAMES_SHOWN_FOR)
        return cls.objects.filter(access.bookings(member), recent)

    @classmethod
    def locked(cls) -> "models.QuerySet[Self]":
        """Rows held until the transaction ends. The session is locked before (actions.places.lock_session)."""
        return cls.objects.select_related("session__service__agency", "team").select_for_update(of=("self",))

    @property
    def is_active(self) -> bool:
        """Whether the person still wants to come to what is to come."""
        return self.status in ACTIVE_STATUSES

    @property
    def contact(self) -> str:
        return self.email or self.phone

    @property
    def is_unreachable(self) -> bool:
        """Nobody can write to them or ring them, and no team booked for them: they are told at the door or not."""
        return not (self.contact or self.team_id)

    @property
    def position(self) -> int:
        """Place on the waiting list, from 1; 0 for who is not on it."""
        if self.status != BookingStatus.WAITING:
            return 0
        ahead = Booking.objects.filter(session=self.session_id, status=BookingStatus.WAITING, number__lt=self.number)
        return ahead.count() + 1

    @property
    def position_shown(self) -> int:
        """The same as the person reads it: whoever asked again before them is shown to wait too."""
        position = self.position
        return position and position + BookingLink.count_waiting_repeats(self.session, before=self.made_at)


class BookingMove(AppendOnly, Signed):
    """Who moved it, and when. It names nobody who booked; `words` are blanked with the booking."""

    erasable = ("words",)

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the booking")
    before = models.CharField(max_length=10, choices=BookingStatus, blank=True)
    after = models.CharField(max_length=10, choices=BookingStatus)
    at = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=300, blank=True, help_text="Why, for the person to read")
    key = models.UUIDField(null=True, blank=True, help_text="Idempotency key of the form that made it")

    class Meta:
        db_table = "referrals_bookingmove"
        ordering = ["booking", "number"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="booking_moves_are_numbered"),
            models.UniqueConstraint(fields=["booking", "key"], name="one_booking_move_per_post"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.deed}"

    @property
    def deed(self) -> str:
        return TRANSITIONS[self.before, self.after].deed


class BookingLink(UUIDKey):
    """A secret address, or a code to write down, that leads to one booking. The table holds its hash alone."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    repeat = models.JSONField(
        null=True,
        blank=True,
        help_text="Of a second booking that was not made: what its page shows (actions.book.Repeat)",
    )

    class Meta:
        db_table = "referrals_bookinglink"
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Link to {self.booking_id}"

    @classmethod
    def count_waiting_repeats(cls, session: Session, before: datetime.datetime | None = None) -> int:
        """How many bookings of the session were not made, and wait as their pages say; a form sent twice is one."""
        rows = cls.objects.filter(booking__session=session, repeat__status=BookingStatus.WAITING)
        rows = rows.filter(created_at__lt=before) if before else rows
        return rows.order_by().values("repeat__key").distinct().count()
