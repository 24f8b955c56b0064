"""Closing a case, with a look at what the practice will read before it is sent."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Draft
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.closing import close_case, list_groups, list_open_referrals, list_snomed_codes, name_groups
from cases.forms.closing import CloseCaseForm
from cases.forms.notes import draft_to_initial
from cases.models import Case, CaseReferral
from config.forms import render_form_page
from referrals.actions import MoveRefused


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    member = request.member
    case = get_own_case(member, pk)
    if case.closed_at:
        messages.info(request, "This case is closed.")
        return redirect("cases:case", pk=case.pk)
    links = list_open_referrals(case)
    received, sent = links[CaseReferral.Direction.RECEIVED], links[CaseReferral.Direction.SENT]
    draft = Draft.find(member=member, key=closing_draft_key(case))
    form = CloseCaseForm(
        request.POST if request.method == "POST" else None,
        received=received,
        sent=sent,
        groups=list_groups(case),
        initial=draft_to_initial(CloseCaseForm, draft) if draft else {},
    )
    previewed = form.is_valid()
    if previewed and "preview" not in request.POST and try_close_case(request, case, form):
        return redirect("cases:case", pk=case.pk)
    log_access(request, case, "close")
    return render_form_page(
        request,
        "cases/close.html",
        {
            "case": case,
            "form": form,
            "received": received,
            "draft_key": closing_draft_key(case),
            "previewed": previewed and form.is_valid(),
            **(preview_answer(case, form) if previewed else {}),
        },
    )


def preview_answer(case: Case, form: CloseCaseForm) -> dict[str, list[Any]]:
    """What the answer says beside what is typed; a referral that is withdrawn with the closing is not in it."""
    said = form.cleaned_data
    leave_out = {*said.get("leave_out", ()), *(r.service_id.hex for r in form.to_withdraw if r.service_id)}
    return {
        "codes": list_snomed_codes(said["reason"], said["outcome"]),
        "groups": name_groups(case, said["reason"], leave_out),
    }


def closing_draft_key(case: Case) -> str:
    return f"close:{case.pk}"


def try_close_case(request: MemberRequest, case: Case, form: CloseCaseForm) -> bool:
    """Close it; False, with the reason on the form, when a referral has moved on meanwhile."""
    said = form.cleaned_data
    try:
        close_case(
            case=case,
            by=Author.of(request.member),
            reason=said["reason"],
            outcome=said["outcome"],
            summary=said["summary"],
            withdraw=form.to_withdraw,
            leave_out=said.get("leave_out", ()),
        )
    except MoveRefused as refused:
        form.add_error(None, str(refused))
        return False
    request.member.drafts.filter(key=closing_draft_key(case)).delete()
    told = f"How it went goes to {form.readers}." if form.readers else "How it went is told to nobody, as agreed."
    messages.success(request, f"The case is closed. {told}")
    return True
