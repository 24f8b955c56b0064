"""Looking for somebody: each search is counted, there is an end to them, and whoever runs the team sees how many."""

from datetime import timedelta

import pytest

from agencies.access import Role
from agencies.models import Message
from referrals.models import LookUp
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory

URL = "/team/look-ups/"
SEARCHES = ["/caseload/", "/referrals/"]
LIMIT = "referrals.models.look_up.MAX_SEARCHES"


def search(client, url, words="Whitfield"):
    return client.post(url, {"words": words})


@pytest.mark.parametrize("url", SEARCHES)
def test_each_search_is_counted_and_what_was_typed_is_not_kept(client_of, connector, url):
    CaseFactory(lead=connector, person__name="Joan Whitfield")
    ReferralFactory(to_agency=connector.agency)
    client = client_of(connector)
    assert "Joan Whitfield" in search(client, url).text
    search(client, url, "Nobody Atall")
    found = {row.found: row for row in LookUp.objects.all()}
    assert set(found) == {True, False}
    assert found[True].number_hash == LookUp.hash_number("Whitfield")
    assert "Whitfield" not in str(vars(found[True]))


@pytest.mark.parametrize("url", SEARCHES)
def test_a_thousand_searches_end_and_whoever_runs_the_team_hears_once(client_of, connector, lead, url, monkeypatch):
    CaseFactory(lead=connector, person__name="Joan Whitfield")
    monkeypatch.setattr(LIMIT, {timedelta(hours=1): 3})
    client = client_of(connector)
    pages = [search(client, url) for _ in range(6)]
    assert LookUp.objects.count() == 3
    assert [page.status_code for page in pages[3:]] in ([422] * 3, [429] * 3)
    for page in pages[3:]:
        assert "many people in a short time" in page.text
    (told,) = Message.objects.filter(to=lead.user.email)
    assert "Priya Shah" in told.body
    assert "Whitfield" not in told.body
    assert search(client_of(lead), url).status_code == 200  # a colleague's are counted apart


def test_numbers_and_searches_and_emergencies_have_room_of_their_own(connector, monkeypatch):
    monkeypatch.setattr(LIMIT, {timedelta(hours=1): 1})
    LookUp.record(connector, "x", found=False, kind=LookUp.Kind.SEARCH)
    assert not LookUp.has_room(connector, LookUp.Kind.SEARCH)
    assert LookUp.has_room(connector, LookUp.Kind.NUMBER)
    assert LookUp.has_room(connector, LookUp.Kind.EMERGENCY)


def test_the_limit_stops_a_thousand_in_an_hour(connector):
    LookUp.objects.bulk_create(
        LookUp(member=connector, agency=connector.agency, kind=LookUp.Kind.SEARCH, number_hash="x", found=False)
        for _ in range(300)
    )
    assert not LookUp.has_room(connector, LookUp.Kind.SEARCH)


def test_the_lead_sees_how_many_by_day_and_never_whom(client_of, connector, lead, outsider):
    for found in (True, False, False):
        LookUp.record(connector, "Whitfield", found=found, kind=LookUp.Kind.SEARCH)
    LookUp.record(connector, "9990000018", found=True)
    LookUp.record(outsider, "Whitfield", found=True)
    rows = client_of(lead).get(URL).context["rows"]
    assert [(row["name"], row["kind"], row["made"], row["in_vain"]) for row in rows] == [
        ("Priya Shah", LookUp.Kind.SEARCH.label, 3, 2),
        ("Priya Shah", LookUp.Kind.NUMBER.label, 1, 0),
    ]


def test_the_list_is_for_whoever_runs_the_team(client_of, connector, lead):
    assert client_of(connector).get(URL).status_code == 403
    assert client_of(lead).post(URL).status_code == 405
    assert "Nobody has looked" in client_of(MembershipFactory(role=Role.STEWARD)).get(URL).text
