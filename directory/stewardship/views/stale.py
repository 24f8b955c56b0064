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
from config.fragments import page
from directory.models import Service
from directory.publishing.actions import freshness
from directory.stewardship.stale import LISTS, counts, first

MOST = 50
SAID = {
    "right": "Marked as checked today",
    "ended": "Nobody finds it any more",
    "again": "People find it again",
    "show": "People find it again",
    "ask": "Its group is asked by e-mail",
}


@allow(Permission.STEWARD)
@require_safe
def stale(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    numbers = counts(request.member, today)
    full = next((name for name in LISTS if numbers[name]), "hidden")
    show = request.GET.get("show", "")
    show = show if show in LISTS else full
    tabs = [(name, words, numbers[name]) for name, words in LISTS.items()]
    context = {
        "tabs": tabs,
        "show": show,
        "words": LISTS[show],
        "more": max(numbers[show] - MOST, 0),
        "most": MOST,
        "services": first(request.member, show, today, MOST),
    }
    return page(request, "directory/stale.html", context)


@allow(Permission.STEWARD)
@require_POST
def tell(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What the steward heard of one listing: `deed` is right, ask, ended or again; of a feed's, only show."""
    service = get_object_or_404(Service.stewarded_by(request.member), pk=pk)
    by, deed = Author.of(request.member), request.POST.get("deed", "")
    if deed not in SAID or (deed == "show") != bool(service.source):
        raise Http404
    if deed == "ask" and not freshness.ask_now(service, by=by):
        messages.error(request, f"There is no address to write to. Ring {service.agency.name}.")
    else:
        do(deed, service, by)
        messages.success(request, f"{SAID[deed]}: {service.name}.")
    show = request.POST.get("show", "")
    return redirect(reverse("directory:stale") + (f"?show={show}" if show in LISTS else ""))


def do(deed: str, service: Service, by: Author) -> None:
    if deed == "right":
        freshness.confirm([service], by=by)
    elif deed == "ended":
        freshness.has_ended(service, by=by)
    elif deed == "again":
        freshness.runs_again(service, by=by)
    elif deed == "show":
        freshness.show_again(service, by=by)
