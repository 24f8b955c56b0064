"""Who keeps the registers of an agency, and hears of what comes in and of clocks that run."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from agencies import messages
from agencies.access import PERMISSIONS, Permission
from agencies.complaint_states import ComplaintStatus
from agencies.models import Agency, AgencyKind, Breach, Complaint, Membership, RetentionReview, User

KEEPER_ROLES = [role for role, allowed in PERMISSIONS.items() if Permission.KEEP_REGISTERS in allowed]
KEEPS = Q(role__in=KEEPER_ROLES) | Q(manages_team=True)


def list_keepers(agency: Agency, *, without: User | None = None) -> list[Membership]:
    """Who keeps the registers of the agency today, without that one."""
    rows = Membership.at_work_for(agency).filter(KEEPS).exclude(user=without).select_related("user")
    return list(rows.order_by("started_at", "pk"))


def find_steward() -> Agency | None:
    """The agency that runs the place."""
    return Agency.objects.filter(kind=AgencyKind.STEWARD, left_at=None).order_by("joined_at", "pk").first()


def tell_keepers(agencies: Collection[Agency | None], *, key: str, without: User | None = None, **message: Any) -> int:
    """E-mail to each who keeps the registers of those agencies, once under `key`; how many are told."""
    told = {m.user.email for agency in agencies if agency for m in list_keepers(agency, without=without)}
    return messages.queue_messages(sorted(told), key=key, **message)


@dataclass(frozen=True)
class RegisterCount:
    """One register: how many in it wait for somebody, and whether one is late."""

    words: str
    count: int
    page: str
    late: bool = False


def count_registers(member: Membership) -> list[RegisterCount]:
    """What waits in the registers that the member keeps: one statement for each."""
    breaches = list(Breach.visible_to(member).filter(closed_at=None))
    complaints = [c for c in Complaint.visible_to(member).exclude(status=ComplaintStatus.CLOSED) if c.due]
    today = timezone.localdate()
    old = RetentionReview.visible_to(member).filter(decision="").count()
    return [
        RegisterCount("Data breaches", len(breaches), "agencies:breaches", any(b.is_late for b in breaches)),
        RegisterCount(
            "Complaints", len(complaints), "agencies:complaints", any(c.due and c.due < today for c in complaints)
        ),
        RegisterCount("Old records to decide on", old, "agencies:reviews"),
    ]
