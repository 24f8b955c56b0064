"""Accepting a referral: is this the same person, and who takes the case."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from cases.actions.opening import PersonAppeared, accept_referral
from cases.forms.opening import AcceptForm
from cases.matching import candidates
from cases.models import Case
from config.forms import answer
from referrals.actions import MoveRefused
from referrals.actions.moving import standing
from referrals.models import Referral
from referrals.states import Side, Status, next_statuses
from referrals.views.triage import received, too_late


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Shows who the referral may be about, and opens the case. Accepted before: goes to that case."""
    member: Membership = request.member  # type: ignore[attr-defined]
    referral = get_object_or_404(received(member), pk=pk)
    if case := Case.visible_to(member).filter(case_referrals__referral=referral).first():
        return redirect("cases:case", case.pk)
    if Status.ACCEPTED not in next_statuses(referral.status, Side.RECEIVER):
        return too_late(request, standing(referral), referral)
    found = candidates(referral)
    form = AcceptForm(request.POST if request.method == "POST" else None, candidates=found, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            case = accepted(referral, form, member)
        except MoveRefused as refused:
            return too_late(request, str(refused), referral)
        except PersonAppeared:
            form.add_error(None, "Somebody with this NHS number was added meanwhile. Look again")
        else:
            messages.success(request, f"{case.person.name} has a case here. {referral.from_agency.name} has been told.")
            return redirect("cases:case", case.pk)
    return answer(request, "cases/accept.html", {"referral": referral, "form": form})


def accepted(referral: Referral, form: AcceptForm, member: Membership) -> Case:
    chosen = form.chosen
    return accept_referral(
        referral=referral,
        by=Author.of(member),
        person=chosen.person if chosen else None,
        lead=form.cleaned_data["lead"],
        key=form.cleaned_data["key"],
        match=". ".join(chosen.reasons) if chosen else "",
    )
