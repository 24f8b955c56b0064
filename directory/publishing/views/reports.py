"""“This is wrong”: for any reader, without a login and without saying who they are."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import render_form_page
from config.fragments import render_page
from directory.models import ReportReason, Service
from directory.publishing.actions.reports import submit_report
from directory.publishing.forms.report import ReaderReportForm

HOUR_SECONDS = 3600
MAX_REPORTS_PER_HOUR = 20  # an hour from one network, which may be a whole library's
TOO_MANY_MESSAGE = "We had many reports from your network in the last hour. Wait a little, or call us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def report_wrong(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.visible_to().select_related("agency"), pk=pk)
    form, status = ReaderReportForm(request.POST or None), None
    if request.method == "POST" and form.is_machine:
        return redirect("directory:wrong_thanks", pk)
    if request.method == "POST" and form.is_valid():
        if limits.is_under_limit(request, "wrong", most=MAX_REPORTS_PER_HOUR, seconds=HOUR_SECONDS):
            said = form.cleaned_data
            submit_report(key=said["key"], service=service, reason=ReportReason(said["reason"]), words=said["words"])
            limits.count_attempt(request, "wrong", seconds=HOUR_SECONDS)
            return redirect("directory:wrong_thanks", pk)
        form.add_error(None, TOO_MANY_MESSAGE)
        status = 429
    return render_form_page(request, "directory/wrong.html", {"form": form, "service": service}, status=status)


@public
@require_safe
def report_thanks(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.visible_to().select_related("agency"), pk=pk)
    return render_page(request, "directory/wrong_thanks.html", {"service": service})
