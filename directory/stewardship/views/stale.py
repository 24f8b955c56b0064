"""/steward/stale/: listings to check, with a phone number to ring and what they say there, one press each."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.models import Service
from directory.publishing.actions import freshness
from directory.stewardship.stale import STALE_LISTS, count_stale_listings, load_stale_listings

MAX_SHOWN = 50
# what was pressed → what it does, and what is said about it
OUTCOMES: dict[str, tuple[Callable[..., object], str]] = {
    "right": (lambda service, by: freshness.confirm_listings([service], by=by), "Marked as checked today"),
    "ended": (freshness.end_listing, "Nobody finds it any more"),
    "again": (freshness.resume_listing, "People find it again"),
    "show": (freshness.unhide_listing, "People find it again"),
    "ask": (freshness.ask_about_listing, "Its group is asked by e-mail"),
}


@allow(Permission.STEWARD)
@require_safe
def stale_listings(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    numbers = count_stale_listings(request.member, today)
    full = next((name for name in STALE_LISTS if numbers[name]), "hidden")
    show = request.GET.get("show", "")
    show = show if show in STALE_LISTS else full
    tabs = [(name, words, numbers[name]) for name, words in STALE_LISTS.items()]
    context = {
        "tabs": tabs,
        "show": show,
        "words": STALE_LISTS[show],
        "more": max(numbers[show] - MAX_SHOWN, 0),
        "most": MAX_SHOWN,
        "services": load_stale_listings(request.member, show, today, MAX_SHOWN),
    }
    return render_page(request, "directory/stale.html", context)


@allow(Permission.STEWARD)
@require_POST
def record_outcome(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What the steward heard of one listing: `deed` is right, ask, ended or again; of a feed's, only show."""
    service = get_object_or_404(Service.stewarded_by(request.member), pk=pk)
    by, deed = Author.of(request.member), request.POST.get("deed", "")
    if deed not in OUTCOMES or (deed == "show") != bool(service.source):
        raise Http404
    do, said = OUTCOMES[deed]
    if not do(service, by=by) and deed == "ask":
        messages.error(request, f"There is no address to write to. Ring {service.agency.name}.")
    else:
        messages.success(request, f"{said}: {service.name}.")
    show = request.POST.get("show", "")
    return redirect(reverse("directory:stale") + (f"?show={show}" if show in STALE_LISTS else ""))
