"""“Tell me by e-mail when something new matches.”

Programs that scan e-mail open every link: no page here changes anything by being opened (point 23).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import answer
from config.fragments import page
from config.http import add_noindex_header
from directory.search.forms.search import SearchForm
from referrals.actions import alerts
from referrals.forms.alert import AlertForm
from referrals.models import Alert

HOUR = 3600
MOST = 10  # an hour from one network
TOO_MANY = "Many e-mails were asked for from your network in the last hour. Wait a little, or call us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The search stands in the address, as on the page of activities."""
    search = SearchForm(request.GET)
    readable, status = search.is_valid(), None
    form = AlertForm(request.POST or None, initial={"query": search.query() if readable else ""})
    if request.method == "POST" and form.is_valid():
        if limits.has_room(request, "alert", most=MOST, seconds=HOUR):
            alerts.ask(**{name: form.cleaned_data[name] for name in ("key", "email", "query")})
            limits.count(request, "alert", seconds=HOUR)
            return redirect("referrals:alert_asked")
        form.add_error(None, TOO_MANY)
        status = 429
    asked = form.data.get("query", "") if form.is_bound else search.query()
    context = {"form": form, "search": search, "query": asked, "words": alerts.in_words(asked[:2000])}
    return answer(request, "referrals/alert.html", context, status=status or (None if readable else 422))


@public
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The same words whatever became of it."""
    return page(request, "referrals/alert_asked.html")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: HttpRequest, token: str) -> HttpResponse:
    """One button starts it; when it runs, one button stops it."""
    found = Alert.of_token(token).first()
    if found is None:
        return add_noindex_header(page(request, "referrals/alert_unknown.html", status=404))
    if request.method == "POST":
        alerts.start(found)
        return redirect("referrals:alert_link", token)
    context = {"alert": found, "token": token, "words": alerts.in_words(found.query)}
    return add_noindex_header(page(request, "referrals/alert_link.html", context))


@public
@csrf_exempt  # the mail program itself posts here, with no cookie (RFC 8058): the secret in the address is enough
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A second press, and one for an alert that is gone, are answered like the first."""
    found = Alert.of_token(token).first()
    if request.method == "POST":
        if found:
            alerts.stop(found)
        return add_noindex_header(page(request, "referrals/alert_ended.html"))
    if found is None:
        return add_noindex_header(page(request, "referrals/alert_unknown.html", status=404))
    return add_noindex_header(
        page(request, "referrals/alert_stop.html", {"token": token, "words": alerts.in_words(found.query)})
    )
