"""Accepting a referral: is this the same person, and who takes the case."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from cases.actions.opening import PersonAddedMeanwhile, accept_referral
from cases.actions.questions import ask_other_teams
from cases.forms.opening import AcceptReferralForm
from cases.models import Case
from cases.person_match import find_candidates, has_doubtful_number, is_known_elsewhere
from config.forms import render_form_page
from referrals.actions import MoveRefused
from referrals.actions.transition import describe_latest_move
from referrals.lists import format_decision
from referrals.models import Referral
from referrals.states import ReferralStatus, Side, next_statuses
from referrals.story import is_agreement_missing, load_moves
from referrals.views.triage import received_referrals, render_too_late


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Shows who the referral may be about, and opens the case. Accepted before: goes to that case."""
    member = request.member
    referral = get_object_or_404(received_referrals(member), pk=pk)
    if case := Case.visible_to(member).filter(case_referrals__referral=referral).first():
        return redirect("cases:case", case.pk)
    if ReferralStatus.ACCEPTED not in next_statuses(referral.status, Side.RECEIVER):
        return render_too_late(request, describe_latest_move(referral), referral)
    found = find_candidates(referral, member)
    form = AcceptReferralForm(request.POST if request.method == "POST" else None, candidates=found, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            case = save_acceptance(referral, form, member)
        except MoveRefused as refused:
            return render_too_late(request, str(refused), referral)
        except PersonAddedMeanwhile:
            form.add_error(None, "Somebody with this NHS number was added meanwhile. Look again")
        else:
            done = f"{case.person.name} has a case here. {referral.from_agency.name} has been told."
            messages.success(request, format_decision(member, done, referral))
            return redirect("cases:case", case.pk)
    context = {
        "referral": referral,
        "form": form,
        "known_elsewhere": is_known_elsewhere(referral),
        "doubtful_number": has_doubtful_number(referral),
        "agreement_missing": is_agreement_missing(referral, load_moves(referral)),
    }
    return render_form_page(request, "cases/accept.html", context)


def save_acceptance(referral: Referral, form: AcceptReferralForm, member: Membership) -> Case:
    chosen = form.chosen_candidate
    by = Author.of(member)
    case = accept_referral(
        referral=referral,
        by=by,
        person=chosen.person if chosen else None,
        lead=form.cleaned_data["lead"],
        key=form.cleaned_data["key"],
        match=". ".join(chosen.reasons) if chosen else "",
    )
    if form.cleaned_data["ask_teams"]:
        ask_other_teams(case=case, by=by, key=uuid.uuid5(form.cleaned_data["key"], "ask"))
    return case
