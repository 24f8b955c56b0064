"""/waiting/: where the day of a volunteer begins."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from agencies.waiting import list_waiting
from config.fragments import render_page


@require_safe
@allow(Permission.ANSWER, Permission.PUBLISH)
def waiting(request: MemberRequest) -> HttpResponse:
    """All that waits for the member, in one list; the tab has its number."""
    items = list_waiting(request.member)
    vars(request)["waiting"] = items
    return render_page(request, "agencies/waiting.html", {"items": items, "today": timezone.localdate()})
