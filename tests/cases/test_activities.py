"""/cases/<id>/activities/: what there is near the person, what was asked, and telling them about it in one click."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from cases.actions.onward import OnwardRequest, refer_on
from cases.models import Audience, Case, CaseReferral, Circle, ClosingReason, Entry, Kind, Reading
from directory.models import Location, Schedule, Service, ServiceAtLocation, ServiceTerm, Taxonomy, TaxonomyTerm
from directory.search.index import index_services, refresh_counts
from referrals.models import Referral
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, ServiceFactory, teammate
from tests.fragments import assert_fragment_equals_page

NOBODY = "00000000-0000-4000-8000-000000000000"
ClientOf = Callable[[Membership], Client]
NEAR, FAR = (50.8155, -0.3720), (50.8330, -0.2720)  # Worthing, Shoreham


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield", postcode="BN11 2AA"))


def found(name: str, at: tuple[float, float] = NEAR, day: str = "TU", need: str = "", **fields: object) -> Service:
    """A service in the search index."""
    service = ServiceFactory(name=name, **fields)
    location = Location.objects.create(name="St Mary’s Hall", city="Worthing", latitude=at[0], longitude=at[1])
    place = ServiceAtLocation.objects.create(service=service, location=location)
    Schedule.objects.create(service=service, at_location=place, freq="WEEKLY", byday=day, opens_at=datetime.time(14))
    if need:
        ServiceTerm.objects.create(service=service, term=a_need(need))
    index_services([service.pk])
    refresh_counts()
    return service


def url(case: Case, rest: str = "") -> str:
    return f"/cases/{case.pk}/activities/{rest}"


def names(page: object) -> list[str]:
    return [row.service.name for row in page.context["rows"]]  # type: ignore[attr-defined]


def a_need(code: str) -> TaxonomyTerm:
    needs, _ = Taxonomy.objects.get_or_create(code="needs", defaults={"name": "Needs"})
    return TaxonomyTerm.objects.get_or_create(taxonomy=needs, code=code, defaults={"name": code.title()})[0]


def test_begins_with_what_the_person_was_referred_for(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given a referral for one need, when opened, then activities for that need come, the nearest first"""
    referral = ReferralFactory(to_agency=connector.agency, status=ReferralStatus.ACCEPTED)
    referral.needs.set([a_need("mending")])
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    found("Shoreham gathering", FAR, need="mending")
    found("Worthing gathering", NEAR, need="mending")
    found("Something else", NEAR, need="sailing")
    page = client_of(connector).get(url(case))
    assert names(page)[:2] == ["Worthing gathering", "Shoreham gathering"]
    assert "Something else" not in names(page)
    assert "mile" in page.content.decode()


def test_searches_by_words_day_and_distance(client_of: ClientOf, connector: Membership, case: Case) -> None:
    found("Gardening club", NEAR, "TU")
    found("Gardening for all", FAR, "WE")
    client = client_of(connector)
    assert set(names(client.get(url(case), {"words": "gardning"}))) == {"Gardening club", "Gardening for all"}
    assert names(client.get(url(case), {"words": "gardening", "day": "WE"})) == ["Gardening for all"]
    assert names(client.get(url(case), {"words": "gardening", "miles": "1"})) == ["Gardening club"]


