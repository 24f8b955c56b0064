"""/caseload/: the connector's day."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Membership
from cases.caseload import PAGE_SIZE, count_lists
from cases.models import Case, CaseReferral, ClosingReason
from referrals.states import ReferralStatus
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    OnwardReferralFactory,
    PersonFactory,
    ReferralFactory,
    teammate,
)
from tests.fragments import assert_swapped_equals_fresh
from tests.queries import assert_max_queries

URL = "/caseload/"
ClientOf = Callable[[Membership], Client]
TODAY = timezone.localdate


def day(n: int) -> datetime.date:
    return TODAY() + datetime.timedelta(days=n)


def contacted(lead: Membership, **fields: object) -> Case:
    """A case whose first contact has been made, so that only what a test sets is due."""
    return CaseFactory(lead=lead, first_contact_at=timezone.now(), **fields)


def waiting(lead: Membership, **fields: object) -> Case:
    case = contacted(lead)
    referral = OnwardReferralFactory(sent_by=lead, **fields)
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.SENT)
    return case


def test_greets_by_first_name(client_of: ClientOf, connector: Membership) -> None:
    """given an empty caseload, when opened, then it greets and says what to do next"""
    page = client_of(connector).get(URL)
    assert page.status_code == 200
    assert b", Priya</h1>" in page.content
    assert "Nothing to do here" in page.content.decode()


@pytest.mark.parametrize(("hour", "words"), [(9, "Good morning"), (12, "Good afternoon"), (18, "Good evening")])
def test_greets_by_london_time(monkeypatch: pytest.MonkeyPatch, hour: int, words: str) -> None:
    from cases.views import caseload

    now = datetime.datetime(2026, 7, 1, hour - 1, 5, tzinfo=datetime.UTC)  # London is an hour ahead in summer
    monkeypatch.setattr(caseload.timezone, "now", lambda: now)
    assert caseload.format_greeting() == words


def test_counts_each_list(connector: Membership) -> None:
    """given a case for each list, when counted, then each stands where it belongs"""
    CaseFactory(lead=connector, first_contact_due=day(2))
    contacted(connector, next_action="Ring", next_action_on=day(0))
    contacted(connector, next_action="Ring", next_action_on=day(-1))
    contacted(connector, last_entry_at=timezone.now() - datetime.timedelta(days=15))
    waiting(connector)
    ReferralFactory(to_agency=connector.agency)
    assert count_lists(connector, connector) == {
        "new": 1,
        "news": 0,
        "alone": 0,
        "today": 2,
        "first": 1,
        "due": 1,
        "overdue": 1,
        "quiet": 1,
        "waiting": 1,
        "all": 5,
    }


def test_a_first_contact_that_is_late_is_overdue(connector: Membership) -> None:
    CaseFactory(lead=connector, first_contact_due=day(-1), next_action="Ring", next_action_on=day(3))
    assert count_lists(connector, connector)["overdue"] == 1


def test_closed_cases_are_on_no_list(connector: Membership) -> None:
    reason, long_ago = ClosingReason.objects.get(code="goals"), timezone.now() - datetime.timedelta(days=20)
    contacted(connector, closed_at=timezone.now(), closing_reason=reason, last_entry_at=long_ago)
    assert set(count_lists(connector, connector).values()) == {0}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("new", "No need was named"),
        ("first", "First contact"),
        ("overdue", "Overdue"),
        ("quiet", "Quiet 15 days"),
        ("waiting", "Waiting 3 days"),
        ("all", "Active"),
        ("due", "Ring the library"),
    ],
)
def test_each_list_says_what_is_next(client_of: ClientOf, connector: Membership, name: str, words: str) -> None:
    ReferralFactory(to_agency=connector.agency)
    CaseFactory(lead=connector, first_contact_due=day(-1))
    contacted(connector, last_entry_at=timezone.now() - datetime.timedelta(days=15))
    contacted(connector, next_action="Ring the library", next_action_on=day(0))
    waiting(connector, sent_at=timezone.now() - datetime.timedelta(days=3, hours=1))
    page = client_of(connector).get(URL, {"list": name})
    assert words in page.content.decode()
    assert page.content.count(b'<th scope="row">') == (4 if name == "all" else 1)


def test_an_unanswered_referral_says_so(client_of: ClientOf, connector: Membership) -> None:
    """given a group that did not answer in time, then its row says so"""
    waiting(connector, unanswered_at=timezone.now())
    assert "No answer" in client_of(connector).get(URL, {"list": "waiting"}).content.decode()


def test_an_answered_referral_waits_no_more(connector: Membership) -> None:
    waiting(connector, status=ReferralStatus.ACCEPTED)
    assert count_lists(connector, connector)["waiting"] == 0


def test_shows_own_people_only(client_of: ClientOf, connector: Membership) -> None:
    """given a colleague's case, then it is not on mine, though we are one team"""
    contacted(teammate(connector), person=PersonFactory(name="Malik Farooq"))
    assert "Malik Farooq" not in client_of(connector).get(URL, {"list": "all"}).content.decode()


