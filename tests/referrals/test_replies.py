"""How soon a service answers, and how often it says yes: counted from the moves of a year."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agencies.models import Author
from directory.models import Service
from referrals.actions import move_referral
from referrals.jobs import refresh_reply_statistics
from referrals.models import DeclineReason, Referral
from referrals.states import ReferralStatus, Side
from referrals.statistics import update_reply_statistics
from tests.factories import OnwardReferralFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def asked(service: Service, *, days_ago: int, answered_after: float = 1, said: str = "accepted") -> Referral:
    """A referral to the service, and its answer so many days later."""
    sent = timezone.now() - timedelta(days=days_ago)
    referral = OnwardReferralFactory(service=service, to_agency=service.agency, started_at=sent, sent_at=sent)
    reason = DeclineReason.objects.filter(side="provider").first() if said == "declined" else None
    with time_machine.travel(sent + timedelta(days=answered_after), tick=False):
        move_referral(
            referral, ReferralStatus(said), side=Side.RECEIVER, by=Author.by_link(service.agency), reason=reason
        )
    return referral


def test_the_figures_are_those_of_the_answers() -> None:
    service = ServiceFactory()
    for days in (0.5, 1.5, 2.5, 4):
        asked(service, days_ago=20, answered_after=days)
    asked(service, days_ago=20, answered_after=9, said="declined")

    assert update_reply_statistics() == 1

    service.refresh_from_db()
    assert (service.answers, service.reply_days, service.accepted_percent) == (5, 3, 80)
    assert service.has_enough_answers


def test_few_answers_are_counted_and_not_shown() -> None:
    service = ServiceFactory()
    asked(service, days_ago=3)

    update_reply_statistics()

    service.refresh_from_db()
    assert (service.answers, service.has_enough_answers) == (1, False)


def test_an_offer_after_the_waiting_list_is_a_yes_and_the_first_word_counts_for_the_time() -> None:
    service = ServiceFactory()
    referral = asked(service, days_ago=10, answered_after=1, said="waiting")
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        move_referral(
            Referral.objects.get(pk=referral.pk),
            ReferralStatus.ACCEPTED,
            side=Side.RECEIVER,
            by=Author.by_link(service.agency),
        )

    update_reply_statistics()

    service.refresh_from_db()
    assert (service.answers, service.reply_days, service.accepted_percent) == (1, 1, 100)


def test_what_is_not_answered_or_older_than_a_year_does_not_count() -> None:
    service = ServiceFactory()
    OnwardReferralFactory(service=service, to_agency=service.agency)
    asked(service, days_ago=400)

    assert update_reply_statistics() == 0

    service.refresh_from_db()
    assert (service.answers, service.reply_days, service.accepted_percent) == (0, None, None)


def test_figures_go_when_the_year_is_over_and_the_job_may_run_twice() -> None:
    service = ServiceFactory()
    asked(service, days_ago=300)
    refresh_reply_statistics(0)
    refresh_reply_statistics(0)
    service.refresh_from_db()
    assert service.answers == 1

    assert update_reply_statistics(timezone.now() + timedelta(days=100)) == 1

    service.refresh_from_db()
    assert (service.answers, service.reply_days) == (0, None)
