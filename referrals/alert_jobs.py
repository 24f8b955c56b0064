"""Each morning: who asked to hear of new activities is told, once, of those listed since the last time.

May run twice, or two at once, without harm: an alert is claimed by a conditional update in the transaction that also
writes the e-mail.
"""

import datetime
import logging
from collections.abc import Iterator
from dataclasses import replace

from django.http import QueryDict
from django.utils import timezone
from procrastinate.contrib.django import app

from directory.catalogue.cards import load_services
from directory.models import Service
from directory.search.forms.search import SearchForm
from directory.search.statement import search
from referrals.actions import alerts
from referrals.models import Alert

logger = logging.getLogger(__name__)

# What was listed in the last two hours waits for the next morning: an import may not have finished writing it.
SETTLING_TIME = datetime.timedelta(hours=2)
PAGE_SIZE = 100
MAX_PAGES = 20  # of one search; who asked for more than 2,000 activities hears of the nearest


@app.periodic(cron="40 6 * * *")
@app.task(name="tell_of_new_activities", queueing_lock="tell_of_new_activities", lock="tell_of_new_activities")
def tell_of_new_activities(timestamp: int) -> None:
    alerts.delete_unconfirmed_alerts()
    send_due_alerts(timezone.now() - SETTLING_TIME)


def send_due_alerts(until: datetime.datetime) -> int:
    """Tell of what was listed up to `until`; how many alerts were looked at. One that fails keeps no other waiting."""
    done = 0
    waiting = Alert.objects.exclude(confirmed_at=None).filter(told_until__lt=until)
    for alert in waiting.order_by("told_until", "id"):
        try:
            done += alerts.send_alert(alert, find_new_services(alert, until), until)
        except Exception:
            logger.exception("Alert %s could not be looked after", alert.pk)
    return done


def find_new_services(alert: Alert, until: datetime.datetime) -> list[Service]:
    """What its search finds that was listed since the last e-mail, the best first.

    Only what has all its words as they were typed: what the search guesses at is for somebody who can see that.
    """
    if not Service.visible_to().filter(published_at__gt=alert.told_until, published_at__lte=until).exists():
        return []
    found = _iter_search_results(alert.query)
    return [one for one in found if one.published_at and alert.told_until < one.published_at <= until]


def _iter_search_results(query: str) -> Iterator[Service]:
    form = SearchForm(QueryDict(query))
    if not form.is_valid():
        return  # a need or a place that the steward has since taken away: it would find too much
    asked = replace(form.asked(), size=PAGE_SIZE)
    for _ in range(MAX_PAGES):
        found = search(asked)
        if found.loose or found.corrected:
            return
        yield from load_services(found.cards)
        if not found.more:
            return
        asked = replace(asked, after=found.more)
