"""Secret links by which a voluntary group answers from an e-mail, with no account."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Message
from config.http import hash_token
from config.row_security import enter, set_context
from referrals.models import AnswerLink, Referral
from referrals.models.answer import LINK_LIFETIME

TOKEN_BYTES = 32  # 256 bits: not to be guessed
MAX_NEW_LINKS_PER_DAY = 3  # how many somebody may ask for themselves


@transaction.atomic
def send_link(referral: Referral, *, to: str = "", nudge: int = 0) -> AnswerLink | None:
    """E-mail a fresh link to whoever answers for the service; None when there is nobody to write to.

    The e-mail holds no personal data: it names the service and who asks. Only the hash of the token is kept.
    `nudge` is 0 for the first e-mail, else which reminder it is.
    """
    to = to or referral.receiver_email()
    if not to:
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = AnswerLink.objects.create(
        referral=referral,
        token_hash=hash_token(token),
        sent_to=to,
        expires_at=timezone.now() + LINK_LIFETIME,
    )
    asks = "Reminder: somebody" if nudge else "Somebody"
    messages.queue_message(
        key=f"answer link {link.pk}",
        to=to,
        subject=f"{asks} is referred to {format_subject(referral.receiver_name)} ({referral.reference})",
        template="email/referral_link.txt",
        context={
            "referral": referral,
            "nudge": nudge,
            "link": absolute_url("referrals:answer", token),
            "lives": LINK_LIFETIME.days,
        },
    )
    return link


def find_link(token: str) -> AnswerLink | None:
    """The link with that token, expired or not."""
    set_context(link=[hash_token(token)])
    shown = AnswerLink.objects.filter(token_hash=hash_token(token)).first()
    if shown is None:
        return None
    enter("referral", shown.referral_id)
    links = AnswerLink.objects.select_related(
        "referral__service", "referral__from_agency", "referral__to_agency", "referral__sent_by__user"
    )
    return links.get(pk=shown.pk)


def cancel_links(referral: Referral) -> None:
    """E-mails with a link to it that have not left yet stay here: the link would lead nowhere."""
    for link in referral.links.order_by("pk"):
        Message.with_key_prefix(f"answer link {link.pk}").filter(sending_at=None, sent_at=None).delete()


def is_link_dead(link: AnswerLink) -> bool:
    """Whether whoever it was sent to no longer answers for the service: their membership has ended, the group has left
    or reads elsewhere. Checked each time the link is opened, and when it answers."""
    sent_to = link.sent_to.casefold()
    return all(email.casefold() != sent_to for email in link.referral.receiver_emails())


def mark_link_opened(link: AnswerLink) -> None:
    """Note the first opening; who it was is the address that the link was sent to."""
    AnswerLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())


@transaction.atomic
def renew_link(link: AnswerLink | None) -> AnswerLink | None:
    """Send a new link to the address the old one went to, a few times a day at most; otherwise nothing, silently.

    An address that is no longer the service's gets nothing: whoever left the group has left its referrals.
    """
    if link is None:
        return None
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=link.referral_id)
    since = timezone.now() - timedelta(days=1)
    too_many = referral.links.filter(created_at__gt=since).count() >= MAX_NEW_LINKS_PER_DAY
    still_theirs = link.sent_to.casefold() == referral.receiver_email().casefold()
    if too_many or not still_theirs or not referral.is_open:
        return None
    return send_link(referral, to=link.sent_to)
