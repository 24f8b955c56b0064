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
from agencies.access import public
from agencies.sign_in_redirect import current_page_path
from config.fragments import render_page, wants_fragment
from config.pdf import pdf_response
from directory.catalogue.detail import load_public_listings
from directory.catalogue.wording import build_card
from directory.models import Service
from directory.shortlist import session as kept_list
from directory.shortlist.forms.slip import SlipForm

HOUR = 3600
MAX_PAPERS_PER_HOUR = 100  # an hour from one network
TOO_MANY = "Many lists were printed from your network in the last hour. Wait a little, or print the page itself."


@public
@never_cache
@require_safe
def shortlist(request: HttpRequest) -> HttpResponse:
    return render_page(request, "directory/shortlist.html", build_cards(request) | {"form": SlipForm()})


@public
@never_cache
@require_safe
def large_print(request: HttpRequest) -> HttpResponse:
    """The list on paper, in 18 point."""
    shown = build_cards(request)
    if not shown["cards"]:
        return redirect("directory:shortlist")
    return render_paper(request, {"slip": None, **shown}, "my-list.pdf")


@public
@require_POST
def keep_service(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Pressing twice keeps it once."""
    service = get_object_or_404(Service.visible_to().only("pk"), pk=pk)
    if not kept_list.add_services(request, [pk]):
        messages.warning(
            request, f"Your list is full: it holds {kept_list.MAX_SERVICES} activities. Take one off first."
        )
        return redirect_to_list(request)
    if wants_fragment(request):
        return render(request, "directory/keep_button.html", {"service": service, "pressed": True})
    return redirect(f"{current_page_path(request) or reverse('directory:shortlist')}#keep-{pk}")


@public
@require_POST
def unkeep_service(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    kept_list.remove_service(request, pk)
    return redirect("directory:shortlist")


@public
@require_POST
def move_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    kept_list.move_up(request, pk)
    return redirect(f"{reverse('directory:shortlist')}#kept-{pk}")


@public
@require_POST
def clear_shortlist(request: HttpRequest) -> HttpResponse:
    kept_list.clear_shortlist(request)
    messages.success(request, "Your list is empty.")
    return redirect("directory:shortlist")


def render_paper(request: HttpRequest, shown: dict[str, Any], filename: str) -> HttpResponse:
    """As a PDF. Making one is work: so many an hour from one network, which may be a whole library's."""
    if not limits.is_under_limit(request, "paper", most=MAX_PAPERS_PER_HOUR, seconds=HOUR):
        messages.warning(request, TOO_MANY)
        return redirect("directory:shortlist")
    limits.count_attempt(request, "paper", seconds=HOUR)
    return pdf_response(request, "pdf/shortlist.html", {"large": True, **shown}, filename)


def build_cards(request: HttpRequest) -> dict[str, Any]:
    """What is still listed, in words, and how many of those kept are not."""
    pks, today = kept_list.load_uuids(request.session), timezone.localdate()
    cards = [build_card(service, today) for service in load_public_listings(pks)]
    return {"cards": cards, "gone": len(pks) - len(cards)}


def redirect_to_list(request: HttpRequest) -> HttpResponse:
    """To the list, with the whole page where htmx asked for a part."""
    address = reverse("directory:shortlist")
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
