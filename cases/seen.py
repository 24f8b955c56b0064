"""What another agency has seen already of a case or of what was sent to it. It cannot be unread, and that is said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from agencies.models import Agency
from cases.models import Case, CaseReferral, Reading
from config.template_tags import when
from referrals.models import AnswerLink, Move, ReferralReading


@dataclass(frozen=True)
class Seen:
    """Somebody of the agency opened something, or answered it: who, what, and when last."""

    who: str
    what: str
    at: datetime
    did: str = "opened"

    def __str__(self) -> str:
        return f"{self.who} {self.did} {self.what} on {when(self.at)}"


def list_seen(case: Case, agency: Agency) -> list[Seen]:
    """What that agency opened, oldest first. What went by phone, on paper or by an e-mail's own words is not known."""
    sent: dict[str, Any] = {"referral__case_referral__case": case, "referral__to_agency": agency}
    sent["referral__case_referral__direction"] = CaseReferral.Direction.SENT
    by_link = AnswerLink.objects.filter(**sent).exclude(opened_at=None)
    links = by_link.order_by().values_list("sent_to", "referral__service__name").annotate(last=Max("opened_at"))
    signed_in = ReferralReading.objects.filter(**sent).order_by()
    readers = signed_in.values_list("reader_name", "referral__service__name").annotate(last=Max("at"))
    moves = Move.objects.filter(**sent, written_for=agency).order_by()
    answers = moves.values_list("author_name", "referral__service__name").annotate(last=Max("at"))
    openings = Reading.objects.filter(case=case, agency=agency).order_by()
    pages = openings.values_list("reader_name").annotate(last=Max("at"))
    found = [Seen(f"Whoever reads {to}", f"the referral to {name}", at) for to, name, at in links]
    found += [Seen(who, f"the referral to {name}", at) for who, name, at in readers]
    found += [Seen(who, f"the referral to {name}", at, "answered") for who, name, at in answers]
    found += [Seen(who, "the case", at) for who, at in pages]
    return sorted(found, key=lambda one: (one.at, one.who))
