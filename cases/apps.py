from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What a group answers, and who came, stands in the case history and in the news; who leaves or
        closes hands their cases over: these register for it."""
        from cases import news as news_lists  # noqa: F401
        from cases import retention, roots, waiting  # noqa: F401
        from cases.actions import booking, close_team, give, news, onward  # noqa: F401
        from cases.history import news as history_news  # noqa: F401
