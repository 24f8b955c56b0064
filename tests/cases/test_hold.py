"""How long a case record is kept, from the end of care; and legal holds: /cases/<id>/holds/."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.actions.close import close_agency
from agencies.actions.hand_over import Decision
from agencies.actions.retention import decide_review, list_due_records
from agencies.models import Author, Membership, Message, RetentionReview
from agencies.retention import years_before
from cases.actions.erasure import approve_erasure
from cases.actions.hold import place_hold, remind_of_holds, review_hold
from cases.history.record import record_entry
from cases.history.verify import HistoryFault, verify_histories
from cases.models import Case, ClosingReason, Entry, Hold, Kind, Person, RightsRequest
from cases.notifications import messages_to_person
from cases.states import RightsStatus
from config.transitions import MoveRefused
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, teammate
from tests.jobs import run_jobs

ClientOf = Callable[[Membership], Client]
ONE_DAY = datetime.timedelta(days=1)


def moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


def closed_case(lead: Membership, day: datetime.date, **person: Any) -> Case:
    """A case of the lead's team that was closed on that day, with a note in it."""
    case = CaseFactory(lead=lead, person=PersonFactory(**person))
    record_entry(case=case, kind=Kind.NOTE, by=Author.of(lead), text="Walks with a stick")
    close(case, day)
    return case


def close(case: Case, day: datetime.date) -> None:
    reason = ClosingReason.objects.get(code="goals")
    Case.objects.filter(pk=case.pk).update(closed_at=moment(day), closing_reason=reason)


def ended(years: int, days: int = 1) -> datetime.date:
    return years_before(timezone.localdate(), years) - days * ONE_DAY


def due() -> list[str]:
    list_due_records(timezone.localdate())
    return list(RetentionReview.objects.filter(decision="").order_by("due_on").values_list("record_class", flat=True))


def hold(case: Case, by: Membership, days: int = 90) -> Hold:
    on = timezone.localdate() + days * ONE_DAY
    return place_hold(case=case, by=Author.of(by), reason="A coroner asks", review_on=on, key=uuid.uuid4())


def url(case: Case) -> str:
    return f"/cases/{case.pk}/holds/"


def form(days: int = 90, **changed: Any) -> dict[str, Any]:
    day = timezone.localdate() + days * ONE_DAY
    dated = {"review_on_day": day.day, "review_on_month": day.month, "review_on_year": day.year}
    return {"reason": "A coroner asks", "key": uuid.uuid4()} | dated | changed


# --- How long --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "found"), [(1, ["case-adult"]), (0, ["case-adult"]), (-1, [])])
def test_an_adults_record_is_due_eight_years_after_the_end(lead: Membership, days: int, found: list[str]) -> None:
    closed_case(lead, ended(8, days))
    assert due() == found


def test_another_case_sets_the_end_back(lead: Membership) -> None:
    """given a case of nine years ago, then one that was opened since counts, open or closed"""
    old = closed_case(lead, ended(9))
    assert due() == ["case-adult"]
    again = CaseFactory(lead=lead, person=old.person)
    assert due() == []
    close(again, ended(7))
    assert due() == []
    close(again, ended(8))
    assert due() == ["case-adult"]


@pytest.mark.parametrize(
    ("age_at_end", "age_now", "found"),
    [(10, 24, []), (10, 25, ["case-child"]), (16, 25, ["case-child"]), (17, 25, []), (17, 26, ["case-child"])],
)
def test_a_childs_record_is_due_at_25_or_26(lead: Membership, age_at_end: int, age_now: int, found: list[str]) -> None:
    born = years_before(timezone.localdate(), age_now) - ONE_DAY
    end = born.replace(year=born.year + age_at_end) + 30 * ONE_DAY
    closed_case(lead, end, date_of_birth=born)
    assert due() == found


def test_whose_age_nobody_knows_counts_as_an_adult_and_it_says_so(client_of: ClientOf, lead: Membership) -> None:
    closed_case(lead, ended(8), date_of_birth=None)
    due()
    assert "age not known" in client_of(lead).get("/records/").content.decode()


def test_erased_after_two_have_said_yes_and_the_history_verifies(client_of: ClientOf, lead: Membership) -> None:
    """given one lead's yes, then another's is asked for, the person hears nothing, and the job erases"""
    case = closed_case(lead, ended(8), name="Ada Byron")
    due()
    decide_review(RetentionReview.objects.get(), by=lead, decision="erase", reason="Eight years")
    run_jobs()
    request = RightsRequest.objects.get()
    assert request.status == RightsStatus.APPROVAL
    assert Person.objects.get(pk=case.person_id).name == "Ada Byron"
    assert not messages_to_person(case).exists()
    assert "a second person approves it" in client_of(lead).get("/records/").content.decode()
    with pytest.raises(MoveRefused):
        approve_erasure(request, by=Author.of(lead))
    approve_erasure(request, by=Author.of(teammate(lead)))
    run_jobs()
    assert "stick" not in str(list(Entry.objects.values_list("text", "details")))
    person = Person.objects.get(pk=case.person_id)
    assert ("Ada" in person.name, person.phone, person.date_of_birth) == (False, "", None)
    assert not [found for found in verify_histories(case.pk) if isinstance(found, HistoryFault)]
    assert due() == []


