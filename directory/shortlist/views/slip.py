"""A list under a short code: made from the shortlist, opened from paper by its code or its QR."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agencies import limits
from agencies.access import public
from config.forms import render_form_page
from config.fragments import render_page
from config.http import add_noindex_header
from directory.catalogue.detail import load_public_listings
from directory.catalogue.wording import build_card
from directory.models import Service, Slip
from directory.shortlist import session, slips
from directory.shortlist.forms.slip import CodeForm, SlipForm
from directory.shortlist.views.shortlist import render_paper

HOUR = 3600


@public
@require_POST
def make_slip(request: HttpRequest) -> HttpResponse:
    """A slip of what is on the list now. A second press leads to the same one."""
    form, services = SlipForm(request.POST), load_shortlisted(request)
    if not form.is_valid() or not services:
        return redirect("directory:shortlist")
    if not limits.is_under_limit(request, "make slip", most=slips.MAX_SLIPS_PER_HOUR, seconds=HOUR):
        messages.warning(request, "Many slips were made from your network in the last hour. Wait a little.")
        return redirect("directory:shortlist")
    limits.count_attempt(request, "make slip", seconds=HOUR)
    slip = slips.create_slip(key=form.cleaned_data["key"], services=[service.pk for service in services])
    return redirect("directory:slip", slip.code)


@public
@never_cache
@require_safe
def enter_code(request: HttpRequest) -> HttpResponse:
    """Where a code is typed from paper."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        found, refused = look_up_slip(request, form.cleaned_data["code"])
        if found:
            return redirect("directory:slip", found.code)
        form.add_error("code", refused)
    return render_form_page(request, "directory/slip_enter.html", {"form": form})


@public
@never_cache
@require_safe
def slip(request: HttpRequest, code: str) -> HttpResponse:
    found, refused = look_up_slip(request, code)
    if found is None:
        form = CodeForm({"code": code[:50]})
        form.is_valid()
        form.add_error("code", refused)
        return add_noindex_header(render_page(request, "directory/slip_enter.html", {"form": form}, status=404))
    if found.code != code:
        return redirect("directory:slip", found.code)
    return add_noindex_header(render_page(request, "directory/slip.html", build_slip_context(found)))


@public
@never_cache
@require_safe
def print_slip(request: HttpRequest, code: str) -> HttpResponse:
    """The slip on paper: the list in 18 point, and the code and its QR to find it again."""
    found, _ = look_up_slip(request, code)
    if found is None:
        return redirect("directory:slip", code)
    return add_noindex_header(render_paper(request, build_slip_context(found), f"list-{found.code}.pdf"))


@public
@require_POST
def keep_slip_services(request: HttpRequest, code: str) -> HttpResponse:
    """Put what is on the slip on one's own list."""
    found, _ = look_up_slip(request, code)
    if found is None:
        return redirect("directory:slip", code)
    if session.add_services(request, [service.pk for service in load_public_listings(found.services)]):
        messages.success(request, "These are on your list now.")
    else:
        messages.warning(request, f"Your list is full: it holds {session.MAX_SERVICES} activities.")
    return redirect("directory:shortlist")


def look_up_slip(request: HttpRequest, code: str) -> tuple[Slip | None, str]:
    """The slip, or why there is none. Too many wrong codes from one network, and none is looked up for an hour."""
    if not limits.is_under_limit(request, "slip", most=slips.MAX_MISSES_PER_HOUR, seconds=HOUR):
        return None, "Too many codes were tried. Wait an hour, or call us"
    found = slips.find_slip(code)
    if found is None:
        limits.count_attempt(request, "slip", seconds=HOUR)
    return found, "We do not know this code. Look at it again, letter by letter"


def build_slip_context(slip: Slip) -> dict[str, Any]:
    """What stands on a slip: its activities in words, its code and its QR."""
    today, address = timezone.localdate(), slips.slip_address(slip)
    cards = [build_card(service, today) for service in load_public_listings(slip.services)]
    return {
        "slip": slip,
        "code": slips.format_code(slip.code),
        "door": slips.entry_address(),
        "square": slips.build_qr_code(address),
        "cards": cards,
        "gone": len(slip.services) - len(cards),
    }


def load_shortlisted(request: HttpRequest) -> list[Service]:
    return load_public_listings(session.load_uuids(request.session))
