from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Whoever booked hears it when a session is cancelled or moved, in the same transaction. A listing's figures
        say what came of it, and its sessions who waits."""
        from bookings import statistics
        from bookings import waiting as own_waiting
        from bookings.actions.session_changes import hear_session
        from directory.catalogue import demand
        from directory.catalogue import statistics as directory_statistics
        from directory.publishing.actions import sessions

        sessions.hears.append(hear_session)
        directory_statistics.readers.append(statistics.of_listings)
        demand.waiting.append(own_waiting.waiting)
        demand.calls.append(own_waiting.calls)
