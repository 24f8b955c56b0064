"""/steward/stale/: listings to check, with a phone number to ring and what they say there, one press each."""

import uuid

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
OUTCOME_MESSAGES = {
    "right": "Marked as checked today",
    "ended": "Nobody finds it any more",
    "again": "People find it again",
    "show": "People find it again",
    "ask": "Its group is asked by e-mail",
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
    if deed not in OUTCOME_MESSAGES or (deed == "show") != bool(service.source):
        raise Http404
    if deed == "ask" and not freshness.ask_about_listing(service, by=by):
        messages.error(request, f"There is no address to write to. Ring {service.agency.name}.")
    else:
        apply_outcome(deed, service, by)
        messages.success(request, f"{OUTCOME_MESSAGES[deed]}: {service.name}.")
    show = request.POST.get("show", "")
    return redirect(reverse("directory:stale") + (f"?show={show}" if show in STALE_LISTS else ""))


def apply_outcome(deed: str, service: Service, by: Author) -> None:
    if deed == "right":
        freshness.confirm_listings([service], by=by)
    elif deed == "ended":
        freshness.end_listing(service, by=by)
    elif deed == "again":
        freshness.resume_listing(service, by=by)
    elif deed == "show":
        freshness.unhide_listing(service, by=by)