def test_a_hold_stands_before_an_erasure_that_was_approved(lead: Membership) -> None:
    case = closed_case(lead, ended(8), name="Ada Byron")
    due()
    decide_review(RetentionReview.objects.get(), by=lead, decision="erase", reason="Eight years")
    run_jobs()
    request = RightsRequest.objects.get()
    hold(case, lead)
    with pytest.raises(MoveRefused, match="held for a legal reason"):
        approve_erasure(request, by=Author.of(teammate(lead)))


# --- Held ------------------------------------------------------------------------------------------------


def test_what_is_held_is_not_due_and_not_erased(client_of: ClientOf, lead: Membership) -> None:
    case = closed_case(lead, ended(9))
    assert due() == ["case-adult"]
    review = RetentionReview.objects.get()
    assert client_of(lead).post(url(case), form()).status_code == 302
    page = client_of(lead).post(f"/records/{review.pk}/", {"decision": "erase", "reason": "Old"})
    assert page.status_code == 409
    assert due() == []
    review_hold(hold=Hold.objects.get(), case=case, by=Author.of(lead), words="It is over", review_on=None)
    assert due() == ["case-adult"]


def test_placing_it_stands_in_the_history_for_the_team(client_of: ClientOf, lead: Membership) -> None:
    case, posted = CaseFactory(lead=lead), form()
    for _ in range(2):
        client_of(lead).post(url(case), posted)
    entry = Entry.objects.get(case=case, kind=Kind.HELD)
    assert (entry.audience, entry.text) == ("team", "A coroner asks")
    assert "Legal hold placed" in client_of(lead).get(f"/cases/{case.pk}/").content.decode()


def test_looked_at_again_it_goes_on_or_ends(client_of: ClientOf, lead: Membership) -> None:
    case = CaseFactory(lead=lead)
    held, client = hold(case, lead), client_of(lead)
    address = f"{url(case)}{held.pk}/"
    on = form(200, goes_on="yes", words="Still")
    assert client.post(address, on).status_code == 302
    held.refresh_from_db()
    assert held.review_on == timezone.localdate() + 200 * ONE_DAY
    assert client.post(address, {"goes_on": "no", "words": "Over"}).status_code == 302
    assert client.post(address, {"goes_on": "no", "words": "Over"}).status_code == 409
    assert not Hold.in_force().exists()
    assert Entry.objects.filter(case=case, kind=Kind.HELD).count() == 3


def test_somebody_is_reminded_to_look_again(lead: Membership) -> None:
    hold(CaseFactory(lead=lead), lead, days=30)
    day = timezone.localdate() + 30 * ONE_DAY
    assert [remind_of_holds(at) for at in (day - ONE_DAY, day, day, day + ONE_DAY)] == [0, 1, 0, 0]
    assert "coroner" not in Message.objects.get(to=lead.user.email).body


@pytest.mark.parametrize("changed", [{"reason": ""}, {"review_on_year": "2020"}, {"review_on_year": "2090"}])
def test_bad_input(client_of: ClientOf, lead: Membership, changed: dict[str, str]) -> None:
    page = client_of(lead).post(url(CaseFactory(lead=lead)), form(**changed))
    assert page.status_code == 422
    assert not Hold.objects.exists()


@pytest.mark.parametrize("changed", [{"goes_on": ""}, {"goes_on": "yes"}, {"goes_on": "no", "words": ""}])
def test_looking_again_needs_its_answer(client_of: ClientOf, lead: Membership, changed: dict[str, str]) -> None:
    case = CaseFactory(lead=lead)
    page = client_of(lead).post(f"{url(case)}{hold(case, lead).pk}/", {"words": "So"} | changed)
    assert page.status_code == 422


def test_who_may(client_of: ClientOf, lead: Membership, steward: Membership) -> None:
    case = CaseFactory(lead=lead)
    held = hold(case, lead)
    for member, code in (
        (teammate(lead, Role.CONNECTOR), 403),
        (MembershipFactory(role=Role.LEAD), 404),
        (steward, 404),
    ):
        assert client_of(member).get(url(case)).status_code == code
        assert client_of(member).post(f"{url(case)}{held.pk}/", {"goes_on": "no", "words": "x"}).status_code == code
    assert client_of(lead).put(url(case)).status_code == 405
    assert client_of(lead).get(f"{url(CaseFactory(lead=lead))}{held.pk}/").status_code == 404


def test_it_goes_with_the_record_to_another_team(client_of: ClientOf, lead: Membership, steward: Membership) -> None:
    case, other = CaseFactory(lead=lead), MembershipFactory(role=Role.LEAD)
    held = hold(case, lead, days=1)
    close_agency(agency=lead.agency, by=steward, decisions={"cases": Decision(other.agency)}, ground="harm")
    assert "A coroner asks" in client_of(other).get(url(case)).text
    remind_of_holds(held.review_on)
    assert Message.objects.get(key__startswith="hold ").to == other.user.email
    client_of(other).post(f"{url(case)}{held.pk}/", {"goes_on": "no", "words": "The inquest is over"})
    assert not Hold.in_force().exists()


def test_a_hold_is_refused_twice_over(lead: Membership) -> None:
    case = CaseFactory(lead=lead)
    held = hold(case, lead)
    review_hold(hold=held, case=case, by=Author.of(lead), words="Over", review_on=None)
    with pytest.raises(MoveRefused):
        review_hold(hold=held, case=case, by=Author.of(lead), words="Over", review_on=None)
