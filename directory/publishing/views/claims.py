"""/steward/claims/: groups that ask to take part, and the steward's answer."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.transitions import MoveRefused
from directory.models import Claim, Decision, Service
from directory.publishing.actions.claims import accept_claim, decline_claim, one_off_listings
from directory.publishing.actions.decisions import is_own_decision
from directory.publishing.forms.review import ClaimForm
from directory.publishing.join_answers import claim_due_date
from directory.publishing.recipients import find_member_emails
from directory.publishing.registers import charity_register_url, company_register_url

MAX_RECENT = 20


@allow(Permission.STEWARD)
@require_safe
def claims(request: MemberRequest) -> HttpResponse:
    rows, today = Claim.visible_to(request.member).select_related("agency"), timezone.localdate()
    waiting = [(claim, claim_due_date(claim)) for claim in rows.filter(decision=Decision.OPEN)]
    decided = rows.exclude(decision=Decision.OPEN).select_related("decided_by__user").order_by("-decided_at", "pk")
    context = {"waiting": waiting, "decided": decided[:MAX_RECENT], "today": today}
    return render_page(request, "directory/claims.html", context)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One request beside what the directory knows of the group. Who comes second is told what was decided."""
    rows = Claim.visible_to(request.member).select_related("agency", "decided_by__user", "invitation")
    found = get_object_or_404(rows, pk=pk)
    once = one_off_listings(found.agency) if found.agency and found.is_open else None
    form = ClaimForm(request.POST or None, listings=once.count() if once is not None else 0)
    refused = False
    if request.method == "POST" and form.is_valid():
        try:
            answer_claim(request, found, form)
        except MoveRefused:
            said = Decision.ACCEPTED if form.cleaned_data["decision"] == "yes" else Decision.DECLINED
            refused = not is_own_decision(found, said, request.member)
        if not refused:
            return redirect("directory:claims")
    return render_form_page(
        request,
        "directory/claim.html",
        build_claim_context(request, found, form, refused),
        status=409 if refused else None,
    )


def answer_claim(request: MemberRequest, found: Claim, form: ClaimForm) -> None:
    """Raises MoveRefused."""
    said = form.cleaned_data
    if said["decision"] == "no":
        decline_claim(claim=found, words=said["words"], by=request.member)
        messages.success(request, f"{found.name} is told that the answer is no.")
        return
    hand_over = bool(said.get("hand_over"))
    accept_claim(claim=found, verify=said["verify"], hand_over=hand_over, words=said["words"], by=request.member)
    messages.success(request, f"{found.contact_name} is invited to keep {found.name}.")


def build_claim_context(request: MemberRequest, found: Claim, form: ClaimForm, refused: bool) -> dict[str, object]:
    listings = Service.stewarded_by(request.member).filter(agency=found.agency) if found.agency else None
    others = Claim.visible_to(request.member).filter(decision=Decision.OPEN, agency=found.agency)
    return {
        "form": form,
        "claim": found,
        "refused": refused,
        "answer_by": claim_due_date(found),
        "charity_page": charity_register_url(found.charity_number),
        "company_page": company_register_url(found.company_number),
        "members": find_member_emails(found.agency) if found.agency else [],
        "listings": listings.order_by("name", "pk")[:MAX_RECENT] if listings is not None else [],
        "others": others.exclude(pk=found.pk) if found.agency else [],
    }