def test_the_home_stands_in_no_address(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """security point 56"""
    found("Gardening club")
    html = client_of(connector).get(url(case), {"words": "gardening"}).content.decode()
    assert not [part for part in html.split('href="')[1:] if "BN11" in part.split('"')[0]]


def test_without_a_postcode_it_says_so(client_of: ClientOf, connector: Membership) -> None:
    case = CaseFactory(lead=connector, person=PersonFactory(postcode=""))
    html = client_of(connector).get(url(case)).content.decode()
    assert "We do not know where" in html
    assert 'name="miles"' not in html


def test_nothing_found_says_what_to_do(client_of: ClientOf, connector: Membership, case: Case) -> None:
    html = client_of(connector).get(url(case), {"words": "zzzz"}).content.decode()
    assert "Nothing matches yet" in html
    assert 'role="alert"' in html


def test_results_part_equals_page(client_of: ClientOf, connector: Membership, case: Case) -> None:
    found("Gardening club")
    assert_fragment_equals_page(client_of(connector), url(case), "results", words="gardening")


def test_ticks_are_kept_while_searching(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given an activity ticked, when searching on, then it is still ticked, also when the search does not show it"""
    ticked, other = found("Gardening club"), found("Harbour choir")
    html = client_of(connector).get(url(case), {"words": "choir", "service": str(ticked.pk)}).content.decode()
    assert f'value="{ticked.pk}"' in html
    assert html.count(" checked>") == 1
    assert f'value="{other.pk}"' in html


def test_shows_who_was_asked_the_unanswered_first(client_of: ClientOf, connector: Membership, case: Case) -> None:
    services = [found("Gardening club"), found("Harbour choir"), found("Tea at three")]
    sent = refer_on(
        case=case,
        by=Author.of(connector),
        key=uuid.uuid4(),
        services=services,
        ask=OnwardRequest(how_agreed="Said"),
        started_at=timezone.now(),
    )
    Referral.objects.filter(pk=sent[1].pk).update(status=ReferralStatus.ACCEPTED)
    Referral.objects.filter(pk=sent[2].pk).update(unanswered_at=timezone.now())
    page = client_of(connector).get(url(case), {"words": "gardening"})
    assert [item.name for item in page.context["asked"]] == ["Tea at three", "Gardening club", "Harbour choir"]
    html = page.content.decode()
    assert "No answer" in html
    assert "Asked already" in html
    assert f"/referrals/{sent[0].pk}/withdraw/" in html


def test_groups_without_email_are_to_be_called(client_of: ClientOf, connector: Membership, case: Case) -> None:
    service = found("Gardening club", referral_email="", agency__email="", phone="01632 960123")
    html = client_of(connector).get(url(case), {"words": "gardening"}).content.decode()
    assert "call them on" in html
    assert "01632 960123" in html
    assert f'id="service-{service.pk}"' not in html


def test_groups_that_sign_in_need_no_email(client_of: ClientOf, connector: Membership, case: Case) -> None:
    service = found("Gardening club", referral_email="", agency__email="")
    MembershipFactory(role=Role.PROVIDER, agency=service.agency)
    html = client_of(connector).get(url(case), {"words": "gardening"}).content.decode()
    assert f'id="service-{service.pk}"' in html


@pytest.mark.parametrize(
    "query",
    [
        {"words": "\0"},
        {"words": "x" * 300},
        {"need": "nothing"},
        {"day": "XX"},
        {"miles": "1e9"},
        {"after": "x" * 5000},
        {"words": "'; DROP TABLE"},
        {"words": "🦆 \u202e"},
        {"service": "x"},
    ],
)
def test_hostile_queries_do_no_harm(
    client_of: ClientOf, connector: Membership, case: Case, query: dict[str, str]
) -> None:
    assert client_of(connector).get(url(case), query).status_code in (200, 422)


def test_opening_is_noted(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client_of(connector).get(url(case))
    assert Reading.objects.get(case=case).page == "activities"


def test_queries(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """as many for twelve as for two"""
    client, statements = client_of(connector), []
    for n in range(12):
        found(f"Gardening club {n}", referral_email="", agency__email="")
        if n in (1, 11):
            client.get(url(case), {"words": "gardening"})  # the first look finds out where the postcode is
            with CaptureQueriesContext(connection) as captured:
                client.get(url(case), {"words": "gardening"})
            statements.append(len(captured))
    assert statements[0] == statements[1] <= 20


# --- Telling ----------------------------------------------------------------------------------------


def test_tells_in_one_click_and_passes_nothing_on(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given an activity, when told about, then the history says so, and no referral and no message exists"""
    service = found("Gardening club", phone="01632 960123")
    said = {"service": str(service.pk), "key": str(uuid.uuid4()), "back": "words=gardening"}
    answer = client_of(connector).post(url(case, "signpost/"), said)
    assert answer.url == url(case, "?words=gardening")
    entry = Entry.objects.get(case=case)
    assert (entry.kind, entry.audience, entry.details["service"], entry.details["phone"]) == (
        Kind.SIGNPOSTED,
        Audience.PERSON,
        "Gardening club",
        "01632 960123",
    )
    assert not Referral.objects.exists()
    assert not Message.objects.exists()


def test_telling_twice_by_one_post_is_once(client_of: ClientOf, connector: Membership, case: Case) -> None:
    said = {"service": str(found("Gardening club").pk), "key": str(uuid.uuid4())}
    client = client_of(connector)
    for _ in range(2):
        assert client.post(url(case, "signpost/"), said).status_code == 302
    assert Entry.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("said", [{}, {"service": "x", "key": "y"}, {"service": NOBODY, "key": NOBODY}])
def test_telling_about_nothing_says_so(
    client_of: ClientOf, connector: Membership, case: Case, said: dict[str, str]
) -> None:
    answer = client_of(connector).post(url(case, "signpost/"), said, follow=True)
    assert "could not tell which activity" in answer.content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("back", ["//evil.example.org", "x\r\nSet-Cookie: a=b", "\0", "x" * 5000, "a=1#https://evil"])
def test_going_back_stays_on_the_page(client_of: ClientOf, connector: Membership, case: Case, back: str) -> None:
    said = {"service": str(found("Gardening club").pk), "key": str(uuid.uuid4()), "back": back}
    answer = client_of(connector).post(url(case, "signpost/"), said)
    assert answer.url.startswith(url(case))
    assert "\n" not in answer.url


# --- Who may ----------------------------------------------------------------------------------------


def test_a_teammate_may(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client = client_of(teammate(connector))
    said = {"service": str(found("Gardening club").pk), "key": str(uuid.uuid4())}
    assert client.get(url(case)).status_code == 200
    assert client.post(url(case, "signpost/"), said).status_code == 302
    assert Entry.objects.filter(case=case).count() == 1


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    client = client_of(outsider)
    assert client.get(url(case)).status_code == 404
    assert client.post(url(case, "signpost/")).status_code == 404
    assert not Reading.objects.exists()


def test_another_agency_in_the_circle_looks_only(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Housing repairs")
    found("Gardening club")
    client = client_of(outsider)
    html = client.get(url(case), {"words": "gardening"}).content.decode()
    assert "Gardening club" in html
    assert "Tell Joan" not in html
    assert client.post(url(case, "signpost/")).status_code == 404


def test_a_closed_case_offers_nothing_to_do(client_of: ClientOf, connector: Membership, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), closing_reason=ClosingReason.objects.first())
    found("Gardening club")
    html = client_of(connector).get(url(case), {"words": "gardening"}).content.decode()
    assert "Refer to those ticked" not in html


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    client = client_of(MembershipFactory(role=role))
    assert client.get(url(case)).status_code == 403
    assert client.post(url(case, "signpost/")).status_code == 403


def test_wrong_verbs(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client = client_of(connector)
    assert client.post(url(case)).status_code == 405
    assert client.get(url(case, "signpost/")).status_code == 405
