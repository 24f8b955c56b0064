"""What the privacy page says of this place, read from what holds in it: permissions, agencies, contracts, periods."""

from collections import defaultdict
from typing import Any

from agencies.access import PERMISSIONS, ROLES_OF_KIND, SECOND_FACTOR_ROLES, Permission, Role
from agencies.models import Agency, AgencyKind, DataAgreement, Period
from agencies.retention import count_lengths, list_periods, list_record_classes

CASE_ROLES = [role for role, allowed in PERMISSIONS.items() if Permission.WORK_CASES in allowed]


def build_privacy_context() -> dict[str, Any]:
    """Each in plain words: what each role may do, who takes part, which contracts hold, how long what is kept."""
    lengths, kept = Period.lengths(), {found.period.code: found.find_due for found in list_record_classes()}
    periods = list_periods()
    return {
        "roles": [describe_role(role) for role in Role],
        "case_roles": [role.label.lower() for role in CASE_ROLES],
        "taking_part": list_agencies_by_kind(),
        "agreements": DataAgreement.in_force().filter(kind=DataAgreement.Kind.SHARING),
        "processors": DataAgreement.in_force().filter(kind=DataAgreement.Kind.PROCESSOR),
        "periods": [
            (period, count_lengths(period, lengths.get(period.code, period.default)), kept[period.code] is not None)
            for period in reversed(periods)
            if period.code in kept
        ],
        "answer_time": next(
            count_lengths(period, lengths.get(period.code, period.default))
            for period in periods
            if period.code == "complaint-answer"
        ),
    }


def describe_role(role: Role) -> dict[str, Any]:
    kinds = [AgencyKind(kind).label for kind, roles in ROLES_OF_KIND.items() if role in roles]
    return {
        "name": role.label,
        "kinds": kinds,
        "may": [permission.label for permission in Permission if permission in PERMISSIONS[role]],
        "two_steps": role in SECOND_FACTOR_ROLES,
    }


def list_agencies_by_kind() -> list[tuple[str, list[str]]]:
    """Those in which somebody works: each answers for what it writes."""
    rows = Agency.objects.filter(left_at=None, memberships__ended_at=None, memberships__isnull=False).distinct()
    found: dict[str, list[str]] = defaultdict(list)
    for kind, name in rows.order_by("name", "pk").values_list("kind", "name"):
        found[AgencyKind(kind).label].append(name)
    return sorted(found.items())