def test_a_lead_sees_the_team_and_each_colleague(client_of: ClientOf, connector: Membership, lead: Membership) -> None:
    contacted(connector, person=PersonFactory(name="Malik Farooq"))
    client = client_of(lead)
    assert "Malik Farooq" not in client.get(URL, {"list": "all", "who": "me"}).content.decode()
    assert "Malik Farooq" in client.get(URL, {"list": "all", "who": "team"}).content.decode()
    assert "Malik Farooq" in client.get(URL, {"list": "all", "who": str(connector.pk)}).content.decode()


def test_a_lead_lands_on_the_team(client_of: ClientOf, connector: Membership, lead: Membership) -> None:
    """given a lead who has just signed in, then the whole team is there, and one's own people are a press away"""
    contacted(connector, person=PersonFactory(name="Malik Farooq"), next_action="Ring", next_action_on=day(-1))
    contacted(lead, person=PersonFactory(name="Ada Byron"), next_action="Ring", next_action_on=day(0))
    client = client_of(lead)
    page = client.get(URL)
    assert [row.name for row in page.context["rows"]] == ["Malik Farooq", "Ada Byron"]
    assert page.context["figures"]["today"] == 2
    assert "<title>The team" in page.text
    mine = client.get(URL, {"who": "me"})
    assert [row.name for row in mine.context["rows"]] == ["Ada Byron"]


def test_a_lead_sees_nobody_of_another_team(client_of: ClientOf, lead: Membership, outsider: Membership) -> None:
    contacted(outsider, person=PersonFactory(name="Malik Farooq"))
    client = client_of(lead)
    assert client.get(URL, {"who": str(outsider.pk)}).status_code == 404
    assert "Malik Farooq" not in client.get(URL, {"list": "all", "who": "team"}).content.decode()


def test_a_connector_may_not_look_at_the_team(client_of: ClientOf, connector: Membership) -> None:
    client = client_of(connector)
    assert client.get(URL, {"who": "team"}).status_code == 403
    assert client.get(URL, {"who": str(teammate(connector).pk)}).status_code == 403


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.CONTACT_CENTRE, Role.STEWARD])
def test_others_have_no_caseload(client_of: ClientOf, role: Role) -> None:
    client = client_of(MembershipFactory(role=role))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"words": "Joan"}).status_code == 403


def test_signed_out_goes_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302


def test_wrong_verbs(client_of: ClientOf, connector: Membership) -> None:
    client = client_of(connector)
    assert client.put(URL).status_code == 405
    assert client.delete(URL).status_code == 405


@pytest.mark.parametrize("query", [{"list": "nothing"}, {"list": "\0"}, {"list": "x" * 10_000}])
def test_unknown_lists_are_not_found(client_of: ClientOf, connector: Membership, query: dict[str, str]) -> None:
    assert client_of(connector).get(URL, query).status_code == 404


@pytest.mark.parametrize("after", ["", "x", "\0", "1" * 5000, "00000000-0000-4000-8000-000000000000"])
def test_a_broken_cursor_does_no_harm(client_of: ClientOf, connector: Membership, after: str) -> None:
    contacted(connector)
    assert client_of(connector).get(URL, {"list": "all", "after": after}).status_code == 200


# --- Page after page --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["all", "due", "new"])
def test_pages_show_everybody_once(client_of: ClientOf, connector: Membership, name: str) -> None:
    """given more than two pages, some with the same date and name, then each is shown once, in order"""
    for n in range(PAGE_SIZE * 2 + 5):
        if name == "new":
            ReferralFactory(to_agency=connector.agency, nhs_number="")
        else:
            contacted(
                connector, person=PersonFactory(name=f"Somebody {n % 7}"), next_action="Ring", next_action_on=day(0)
            )
    client, seen, after = client_of(connector), [], None
    for _ in range(4):
        page = client.get(URL, {"list": name, **({"after": after} if after else {})})
        seen += [row.pk for row in page.context["rows"]]
        after = page.context["after"]
        if after is None:
            break
    assert len(seen) == PAGE_SIZE * 2 + 5 == len(set(seen))


