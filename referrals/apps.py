from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A listing's figures say how many were referred to it; who leaves or closes says to whom their referrals go:
        these register for it."""
        from referrals import retention, statistics, waiting  # noqa: F401
        from referrals.actions import close, hand_over  # noqa: F401
