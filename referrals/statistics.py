"""How many were referred to a listing, by month; how soon its service answers, and how often it says yes.

Numbers alone leave here.
"""

import datetime
import uuid

from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from directory.catalogue.statistics import MonthlyCounts
from directory.hooks import statistics_sources
from referrals.models import Referral

REPLY_WINDOW = datetime.timedelta(days=365)

# The first answer to each referral of the last year that stands; whether there was ever a yes to it.
UPDATE_REPLIES_SQL = """
WITH answered AS (
    SELECT r.service_id, min(m.at) - r.sent_at AS took,
        bool_or(m.after IN ('accepted', 'started', 'completed')) AS accepted
    FROM referrals_referral r JOIN referrals_move m ON m.referral_id = r.id
    WHERE r.service_id IS NOT NULL AND m.after IN ('accepted', 'waiting', 'started', 'declined') AND m.before <> ''
        AND r.sent_at > %(since)s AND m.takes_back_id IS NULL
        AND NOT EXISTS (SELECT FROM referrals_move mended WHERE mended.takes_back_id = m.id)
    GROUP BY r.id
),
figures AS (
    SELECT service_id, count(*) AS answers,
        greatest(1, ceil(extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY took)) / 86400))::int AS days,
        round(100.0 * count(*) FILTER (WHERE accepted) / count(*))::int AS percent
    FROM answered GROUP BY service_id
)
UPDATE directory_service s SET answers = coalesce(f.answers, 0), reply_days = f.days, accepted_percent = f.percent
FROM directory_service known LEFT JOIN figures f ON f.service_id = known.id
WHERE known.id = s.id AND (s.answers, s.reply_days, s.accepted_percent)
    IS DISTINCT FROM (coalesce(f.answers, 0), f.days, f.percent) AND (s.answers > 0 OR f.answers > 0)
"""


@statistics_sources.register
def of_listings(services: list[uuid.UUID], since: datetime.date) -> MonthlyCounts:
    """{(service, first day of the month): {"referrals": 3}}, by the month it was sent in, from that of `since` on."""
    sent = Referral.objects.filter(service__in=services, sent_at__date__gte=since.replace(day=1)).exclude(
        case_referral__case__restriction="protected"  # a protected person is in no figure
    )
    by_month = sent.annotate(month=TruncMonth("sent_at")).order_by("service", "month").values_list("service", "month")
    return {(service, month.date()): {"referrals": n} for service, month, n in by_month.annotate(n=Count("pk"))}


@transaction.atomic
def update_reply_statistics(now: datetime.datetime | None = None) -> int:
    """Write answers, median days to one (1 is "within a day") and the share accepted; how many services changed."""
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_REPLIES_SQL, {"since": (now or timezone.now()) - REPLY_WINDOW})
        return int(cursor.rowcount)
