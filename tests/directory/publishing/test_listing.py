"""One listing of the group: task list, preview, publishing, closing, room, and what a feed brings."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from directory.catalogue import timetable
from directory.hooks import on_session_changed
from directory.models import Capacity, Proposal, Service, Session, Spot, Status, Version
from directory.publishing.actions.listings import reopen_due_listings
from directory.publishing.actions.sessions import sync_all_sessions
from directory.publishing.sections import SECTIONS
from directory.publishing.versions import build_snapshot, find_open_edit, propose_edit, update_listing
from tests.directory.own import a_listing, posted, verified
from tests.factories import MembershipFactory, ServiceFactory, teammate


@pytest.fixture
def walk(provider):
    return a_listing(verified(provider))


@pytest.fixture
def heard():
    said = []
    listener = on_session_changed.register(lambda session, what: said.append((session.pk, what)))
    yield said
    on_session_changed.unregister(listener)


def url(walk, name="listing"):
    return reverse(f"directory:{name}", args=[walk.pk])


def fresh(service):
    return Service.objects.get(pk=service.pk)


def in_days(n):
    day = timezone.localdate() + datetime.timedelta(days=n)
    return {"until_day": day.day, "until_month": day.month, "until_year": day.year}


def set_state(client, walk, **values):
    form = client.get(url(walk, "listing_state")).context["form"]
    return client.post(url(walk, "listing_state"), posted(form, **values))


# --- The task list --------------------------------------------------------------------------------------


def test_each_section_has_its_page_and_its_status(client_of, provider, walk):
    page = client_of(provider).get(url(walk))
    statuses = {section.name: status for section, status in page.context["sections"]}
    assert set(statuses) == set(SECTIONS)
    assert (statuses["about"], statuses["when"], statuses["who"]) == ("Done", "Done", "Optional")
    for section in SECTIONS:
        assert reverse("directory:edit", args=[walk.pk, section]) in page.text


def test_given_a_draft_then_what_is_still_to_do_keeps_it_from_being_published(client_of, provider):
    draft = ServiceFactory(agency=verified(provider).agency, published_at=None)
    client = client_of(provider)
    page = client.get(url(draft))
    assert "To publish it, still to do: About, When, Where, Cost, Contact." in " ".join(page.text.split())
    refused = client.post(url(draft, "publish"), follow=True)
    assert "Not published yet. Still to do: About, When, Where, Cost, Contact." in refused.text
    assert fresh(draft).published_at is None


def test_given_a_whole_draft_when_published_then_everybody_finds_it_and_it_has_sessions(client_of, client, provider):
    draft = a_listing(verified(provider), published_at=None)
    assert not Spot.objects.filter(service=draft).exists()
    ours = client_of(provider)
    assert "Publish" in ours.get(url(draft)).text
    for _ in range(2):  # a double click
        assert ours.post(url(draft, "publish")).url == url(draft)
    assert fresh(draft).is_listed
    assert fresh(draft).assured_date == timezone.localdate()
    assert Session.objects.filter(service=draft).exists()
    assert Spot.objects.filter(service=draft).exists()
    assert [row.what for row in Version.objects.order_by("number")] == ["Written", "Published"]
    assert client.get(reverse("directory:service", args=[draft.pk])).status_code == 200


def test_the_preview_is_the_page_that_people_will_see(client_of, client, provider):
    draft = a_listing(provider, published_at=None, first_time="Look for the red coat")
    page = client_of(provider).get(url(draft, "preview"))
    for words in ("This is how people will see it", "Look for the red coat", "St Mary's Hall", "Tuesday"):
        assert words in page.text.replace("&#x27;", "'")
    assert client.get(reverse("directory:service", args=[draft.pk])).status_code == 404


def test_given_a_draft_is_thrown_away_then_it_leaves_the_list_and_can_be_brought_back(client_of, provider):
    draft, client = a_listing(provider, published_at=None), client_of(provider)
    names = lambda: [row.service.name for row in client.get("/listings/").context["rows"]]  # noqa: E731
    for _ in range(2):
        assert client.post(url(draft, "discard")).url == url(draft)
    assert names() == []
    page = client.get(url(draft))
    assert "Thrown away" in page.text
    assert "Bring it back" in page.text
    client.post(url(draft, "discard"), {"back": ""})
    assert names() == ["Harbour walk"]
    assert [row.what for row in Version.objects.order_by("number")] == ["Written", "Thrown away", "Brought back"]


def test_given_it_was_published_then_it_is_not_thrown_away(client_of, provider, walk):
    assert client_of(provider).post(url(walk, "discard")).status_code == 404


def test_given_the_steward_said_no_then_the_group_reads_why(client_of, provider, walk):
    propose_edit(walk, build_snapshot(walk) | {"name": "X"}, Author.of(provider))
    Proposal.objects.update(decision="declined", decided_words="Please write the name in full")
    page = client_of(provider).get(url(walk))
    assert "The steward did not put in your last changes" in page.text
    assert "Please write the name in full" in page.text


# --- Whether it runs ------------------------------------------------------------------------------------


def test_given_a_pause_then_it_is_closed_until_that_day_and_runs_again_by_itself(client_of, provider, walk):
    client, day = client_of(provider), timezone.localdate() + datetime.timedelta(days=20)
    set_state(client, walk, state="until", alert="Summer break", **in_days(20))
    paused = fresh(walk)
    assert (paused.status, paused.paused_until, paused.alert) == (Status.CLOSED, day, "Summer break")
    assert min(Session.objects.values_list("on", flat=True)) >= day
    assert reopen_due_listings(day - datetime.timedelta(days=1)) == 0
    assert reopen_due_listings(day) == 1
    assert reopen_due_listings(day) == 0
    again = fresh(walk)
    assert (again.status, again.paused_until, again.alert) == (Status.ACTIVE, None, "")
    whats = [(row.what, row.author_name) for row in Version.objects.order_by("number")][1:]
    assert whats[0][0].startswith("Closed until")
    assert whats[1] == ("Runs again, as planned", "Hereabouts")


def test_given_people_are_booked_when_closed_then_it_asks_and_then_tells_them(client_of, provider, walk, heard):
    client = client_of(provider)
    sync_all_sessions()
    first = Session.objects.order_by("on").first()
    Session.objects.filter(pk=first.pk).update(places=5, taken=2)
    page = set_state(client, walk, state="closed", alert="No heating")
    assert page.status_code == 422
    assert "People are booked on" in page.text
    assert fresh(walk).is_running
    done = client.post(url(walk, "listing_state"), posted(page.context["form"], sure="on"), follow=True)
    assert "1 session was cancelled." in done.text
    first.refresh_from_db()
    assert (first.cancelled_why, heard) == ("No heating", [(first.pk, "cancelled")])
    assert Session.coming().filter(cancelled_at=None).count() == 0


def test_given_it_ended_then_nobody_finds_it_and_it_can_run_again(client_of, client, provider, walk):
    ours, page = client_of(provider), reverse("directory:service", args=[walk.pk])
    set_state(ours, walk, state="ended")
    assert fresh(walk).status == Status.DEFUNCT
    assert client.get(page).status_code == 410
    assert not Spot.objects.exists()
    set_state(ours, walk, state="runs")
    assert client.get(page).status_code == 200
    assert Session.objects.exists()


def test_given_an_edit_waits_when_closed_then_accepting_it_later_does_not_open_it(client_of, provider, walk):
    propose_edit(walk, build_snapshot(walk) | {"name": "Stroll"}, Author.of(provider))
    set_state(client_of(provider), walk, state="closed")
    update_listing(walk, find_open_edit(walk).data, by=Author.system(), what="Accepted")
    assert (walk.name, walk.status) == ("Stroll", Status.CLOSED)


def test_given_closed_until_a_date_then_the_date_is_not_called_optional(client_of, provider, walk):
    page = client_of(provider).get(url(walk, "listing_state")).text
    assert "It runs again on" in page
    assert "What should people know? (optional)" in page
    assert 'class="optional"' not in page


BAD = [
    ({"state": "until"}, None, "Enter the day on which it runs again"),
    ({"state": "until"}, 0, "That is today"),
    ({"state": "until"}, -3, "must be today or in the future"),
    ({"state": "gone"}, None, "valid choice"),
    ({"state": "closed", "alert": "x" * 301}, None, "300 characters or fewer"),
]


@pytest.mark.parametrize(("values", "until", "words"), BAD)
def test_given_bad_input_then_422_and_it_runs_on(client_of, provider, walk, values, until, words):
    day = {} if until is None else in_days(until)
    page = set_state(client_of(provider), walk, **values, **day)
    assert page.status_code == 422
    assert words in page.text
    assert fresh(walk).is_running


# --- Room, and a feed's -----------------------------------------------------------------------------------


def test_given_no_counted_sessions_then_it_asks_how_much_room_there_is(client_of, provider, walk):
    client = client_of(provider)
    assert "How many more people could come now?" in client.get(url(walk)).text
    for n in ("4", "0"):
        page = client.post(url(walk, "room"), {"available": n}, follow=True)
    assert "full" in page.text
    assert Capacity.objects.get().available == 0
    assert timetable.has_room(fresh(walk)) is False
    for bad in ("", "-1", "many", "9" * 9):
        refused = client.post(url(walk, "room"), {"available": bad})
        assert refused.status_code == 422
    walk.schedules.update(places=5)
    assert "How many more people could come now?" not in client.get(url(walk)).text


def test_given_a_feed_then_it_is_not_edited_here_and_the_group_can_say_what_is_wrong(client_of, provider):
    feed = ServiceFactory(agency=provider.agency, source="County directory")
    client = client_of(provider)
    page = client.get(url(feed))
    assert "This comes from County directory" in page.text
    body = posted(page.context["form"], words="We moved to Hove")
    assert client.post(url(feed, "suggest"), posted(page.context["form"], words="")).status_code == 422
    for _ in range(2):
        assert client.post(url(feed, "suggest"), body).url == url(feed)
    proposal = Proposal.objects.get()
    assert (proposal.words, proposal.written_by, proposal.data) == ("We moved to Hove", provider, None)
    for name in ("listing_state", "preview", "publish", "room", "sessions", "new_session", "versions"):
        answer = client.post(url(feed, name)) if name in ("publish", "room") else client.get(url(feed, name))
        assert answer.status_code == 404


# --- Whose ----------------------------------------------------------------------------------------------


def test_strangers_readers_teammates_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    for name in ("listing", "preview", "listing_state"):
        assert stranger.get(url(walk, name)).status_code == 404
        for reader in (gp, connector, steward):
            assert client_of(reader).get(url(walk, name)).status_code == 403
        assert client.get(url(walk, name)).status_code == 302
        assert client_of(teammate(provider)).get(url(walk, name)).status_code == 200
        assert client_of(provider).delete(url(walk, name)).status_code == 405
    for name in ("publish", "room", "suggest", "discard"):
        assert stranger.post(url(walk, name), {"available": 1, "words": "x"}).status_code == 404
        assert client_of(gp).post(url(walk, name)).status_code == 403
        assert client_of(provider).get(url(walk, name)).status_code == 405
