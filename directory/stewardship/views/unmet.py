"""/steward/lost-searches/: what people looked for and did not find."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.search.unmet import MAX_SHOWN, PERIODS, list_unmet_searches, render_csv


@allow(Permission.STEWARD)
@require_safe
def unmet_searches(request: MemberRequest) -> HttpResponse:
    days = parse_period(request)
    rows = list_unmet_searches(request.member, int(days), MAX_SHOWN + 1)
    context = {"rows": rows[:MAX_SHOWN], "more": len(rows) > MAX_SHOWN, "days": days, "periods": PERIODS}
    return render_page(request, "directory/lost.html", context)


@allow(Permission.STEWARD)
@require_safe
def unmet_searches_csv(request: MemberRequest) -> HttpResponse:
    """All of them, as a file."""
    days = parse_period(request)
    response = render_csv(list_unmet_searches(request.member, int(days)))
    name = f"searches-that-found-nothing-{days}-days-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def parse_period(request: MemberRequest) -> str:
    days = request.GET.get("days", "")
    return days if days in PERIODS else "30"
