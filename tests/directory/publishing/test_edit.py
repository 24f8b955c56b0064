"""The sections of a listing: each saved, wrong, at once, by the wrong hands."""

import uuid

import pytest
from django.urls import reverse

from agencies.access import Role
from directory.models import Location, Postcode, Proposal, Service, Session, Version
from directory.publishing.sections import SECTIONS
from directory.publishing.snapshot import build_snapshot
from tests.directory.own import a_listing, posted, verified
from tests.factories import MembershipFactory, ServiceFactory, needs, teammate


@pytest.fixture
def walk(provider):
    return a_listing(verified(provider))


def url(walk, section="about", item=""):
    return (
        reverse("directory:item", args=[walk.pk, section, item])
        if item
        else reverse("directory:edit", args=[walk.pk, section])
    )


def save(client, walk, section="about", item="", /, **values):
    form = client.get(url(walk, section, item)).context["form"]
    return client.post(url(walk, section, item), posted(form, **values))


def data(walk):
    return build_snapshot(Service.objects.get(pk=walk.pk))


CHANGES = [  # section, posted, key of the data, what it is then
    ("about", {"name": "Stroll"}, "name", "Stroll"),
    ("about", {"description": "A slow walk\n\nwith tea"}, "description", "A slow walk\n\nwith tea"),
    ("contact", {"phone": "", "email": "walk@group.example.org"}, "phone", ""),
    ("contact", {"url": "group.example.org"}, "url", "https://group.example.org"),
    ("who", {"minimum_age": "50", "maximum_age": "90"}, "maximum_age", 90),
    ("first-time", {"first_time": "Red coat", "meets_you": "on"}, "meets_you", True),
    ("asked", {"confirm_every": "6"}, "confirm_every", 6),
    ("places", {"offer_hours": "48"}, "offer_hours", 48),
]


@pytest.mark.parametrize(("section", "values", "key", "after"), CHANGES)
def test_given_a_section_when_saved_then_the_listing_says_so_and_a_version_is_kept(
    client_of, provider, walk, section, values, key, after
):
    response = save(client_of(provider), walk, section, **values)
    assert response.url == reverse("directory:listing", args=[walk.pk])
    assert data(walk)[key] == after
    version = Version.objects.get(number=2)
    assert (version.what, version.byline) == (
        f"{SECTIONS[section].label}: changed",
        f"Joan Whitcombe, {walk.agency.name}",
    )


def test_lists_of_a_section_are_saved(client_of, provider, walk):
    client, need = client_of(provider), needs("Company")[0]
    save(client, walk, "about", terms=[str(need.pk)])
    save(client, walk, "cost", free="paid", amount_0="2.5", option_0="A session", amount_1="0", option_1="Carers")
    save(client, walk, "contact", contact="Joan")
    save(client, walk, "who", areas="Worthing\n\nLancing\nWorthing")
    save(client, walk, "languages", languages=["pl", "bn"], others="Cornish")
    save(client, walk, "access", access_0=["Step-free", "Hearing loop"], more_0="Two steps at the side door")
    save(client, walk, "places", places_0="12", bookable="on")
    now = data(walk)
    assert [row["name"] for row in now["terms"]] == ["Company"]
    assert [(row["option"], row["amount"]) for row in now["costs"]] == [("Carers", "0.00"), ("A session", "2.50")]
    assert [row["name"] for row in now["contacts"]] == ["Joan"]
    assert [row["name"] for row in now["areas"]] == ["Lancing", "Worthing"]
    assert {row["name"] for row in now["languages"]} == {"Polish", "Bengali", "Cornish"}
    said = {row["description"] for row in now["places"][0]["access"]}
    assert said == {"Step-free", "Hearing loop", "Two steps at the side door"}
    assert (now["schedules"][0]["places"], now["bookable"]) == (12, True)
    assert set(Session.objects.values_list("places", flat=True)) == {12}
    for section in ("about", "cost", "contact", "who", "languages", "access", "places"):
        assert save(client, walk, section).status_code == 302
    assert data(walk) == now, "Saving what is there changes nothing"
    assert Version.objects.count() == 8


