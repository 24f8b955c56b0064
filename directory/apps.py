from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What waits for a volunteer, and what the last one leaves behind: these register for it."""
        from directory.publishing import retention, unattended, waiting  # noqa: F401
