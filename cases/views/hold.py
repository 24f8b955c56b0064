"""/cases/<id>/holds/: legal holds on what the team has of the person."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.hold import place_hold, review_hold
from cases.forms.hold import HoldForm, ReviewHoldForm
from cases.models import Hold
from config.forms import render_form_page
from config.transitions import MoveRefused


@allow(Permission.KEEP_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Those in force and those that were, and a form to place another."""
    case = get_own_case(request.member, pk)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        place_hold(case=case, by=Author.of(request.member), **form.cleaned_data)
        messages.success(request, "Held. Nothing of it is erased until the hold has ended.")
        return redirect("cases:holds", pk=pk)
    log_access(request, case, "holds")
    rows = Hold.visible_to(request.member).filter(person=case.person)
    return render_form_page(request, "cases/holds.html", {"case": case, "form": form, "holds": rows})


@allow(Permission.KEEP_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: MemberRequest, pk: uuid.UUID, hold: uuid.UUID) -> HttpResponse:
    """Look at one again: it goes on, or ends."""
    case, refused = get_own_case(request.member, pk), ""
    found = get_object_or_404(Hold.visible_to(request.member).filter(person=case.person), pk=hold)
    form = ReviewHoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            review_hold(hold=found, case=case, by=Author.of(request.member), **form.cleaned_data)
        except MoveRefused as error:
            refused = str(error)
        else:
            messages.success(request, "Written down.")
            return redirect("cases:holds", pk=pk)
    log_access(request, case, "holds")
    context = {"case": case, "form": form, "hold": found, "refused": refused}
    return render_form_page(request, "cases/hold.html", context, status=409 if refused else None)