def test_given_free_then_free_and_given_it_depends_then_no_price(client_of, provider, walk):
    client = client_of(provider)
    save(client, walk, "cost", free="free")
    assert [row["amount"] for row in data(walk)["costs"]] == ["0.00"]
    save(client, walk, "cost", free="said", fees="What you can")
    assert (data(walk)["costs"], data(walk)["fees"]) == ([], "What you can")


# --- When -----------------------------------------------------------------------------------------------

PATTERNS = [  # posted, words on the list
    (
        {"repeats": "weekly", "days": ["TU", "TH"], "opens_at": "10.30", "closes_at": "midday"},
        "Tuesdays and Thursdays, 10:30am to midday",
    ),
    (
        {
            "repeats": "fortnightly",
            "fortnight_days": ["MO"],
            "opens_at": "2pm",
            "dtstart_day": "2",
            "dtstart_month": "11",
            "dtstart_year": "2026",
        },
        "Every second week on Monday, from 2pm, from 2 November 2026",
    ),
    (
        {"repeats": "weekday", "nth": "2", "weekday": "TU", "opens_at": "14:00", "closes_at": "15:30"},
        "Second Tuesday of the month, 2pm to 3:30pm",
    ),
    ({"repeats": "date", "monthday": "15", "opens_at": "9am"}, "On the 15th of the month, from 9am"),
    (
        {
            "repeats": "once",
            "opens_at": "7pm",
            "dtstart_day": "24",
            "dtstart_month": "December",
            "dtstart_year": "2030",
        },
        "24 December 2030, from 7pm",
    ),
    ({"repeats": "open", "words": "By arrangement"}, "By arrangement"),
    (
        {"repeats": "weekly", "days": ["SU"], "opens_at": "10am", "notes": "Term time only"},
        "Sundays, from 10am (term time only)",
    ),
    (
        {"repeats": "weekly", "days": ["SU"], "opens_at": "10am", "skips": "25 December 2026\n1/1/2027", "places": "8"},
        "Sundays, from 10am, not on 25 December 2026 and 1 January 2027, 8 places",
    ),
]


@pytest.mark.parametrize(("values", "words"), PATTERNS)
def test_given_a_pattern_in_plain_words_then_it_is_on_the_list_and_opens_again_as_written(
    client_of, provider, walk, values, words
):
    client = client_of(provider)
    response = save(client, walk, "when", "new", **values)
    assert response.url == url(walk, "when")
    page = client.get(response.url)
    assert words in [said for _, said in page.context["items"]]
    new = next(item for item, said in page.context["items"] if said == words)
    assert save(client, walk, "when", new["id"]).status_code == 302, "As it is drawn it can be saved"
    assert words in [said for _, said in client.get(response.url).context["items"]]
    assert Version.objects.count() == 2


def test_given_another_day_then_sessions_move_and_taken_out_then_they_go(client_of, provider, walk):
    client = client_of(provider)
    pattern = data(walk)["schedules"][0]["id"]
    save(client, walk, "when", pattern, days=["FR"])
    assert {day.weekday() for day in Session.objects.values_list("on", flat=True)} == {4}
    response = save(client, walk, "when", pattern, remove="1")
    assert response.url == url(walk, "when")
    assert (data(walk)["schedules"], Session.objects.count()) == ([], 0)
    again = client.post(url(walk, "when", pattern), {"remove": "1"})
    assert again.url == url(walk, "when"), "A double click takes it out once"


