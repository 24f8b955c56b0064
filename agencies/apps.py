from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "agencies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Drafts and invitations are among what a member leaves behind, complaints among what is kept for a
        time; the check of fonts is made at each start."""
        from agencies import retention_classes  # noqa: F401
        from agencies.actions import close, hand_over  # noqa: F401
        from config import fonts  # noqa: F401
