"""“This is wrong”: for any reader, without a login and without saying who they are."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import answer
from config.fragments import page
from directory.models import Service, Wrong
from directory.publishing.actions.reports import report
from directory.publishing.forms.report import WrongForm

HOUR = 3600
MOST = 20  # an hour from one network, which may be a whole library's
TOO_MANY = "We had many reports from your network in the last hour. Wait a little, or call us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def wrong(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.visible_to().select_related("agency"), pk=pk)
    form, status = WrongForm(request.POST or None), None
    if request.method == "POST" and form.is_machine:
        return redirect("directory:wrong_thanks", pk)
    if request.method == "POST" and form.is_valid():
        if limits.has_room(request, "wrong", most=MOST, seconds=HOUR):
            said = form.cleaned_data
            report(key=said["key"], service=service, reason=Wrong(said["reason"]), words=said["words"])
            limits.count(request, "wrong", seconds=HOUR)
            return redirect("directory:wrong_thanks", pk)
        form.add_error(None, TOO_MANY)
        status = 429
    return answer(request, "directory/wrong.html", {"form": form, "service": service}, status=status)


@public
@require_safe
def thanks(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.visible_to().select_related("agency"), pk=pk)
    return page(request, "directory/wrong_thanks.html", {"service": service})
