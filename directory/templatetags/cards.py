"""The card of an activity, drawn in one go: ten of them as templates were a third of the search page."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.template_tags import icon
from directory.models import Service
from directory.templatetags import shortlist

register = template.Library()

CARD_HTML = """<article class="card">
  <h3 class="card__title">{number}<a href="{address}"{focus}>{name}</a></h3>
  {lines}{chips}{because}
  <div class="card__foot">{call}<span>{checked}</span>{keep}</div>
</article>"""
NUMBER_HTML = '<span class="card__number" aria-hidden="true">{}</span> '
LINES_HTML = {
    "meets": '<p class="card__meta">{}</p>',
    "note": '<p class="card__note">{}</p>',
    "summary": "<p>{}</p>",
}
CLOSED_HTML = '<li class="chip chip--amber">Closed for now</li>'
CHIP_HTML = '<li class="chip">{}</li>'
BECAUSE_HTML = '<p class="why">{}<span><span class="govuk-visually-hidden">Why it is here: </span>{}</span></p>'


@register.simple_tag(takes_context=True)
def activity_card(context: template.Context, service: Any) -> SafeString:
    """An activity dressed by directory/catalogue/cards.py."""
    kept: Any = context.get("kept", ())
    return format_html(
        CARD_HTML,
        number=format_html(NUMBER_HTML, service.number) if service.number else "",
        address=service.address,
        focus=" data-focus" if service.focus else "",
        name=service.name,
        lines=format_html_join("", "{}", ((line,) for line in _render_lines(service))),
        chips=_render_chips(service),
        because=format_html(BECAUSE_HTML, icon("check"), service.because) if service.because else "",
        call=format_html('<a href="{}">{}</a> ', service.call, service.phone) if service.call else "",
        checked=service.checked,
        keep=shortlist.render_keep_button(service, kept, context.get("csrf_token", "")),
    )


def _render_lines(service: Service) -> list[SafeString]:
    said = ((html, getattr(service, name)) for name, html in LINES_HTML.items())
    return [format_html(html, words) for html, words in said if words]


def _render_chips(service: Any) -> SafeString | str:
    closed = format_html(CLOSED_HTML) if service.closed else ""
    chips = format_html_join("", CHIP_HTML, ((chip,) for chip in service.chips))
    return format_html('<ul class="chips">{}{}</ul>', closed, chips) if closed or chips else ""
