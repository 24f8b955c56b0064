from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A listing's figures say how many were referred to it."""
        from directory.catalogue import statistics as directory_statistics
        from referrals import statistics

        directory_statistics.monthly_count_hooks.append(statistics.of_listings)