def test_given_people_are_booked_then_the_list_warns(client_of, provider, walk):
    client, pattern = client_of(provider), data(walk)["schedules"][0]["id"]
    save(client, walk, "places", places_0="5")
    first = Session.objects.order_by("on").first()
    Session.objects.filter(pk=first.pk).update(taken=2)
    save(client, walk, "when", pattern, days=["FR"])
    page = client.get(url(walk, "when"))
    assert "1 session with people booked did not move" in page.text
    assert reverse("directory:session", args=[first.pk]) in page.text


def test_a_pattern_that_the_form_cannot_say_may_stay(client_of, provider, walk):
    walk.schedules.update(interval=3, dtstart="2026-11-03")
    client, pattern = client_of(provider), data(walk)["schedules"][0]["id"]
    page = client.get(url(walk, "when", pattern))
    assert "As now: Every 3 weeks on Tuesday" in page.text
    save(client, walk, "when", pattern, opens_at="11am")
    assert data(walk)["schedules"][0]["interval"] == 3
    assert data(walk)["schedules"][0]["opens_at"] == "11:00:00"


# --- Where ----------------------------------------------------------------------------------------------


@pytest.fixture
def lancing():
    Postcode.objects.get_or_create(code="BN158AA", defaults={"latitude": 50.83, "longitude": -0.32})
    return {"kind": "place", "name": "Parish Hall", "city": "Lancing", "postcode": "bn158aa", "transport": "Bus 700"}


def test_given_a_postcode_then_the_place_is_found_on_the_map(client_of, provider, walk, lancing):
    client = client_of(provider)
    assert save(client, walk, "where", "new", **lancing).url == url(walk, "where")
    place = Location.objects.get(name="Parish Hall")
    assert (place.postcode, place.latitude, place.longitude, place.city) == ("BN15 8AA", 50.83, -0.32, "Lancing")
    assert len(data(walk)["places"]) == 2
    assert save(client, walk, "where", str(place.pk), note="Side door").status_code == 302
    assert "Side door" in client.get(url(walk, "where")).text


def test_given_a_place_used_before_then_it_is_the_same_place(client_of, provider, walk, lancing):
    client, choir = client_of(provider), a_listing(provider, name="Choir")
    save(client, choir, "where", "new", **lancing)
    place = Location.objects.get(name="Parish Hall")
    page = client.get(url(walk, "where", "new"))
    assert "At Parish Hall, Lancing, as before" in page.text
    body = posted(page.context["form"], kind=str(place.pk))
    for _ in range(2):  # a double click
        assert client.post(url(walk, "where", "new"), body).status_code == 302
    assert {at.location_id for at in walk.at_locations.all()} >= {place.pk}
    assert len(data(walk)["places"]) == 2


def test_given_online_then_no_address_is_needed_and_a_place_can_be_taken_out(client_of, provider, walk):
    client, hall = client_of(provider), data(walk)["places"][0]["id"]
    save(client, walk, "where", "new", kind="online", online="By Zoom")
    save(client, walk, "where", hall, remove="1")
    assert [(row["location_type"], row["description"]) for row in data(walk)["places"]] == [("virtual", "By Zoom")]
    assert data(walk)["schedules"][0]["place"] == "", "The pattern stays, at every place"


# --- Wrong ----------------------------------------------------------------------------------------------

