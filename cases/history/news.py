"""News: what another party did, for those who hold the case or sent the referral, until they have dealt with it.

It is made where the doing is written down, so that no deed can forget it: an entry of a case by whoever is not at work
for the team that owns it (`record_entry`), and each move and remark about a referral, for the side that did not make
it. What is no news stands below with its reason; tests/house/test_news.py walks the rest.
"""

from agencies.models import Hand
from cases.case_context import case_of_referral
from cases.models import CaseReferral, Entry, Kind, News
from config.transitions import insert_if_new
from referrals.hooks import on_referral_moved, on_remark_saved
from referrals.models import Move, Referral, Remark
from referrals.states import ReferralStatus, Side

# What others do and is no news, each with the reason why nobody misses it.
QUIET_KINDS = {Kind.REFERRED: "whoever accepts the referral has it before them"}
QUIET_MOVES = {
    (Side.RECEIVER, ReferralStatus.SENT): "stands among the referrals to answer until it is answered",
}
QUIET_REMARKS = {
    (Side.SENDER, Remark.Kind.ASSIGNED): "who works on it inside the team that was asked stays with that team",
    (Side.RECEIVER, Remark.Kind.ASSIGNED): "the team's own doing; whoever was given it has an e-mail",
    (Side.RECEIVER, Remark.Kind.UNANSWERED): "stands among the referrals to answer, as late",
}


# --- How it comes about -------------------------------------------------------------------------------


def add_entry_news(entry: Entry) -> None:
    """For the team that owns the case, when somebody else wrote: another agency, the person, a link, the system."""
    own = entry.hand == Hand.MEMBER and entry.written_for_id == entry.case.agency_id
    if not own and entry.kind not in QUIET_KINDS:
        News.objects.create(agency_id=entry.case.agency_id, case_id=entry.case_id, entry=entry, at=entry.written_at)


def add_referral_news(referral: Referral, made: Move | Remark) -> None:
    """For the side that did not make it; a team that has a case of it reads it there, as an entry."""
    with case_of_referral(referral):
        link = CaseReferral.objects.filter(referral=referral).values_list("case__agency", flat=True)
        told_elsewhere = {made.written_for_id, *link}
    for side, agency in ((Side.SENDER, referral.from_agency_id), (Side.RECEIVER, referral.to_agency_id)):
        if agency in told_elsewhere or is_quiet(side, made):
            continue
        told_elsewhere.add(agency)
        made_of = {"move": made} if isinstance(made, Move) else {"remark": made}
        insert_if_new(News(agency_id=agency, referral=referral, at=made.at, **made_of))


on_referral_moved.register(add_referral_news)
on_remark_saved.register(add_referral_news)


def is_quiet(side: Side, made: Move | Remark) -> bool:
    """Whether this is no news for that side."""
    if isinstance(made, Remark):
        return (side, made.kind) in QUIET_REMARKS
    return (side, made.after) in QUIET_MOVES
