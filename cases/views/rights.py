"""What people ask about their own records: on the case, as a list with clocks, and each with its steps."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.named_workers import list_restricted
from cases.actions.rights import list_handlers, move_request, receive_request
from cases.forms.rights import RightsRequestForm, RightsStepForm
from cases.models import Case, Release, RightsRequest
from cases.records import find_records
from cases.states import FINISHED_STATUSES, OPEN_STATUSES, RightKind, RightsStatus
from config.forms import render_form_page
from config.fragments import render_page
from config.row_security import entered
from config.transitions import MoveRefused
from referrals.models import Referral

S = RightsStatus
DEEDS = {  # what a request is answered by: the page for it, and the words on its button
    (RightKind.ACCESS, S.ACTIVE): ("cases:copy", "Read it through, and make the copy"),
    (RightKind.RECTIFICATION, S.ACTIVE): ("cases:rectify", "Put it right"),
    (RightKind.RESTRICTION, S.ACTIVE): ("cases:restrict", "Keep it, and do not use it"),
    (RightKind.OBJECTION, S.ACTIVE): ("cases:restrict", "Keep it, and do not use it"),
    (RightKind.ERASURE, S.ACTIVE): ("cases:erase", "See what would be erased"),
    (RightKind.ERASURE, S.APPROVAL): ("cases:erase", "Look at it, and approve"),
}
CASE_KINDS = {RightKind.RECTIFICATION, RightKind.RESTRICTION, RightKind.OBJECTION}  # done in a case
MAX_FINISHED = 50  # shown below those that wait


@allow(Permission.RIGHTS)
@require_safe
def rights(request: MemberRequest) -> HttpResponse:
    """All of the agency, what is due first on top."""
    rows = RightsRequest.visible_to(request.member).select_related("person")
    waiting = list(rows.filter(status__in=sorted(OPEN_STATUSES)).order_by("due_on", "pk"))
    finished = list(rows.filter(status__in=sorted(FINISHED_STATUSES)).order_by("-moved_at", "pk")[:MAX_FINISHED])
    restricted = Case.of_own_team(request.member).exclude(processing_restricted_at=None).select_related("person")
    context = {
        "waiting": waiting,
        "hidden": list_hidden(request.member),
        "finished": finished,
        "restricted": restricted.order_by("opened_at", "pk"),
    }
    return render_page(request, "cases/rights.html", context)


def list_hidden(member: Membership) -> list[tuple[RightsRequest, Case]]:
    """What waits about people of restricted cases in which the lead is not named: by when, and which case it is, so
    that somebody is named who may answer. Nothing of who asks."""
    with entered("case", *list_restricted()):
        return [(asked, Case.latest_of(asked.person_id)) for asked in RightsRequest.hidden_from(member)]


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def case_rights(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Whoever of the team hears it notes it: the clock runs from that day. Who answers it is the lead's."""
    case = get_own_case(request.member, pk)
    initial = {"requester": case.person.name, "received_on": timezone.localdate()}
    form = RightsRequestForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data | {"kind": RightKind(form.cleaned_data["kind"])}
        asked = receive_request(of=case, by=Author.of(request.member), **said)
        messages.success(request, "Noted. The clock runs.")
        if request.member.has_permission(Permission.RIGHTS):
            return redirect("cases:rights_request", asked.pk)
        return redirect("cases:case_rights", case.pk)
    log_access(request, case, "rights")
    context = {
        "case": case,
        "form": form,
        "asked": RightsRequest.of_person(case.person),
        "handles": request.member.has_permission(Permission.RIGHTS),
    }
    return render_form_page(request, "cases/case_rights.html", context)


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def referral_rights(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The same for an agency that has no case of the person: a practice that referred them, a group that was asked."""
    referral = get_object_or_404(Referral.visible_to(request.member), pk=pk)
    initial = {"requester": referral.person_name, "received_on": timezone.localdate()}
    form = RightsRequestForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data | {"kind": RightKind(form.cleaned_data["kind"])}
        asked = receive_request(of=referral, by=Author.of(request.member), **said)
        messages.success(request, "Noted. The clock runs.")
        return redirect("cases:rights_request", asked.pk)
    return render_form_page(request, "cases/referral_rights.html", {"referral": referral, "form": form})


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def rights_request(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: its clock, who asks, what was done, and what can be done next."""
    asked = get_rights_request(request.member, pk)
    form = RightsStepForm(request.POST if request.method == "POST" else None, request=asked)
    if form.is_valid():
        data, by = form.cleaned_data, Author.of(request.member)
        try:
            move_request(asked, RightsStatus(data["after"]), by=by, words=data["words"], key=data["key"])
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Saved. It is: {asked.get_status_display().lower()}.")
            return redirect("cases:rights_request", asked.pk)
    log_record_access(request, asked, "request about their records")
    return render_form_page(request, "cases/rights_request.html", describe_request(asked, form))


def get_rights_request(member: Membership, pk: uuid.UUID) -> RightsRequest:
    """One of the own agency. Http404 for whoever may not see it."""
    rows = RightsRequest.visible_to(member).select_related("agency", "person")
    return get_object_or_404(rows, pk=pk)


def log_record_access(request: MemberRequest, asked: RightsRequest, page: str) -> None:
    """In the log of each case that is opened with it."""
    for case in find_records(asked).cases:
        log_access(request, case, page)


def find_release(asked: RightsRequest) -> Release | None:
    """The copy that was given out, unless it was erased since."""
    made: Release | None = getattr(asked, "release", None)
    return made if made and made.snapshot else None


def describe_request(asked: RightsRequest, form: RightsStepForm) -> dict[str, Any]:
    held = find_records(asked)
    return {
        "asked": asked,
        "form": form,
        "held": held,
        "moves": asked.moves.order_by("number"),
        "handlers": len(list_handlers(asked)),
        "deed": DEEDS.get((RightKind(asked.kind), S(asked.status)))
        if asked.person or asked.kind not in CASE_KINDS
        else None,
        "release": find_release(asked),
        "certificate": getattr(asked, "certificate", None),
    }
