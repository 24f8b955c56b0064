"""Filters, what each would leave, and why something was found: against a plain reading of a made-up directory."""

import datetime
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Membership
from directory.catalogue import facets
from directory.geography.grid import Point
from directory.models import (
    Accessibility,
    Capacity,
    CostOption,
    Language,
    Location,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceTerm,
    Session,
    Spot,
    Status,
    TaxonomyTerm,
)
from directory.models.session import DAY_NAMES
from directory.search.index import index_services, mark_needs, refresh_ageing_rows, refresh_counts
from directory.search.query import SearchQuery
from directory.search.statement import search
from tests.directory.making import HOVE, WORTHING, listed, need
from tests.factories import ServiceFactory

HERE = Point(*WORTHING)
STARTS = {"morning": 10, "afternoon": 14, "evening": 19}


@dataclass(frozen=True)
class Meeting:
    """A service at one place, as a reader would sum it up."""

    service: str
    word: str
    km: float | None
    hours: frozenset[tuple[str, str]]  # day, part of the day
    free: bool
    ages: tuple[int, int]
    access: frozenset[str]
    languages: frozenset[str]
    room: bool
    meets: bool
    online: bool
    need: str

    def suits(self, asked: SearchQuery) -> bool:
        hours = any(asked.day in ("", day) and asked.time in ("", part) for day, part in self.hours)
        return (
            (not asked.words or asked.words == self.word)
            and (not asked.km or self.km is None or self.km <= asked.km)
            and (hours or not (asked.day or asked.time))
            and (self.free or not asked.free)
            and (asked.age is None or self.ages[0] <= asked.age <= self.ages[1])
            and set(asked.access) <= self.access
            and (not asked.language or asked.language in self.languages)
            and (self.room or not asked.room)
            and (self.meets or not asked.meets)
            and (self.online or not asked.online)
            and (not asked.need or asked.need.code == self.need)
        )


def make(pick: random.Random, number: int, needs: list[TaxonomyTerm]) -> list[Meeting]:
    """One service at up to two places, in the tables and in plain words."""
    low, high = pick.choice([(None, None), (None, None), (55, None), (None, 18), (18, 64), (5, 11)])
    word, free, meets, room = (
        pick.choice(["yoga", "choir"]),
        pick.random() < 0.4,
        pick.random() < 0.3,
        pick.random() < 0.3,
    )
    service = ServiceFactory(name=f"{word} {number}", minimum_age=low, maximum_age=high, meets_you=meets)
    spoken = frozenset(pick.sample(["pl", "ur", "so"], pick.choice([0, 0, 1, 2])))
    Language.objects.bulk_create(Language(service=service, code=code) for code in spoken)
    CostOption.objects.create(service=service, amount=Decimal(0 if free else 3))
    if room or number % 4 == 0:
        Capacity.objects.create(service=service, available=2 if room else 0)
    term = pick.choice([None, *needs])
    if term:
        ServiceTerm.objects.create(service=service, term=term)
    made = []
    for _ in range(pick.choice([1, 1, 2])):
        km, online = pick.choice([0.5, 2.0, 4.0, 6.0, 12.0]), pick.random() < 0.15
        access = frozenset(pick.sample(["step-free", "hearing-loop"], pick.choice([0, 1, 2])))
        place = Location.objects.create(
            name="Hall",
            latitude=HERE.lat + km / 111.195,
            longitude=HERE.lon,
            location_type="virtual" if online else "physical",
        )
        Accessibility.objects.bulk_create(
            Accessibility(location=place, description=facets.ACCESS[code]) for code in access
        )
        at = ServiceAtLocation.objects.create(service=service, location=place)
        hours = frozenset((pick.choice(["MO", "TU", "SA"]), pick.choice([*STARTS])) for _ in range(pick.choice([1, 2])))
        for day, part in hours:
            opens, closes = datetime.time(STARTS[part]), datetime.time(STARTS[part] + 1)
            Schedule.objects.create(
                service=service, at_location=at, freq="WEEKLY", byday=day, opens_at=opens, closes_at=closes
            )
        made.append(
            Meeting(
                service.name,
                word,
                km,
                hours,
                free,
                (low or 0, high or 130),
                access,
                spoken,
                room,
                meets,
                online,
                term.code if term else "",
            )
        )
    index_services([service.pk])
    return made


