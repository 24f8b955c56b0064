"""“Still right?”: the page an e-mail's link lands on, for a group without an account, and the same press signed in.

Reading changes nothing: scanners of e-mail open every link, and some send HEAD (security point 23). Only the one
button, a POST, confirms.
"""

import uuid

from django.contrib import messages
from django.core.signing import SignatureExpired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow, public
from agencies.models import Agency, Author
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.http import add_noindex_header
from directory.catalogue.freshness import (
    list_group_services,
    list_services_to_confirm,
    next_ask_date,
    read_token,
    summarise_listing,
)
from directory.models import Service, Status
from directory.publishing.actions import freshness
from directory.publishing.forms.report import ChangedForm


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def still_right(request: HttpRequest, token: str) -> HttpResponse:
    """What the group is asked about, and one button. It confirms what stood on the page, no more."""
    agency = resolve_link(request, token)
    if isinstance(agency, HttpResponse):
        return agency
    today = timezone.localdate()
    if request.method == "POST":
        shown = set(request.POST.getlist("service"))
        right = [service for service in list_services_to_confirm(agency, today) if str(service.pk) in shown]
        freshness.confirm_listings(right, by=Author.by_link(agency))
        return redirect("directory:still_right", token)
    due = list_services_to_confirm(agency, today)
    asked = [{"service": service, "facts": summarise_listing(service, today)} for service in due]
    rest = list_group_services(agency).exclude(pk__in=[service.pk for service in due])
    running = rest.exclude(status__in=[Status.DEFUNCT, Status.INACTIVE])
    context = {
        "agency": agency,
        "token": token,
        "asked": asked,
        "checked": [{"service": service, "next": next_ask_date(service)} for service in running],
        "ended": rest.filter(status=Status.DEFUNCT),
    }
    return add_noindex_header(render_page(request, "directory/still_right.html", context))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell_changed(request: HttpRequest, token: str, pk: uuid.UUID) -> HttpResponse:
    """Something has changed: in words, which the steward puts in."""
    agency = resolve_link(request, token)
    if isinstance(agency, HttpResponse):
        return agency
    service = get_object_or_404(list_group_services(agency).prefetch_related("schedules"), pk=pk)
    form = ChangedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        by = Author.by_link(agency, said["name"])
        freshness.report_change(service, words=said["words"], key=said["key"], by=by)
        messages.success(request, f"Thank you. We will put it right: {service.name}.")
        return redirect("directory:still_right", token)
    facts = summarise_listing(service, timezone.localdate())
    context = {"form": form, "service": service, "token": token, "facts": facts}
    return add_noindex_header(render_form_page(request, "directory/still_right_changed.html", context))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell_ended(request: HttpRequest, token: str, pk: uuid.UUID) -> HttpResponse:
    """It has ended: asked once more, then nobody finds it."""
    agency = resolve_link(request, token)
    if isinstance(agency, HttpResponse):
        return agency
    service = get_object_or_404(list_group_services(agency), pk=pk)
    if request.method == "POST":
        freshness.end_listing(service, by=Author.by_link(agency))
        messages.success(request, f"Thank you. Nobody finds it any more: {service.name}.")
        return redirect("directory:still_right", token)
    return add_noindex_header(
        render_page(request, "directory/still_right_ended.html", {"service": service, "token": token})
    )


@public
@never_cache
@require_POST
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same words whether the link was known or not, and whether one was sent or not."""
    freshness.renew_link(token, timezone.localdate())
    return add_noindex_header(render_page(request, "directory/still_right_sent.html"))


@allow(Permission.PUBLISH)
@require_POST
def confirm(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One press on the group's own pages. Back to the page it was pressed on."""
    service = get_object_or_404(Service.kept_by(request.member), pk=pk)
    if not freshness.confirm_listings([service], by=Author.of(request.member)):
        raise Http404  # a draft, or ended: there is nothing to confirm
    messages.success(request, f"Thank you. Marked as checked today: {service.name}.")
    back = request.POST.get("next", "")
    fine = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if fine else reverse("directory:service", args=[pk]))


def resolve_link(request: HttpRequest, token: str) -> Agency | HttpResponse:
    """The group that the link was sent to; or the page that says why it does not work."""
    try:
        found = read_token(token)
    except SignatureExpired:
        return add_noindex_header(render_page(request, "directory/still_right_over.html", {"token": token}, status=410))
    if found is None:
        return add_noindex_header(render_page(request, "directory/still_right_unknown.html", status=404))
    agency, mark = found
    if not freshness.is_current_address(agency, mark):
        return add_noindex_header(render_page(request, "directory/still_right_over.html", {"token": token}, status=410))
    return agency
