"""Which bookings belong to a case: those that a connector made for the person."""

from django.db import models

from bookings.models import Booking
from cases.models.case import Case


class CaseBooking(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="case_bookings")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="case_booking")

    class Meta:
        ordering = ["case", "id"]

    def __str__(self) -> str:
        return f"{self.booking_id} of {self.case_id}"
