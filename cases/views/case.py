"""The case page: who this is, the composer, the story so far and the key facts."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.models import Draft, Membership
from agencies.request import MemberRequest
from cases.access_log import get_case_logged
from cases.facts import KEY_FACTS, list_facts
from cases.forms.notes import NoteForm, draft_to_initial
from cases.history.record import PAGE_SIZE, timeline_page
from cases.history.render import render_entries
from cases.models import Case, Entry
from cases.models.case import Seat
from config.forms import render_form_page
from config.fragments import wants_fragment
from config.http import parse_number, parse_uuid

PAGE_PARTS = {"more": "lines", "composer": "composer"}  # element that htmx fills → part of the page


@allow(Permission.WORK_CASES)
@require_safe
def case(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """`before` (a number) shows older entries; `kind` chooses what the composer begins with."""
    found = get_case_logged(request, pk, "story")
    return render_case_page(request, found)


def render_case_page(request: MemberRequest, case: Case, form: NoteForm | None = None) -> HttpResponse:
    """The page, also with a composer that came back with errors."""
    member = request.member
    circle, before = case.circle_seats(), parse_number(request.GET.get("before", ""))
    entries = list(timeline_page(case=case, member=member, before=before))
    draft = None if form else load_note_draft(member, case)
    form = form or build_note_form(request, case, circle, draft)
    lines = render_entries(entries[:PAGE_SIZE], case=case, member=member, circle=circle)
    changed = KEY_FACTS.get(request.GET.get("changed", ""))
    return render_form_page(
        request,
        "cases/case.html",
        part=PAGE_PARTS,
        context={
            "case": case,
            "case_url": reverse("cases:case", args=[case.pk]),
            "form": form,
            "draft": draft,
            "draft_key": case.draft_key,
            "lines": lines,
            "news": [line.news for line in lines if line.news],
            "older": entries[PAGE_SIZE - 1].number if len(entries) > PAGE_SIZE else None,
            "going_on": before is not None,
            "facts": list_facts(case),
            "changed": changed,
            "ours": case.agency_id == member.agency_id,
            "editable": case.agency_id == member.agency_id and case.processing_restricted_at is None,
            "swapped": wants_fragment(request),
        },
    )


def build_note_form(request: MemberRequest, case: Case, circle: list[Seat], draft: Draft | None) -> NoteForm:
    member = request.member
    initial: dict[str, Any] = draft_to_initial(NoteForm, draft) if draft else {}
    if request.GET.get("kind"):
        initial["kind"] = request.GET["kind"]
    ours = case.agency_id == member.agency_id
    return NoteForm(initial=initial, case=case, ours=ours, circle=circle, despite=may_write_despite(case, member))


def may_write_despite(case: Case, member: Membership) -> bool:
    """Whether the member may write in a case that is kept and not used, saying why."""
    return case.processing_restricted_at is not None and member.has_permission(Permission.RIGHTS)


def load_note_draft(member: Membership, case: Case) -> Draft | None:
    """What this member has typed here and not saved. One that was saved meanwhile (the last keystrokes came in
    after the post) is thrown away."""
    draft = Draft.find(member=member, key=case.draft_key)
    if draft and was_draft_saved(case, draft):
        draft.delete()
        return None
    return draft


def was_draft_saved(case: Case, draft: Draft) -> bool:
    key = parse_uuid(next(iter(draft.data.get("key", [])), ""))
    return key is not None and Entry.has_key(case, key)
