"""Silence is made visible: reminders on working days 2 and 4, and word to those who wait once the day has passed. And
each morning whoever asked for it hears what is new.

Each may run twice, or two at once, without harm: a row is claimed by a conditional update in the transaction that
also writes the message, so the second one finds nothing to do.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.access import Role
from agencies.models import Author
from config.batches import run_for_each
from config.row_security import job_context
from config.template_tags import date_words
from config.working_days import is_working_day, working_days_between
from directory.catalogue.cards import load_services
from directory.models import Service
from directory.search.forms.search import SearchForm
from directory.search.statement import search
from referrals import notifications
from referrals.actions import alerts
from referrals.actions.remarks import save_remark
from referrals.models import Alert, Referral, Remark
from referrals.states import ReferralStatus
from referrals.statistics import update_reply_statistics

# What was listed in the last two hours waits for the next morning: an import may not have finished writing it.
SETTLING_TIME = datetime.timedelta(hours=2)
PAGE_SIZE = 100
MAX_PAGES = 20  # of one search; who asked for more than 2,000 activities hears of the nearest
NUDGE_DAYS = (2, 4)  # working days after which whoever is asked is reminded


@app.periodic(cron="21 3 * * *")
@app.task(name="note_replies", queueing_lock="note_replies", lock="note_replies")
def refresh_reply_statistics(timestamp: int) -> None:
    """Each night: how soon each service answers, and how often it says yes, for its listing. May run twice."""
    with job_context():
        update_reply_statistics()


@app.periodic(cron="5 8,12 * * *")
@app.task(name="look_for_silence", queueing_lock="look_for_silence", lock="look_for_silence")
def look_for_silence(timestamp: int) -> None:
    """Twice a day, in case a worker was down for one of them."""
    send_reminders(timezone.localdate())
    report_overdue_referrals(timezone.localdate())


def send_reminders(today: datetime.date) -> int:
    """Remind whoever was asked and has not answered; how many were reminded. Nobody is on other than working days."""
    if not is_working_day(today):
        return 0
    return run_for_each_referral(
        unanswered_referrals().filter(nudges__lt=len(NUDGE_DAYS)), lambda referral: remind_receiver(referral, today)
    )


def report_overdue_referrals(today: datetime.date) -> int:
    """Tell those who wait that the day has passed; how many referrals that was. Late answers still count."""
    late = unanswered_referrals().filter(unanswered_at=None, answer_by__lt=today)
    return run_for_each_referral(late, report_overdue)


def unanswered_referrals() -> QuerySet[Referral]:
    return Referral.objects.filter(status=ReferralStatus.SENT)


def run_for_each_referral(rows: QuerySet[Referral], deed: Callable[[Referral], bool]) -> int:
    with job_context():
        keys = list(rows.order_by("moved_at", "id").values_list("pk", flat=True))
    return run_for_each("Referral", keys, lambda pk: deed(Referral.objects.get(pk=pk)))


def remind_receiver(referral: Referral, today: datetime.date) -> bool:
    """Remind once for each of NUDGE_DAYS that has come since it was asked; two that came together, once."""
    waited = working_days_between(timezone.localdate(referral.moved_at), today)
    owed = sum(waited >= day for day in NUDGE_DAYS)
    if owed <= referral.nudges or not claim_referral(referral, nudges=owed):
        return False
    key = f"nudge {referral.pk} {referral.moves_made} {owed}"
    notifications.notify_receiver(referral, key=key, why="reminder", nudge=owed)
    return True


def report_overdue(referral: Referral) -> bool:
    """It goes back to the sender's list, with a line in the case history; of a team, its lead hears it too."""
    if referral.unanswered_at or not claim_referral(referral, unanswered_at=timezone.now()):
        return False
    words = f"No answer by {date_words(referral.answer_by)}"
    save_remark(referral, by=Author.system(), words=words, kind=Remark.Kind.UNANSWERED, key=None)
    told = {notifications.sender_email(referral)}
    if not referral.service_id:
        notifications.notify_receiver(referral, key=f"late {referral.pk} {referral.moves_made}", why="late")
        leads = referral.to_agency.memberships.filter(role=Role.LEAD, ended_at=None, user__is_active=True)
        told |= set(leads.values_list("user__email", flat=True)) - {referral.to_agency.email}
    for number, to in enumerate(sorted(told - {""})):
        notifications.notify_of_no_answer(referral, to=to, key=f"{referral.pk} {referral.moves_made} {number}")
    return True


def claim_referral(referral: Referral, **columns: Any) -> bool:
    """Write the columns if the referral stands as it was read; False when another worker, or an answer, was first."""
    as_read = unanswered_referrals().filter(
        pk=referral.pk, moves_made=referral.moves_made, nudges=referral.nudges, unanswered_at=referral.unanswered_at
    )
    return bool(as_read.update(**columns))


# --- Each morning: who asked to hear of new activities is told, once, of those listed since the last time -----------


@app.periodic(cron="40 6 * * *")
@app.task(name="tell_of_new_activities", queueing_lock="tell_of_new_activities", lock="tell_of_new_activities")
def tell_of_new_activities(timestamp: int) -> None:
    alerts.delete_unconfirmed_alerts()
    send_due_alerts(timezone.now() - SETTLING_TIME)


def send_due_alerts(until: datetime.datetime) -> int:
    """Tell of what was listed up to `until`; how many alerts were looked at. One that fails keeps no other waiting."""
    waiting = Alert.objects.exclude(confirmed_at=None).filter(told_until__lt=until).order_by("told_until", "id")
    return run_for_each(
        "Alert", waiting, lambda alert: alerts.send_alert(alert, find_new_services(alert, until), until)
    )


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
    asked = replace(form.asked(), size=PAGE_SIZE, whole=True)
    for _ in range(MAX_PAGES):
        found = search(asked)
        if found.corrected or found.dangers:
            return
        yield from load_services(found.cards)
        if not found.more:
            return
        asked = replace(asked, after=found.more)
