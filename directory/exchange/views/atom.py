"""What is new or has changed, as an Atom feed (RFC 4287) that takes the filters of the search."""

from django.conf import settings
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from directory.catalogue.wording import summary
from directory.exchange.api.page import best, form_of, in_words
from directory.exchange.api.responses import api, if_changed
from directory.exchange.open_referral import listed_form
from directory.models import Service
from directory.search.forms.search import SearchForm
from directory.text.cleaning import plain

NEWEST, AMONG = 50, 200  # entries; the newest of how many that a search finds


@api
def news(request: HttpRequest) -> HttpResponseBase:
    form = form_of(request.GET)
    return if_changed(request, lambda _: _written(form))


def _newest(form: SearchForm) -> list[Service]:
    when = Greatest("last_modified", "created_at", "published_at")
    found = listed_form(Service.visible_to()).annotate(news=when).order_by("-news", "-pk")
    if form.pairs():
        found = found.filter(pk__in=[service.pk for service in best(form, AMONG)])
    return list(found[:NEWEST])


def _written(form: SearchForm) -> HttpResponse:
    base, query = settings.PLACE["base_url"], form.query()
    said = in_words(form)
    feed = Atom1Feed(
        title=plain(f"{settings.PLACE['name']}: new and changed activities" + (f", {said}" if said else "")),
        link=f"{base}{reverse('directory:activities')}{'?' if query else ''}{query}",
        feed_url=f"{base}{reverse('directory:atom')}{'?' if query else ''}{query}",
        description=f"Activities in {settings.PLACE['area']}, the latest first.",
        language="en-GB",
        feed_copyright=settings.PLACE["licence"] or None,
    )
    for service in _newest(form):
        feed.add_item(
            title=plain(service.name),
            link=base + reverse("directory:service", args=[service.pk]),
            description=plain(summary(service.description)),
            unique_id=f"urn:uuid:{service.pk}",
            author_name=plain(service.agency.name),
            pubdate=service.published_at,
            updateddate=service.news,  # type: ignore[attr-defined]
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
