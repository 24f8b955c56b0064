"""Deeds on referrals, each atomic and signed by its author."""

from referrals.actions.answering import answer_referrer
from referrals.actions.links import send_link
from referrals.actions.moving import MoveRefused, hears, move
from referrals.actions.remarking import assign, hears_remark, send_message
from referrals.actions.sending import says_the_same, send_referral

__all__ = [
    "MoveRefused",
    "answer_referrer",
    "assign",
    "hears",
    "hears_remark",
    "move",
    "says_the_same",
    "send_link",
    "send_message",
    "send_referral",
]
