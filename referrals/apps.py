from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A listing's figures say how many were referred to it: this registers for it."""
        from referrals import statistics  # noqa: F401
