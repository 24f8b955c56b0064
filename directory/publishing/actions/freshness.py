"""Asking groups whether their listings are still right, and what follows from their answer or their silence.

Each may run twice, or two at once, without harm: the rows of a group are locked and looked at again, and written in
the transaction that also writes the e-mail.
"""

import datetime
import logging
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Agency, Author
from config.batches import run_for_each
from config.working_days import add_working_days, is_working_day
from directory.catalogue.freshness import (
    BUNDLING_DAYS,
    MAX_ASKS,
    REMINDER_DAYS,
    SUMMARY_PREFETCH,
    first_ask_due,
    hash_email,
    hiding_due,
    list_open_link_notes,
    make_token,
    read_token,
    second_ask_due,
    summarise_listing,
)
from directory.models import Proposal, ReportReason, Service, Status
from directory.publishing.actions.listings import close_listing, lock_listing, reopen_listing
from directory.publishing.recipients import find_listing_emails, find_steward_emails
from directory.search.index import index_services

logger = logging.getLogger(__name__)

RESET_ASKS = {"asks": 0, "asked_at": None}


# --- The answer -------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_listings(services: Iterable[Service], *, by: Author) -> int:
    """They are right today; hidden ones are found again. How many that were.

    What a feed brings, what has ended and what is another's double is left alone. `by` is the member or, by link,
    the group: who may confirm what, the caller has looked at.
    """
    rows = Service.objects.filter(pk__in=[service.pk for service in services], source="", joined_to=None)
    running = rows.filter(status__in=[Status.ACTIVE, Status.CLOSED], published_at__isnull=False)
    ids = list(running.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    Service.objects.filter(pk__in=ids).update(
        assured_date=timezone.localdate(now), hidden_at=None, last_modified=now, **RESET_ASKS
    )
    index_services(ids)
    logger.info("%s listings are said to be right by %s", len(ids), by.hand)
    return len(ids)


@transaction.atomic
def unhide_listing(service: Service, *, by: Author) -> None:
    """What was hidden is found again, also a listing of a feed, which only the steward hides."""
    Service.objects.filter(pk=service.pk).exclude(hidden_at=None).update(hidden_at=None, last_modified=timezone.now())
    index_services([service.pk])


@transaction.atomic
def report_change(service: Service, *, words: str, key: uuid.UUID, by: Author) -> Proposal:
    """Something is no longer right, in the group's words: the steward mends it. The group is not asked meanwhile.

    The second post with a `key` gets the first one's proposal.
    """
    proposal, created = Proposal.objects.get_or_create(
        key=key, defaults={"service": service, "reason": ReportReason.OTHER, "words": words, **Proposal.signature(by)}
    )
    if created:
        Service.objects.filter(pk=service.pk).update(**RESET_ASKS)
    return proposal


@transaction.atomic
def end_listing(service: Service, *, by: Author) -> None:
    """It no longer runs: nobody finds it any more, and who booked is told. A second time changes nothing.

    Its group is told when somebody else says so.
    """
    row = lock_listing(service)
    if row.status == Status.DEFUNCT:
        return
    Service.objects.filter(pk=row.pk).update(hidden_at=None, last_modified=timezone.now(), **RESET_ASKS)
    version = close_listing(service=row, status=Status.DEFUNCT, by=by)
    if by.agency != row.agency:
        notify_group_of_state(row, "has ended", key=f"ended {version.pk}")


@transaction.atomic
def resume_listing(service: Service, *, by: Author) -> None:
    """It runs after all: people find it again from today. A second time changes nothing."""
    row = lock_listing(service)
    if row.status in (Status.ACTIVE, Status.CLOSED):
        return
    version = reopen_listing(service=row, by=by, what="It runs again")
    confirm_listings([row], by=by)
    if by.agency != row.agency:
        notify_group_of_state(row, "runs again", key=f"runs again {version.pk}")


def notify_group_of_state(service: Service, what: str, *, key: str) -> None:
    """Somebody else has said that it "has ended" or "runs again"."""
    for number, email in enumerate(find_listing_emails(service.agency, [service])):
        messages.queue_message(
            key=f"{key} {number}",
            to=email,
            subject=f"{format_subject(service.name)} {what}, we were told",
            template="email/listing_told.txt",
            context={
                "service": service,
                "what": what,
                "found": what == "runs again",
                "link": absolute_url("directory:still_right", make_token(service.agency, email)),
            },
        )


# --- The questions ----------------------------------------------------------------------------------------


def ask_due_groups(today: datetime.date) -> int:
    """Ask each group whose time is over, once or again; how many e-mails. Nobody is on other than working days."""
    due = first_ask_due(today) | second_ask_due(today)
    return run_for_each_group(due, today, ask_group) if is_working_day(today) else 0


def hide_unanswered_listings(today: datetime.date) -> int:
    """Hide what nobody has answered for; how many listings. Only on working days: somebody is there to ring."""
    return run_for_each_group(hiding_due(today), today, hide_group_listings) if is_working_day(today) else 0


def run_for_each_group(rows: Q, today: datetime.date, deed: Callable[[Agency, datetime.date], int]) -> int:
    """Do it for each group with such listings; the sum of what it returns."""
    due = Agency.objects.filter(pk__in=Service.objects.filter(rows).values("agency")).order_by("pk")
    return run_for_each("The listings of agency", due, lambda agency: deed(agency, today))


def lock_group_listings(agency: Agency, rows: Q) -> list[Service]:
    """These listings of the group, with all its others held in one order: who comes second waits, and finds them
    changed."""
    kept = Service.objects.filter(agency=agency, source="").order_by("pk")
    list(kept.select_for_update(no_key=True).values_list("pk"))
    found = Service.objects.filter(rows, agency=agency).exclude(pk__in=list_open_link_notes().values("service"))
    return list(found.prefetch_related(*SUMMARY_PREFETCH).order_by("name", "pk"))


def ask_group(agency: Agency, today: datetime.date) -> int:
    """One e-mail for all of the group's listings, with what would be asked about within the week."""
    again = lock_group_listings(agency, second_ask_due(today))
    first = lock_group_listings(agency, first_ask_due(today))
    if not again and not first:
        return 0
    soon = lock_group_listings(agency, first_ask_due(today + datetime.timedelta(days=BUNDLING_DAYS)))
    asked = find_listing_emails(agency, again + soon)
    reached = {service.pk for services in asked.values() for service in services}
    Service.objects.filter(pk__in=reached).update(asks=F("asks") + 1, asked_at=timezone.now())
    for number, (email, services) in enumerate(asked.items()):
        send_ask(agency, email, services, today, key=f"still right {agency.pk} {today} {number}")
    return len(asked)


@transaction.atomic
def ask_about_listing(service: Service, *, by: Author) -> int:
    """The steward asks about one listing, today; how many e-mails that was, 0 when there is nobody to write to.

    Once a day. Whether it is hidden stays as it is; its answer is waited for as after the first ask.
    """
    row = Service.objects.select_for_update(no_key=True).prefetch_related(*SUMMARY_PREFETCH).get(pk=service.pk)
    today, asked = timezone.localdate(), find_listing_emails(row.agency, [row])
    for number, email in enumerate(asked):
        send_ask(row.agency, email, [row], today, key=f"still right one {row.pk} {today} {number}")
    if asked and row.hidden_at is None:
        Service.objects.filter(pk=row.pk).update(asks=1, asked_at=timezone.now())
    return len(asked)


def send_ask(agency: Agency, email: str, services: list[Service], today: datetime.date, *, key: str) -> None:
    again = [service for service in services if service.asks]
    few = services[0].name if len(services) == 1 else f"{len(services)} activities of {agency.name}"
    messages.queue_message(
        key=key,
        to=email,
        subject=f"{'Second time of asking: is' if again else 'Is'} this still right? {format_subject(few)}",
        template="email/still_right.txt",
        context={
            "agency": agency,
            "services": [
                {"name": format_subject(s.name), "facts": summarise_listing(s, today), "again": s.asks}
                for s in services
            ],
            "again": again,
            "hides_on": add_working_days(today + datetime.timedelta(days=REMINDER_DAYS), 0),
            "link": absolute_url("directory:still_right", make_token(agency, email)),
        },
    )


# --- Silence ----------------------------------------------------------------------------------------------


def hide_group_listings(agency: Agency, today: datetime.date) -> int:
    """Hide the group's listings that nobody answered for; the group and the stewards hear of it."""
    rows = lock_group_listings(agency, hiding_due(today))
    if not rows:
        return 0
    ids = [service.pk for service in rows]
    Service.objects.filter(pk__in=ids).update(hidden_at=timezone.now(), last_modified=timezone.now())
    index_services(ids)
    names = [format_subject(service.name) for service in rows]
    about: dict[str, Any] = {"agency": agency, "names": names, "asks": MAX_ASKS}
    what = (names[0] if len(names) == 1 else f"{len(names)} activities of {format_subject(agency.name)}")[:150]
    for number, email in enumerate(find_listing_emails(agency, rows)):
        messages.queue_message(
            key=f"hidden {agency.pk} {today} {number}",
            to=email,
            subject=f"Hidden until we hear from you: {what}",
            template="email/hidden.txt",
            context=about | {"link": absolute_url("directory:still_right", make_token(agency, email))},
        )
    messages.queue_messages(
        find_steward_emails(),
        key=f"hidden steward {agency.pk} {today}",
        subject=f"Hidden, no answer: {what}",
        template="email/hidden_steward.txt",
        context=about | {"link": absolute_url("directory:stale")},
    )
    return len(ids)


# --- A new link -------------------------------------------------------------------------------------------


@transaction.atomic
def renew_link(token: str, today: datetime.date) -> None:
    """E-mail a new link to the address that an old one went to, once a day, if it still is the group's; otherwise
    nothing, silently."""
    found = read_token(token, expired=True)
    if found is None:
        return
    agency, mark = found
    kept = list(Service.objects.filter(agency=agency, source="").order_by("pk"))
    for email in find_listing_emails(agency, kept):
        if hash_email(email) == mark:
            messages.queue_message(
                key=f"still right link {agency.pk} {mark} {today}",
                to=email,
                subject=f"Your new link for {format_subject(agency.name)}",
                template="email/still_right_link.txt",
                context={"agency": agency, "link": absolute_url("directory:still_right", make_token(agency, email))},
            )


def is_current_address(agency: Agency, mark: str) -> bool:
    """Whether the address a link went to is one the group reads at today."""
    kept = list(Service.objects.filter(agency=agency, source="").order_by("pk"))
    return any(hash_email(email) == mark for email in find_listing_emails(agency, kept))
