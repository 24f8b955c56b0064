"""How many were referred to a listing, by month. Numbers alone leave here."""

import datetime
import uuid

from django.db.models import Count
from django.db.models.functions import TruncMonth

from directory.catalogue.statistics import MonthlyCounts
from directory.hooks import statistics_sources
from referrals.models import Referral


@statistics_sources.register
def of_listings(services: list[uuid.UUID], since: datetime.date) -> MonthlyCounts:
    """{(service, first day of the month): {"referrals": 3}}, by the month it was sent in, from that of `since` on."""
    sent = Referral.objects.filter(service__in=services, sent_at__date__gte=since.replace(day=1))
    by_month = sent.annotate(month=TruncMonth("sent_at")).order_by("service", "month").values_list("service", "month")
    return {(service, month.date()): {"referrals": n} for service, month, n in by_month.annotate(n=Count("pk"))}
