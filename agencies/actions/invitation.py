"""Inviting people, by an e-mailed link that works once and for seven days (security point 38)."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agencies import messages
from agencies.access import Role
from agencies.models import Agency, IdentityProvider, Invitation, Membership, User
from config.http import hash_token, parse_uuid

INVITATION_LIFETIME = timedelta(days=7)


class InvitationNotOpen(Exception):
    """The invitation has been used or cancelled, or its seven days are over."""


@transaction.atomic
def invite_member(
    *,
    key: uuid.UUID,
    agency: Agency,
    email: str,
    name: str,
    role: Role,
    manages_team: bool,
    by: Membership | None,
    words: str = "",
) -> Invitation:
    """An open invitation, and the e-mail with its link. The same `key` again is the same invitation.

    `by` is None only for the first steward, invited from the command line. The form has checked that the address
    has neither an open invitation nor an open membership here; the database refuses a second invitation. `words`
    stand at the top of the e-mail.
    """
    columns = {
        "email": email.strip().lower(),
        "name": name,
        "role": role,
        "manages_team": manages_team,
        "invited_by": by,
        "token_hash": hash_token(secrets.token_urlsafe(32)),
        "expires_at": timezone.now() + INVITATION_LIFETIME,
    }
    invitation, created = Invitation.objects.get_or_create(id=key, agency=agency, defaults=columns)
    if created:
        send_invitation_link(invitation, words)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: Membership) -> Invitation:
    """A new link for seven more days; the old one stops working. Raises InvitationNotOpen when used or cancelled."""
    invitation = lock_invitation(invitation)
    if invitation.accepted_at or invitation.cancelled_at:
        raise InvitationNotOpen
    invitation.expires_at = timezone.now() + INVITATION_LIFETIME
    send_invitation_link(invitation)
    return invitation


def send_invitation_link(invitation: Invitation, words: str = "") -> str:
    """Give the invitation a fresh link, e-mail it, and return it; nobody can read it from the database."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.save(update_fields=["token_hash", "expires_at"])
    link = messages.absolute_url("agencies:invitation", token)
    messages.queue_message(
        key=invitation.message_key,
        agency=invitation.agency_id,
        to=invitation.email,
        subject=f"Join {messages.format_subject(invitation.agency.name)} on {settings.PLACE['name']}",
        template="email/invitation.txt",
        context={"invitation": invitation, "hello": f"Hello {invitation.name}", "link": link, "words": words},
    )
    return link


@transaction.atomic
def cancel_invitation(*, invitation: Invitation, by: Membership) -> None:
    """The link stops working. Nothing changes when it has been used or cancelled already."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None).update(cancelled_at=timezone.now())


def find_invitation(token: str) -> Invitation | None:
    """The invitation this link belongs to, open or not."""
    return Invitation.objects.select_related("agency").filter(token_hash=hash_token(token)).first()


def has_account(invitation: Invitation) -> bool:
    """Whether whoever was invited can sign in already; told only to who holds the link."""
    return User.objects.filter(email__iexact=invitation.email).exists()


@transaction.atomic
def accept_with_new_account(*, invitation: Invitation, name: str, password: str) -> Membership:
    """Make the account the invitation was for, and its membership. Raises InvitationNotOpen."""
    invitation = lock_open_invitation(invitation)
    user = User.objects.create_user(email=invitation.email, password=password, name=name)
    return create_membership(invitation, user)


@transaction.atomic
def accept_with_provider(*, invitation: object, provider: IdentityProvider) -> Membership:
    """As above, for the invitation with that number, but the account has no password: its holder has just signed in
    with that provider of the agency. Raises InvitationNotOpen, also where there is such an account already."""
    number = parse_uuid(invitation)
    found = Invitation.objects.filter(pk=number).first() if number else None
    if found is None or has_account(found) or not provider.agencies.filter(pk=found.agency_id).exists():
        raise InvitationNotOpen
    found = lock_open_invitation(found)
    return create_membership(found, User.objects.create_user(email=found.email, name=found.name))


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """Somebody who has an account joins another agency. Raises InvitationNotOpen, also for any other address."""
    invitation = lock_open_invitation(invitation)
    if user.email.lower() != invitation.email.lower():
        raise InvitationNotOpen
    return create_membership(invitation, user)


def create_membership(invitation: Invitation, user: User) -> Membership:
    membership, _ = Membership.objects.get_or_create(
        user=user,
        agency=invitation.agency,
        ended_at=None,
        defaults={"role": invitation.role, "manages_team": invitation.manages_team},
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def lock_open_invitation(invitation: Invitation) -> Invitation:
    """The row, locked, so that the link works once even when it is pressed twice at the same moment."""
    invitation = lock_invitation(invitation)
    if not invitation.is_open:
        raise InvitationNotOpen
    return invitation


def lock_invitation(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("agency")
    return rows.get(pk=invitation.pk)