def left(meetings: list[Meeting], asked: SearchQuery) -> int:
    return len({meeting.service for meeting in meetings if meeting.suits(asked)})


def choices(asked: SearchQuery, needs: list[TaxonomyTerm]) -> list[tuple[str, str, SearchQuery]]:
    """Each filter's choices, and the search that each would make."""
    found = [("day", day, replace(asked, day=day)) for day in DAY_NAMES]
    found += [("time", part, replace(asked, time=part)) for part in facets.DAY_PARTS]
    found += [(name, "1", replace(asked, **{name: True})) for name in ("free", "room", "meets", "online")]
    found += [("access", code, replace(asked, access=(*asked.access, code))) for code in facets.ACCESS]
    found += [("language", code, replace(asked, language=code)) for code in ("pl", "ur", "so")]
    found += [("need", term.code, replace(asked, need=term)) for term in needs]
    found += [("miles", str(far), replace(asked, km=far * 1.609344)) for far in (1, 3, 5, 10)]
    return found


def asked_for(pick: random.Random, needs: list[TaxonomyTerm]) -> SearchQuery:
    """A search with a few filters at random."""
    filters: dict[str, Any] = {
        "words": pick.choice(["", "yoga"]),
        "day": pick.choice(["MO", "TU"]),
        "time": pick.choice([*STARTS]),
        "free": True,
        "age": pick.choice([8, 30, 55, 80]),
        "access": (pick.choice(["step-free", "hearing-loop"]),),
        "language": pick.choice(["pl", "ur"]),
        "room": True,
        "meets": True,
        "online": True,
        "km": pick.choice([3.0, 8.0]),
        "need": pick.choice(needs),
    }
    chosen = pick.sample(sorted(filters), pick.choice([0, 1, 1, 2, 2, 3]))
    return SearchQuery(near=HERE, size=200, **{name: filters[name] for name in chosen})


def test_filters_leave_and_count_what_a_plain_reading_does() -> None:
    pick = random.Random(5)
    needs = [need(code="a", name="Xylophones", words="zithers"), need(code="b", name="Quoits", words="skittles")]
    meetings = [meeting for number in range(120) for meeting in make(pick, number, needs)]
    refresh_counts()
    filtered = 0
    for _ in range(60):
        asked = asked_for(pick, needs)
        found = search(asked)
        names = {service.name for service in found.cards}
        assert names == {meeting.service for meeting in meetings if meeting.suits(asked)}, asked
        filtered += bool(names)
        for name, choice, narrower in choices(asked, needs):
            assert found.counts[name].get(choice, 0) == left(meetings, narrower), (asked, name, choice)
    assert filtered > 30, "most of the searches found something"


def test_one_mark_is_counted_once_for_a_service_at_two_places() -> None:
    service = ServiceFactory(name="Walk")
    for at in (WORTHING, HOVE):
        place = Location.objects.create(name="Hall", latitude=at[0], longitude=at[1])
        met = ServiceAtLocation.objects.create(service=service, location=place)
        Schedule.objects.create(service=service, at_location=met, freq="WEEKLY", byday="TU")
    index_services([service.pk])
    assert search(SearchQuery(words="walk")).counts["day"]["TU"] == 1


def test_counts_end_where_the_candidates_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.search.query.MAX_CANDIDATES", 3)
    for number in range(6):
        listed(f"Walk {number}", day="TU")
    found = search(SearchQuery(words="walk"))
    assert (found.count, found.counts_are_least, found.counts["day"]["TU"]) == (4, True, 3)


@pytest.mark.parametrize(
    ("opens", "closes", "parts"),
    [
        ("10:30", "12:00", {"morning"}),
        ("11:30", "12:30", {"morning"}),
        ("09:00", "17:00", {"morning", "afternoon"}),
        ("12:00", "14:00", {"afternoon"}),
        ("16:30", "18:00", {"afternoon", "evening"}),
        ("17:00", "", {"evening"}),
        ("22:00", "01:00", {"evening"}),
    ],
)
def test_a_meeting_is_in_the_part_of_the_day_it_begins_in_or_lasts_an_hour_in(
    opens: str, closes: str, parts: set
) -> None:
    row = Schedule(
        freq="WEEKLY",
        byday="TU",
        opens_at=datetime.time.fromisoformat(opens),
        closes_at=datetime.time.fromisoformat(closes) if closes else None,
    )
    found = set(facets.list_hours_facets([row], []))
    assert found == {"#tu"} | {f"#{part}" for part in parts} | {f"#tu-{part}" for part in parts}


