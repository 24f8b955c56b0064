from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What a group's last volunteer leaves behind: this registers for it."""
        from directory.publishing import unattended  # noqa: F401
