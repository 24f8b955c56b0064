"""Open only in a demo on this machine: one-click sign-in, and the messages that would have left."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from agencies.access import public
from agencies.actions.unsent import offer_unsent
from agencies.demo import list_demo_members, require_demo, sign_in_as
from agencies.landing_page import find_landing_page
from agencies.models import Message
from config.fragments import render_page

MAX_MESSAGES_SHOWN = 100


@require_POST
@public
def sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Act as the demo's member in that role, on the page `next` where it says one."""
    require_demo(request)
    member = next((m for m in list_demo_members() if m.role == role), None)
    if member is None:
        raise Http404
    sign_in_as(request, member)
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, None)
    return offer_unsent(member.user, redirect(back if known else find_landing_page(member)))


@require_GET
@public
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message, the latest first: e-mails with their links, letters, call scripts."""
    require_demo(request)
    return render_page(
        request,
        "agencies/outbox.html",
        {"sent": Message.latest_messages(MAX_MESSAGES_SHOWN), "most": MAX_MESSAGES_SHOWN},
    )
