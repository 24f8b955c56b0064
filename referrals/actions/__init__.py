"""Deeds on referrals, each atomic and signed by its author."""

from config.transitions import MoveRefused
from referrals.actions.answer import answer_referrer
from referrals.actions.links import send_link
from referrals.actions.remarks import assign_referral, send_message
from referrals.actions.send import has_same_content, send_referral
from referrals.actions.transition import move_referral
