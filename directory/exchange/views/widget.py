"""A search that other sites show inside a frame, and the page that makes the code for it."""

import html
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from agencies.access import public
from config.forms import render_form_page
from config.replica import from_replica
from directory.exchange.api.responses import CACHE_SECONDS
from directory.search.forms.search import SearchForm
from directory.search.statement import search

EMBEDDABLE_CSP = {
    "default-src": [NONE],
    "style-src": [SELF],
    "font-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": ["*"],
}
READER_FIELDS = ("words", "near")  # by whoever reads; the rest was set by whoever made the widget


class WidgetForm(SearchForm):
    """What the widget shows before anybody types."""

    button = "Make the code"
    mark_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["need"].widget
        widget.choices = [("", "Anything"), *self.needs.items()]


@csp(EMBEDDABLE_CSP)
@xframe_options_exempt
@public
@require_safe
@from_replica
def widget(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    found = search(form.asked())
    context = {
        "form": form,
        "found": found,
        "preset": [pair for pair in form.pairs if pair[0] not in READER_FIELDS],
        "words": form.data.get("words", "")[:200],
        "near": form.data.get("near", "")[:200],
        "more": f"{reverse('directory:activities')}?{form.query()}",
    }
    response = render(request, "directory/widget.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store" if found.dangers or found.told else f"public, max-age={CACHE_SECONDS}"
    return response


@csp_update({"frame-src": [SELF]})
@public
@require_safe
@from_replica
def make_widget(request: HttpRequest) -> HttpResponse:
    form = WidgetForm(request.GET or None)
    query = form.query() if form.is_valid() else ""
    address = reverse("directory:widget") + (f"?{query}" if query else "")
    in_html = html.escape(settings.PLACE["base_url"] + address)  # as it stands in the code; shown escaped once more
    context = {"form": form, "address": address, "in_html": in_html}
    return render_form_page(request, "directory/widget_make.html", context)
