from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Whoever booked hears it when a session is cancelled or moved, in the same transaction. A listing's figures
        say what came of it, and its sessions who waits."""
        from bookings import statistics
        from bookings import waiting as own_waiting
        from bookings.actions.session_changes import apply_session_change
        from directory.catalogue import demand
        from directory.catalogue import statistics as directory_statistics
        from directory.publishing.actions import sessions

        sessions.session_changed_hooks.append(apply_session_change)
        directory_statistics.monthly_count_hooks.append(statistics.of_listings)
        demand.waiting_count_hooks.append(own_waiting.count_waiting)
        demand.call_count_hooks.append(own_waiting.count_pending_calls)
