"""Restricted cases: naming who sees one, the lead's list, and opening one in an emergency."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.facts import NHSNumberTaken
from cases.actions.named_workers import (
    end_emergency,
    join_names,
    list_restricted,
    open_in_emergency,
    restrict_case,
    review_opening,
)
from cases.actions.seats import list_named
from cases.forms.named_workers import EmergencyForm, RestrictForm, ReviewForm
from cases.models import Case, EmergencyOpening
from config.forms import render_form_page
from config.fragments import render_page
from config.row_security import entered
from referrals.actions.look_up import may_look_up
from referrals.models import LookUp

MAX_OPENINGS_SHOWN = 50
TOO_MANY_LOOK_UPS = "You have looked for many people in a short time. Ring the lead of your team"
NOT_FOUND = "No restricted case of your team has exactly these details. Your lead sees that you asked"


@allow(Permission.RESTRICT)
@require_safe
def restricted(request: MemberRequest) -> HttpResponse:
    """That there are restricted cases, who sees each, and what was opened in an emergency: nothing of anybody."""
    member = request.member
    openings = EmergencyOpening.visible_to(member).select_related("member__user", "reviewed_by__user")
    with entered("case", *list_restricted()):
        cases = Case.led_by(member).exclude(restriction="").order_by("-opened_at", "pk")
        rows = [(case, join_names(list_named(case))) for case in cases]
    context = {"cases": rows, "openings": openings[:MAX_OPENINGS_SHOWN]}
    return render_page(request, "cases/restricted.html", context)


@allow(Permission.RESTRICT)
@require_http_methods(["GET", "HEAD", "POST"])
def named_workers(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Who alone of the team sees the case. A lead who is not named sees its reference, and changes who is."""
    with entered("case", *list_restricted()):
        return render_restriction(request, get_object_or_404(Case.led_by(request.member), pk=pk))


def render_restriction(request: MemberRequest, case: Case) -> HttpResponse:
    member, sees = request.member, case.is_for(request.member)
    initial = {"level": case.restriction, "workers": [str(m.pk) for m in list_named(case)] or [str(case.lead_id)]}
    sent = request.POST if request.method == "POST" else None
    form = RestrictForm(sent, case=case, member=member, sees=sees, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            restrict_case(
                case=case,
                by=Author.of(member),
                level=said["level"],
                workers=said["named"],
                words=said["words"],
                key=said["key"],
            )
        except NHSNumberTaken:
            form.add_error(None, "Another record of your team has this NHS number. Find out whose it is first")
        else:
            messages.success(request, f"Case {case.reference}: saved.")
            return redirect("cases:restricted")
    if sees:
        log_access(request, case, "who sees it")
    return render_form_page(request, "cases/named_workers.html", {"case": case, "form": form, "sees": sees})


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def emergency(request: MemberRequest) -> HttpResponse:
    """Open a restricted case of one's team for a time. Each try is counted as a look-up."""
    member = request.member
    initial = {"who": request.GET.get("case", "")[:8]}
    form = EmergencyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if not may_look_up(member, LookUp.Kind.EMERGENCY):
            form.add_error(None, TOO_MANY_LOOK_UPS)
            return render_emergency(request, form, status=429)
        case, said = form.find_case(), form.cleaned_data
        LookUp.record(member, said["who"], found=bool(case), kind=LookUp.Kind.EMERGENCY)
        if case:
            words = {name: said[name] for name in ("reason", "safeguarding", "key")}
            open_in_emergency(case=case, by=member, **words)
            return redirect("cases:case", case)
        form.add_error("who", NOT_FOUND)
    return render_emergency(request, form)


def render_emergency(request: MemberRequest, form: EmergencyForm, status: int | None = None) -> HttpResponse:
    context = {"form": form, "minutes": settings.EMERGENCY_MINUTES}
    return render_form_page(request, "cases/emergency.html", context, status=status)


@allow(Permission.WORK_CASES)
@require_POST
def end_opening(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Close again what one has opened in an emergency."""
    case = get_own_case(request.member, pk)
    end_emergency(case=case, by=request.member)
    messages.success(request, "The case is closed to you again.")
    return redirect("cases:caseload")


@allow(Permission.RESTRICT)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The lead looks at what was opened in an emergency: who, when and why."""
    member = request.member
    rows = EmergencyOpening.visible_to(member).select_related("member__user", "reviewed_by__user")
    opening = get_object_or_404(rows, pk=pk)
    may_review = opening.member_id != member.pk and not opening.reviewed_at
    form = ReviewForm(request.POST if request.method == "POST" else None) if may_review else None
    if request.method == "POST" and form and form.is_valid():
        review_opening(opening=opening, by=member, finding=form.cleaned_data["finding"])
        messages.success(request, "Noted: you have looked at it. The person can read of it now.")
        return redirect("cases:restricted")
    return render_form_page(request, "cases/review.html", {"opening": opening, "form": form})
