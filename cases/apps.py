from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What a group answers, and who came, stands in the case history: these register for it."""
        from cases.actions import booking, onward  # noqa: F401
