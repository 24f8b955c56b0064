"""A connector team decides on a referral: ask for detail, decline, pass on, give to a colleague."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from referrals.actions import MoveRefused, triage
from referrals.actions.remarks import assign_referral as assign_to
from referrals.actions.transition import describe_latest_move, describe_move
from referrals.forms.triage import AskDetailForm, AssignForm, DeclineForm, PassOnForm, TriageForm
from referrals.models import Move, Referral
from referrals.states import TRIAGE_STATUSES

TriageAction = Callable[[Referral, dict[str, Any]], object]


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_detail(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    def deed(referral: Referral, given: dict[str, Any]) -> None:
        triage.ask_detail(referral, by=Author.of(request.member), **given)
        messages.success(request, f"{referral.from_agency.name} has been asked for more detail.")

    return process_triage(request, pk, AskDetailForm, "referrals/ask_detail.html", deed)


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    def deed(referral: Referral, given: dict[str, Any]) -> None:
        triage.decline_referral(referral, by=Author.of(request.member), **given)
        messages.success(request, f"The referral is declined. {referral.from_agency.name} has been told.")

    return process_triage(request, pk, DeclineForm, "referrals/decline.html", deed)


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    def deed(referral: Referral, given: dict[str, Any]) -> None:
        triage.pass_on(referral, by=Author.of(request.member), **given)
        messages.success(request, f"{given['team'].name} has the referral now.")

    return process_triage(request, pk, PassOnForm, "referrals/pass_on.html", deed)


@allow(Permission.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    def deed(referral: Referral, given: dict[str, Any]) -> None:
        assign_to(referral, by=Author.of(request.member), to=given["colleague"], key=given["key"])
        messages.success(request, f"{given['colleague'].user.name} has the referral now.")

    return process_triage(request, pk, AssignForm, "referrals/assign.html", deed)


def process_triage(
    request: MemberRequest, pk: uuid.UUID, form_class: type[TriageForm], template: str, deed: TriageAction
) -> HttpResponse:
    """The four beats of each of these pages. A colleague who was quicker is named on a page of its own (409)."""
    referral = received_referrals(request.member).filter(pk=pk).first()
    if referral is None:
        return render_passed_on(request, pk)
    form = form_class(request.POST or None, referral=referral, member=request.member)
    if request.method == "POST" and form.is_valid():
        try:
            deed(referral, form.cleaned_data)
        except MoveRefused as refused:
            return render_too_late(request, str(refused), referral)
        if referral.to_agency_id != request.member.agency_id:
            return redirect("referrals:referrals")
        return redirect("referrals:referral", pk)
    if request.method != "POST" and referral.status not in TRIAGE_STATUSES:
        return render_too_late(request, describe_latest_move(referral), referral)
    return render_form_page(request, template, {"form": form, "referral": referral})


def received_referrals(member: Membership) -> QuerySet[Referral]:
    """What was sent to the member's team, as a team: not to a service of theirs, and not by them to others."""
    mine = Referral.visible_to(member).filter(to_agency=member.agency_id, service=None)
    return mine.select_related("from_agency", "to_agency", "service", "sent_by__user", "assigned_to__user")


def render_passed_on(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A colleague has passed it on: that, and nothing about the person. 404 for everybody else."""
    passed = Move.passed_on_by(request.member).filter(referral=pk).first()
    if passed is None:
        raise Http404
    if request.POST.get("key") == str(passed.key):
        return redirect("referrals:referrals")
    return render_too_late(request, describe_move(passed), None)


def render_too_late(request: HttpRequest, why: str, referral: Referral | None) -> HttpResponse:
    """Says who was quicker, and gives back what was written."""
    context = {"why": why, "referral": referral, "words": request.POST.get("words", "")}
    return render_page(request, "referrals/moved.html", context, status=409)