def test_a_day_that_only_words_name_is_a_day() -> None:
    listed("Tuesday lunch club")
    assert search(SearchQuery(day="TU")).cards


@pytest.mark.parametrize("low", [None, 0, 5, 18, 55, 119])
@pytest.mark.parametrize("high", [None, 11, 64, 120])
def test_every_age_is_in_its_blocks(low: int | None, high: int | None) -> None:
    if low and high and low > high:
        return
    said = set(facets.list_age_facets(low, high))
    assert len(said) <= 12
    for age in range(120):
        fits = (low or 0) <= age <= (high or 130)
        assert bool(said & set(facets.wanted_age_facets(age))) is fits, age


def test_a_language_is_the_same_by_code_and_by_name() -> None:
    rows = [Language(code="pl"), Language(code="pl-PL"), Language(name="Polish"), Language(name=" polish ")]
    assert {facets.parse_language_code(row) for row in rows} == {"pl"}
    assert facets.parse_language_code(Language(name="Rohingya")) == "rohingya"


@pytest.mark.parametrize(
    ("fees", "free"),
    [
        ("Free", True),
        ("It is free of charge.", True),
        ("No charge", True),
        ("", False),
        ("Free for members, £3 for others", False),
    ],
)
def test_free_in_so_many_words_is_free(fees: str, free: bool) -> None:
    listed("Tea", fees=fees)
    assert bool(search(SearchQuery(free=True)).cards) is free


# --- Room, and why -----------------------------------------------------------------------------------------


def met(service: Service, days: int, places: int | None, taken: int = 0) -> Session:
    at = timezone.now() + datetime.timedelta(days=days)
    return Session.objects.create(service=service, on=at.date(), starts_at=at, places=places, taken=taken)


@pytest.mark.parametrize(
    ("days", "words"), [(2, "Has room this week"), (9, "Has room next week"), (30, "Has room on ")]
)
def test_room_is_that_of_its_next_sessions(days: int, words: str) -> None:
    service = listed("Walk")
    met(service, 1, places=5, taken=5)
    met(service, days, places=5, taken=4)
    index_services([service.pk])
    found = search(SearchQuery(room=True)).cards
    assert [one.name for one in found] == ["Walk"]
    assert found[0].recommended[0].startswith(words)


def test_no_room_when_the_next_are_full_or_nobody_counts() -> None:
    full, uncounted, closed = listed("Full"), listed("Uncounted"), listed("Closed", status=Status.CLOSED)
    met(full, 2, places=1, taken=1)
    met(uncounted, 2, places=None)
    met(closed, 2, places=3)
    index_services([full.pk, uncounted.pk, closed.pk])
    assert search(SearchQuery(room=True)).cards == []


def test_room_that_was_yesterday_is_looked_at_again_by_night() -> None:
    service = listed("Walk")
    session = met(service, 1, places=2)
    index_services([service.pk])
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - datetime.timedelta(days=1))
    Spot.objects.update(room_on=timezone.localdate() - datetime.timedelta(days=1))
    refresh_ageing_rows()
    assert not search(SearchQuery(room=True)).cards


def test_why_it_is_found_is_said_without_a_further_query() -> None:
    listed(
        "Sewing",
        description="Also knitting.",
        meets_you=True,
        answers=5,
        reply_days=2,
        assured_date=timezone.localdate() - datetime.timedelta(days=500),
    )
    service = search(SearchQuery(words="knitting", near=HERE)).cards[0]
    assert service.why == [
        "Less than half a mile away",
        "Matches “knitting”",
        "Not checked for over a year",
    ]
    assert service.recommended == ["Someone can meet you"]
    assert service.reply == "Usually answers in 2 days"


def test_a_tick_stands_at_what_speaks_for_it_and_at_nothing_else(
    client: Client, client_of: Callable[..., Client], gp: Membership
) -> None:
    old = timezone.localdate() - datetime.timedelta(days=500)
    listed("Sewing", description="Also knitting.", meets_you=True, answers=5, reply_days=2, assured_date=old)
    listed("Knitting", answers=5, reply_days=2, assured_date=old)
    address = "/activities/?words=knitting&near=Worthing"
    for visitor, told in ((client, False), (client_of(gp), True)):
        html = visitor.get(address).content.decode()
        ticked = [
            re.sub("<[^>]*>", "", words).strip() for words in re.findall('(?s)class="why why--good">(.*?)</p>', html)
        ]
        assert ticked == ["What speaks for it: Someone can meet you"]
        assert ("Usually answers in 2 days" in html) is told


