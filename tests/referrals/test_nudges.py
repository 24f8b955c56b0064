"""Reminders on working days 2 and 4, and word to those who wait: on any calendar, twice, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.access import Role
from agencies.models import Agency, Author, Membership, Message
from referrals import jobs
from referrals.actions import move_referral
from referrals.models import AnswerLink, Referral, Remark
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, OnwardReferralFactory, ReferralFactory

MONDAY = date(2026, 3, 2)  # an ordinary week
MAUNDY_THURSDAY = date(2026, 4, 2)  # before Good Friday, 3 April, and Easter Monday, 6 April


def morning(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 9, 30))


def to_group(day: date = MONDAY, **fields: object) -> Referral:
    return OnwardReferralFactory(sent_at=morning(day), **fields)


def to_team(day: date = MONDAY, **fields: object) -> Referral:
    return ReferralFactory(sent_at=morning(day), **fields)


def days_reminded(referral: Referral, first: date, days: int = 21) -> list[date]:
    """The days on which the job reminds, run twice on each of them."""
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        before = Referral.objects.get(pk=referral.pk).nudges
        jobs.send_reminders(day)
        jobs.send_reminders(day)
        if Referral.objects.get(pk=referral.pk).nudges > before:
            found.append(day)
    return found


@pytest.mark.parametrize(
    ("sent", "reminded"),
    [
        (MONDAY, [date(2026, 3, 4), date(2026, 3, 6)]),
        (date(2026, 3, 5), [date(2026, 3, 9), date(2026, 3, 11)]),  # Thursday: over a weekend
        (date(2026, 3, 7), [date(2026, 3, 10), date(2026, 3, 12)]),  # sent on a Saturday
        (MAUNDY_THURSDAY, [date(2026, 4, 8), date(2026, 4, 10)]),  # Good Friday, a weekend, Easter Monday
        (date(2026, 12, 23), [date(2026, 12, 29), date(2026, 12, 31)]),  # Boxing Day is a Saturday: Monday instead
    ],
)
def test_reminders_come_on_working_days_2_and_4(sent: date, reminded: list[date]) -> None:
    assert days_reminded(to_group(sent), sent) == reminded


def test_a_reminder_to_a_group_brings_a_fresh_link_and_says_what_it_is() -> None:
    referral = to_group()

    jobs.send_reminders(date(2026, 3, 4))

    link = AnswerLink.objects.get()
    message = Message.objects.get(key=f"answer link {link.pk}")
    assert (link.referral, link.sent_to) == (referral, referral.service.referral_email)
    assert message.subject.startswith("Reminder: ")
    assert "Joan" not in message.subject + message.body


def test_a_reminder_to_a_team_goes_to_its_email() -> None:
    referral = to_team()

    jobs.send_reminders(date(2026, 3, 4))

    message = Message.objects.get()
    assert message.to == referral.to_agency.email
    assert "still waiting" in message.body
    assert not AnswerLink.objects.exists()


def test_a_worker_that_was_down_reminds_once_not_twice() -> None:
    to_group()

    assert jobs.send_reminders(date(2026, 3, 9)) == 1
    assert jobs.send_reminders(date(2026, 3, 10)) == 0
    assert Message.objects.count() == 1


@pytest.mark.parametrize("status", sorted(set(ReferralStatus) - {ReferralStatus.SENT}))
def test_nobody_is_reminded_of_what_is_answered(status: str) -> None:
    to_group(status=status)

    assert jobs.send_reminders(date(2026, 3, 6)) == 0
    assert jobs.report_overdue_referrals(date(2026, 4, 6)) == 0


def test_sent_again_the_days_are_counted_anew() -> None:
    referral = to_group(status=ReferralStatus.RETURNED)
    move_referral(
        referral, ReferralStatus.SENT, by=Author.of(referral.sent_by), side=Side.SENDER, words="Mornings are best"
    )

    assert jobs.send_reminders(timezone.localdate()) == 0


# --- Once the day has passed ------------------------------------------------------------------------


def test_on_the_day_itself_nothing_is_late() -> None:
    referral = to_group()
    assert referral.answer_by == date(2026, 3, 9)

    assert jobs.report_overdue_referrals(date(2026, 3, 9)) == 0
    assert jobs.report_overdue_referrals(date(2026, 3, 10)) == 1


def test_over_easter_the_answer_is_awaited_until_the_fifth_working_day() -> None:
    assert to_group(MAUNDY_THURSDAY).answer_by == date(2026, 4, 13)


def test_it_goes_back_to_the_sender_who_is_told_and_it_is_noted() -> None:
    referral = to_group()

    jobs.report_overdue_referrals(date(2026, 3, 10))
    jobs.report_overdue_referrals(date(2026, 3, 10))

    stored = Referral.objects.get(pk=referral.pk)
    message = Message.objects.get()
    assert stored.unanswered_at is not None
    assert stored.status == ReferralStatus.SENT
    assert message.to == referral.sent_by.user.email
    assert "no answer" in message.subject
    assert "Joan" not in message.body
    assert (Remark.objects.get().words, Remark.objects.get().hand) == ("No answer by 9 March 2026", "system")


def test_a_late_answer_still_counts() -> None:
    referral = to_group()
    jobs.report_overdue_referrals(date(2026, 3, 10))

    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER)

    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.ACCEPTED


def test_a_late_team_hears_it_and_so_do_its_leads_and_the_sender() -> None:
    referral = to_team()
    lead = MembershipFactory(agency=referral.to_agency, role=Role.LEAD)
    MembershipFactory(agency=referral.to_agency, role=Role.CONNECTOR)
    left = MembershipFactory(agency=referral.to_agency, role=Role.LEAD)
    Membership.objects.filter(pk=left.pk).update(ended_at=timezone.now())

    jobs.report_overdue_referrals(date(2026, 3, 5))

    assert sorted(m.to for m in Message.objects.all()) == sorted(
        [referral.to_agency.email, lead.user.email, referral.sent_by.user.email]
    )


def test_with_nobody_to_write_to_it_is_still_on_the_list() -> None:
    referral = to_group(service__referral_email="", service__agency__email="")
    Membership.objects.filter(pk=referral.sent_by_id).update(ended_at=timezone.now())
    Agency.objects.filter(pk=referral.from_agency_id).update(email="")

    assert jobs.send_reminders(date(2026, 3, 4)) == 1
    assert jobs.report_overdue_referrals(date(2026, 3, 10)) == 1
    assert not Message.objects.exists()


def test_one_that_another_worker_reported_since_the_list_was_drawn_is_not_reported_again() -> None:
    referral = to_group()
    assert jobs.report_overdue(referral)

    assert not jobs.report_overdue(Referral.objects.get(pk=referral.pk))
    assert Remark.objects.count() == 1


def test_one_that_fails_keeps_nobody_else_waiting(caplog: pytest.LogCaptureFixture) -> None:
    broken = to_group(MONDAY - timedelta(days=7), service__referral_email="two@lines.example.org\nbcc: x@y.example.org")
    to_group(MONDAY)

    assert jobs.send_reminders(date(2026, 3, 4)) == 1
    assert str(broken.pk) in caplog.text
    assert Referral.objects.get(pk=broken.pk).nudges == 0


def test_the_job_is_known_to_the_worker_and_looks_at_today() -> None:
    long_ago = timezone.localdate() - timedelta(days=60)
    referral = to_group(long_ago)

    app.tasks["look_for_silence"].func(timestamp=0)

    assert Referral.objects.get(pk=referral.pk).unanswered_at is not None
    assert "look_for_silence" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}


@pytest.mark.django_db(transaction=True)
def test_jobs_that_run_at_once_write_one_message_each() -> None:
    to_group()
    to_team()

    def run(_: int) -> None:
        try:
            jobs.send_reminders(date(2026, 3, 10))
            jobs.report_overdue_referrals(date(2026, 3, 10))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))

    subjects = sorted(m.subject.split("(")[0] for m in Message.objects.all())
    assert len(subjects) == 5, subjects  # two reminders; two senders and one team told that it is late
    assert Remark.objects.count() == 2
