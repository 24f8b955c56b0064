"""Keeping a case without using it, at the person's wish, and using it again once they were told."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.restriction import lift_restriction, restrict_processing
from cases.forms.restriction import DECIDED, LiftForm, RestrictForm
from cases.states import RightKind, RightsStatus
from cases.views.rights import get_rights_request, log_record_access
from config.forms import render_form_page
from config.transitions import MoveRefused


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    asked = get_rights_request(request.member, pk)
    if asked.kind not in (RightKind.RESTRICTION, RightKind.OBJECTION) or asked.status != RightsStatus.ACTIVE:
        raise Http404
    form = RestrictForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = {"words": form.cleaned_data["words"], "decided": form.cleaned_data["outcome"] == DECIDED}
        try:
            restrict_processing(asked, by=Author.of(request.member), key=form.cleaned_data["key"], **said)
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It is kept, and not used, from now on.")
            return redirect("cases:rights_request", asked.pk)
    log_record_access(request, asked, "restriction")
    return render_form_page(request, "cases/restrict.html", {"asked": asked, "form": form})


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Of the own team's case; the person is told first."""
    case = get_own_case(request.member, pk)
    if case.processing_restricted_at is None:
        messages.info(request, "This case is not restricted.")
        return redirect("cases:case", case.pk)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        lift_restriction(case, by=Author.of(request.member), **form.cleaned_data)
        messages.success(request, "The case is used again.")
        return redirect("cases:case", case.pk)
    log_access(request, case, "lifting a restriction")
    return render_form_page(request, "cases/lift.html", {"case": case, "form": form})
