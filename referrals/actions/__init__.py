"""Deeds on referrals, each atomic and signed by its author."""

from referrals.actions.answering import answer_referrer
from referrals.actions.links import send_link
from referrals.actions.moving import MoveRefused, move_referral
from referrals.actions.remarking import assign_referral, send_message
from referrals.actions.sending import has_same_content, send_referral

__all__ = [
    "MoveRefused",
    "answer_referrer",
    "assign_referral",
    "has_same_content",
    "move_referral",
    "send_link",
    "send_message",
    "send_referral",
]
