from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Whoever booked hears it when a session is cancelled or moved, in the same transaction. A listing's figures
        say what came of it, and its sessions who waits."""
        from directory.catalogue import demand, statistics
        from directory.publishing.actions import sessions
        from referrals import figures as own
        from referrals import waiting as own_waiting
        from referrals.actions.booking.hearing import hear_session

        sessions.hears.append(hear_session)
        statistics.readers.append(own.of_listings)
        demand.waiting.append(own_waiting.waiting)
        demand.calls.append(own_waiting.calls)
