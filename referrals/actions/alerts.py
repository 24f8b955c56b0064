"""“Tell me when something new matches”: asked for, started from one's own mailbox, stopped by one press."""

import datetime
import uuid

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Message
from config.http import hash_token
from config.row_security import enter, job_context
from directory.models import Service
from directory.search.forms.search import SearchForm
from referrals.models import Alert
from referrals.models.alert import UNCONFIRMED_LIFETIME

MAX_ALERT_REQUESTS_PER_DAY = 3  # e-mails that others can make us send to one address
MAX_SERVICES_NAMED = 10  # activities named in one e-mail


@transaction.atomic
def request_alert(*, key: uuid.UUID, email: str, query: str) -> None:
    """Send the link that starts it, once for a `key`. Nothing else is sent to the address before it is pressed.

    Whoever asks learns nothing: not whether the address has such an alert already, nor whether it gets the e-mail,
    which it does at most MAX_ALERT_REQUESTS_PER_DAY times a day.
    """
    email, today = email.lower(), timezone.localdate()
    running = Alert.objects.filter(email=email, query=query).exclude(confirmed_at=None).first()
    if running:
        _send_email(running, f"again {today}", "You get these e-mails already", "email/alert_again.txt")
        return
    since = timezone.now() - datetime.timedelta(days=1)
    if Alert.objects.filter(email=email, confirmed_at=None, asked_at__gt=since).count() >= MAX_ALERT_REQUESTS_PER_DAY:
        return
    new = Alert(email=email, query=query)
    alert, made = Alert.objects.get_or_create(
        key=key, defaults={"pk": new.pk, "email": email, "query": query, "token_hash": hash_token(new.token)}
    )
    if made:
        _send_email(alert, "asked", "Press once to hear of new activities", "email/alert_asked.txt")


@transaction.atomic
def confirm_alert(alert: Alert) -> None:
    """From now on. A twin that runs already is enough: this one goes."""
    now = timezone.now()
    twins = Alert.objects.select_for_update().filter(email=alert.email, query=alert.query).order_by("pk")
    if any(twin.confirmed_at for twin in twins if twin.pk != alert.pk):
        delete_alert(alert)
        return
    Alert.objects.filter(pk=alert.pk, confirmed_at=None).update(confirmed_at=now, told_until=now)


@transaction.atomic
def delete_alert(alert: Alert) -> None:
    """Nothing is left of it: neither the address, nor the e-mails that it sent."""
    enter("alert", alert.pk)
    Alert.objects.filter(pk=alert.pk).delete()
    Message.delete_with_key_prefix(f"alert {alert.pk} ")


def delete_unconfirmed_alerts() -> int:
    """Delete what nobody started within a week; how many those were."""
    old = list(Alert.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - UNCONFIRMED_LIFETIME))
    with job_context():
        for alert in old:
            delete_alert(alert)
    return len(old)


@transaction.atomic
def send_alert(alert: Alert, services: list[Service], until: datetime.datetime) -> bool:
    """One e-mail about what is new, and a note of how far it goes; False when another worker was first."""
    as_read = Alert.objects.filter(pk=alert.pk, told_until=alert.told_until).exclude(confirmed_at=None)
    if not as_read.update(told_until=until, token_hash=hash_token(alert.token)):
        return False
    if services:
        first = format_subject(services[0].name)
        subject = f"New: {first}" if len(services) == 1 else f"{len(services)} new activities, among them {first}"[:200]
        more = max(len(services) - MAX_SERVICES_NAMED, 0)
        shown = [(service, absolute_url("directory:service", service.pk)) for service in services[:MAX_SERVICES_NAMED]]
        _send_email(alert, f"{until:%Y-%m-%d}", subject, "email/alert_news.txt", services=shown, more=more)
    return True


def _send_email(alert: Alert, what: str, subject: str, template: str, **more: object) -> None:
    stop_link = absolute_url("referrals:alert_stop", alert.token)
    context = {
        "hello": "Hello",  # no name: an address can be mistyped
        "words": describe_search(alert.query),
        "link": absolute_url("referrals:alert_link", alert.token),
        "stop": stop_link,
        "search": absolute_url("directory:activities") + (f"?{alert.query}" if alert.query else ""),
        **more,
    }
    # One press in the mail program itself (RFC 2369 and RFC 8058)
    headers = {"List-Unsubscribe": f"<{stop_link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    messages.queue_message(
        key=f"alert {alert.pk} {what}",
        to=alert.email,
        subject=subject,
        template=template,
        context=context,
        headers=headers if alert.confirmed_at else None,
    )


def describe_search(query: str) -> str:
    """The search for people: "“gardening”, near Worthing, Free, Tuesday"; "everything new" for an empty one."""
    form = SearchForm(QueryDict(query))
    form.is_valid()
    words, near = form.cleaned_data.get("words", ""), form.place
    said = [f"“{words}”" if words else "", f"near {near}" if near else "", *(chip.words for chip in form.filter_chips)]
    return ", ".join(part for part in said if part) or "everything new"
