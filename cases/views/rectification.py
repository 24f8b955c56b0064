"""Putting a record right at the person's wish: one thing at a time, then an answer to all they asked."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from cases.actions.rectification import attach_statement, correct_for_person, finish_rectification
from cases.forms.rectification import AGREED, FinishRectificationForm, RectifyForm
from cases.history.record import ERASED_DETAILS
from cases.models import Entry, Kind, RightsRequest
from cases.records import find_records
from cases.states import RightKind, RightsStatus
from cases.views.rights import get_rights_request, log_record_access
from config.forms import render_form_page
from config.transitions import MoveRefused


def get_rectification(member: Membership, pk: uuid.UUID) -> RightsRequest:
    asked = get_rights_request(member, pk)
    if asked.kind != RightKind.RECTIFICATION or asked.status != RightsStatus.ACTIVE or asked.person is None:
        raise Http404
    return asked


@allow(Permission.RIGHTS)
@require_http_methods(["GET", "HEAD", "POST"])
def rectify(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One entry corrected, or one statement attached."""
    asked = get_rectification(request.member, pk)
    form = RectifyForm(request.POST if request.method == "POST" else None, entries=list_entries(asked, request.member))
    if form.is_valid():
        try:
            save_rectification(asked, Author.of(request.member), form.cleaned_data)
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It stands in the story, beside what was written.")
            return redirect("cases:rectify", asked.pk)
    log_record_access(request, asked, "putting the record right")
    context = {"asked": asked, "form": form, "finish": FinishRectificationForm(), "cases": find_records(asked).cases}
    return render_form_page(request, "cases/rectify.html", context)


def list_entries(asked: RightsRequest, member: Membership) -> list[Entry]:
    """Those with words, the newest first: of every case of the person in the own team."""
    rows = Entry.visible_to(member).filter(case__person=asked.person_id, case__agency=asked.agency_id)
    rows = rows.exclude(kind__in=[Kind.ERASED, Kind.RIGHT, Kind.STATEMENT]).exclude(details=ERASED_DETAILS)
    return list(rows.select_related("case").order_by("-written_at", "-number"))


def save_rectification(asked: RightsRequest, by: Author, said: dict[str, Any]) -> None:
    target, key = said["target"], said["key"]
    if said["outcome"] == AGREED:
        correct_for_person(asked, entry=target, by=by, text=said["text"], key=key)
        return
    case = target.case if isinstance(target, Entry) else find_records(asked).cases[-1]
    attach_statement(asked, case=case, about=target, by=by, statement=said["text"], reason=said["reason"], key=key)


@allow(Permission.RIGHTS)
@require_POST
def finish_rectify(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """All that was asked is decided."""
    asked = get_rectification(request.member, pk)
    form = FinishRectificationForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say what came of it, and what you tell the person.")
        return redirect("cases:rectify", asked.pk)
    data = form.cleaned_data
    agreed = data["outcome"] == AGREED
    finish_rectification(asked, by=Author.of(request.member), agreed=agreed, words=data["words"], key=data["key"])
    messages.success(request, "Answered.")
    return redirect("cases:rights_request", asked.pk)
