"""What is new or has changed, as an Atom feed (RFC 4287) that takes the filters of the search."""

from typing import Any

from django.conf import settings
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.feedgenerator import Atom1Feed

from agencies.messages import absolute_url
from directory.catalogue.wording import shorten_description
from directory.exchange.api.responses import public_api, respond_if_changed
from directory.exchange.api.site_search import describe_search, find_best_services, parse_search_form
from directory.exchange.open_referral import select_for_summary
from directory.models import Service
from directory.search.forms.search import SearchForm
from directory.text.cleaning import to_printable

MAX_ENTRIES, MAX_SEARCHED = 50, 200  # entries; the newest of how many that a search finds


@public_api
def atom_feed(request: HttpRequest) -> HttpResponseBase:
    form = parse_search_form(request.GET)
    return respond_if_changed(request, lambda _: _render_feed(form))


def _find_newest(form: SearchForm) -> list[Any]:
    """The activities, each with `news`: when it last changed."""
    when = Greatest("last_modified", "created_at", "published_at")
    found = select_for_summary(Service.visible_to()).annotate(news=when).order_by("-news", "-pk")
    if form.list_pairs():
        found = found.filter(pk__in=[service.pk for service in find_best_services(form, MAX_SEARCHED)])
    return list(found[:MAX_ENTRIES])


def _render_feed(form: SearchForm) -> HttpResponse:
    query, said = form.query(), describe_search(form)
    asked = f"?{query}" if query else ""
    feed = Atom1Feed(
        title=to_printable(f"{settings.PLACE['name']}: new and changed activities" + (f", {said}" if said else "")),
        link=absolute_url("directory:activities") + asked,
        feed_url=absolute_url("directory:atom") + asked,
        description=f"Activities in {settings.PLACE['area']}, the latest first.",
        language="en-GB",
        feed_copyright=settings.PLACE["licence"] or None,
    )
    for service in _find_newest(form):
        feed.add_item(
            title=to_printable(service.name),
            link=absolute_url("directory:service", service.pk),
            description=to_printable(shorten_description(service.description)),
            unique_id=f"urn:uuid:{service.pk}",
            author_name=to_printable(service.agency.name),
            pubdate=service.published_at,
            updateddate=service.news,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
