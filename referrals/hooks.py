"""What the apps to the right hear of referrals, so that the case history has it in the same transaction."""

import uuid
from collections.abc import Callable

from agencies.models import Membership
from config.hooks import Hook
from referrals.models import Move, Referral, Remark

on_referral_moved: Hook[Callable[[Referral, Move], None]] = Hook()
on_remark_saved: Hook[Callable[[Referral, Remark], None]] = Hook()

# A member has opened the referral's page: the ids of the news about it that wait, to be done with there.
on_referral_opened: Hook[Callable[[Referral, Membership], list[uuid.UUID]]] = Hook()
