from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Whoever booked hears it when a session is cancelled or moved, in the same transaction. A listing's figures
        say what came of it."""
        from directory import figures
        from directory.actions import sessions
        from referrals import figures as own
        from referrals.actions.booking.hearing import hear_session

        sessions.hears.append(hear_session)
        figures.readers.append(own.of_listings)
