"""Activities as cards, and the button that keeps one: drawn by the macros in templates/rows/."""

from collections.abc import Iterable
from typing import Any

from django import template

from config.rows import draw
from directory.catalogue.cards import Card
from directory.models import Service

register = template.Library()


@register.simple_tag(takes_context=True)
def activity_cards(context: template.Context, cards: Iterable[Card], first: int | None = None) -> Any:
    """The items of a list. `first`: the number of the first, if they have one; beyond 1 it takes the focus."""
    kept, token = context.get("shortlist_ids", ()), context.get("csrf_token", "")
    staff = bool(getattr(context.get("request"), "member", None))
    return draw("cards.html", "cards", cards, kept, token, first=first, focus=(first or 1) > 1, staff=staff)


@register.simple_tag(takes_context=True)
def keep_button(context: template.Context, service: Service, pressed: bool = False) -> Any:
    """The button, or once it is on the list the word; `pressed` is htmx's answer to the press."""
    kept = context.get("shortlist_ids", ())
    if pressed:
        return draw("keep.html", "just_kept", service.pk, kept)
    return draw("keep.html", "keep_button", service.pk, service.name, kept, context.get("csrf_token", ""))
