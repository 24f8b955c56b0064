"""/breaches/: the register of data breaches. Anybody at work reports one; who keeps the register sees to it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.actions.breach import add_breach_step, report_breach
from agencies.forms.breach import BreachStepForm, ReportBreachForm
from agencies.models import Breach
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.pdf import pdf_response
from config.transitions import MoveRefused


@allow()
@require_safe
def breaches(request: MemberRequest) -> HttpResponse:
    """What the member has reported; for who keeps the register, all of it."""
    rows = Breach.visible_to(request.member).select_related("agency")
    keeps = request.member.has_permission(Permission.KEEP_REGISTERS)
    return render_page(request, "agencies/breaches.html", {"breaches": rows, "keeps": keeps})


@allow()
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest) -> HttpResponse:
    form = ReportBreachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        breach = report_breach(by=request.member, **form.cleaned_data)
        messages.success(request, f"Thank you for saying so. It is in the register as {breach.reference}.")
        return redirect("agencies:breach", breach.pk)
    return render_form_page(request, "agencies/breach_report.html", {"form": form})


@allow()
@require_http_methods(["GET", "HEAD", "POST"])
def breach(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One breach, with its clock and steps; who keeps the register adds a step."""
    found = get_object_or_404(Breach.visible_to(request.member).select_related("agency"), pk=pk)
    keeps, refused = request.member.has_permission(Permission.KEEP_REGISTERS), ""
    form = BreachStepForm(request.POST or None)
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            add_breach_step(found, by=request.member, **form.cleaned_data)
        except MoveRefused as error:
            refused = str(error)
        else:
            messages.success(request, "Written down.")
            return redirect("agencies:breach", pk)
    context = {"breach": found, "form": form, "keeps": keeps, "refused": refused, "steps": found.steps.all()}
    return render_form_page(request, "agencies/breach.html", context, status=409 if refused else None)


@allow(Permission.KEEP_REGISTERS)
@require_safe
def register_pdf(request: MemberRequest) -> HttpResponse:
    """The whole register, to be shown to the Information Commissioner (UK GDPR 33(5))."""
    rows = Breach.visible_to(request.member).select_related("agency").prefetch_related("steps")
    return pdf_response(request, "pdf/breaches.html", {"breaches": rows, "reader": request.member}, "breaches.pdf")
