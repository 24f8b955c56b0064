"""/steward/agreements/: the contracts under which data passes. The privacy page shows those in force."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.actions.data_agreement import save_data_agreement
from agencies.forms.data_agreement import DataAgreementForm
from agencies.models import DataAgreement
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page

COLUMNS = ("kind", "name", "purpose", "country", "signed_on", "review_on")


@allow(Permission.STEWARD)
@require_safe
def agreements(request: MemberRequest) -> HttpResponse:
    rows = DataAgreement.visible_to(request.member).order_by("-ended_at", "kind", "name", "pk")
    return render_page(request, "agencies/data_agreements.html", {"agreements": rows})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_agreement(request: MemberRequest) -> HttpResponse:
    return process_agreement(request, None)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: MemberRequest, pk: UUID) -> HttpResponse:
    return process_agreement(request, get_object_or_404(DataAgreement.visible_to(request.member), pk=pk))


def process_agreement(request: MemberRequest, found: DataAgreement | None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in COLUMNS} | {"parties": found.parties.all()} if found else {}
    form = DataAgreementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        save_data_agreement(agreement=found, **form.cleaned_data)
        messages.success(request, "Saved. It stands on the privacy page while it is in force.")
        return redirect("agencies:data_agreements")
    return render_form_page(request, "agencies/data_agreement.html", {"form": form, "agreement": found})


@allow(Permission.STEWARD)
@require_POST
def end_agreement(request: MemberRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(DataAgreement.visible_to(request.member), pk=pk)
    found.end()
    messages.success(request, f"{found} has ended. It is off the privacy page.")
    return redirect("agencies:data_agreements")
