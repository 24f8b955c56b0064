"""/cases/<id>/papers/: the history and the letters to print."""

from collections.abc import Callable

import pytest
from django.test import Client

from agencies.access import Role
from agencies.models import Author, Membership
from cases.history.record import record_entry
from cases.models import Audience, Case, CaseReferral, Kind, Reading
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, teammate

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector)


def url(case: Case) -> str:
    return f"/cases/{case.pk}/papers/"


def test_offers_the_history_twice_and_says_how_they_differ(
    client_of: ClientOf, connector: Membership, case: Case
) -> None:
    by = Author.of(connector)
    record_entry(case=case, kind=Kind.NOTE, by=by, text="Shared")
    record_entry(case=case, kind=Kind.NOTE, by=by, text="Ours", audience=Audience.TEAM)
    html = client_of(connector).get(url(case)).content.decode()
    assert "1 entry, without the team’s private notes" in html
    assert "2 entries: everything you may read" in html
    assert f"/cases/{case.pk}/papers/history.pdf?for=person" in html


def test_links_to_the_letter(client_of: ClientOf, connector: Membership, case: Case) -> None:
    referral = ReferralFactory(to_agency=connector.agency, status=ReferralStatus.ACCEPTED)
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    html = client_of(connector).get(url(case)).content.decode()
    assert f"/referrals/{referral.pk}/letter.pdf" in html
    assert "Not answered yet" in html


def test_an_empty_case_says_so(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert "There are no letters in this case" in client_of(connector).get(url(case)).content.decode()


def test_opening_it_is_noted(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client_of(connector).get(url(case))
    assert Reading.objects.get(case=case).page == "papers"


def test_a_teammate_may_open_it(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(teammate(connector)).get(url(case)).status_code == 200


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    assert client_of(outsider).get(url(case)).status_code == 404


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).get(url(case)).status_code == 403


def test_wrong_verb(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(connector).post(url(case)).status_code == 405
