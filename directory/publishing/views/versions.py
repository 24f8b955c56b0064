"""A listing's past: who changed what and when, any two side by side, and one put back."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.fragments import render_page
from config.http import parse_number
from directory.models import Proposal, Service, Version
from directory.publishing.actions.listings import restore_listing
from directory.publishing.diff import compare_listings

PAGE_SIZE = 30


@allow(Permission.PUBLISH)
@require_safe
def versions(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The latest first. `?old=3&new=5` compares; `?before=12` goes further back."""
    service = get_object_or_404(Service.kept_by(request.member), pk=pk)
    mine = Version.visible_to(request.member).filter(service=service).order_by("-number")
    before, numbers = (
        parse_number(request.GET.get("before", "")),
        [parse_number(request.GET.get(n, "")) for n in ("old", "new")],
    )
    shown = list((mine.filter(number__lt=before) if before else mine).defer("data")[: PAGE_SIZE + 1])
    context = {
        "service": service,
        "tab": "versions",
        "versions": shown[:PAGE_SIZE],
        "latest": service.version,
        "before": shown[PAGE_SIZE - 1].number if len(shown) > PAGE_SIZE else 0,
        "old": None,
        "new": None,
        "differences": [],
    }
    if any(numbers):
        old, new = pick_compared_versions(list(mine.filter(number__in=[n for n in numbers if n])), numbers)
        context |= {"old": old, "new": new, "differences": compare_listings(old.data, new.data)}
    return render_page(request, "directory/versions.html", context)


def pick_compared_versions(found: list[Version], numbers: list[int | None]) -> tuple[Version, Version]:
    """The two versions asked for, the older first; 404 when one is not there."""
    if {row.number for row in found} != set(numbers):
        raise Http404
    return min(found, key=lambda row: row.number), max(found, key=lambda row: row.number)


@allow(Permission.PUBLISH)
@require_POST
def restore(request: MemberRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    service = get_object_or_404(Service.kept_by(request.member).select_related("agency"), pk=pk)
    version = get_object_or_404(Version.visible_to(request.member).filter(service=service), number=number)
    done = restore_listing(version=version, service=service, by=Author.of(request.member))
    waits = isinstance(done, Proposal)
    words = "Sent to the steward" if waits else "It says again what it said then"
    messages.success(request, f"Version {number}: {words}.")
    return redirect("directory:listing", pk) if waits else redirect("directory:versions", pk)
