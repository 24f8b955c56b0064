"""“Tell me by e-mail when something new matches.”

Programs that scan e-mail open every link: no page here changes anything by being opened (point 23).
"""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import render_form_page
from config.fragments import render_page
from config.http import add_noindex_header
from directory.search.forms.search import SearchForm
from referrals.actions import alerts
from referrals.forms.alert import AlertForm
from referrals.models import Alert

HOUR_SECONDS = 3600
MAX_ALERTS_PER_HOUR = 10  # an hour from one network
TOO_MANY_ALERTS_MESSAGE = "Many e-mails were asked for from your network in the last hour. Wait a little, or call us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_alert(request: HttpRequest) -> HttpResponse:
    """The search stands in the address, as on the page of activities."""
    search = SearchForm(request.GET)
    readable, status = search.is_valid(), None
    form = AlertForm(request.POST or None, initial={"query": search.query() if readable else ""})
    if request.method == "POST" and form.is_valid():
        if limits.is_under_limit(request, "alert", most=MAX_ALERTS_PER_HOUR, seconds=HOUR_SECONDS):
            alerts.request_alert(**{name: form.cleaned_data[name] for name in ("key", "email", "query")})
            limits.count_attempt(request, "alert", seconds=HOUR_SECONDS)
            return redirect("referrals:alert_asked")
        form.add_error(None, TOO_MANY_ALERTS_MESSAGE)
        status = 429
    asked = form.data.get("query", "") if form.is_bound else search.query()
    context = {
        "form": form,
        "search": search,
        "query": asked,
        "words": alerts.describe_search(asked[:2000]),
        "dangers": SearchForm(QueryDict(asked[:2000])).find_dangers(),
    }
    return render_form_page(request, "referrals/alert.html", context, status=status or (None if readable else 422))


@public
@require_safe
def alert_asked(request: HttpRequest) -> HttpResponse:
    """The same words whatever became of it."""
    return render_page(request, "referrals/alert_asked.html")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: HttpRequest, token: str) -> HttpResponse:
    """One button starts it; when it runs, one button stops it."""
    found = Alert.of_token(token).first()
    if found is None:
        return add_noindex_header(render_page(request, "referrals/alert_unknown.html", status=404))
    if request.method == "POST":
        alerts.confirm_alert(found)
        return redirect("referrals:alert_link", token)
    context = {"alert": found, "token": token, "words": alerts.describe_search(found.query)}
    return add_noindex_header(render_page(request, "referrals/alert_link.html", context))


@public
@csrf_exempt  # the mail program itself posts here, with no cookie (RFC 8058): the secret in the address is enough
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_alert(request: HttpRequest, token: str) -> HttpResponse:
    """A second press, and one for an alert that is gone, are answered like the first."""
    found = Alert.of_token(token).first()
    if request.method == "POST":
        if found:
            alerts.delete_alert(found)
        return add_noindex_header(render_page(request, "referrals/alert_ended.html"))
    if found is None:
        return add_noindex_header(render_page(request, "referrals/alert_unknown.html", status=404))
    return add_noindex_header(
        render_page(
            request, "referrals/alert_stop.html", {"token": token, "words": alerts.describe_search(found.query)}
        )
    )