BAD = [  # section, item, posted, what is said
    ("about", "", {"name": ""}, "Give it a name"),
    ("about", "", {"description": ""}, "Say what happens there"),
    ("about", "", {"description": "x" * 3001}, "Use 3000 characters or fewer"),
    ("about", "", {"terms": ["nothing"]}, "valid choice"),
    ("contact", "", {"phone": "12"}, "Enter a UK phone number"),
    ("contact", "", {"phone": "", "email": ""}, "there must be somebody to ask"),
    ("contact", "", {"url": "not an address"}, "Enter an address that starts with https"),
    ("cost", "", {"free": "paid"}, "Enter the price"),
    ("cost", "", {"free": "paid", "amount_0": "two"}, "Enter the price in pounds"),
    ("cost", "", {"free": "paid", "amount_0": "-1"}, "greater than or equal to 0"),
    ("cost", "", {"free": "said", "fees": ""}, "Say what people pay"),
    ("who", "", {"minimum_age": "60", "maximum_age": "50"}, "This must be 60 or more"),
    ("places", "", {"bookable": "on"}, "Say how many places there are"),
    ("places", "", {"places_0": "0"}, "greater than or equal to 1"),
    ("asked", "", {"confirm_every": "2"}, "valid choice"),
    ("when", "new", {}, "Choose how often it meets"),
    ("when", "new", {"repeats": "weekly", "opens_at": "10am"}, "Choose at least one day"),
    ("when", "new", {"repeats": "weekly", "days": ["MO"], "opens_at": ""}, "Enter the time it begins"),
    ("when", "new", {"repeats": "weekly", "days": ["MO"], "opens_at": "2:30"}, "add am or pm"),
    ("when", "new", {"repeats": "weekly", "days": ["MO"], "opens_at": "25:00"}, "Enter a time, for example"),
    ("when", "new", {"repeats": "fortnightly", "fortnight_days": ["MO"], "opens_at": "10am"}, "Enter the first date"),
    ("when", "new", {"repeats": "date", "monthday": "32", "opens_at": "10am"}, "less than or equal to 31"),
    ("when", "new", {"repeats": "once", "opens_at": "10am"}, "Enter the date"),
    ("when", "new", {"repeats": "open"}, "Say when people can come"),
    ("when", "new", {"repeats": "weekly", "days": ["MO"], "opens_at": "10am", "skips": "Christmas"}, "is no date"),
    ("where", "new", {"kind": "place", "name": "Hall"}, "Enter the postcode"),
    ("where", "new", {"kind": "place", "name": "Hall", "postcode": "ZZ99 9ZZ"}, "There is no postcode ZZ99 9ZZ"),
    ("where", "new", {"kind": "place", "postcode": "BN11 2AA"}, "Enter the name of the place"),
    ("where", "new", {"kind": "online"}, "Say how people join"),
]


@pytest.mark.parametrize(("section", "item", "values", "words"), BAD)
def test_given_bad_input_then_422_and_nothing_typed_is_lost(client_of, provider, walk, section, item, values, words):
    page = save(client_of(provider), walk, section, item, **values)
    assert page.status_code == 422
    assert words in page.text
    for value in values.values():
        if isinstance(value, str) and len(value) > 2:
            assert value in page.text
    assert Version.objects.count() == 1


@pytest.mark.parametrize("text", ["a\0b", "🌻", "\u202eevil", "<b>x</b>", "O'Neill & Söhne", "=1+1"])
def test_given_hostile_words_then_they_are_words(client_of, provider, walk, text):
    client = client_of(provider)
    assert save(client, walk, "about", name=text).status_code == 302
    assert save(client, walk, "first-time", first_time=text).status_code == 302
    assert save(client, walk, "when", "new", repeats="open", words=text).status_code == 302
    for name in ("listing", "preview", "versions"):
        page = client.get(reverse(f"directory:{name}", args=[walk.pk]))
        assert page.status_code == 200
        assert "<b>x</b>" not in page.text


# --- Two at once ----------------------------------------------------------------------------------------


def test_given_two_at_once_then_the_second_sees_both_and_may_save_theirs(client_of, provider, walk):
    mine, theirs = client_of(provider), client_of(teammate(provider))
    form = mine.get(url(walk)).context["form"]
    save(theirs, walk, name="Seaside walk")
    page = mine.post(url(walk), posted(form, name="Stroll"))
    assert page.status_code == 422
    for words in ("Somebody changed this while you were writing", "Seaside walk", "Stroll", "Save mine instead"):
        assert words in page.text
    assert mine.post(url(walk), posted(page.context["form"])).status_code == 302
    assert data(walk)["name"] == "Stroll"
    assert [row.data["name"] for row in Version.objects.order_by("number")] == [
        "Harbour walk",
        "Seaside walk",
        "Stroll",
    ]


