"""A listing's versions on the page: listed, side by side, put back."""

import pytest
from django.urls import reverse

from agencies.access import Role
from agencies.models import Author
from directory.models import Proposal, Service, Version
from directory.publishing.versions import build_snapshot, update_listing
from tests.directory.own import a_listing, verified
from tests.factories import MembershipFactory, teammate


@pytest.fixture
def walk(provider):
    walk = a_listing(verified(provider))
    update_listing(
        walk, build_snapshot(walk) | {"name": "Stroll", "fees": "£2"}, by=Author.of(provider), what="About: changed"
    )
    return walk


def url(walk, number=0):
    return (
        reverse("directory:restore", args=[walk.pk, number])
        if number
        else reverse("directory:versions", args=[walk.pk])
    )


def test_each_version_says_who_when_and_what(client_of, provider, walk):
    page = client_of(provider).get(url(walk))
    for words in ("Written", "About: changed", "Joan Whitcombe", "Put back", "As it is now"):
        assert words in page.text


def test_any_two_stand_side_by_side_whichever_is_named_first(client_of, provider, walk):
    client = client_of(provider)
    for query in ("?old=1&new=2", "?old=2&new=1"):
        page = client.get(url(walk) + query)
        assert [(one.label, one.old, one.new) for one in page.context["differences"]] == [
            ("Name", "Harbour walk", "Stroll"),
            ("About the cost", "Free", "£2"),
        ]
    assert "They say the same" in client.get(url(walk) + "?old=2&new=2").text


@pytest.mark.parametrize("query", ["?old=1&new=9", "?old=1", "?old=1&new=x", "?old=²&new=1", "?old=1&new=" + "9" * 30])
def test_given_no_such_version_then_404(client_of, provider, walk, query):
    assert client_of(provider).get(url(walk) + query).status_code == 404


def test_given_many_then_they_come_page_by_page(client_of, provider, walk, monkeypatch):
    monkeypatch.setattr("directory.publishing.views.versions.PAGE_SIZE", 2)
    for n in range(3):
        update_listing(walk, build_snapshot(walk) | {"name": f"Stroll {n}"}, by=Author.of(provider), what="More")
    client = client_of(provider)
    first = client.get(url(walk))
    assert ([row.number for row in first.context["versions"]], first.context["before"]) == ([5, 4], 4)
    assert [row.number for row in client.get(f"{url(walk)}?before=4").context["versions"]] == [3, 2]


def test_given_one_is_put_back_then_it_is_the_next_version_and_a_double_click_makes_no_more(client_of, provider, walk):
    client = client_of(provider)
    for _ in range(2):
        assert client.post(url(walk, 1)).url == url(walk)
    walk.refresh_from_db()
    assert (walk.name, walk.fees, walk.version) == ("Harbour walk", "Free", 3)
    assert Version.objects.order_by("number").last().what == "Version 1 put back"


def test_given_an_unverified_group_then_putting_back_waits(client_of, provider, walk):
    provider.agency.verified_at = None
    provider.agency.save()
    page = client_of(provider).post(url(walk, 1), follow=True)
    assert "Sent to the steward" in page.text
    assert Proposal.objects.get().data["name"] == "Harbour walk"
    assert Service.objects.get(pk=walk.pk).name == "Stroll"


def test_strangers_readers_teammates_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    assert stranger.get(url(walk)).status_code == stranger.post(url(walk, 1)).status_code == 404
    for reader in (gp, connector, steward):
        assert client_of(reader).get(url(walk)).status_code == client_of(reader).post(url(walk, 1)).status_code == 403
    assert client.get(url(walk)).status_code == 302
    assert client_of(teammate(provider)).get(url(walk)).status_code == 200
    assert client_of(provider).get(url(walk, 1)).status_code == 405
    assert client_of(provider).delete(url(walk)).status_code == 405
    assert client_of(provider).post(url(walk, 99)).status_code == 404
