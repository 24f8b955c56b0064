"""/steward/lost-searches/: what people looked for and did not find."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import page
from directory.search.unmet import PERIODS, SHOWN, as_csv, lost_searches


@allow(Permission.STEWARD)
@require_safe
def lost(request: MemberRequest) -> HttpResponse:
    days = period(request)
    rows = lost_searches(request.member, int(days), SHOWN + 1)
    context = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "days": days, "periods": PERIODS}
    return page(request, "directory/lost.html", context)


@allow(Permission.STEWARD)
@require_safe
def lost_csv(request: MemberRequest) -> HttpResponse:
    """All of them, as a file."""
    days = period(request)
    response = as_csv(lost_searches(request.member, int(days)))
    name = f"searches-that-found-nothing-{days}-days-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def period(request: MemberRequest) -> str:
    days = request.GET.get("days", "")
    return days if days in PERIODS else "30"
