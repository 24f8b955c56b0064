from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What a group answers, and who came, stands in the case history in the same transaction."""
        from bookings.actions import on_booking_moved, on_booking_news
        from cases.actions import booking
        from cases.actions.onward import record_referral_move, record_referral_remark
        from referrals.actions import on_referral_moved, on_remark_saved

        on_referral_moved.append(record_referral_move)
        on_remark_saved.append(record_referral_remark)
        on_booking_moved.append(booking.record_booking_move)
        on_booking_news.append(booking.notify_person_of_booking)
