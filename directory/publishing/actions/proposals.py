"""What readers report and what unverified groups would change: the answers to it, and who is told."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Agency, Author, Hand, Membership
from config.transitions import save_columns
from directory.catalogue.freshness import make_token
from directory.models import Decision, Proposal, Service
from directory.publishing import versions
from directory.publishing.actions import freshness
from directory.publishing.actions.decisions import decide, lock_open
from directory.publishing.recipients import find_group_emails, find_listing_emails
from directory.publishing.review import fingerprint_edit, list_edit_changes
from directory.publishing.snapshot import build_snapshot
from directory.search.index import index_services


class ChangedMeanwhile(Exception):
    """The listing, or the edit itself, is no longer as the page showed it."""


# --- A group's edit ---------------------------------------------------------------------------------------


@transaction.atomic
def accept_edit(
    *, proposal: Proposal, fields: Iterable[str], words: str, shown: str, verify: bool = False, by: Membership
) -> Proposal:
    """Put these fields of the edit in; the group hears which, and the words.

    `shown` is review.fingerprint_edit of the page.

    `verify`: the steward knows the group now, and its further edits need no second look. Raises MoveRefused, and
    ChangedMeanwhile when the listing or the edit has changed since the page was drawn.
    """
    decide(proposal, Decision.ACCEPTED, words, by)
    service = Service.objects.select_for_update(no_key=True).get(pk=proposal.service_id)
    proposal.service = service
    if fingerprint_edit(proposal) != shown:
        raise ChangedMeanwhile
    proposed, chosen = list_edit_changes(proposal), set(fields)
    data = build_snapshot(service) | {c.field: proposal.data[c.field] for c in proposed if c.field in chosen}
    versions.update_listing(service, data, by=Author.of(by), what=f"As {format_subject(proposal.byline)} asked"[:200])
    if "published" in chosen:
        freshness.confirm_listings([service], by=Author.of(by))  # they have just written it
    if verify:
        Agency.objects.filter(pk=service.agency_id, verified_at=None).update(verified_at=timezone.now())
    notify_edit_author(
        proposal,
        put_in=[c.label for c in proposed if c.field in chosen],
        left_out=[c.label for c in proposed if c.field not in chosen],
    )
    return proposal


@transaction.atomic
def decline_edit(*, proposal: Proposal, words: str, by: Membership) -> Proposal:
    """Leave the listing as it is; the words reach the group. Raises MoveRefused."""
    decide(proposal, Decision.DECLINED, words, by)
    notify_edit_author(proposal, put_in=[], left_out=[c.label for c in list_edit_changes(proposal)])
    return proposal


def notify_edit_author(proposal: Proposal, *, put_in: list[str], left_out: list[str]) -> None:
    """To who wrote it while they work there, else to the group."""
    author = proposal.written_by
    working = author and author.ended_at is None and author.user.is_active
    to = [author.user.email] if author and working else find_group_emails(proposal.service.agency)
    messages.queue_messages(
        to,
        key=f"proposal {proposal.pk} answered",
        subject=f"Your change of {format_subject(proposal.service.name)}",
        template="email/proposal_answered.txt",
        context={"proposal": proposal, "put_in": put_in, "left_out": left_out, "link": build_report_url(proposal)},
    )


def build_report_url(proposal: Proposal) -> str:
    return absolute_url("directory:report", proposal.pk)


# --- A reader's report, or a group's own word by link -------------------------------------------------------


@transaction.atomic
def settle_report(*, proposal: Proposal, right_as_it_is: bool, words: str, by: Membership) -> Proposal:
    """It has been put right, or was right all along. Raises MoveRefused.

    Where the group itself had said by link that something changed, it is told, and the listing counts as checked.
    So it does when the group answers a report about a listing of its own.
    """
    decide(proposal, Decision.DECLINED if right_as_it_is else Decision.ACCEPTED, words, by)
    by_link = proposal.hand == Hand.LINK
    if by.agency_id == proposal.service.agency_id or (by_link and not right_as_it_is):
        freshness.confirm_listings([proposal.service], by=Author.of(by))
    if by_link:
        messages.queue_messages(
            find_group_emails(proposal.service.agency),
            key=f"proposal {proposal.pk} settled",
            subject=f"What you told us about {format_subject(proposal.service.name)}",
            template="email/proposal_settled.txt",
            context={"proposal": proposal, "right_as_it_is": right_as_it_is},
        )
    return proposal


@transaction.atomic
def forward_report(*, proposal: Proposal, by: Membership) -> int:
    """Send a report to the group; it stays open until somebody settles it. How many e-mails: once a report, and 0
    when there is nobody to write to. Raises MoveRefused."""
    lock_open(proposal, by)
    agency = proposal.service.agency
    to = list(find_listing_emails(agency, [proposal.service]))
    for number, email in enumerate(to):
        token = make_token(agency, email)
        messages.queue_message(
            key=f"proposal {proposal.pk} passed on {number}",
            to=email,
            subject=f"A reader says that something is wrong: {format_subject(proposal.service.name)}",
            template="email/report_passed_on.txt",
            context={
                "proposal": proposal,
                "kept": not proposal.service.source,
                "link": absolute_url("directory:still_right_changed", token, proposal.service_id),
            },
        )
    if to and proposal.passed_on_at is None:
        save_columns(proposal, passed_on_at=timezone.now())
    return len(to)


@transaction.atomic
def end_reported_listing(*, proposal: Proposal, words: str, by: Membership) -> Proposal:
    """It no longer runs, as the reader said: nobody finds it any more. Raises MoveRefused.

    A listing of a feed cannot be ended here, as the feed would bring it back: it is hidden.
    """
    decide(proposal, Decision.ACCEPTED, words, by)
    if not proposal.service.source:
        freshness.end_listing(proposal.service, by=Author.of(by))
        return proposal
    now = timezone.now()
    Service.objects.filter(pk=proposal.service_id, hidden_at=None).update(hidden_at=now, last_modified=now)
    index_services([proposal.service_id])
    return proposal
