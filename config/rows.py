"""What stands on a page dozens of times, as Jinja2 macros in templates/rows/: there a card costs less than half of
what it costs in Django's templates (docs/decisions/rows.md has the figures). All else is a Django template."""

from typing import Any

import jinja2
from django.conf import settings
from markupsafe import Markup

from config.template_tags import icon, phone_link, row_address

environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(settings.BASE_DIR / "templates" / "rows"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    auto_reload=settings.DEBUG,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.globals.update(icon=icon, phone_link=phone_link, row_address=row_address)


def draw(file: str, macro: str, *arguments: Any, **named: Any) -> Any:
    """What a macro of a file in templates/rows/ draws, escaped; quotes as Django's templates write them."""
    drawn: Markup = getattr(environment.get_template(file).module, macro)(*arguments, **named)
    return Markup(str(drawn).replace("&#39;", "&#x27;").replace("&#34;", "&quot;"))  # noqa: S704
