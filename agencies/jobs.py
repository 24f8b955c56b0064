"""Jobs of every kind of agency: e-mails leave, and jobs of dead workers come back."""

import logging
from smtplib import SMTPRecipientsRefused
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate import JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from agencies.models.known_browser import KnownBrowser
from agencies.models.message import Message
from config.database import is_made_up
from config.row_security import job_context

logger = logging.getLogger(__name__)

# Seconds before each new try: in all about half a day, which a mail server's outage rarely exceeds.
RETRY_DELAYS_SECONDS = [5, 30, 120, 600, 3600, 10_800, 21_600]
# Seconds without a heartbeat, after which a worker counts as dead.
DEAD_WORKER_SECONDS: float = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]


class Undeliverable(Exception):
    """The mail server has said that this address will never be accepted: trying again is no use."""


class NotSentHere(Exception):
    """These settings send nothing and the place is real: the message waits for a worker that sends."""


class DeliveryRetryStrategy(BaseRetryStrategy):
    """Try again after each time of RETRY_DELAYS_SECONDS, then no more."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, NotSentHere):
            return RetryDecision(retry_in={"seconds": RETRY_DELAYS_SECONDS[-1]})
        if isinstance(exception, Undeliverable) or job.attempts >= len(RETRY_DELAYS_SECONDS):
            return None
        return RetryDecision(retry_in={"seconds": RETRY_DELAYS_SECONDS[job.attempts]})


@app.task(name="deliver_message", retry=DeliveryRetryStrategy(), pass_context=True)
def deliver_message(context: JobContext, *, message: str) -> None:
    """Hand one e-mail to the mail server, unless that is done; agencies/messages.py says what is promised.

    Raises what the mail server raised, so that the job is tried again with a growing pause; after the last
    try the message keeps `given_up_at` and the error is logged.
    """
    if settings.DEMO and not is_made_up():
        raise NotSentHere("Settings for development, and a place that is not made up.")
    with job_context():
        started = Message.objects.filter(pk=message, sent_at=None).update(sending_at=timezone.now())
    if not started:
        return  # an earlier try got through
    try:
        with job_context():
            send_email(Message.objects.select_for_update().get(pk=message))
    except Exception as error:
        # The mail server has refused each address for good (SMTP 5xx, RFC 5321 4.2.1).
        forever = isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values())
        last = forever or context.job.attempts >= len(RETRY_DELAYS_SECONDS)
        noted = {"sending_at": None, "failed": str(error)[:1000], "given_up_at": timezone.now() if last else None}
        with job_context():
            Message.objects.filter(pk=message).update(**noted)
        if last:
            logger.error("Message %s could not be delivered and is given up: %s", message, type(error).__name__)
        if forever:
            raise Undeliverable(str(error)) from error
        raise


def send_email(message: Message) -> None:
    """Send it and note that. The row stays locked meanwhile, so that no second worker sends it too."""
    if message.sent_at:
        return
    email = EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated", **message.headers},
    )
    email.send()
    message.sent_at, message.failed = timezone.now(), ""
    if not settings.KEEP_SENT_MESSAGES:
        message.body, message.headers = "", {}
    message.save(update_fields=["sent_at", "failed", "body", "headers"])


# Before all other jobs, as a long queue would keep it waiting. No `lock`: a worker killed in the midst of it would
# hold that for ever, and nothing would come back.
@app.periodic(cron=settings.LOOK_FOR_DEAD_WORKERS)
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", priority=1)
async def retry_stalled_jobs(timestamp: int, silent_after: float = DEAD_WORKER_SECONDS) -> int:
    """Put the jobs of workers that died (kill -9, power) back in the queue; returns how many.

    Procrastinate leaves them in `doing` for ever. Each of our jobs may run twice without harm.
    """
    retried = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_after):
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException:  # another worker was quicker
            continue
        retried += 1
    return retried


@app.periodic(cron="17 3 * * *")
@app.task(name="forget_old_jobs", queueing_lock="forget_old_jobs", lock="forget_old_jobs")
async def delete_finished_jobs(timestamp: int) -> None:
    """Finished jobs are kept for a week, and failed ones for a quarter: somebody may still try them again."""
    await app.job_manager.delete_old_jobs(nb_hours=7 * 24, include_cancelled=True, include_aborted=True)
    await app.job_manager.delete_old_jobs(nb_hours=90 * 24, include_failed=True)


@app.periodic(cron="37 3 * * *")
@app.task(name="forget_ended_sessions", queueing_lock="forget_ended_sessions", lock="forget_ended_sessions")
def delete_ended_sessions(timestamp: int) -> None:
    """Sessions that have run out leave the store, and with them the network addresses they came from;
    and what browsers were known by that have not been seen for as long as a cookie lasts."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    living = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=living).delete()
    KnownBrowser.forget_unseen()


@app.periodic(cron="11 * * * *")
@app.task(name="warn_of_breaches", queueing_lock="warn_of_breaches", lock="warn_of_breaches")
def warn_of_breaches(timestamp: int) -> None:
    """Each hour: the 72 hours of a data breach on which nobody has decided. May run twice."""
    from agencies.actions.breach import warn_of_clocks  # it writes messages, which this file delivers

    warn_of_clocks(timezone.now())


@app.periodic(cron="2 8 * * *")
@app.task(name="remind_of_complaints", queueing_lock="remind_of_complaints", lock="remind_of_complaints")
def remind_of_complaints(timestamp: int) -> None:
    """Each morning: complaints whose date has come. May run twice."""
    from agencies.actions.complaint import remind_of_dates

    remind_of_dates(timezone.localdate())


@app.periodic(cron="47 4 * * *")
@app.task(name="list_due_records", queueing_lock="list_due_records", lock="list_due_records")
def list_due_records(timestamp: int) -> None:
    """Each night: records whose period has run out, for somebody to decide on. May run twice."""
    from agencies.actions import retention

    with job_context():
        retention.list_due_records(timezone.localdate())


@app.task(name="erase_reviewed")
def erase_reviewed(*, review: str) -> None:
    """Erase an old record, once somebody has decided so. May run twice."""
    from agencies.actions import retention

    with job_context():
        retention.erase_reviewed(UUID(review))
