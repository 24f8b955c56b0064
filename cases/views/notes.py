"""Writing to the story, and correcting what one wrote."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from agencies.access import Permission, allow
from agencies.models import Author, Draft, Membership
from cases.access_log import find_case, open_case, opened
from cases.actions.notes import correct_entry, write_note
from cases.forms.notes import CorrectForm, NoteForm
from cases.history.render import circle_of, line, may_correct
from cases.models import Audience, Case, Entry, Kind
from cases.views.case import draft_key, story_page
from config.forms import answer


@allow(Permission.WORK_CASES)
@require_POST
def write(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Adds what the composer holds; or throws its draft away."""
    member: Membership = request.member  # type: ignore[attr-defined]
    case = find_case(member, pk)
    if "discard" in request.POST:
        Draft.discard(member=member, key=draft_key(case))
        return gone_to(request, case)
    form = NoteForm(request.POST, case=case, ours=case.agency_id == member.agency_id, circle=circle_of(case))
    if not form.is_valid():
        opened(request, case, "story")
        return story_page(request, case, form)
    save(case, form, member)
    Draft.discard(member=member, key=draft_key(case))
    messages.success(request, "Added to the story.")
    return gone_to(request, case)


def save(case: Case, form: NoteForm, member: Membership) -> Entry:
    data = form.cleaned_data
    return write_note(
        case=case,
        by=Author.of(member),
        kind=Kind(data["kind"]),
        text=data["text"],
        audience=Audience(data["audience"]),
        happened_at=data["happened_at"],
        next_step=data.get("next_step"),
        key=data["key"],
    )


def gone_to(request: HttpRequest, case: Case) -> HttpResponse:
    """To the case page afresh, also from a part of it."""
    url = reverse("cases:case", args=[case.pk])
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") == "true" else redirect(url)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """A new entry that says what is right; the first one stays."""
    member: Membership = request.member  # type: ignore[attr-defined]
    case = open_case(request, pk, "correct")
    readable = Entry.visible_to(member).filter(case=case, number=number).select_related("corrects", "written_for")
    entry = get_object_or_404(readable)
    shown = line(entry, case=case, member=member, names=circle_of(case))
    if not may_correct(entry, member):
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = CorrectForm(sent, initial={"text": entry.text})
    if request.method == "POST" and form.is_valid():
        correct_entry(entry=entry, by=Author.of(member), text=form.cleaned_data["text"], key=form.cleaned_data["key"])
        messages.success(request, "The correction is in the story. What it corrects stays as it was.")
        return redirect("cases:case", case.pk)
    return answer(request, "cases/correct.html", {"case": case, "form": form, "line": shown})
