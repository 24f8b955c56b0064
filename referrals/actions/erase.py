"""Erasing a referral: each side for itself, and for good once both have."""

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency
from config.append_only import erase_columns
from config.births import BirthPrecision
from config.transitions import lock_row, save_columns
from referrals.models import Answer, Move, Referral, Remark

BLANK_TEXTS = (
    "person_name",
    "nhs_number",
    "phone",
    "email",
    "address",
    "postcode",
    "contact_avoid",
    "what_matters",
    "message",
    "risks",
)


@transaction.atomic
def erase_referral(referral: Referral, agency: Agency) -> bool:
    """Erase `referral` for `agency`, which sees it no more; whether its words are gone.

    They are when the other side has erased it too, or takes part no more: until then they are the other's record as
    well, and each agency decides on its own. That there was a referral, and each move's date, stays.
    """
    lock_row(referral)
    referral.refresh_from_db(from_queryset=Referral.locked())
    now, sides = timezone.now(), {}
    if agency in (referral.from_agency, referral.to_agency):
        if agency == referral.from_agency or referral.from_agency.left_at:
            sides["sender_erased_at"] = referral.sender_erased_at or now
        if agency == referral.to_agency or referral.to_agency.left_at:
            sides["receiver_erased_at"] = referral.receiver_erased_at or now
    save_columns(referral, **sides)
    if not (referral.sender_erased_at and referral.receiver_erased_at):
        return False
    blank = dict.fromkeys(BLANK_TEXTS, "")
    save_columns(referral, date_of_birth=None, birth_precision=BirthPrecision.DAY, practice=None, **blank)
    referral.needs.clear()
    erase_columns(Move.objects.filter(referral=referral), words="")
    erase_columns(Remark.objects.filter(referral=referral), words="")
    erase_columns(Answer.objects.filter(referral=referral), reason="", outcome="", summary="", codes=[], groups=[])
    return True
