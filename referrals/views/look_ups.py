"""How often each member has looked for people, for whoever runs the team."""

import datetime

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from referrals.models import LookUp

SHOWN = datetime.timedelta(days=30)


@allow(Permission.MANAGE_TEAM)
@require_safe
def look_ups(request: MemberRequest) -> HttpResponse:
    """By day and member, the latest first: how many, and in how many nobody was found. Never whom."""
    rows = LookUp.visible_to(request.member).filter(at__gt=timezone.now() - SHOWN).order_by()
    by_day = rows.values("member__user__name", "kind", day=TruncDate("at"))
    counted = by_day.annotate(made=Count("pk"), in_vain=Count("pk", filter=Q(found=False)))
    shown = [
        row | {"kind": LookUp.Kind(row["kind"]).label, "name": row["member__user__name"]}
        for row in counted.order_by("-day", "-made", "member__user__name", "kind")
    ]
    return render_page(request, "referrals/look_ups.html", {"rows": shown, "days": SHOWN.days})
