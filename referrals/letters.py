"""Letters about a referral: as it was sent, and at the end the answer to whoever referred.

Order of the answer after the PRSB Social Prescribing Information Standard v1.1, "message back to GP and referrer":
who it is about, the outcome first, then what was asked. A closed list of fields, so nothing typed is a template.
"""

from typing import Any

from referrals import story
from referrals.models import Answer, Referral
from referrals.states import FINISHED_STATUSES, ReferralStatus

# SNOMED CT UK edition: Referral to social prescribing service (procedure). Once, at the first contact of an episode.
REFERRAL_CODE = {"code": "871731000000106", "term": "Referral to social prescribing service"}


def build_letter_context(referral: Referral) -> dict[str, Any]:
    """Values for templates/pdf/letter.html: from whom, to whom, and what it says."""
    answer, ended, moves = find_answer(referral), None, story.load_moves(referral)
    if answer is None and referral.status in FINISHED_STATUSES - {ReferralStatus.WITHDRAWN}:
        ended = story.build_move_entry(moves[-1])
    told = answer or ended
    sender, receiver = referral.from_agency, referral.to_agency
    writer, reader = (receiver, sender) if told else (sender, receiver)
    envelope = [reader.name, *reader.address.splitlines(), reader.postcode]
    return {
        "referral": referral,
        "answer": answer,
        "ended": ended,
        "told": told is not None,
        "writer": writer,
        "reader": reader,
        "reader_lines": [line.strip() for line in envelope if line.strip()],
        "dated": told.at if told else referral.sent_at,
        "needs": [need.name for need in referral.needs.all()],
        "agreements": story.list_agreements(referral, moves),
        "asked": referral.service.name if referral.service else receiver.name,
    }


def find_answer(referral: Referral) -> Answer | None:
    return Answer.objects.filter(referral=referral).first()
