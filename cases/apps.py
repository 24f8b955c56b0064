from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What a group answers, and who came, stands in the case history in the same transaction."""
        from bookings.actions import hears_booking, tells_booking
        from cases.actions import booking
        from cases.actions.onward import hear, hear_remark
        from referrals.actions import hears, hears_remark

        hears.append(hear)
        hears_remark.append(hear_remark)
        hears_booking.append(booking.hear)
        tells_booking.append(booking.tell)
