"""Whatever another party does becomes news, or is in a list of exceptions with its reason: nobody can forget it."""

import ast
from pathlib import Path

import pytest

from agencies.models import Author, Signed
from bookings.states import TRANSITIONS as BOOKING_TRANSITIONS
from cases.actions.booking import record_booking_entry
from cases.history.news import QUIET_KINDS, QUIET_MOVES, QUIET_REMARKS
from cases.history.record import record_entry
from cases.models import CaseReferral, Kind, News
from referrals.hooks import on_referral_moved, on_remark_saved
from referrals.models import DeclineReason, Move, Remark
from referrals.states import TRANSITIONS, ReferralStatus, Side
from tests.factories import AgencyFactory, CaseFactory, OnwardReferralFactory, ReferralFactory, SessionFactory, booked

ROOT = Path(__file__).parent.parent.parent
OTHERS = {
    "another agency": lambda: Author.by_link(AgencyFactory(), "Ahmed"),
    "another team": lambda: Author.of(CaseFactory().lead),
    "the system": Author.system,
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("who", OTHERS)
def test_each_kind_of_entry_by_another_party_is_news(kind: Kind, who: str) -> None:
    case = CaseFactory()
    entry = record_entry(case=case, kind=kind, by=OTHERS[who]())
    assert News.objects.filter(agency=case.agency, case=case, entry=entry).exists() != (kind in QUIET_KINDS)


@pytest.mark.parametrize("kind", Kind)
def test_what_the_own_team_writes_is_none(kind: Kind) -> None:
    case = CaseFactory()
    record_entry(case=case, kind=kind, by=Author.of(case.lead))
    assert not News.objects.exists()


def made_by(side: str, referral):
    if side == Side.SYSTEM:
        return Author.system()
    return Author.by_link(referral.from_agency if side == Side.SENDER else referral.to_agency)


MOVES = [(before, after, side) for (before, after), move in TRANSITIONS.items() for side in move.actors if before]


@pytest.mark.parametrize(("before", "after", "side"), MOVES)
def test_each_move_of_a_referral_is_news_to_the_other_side(before, after, side) -> None:
    referral = ReferralFactory()
    made = Move(referral=referral, number=2, before=before, after=after, **Signed.signature(made_by(side, referral)))
    if after == ReferralStatus.DECLINED:
        made.reason = DeclineReason.objects.order_by("pk").first()
    made.save()
    for hear in on_referral_moved:
        hear(referral, made)
    other = Side.RECEIVER if side == Side.SENDER else Side.SENDER
    told = referral.to_agency if other == Side.RECEIVER else referral.from_agency
    quiet = (other, after) in QUIET_MOVES
    assert [(news.agency, news.move) for news in News.objects.all()] == ([] if quiet else [(told, made)])


@pytest.mark.parametrize("kind", Remark.Kind)
@pytest.mark.parametrize("side", [Side.SENDER, Side.RECEIVER, Side.SYSTEM])
def test_each_remark_is_news_to_the_other_side(kind, side) -> None:
    referral = ReferralFactory()
    remark = Remark(referral=referral, kind=kind, words="Words", **Signed.signature(made_by(side, referral)))
    remark.save()
    for hear in on_remark_saved:
        hear(referral, remark)
    sides = {Side.SENDER: referral.from_agency, Side.RECEIVER: referral.to_agency}
    expected = {agency for other, agency in sides.items() if other != side and (other, kind) not in QUIET_REMARKS}
    assert {news.agency for news in News.objects.all()} == expected


@pytest.mark.parametrize(("before", "after"), [pair for pair in BOOKING_TRANSITIONS if pair[0]])
def test_each_move_of_a_booking_is_news_in_its_case(before, after) -> None:
    case, booking = CaseFactory(), booked(SessionFactory())
    made = booking.moves.get()
    made.before, made.after = before, after
    made.hand, made.written_for = "link", booking.session.service.agency
    record_booking_entry(case, booking, made)
    assert News.objects.filter(case=case, agency=case.agency).count() == 1


def test_a_team_with_a_case_reads_it_there_and_only_there() -> None:
    case, referral = CaseFactory(), OnwardReferralFactory()
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.SENT)
    referral.from_agency = case.agency
    referral.save()
    made = Move(referral=referral, number=2, before="sent", after="accepted")
    for name, value in Signed.signature(Author.by_link(referral.to_agency)).items():
        setattr(made, name, value)
    made.save()
    for hear in on_referral_moved:
        hear(referral, made)
    (news,) = News.objects.all()
    assert (news.case, news.referral) == (case, None)


@pytest.mark.parametrize("direction", CaseReferral.Direction)
@pytest.mark.parametrize("kind", set(Remark.Kind) - {Remark.Kind.ASSIGNED})
def test_each_remark_by_others_reaches_a_team_that_has_a_case(direction, kind) -> None:
    """Also of a referral that led to the case: what nobody makes today somebody will make tomorrow."""
    case = CaseFactory()
    received = direction == CaseReferral.Direction.RECEIVED
    referral = ReferralFactory(to_agency=case.agency) if received else OnwardReferralFactory(sent_by=case.lead)
    CaseReferral.objects.create(case=case, referral=referral, direction=direction)
    other = referral.from_agency if received else referral.to_agency
    remark = Remark(referral=referral, kind=kind, words="Words", **Signed.signature(Author.by_link(other)))
    remark.save()
    for hear in on_remark_saved:
        hear(referral, remark)
    assert News.objects.filter(agency=case.agency, case=case).count() == 1


@pytest.mark.parametrize("exceptions", [QUIET_KINDS, QUIET_MOVES, QUIET_REMARKS])
def test_each_exception_says_why(exceptions) -> None:
    assert all(len(why.split()) > 3 for why in exceptions.values())


def test_entries_are_made_by_record_entry_alone() -> None:
    """Whoever makes an Entry elsewhere goes round the news."""
    found = []
    for path in sorted(ROOT.glob("*/**/*.py")):
        if path.parts[len(ROOT.parts)] in ("tests", ".venv") or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Entry", "Entry.objects.create"):
                found.append(path.relative_to(ROOT).as_posix())
    assert found == ["cases/history/record.py"]