def test_a_few_answers_say_nothing_about_the_next() -> None:
    listed("Sewing", answers=4, reply_days=2)
    assert search(SearchQuery(words="sewing")).cards[0].reply == ""


def test_what_is_kept_well_and_has_room_comes_before_its_like() -> None:
    today = timezone.localdate()
    stale = listed("Choir", assured_date=today - datetime.timedelta(days=900))
    fresh = listed("Choir", assured_date=today, quality=90)
    roomy = listed("Choir", assured_date=today, quality=90)
    Capacity.objects.create(service=roomy, available=3)
    index_services([roomy.pk])
    for asked in (SearchQuery(words="choir"), SearchQuery(near=HERE), SearchQuery(words="choir", near=HERE)):
        assert [service.pk for service in search(asked).cards] == [roomy.pk, fresh.pk, stale.pk]


def test_a_better_match_or_a_nearer_place_still_comes_first() -> None:
    listed("Choir", assured_date=None)
    listed("Lunch", description="With a choir now and then.", assured_date=timezone.localdate(), quality=100)
    assert search(SearchQuery(words="choir")).cards[0].name == "Choir"
    listed("Far choir", at=HOVE, assured_date=timezone.localdate(), quality=100)
    assert [one.name for one in search(SearchQuery(near=HERE)).cards][-1] == "Far choir"


def test_a_listing_grows_stale_by_night() -> None:
    service = listed("Choir", assured_date=timezone.localdate())
    worth = Spot.objects.get().worth
    Service.objects.filter(pk=service.pk).update(assured_date=timezone.localdate() - datetime.timedelta(days=500))
    refresh_ageing_rows()
    assert Spot.objects.get().worth == pytest.approx(worth - 0.4)


def test_what_an_older_making_wrote_is_written_anew() -> None:
    listed("Choir", free=True)
    Spot.objects.update(written_as=0, marks=[])
    refresh_ageing_rows()
    assert Spot.objects.get().marks == ["#free"]


# --- Needs, and nothing found -------------------------------------------------------------------------------


def test_new_words_of_a_need_find_what_speaks_of_them() -> None:
    lonely = need(name="Loneliness", words="lonely")
    listed("Lunch club", description="For people who feel lonely.")
    tagged = listed("Visitors", description="At home, for isolated people.")
    ServiceTerm.objects.create(service=tagged, term=lonely)
    index_services([tagged.pk])
    listed("Company", description="For isolated people.")
    assert names(SearchQuery(need=lonely)) == {"Lunch club", "Visitors"}
    TaxonomyTerm.objects.filter(pk=lonely.pk).update(words="isolated")
    mark_needs()
    assert names(SearchQuery(need=lonely)) == {"Company", "Visitors"}
    assert search(SearchQuery(near=HERE)).counts["need"]["company"] == 2


def names(asked: SearchQuery) -> set[str]:
    return {service.name for service in search(asked).cards}


def test_when_nothing_is_found_the_nearest_like_it_are_named() -> None:
    listed("Choir in Hove", at=HOVE, day="MO")
    listed("Choir in Worthing", day="WE")
    listed("Yoga", day="TU")
    found = search(SearchQuery(words="choir", day="TU", near=HERE, km=5))
    assert (found.count, found.cards) == (0, [])
    assert [service.name for service in found.nearest] == ["Choir in Worthing", "Choir in Hove"]
    assert found.nearest[0].why
    assert found.nearest[0].when
    assert found.counts["day"]["WE"] == 1, "another day would find one"


def test_what_is_suggested_depends_on_what_was_typed() -> None:
    for number in range(5):
        listed(f"Walk {number}")
    for words in ("elephants", "elephants trumpets"):
        found = search(SearchQuery(words=words, near=HERE))
        assert (found.cards, found.nearest) == ([], []), "nothing here is like it"
    assert len(search(SearchQuery(words="walk", near=HERE, day="TU")).nearest) == 3


def test_nothing_is_named_as_nearest_when_something_is_found() -> None:
    listed("Choir")
    assert search(SearchQuery(words="choir", near=HERE)).nearest == []
