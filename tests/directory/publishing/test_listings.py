"""/listings/: what a group has, and a new one."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from directory.models import Proposal, Service, Status
from directory.publishing.sections import find_unchecked_sections
from directory.publishing.snapshot import build_snapshot
from directory.publishing.summary import format_checked
from directory.publishing.templates import LISTING_TEMPLATES
from directory.publishing.versions import propose_edit, update_listing
from tests.directory.own import a_listing, posted, verified
from tests.factories import MembershipFactory, ServiceFactory, teammate
from tests.queries import assert_max_queries

LISTINGS, NEW = "/listings/", "/listings/new/"


@pytest.fixture
def walk(provider):
    return a_listing(verified(provider))


def rows(client):
    return {row.service.name: row for row in client.get(LISTINGS).context["rows"]}


STATES = [  # columns, the word, part of what follows
    ({}, "Listed", ""),
    ({"published_at": None}, "Draft", "Nobody else sees it yet"),
    ({"status": Status.CLOSED, "paused_until": "2030-01-03"}, "Closed for now", "Runs again on 3 January 2030"),
    ({"status": Status.CLOSED}, "Closed for now", "No date is set"),
    ({"hidden_at": "2026-01-03T12:00Z"}, "Hidden", "Nobody answered"),
    ({"status": Status.DEFUNCT}, "Ended", "Nobody finds it"),
]


@pytest.mark.parametrize(("columns", "word", "detail"), STATES)
def test_given_a_state_then_the_list_says_it(client_of, provider, walk, columns, word, detail):
    Service.objects.filter(pk=walk.pk).update(**columns)
    page = client_of(provider).get(LISTINGS)
    state = page.context["rows"][0].state
    assert (state.words, detail in state.detail) == (word, True)
    assert word in page.text


def test_given_an_edit_waits_then_the_list_says_so(client_of, provider, walk):
    propose_edit(walk, build_snapshot(walk) | {"name": "Stroll"}, by=Author.of(provider))
    assert "Your last changes wait for review" in client_of(provider).get(LISTINGS).text
    Service.objects.update(published_at=None)
    assert rows(client_of(provider))["Harbour walk"].state.words == "Waiting for review"


def test_each_says_its_age_and_quality_with_what_to_fix_one_press_away(client_of, provider, walk):
    page = client_of(provider).get(LISTINGS)
    row = page.context["rows"][0]
    assert 0 < row.quality.score < 100
    for section, words in row.fixes[:3]:
        assert reverse("directory:edit", args=[walk.pk, section]) in page.text
        assert words in page.text
    assert "Not checked yet" in page.text


def test_given_it_is_due_then_one_press_says_that_it_is_still_right(client_of, provider, walk):
    long_ago = timezone.now() - datetime.timedelta(days=200)
    Service.objects.update(published_at=long_ago, assured_date=long_ago.date())
    client = client_of(provider)
    page = client.get(LISTINGS)
    assert "Yes, still right" in page.text
    assert "Checked 7 months ago" in page.text
    confirm = reverse("directory:confirm", args=[walk.pk])
    assert client.post(confirm, {"next": LISTINGS}).url == LISTINGS
    after = client.get(LISTINGS)
    assert "Yes, still right" not in after.text
    assert "Checked today" in after.text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Checked today"),
        (1, "Checked 1 day ago"),
        (59, "Checked 59 days ago"),
        (90, "Checked 3 months ago"),
        (800, "Checked 2 years ago"),
    ],
)
def test_its_age_in_words(days, words):
    assert format_checked(Service(assured_date=timezone.localdate() - datetime.timedelta(days=days))) == words


def test_given_a_feed_then_it_says_where_from(client_of, provider, walk):
    ServiceFactory(agency=provider.agency, name="From afar", source="County directory")
    page = client_of(provider).get(LISTINGS)
    assert "Comes from County directory" in page.text


def test_given_many_then_they_come_page_by_page(client_of, provider, monkeypatch):
    monkeypatch.setattr("directory.publishing.summary.PAGE_SIZE", 3)
    names = [f"Group {n}" for n in range(7)]
    for name in names:
        ServiceFactory(agency=provider.agency, name=name)
    client, seen, url = client_of(provider), [], LISTINGS
    while url:
        page = client.get(url)
        seen += [row.service.name for row in page.context["rows"]]
        url = page.context["after"] and f"{LISTINGS}?after={page.context['after']}"
    assert seen == names
    for odd in ("x", str(uuid.uuid4())):
        assert client.get(f"{LISTINGS}?after={odd}").status_code == 200


def test_the_statements_are_few_however_many_listings(client_of, provider, walk):
    for n in range(5):
        a_listing(provider, name=f"Walk {n}")
    client = client_of(provider)
    client.get(LISTINGS)
    with assert_max_queries(18):  # seven are the number on the tab of what waits
        client.get(LISTINGS)


def test_given_none_then_it_says_what_to_do(client_of, provider):
    page = client_of(provider).get(LISTINGS)
    assert "Nothing here yet" in page.text
    assert "The steward does not know your group yet" in page.text


# --- A new one ------------------------------------------------------------------------------------------


def start(client, **values):
    form = client.get(NEW).context["form"]
    return client.post(NEW, posted(form, name="Lunch together", **values))


def test_given_an_empty_page_then_a_draft_that_nobody_finds(client_of, provider):
    response = start(client_of(provider), start="blank")
    draft = Service.objects.get()
    assert response.url == reverse("directory:listing", args=[draft.pk])
    assert (draft.name, draft.published_at, draft.version, draft.is_listed) == ("Lunch together", None, 1, False)


@pytest.mark.parametrize("code", list(LISTING_TEMPLATES))
def test_given_a_model_then_a_draft_with_its_words_hours_and_needs(client_of, provider, code):
    start(client_of(provider), start=f"model:{code}")
    draft, needs = Service.objects.get(), set(LISTING_TEMPLATES[code]["needs"])
    assert draft.published_at is None
    assert draft.description == LISTING_TEMPLATES[code]["description"]
    assert draft.schedules.count() == 1
    assert set(draft.terms.values_list("code", flat=True)) == needs


def save_section(client, draft, name, item=""):
    """Save a section, or an item of it, as the browser shows it."""
    at = reverse("directory:item" if item else "directory:edit", args=[draft.pk, name, *([item] if item else [])])
    page = client.get(at)
    assert "The example filled this in" in page.text
    return client.post(at, posted(page.context["form"]))


def test_given_a_model_then_each_section_it_filled_is_to_be_checked_once_before_it_is_published(client_of, provider):
    verified(provider)
    client = client_of(provider)
    start(client, start="model:lunch")
    draft = Service.objects.get()
    page, publish = reverse("directory:listing", args=[draft.pk]), reverse("directory:publish", args=[draft.pk])

    def to_check():
        return [section.name for section, status in client.get(page).context["sections"] if status == "Check this"]

    assert to_check() == ["about", "when", "cost", "who", "first-time"]
    assert "The example filled these in" in client.get(page).text
    whole = build_snapshot(a_listing(provider))
    update_listing(
        draft,
        build_snapshot(draft) | {"places": whole["places"], "phone": "01632 960001"},
        by=Author.of(provider),
        what="x",
    )
    refused = client.post(publish, follow=True).text
    assert "Still to do: About, When, Cost, Who it is for, The first time" in refused
    for name in ("about", "cost", "who", "first-time"):
        for _ in range(2):  # a double click
            save_section(client, draft, name) if name in to_check() else None
    assert to_check() == ["when"]
    save_section(client, draft, "when", str(draft.schedules.get().pk))
    assert to_check() == []
    client.post(publish)
    assert Service.objects.get(pk=draft.pk).published_at
    said = set(draft.versions.values_list("what", flat=True))
    assert {"About: checked", "Cost: checked", "When: checked", "Published"} <= said


def test_given_a_section_of_a_model_is_changed_then_it_is_checked(client_of, provider):
    client = client_of(provider)
    start(client, start="model:walk")
    draft = Service.objects.get()
    at = reverse("directory:edit", args=[draft.pk, "first-time"])
    client.post(at, posted(client.get(at).context["form"], first_time="Look for the blue door"))
    assert "first-time" not in [section.name for section in find_unchecked_sections(draft)]
    assert "The example filled this in" not in client.get(at).text


def test_given_an_empty_page_or_a_copy_then_nothing_is_to_be_checked(client_of, provider, walk):
    client = client_of(provider)
    for begun in ("blank", f"own:{walk.pk}"):
        start(client, start=begun)
    assert [find_unchecked_sections(draft) for draft in Service.objects.exclude(pk=walk.pk)] == [[], []]


def test_given_back_in_the_browser_and_sent_again_then_the_draft_that_nobody_touched(client_of, provider):
    client = client_of(provider)
    first = start(client, start="model:lunch").url
    assert start(client, start="model:lunch").url == first  # the page was drawn anew, with another key
    assert start(client, start="blank").url != first  # begun otherwise: another
    assert Service.objects.count() == 2
    stranger = MembershipFactory(role=Role.PROVIDER)
    assert start(client_of(stranger), start="model:lunch").url != first


@pytest.mark.parametrize("meanwhile", ["written", "an hour", "thrown away"])
def test_given_the_draft_was_touched_or_is_old_then_another(client_of, provider, meanwhile):
    client = client_of(provider)
    first = start(client, start="blank").url
    draft = Service.objects.get()
    if meanwhile == "written":
        update_listing(draft, build_snapshot(draft) | {"phone": "01632 960001"}, by=Author.of(provider), what="x")
    elif meanwhile == "an hour":
        Service.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))
    else:
        client.post(reverse("directory:discard", args=[draft.pk]))
    assert start(client, start="blank").url != first


def test_given_one_of_their_own_then_a_copy_with_rows_of_its_own_at_the_same_place(client_of, provider, walk):
    Service.objects.filter(pk=walk.pk).update(status=Status.CLOSED, alert="Boiler")
    start(client_of(provider), start=f"own:{walk.pk}")
    copy = Service.objects.exclude(pk=walk.pk).get()
    assert (copy.name, copy.published_at, copy.status, copy.alert) == ("Lunch together", None, "active", "")
    assert copy.description == walk.description
    assert copy.at_locations.get().location == walk.at_locations.get().location
    assert copy.schedules.get().pk != walk.schedules.get().pk
    assert copy.schedules.get().at_location == copy.at_locations.get()


def test_given_a_double_click_then_one_draft(client_of, provider):
    client = client_of(provider)
    body = posted(client.get(NEW).context["form"], name="Lunch", start="model:lunch")
    assert client.post(NEW, body).url == client.post(NEW, body).url
    assert Service.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"start": None}, "Choose what to begin from"),
        ({"start": "own:" + str(uuid.uuid4())}, "valid choice"),
        ({"name": "x" * 101}, "100 characters or fewer"),
    ],
)
def test_given_bad_input_then_422(client_of, provider, values, words):
    client = client_of(provider)
    page = client.post(NEW, posted(client.get(NEW).context["form"], **({"name": "Lunch", "start": "blank"} | values)))
    assert page.status_code == 422
    assert words in page.text
    assert not Service.objects.exists()


def test_nobody_copies_a_strangers_listing(client_of, provider, walk):
    stranger = MembershipFactory(role=Role.PROVIDER)
    assert start(client_of(stranger), start=f"own:{walk.pk}").status_code == 422
    assert rows(client_of(stranger)) == {}


def test_an_unverified_groups_new_listing_waits_after_it_is_sent(client_of, provider):
    draft = a_listing(provider, published_at=None)
    client = client_of(provider)
    page = client.get(reverse("directory:listing", args=[draft.pk]))
    assert "Send to the steward" in page.text
    for _ in range(2):
        sent = client.post(reverse("directory:publish", args=[draft.pk]), follow=True)
    assert "The steward looks at it" in sent.text
    assert "Waiting for review" in sent.text
    proposal = Proposal.objects.get()
    assert proposal.data["published"] is True
    draft.refresh_from_db()
    assert draft.published_at is None


def test_teammates_readers_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk):
    assert set(rows(client_of(teammate(provider)))) == {"Harbour walk"}
    for url in (LISTINGS, NEW):
        for reader in (gp, connector, steward):
            assert client_of(reader).get(url).status_code == 403
        assert client.get(url).status_code == 302
        assert client_of(provider).delete(url).status_code == 405