def test_given_two_at_once_about_one_place_then_the_second_is_told(client_of, provider, walk):
    mine, theirs, hall = client_of(provider), client_of(teammate(provider)), data(walk)["places"][0]["id"]
    form = mine.get(url(walk, "where", hall)).context["form"]
    save(theirs, walk, "where", hall, transport="Bus 7")
    page = mine.post(url(walk, "where", hall), posted(form, transport="Bus 9"))
    assert page.status_code == 422
    assert "Bus 7" in page.text
    assert "Bus 9" in page.text


def test_given_another_section_was_changed_meanwhile_then_that_is_no_conflict(client_of, provider, walk):
    mine, theirs = client_of(provider), client_of(teammate(provider))
    form = mine.get(url(walk)).context["form"]
    save(theirs, walk, "contact", phone="01632 960999")
    assert mine.post(url(walk), posted(form, name="Stroll")).status_code == 302
    assert (data(walk)["name"], data(walk)["phone"]) == ("Stroll", "01632 960999")


def test_given_a_double_click_then_one_version_and_one_pattern(client_of, provider, walk):
    client = client_of(provider)
    fridays = {"repeats": "weekly", "days": ["FR"], "opens_at": "10am"}
    for at, values in ((url(walk), {"name": "Stroll"}), (url(walk, "when", "new"), fridays)):
        body = posted(client.get(at).context["form"], **values)
        assert client.post(at, body).status_code == client.post(at, body).status_code == 302
    assert Version.objects.count() == 3
    assert walk.schedules.count() == 2


# --- An unverified group ----------------------------------------------------------------------------------


def test_given_an_unverified_group_then_its_edits_wait_and_it_sees_them(client_of, provider, walk):
    provider.agency.verified_at = None
    provider.agency.save()
    client = client_of(provider)
    page = client.post(url(walk), posted(client.get(url(walk)).context["form"], name="Stroll"), follow=True)
    assert "The steward looks at it before it is shown" in page.text
    assert "Your last changes wait for review" in page.text
    save(client, walk, "who", eligibility="Anyone")
    assert data(walk)["name"] == "Harbour walk"
    proposal = Proposal.objects.get()
    assert proposal.changes == {"name": ["Harbour walk", "Stroll"], "eligibility": ["", "Anyone"]}
    assert client.get(url(walk)).context["form"]["name"].value() == "Stroll"
    assert "Stroll" in client.get(reverse("directory:preview", args=[walk.pk])).text
    assert data(walk)["name"] == "Harbour walk", "Looking at the preview changes nothing"


# --- Whose ----------------------------------------------------------------------------------------------


def test_strangers_readers_teammates_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    feed = ServiceFactory(agency=provider.agency, source="Another directory")
    pattern = data(walk)["schedules"][0]["id"]
    for at in (url(walk), url(walk, "when"), url(walk, "when", "new"), url(walk, "when", pattern)):
        assert stranger.get(at).status_code == stranger.post(at, {}).status_code == 404
        for reader in (gp, connector, steward):
            assert client_of(reader).get(at).status_code == 403
        assert client.get(at).status_code == 302
        assert client_of(provider).delete(at).status_code == 405
    assert client_of(provider).get(url(feed)).status_code == 404, "A feed's listing is not edited here"
    assert client_of(provider).get(url(walk, "nothing")).status_code == 404
    assert client_of(provider).get(url(walk, "about", "new")).status_code == 404
    assert client_of(provider).get(url(walk, "when", "nothing")).status_code == 404
    assert client_of(provider).get(url(walk, "when", str(uuid.uuid4()))).status_code == 404
    assert client_of(provider).post(url(walk, "when"), {}).status_code == 405
    assert save(client_of(teammate(provider)), walk, name="Stroll").status_code == 302
