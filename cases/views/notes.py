"""Writing to the story, and correcting what one wrote."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_case_logged, get_case_unlogged, log_access
from cases.actions.notes import correct_entry, write_note
from cases.forms.notes import CorrectionForm, NoteForm
from cases.history.render import can_correct, render_entry
from cases.models import Audience, Case, Entry, Kind
from cases.views.case import may_write_despite, render_case_page
from config.forms import render_form_page


@allow(Permission.WORK_CASES)
@require_POST
def write(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Adds what the composer holds; or throws its draft away."""
    member = request.member
    case = get_case_unlogged(member, pk)
    if "discard" in request.POST:
        member.drafts.filter(key=case.draft_key).delete()
        return redirect_to_case(request, case)
    ours, circle = case.agency_id == member.agency_id, case.circle_seats()
    form = NoteForm(request.POST, case=case, ours=ours, circle=circle, despite=may_write_despite(case, member))
    if not form.is_valid():
        log_access(request, case, "story")
        return render_case_page(request, case, form)
    data = form.cleaned_data
    entry = write_note(
        case=case,
        by=Author.of(member),
        kind=Kind(data["kind"]),
        text=data["text"],
        audience=Audience(data["audience"]),
        layer=data["layer"],
        happened_at=data["happened_at"],
        next_step=data.get("next_step"),
        despite=data.get("despite", ""),
        key=data["key"],
    )
    member.drafts.filter(key=case.draft_key).delete()
    messages.success(request, format_thanks(entry))
    return redirect_to_case(request, case)


def format_thanks(entry: Entry) -> str:
    """Of a call without an answer, also which try it was and what comes next."""
    said, told = entry.details, "Added to the story."
    if "try" in said:
        told = f"No answer, try {said['try']}: added to the story."
        told += f" Next step: {said['next']}, by {said['next_on']}." if said.get("next") else ""
    return told


def redirect_to_case(request: MemberRequest, case: Case) -> HttpResponse:
    """To the case page afresh, also from a part of it."""
    url = reverse("cases:case", args=[case.pk])
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") == "true" else redirect(url)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: MemberRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """A new entry that says what is right; the first one stays."""
    member = request.member
    case = get_case_logged(request, pk, "correct")
    readable = Entry.visible_to(member).filter(case=case, number=number).select_related("corrects", "written_for")
    entry = get_object_or_404(readable)
    shown = render_entry(entry, case=case, member=member, seats=case.circle_seats())
    if not can_correct(entry, member):
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = CorrectionForm(sent, initial={"text": entry.text})
    if request.method == "POST" and form.is_valid():
        correct_entry(entry=entry, by=Author.of(member), text=form.cleaned_data["text"], key=form.cleaned_data["key"])
        messages.success(request, "The correction is in the story. What it corrects stays as it was.")
        return redirect("cases:case", case.pk)
    return render_form_page(request, "cases/correct.html", {"case": case, "form": form, "lines": [shown]})