def test_show_more_swaps_in_the_next_rows(client_of: ClientOf, connector: Membership) -> None:
    """given a second page, when htmx asks for it, then it gets rows only, and the focus goes to the first new one"""
    for _ in range(PAGE_SIZE + 3):
        contacted(connector)
    client = client_of(connector)
    after = client.get(URL, {"list": "all"}).context["after"]
    part = client.get(URL, {"list": "all", "after": after}, headers={"HX-Request": "true", "HX-Target": "more"})
    html = part.content.decode()
    assert "<html" not in html
    assert html.count("<tr") == 3
    assert html.count("data-focus") == 1


def test_no_name_stands_in_an_address(client_of: ClientOf, connector: Membership) -> None:
    """security point 56: no personal data in URLs"""
    for _ in range(PAGE_SIZE + 1):
        contacted(connector, person=PersonFactory(name="Zebedee Quill"))
    html = client_of(connector).get(URL, {"list": "all"}).content.decode()
    assert not [part for part in html.split('href="')[1:] if "Zebedee" in part.split('"')[0]]


# --- Search -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["whit", "JOAN whitfield", "Joanie", "999 000 0018", "9990000018", "Whitfield Joan"])
def test_finds_people(client_of: ClientOf, connector: Membership, words: str) -> None:
    person = PersonFactory(name="Joan Whitfield", preferred_name="Joanie", nhs_number="9990000018")
    contacted(teammate(connector), person=person)
    contacted(connector, person=PersonFactory(name="Malik Farooq"))
    page = client_of(connector).post(URL, {"words": words})
    assert page.status_code == 200
    assert [row.name for row in page.context["found"]] == ["Joan Whitfield"]
    assert "1 found" in page.content.decode()


def test_finds_closed_cases_last(client_of: ClientOf, connector: Membership) -> None:
    reason = ClosingReason.objects.get(code="goals")
    contacted(connector, person=PersonFactory(name="Ann Abel"), closed_at=timezone.now(), closing_reason=reason)
    contacted(connector, person=PersonFactory(name="Ann Zorn"))
    found = client_of(connector).post(URL, {"words": "ann"}).context["found"]
    assert [(row.name, row.status) for row in found] == [("Ann Zorn", "Active"), ("Ann Abel", "Closed")]


def test_finds_nobody_of_another_team(client_of: ClientOf, connector: Membership, outsider: Membership) -> None:
    contacted(outsider, person=PersonFactory(name="Joan Whitfield", nhs_number="9990000018"))
    client = client_of(connector)
    assert client.post(URL, {"words": "Joan"}).context["found"] == []
    assert client.post(URL, {"words": "9990000018"}).context["found"] == []


@pytest.mark.parametrize("words", ["", "   ", "x" * 121])
def test_a_search_for_nothing_is_told_so(client_of: ClientOf, connector: Membership, words: str) -> None:
    page = client_of(connector).post(URL, {"words": words})
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()


@pytest.mark.parametrize("words", ["%", "_", "\0%", "' OR 1=1", "\u202eنوج", "🦆", "O'Neill", "<script>"])
def test_hostile_searches_find_nobody(client_of: ClientOf, connector: Membership, words: str) -> None:
    contacted(connector)
    page = client_of(connector).post(URL, {"words": words})
    assert page.status_code == 200
    assert page.context["found"] == []
    assert b"<script>" not in page.content


def test_search_part_equals_page(client_of: ClientOf, connector: Membership) -> None:
    contacted(connector, person=PersonFactory(name="Joan Whitfield"))
    client = client_of(connector)
    headers = {"HX-Request": "true", "HX-Target": "found"}
    part = client.post(URL, {"words": "Joan"}, headers=headers)
    assert_swapped_equals_fresh(part, client.post(URL, {"words": "Joan"}), "found")


# --- The SQL ----------------------------------------------------------------------------------------


def test_queries(client_of: ClientOf, connector: Membership, lead: Membership) -> None:
    """given many rows, then at most seven statements"""
    for _ in range(35):
        waiting(connector)
    client = client_of(lead)
    client.get(URL)
    with assert_max_queries(5):
        client.get(URL, {"list": "waiting", "who": "team"})


def test_queries_of_a_connector(client_of: ClientOf, connector: Membership) -> None:
    CaseFactory(lead=connector)
    client = client_of(connector)
    with assert_max_queries(4):
        client.get(URL)


def test_a_page_is_never_stored(client_of: ClientOf, connector: Membership) -> None:
    assert "no-store" in client_of(connector).get(URL).headers["Cache-Control"]
    assert reverse("cases:caseload") == URL
