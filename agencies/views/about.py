"""What every page's foot leads to: help, privacy, accessibility, access. And whom to tell of a hole in the security."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import (
    LAYERS_OF_PURPOSE,
    PERMISSIONS,
    ROLES_OF_KIND,
    SECOND_FACTOR_ROLES,
    TEAM_MANAGER_PERMISSIONS,
    Layer,
    Permission,
    Purpose,
    Role,
    public,
)
from agencies.models import AgencyKind
from agencies.privacy import build_privacy_context
from config.fragments import render_page


@require_safe
@public
def about_help(request: HttpRequest) -> HttpResponse:
    return render_page(request, "agencies/help.html")


@require_safe
@public
def privacy(request: HttpRequest) -> HttpResponse:
    """What holds in this place now, not what somebody wrote about it once."""
    return render_page(request, "agencies/privacy.html", build_privacy_context())


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render_page(request, "agencies/accessibility.html")


@require_safe
@public
def access(request: HttpRequest) -> HttpResponse:
    """Who may do and see what, out of the very tables by which it is decided."""
    layers = [layer for layer in Layer if layer != Layer.UNSORTED]
    context = {
        "roles": [(role.label, role in SECOND_FACTOR_ROLES) for role in Role],
        "permissions": [(p.label, [(role.label, p in PERMISSIONS[role]) for role in Role]) for p in Permission],
        "managers": [p.label for p in Permission if p in TEAM_MANAGER_PERMISSIONS],
        "layers": [layer.label for layer in layers],
        "purposes": [
            (purpose.label, [(layer.label, layer in LAYERS_OF_PURPOSE[purpose]) for layer in layers])
            for purpose in Purpose
        ],
        "kinds": [(AgencyKind(kind).label, [role.label for role in roles]) for kind, roles in ROLES_OF_KIND.items()],
        "minutes": settings.EMERGENCY_MINUTES,
    }
    return render_page(request, "agencies/access.html", context)


# RFC 9116, 2.5.5: less than a year, so that nobody trusts a forgotten file. This one is as current as the site.
SECURITY_TXT_LIVES = timedelta(days=180)


@require_safe
@public
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole in the security, for people and for programs (RFC 9116). The same all day long."""
    contact, base_url = settings.PLACE["security_contact"], settings.PLACE["base_url"]
    expires = datetime.combine(timezone.now().date() + SECURITY_TXT_LIVES, time(), UTC)
    lines = [
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {base_url}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
