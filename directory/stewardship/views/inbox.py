"""The steward's first page: what waits, and the way to everything a steward looks after."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import page
from directory.stewardship.inbox import waiting


@allow(Permission.STEWARD)
@require_safe
def steward(request: MemberRequest) -> HttpResponse:
    return page(request, "directory/steward.html", {"tiles": waiting(request.member)})
