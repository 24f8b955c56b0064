"""What is open only on a developer's own machine: one-click sign-in and the messages that would have left."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest
from django.http.request import split_domain_port

from agencies.models import Membership

LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
DEMO_DOMAIN = "@demo.example.org"


def is_demo(request: HttpRequest) -> bool:
    """Whether this is a demo (settings), asked from this very machine, under its own name."""
    host = split_domain_port(request.get_host())[0]
    here = request.META.get("REMOTE_ADDR") in LOOPBACK_ADDRESSES and host in LOOPBACK_HOSTS
    return bool(settings.DEMO and here and "HTTP_X_FORWARDED_FOR" not in request.META)


def require_demo(request: HttpRequest) -> None:
    """Raises Http404 anywhere but in a demo."""
    if not is_demo(request):
        raise Http404


def list_demo_members() -> list[Membership]:
    """One member of each role: the first made with an address at demo.example.org."""
    found: dict[str, Membership] = {}
    people = Membership.objects.filter(
        user__email__endswith=DEMO_DOMAIN, user__is_active=True, ended_at=None, agency__left_at=None
    )
    for member in people.select_related("user", "agency").order_by("started_at", "user__name", "pk"):
        found.setdefault(member.role, member)
    return [found[role] for role in ROLE_ORDER if role in found]


def sign_in_as(request: HttpRequest, member: Membership) -> None:
    """Begin a session of that member's, in place of any other."""
    request.session.flush()
    login(request, member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session["member"] = str(member.pk)
    UserSession.objects.create_from_request(request)


ROLE_ORDER = ["referrer", "connector", "lead", "provider", "contact_centre", "steward"]
