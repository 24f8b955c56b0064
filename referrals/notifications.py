"""Who is told of what, by e-mail: "there is news", a link, and nothing about the person."""

from collections.abc import Sequence
from typing import Any

from agencies import messages
from agencies.messages import absolute_url
from agencies.models import Membership
from referrals.actions.links import send_link
from referrals.models import Move, Referral, Remark
from referrals.states import ReferralStatus, Side


def notify_of_move(referral: Referral, made: Move, side: Side) -> None:
    """Tell the other side of a move."""
    if side != Side.SENDER:
        notify_sender(referral, key=f"move {made.pk}")
    if made.to_agency:
        notify_receiver(referral, key=f"passed on {made.pk}", why="passed")
    elif side == Side.SENDER and made.after == ReferralStatus.WITHDRAWN:
        notify_of_withdrawal(referral, key=f"move {made.pk}")
    elif side == Side.SENDER and made.after == ReferralStatus.SENT:
        notify_receiver(referral, key=f"move {made.pk}", why="again")


def notify_receiver(referral: Referral, *, key: str, why: str, nudge: int = 0) -> None:
    """A referral waits: a group gets a link to answer by, a team is asked to sign in.

    `why` is "new", "passed", "again", "reminder" (the one with that number, `nudge`) or "late".
    """
    if referral.service:
        send_link(referral, nudge=nudge)
        return
    to, subject = referral.receiver_email(), "A referral is waiting for your team"
    queue(referral, f"waiting {key}", to, subject, "email/referral_to_team.txt", why=why)


def notify_sender(referral: Referral, *, key: str) -> None:
    """To whoever sent it, or their agency when they have left: there is news."""
    to, subject = sender_email(referral), "News about a referral you sent"
    queue(referral, f"news {key}", to, subject, "email/referral_news.txt")


def notify_of_withdrawal(referral: Referral, *, key: str) -> None:
    to, subject = referral.receiver_email(), "A referral was withdrawn"
    queue(referral, f"withdrawn {key}", to, subject, "email/referral_withdrawn.txt")


def notify_of_less_shared(referral: Referral, *, key: str, parts: Sequence[str] = ()) -> None:
    """The person has taken back what they agreed to; or of it the `parts` named, and no more."""
    to, subject = referral.receiver_email(), "Somebody shares less with you"
    queue(referral, f"less shared {key}", to, subject, "email/referral_less_shared.txt", parts=parts)


def notify_assignee(referral: Referral, remark: Remark, colleague: Membership) -> None:
    to, subject = colleague.user.email, "A referral is now yours to look at"
    queue(referral, f"assigned {remark.pk}", to, subject, "email/referral_assigned.txt", by=remark.author_name)


def notify_of_no_answer(referral: Referral, *, to: str, key: str) -> None:
    """The answer has not come by its date. `to` hears it: the sender, or whoever leads the team asked."""
    queue(referral, f"unanswered {key}", to, "A referral has had no answer", "email/referral_unanswered.txt")


def queue(referral: Referral, key: str, to: str, subject: str, template: str, **context: Any) -> None:
    """E-mail it with a link to the referral, if there is somebody to read it."""
    if to:
        messages.queue_message(
            key=key,
            to=to,
            subject=f"{subject} ({referral.reference})",
            template=template,
            context={"referral": referral, "link": absolute_url("referrals:referral", referral.pk), **context},
        )


def sender_email(referral: Referral) -> str:
    """The member who sent it while they work there, else their agency's e-mail."""
    member = referral.sent_by
    at_work = member.ended_at is None and member.user.is_active
    return member.user.email if at_work else referral.from_agency.email
