"""Erasing what is held about a person: one asks for it, another approves, and a certificate stays."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.actions.erasure import approve_erasure, ask_for_erasure, find_obstacles, may_approve
from cases.forms.erasure import ApproveErasureForm, AskForErasureForm
from cases.models import ErasureCertificate
from cases.records import find_records, refuse_hidden
from cases.states import ErasureGround, RightKind, RightsStatus
from cases.views.rights import get_rights_request, log_record_access
from config.forms import render_form_page
from config.pdf import pdf_response
from config.transitions import MoveRefused


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What would go, and what stands in its way; the form of whoever's turn it is."""
    asked, by = get_rights_request(request.member, pk), Author.of(request.member)
    approves = may_approve(asked, request.member)
    if asked.kind != RightKind.ERASURE or asked.status not in (RightsStatus.ACTIVE, RightsStatus.APPROVAL):
        raise Http404
    refuse_hidden(asked)
    form_class = ApproveErasureForm if approves else AskForErasureForm
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            if approves:
                approve_erasure(asked, by=by)
            else:
                said = {"ground": ErasureGround(data["ground"]), "words": data["words"], "key": data["key"]}
                ask_for_erasure(asked, by=by, **said)
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "Approved. It is erased within minutes." if approves else "A colleague approves it next."
            )
            return redirect("cases:rights_request", asked.pk)
    log_record_access(request, asked, "erasure")
    held = find_records(asked)
    context = {"asked": asked, "form": form, "held": held, "obstacles": find_obstacles(held), "approves": approves}
    return render_form_page(request, "cases/erase.html", context)


@allow(Permission.RIGHTS)
@require_safe
def certificate(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What was erased, by kind and number, who asked, who approved, when. Nobody's data."""
    rows = ErasureCertificate.visible_to(request.member).select_related("agency", "asked_by__user", "approved_by__user")
    found = get_object_or_404(rows, pk=pk)
    context = {"certificate": found, "counts": sorted(found.counts.items())}
    return pdf_response(request, "pdf/erasure_certificate.html", context, f"erasure-{found.approved_at:%Y-%m-%d}.pdf")
