"""One listing of the group: its sections as a task list, how residents see it, and whether it runs."""

import uuid
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from directory.catalogue.demand import count_reach, format_reach
from directory.catalogue.detail import load_listing
from directory.catalogue.quality import prefetch_for_score
from directory.catalogue.views.service import build_page_context
from directory.models import Proposal, Service
from directory.publishing.actions.listings import (
    NotReady,
    close_listing,
    discard_listing_draft,
    list_booked_sessions,
    load_working_copy,
    publish_draft,
    reopen_listing,
    save_capacity,
    submit_suggestion,
)
from directory.publishing.forms.listings import RUNS, CapacityForm, ListingStateForm, SuggestionForm
from directory.publishing.sections import SECTIONS, find_missing_sections, find_unchecked_sections
from directory.publishing.snapshot import apply_snapshot
from directory.publishing.summary import annotate_open_edits, build_listing_row

CHECK_STATUS = "Check this"  # the status of a section that an example filled in
PREVIEW_NOTICE = "This is how people will see it."


@allow(Permission.PUBLISH)
@require_safe
def listing(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The task list; of what a feed brings, where it comes from and what the group can do about it."""
    service = get_object_or_404(prefetch_for_score(annotate_open_edits(Service.run_by(request.member))), pk=pk)
    context: dict[str, Any] = {"service": service, "row": build_listing_row(service), "tab": "listing"}
    if service.source:
        return render_page(request, "directory/listing_feed.html", context | {"form": SuggestionForm()})
    data, to_check = load_working_copy(service), find_unchecked_sections(service)
    lacking = find_missing_sections(data)
    context |= {
        "sections": [(one, CHECK_STATUS if one in to_check else one.status(data)) for one in SECTIONS.values()],
        "missing": lacking,
        "to_check": [one for one in to_check if one not in lacking],
        "verified": service.agency.verified_at is not None,
        "name": data["name"],
        "declined": find_declined_edit(request, service),
        "room": build_capacity_form(service),
    }
    return render_page(request, "directory/listing.html", context)


def find_declined_edit(request: MemberRequest, service: Service) -> Proposal | None:
    """The group's last edit, if the steward said no to it and nothing waits or was accepted since."""
    mine = Proposal.visible_to(request.member).filter(service=service, data__isnull=False)
    latest = mine.order_by("-made_at").first()
    return latest if latest and latest.decision == "declined" else None


def build_capacity_form(service: Service) -> CapacityForm | None:
    """Asked where places are not counted session by session."""
    if any(schedule.places is not None for schedule in service.schedules.all()):
        return None
    said = next(iter(service.capacities.all()), None)
    return CapacityForm(initial={"available": said.available if said else None})


@allow(Permission.PUBLISH)
@require_safe
def preview(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The page that residents see. What waits for the steward is put in for the moment of drawing it."""
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    with transaction.atomic():
        if (data := load_working_copy(service)) and service.agency.verified_at is None:
            apply_snapshot(service, data | {"published": False})
        found = cast("Service", load_listing(pk))  # it was there a moment ago
        context = {"service": found, "back": reverse("directory:listing", args=[pk])} | build_page_context(found)
        response = render_page(request, "directory/listing_preview.html", context | {"not_listed": PREVIEW_NOTICE})
        transaction.set_rollback(True)
    return response


@allow(Permission.PUBLISH)
@require_POST
def publish_listing(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    try:
        done = publish_draft(service=service, by=Author.of(request.member))
    except NotReady as lacking:
        names = ", ".join(section.label for section in lacking.sections)
        messages.error(request, f"Not published yet. Still to do: {names}.")
        return redirect("directory:listing", pk)
    if isinstance(done, Proposal):
        messages.success(request, "Sent. The steward looks at it, and then everybody finds it.")
    else:
        messages.success(request, "Published. Everybody can find it now.")
    return redirect("directory:listing", pk)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Runs, closed until a date, closed, ended."""
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    form = ListingStateForm(request.POST or None, service=service, booked=partial(list_booked_sessions, service))
    if request.method == "POST" and form.is_valid():
        by, said = Author.of(request.member), form.cleaned_data
        told = format_reach(count_reach(form.cancels), reverse("directory:sessions", args=[pk]))
        if said["state"] == RUNS:
            reopen_listing(service=service, by=by)
        else:
            close_listing(service=service, status=form.status, until=form.day, alert=said["alert"], by=by)
        messages.success(request, format_saved_message(service, len(form.cancels), told))
        return redirect("directory:listing", pk)
    return render_form_page(
        request, "directory/listing_state.html", {"service": service, "form": form, "tab": "listing"}
    )


def format_saved_message(service: Service, cancelled: int, told: str) -> str:
    until = service.paused_until
    words = "Saved. It is closed."
    if service.is_running:
        words = "Saved. It runs."
    elif not service.is_listed:
        words = "Saved. Nobody finds it any more."
    elif until:
        words = f"Saved. It is closed, and runs again on {until.day} {until:%B %Y}."
    if cancelled:
        off = f"{cancelled} session{'s were' if cancelled > 1 else ' was'} cancelled."
        return format_html("{} {} {}", words, off, told)
    return words


@allow(Permission.PUBLISH)
@require_POST
def discard(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A draft is thrown away, or (`back`) brought back."""
    service = get_object_or_404(Service.kept_by(request.member).filter(published_at=None), pk=pk)
    back = "back" in request.POST
    discard_listing_draft(service=service, by=Author.of(request.member), back=back)
    messages.success(request, "It is in your list again." if back else "Thrown away. You can still bring it back here.")
    return redirect("directory:listing", pk)


@allow(Permission.PUBLISH)
@require_POST
def room(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """How much room there is now, where sessions are not counted."""
    service = get_object_or_404(Service.kept_by(request.member), pk=pk)
    form = CapacityForm(request.POST)
    if form.is_valid():
        said = save_capacity(service=service, available=form.cleaned_data["available"])
        words = f"room for {said.available}" if said.available else "full"
        messages.success(request, f"Saved: {words}, as of {timezone.localdate():%-d %B}.")
        return redirect("directory:listing", pk)
    return render_form_page(
        request, "directory/listing_room.html", {"service": service, "form": form, "tab": "listing"}
    )


@allow(Permission.PUBLISH)
@require_POST
def suggest_change(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """About what a feed brings: the steward is told what should be different."""
    service = get_object_or_404(
        prefetch_for_score(annotate_open_edits(Service.run_by(request.member))).exclude(source=""), pk=pk
    )
    form = SuggestionForm(request.POST)
    if form.is_valid():
        submit_suggestion(service=service, by=Author.of(request.member), **form.cleaned_data)
        messages.success(request, "Thank you. The steward sees to it.")
        return redirect("directory:listing", pk)
    context = {"service": service, "row": build_listing_row(service), "form": form, "tab": "listing"}
    return render_form_page(request, "directory/listing_feed.html", context)
