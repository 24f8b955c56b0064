"""/cases/<id>/sharing/: who sees the case and why, by whose agreement, who opened it; and taking an agreement back."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from cases.access_log import PAGE_SIZE
from cases.actions.closing import close_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.sharing import withdraw_agreement
from cases.models import Agreement, Case, CaseReferral, Circle, ClosingReason, Entry, Kind, Reading
from referrals.actions import move_referral
from referrals.models import Answer, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, ServiceFactory, teammate

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield"))


@pytest.fixture
def asked(case: Case) -> Referral:
    """Millbrook Growers was asked, with an agreement."""
    (referral,) = refer_on(
        case=case,
        by=Author.of(case.lead),
        key=uuid.uuid4(),
        services=[ServiceFactory(agency__name="Millbrook Growers")],
        ask=OnwardRequest(message="Likes gardens", how_agreed="Said so on the phone"),
        started_at=timezone.now(),
    )
    return referral


def url(case: Case) -> str:
    return f"/cases/{case.pk}/sharing/"


def take_back_url(agreement: Agreement) -> str:
    return f"/cases/{agreement.case_id}/sharing/{agreement.pk}/take-back/"


def read(case: Case, member: Membership, times: int) -> None:
    now = timezone.now()
    Reading.objects.bulk_create(
        Reading(
            case=case,
            member=member,
            agency=member.agency,
            reader_name=f"Reader {n:03}",
            agency_name="Team",
            page="story",
            at=now - datetime.timedelta(minutes=n // 3),
        )
        for n in range(times)
    )


def test_shows_who_what_and_why(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    html = client_of(connector).get(url(case)).content.decode()
    for words in (
        connector.agency.name,
        "Works with the person",
        "Millbrook Growers",
        "Said so on the phone",
        "In force",
        "Likes gardens",
        "BN11",
        "Who opened this case",
        "Priya Shah",
    ):
        assert words in html, words


def test_opening_this_page_is_noted_too(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client_of(connector).get(url(case))
    assert Reading.objects.get(case=case).page == "sharing"


def test_the_log_is_read_page_after_page(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given more openings than fit, some in the same minute, then each is shown once, newest first"""
    read(case, connector, PAGE_SIZE * 2 + 4)
    client, seen, after = client_of(connector), [], None
    for _ in range(4):
        page = client.get(url(case), {"after": after} if after else {})
        seen += [reading.pk for reading in page.context["readings"]]
        after = page.context["more"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == Reading.objects.filter(case=case).count()


def test_show_more_is_a_part(client_of: ClientOf, connector: Membership, case: Case) -> None:
    read(case, connector, PAGE_SIZE + 5)
    client = client_of(connector)
    after = client.get(url(case)).context["more"]
    part = client.get(url(case), {"after": after}, headers={"HX-Request": "true", "HX-Target": "more"})
    assert b"<html" not in part.content
    assert part.content.count(b"data-focus") == 1


@pytest.mark.parametrize("after", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
def test_a_broken_cursor_does_no_harm(client_of: ClientOf, connector: Membership, case: Case, after: str) -> None:
    assert client_of(connector).get(url(case), {"after": after}).status_code == 200


# --- Taking back ------------------------------------------------------------------------------------


def test_taking_back_stops_what_runs(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    """given a group that was asked, when the person takes it back, then it is withdrawn and the group is told"""
    agreement = Agreement.objects.get(case=case)
    client = client_of(connector)
    assert "is withdrawn" in client.get(take_back_url(agreement)).content.decode()
    answer = client.post(take_back_url(agreement), {"words": "She would rather not"})
    assert answer.url == url(case)
    asked.refresh_from_db()
    agreement.refresh_from_db()
    assert asked.status == ReferralStatus.WITHDRAWN
    assert agreement.withdrawn_at
    assert Message.objects.filter(to=asked.service.referral_email, subject__contains="withdrawn").exists()
    entry = Entry.objects.get(case=case, kind=Kind.AGREED)
    assert (entry.text, entry.details["withdrawn"]) == ("She would rather not", True)
    assert Entry.objects.filter(case=case, kind=Kind.WITHDRAWN).count() == 1
    assert "Taken back" in client.get(url(case)).content.decode()


def test_what_the_person_said_is_not_told_to_the_group(connector: Membership, case: Case, asked: Referral) -> None:
    agreement = Agreement.objects.get(case=case)
    withdraw_agreement(agreement=agreement, by=Author.of(connector), words="She fell out with them")
    assert not any("fell out" in message.body for message in Message.objects.all())
    assert not any("fell out" in move.words for move in asked.moves.all())


def test_taking_back_twice_is_once(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    agreement = Agreement.objects.get(case=case)
    client = client_of(connector)
    assert [client.post(take_back_url(agreement)).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(case=case, kind=Kind.AGREED).count() == 1
    withdraw_agreement(agreement=agreement, by=Author.of(connector))
    assert Entry.objects.filter(case=case, kind=Kind.AGREED).count() == 1


def test_what_is_finished_stays_finished(connector: Membership, case: Case, asked: Referral) -> None:
    move_referral(asked, ReferralStatus.ACCEPTED, by=Author.by_link(asked.to_agency), side=Side.RECEIVER)
    move_referral(asked, ReferralStatus.COMPLETED, by=Author.by_link(asked.to_agency), side=Side.RECEIVER)
    withdraw_agreement(agreement=Agreement.objects.get(case=case), by=Author.of(connector))
    asked.refresh_from_db()
    assert asked.status == ReferralStatus.COMPLETED


def test_an_agreement_to_tell_taken_back_keeps_the_outcome_here(connector: Membership, case: Case) -> None:
    """given a practice that was to hear, when that is taken back, then the closing tells it nothing"""
    referral = ReferralFactory(to_agency=connector.agency, status=ReferralStatus.ACCEPTED)
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    agreement = Agreement.objects.create(
        case=case, agency=referral.from_agency, scope="tell", how="Told", **Agreement.signature(Author.of(connector))
    )
    withdraw_agreement(agreement=agreement, by=Author.of(connector))
    reason = ClosingReason.objects.get(code="goals")
    close_case(case=case, by=Author.of(connector), reason=reason, outcome=None, summary="Went well")
    assert Answer.objects.get(referral=referral).summary == ""


def test_the_teams_own_agreement_is_not_taken_back_here(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """the case is closed instead"""
    own = Agreement.objects.create(
        case=case, agency=connector.agency, scope="share", how="Told", **Agreement.signature(Author.of(connector))
    )
    assert client_of(connector).post(take_back_url(own)).status_code == 404


def test_another_cases_agreement_is_not_found(client_of: ClientOf, connector: Membership, asked: Referral) -> None:
    other = CaseFactory(lead=connector)
    agreement = Agreement.objects.get()
    answer = client_of(connector).post(f"/cases/{other.pk}/sharing/{agreement.pk}/take-back/")
    assert answer.status_code == 404


def test_bad_input(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    page = client_of(connector).post(take_back_url(Agreement.objects.get(case=case)), {"words": "x" * 501})
    assert page.status_code == 422
    assert "500 characters or fewer" in page.content.decode()
    asked.refresh_from_db()
    assert asked.status == ReferralStatus.SENT


# --- Who may ----------------------------------------------------------------------------------------


def test_a_teammate_may(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    client = client_of(teammate(connector))
    assert client.get(url(case)).status_code == 200
    assert client.post(take_back_url(Agreement.objects.get(case=case))).status_code == 302


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case, asked: Referral) -> None:
    client = client_of(outsider)
    assert client.get(url(case)).status_code == 404
    assert client.post(take_back_url(Agreement.objects.get(case=case))).status_code == 404
    assert not Reading.objects.exists()


def test_another_agency_in_the_circle_reads_and_changes_nothing(
    client_of: ClientOf, outsider: Membership, case: Case, asked: Referral
) -> None:
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Housing repairs")
    client = client_of(outsider)
    html = client.get(url(case)).content.decode()
    assert "Housing repairs" in html
    assert "take-back" not in html
    assert client.post(take_back_url(Agreement.objects.get(case=case))).status_code == 404


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).get(url(case)).status_code == 403


def test_wrong_verbs(client_of: ClientOf, connector: Membership, case: Case, asked: Referral) -> None:
    client = client_of(connector)
    assert client.post(url(case)).status_code == 405
    assert client.put(take_back_url(Agreement.objects.get(case=case))).status_code == 405
