"""The button that keeps an activity. Drawn in one go: ten of them as templates were a tenth of the search page."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.template_tags import icon, row_address
from directory.models import Service

register = template.Library()

BUTTON_HTML = """<div class="keep" id="keep-{pk}"><form method="post" action="{address}" hx-post="{address}" \
hx-target="closest .keep" hx-swap="outerHTML"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">\
<button class="keep__button">{star} Keep<span class="govuk-visually-hidden"> {name}</span></button></form></div>"""
KEPT_HTML = '<div class="keep" id="keep-{pk}"><span class="keep__kept">{star} On your list</span></div>'
# What is pressed is gone: the word that takes its place takes the focus too, and is said aloud.
PRESSED_HTML = """<div class="keep" id="keep-{pk}"><span class="keep__kept" tabindex="-1" data-focus \
data-announce="Kept. {count} on your list">{star} On your list</span></div>"""


@register.simple_tag(takes_context=True)
def keep_button(context: template.Context, service: Service, pressed: bool = False) -> SafeString:
    """The button, or once it is on the list the word; `pressed` is htmx's answer to the press."""
    kept: Any = context.get("kept", ())
    if pressed:
        return format_html(PRESSED_HTML, pk=service.pk, star=icon("star"), count=len(kept))
    return render_keep_button(service, kept, context.get("csrf_token", ""))


def render_keep_button(service: Service, kept: Iterable[str], token: Any) -> SafeString:
    """The button, or the word when its id is among those `kept`."""
    pk, star = str(service.pk), icon("star")
    if pk in kept:
        return format_html(KEPT_HTML, pk=pk, star=star)
    address = row_address("directory:keep", pk)
    return format_html(BUTTON_HTML, pk=pk, address=address, token=token, star=star, name=service.name)
