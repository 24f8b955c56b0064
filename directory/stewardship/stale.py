"""Listings that the steward should look at, in lists: hidden, old, with nobody to ask, poor, ended, and of feeds."""

import datetime

from django.db.models import Exists, F, OuterRef, Q

from agencies.access import Role
from agencies.models import Membership
from directory.catalogue.freshness import KEPT_HERE, unchecked_cutoff
from directory.models import LISTED, Service, Status

MIN_QUALITY = 50  # of 100, see directory/catalogue/quality.py
RECENTLY_ENDED_DAYS = 90

STALE_LISTS = {
    "hidden": "Hidden",
    "old": "Not checked for 90 days",
    "nobody": "Nobody to ask",
    "poor": "Says too little",
    "feeds": "Of feeds, not checked",
    "ended": "Ended lately",
}


def build_stale_filters(today: datetime.date) -> dict[str, Q]:
    """Which listings stand in which list."""
    unchecked = Q(assured_date=None) | Q(assured_date__lt=unchecked_cutoff(today))
    here = Membership.objects.filter(agency=OuterRef("agency"), ended_at=None, user__is_active=True, role=Role.PROVIDER)
    unreachable = Q(agency__email="", email="", referral_email="") & ~Q(Exists(here))
    lately = today - datetime.timedelta(days=RECENTLY_ENDED_DAYS)
    return {
        "hidden": Q(hidden_at__isnull=False, joined_to=None, status__in=[Status.ACTIVE, Status.CLOSED]),
        "old": LISTED & KEPT_HERE & unchecked,
        "nobody": LISTED & KEPT_HERE & unreachable,
        "poor": LISTED & KEPT_HERE & Q(quality__lt=MIN_QUALITY),
        "feeds": LISTED & ~Q(source="") & unchecked,
        "ended": KEPT_HERE & Q(status=Status.DEFUNCT, joined_to=None, last_modified__date__gte=lately),
    }


def count_stale_listings(member: Membership, today: datetime.date) -> dict[str, int]:
    """How many are in each list, of those the member may see."""
    return {
        name: Service.stewarded_by(member).filter(which).count() for name, which in build_stale_filters(today).items()
    }


def load_stale_listings(member: Membership, name: str, today: datetime.date, most: int) -> list[Service]:
    """The first of a list: the poorest, or those unchecked the longest."""
    rows = (
        Service.stewarded_by(member).filter(build_stale_filters(today)[name]).select_related("agency").defer("received")
    )
    order = ["quality"] if name == "poor" else [F("assured_date").asc(nulls_first=True)]
    return list(rows.order_by(*order, "name", "pk")[:most])
