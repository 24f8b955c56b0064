"""What somebody keeps without an account: a list in the session, to be put in order, printed and taken along."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agencies import limits
from agencies.access import page_of, public
from config.fragments import page, wants_part
from config.pdf import pdf
from directory.catalogue.detail import listed
from directory.catalogue.wording import card
from directory.models import Service
from directory.shortlist import session as kept_list
from directory.shortlist.forms.slip import SlipForm

HOUR = 3600
PAPERS = 100  # an hour from one network
TOO_MANY = "Many lists were printed from your network in the last hour. Wait a little, or print the page itself."


@public
@never_cache
@require_safe
def shortlist(request: HttpRequest) -> HttpResponse:
    return page(request, "directory/shortlist.html", cards_of(request) | {"form": SlipForm()})


@public
@never_cache
@require_safe
def large_print(request: HttpRequest) -> HttpResponse:
    """The list on paper, in 18 point."""
    shown = cards_of(request)
    if not shown["cards"]:
        return redirect("directory:shortlist")
    return on_paper(request, {"slip": None, **shown}, "my-list.pdf")


@public
@require_POST
def keep(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Pressing twice keeps it once."""
    service = get_object_or_404(Service.visible_to().only("pk"), pk=pk)
    if not kept_list.keep(request, [pk]):
        messages.warning(request, f"Your list is full: it holds {kept_list.MOST} activities. Take one off first.")
        return to_list(request)
    if wants_part(request):
        return render(request, "directory/keep_button.html", {"service": service, "pressed": True})
    return redirect(f"{page_of(request) or reverse('directory:shortlist')}#keep-{pk}")


@public
@require_POST
def unkeep(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    kept_list.take_off(request, pk)
    return redirect("directory:shortlist")


@public
@require_POST
def move_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    kept_list.move_up(request, pk)
    return redirect(f"{reverse('directory:shortlist')}#kept-{pk}")


@public
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    kept_list.clear(request)
    messages.success(request, "Your list is empty.")
    return redirect("directory:shortlist")


def on_paper(request: HttpRequest, shown: dict[str, Any], filename: str) -> HttpResponse:
    """As a PDF. Making one is work: so many an hour from one network, which may be a whole library's."""
    if not limits.has_room(request, "paper", most=PAPERS, seconds=HOUR):
        messages.warning(request, TOO_MANY)
        return redirect("directory:shortlist")
    limits.count(request, "paper", seconds=HOUR)
    return pdf(request, "pdf/shortlist.html", {"large": True, **shown}, filename)


def cards_of(request: HttpRequest) -> dict[str, Any]:
    """What is still listed, in words, and how many of those kept are not."""
    pks, today = kept_list.pks(request.session), timezone.localdate()
    cards = [card(service, today) for service in listed(pks)]
    return {"cards": cards, "gone": len(pks) - len(cards)}


def to_list(request: HttpRequest) -> HttpResponse:
    """To the list, with the whole page where htmx asked for a part."""
    address = reverse("directory:shortlist")
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
