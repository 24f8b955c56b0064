from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The made-up place. Development and the suite install it; production does not."""

    name = "demo"
