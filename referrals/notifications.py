"""Who is told of what, by e-mail: "there is news", a link, and nothing about the person."""

from agencies import messages
from agencies.messages import absolute_url
from agencies.models import Membership
from referrals.actions.links import receiver_email, receiver_name, send_link
from referrals.models import Move, Referral, Remark
from referrals.states import ReferralStatus, Side


def notify_of_move(referral: Referral, made: Move, side: Side) -> None:
    """Tell the other side of a move."""
    if side != Side.SENDER:
        notify_sender(referral, key=f"move {made.pk}")
    if made.to_agency:
        notify_team(referral, key=f"passed on {made.pk}", why="passed")
    elif side == Side.SENDER and made.after == ReferralStatus.WITHDRAWN:
        notify_of_withdrawal(referral, key=f"move {made.pk}")
    elif side == Side.SENDER and made.after == ReferralStatus.SENT and referral.service:
        send_link(referral)
    elif side == Side.SENDER and made.after == ReferralStatus.SENT:
        notify_team(referral, key=f"move {made.pk}", why="again")


def notify_sender(referral: Referral, *, key: str) -> None:
    """To whoever sent it, or their agency when they have left: there is news."""
    if to := sender_email(referral):
        messages.queue_message(
            key=f"news {key}",
            to=to,
            subject=f"News about a referral you sent ({referral.reference})",
            template="email/referral_news.txt",
            context={"referral": referral, "link": absolute_url("referrals:referral", referral.pk)},
        )


def notify_team(referral: Referral, *, key: str, why: str) -> None:
    """To the team: a referral waits for it. `why` is "new", "passed", "again", "reminder" or "late"."""
    if to := receiver_email(referral):
        messages.queue_message(
            key=f"waiting {key}",
            to=to,
            subject=f"A referral is waiting for your team ({referral.reference})",
            template="email/referral_to_team.txt",
            context={"referral": referral, "why": why, "link": absolute_url("referrals:referral", referral.pk)},
        )


def notify_of_withdrawal(referral: Referral, *, key: str) -> None:
    if to := receiver_email(referral):
        messages.queue_message(
            key=f"withdrawn {key}",
            to=to,
            subject=f"A referral was withdrawn ({referral.reference})",
            template="email/referral_withdrawn.txt",
            context={"referral": referral, "called": receiver_name(referral)},
        )


def notify_assignee(referral: Referral, remark: Remark, colleague: Membership) -> None:
    messages.queue_message(
        key=f"assigned {remark.pk}",
        to=colleague.user.email,
        subject=f"A referral is now yours to look at ({referral.reference})",
        template="email/referral_assigned.txt",
        context={
            "referral": referral,
            "by": remark.author_name,
            "link": absolute_url("referrals:referral", referral.pk),
        },
    )


def notify_of_no_answer(referral: Referral, *, to: str, key: str) -> None:
    """The answer has not come by its date. `to` hears it: the sender, or whoever leads the team asked."""
    messages.queue_message(
        key=f"unanswered {key}",
        to=to,
        subject=f"A referral has had no answer ({referral.reference})",
        template="email/referral_unanswered.txt",
        context={
            "referral": referral,
            "called": receiver_name(referral),
            "link": absolute_url("referrals:referral", referral.pk),
        },
    )


def sender_email(referral: Referral) -> str:
    """The member who sent it while they work there, else their agency's e-mail."""
    member = referral.sent_by
    at_work = member.ended_at is None and member.user.is_active
    return member.user.email if at_work else referral.from_agency.email
