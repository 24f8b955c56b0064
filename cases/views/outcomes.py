"""/steward/outcomes/: why cases are closed and what has changed, in the place's words, with codes. No case is seen."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Membership
from agencies.request import MemberRequest
from cases.actions.outcomes import save_outcome
from cases.forms.outcomes import OutcomeForm
from cases.models import ClosingReason, Outcome
from config.forms import render_form_page

LISTS: dict[str, type[ClosingReason] | type[Outcome]] = {"reason": ClosingReason, "outcome": Outcome}


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def outcomes(request: MemberRequest) -> HttpResponse:
    """The two lists, and a form for one more outcome, or with ?change= for one of them."""
    row = find_row(request.member, request.GET.get("change", ""))
    form = OutcomeForm(request.POST if request.method == "POST" else None, row=row)
    if form.is_valid():
        kept = save_outcome(row=row, **form.cleaned_data)
        messages.success(request, f"Saved: {kept.text}.")
        return redirect("cases:outcomes")
    context = {
        "form": form,
        "row": row,
        "reasons": ClosingReason.visible_to(request.member),
        "outcomes": Outcome.visible_to(request.member),
    }
    return render_form_page(request, "cases/outcomes.html", context)


def find_row(member: Membership, change: str) -> ClosingReason | Outcome | None:
    """What "reason:goals" or "outcome:active" names; None for "". Raises Http404."""
    kind, _, code = change.replace("\0", "").partition(":")
    if not change:
        return None
    if kind not in LISTS:
        raise Http404
    rows: Any = LISTS[kind].visible_to(member)
    found: ClosingReason | Outcome = get_object_or_404(rows, code=code)
    return found
