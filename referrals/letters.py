"""Letters about a referral: as it was sent, and at the end the answer to whoever referred.

Order of the answer after the PRSB Social Prescribing Information Standard v1.1, "message back to GP and referrer":
who it is about, the outcome first, then what was asked. A closed list of fields, so nothing typed is a template.
"""

import datetime
from typing import Any

from django.utils import timezone

from referrals import story
from referrals.actions.answer import NOT_TOLD_REASON
from referrals.models import Answer, Referral
from referrals.states import FINISHED_STATUSES, ReferralStatus

# SNOMED CT UK edition. Once, at the first contact of an episode: not when it is asked for, not for a call that books a
# time, not for a session booked, and not again at the end (shared standards, nhs.md 4.3).
REFERRAL_CODE = {"code": "871731000000106", "term": "Referral to social prescribing service (procedure)"}


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
        "first_contact": find_first_contact(referral) if answer and referral.agreed_to_tell else None,
        "referral_code": REFERRAL_CODE,
        "writer": writer,
        "reader": reader,
        "reader_lines": [line.strip() for line in envelope if line.strip()],
        "dated": told.at if told else referral.sent_at,
        "needs": [need.name for need in referral.needs.all()],
        "agreements": story.list_agreements(referral, moves),
        "asked": referral.service.name if referral.service else receiver.name,
    }


def find_first_contact(referral: Referral) -> datetime.date | None:
    """When the team first spoke to the person, for a practice to record with REFERRAL_CODE; None when it has not, and
    for what no practice records: a referral to a group, and a person whose practice is not known."""
    if referral.service_id or not referral.practice_id:
        return None
    first = referral.moves.filter(after=ReferralStatus.STARTED).order_by("number").first()
    return (first.happened_on or timezone.localdate(first.at)) if first else None


def find_answer(referral: Referral) -> Answer | None:
    """The answer at the end; once the person has taken back that it is told, no more than why it ended."""
    answer = Answer.objects.filter(referral=referral).first()
    if answer and not referral.agreed_to_tell:
        answer.reason, answer.outcome, answer.summary = NOT_TOLD_REASON, "", ""
        answer.codes, answer.groups = [], []
    return answer
