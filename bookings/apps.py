from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Who booked hears of changed sessions; a listing's figures and lists count bookings: these register for it."""
        from bookings import retention, statistics, waiting  # noqa: F401
        from bookings.actions import session_changes  # noqa: F401
