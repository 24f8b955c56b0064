"""Giving a case to a colleague; and those that nobody has."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.forms.hand_over import HandOverForm
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_case_logged
from cases.actions.give import give_case, give_cases_alone, list_cases_alone
from cases.forms.opening import GiveCaseForm
from config.forms import render_form_page


@allow(Permission.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Only within the team that owns the case."""
    member = request.member
    case = get_case_logged(request, pk, "give")
    if case.agency_id != member.agency_id or case.open_until:  # an emergency names nobody
        raise PermissionDenied
    form = GiveCaseForm(request.POST if request.method == "POST" else None, member=member, lead=case.lead_id)
    if request.method == "POST" and form.is_valid():
        give_case(case=case, to=form.cleaned_data["to"], by=Author.of(member), key=form.cleaned_data["key"])
        messages.success(request, f"{case.lead.user.name} leads this case now.")
        return redirect("cases:case", case.pk)
    return render_form_page(request, "cases/give.html", {"case": case, "form": form})


@allow(Permission.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def give_alone(request: MemberRequest) -> HttpResponse:
    """The cases of the team that nobody leads: all to one, or each to another, oneself among them."""
    member = request.member
    holding = list_cases_alone(member)
    posted = request.POST if request.method == "POST" else None
    form = HandOverForm(posted, member=member, holdings=[holding] if holding.items else [], leaves=False, takes=True)
    if request.method == "POST" and form.is_valid():
        given = give_cases_alone(by=member, decision=form.decisions["cases"]) if form.decisions else 0
        messages.success(request, f"{given} case{'' if given == 1 else 's'} given.")
        return redirect("cases:caseload")
    return render_form_page(request, "cases/give_alone.html", {"form": form})
