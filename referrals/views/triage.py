"""A connector team decides on a referral: ask for detail, decline, pass on, give to a colleague."""

import uuid

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
from referrals.actions import MoveRefused, assign_referral
from referrals.actions.transition import describe_latest_move, describe_move
from referrals.actions.triage import triage_referral
from referrals.forms.triage import AskDetailForm, AssignForm, DeclineForm, PassOnForm, TriageForm
from referrals.lists import format_decision
from referrals.models import Move, Referral
from referrals.states import TRIAGE_STATUSES, ReferralStatus


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_detail(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    done = "{0.from_agency.name} has been asked for more detail."
    return process_triage(request, pk, AskDetailForm, "referrals/ask_detail.html", ReferralStatus.RETURNED, done)


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    done = "The referral is declined. {0.from_agency.name} has been told."
    return process_triage(request, pk, DeclineForm, "referrals/decline.html", ReferralStatus.DECLINED, done)


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    done = "{0.to_agency.name} has the referral now."
    return process_triage(request, pk, PassOnForm, "referrals/pass_on.html", ReferralStatus.SENT, done)


@allow(Permission.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    done = "{1[colleague].user.name} has the referral now."
    return process_triage(request, pk, AssignForm, "referrals/assign.html", None, done)


def process_triage(
    request: MemberRequest,
    pk: uuid.UUID,
    form_class: type[TriageForm],
    template: str,
    to: ReferralStatus | None,
    done: str,
) -> HttpResponse:
    """The four beats of each of these pages: a move, or without `to` a colleague takes it. `done` is said of the
    referral as it stands then and what was given. A colleague who was quicker is named on a page of its own (409)."""
    referral = received_referrals(request.member).filter(pk=pk).first()
    if referral is None:
        return render_passed_on(request, pk)
    form = form_class(request.POST or None, referral=referral, member=request.member)
    if request.method == "POST" and form.is_valid():
        given, by = form.cleaned_data, Author.of(request.member)
        try:
            if to:
                triage_referral(referral, to, by=by, **given)
            else:
                assign_referral(referral, by=by, to=given["colleague"], key=given["key"])
        except MoveRefused as refused:
            return render_too_late(request, str(refused), referral)
        messages.success(request, format_decision(request.member, done.format(referral, given), referral))
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
