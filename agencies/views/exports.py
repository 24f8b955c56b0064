"""What was downloaded from the agency, for whoever runs its team."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.models import Export
from agencies.request import MemberRequest
from config.fragments import render_page
from config.http import parse_uuid

PAGE_SIZE = 50


@allow(Permission.MANAGE_TEAM)
@require_safe
def exports(request: MemberRequest) -> HttpResponse:
    """`after` in the query goes on after that one."""
    rows = Export.visible_to(request.member).order_by("-at", "pk")
    after = parse_uuid(request.GET.get("after"))
    last = rows.filter(pk=after).first() if after else None
    shown = list((rows.filter(at__lt=last.at) if last else rows)[: PAGE_SIZE + 1])
    more = shown[PAGE_SIZE - 1].pk if len(shown) > PAGE_SIZE else None
    return render_page(request, "agencies/exports.html", {"exports": shown[:PAGE_SIZE], "more": more})
