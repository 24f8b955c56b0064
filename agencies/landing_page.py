"""Where each member's day begins. Pages of other apps are named, not imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from agencies.access import Permission, has_permission

if TYPE_CHECKING:
    from agencies.models import Membership

LANDING_PAGES = [
    (Permission.WORK_CASES, "cases:caseload"),
    (Permission.REFER, "referrals:refer"),
    (Permission.ANSWER, "agencies:waiting"),
    (Permission.STEWARD, "directory:steward"),
    (Permission.MANAGE_TEAM, "agencies:team"),
]


def find_landing_page(member: Membership | None) -> str:
    """The address of the member's first page: caseload, referral form, what waits, or team."""
    for permission, name in LANDING_PAGES:
        if has_permission(member, permission):
            try:
                return reverse(name)
            except NoReverseMatch:  # a deployment without that app
                continue
    return "/"
