from referrals.models.answer import Answer, AnswerLink
from referrals.models.move import DeclineReason, Move
from referrals.models.referral import ContactBy, Referral, Urgency

__all__ = ["Answer", "AnswerLink", "ContactBy", "DeclineReason", "Move", "Referral", "Urgency"]
