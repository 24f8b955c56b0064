"""Of a group's sessions: who is still to be rung, and where nobody has said who came."""

from django.utils import timezone

from agencies.access import Permission
from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership
from agencies.waiting import MAX_ITEMS_OF_A_KIND
from bookings.models import REGISTER_OPEN_FOR
from bookings.statistics import count_pending_calls
from config.template_tags import row_address, when
from directory.models import Session


@waiting_sources.register
def list_waiting_sessions(member: Membership) -> list[WaitingItem]:
    if not member.has_permission(Permission.PUBLISH):
        return []
    now, own = timezone.now(), Session.kept_by(member).select_related("service").order_by("starts_at", "pk")
    calls = count_pending_calls(Session.coming().filter(pk__in=Session.kept_by(member)))
    been = own.filter(starts_at__lt=now, starts_at__gt=now - REGISTER_OPEN_FOR, cancelled_at=None)
    unmarked = been.filter(registered_at=None, taken__gt=0)[:MAX_ITEMS_OF_A_KIND]
    return [
        *(
            WaitingItem(
                f"{calls[row.pk]} to ring",
                f"{row.service.name}, {when(row.starts_at)}",
                row_address("bookings:session_bookings", row.pk),
                timezone.localdate(row.starts_at),
            )
            for row in (own.filter(pk__in=calls)[:MAX_ITEMS_OF_A_KIND] if calls else ())
        ),
        *(
            WaitingItem(
                "Who came?",
                f"{row.service.name}, {when(row.starts_at)}",
                row_address("bookings:register", row.pk),
                timezone.localdate(row.starts_at + REGISTER_OPEN_FOR),
            )
            for row in unmarked
        ),
    ]
