"""The sections of a listing, each its own page and form. Two at once: the second sees both."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import answer
from config.fragments import page
from config.template_tags import when
from directory.catalogue.timetable import strays
from directory.models import Proposal, Service, Version
from directory.publishing.actions.listings import ChangedMeanwhile, change, working
from directory.publishing.diff import in_full, place_words, schedule_words
from directory.publishing.forms import pattern, place
from directory.publishing.forms.section import SectionForm
from directory.publishing.forms.sections import FORMS
from directory.publishing.sections import SECTIONS, Section
from directory.publishing.snapshot import Data, used_places
from directory.publishing.template_check import unchecked

CONFLICT = "Somebody changed this while you were writing. Look at both before you save"
LISTS: dict[str, Any] = {"when": schedule_words, "where": place_words}  # sections of several items: in a line each


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, pk: uuid.UUID, section: str) -> HttpResponse:
    """One section; of when and where, the list of patterns or places."""
    service, known = find(request, pk, section)
    data = working(service)
    example = known in unchecked(service)
    context: dict[str, Any] = {"service": service, "section": known, "example": example, "tab": "listing"}
    if known.name in LISTS:
        if request.method == "POST":
            return HttpResponse(status=405)
        items = [(item, LISTS[known.name](item)) for item in data[known.fields[0]]]
        return page(request, "directory/listing_items.html", context | {"items": items, "strays": strays(service)})
    form = FORMS[known.name](request.POST or None, listing=data, seen=known.seen(data))
    if request.method == "POST" and form.is_valid():
        if done := save(request, service, known, form):
            return done
        context["theirs"] = conflict(request, service, known, form)
    return answer(request, "directory/listing_section.html", context | {"form": form})


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: MemberRequest, pk: uuid.UUID, section: str, item: str) -> HttpResponse:
    """One pattern or one place: changed, added ("new") or taken out."""
    service, known = find(request, pk, section)
    data = working(service)
    removes = "remove" in request.POST
    found = find_item(known, data, item)
    if found is None and removes:
        return redirect("directory:edit", pk, section)  # a double click: it is out
    if found is None:
        raise Http404
    form = form_of(known, service, data, found, request.POST or None)
    context: dict[str, Any] = {
        "service": service,
        "section": known,
        "item": found,
        "form": form,
        "tab": "listing",
        "example": known in unchecked(service),
    }
    if request.method == "POST" and (removes or form.is_valid()):
        if done := save(request, service, known, form, without=found["id"] if removes else ""):
            return done
        context["theirs"] = conflict(request, service, known, form)
    return answer(request, "directory/listing_item.html", context)


def find(request: MemberRequest, pk: uuid.UUID, section: str) -> tuple[Service, Section]:
    """The member's own listing, which no feed brings, and the section; 404 for anything else."""
    known = SECTIONS.get(section)
    if known is None:
        raise Http404
    return get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk), known


def find_item(known: Section, data: Data, item: str) -> Data | None:
    if known.name not in LISTS:
        raise Http404
    if item == "new":
        return dict(pattern.NEW if known.name == "when" else place.NEW)
    return next((row for row in data[known.fields[0]] if row["id"] == item), None)


def form_of(known: Section, service: Service, data: Data, item: Data, posted: Any) -> SectionForm:
    if known.name == "when":
        return pattern.PatternForm(posted, listing=data, seen=known.seen(data), item=item)
    used = used_places(service.agency)
    return place.PlaceForm(posted, listing=data, seen=known.seen(data), item=item, used=used)


def save(
    request: MemberRequest, service: Service, known: Section, form: SectionForm, without: str = ""
) -> HttpResponse | None:
    """Back to the task list, or to the list of places or patterns; None when somebody changed it meanwhile."""
    field = known.fields[0]

    def to(data: Data) -> Data:
        return data | {field: [row for row in data[field] if row["id"] != without]} if without else form.applied(data)

    seen = request.POST.get("seen", "")
    try:
        done = change(service=service, section=known, to=to, seen=seen, by=Author.of(request.member))
    except ChangedMeanwhile:
        return None
    waits = isinstance(done, Proposal)
    messages.success(request, f"{known.label}: saved.{' The steward looks at it before it is shown.' if waits else ''}")
    return (
        redirect("directory:edit", service.pk, known.name)
        if known.name in LISTS
        else redirect("directory:listing", service.pk)
    )


def conflict(request: MemberRequest, service: Service, known: Section, form: SectionForm) -> dict[str, Any]:
    """Both are shown: the form keeps what was typed, and from now on knows what it would replace."""
    now = working(service)
    form.is_valid()
    form.add_error(None, CONFLICT)
    posted = request.POST.copy()
    posted["seen"], posted["key"] = known.seen(now), str(uuid.uuid4())
    form.data = posted
    latest = Version.visible_to(request.member).filter(service=service).order_by("-number").first()
    by = f"{latest.byline}, {when(latest.at)}" if latest else timezone.localdate()
    return {"facts": in_full(known.part(now)), "by": by}
