from referrals.models.alert import Alert
from referrals.models.answer import Answer, AnswerLink
from referrals.models.look_up import LookUp
from referrals.models.move import DeclineReason, Move, PassingGround
from referrals.models.reading import ReferralReading
from referrals.models.referral import ContactBy, Referral, Urgency
from referrals.models.remark import Remark
