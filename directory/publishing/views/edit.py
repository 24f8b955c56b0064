"""The sections of a listing, each its own page and form. Two at once: the second sees both."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.template_tags import when
from directory.catalogue.timetable import list_stray_sessions
from directory.models import Proposal, Service, Version
from directory.publishing.actions.listings import ChangedMeanwhile, change_section, load_working_copy
from directory.publishing.diff import format_listing_fields, format_place_lines, format_schedule_line
from directory.publishing.forms.pattern import NEW_PATTERN, PatternForm
from directory.publishing.forms.place import NEW_PLACE, PlaceForm
from directory.publishing.forms.section import SECTION_FORMS, ItemForm, SectionForm
from directory.publishing.sections import SECTIONS, Section, find_unchecked_sections
from directory.publishing.snapshot import ListingData, load_used_places

CONFLICT_MESSAGE = "Somebody changed this while you were writing. Look at both before you save"
# sections of several items: how each is put in a line
ITEM_FORMATTERS: dict[str, Any] = {"when": format_schedule_line, "where": format_place_lines}


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_section(request: MemberRequest, pk: uuid.UUID, section: str) -> HttpResponse:
    """One section; of when and where, the list of patterns or places."""
    service, known = load_section(request, pk, section)
    data = load_working_copy(service)
    example = known in find_unchecked_sections(service)
    context: dict[str, Any] = {"service": service, "section": known, "example": example, "tab": "listing"}
    if known.name in ITEM_FORMATTERS:
        if request.method == "POST":
            return HttpResponse(status=405)
        items = [(item, ITEM_FORMATTERS[known.name](item)) for item in data[known.fields[0]]]
        return render_page(
            request, "directory/listing_items.html", context | {"items": items, "strays": list_stray_sessions(service)}
        )
    form = SECTION_FORMS[known.name](request.POST or None, listing=data, seen=known.fingerprint(data))
    if request.method == "POST" and form.is_valid():
        if done := save_section(request, service, known, form.apply_to_listing):
            return done
        context["theirs"] = add_conflict(request, service, known, form)
    return render_form_page(request, "directory/listing_section.html", context | {"form": form})


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_item(request: MemberRequest, pk: uuid.UUID, section: str, item: str) -> HttpResponse:
    """One pattern or one place: changed, added ("new") or taken out."""
    service, known = load_section(request, pk, section)
    data = load_working_copy(service)
    removes = "remove" in request.POST
    form = build_item_form(known, service, data, item, request.POST or None)
    if form is None and removes:
        return redirect("directory:edit", pk, section)  # a double click: it is out
    if form is None:
        raise Http404
    context: dict[str, Any] = {
        "service": service,
        "section": known,
        "item": form.item,
        "form": form,
        "tab": "listing",
        "example": known in find_unchecked_sections(service),
    }
    if request.method == "POST" and (removes or form.is_valid()):
        to = partial(remove_item, form.item, form.ROWS) if removes else form.apply_to_listing
        if done := save_section(request, service, known, to):
            return done
        context["theirs"] = add_conflict(request, service, known, form)
    return render_form_page(request, "directory/listing_item.html", context)


def load_section(request: MemberRequest, pk: uuid.UUID, section: str) -> tuple[Service, Section]:
    """The member's own listing, which no feed brings, and the section; 404 for anything else."""
    known = SECTIONS.get(section)
    if known is None:
        raise Http404
    return get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk), known


def build_item_form(known: Section, service: Service, data: ListingData, item: str, posted: Any) -> ItemForm | None:
    """The form of the pattern or place with the id `item`, or of a new one; None when it is not there."""
    if known.name not in ITEM_FORMATTERS:
        raise Http404
    new = NEW_PATTERN if known.name == "when" else NEW_PLACE
    found = new if item == "new" else next((row for row in data[known.fields[0]] if row["id"] == item), None)
    if found is None:
        return None
    seen = known.fingerprint(data)
    if known.name == "when":
        return PatternForm(posted, listing=data, seen=seen, item=dict(found))
    return PlaceForm(posted, listing=data, seen=seen, item=dict(found), used=load_used_places(service.agency))


def remove_item(item: ListingData, rows: str, data: ListingData) -> ListingData:
    return data | {rows: [row for row in data[rows] if row["id"] != item["id"]]}


def save_section(
    request: MemberRequest, service: Service, known: Section, to: Callable[[ListingData], ListingData]
) -> HttpResponse | None:
    """Back to the task list, or to the list of places or patterns; None when somebody changed it meanwhile."""
    seen = request.POST.get("seen", "")
    try:
        done = change_section(service=service, section=known, to=to, seen=seen, by=Author.of(request.member))
    except ChangedMeanwhile:
        return None
    waits = isinstance(done, Proposal)
    messages.success(request, f"{known.label}: saved.{' The steward looks at it before it is shown.' if waits else ''}")
    if known.name in ITEM_FORMATTERS:
        return redirect("directory:edit", service.pk, known.name)
    return redirect("directory:listing", service.pk)


def add_conflict(request: MemberRequest, service: Service, known: Section, form: SectionForm) -> dict[str, Any]:
    """Both are shown: the form keeps what was typed, and from now on knows what it would replace."""
    now = load_working_copy(service)
    form.is_valid()
    form.add_conflict(CONFLICT_MESSAGE, known.fingerprint(now))
    latest = Version.visible_to(request.member).filter(service=service).order_by("-number").first()
    by = f"{latest.byline}, {when(latest.at)}" if latest else timezone.localdate()
    return {"facts": format_listing_fields(known.extract_fields(now)), "by": by}
