"""The steward's first page: what waits, and the way to everything a steward looks after."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.stewardship.inbox import build_inbox


@allow(Permission.STEWARD)
@require_safe
def steward_inbox(request: MemberRequest) -> HttpResponse:
    return render_page(request, "directory/steward.html", {"tiles": build_inbox(request.member)})
