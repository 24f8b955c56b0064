"""One listing of the group: its sections as a task list, how residents see it, and whether it runs."""

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.forms import answer
from config.fragments import page
from directory.catalogue.detail import whole
from directory.catalogue.quality import with_all
from directory.catalogue.views.service import told
from directory.models import Proposal, Service
from directory.publishing.actions.listings import (
    NotReady,
    booked_until,
    close,
    publish,
    reopen,
    say_room,
    suggest,
    throw_away,
    working,
)
from directory.publishing.forms.listings import RUNS, RoomForm, StateForm, SuggestForm
from directory.publishing.sections import SECTIONS, missing
from directory.publishing.snapshot import write
from directory.publishing.summary import own, row
from directory.publishing.template_check import unchecked

CHECK = "Check this"  # the status of a section that an example filled in
PREVIEW = "This is how people will see it."


@allow(Permission.PUBLISH)
@require_safe
def listing(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The task list; of what a feed brings, where it comes from and what the group can do about it."""
    service = get_object_or_404(with_all(own(Service.run_by(request.member))), pk=pk)
    context: dict[str, Any] = {"service": service, "row": row(service), "tab": "listing"}
    if service.source:
        return page(request, "directory/listing_feed.html", context | {"form": SuggestForm()})
    data, to_check = working(service), unchecked(service)
    lacking = missing(data)
    context |= {
        "sections": [(one, CHECK if one in to_check else one.status(data)) for one in SECTIONS.values()],
        "missing": lacking,
        "to_check": [one for one in to_check if one not in lacking],
        "verified": service.agency.verified_at is not None,
        "name": data["name"],
        "declined": declined(request, service),
        "room": room_form(service),
    }
    return page(request, "directory/listing.html", context)


def declined(request: MemberRequest, service: Service) -> Proposal | None:
    """The group's last edit, if the steward said no to it and nothing waits or was accepted since."""
    mine = Proposal.visible_to(request.member).filter(service=service, data__isnull=False)
    latest = mine.order_by("-made_at").first()
    return latest if latest and latest.decision == "declined" else None


def room_form(service: Service) -> RoomForm | None:
    """Asked where places are not counted session by session."""
    if any(schedule.places is not None for schedule in service.schedules.all()):
        return None
    said = next(iter(service.capacities.all()), None)
    return RoomForm(initial={"available": said.available if said else None})


@allow(Permission.PUBLISH)
@require_safe
def preview(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The page that residents see. What waits for the steward is put in for the moment of drawing it."""
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    with transaction.atomic():
        if (data := working(service)) and service.agency.verified_at is None:
            write(service, data | {"published": False})
        found = whole(pk)
        context = {"service": found, "back": reverse("directory:listing", args=[pk]), **told(found)}  # type: ignore[arg-type]
        response = page(request, "directory/listing_preview.html", context | {"not_listed": PREVIEW})
        transaction.set_rollback(True)
    return response


@allow(Permission.PUBLISH)
@require_POST
def publish_listing(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    try:
        done = publish(service=service, by=Author.of(request.member))
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
    form = StateForm(request.POST or None, service=service, booked=partial(booked_until, service))
    if request.method == "POST" and form.is_valid():
        by, said = Author.of(request.member), form.cleaned_data
        if said["state"] == RUNS:
            reopen(service=service, by=by)
        else:
            close(service=service, status=form.status, until=form.day, alert=said["alert"], by=by)
        messages.success(request, said_of(service, len(form.cancels)))
        return redirect("directory:listing", pk)
    return answer(request, "directory/listing_state.html", {"service": service, "form": form, "tab": "listing"})


def said_of(service: Service, cancelled: int) -> str:
    words = state_words(service)
    if cancelled:
        words += f" {cancelled} session{'s were' if cancelled > 1 else ' was'} cancelled, and those booked are told."
    return words


def state_words(service: Service) -> str:
    if service.runs:
        return "Saved. It runs."
    if not service.is_listed:
        return "Saved. Nobody finds it any more."
    until = service.paused_until
    return f"Saved. It is closed, and runs again on {until.day} {until:%B %Y}." if until else "Saved. It is closed."


@allow(Permission.PUBLISH)
@require_POST
def discard(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A draft is thrown away, or (`back`) brought back."""
    service = get_object_or_404(Service.kept_by(request.member).filter(published_at=None), pk=pk)
    back = "back" in request.POST
    throw_away(service=service, by=Author.of(request.member), back=back)
    messages.success(request, "It is in your list again." if back else "Thrown away. You can still bring it back here.")
    return redirect("directory:listing", pk)


@allow(Permission.PUBLISH)
@require_POST
def room(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """How much room there is now, where sessions are not counted."""
    service = get_object_or_404(Service.kept_by(request.member), pk=pk)
    form = RoomForm(request.POST)
    if form.is_valid():
        said = say_room(service=service, available=form.cleaned_data["available"])
        words = f"room for {said.available}" if said.available else "full"
        messages.success(request, f"Saved: {words}, as of {timezone.localdate():%-d %B}.")
        return redirect("directory:listing", pk)
    return answer(request, "directory/listing_room.html", {"service": service, "form": form, "tab": "listing"})


@allow(Permission.PUBLISH)
@require_POST
def suggest_change(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """About what a feed brings: the steward is told what should be different."""
    service = get_object_or_404(with_all(own(Service.run_by(request.member))).exclude(source=""), pk=pk)
    form = SuggestForm(request.POST)
    if form.is_valid():
        suggest(service=service, by=Author.of(request.member), **form.cleaned_data)
        messages.success(request, "Thank you. The steward sees to it.")
        return redirect("directory:listing", pk)
    context = {"service": service, "row": row(service), "form": form, "tab": "listing"}
    return answer(request, "directory/listing_feed.html", context)
