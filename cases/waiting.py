"""Of records: what people ask about theirs, for whoever answers for them and has no caseload before them."""

from agencies.access import Permission
from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership
from agencies.waiting import MAX_ITEMS_OF_A_KIND
from cases.models import RightsRequest
from cases.states import OPEN_STATUSES
from config.template_tags import row_address


@waiting_sources.register
def list_waiting_rights(member: Membership) -> list[WaitingItem]:
    """What is due first comes first; while the person is waited for, it waits for nobody here."""
    if not member.has_permission(Permission.RIGHTS):
        return []
    rows = RightsRequest.visible_to(member).filter(status__in=sorted(OPEN_STATUSES), paused_on=None)
    return [
        WaitingItem("Records", f"{row.subject_name}: {row.get_kind_display()}", find_url(row), row.due_on)
        for row in rows.select_related("person").order_by("due_on", "pk")[:MAX_ITEMS_OF_A_KIND]
    ]


def find_url(row: RightsRequest) -> str:
    return row_address("cases:rights_request", row.pk)
