"""A group asks to take part, and the steward answers."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies import messages
from agencies.access import Role
from agencies.actions import invitation as invitations
from agencies.messages import absolute_url, format_subject
from agencies.models import Agency, AgencyKind, Author, Invitation, Membership
from config.http import parse_uuid
from config.transitions import save_columns
from directory.models import Claim, Decision, Service, Source
from directory.publishing import versions
from directory.publishing.actions.decisions import decide
from directory.publishing.join_answers import claim_due_date
from directory.publishing.recipients import find_member_emails, find_steward_emails

REGISTER_NUMBERS = ("charity_number", "company_number")
WELCOME_TEXT = (
    "You asked to take part with {group}. We are glad to have you: you can put up what you offer, keep it right, "
    "and answer those who ask for a place."
)


def find_claim(key: uuid.UUID | str) -> Claim | None:
    """What became of the form with that key, for who filled it in."""
    sought = parse_uuid(key)
    return Claim.objects.select_related("agency").filter(key=sought).first() if sought else None


# --- Asking -----------------------------------------------------------------------------------------------


@transaction.atomic
def submit_claim(*, key: uuid.UUID, agency: Agency | None, **details: Any) -> Claim:
    """A claim that waits for the steward; whoever asked, who works for the group already, and the stewards are told.

    `details` are columns of Claim. The second call with a `key` returns the first one's claim, also when both run
    at once; so does a second form of the same person for the same group while the first one waits.
    """
    mail = details["contact_email"]
    waiting = Claim.objects.filter(decision=Decision.OPEN, contact_email__iexact=mail, agency=agency)
    if agency is None:
        waiting = waiting.filter(name__iexact=details["name"])
    if twin := waiting.exclude(key=key).first():
        return twin
    claim, created = Claim.objects.get_or_create(key=key, defaults={"agency": agency, **details})
    if created:
        notify_claim_received(claim)
    return claim


def notify_claim_received(claim: Claim) -> None:
    name = format_subject(claim.name)
    about: dict[str, Any] = {"claim": claim, "answer_by": claim_due_date(claim)}
    messages.queue_message(
        key=f"claim {claim.pk} received",
        to=claim.contact_email,
        subject=f"We have your request for {name}",
        template="email/claim_received.txt",
        context=about | {"hello": f"Hello {claim.contact_name}"},
    )
    messages.queue_messages(
        find_member_emails(claim.agency) if claim.agency else [],
        key=f"claim {claim.pk} member",
        subject=f"Somebody asks to work for {name}",
        template="email/claim_members.txt",
        context=about,
    )
    messages.queue_messages(
        find_steward_emails(),
        key=f"claim {claim.pk} steward",
        subject=f"{name} asks to take part",
        template="email/claim_steward.txt",
        context=about | {"link": absolute_url("directory:claim", claim.pk)},
    )


# --- Deciding ---------------------------------------------------------------------------------------------


@transaction.atomic
def accept_claim(*, claim: Claim, verify: bool, hand_over: bool, words: str = "", by: Membership) -> Claim:
    """Yes: the group is here, and whoever asked is invited to run it. Raises MoveRefused.

    `verify`: the steward knows them, so that their edits are not looked at first. `hand_over`: what one-off imports
    brought of theirs is theirs to keep from now on.
    """
    decide(claim, Decision.ACCEPTED, words, by)
    agency = claim.agency or Agency.objects.create(
        name=claim.name, kind=AgencyKind.VOLUNTARY, description=claim.about, url=claim.url, postcode=claim.postcode
    )
    for number in REGISTER_NUMBERS:
        setattr(agency, number, getattr(agency, number) or getattr(claim, number))
    if verify and agency.verified_at is None:
        agency.verified_at = timezone.now()
    agency.save(update_fields=[*REGISTER_NUMBERS, "verified_at"])
    if hand_over:
        hand_over_listings(agency, by=by)
    save_columns(claim, agency=agency, invitation=invite_claimant(claim, agency, words, by))
    return claim


@transaction.atomic
def decline_claim(*, claim: Claim, words: str, by: Membership) -> Claim:
    """No, and why: the words reach whoever asked. Raises MoveRefused."""
    decide(claim, Decision.DECLINED, words, by)
    messages.queue_message(
        key=f"claim {claim.pk} declined",
        to=claim.contact_email,
        subject=f"About {format_subject(claim.name)}",
        template="email/claim_declined.txt",
        context={"claim": claim, "hello": f"Hello {claim.contact_name}"},
    )
    return claim


def invite_claimant(claim: Claim, agency: Agency, words: str, by: Membership) -> Invitation | None:
    """The link to the account; None, and a word by e-mail, for who works there already."""
    email = claim.contact_email.lower()
    if Membership.of_agency(agency).filter(user__email__iexact=email, ended_at=None).exists():
        messages.queue_message(
            key=f"claim {claim.pk} accepted",
            to=email,
            subject=f"You keep {format_subject(claim.name)} already",
            template="email/claim_member.txt",
            context={
                "claim": claim,
                "hello": f"Hello {claim.contact_name}",
                "link": absolute_url("account_login"),
            },
        )
        return None
    if open_already := Invitation.open_for(agency).filter(email__iexact=email).first():
        return invitations.resend_invitation(invitation=open_already, by=by)
    glad = WELCOME_TEXT.format(group=format_subject(agency.name))
    return invitations.invite_member(
        key=claim.pk,
        agency=agency,
        email=email,
        name=claim.contact_name,
        role=Role.PROVIDER,
        manages_team=True,
        by=by,
        words=f"{glad}\n\n{words}".strip(),
    )


# --- Listings that came from elsewhere ----------------------------------------------------------------------


def one_off_listings(agency: Agency) -> QuerySet[Service]:
    """The group's listings that a feed once brought and will not bring again by itself."""
    scheduled = Source.objects.filter(stopped_at=None).exclude(every="").values("name")
    return Service.objects.filter(agency=agency).exclude(source="").exclude(source__in=scheduled).order_by("pk")


def hand_over_listings(agency: Agency, *, by: Membership) -> int:
    """From now on the group keeps them; how many. Each keeps a version of how it was then."""
    rows = list(one_off_listings(agency).select_for_update(of=("self",), no_key=True))
    Service.objects.filter(pk__in=[row.pk for row in rows]).update(source="", digest="")
    for row in rows:
        row.refresh_from_db(fields=["source", "digest"])
        versions.record_version(row, by=Author.of(by), what="Handed over to the group")
    if rows and agency.source:
        Agency.objects.filter(pk=agency.pk).update(source="")
    return len(rows)
