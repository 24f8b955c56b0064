"""/steward/claims/: groups that ask to take part, and the steward's answer."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import answer
from config.fragments import page
from directory.models import Claim, Decision, Service
from directory.publishing.actions.claims import accept, decline, from_one_off
from directory.publishing.actions.decisions import AlreadyDecided, is_ones_own
from directory.publishing.forms.review import ClaimForm
from directory.publishing.join_answers import answer_by
from directory.publishing.recipients import member_emails
from directory.publishing.registers import charity_page, company_page

RECENT = 20


@allow(Permission.STEWARD)
@require_safe
def claims(request: MemberRequest) -> HttpResponse:
    rows, today = Claim.visible_to(request.member).select_related("agency"), timezone.localdate()
    waiting = [(claim, answer_by(claim)) for claim in rows.filter(decision=Decision.OPEN)]
    decided = rows.exclude(decision=Decision.OPEN).select_related("decided_by__user").order_by("-decided_at", "pk")
    context = {"waiting": waiting, "decided": decided[:RECENT], "today": today}
    return page(request, "directory/claims.html", context)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One request beside what the directory knows of the group. Who comes second is told what was decided."""
    rows = Claim.visible_to(request.member).select_related("agency", "decided_by__user", "invitation")
    found = get_object_or_404(rows, pk=pk)
    once = from_one_off(found.agency) if found.agency and found.is_open else None
    form = ClaimForm(request.POST or None, listings=once.count() if once is not None else 0)
    refused = False
    if request.method == "POST" and form.is_valid():
        try:
            decide(request, found, form)
        except AlreadyDecided as first:
            said = Decision.ACCEPTED if form.cleaned_data["decision"] == "yes" else Decision.DECLINED
            refused = not is_ones_own(first.row, said, request.member)
            found.refresh_from_db()
        if not refused:
            return redirect("directory:claims")
    return answer(
        request, "directory/claim.html", shown(request, found, form, refused), status=409 if refused else None
    )


def decide(request: MemberRequest, found: Claim, form: ClaimForm) -> None:
    """Raises AlreadyDecided."""
    said = form.cleaned_data
    if said["decision"] == "no":
        decline(claim=found, words=said["words"], by=request.member)
        messages.success(request, f"{found.name} is told that the answer is no.")
        return
    hand_over = bool(said.get("hand_over"))
    accept(claim=found, verify=said["verify"], hand_over=hand_over, words=said["words"], by=request.member)
    messages.success(request, f"{found.contact_name} is invited to keep {found.name}.")


def shown(request: MemberRequest, found: Claim, form: ClaimForm, refused: bool) -> dict[str, object]:
    listings = Service.stewarded_by(request.member).filter(agency=found.agency) if found.agency else None
    others = Claim.visible_to(request.member).filter(decision=Decision.OPEN, agency=found.agency)
    return {
        "form": form,
        "claim": found,
        "refused": refused,
        "answer_by": answer_by(found),
        "charity_page": charity_page(found.charity_number),
        "company_page": company_page(found.company_number),
        "members": member_emails(found.agency) if found.agency else [],
        "listings": listings.order_by("name", "pk")[:RECENT] if listings is not None else [],
        "others": others.exclude(pk=found.pk) if found.agency else [],
    }
