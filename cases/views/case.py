"""The case page: who this is, the composer, the story so far and the key facts."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.models import Draft, Membership
from cases.access_log import open_case
from cases.facts import FACTS
from cases.forms.notes import NoteForm, typed
from cases.history.record import PAGE, timeline
from cases.history.render import circle_of, lines
from cases.models import Case, Entry
from config.forms import answer
from config.fragments import wants_part
from config.http import parse_uuid

PARTS = {"more": "lines", "composer": "composer"}  # element that htmx fills → part of the page


@allow(Permission.WORK_CASES)
@require_safe
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`before` (a number) shows older entries; `kind` chooses what the composer begins with."""
    found = open_case(request, pk, "story")
    return story_page(request, found)


def story_page(request: HttpRequest, case: Case, form: NoteForm | None = None) -> HttpResponse:
    """The page, also with a composer that came back with errors."""
    member: Membership = request.member  # type: ignore[attr-defined]
    circle, before = circle_of(case), number(request.GET.get("before", ""))
    entries = list(timeline(case=case, member=member, before=before))
    draft = None if form else draft_of(member, case)
    form = form or new_form(request, case, circle, draft)
    changed = FACTS.get(request.GET.get("changed", ""))
    return answer(
        request,
        "cases/case.html",
        part=PARTS,
        context={
            "case": case,
            "case_url": reverse("cases:case", args=[case.pk]),
            "form": form,
            "draft": draft,
            "draft_key": draft_key(case),
            "lines": lines(entries[:PAGE], case=case, member=member, circle=circle),
            "older": entries[PAGE - 1].number if len(entries) > PAGE else None,
            "going_on": before is not None,
            "facts": [(fact, fact.words(case)) for fact in FACTS.values()],
            "changed": changed,
            "ours": case.agency_id == member.agency_id,
            "swapped": wants_part(request),
        },
    )


def new_form(request: HttpRequest, case: Case, circle: list[str], draft: Draft | None) -> NoteForm:
    member: Membership = request.member  # type: ignore[attr-defined]
    initial: dict[str, Any] = typed(NoteForm, draft) if draft else {}
    if request.GET.get("kind"):
        initial["kind"] = request.GET["kind"]
    return NoteForm(initial=initial, case=case, ours=case.agency_id == member.agency_id, circle=circle)


def draft_key(case: Case) -> str:
    return f"note:{case.pk}"


def draft_of(member: Membership, case: Case) -> Draft | None:
    """What this member has typed here and not saved. One that was saved meanwhile (the last keystrokes came in
    after the post) is thrown away."""
    draft = Draft.visible_to(member).filter(key=draft_key(case)).first()
    if draft and was_saved(case, draft):
        Draft.discard(member=member, key=draft_key(case))
        return None
    return draft


def was_saved(case: Case, draft: Draft) -> bool:
    key = parse_uuid(next(iter(draft.data.get("key", [])), ""))
    return key is not None and Entry.written_with(case, key)


def number(text: str) -> int | None:
    """A number from the address; anything else is none, and the page begins at the newest."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
