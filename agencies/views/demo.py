"""Open only in a demo on this machine: one-click sign-in, and the messages that would have left."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from agencies.access import public
from agencies.demo import demo_people, only_in_demo
from agencies.landing import landing_page
from agencies.models import Message
from config.fragments import page

SHOWN = 100


@require_POST
@public
def sign_in(request: HttpRequest, role: str) -> HttpResponse:
    """Act as the demo's member in that role."""
    only_in_demo(request)
    member = next((m for m in demo_people() if m.role == role), None)
    if member is None:
        raise Http404
    request.session.flush()
    login(request, member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session["member"] = str(member.pk)
    return redirect(landing_page(member))


@require_GET
@public
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message, the latest first: e-mails with their links, letters, call scripts."""
    only_in_demo(request)
    return page(request, "agencies/outbox.html", {"sent": Message.latest(SHOWN), "most": SHOWN})
