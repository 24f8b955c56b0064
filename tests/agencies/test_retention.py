"""/records/ and /steward/periods/: what has run out is listed, and goes when somebody has said yes."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.actions.complaint import make_complaint, move_complaint
from agencies.actions.retention import decide_review, list_due_records, save_periods
from agencies.complaint_states import ComplaintStatus
from agencies.models import Author, Complaint, Draft, Membership, Message, Period, RetentionReview
from agencies.retention import list_periods, list_record_classes, years_after, years_before
from config.transitions import MoveRefused
from directory.models import Claim
from referrals.models import LookUp, Referral
from referrals.states import ReferralStatus
from tests.factories import MembershipFactory, ReferralFactory
from tests.jobs import run_jobs

ClientOf = Callable[[Membership], Client]
TODAY = timezone.localdate
KEEP = {"decision": "keep", "reason": "A claim may come"}


def years_ago(years: float, *, days: int = 0) -> datetime.datetime:
    day = years_before(TODAY(), int(years)) - datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


def enquiry(member: Membership, *, days: int = 1, **changed: object) -> Referral:
    """A referral that came to nothing, so many days more than two years ago, and that its sender has erased."""
    moved = years_ago(2, days=days)
    old = {"status": ReferralStatus.DECLINED, "sent_at": moved, "sender_erased_at": timezone.now()}
    fields = {"to_agency": member.agency} | old | changed
    return ReferralFactory(**fields)


def listed() -> RetentionReview:
    list_due_records(TODAY())
    return RetentionReview.objects.get(decision="")


def later(days: int) -> dict[str, int]:
    day = TODAY() + datetime.timedelta(days=days)
    return {"keep_until_day": day.day, "keep_until_month": day.month, "keep_until_year": day.year}


def url(review: RetentionReview) -> str:
    return f"/records/{review.pk}/"


# --- Listed ----------------------------------------------------------------------------------------------


def test_what_has_run_out_is_listed_and_told_once(client_of: ClientOf, lead: Membership) -> None:
    old = enquiry(lead)
    enquiry(lead, days=-1)  # a day is left
    enquiry(lead, status=ReferralStatus.SENT)  # not finished
    assert [list_due_records(TODAY()) for _ in range(2)] == [1, 0]
    review = RetentionReview.objects.get()
    assert (review.record, review.agency) == (old.pk, lead.agency)
    assert review.due_on == TODAY() - datetime.timedelta(days=1)
    mail = Message.objects.get(to=lead.user.email)
    assert mail.subject == "1 old record to decide on"
    assert "Joan" not in mail.body
    assert "Joan Whitfield, referred by" in client_of(lead).get("/records/").content.decode()


def test_nothing_goes_by_itself(lead: Membership) -> None:
    old = enquiry(lead, days=4000)
    for _ in range(3):
        list_due_records(TODAY())
    old.refresh_from_db()
    assert old.person_name == "Joan Whitfield"


def test_a_longer_period_takes_it_off_the_list(lead: Membership) -> None:
    enquiry(lead)
    list_due_records(TODAY())
    save_periods({"enquiry": 5})
    list_due_records(TODAY())
    assert not RetentionReview.objects.exists()


@pytest.mark.parametrize(("day", "years", "after"), [("2024-02-29", 1, "2025-03-01"), ("2024-02-28", 1, "2025-02-28")])
def test_leap_days(day: str, years: int, after: str) -> None:
    found = years_after(datetime.date.fromisoformat(day), years)
    assert found == datetime.date.fromisoformat(after)


def test_each_class_has_its_words() -> None:
    periods = list_periods()
    assert len({period.code for period in periods}) == len(periods) >= 8
    for found in list_record_classes():
        assert (found.find_due is None) == (found.erase is None) == (found.describe is None)
        assert found.period.source


# --- Decided ---------------------------------------------------------------------------------------------


def test_erased_for_a_reason(client_of: ClientOf, lead: Membership) -> None:
    """given a yes, then the words are gone, and that and why it was done stays"""
    old, client = enquiry(lead), client_of(lead)
    review = listed()
    answer = client.post(url(review), {"decision": "erase", "reason": "Nothing needs it"})
    assert answer.url == "/records/"
    old.refresh_from_db()
    assert old.person_name == "Joan Whitfield"  # no request erases
    run_jobs()
    old.refresh_from_db()
    assert (old.person_name, old.phone, old.nhs_number, old.date_of_birth) == ("", "", "", None)
    html = client.get("/records/").content.decode()
    assert "Nothing needs it" in html
    assert "Joan" not in html
    assert list_due_records(TODAY()) == 0


def test_each_side_decides_on_its_own(lead: Membership, gp: Membership) -> None:
    """given a referral that both sides hold, then the words go when both have said yes"""
    old = enquiry(lead, sent_by=gp, sender_erased_at=None)
    assert list_due_records(TODAY()) == 2
    for member, name in ((gp, "Joan Whitfield"), (lead, "")):
        review = RetentionReview.objects.get(agency=member.agency)
        decide_review(review, by=member, decision="erase", reason="Old")
        run_jobs()
        old.refresh_from_db()
        assert old.person_name == name
    assert list_due_records(TODAY()) == 0


def test_what_was_to_go_and_did_not_comes_again(lead: Membership) -> None:
    enquiry(lead)
    decide_review(listed(), by=lead, decision="erase", reason="Old")
    assert list_due_records(TODAY()) == 0
    RetentionReview.objects.update(decided_at=timezone.now() - datetime.timedelta(days=31))
    assert list_due_records(TODAY()) == 1


def test_looks_for_numbers_go_as_a_heap(lead: Membership) -> None:
    for at in (years_ago(2, days=1), years_ago(1)):
        LookUp(member=lead, agency=lead.agency, at=at, number_hash="a" * 64, found=False).save()
    decide_review(listed(), by=lead, decision="erase", reason="Old")
    run_jobs()
    assert list(LookUp.objects.order_by("at").values_list("number_hash", flat=True)) == ["", "a" * 64]


def test_kept_longer_comes_again(client_of: ClientOf, lead: Membership) -> None:
    enquiry(lead)
    review = listed()
    assert client_of(lead).post(url(review), KEEP | later(365)).status_code == 302
    assert list_due_records(TODAY()) == 0
    assert list_due_records(TODAY() + datetime.timedelta(days=365)) == 1


@pytest.mark.parametrize(
    ("posted", "error"),
    [
        ({"reason": "Old"}, "Choose what is to become of it"),
        ({"decision": "erase", "reason": ""}, "Write why"),
        (KEEP, "Enter until when"),
        (KEEP | {"keep_until_day": 1, "keep_until_month": 1, "keep_until_year": 2020}, "future"),
        (KEEP | {"keep_until_day": 1, "keep_until_month": 1, "keep_until_year": 2090}, "within the next 20 years"),
    ],
)
def test_bad_input(client_of: ClientOf, lead: Membership, posted: dict[str, object], error: str) -> None:
    enquiry(lead)
    page = client_of(lead).post(url(listed()), posted)
    assert page.status_code == 422
    assert error in page.content.decode()
    assert not RetentionReview.objects.exclude(decision="").exists()


def test_two_who_decide_are_not_both_right(client_of: ClientOf, lead: Membership) -> None:
    enquiry(lead)
    review, other = listed(), MembershipFactory(agency=lead.agency, role=Role.LEAD)
    decide_review(review, by=other, decision="keep", reason="So", keep_until=TODAY() + datetime.timedelta(days=9))
    page = client_of(lead).post(url(review), {"decision": "erase", "reason": "Go"})
    assert page.status_code == 409
    assert "Somebody has decided this already" in page.content.decode()
    decide_review(review, by=other, decision="keep", reason="So", keep_until=TODAY() + datetime.timedelta(days=9))


def test_what_is_not_due_any_more_is_not_erased(lead: Membership) -> None:
    old = enquiry(lead)
    review = listed()
    Referral.objects.filter(pk=old.pk).update(moved_at=timezone.now())
    with pytest.raises(MoveRefused, match="not due any more"):
        decide_review(review, by=lead, decision="erase", reason="Go")


def test_what_is_worked_with_again_before_the_job_comes_goes_back(lead: Membership) -> None:
    old = enquiry(lead)
    decide_review(listed(), by=lead, decision="erase", reason="Go")
    Referral.objects.filter(pk=old.pk).update(moved_at=timezone.now())
    run_jobs()
    old.refresh_from_db()
    assert old.person_name == "Joan Whitfield"
    assert RetentionReview.objects.get().decision == ""


def test_a_claim_that_was_decided(lead: Membership, steward: Membership) -> None:
    asked = {"name": "Singers", "contact_name": "Nadia", "contact_email": "nadia@singers.example.org"}
    for decided in (years_ago(2, days=1), years_ago(1)):
        Claim.objects.create(key=uuid.uuid4(), decision="declined", decided_at=decided, **asked)
    Claim.objects.create(key=uuid.uuid4(), **asked)
    decide_review(listed(), by=steward, decision="erase", reason="Old")
    run_jobs()
    assert Claim.objects.count() == 2


def test_the_database_wants_a_reason(lead: Membership) -> None:
    enquiry(lead)
    review = listed()
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionReview.objects.filter(pk=review.pk).update(decision="erase", decided_at=timezone.now())


# --- Classes of the lowest app -----------------------------------------------------------------------------


def test_a_complaint_after_ten_years(lead: Membership) -> None:
    said = {"words": "Nobody rang", "name": "Ada Byron", "answer_how": "phone", "contact": "01632 960002"}
    complaint = make_complaint(by=Author.system(), key=uuid.uuid4(), agency=lead.agency, **said)
    for status in (ComplaintStatus.ANSWERED, ComplaintStatus.CLOSED):
        move_complaint(complaint, status, by=lead, words="We are sorry", key=None)
    assert list_due_records(TODAY()) == 0
    Complaint.objects.update(moved_at=years_ago(10, days=1))
    decide_review(listed(), by=lead, decision="erase", reason="Ten years")
    run_jobs()
    complaint.refresh_from_db()
    assert (complaint.name, complaint.words, complaint.contact) == ("Erased", "", "")
    assert set(complaint.moves.values_list("words", flat=True)) == {""}


def test_drafts_and_messages_go_as_heaps(lead: Membership, steward: Membership) -> None:
    for n in range(3):
        Draft.save_draft(member=lead, key=f"note:{n}", data={"text": ["Joan fell"]})
        Message.objects.create(key=f"m{n}", channel="email", to="a@b.example.org", sent_at=years_ago(2, days=1))
    Message.objects.create(key="person 1 opened", channel="letter", to="Joan", sent_at=years_ago(9))
    Draft.objects.filter(key__lt="note:2").update(saved_at=years_ago(1, days=1))
    assert list_due_records(TODAY()) == 2
    for review in RetentionReview.objects.filter(decision=""):
        decide_review(review, by=lead, decision="erase", reason="Old")
    run_jobs()
    assert Draft.objects.count() == 1
    assert not Message.objects.filter(key__in=["m0", "m1", "m2"]).exists()
    assert Message.objects.filter(key="person 1 opened").exists()
    Draft.objects.update(saved_at=years_ago(1, days=1))
    assert list_due_records(TODAY()) == 1  # the next heap


# --- The place's periods -----------------------------------------------------------------------------------


def test_the_steward_sets_the_periods(client_of: ClientOf, steward: Membership) -> None:
    client = client_of(steward)
    assert "Case record of an adult: years from the end of care" in client.get("/steward/periods/").content.decode()
    posted = {period.code: period.default for period in list_periods()} | {"enquiry": 3}
    assert client.post("/steward/periods/", posted).status_code == 302
    assert Period.lengths()["enquiry"] == 3


@pytest.mark.parametrize("changed", [{"enquiry": "0"}, {"enquiry": ""}, {"enquiry": "x"}, {"complaint-answer": "200"}])
def test_a_period_is_a_sensible_number(client_of: ClientOf, steward: Membership, changed: dict[str, str]) -> None:
    posted = {period.code: period.default for period in list_periods()} | changed
    assert client_of(steward).post("/steward/periods/", posted).status_code == 422
    assert not Period.objects.exists()


# --- Who may ---------------------------------------------------------------------------------------------


def test_others_find_nothing(client_of: ClientOf, lead: Membership, connector: Membership, steward: Membership) -> None:
    enquiry(lead)
    review = listed()
    for member in (steward, MembershipFactory(role=Role.LEAD)):
        assert client_of(member).get(url(review)).status_code == 404
    assert client_of(connector).get(url(review)).status_code == 403
    assert client_of(lead).get("/steward/periods/").status_code == 403
    assert client_of(lead).put(url(review)).status_code == 405
    assert client_of(lead).post("/records/").status_code == 405
