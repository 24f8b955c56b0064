"""Words, a need, a place and a day → the activities that suit."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.geography.grid import Point
from directory.geography.rings import KM_PER_DEGREE_NORTH
from directory.models import (
    Location,
    Place,
    Postcode,
    Schedule,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Status,
    StopWord,
    Synonym,
    TaxonomyTerm,
    Word,
)
from directory.search import vocabulary
from directory.search.index import index_services, refresh_counts
from directory.search.statement import SearchQuery, SearchResult, search
from tests.directory.making import HOVE, SHOREHAM, WORTHING, listed, need
from tests.factories import ServiceFactory
from tests.queries import assert_max_queries

HERE = Point(*WORTHING)

pytestmark = pytest.mark.usefixtures("no_shipped_words")


def names(found: SearchResult) -> list[str]:
    return [service.name for service in found.cards]


def test_a_word_finds_its_other_endings_and_accents() -> None:
    listed("Gardening together")
    listed("Memory café")
    assert names(search(SearchQuery(words="gardens"))) == ["Gardening together"]
    assert names(search(SearchQuery(words="cafe"))) == ["Memory café"]
    assert names(search(SearchQuery(words="CAFÉ"))) == ["Memory café"]


@pytest.mark.parametrize("typed", ["gardning", "gardenign", "grdening", "gardeninng", "hcoir"])
def test_typing_mistakes_are_forgiven_and_said(typed: str) -> None:
    listed("Gardening together")
    listed("Choir")
    found = search(SearchQuery(words=typed))
    meant = "choir" if typed == "hcoir" else "gardening"
    assert found.corrected == [(typed, meant)]
    assert len(found.cards) == 1


@pytest.mark.parametrize("typed", ["cards", "quiz", "weekend", "shell", "barden", "elder"])
def test_a_word_that_is_unknown_is_not_turned_into_another(typed: str) -> None:
    listed("A quiet car, week by week", description="A shed in the garden for older people.")
    found = search(SearchQuery(words=typed))
    assert (found.corrected, found.cards) == ([], [])


def test_a_short_word_is_corrected_when_a_letter_is_missing_or_swapped() -> None:
    listed("Dance")
    listed("Yoga")
    assert search(SearchQuery(words="dnce")).corrected == [("dnce", "dance")]
    assert search(SearchQuery(words="yoag")).corrected == [("yoag", "yoga")]


def test_a_word_begun_finds_what_begins_so() -> None:
    listed("Gardening together")
    found = search(SearchQuery(words="garde"))
    assert names(found) == ["Gardening together"]
    assert found.corrected == []


def test_all_words_are_wanted_and_some_when_none_has_all() -> None:
    listed("Walking by the sea")
    listed("Walking and tea")
    assert names(search(SearchQuery(words="walking tea"))) == ["Walking and tea"]
    some = search(SearchQuery(words="sea elephants"))
    assert (names(some), some.unsaid) == (["Walking by the sea"], ["elephants"])
    some = search(SearchQuery(words="sea tea"))
    assert (len(names(some)), some.loose, some.some_whole) == (2, True, False)
    assert names(search(SearchQuery(words="sea elephants", whole=True))) == []


def test_a_word_in_the_name_counts_more_than_one_in_the_text() -> None:
    listed("Lunch club", description="Sometimes we have a choir.")
    listed("Choir")
    assert names(search(SearchQuery(words="choir"))) == ["Choir", "Lunch club"]


def test_the_group_the_place_and_the_day_are_words_too() -> None:
    listed("Tea", day="TU", city="Lancing")
    assert names(search(SearchQuery(words="lancing tuesday tea"))) == ["Tea"]


def test_a_need_finds_what_carries_it_and_what_speaks_of_it() -> None:
    lonely = need(name="Loneliness", words="lonely, company at home")
    tagged, _ = listed("Lunch club"), listed("Debt advice")
    ServiceTerm.objects.create(service=tagged, term=lonely)
    index_services([tagged.pk])
    listed("Visitors", description="For people who feel lonely.")
    listed("Shop", description="A company in the home.")
    refresh_counts()
    assert sorted(names(search(SearchQuery(need=lonely)))) == ["Lunch club", "Visitors"]
    assert names(search(SearchQuery(need=lonely, words="lunch"))) == ["Lunch club"]


def test_near_comes_first_with_its_distance() -> None:
    listed("Walk in Hove", at=HOVE)
    listed("Walk in Worthing", at=WORTHING)
    listed("Walk in Shoreham", at=SHOREHAM)
    found = search(SearchQuery(near=HERE))
    assert names(found) == ["Walk in Worthing", "Walk in Shoreham", "Walk in Hove"]
    assert found.cards[1].distance_km == pytest.approx(7.2, abs=0.2)


def test_what_cannot_be_placed_is_not_near_everything() -> None:
    listed("Walk somewhere", at=None)
    for name, area in (("Walk for Worthing", "Worthing"), ("Walk for Carlisle", "Carlisle"), ("Walk anywhere", "")):
        service = listed(name, at=None)
        if area:
            ServiceArea.objects.create(service=service, name=area)
        else:
            Schedule.objects.create(service=service, freq="WEEKLY", byday="MO", attending_type="telephone")
            index_services([service.pk])
    for name, (lat, lon) in (("Worthing", WORTHING), ("Carlisle", (54.89, -2.93))):
        row = {"shown": name, "latitude": lat, "longitude": lon, "size": 1, "given": True}
        Place.objects.update_or_create(name=name.lower(), defaults=row)
    assert sorted(names(search(SearchQuery(words="walk", near=HERE)))) == ["Walk anywhere", "Walk for Worthing"]
    assert len(names(search(SearchQuery(words="walk")))) == 4, "nobody asked for a place"


@pytest.mark.parametrize("place", ["BN11 2AA", "Heene"])
def test_an_area_may_be_a_county_a_district_or_a_code(place: str) -> None:
    """given the postcode itself, or a neighbourhood that is nearest to its district"""
    Postcode.objects.create(code="BN112AA", latitude=HERE.lat, longitude=HERE.lon, authority="E07000229")
    Place.objects.create(name="bn11", shown="BN11", latitude=HERE.lat, longitude=HERE.lon, district=True)
    areas = {
        "by code": {"extent": "E07000229", "extent_type": "GSS"},
        "by address": {"uri": "http://statistics.data.gov.uk/id/statistical-geography/E10000032"},
        "by county": {"name": "West Sussex"},
        "by council": {"name": "Worthing Borough Council"},
        "by list": {"name": "Adur, Worthing and Arun"},
        "by country": {"name": "England"},
        "elsewhere": {"name": "Hertfordshire"},
        "elsewhere by code": {"name": "S12000036"},
    }
    for name, area in areas.items():
        ServiceArea.objects.create(service=listed(name, at=None), **area)
    found = names(search(SearchQuery(near=HERE, place=place)))
    assert {*areas} - {*found} == {"elsewhere", "elsewhere by code"}


def test_no_further_than_asked_but_what_has_no_place_stays() -> None:
    listed("Walk in Hove", at=HOVE)
    listed("Walk in Shoreham", at=SHOREHAM)
    by_phone = listed("Walking by phone", at=None)
    Schedule.objects.create(service=by_phone, freq="WEEKLY", byday="MO", attending_type="by phone")
    index_services([by_phone.pk])
    assert names(search(SearchQuery(words="walk", near=HERE, km=8))) == ["Walk in Shoreham", "Walking by phone"]


@pytest.mark.parametrize("km", [1, 5, 16])
def test_the_radius_ends_where_it_says(km: int) -> None:
    """given one place ten metres within the radius and one ten metres beyond it, then only the first is found"""
    for name, distance in (("Walk within", km - 0.01), ("Walk beyond", km + 0.01)):
        listed(name, at=(HERE.lat + distance / KM_PER_DEGREE_NORTH, HERE.lon))
    assert names(search(SearchQuery(words="walk", near=HERE, km=km))) == ["Walk within"]


def test_without_a_place_no_distance_is_said() -> None:
    listed("Walk")
    assert search(SearchQuery(words="walk")).cards[0].distance_km is None


def test_a_day_and_a_place_are_those_of_one_meeting() -> None:
    service = ServiceFactory(name="Tai chi")
    for at, day in ((WORTHING, "MO"), (HOVE, "TU")):
        place = Location.objects.create(name="Hall", latitude=at[0], longitude=at[1])
        met = ServiceAtLocation.objects.create(service=service, location=place)
        Schedule.objects.create(service=service, at_location=met, freq="WEEKLY", byday=day)
    index_services([service.pk])
    refresh_counts()
    assert names(search(SearchQuery(day="TU", near=HERE, km=5))) == []
    monday = search(SearchQuery(day="MO", near=HERE, km=5))
    assert monday.cards[0].when == "Mondays"
    assert names(search(SearchQuery(words="tai chi", near=HERE))) == ["Tai chi"], "once, at the nearer place"


@pytest.mark.parametrize(("status", "there"), [("active", True), ("temporarily closed", True), ("inactive", False)])
def test_only_what_runs_is_found(status: str, there: bool) -> None:
    listed("Walk", status=Status(status))
    assert bool(search(SearchQuery(words="walk")).cards) is there


@pytest.mark.parametrize("near", [None, HERE])
@pytest.mark.parametrize("words", ["", "walk"])
def test_every_activity_comes_once_page_after_page(near: Point | None, words: str) -> None:
    wanted = set()
    for number in range(23):
        place = None if number % 5 == 0 else (50.8 + number / 1000, -0.37)
        wanted.add(listed_quickly(f"Walk {number}", place))
    refresh_counts()
    seen, after = [], ""
    for _page in range(10):
        found = search(SearchQuery(words=words, near=near, size=5, after=after))
        seen += names(found)
        assert found.count_label == "23 activities"
        after = found.more
        if not after:
            break
    assert sorted(seen) == sorted(wanted)


def test_paging_goes_on_past_the_rows_that_are_ranked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.search.query.MAX_CANDIDATES", 7)
    monkeypatch.setattr("directory.search.statement.MAX_UNPLACED_ROWS", 2)
    wanted = {listed_quickly(f"Walk {n}", None if n % 4 == 0 else (50.8 + n / 1000, -0.37)) for n in range(30)}
    refresh_counts()
    seen, after = [], ""
    for _page in range(30):
        found = search(SearchQuery(words="walk", near=HERE, size=3, after=after))
        seen += names(found)
        after = found.more
        if not after:
            break
    assert sorted(seen) == sorted(wanted)
    assert search(SearchQuery(words="walk", near=HERE)).count_label == "more than 7 activities"


def listed_quickly(name: str, at: tuple[float, float] | None) -> str:
    service = ServiceFactory(name=name)
    if at:
        place = Location.objects.create(name="Hall", city="Worthing", latitude=at[0], longitude=at[1])
        ServiceAtLocation.objects.create(service=service, location=place)
    else:
        ServiceArea.objects.create(service=service, name="Worthing")
    index_services([service.pk])
    return name


HOSTILE = [
    "",
    " ",
    "'",
    "\\",
    "&|!:*()<->",
    "a & ! b",
    "':*",
    "\x00",
    "walk\x00",
    "🐟",
    "the of and",
    "%",
    "_",
    "#tu",
    "عربي",
    "x" * 10_000_000,
    " ".join("abcdefgh" for _ in range(1000)),
    "DROP TABLE",
    "{0} %s %(x)s",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_may_be_typed(words: str) -> None:
    listed("Walk")
    assert isinstance(search(SearchQuery(words=words, near=HERE)).cards, list)


@pytest.mark.parametrize("after", ["x", "0", "9" * 200, "0_nan_1_1_1_" + "0" * 32, "1_1e5_1_1__", "0_-_1_1__", "\x00"])
def test_a_made_up_cursor_does_no_harm(after: str) -> None:
    listed("Walk")
    assert isinstance(search(SearchQuery(after=after)).cards, list)


def test_words_learnt_from_a_new_activity_are_known_at_once() -> None:
    listed("Walk")
    service = ServiceFactory(name="Bowls")
    index_services([service.pk])
    assert Word.objects.filter(word="bowls").exists()
    assert names(search(SearchQuery(words="bowls"))) == ["Bowls"]


@pytest.mark.parametrize("count", [1, 25])
def test_two_queries_however_many_there_are(count: int) -> None:
    for number in range(count):
        listed_quickly(f"Walk {number}", WORTHING)
    refresh_counts()
    with assert_max_queries(2):
        found = search(SearchQuery(words="walking", near=HERE, km=5, day="", size=10))
        assert all(card.agency_name and card.where for card in found.cards)


@pytest.mark.parametrize("typed", ["walki", "walkin", "walking"])
def test_a_word_begun_finds_it_however_far_it_is_typed(typed: str) -> None:
    listed("Walking by the sea")
    assert names(search(SearchQuery(words=typed))) == ["Walking by the sea"]


@pytest.mark.parametrize("typed", ["lonely", "lonley", "lonel", "loneliness"])
def test_the_other_words_of_a_need_find_what_carries_it(typed: str) -> None:
    tagged = listed("Lunch club")
    listed("Debt advice")
    ServiceTerm.objects.create(service=tagged, term=need(name="Loneliness", words="lonely, company at home"))
    index_services([tagged.pk])
    refresh_counts()
    assert names(search(SearchQuery(words=typed))) == ["Lunch club"]


def test_a_correction_is_a_word_that_people_write_never_a_stem() -> None:
    tagged = listed("Lunch club")
    ServiceTerm.objects.create(service=tagged, term=need(name="Loneliness", words=""))
    index_services([tagged.pk])
    refresh_counts()
    assert search(SearchQuery(words="lonelyness")).corrected == [("lonelyness", "loneliness")]


# --- The steward's words, and other spellings -----------------------------------------------------------------


def test_what_was_typed_is_not_among_what_it_also_finds() -> None:
    Synonym.objects.create(typed="stroll", means="Stroll, walk")
    listed("A stroll")
    listed("A walk")
    assert search(SearchQuery(words="stroll")).also == [("stroll", "walk")]


def test_a_synonym_finds_what_the_steward_says_it_means() -> None:
    listed("Recovery group", description="For people who drink too much alcohol.")
    listed("Car club", description="The AA tells how.")
    listed("Walk")
    Synonym.objects.create(typed="aa", means="alcohol, gin and tonic")
    found = search(SearchQuery(words="AA"))
    assert sorted(names(found)) == ["Car club", "Recovery group"]
    assert (found.also, found.corrected) == ([("aa", "alcohol, gin and tonic")], [])
    assert {one.name: one.why for one in found.cards}["Recovery group"] == ["Matches “alcohol”"]


@pytest.mark.parametrize("typed", ["citizens advice", "help from Citizens Advice", "drop-in", "drop in"])
def test_a_synonym_may_be_several_words(typed: str) -> None:
    listed("Help with debt")
    listed("Advice on gardens")
    Synonym.objects.create(typed="citizens advice", means="debt")
    Synonym.objects.create(typed="drop-in", means="debt")
    assert names(search(SearchQuery(words=typed))) == ["Help with debt"]


def test_other_words_narrow_a_synonym() -> None:
    listed("Recovery group for women", description="Alcohol.")
    listed("Recovery group for men", description="Alcohol.")
    Synonym.objects.create(typed="aa", means="alcohol")
    found = search(SearchQuery(words="aa women"))
    assert names(found) == ["Recovery group for women", "Recovery group for men"], "few have it all: they come first"
    assert (found.loose, found.some_whole) == (True, True)


@pytest.mark.parametrize("means", ["the of", ",", " , ,", "'; DROP", "&|!:*()", "🐟"])
def test_a_synonym_that_means_nothing_does_no_harm(means: str) -> None:
    listed("Walk")
    Synonym.objects.create(typed="stroll", means=means)
    assert isinstance(search(SearchQuery(words="stroll walk")).cards, list)


def test_a_stop_word_is_left_out_and_said() -> None:
    listed("Walk")
    StopWord.objects.create(word="local")
    found = search(SearchQuery(words="local walk"))
    assert (names(found), found.left_out, found.loose) == (["Walk"], ["local"], False)
    assert names(search(SearchQuery(words="local"))) == ["Walk"], "nothing is left to look for: all"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("organisation", "organization"),
        ("organization", "organisations"),
        ("colour", "colors"),
        ("color", "colour"),
        ("programme", "program"),
        ("theatre", "theater"),
        ("centre", "centers"),
        ("counselling", "counseling"),
        ("traveller", "travelers"),
        ("neighbours", "neighbors"),
        ("mum", "mom"),
        ("paediatric", "pediatric"),
        ("dialogue", "dialog"),
        ("organised", "organized"),
        ("haemophilia", "hemophilia"),
        ("grey", "gray"),
    ],
)
def test_british_and_american_spellings_find_each_other(written: str, typed: str) -> None:
    listed(f"The {written} meets")
    listed("Walk")
    found = search(SearchQuery(words=typed))
    assert len(found.cards) == 1
    assert found.corrected == []


@pytest.mark.parametrize("word", ["filling", "four", "hour", "doctor", "walk"])
def test_a_word_that_only_looks_like_another_spelling_is_its_own(word: str) -> None:
    listed(f"One {word}")
    listed("Filing for an hr")
    assert names(search(SearchQuery(words=word))) == [f"One {word}"]


# --- Words of its own, and words of its needs -----------------------------------------------------------------


def with_need(name: str, term: TaxonomyTerm, **fields: Any) -> None:
    service = listed(name, **fields)
    ServiceTerm.objects.create(service=service, term=term)
    index_services([service.pk])
    refresh_counts()


def why(found: SearchResult) -> dict[str, list[str]]:
    return {service.name: service.why for service in found.cards}


def test_words_of_its_own_come_before_those_of_its_need_however_well_that_is_kept() -> None:
    active = need(name="Being more active", words="yoga, dancing")
    with_need("Gardening", active, quality=100, assured_date=timezone.localdate())
    listed("Stretch and rest", description="Some of it is yoga.", at=HOVE, quality=0)
    found = search(SearchQuery(words="yoga", near=HERE))
    assert names(found) == ["Stretch and rest", "Gardening"]
    assert "Matches “yoga”" in why(found)["Stretch and rest"]
    assert "For being more active" in why(found)["Gardening"]
    assert not any("Matches" in words for words in why(found)["Gardening"])


def test_what_has_all_the_words_only_through_a_need_shuts_nothing_out() -> None:
    condition = need(name="Living with a condition", words="dementia, memory café")
    with_need("Chair exercise", condition, quality=100)
    listed("Caring for someone with dementia")
    found = search(SearchQuery(words="dementia cafe"))
    assert names(found) == ["Chair exercise", "Caring for someone with dementia"], "some of the words come after all"
    assert found.loose


def test_what_the_steward_says_it_means_comes_before_a_need() -> None:
    food = need(name="Food", words="food bank, lunch club")
    with_need("Long lunch", food, quality=100)
    listed("Community pantry")
    Synonym.objects.create(typed="food bank", means="pantry, food parcel")
    assert names(search(SearchQuery(words="food bank"))) == ["Community pantry", "Long lunch"]


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("C.A.B.", "Advice at the CAB"),
        ("cab", "Advice at the CAB"),
        ("T'ai chi", "Tai chi"),
        ("taichi", "Tai chi"),
        ("tai-chi", "Tai chi"),
        ("universities", "University of the third age"),
        ("universal credit", "Universal Credit form"),
        ("housing", "Housing advice"),
        ("house", "House plants"),
        ("organisation", "Organising a street party"),
        ("organic", "Organic vegetables"),
        ("park", "Walk in the park"),
        ("parking", "Parking permits"),
        ("walking", "Walk in the park"),
    ],
)
def test_dots_and_hyphens_do_not_matter_and_endings_that_mislead_are_held_apart(typed: str, finds: str) -> None:
    for name in (
        "Advice at the CAB",
        "Tai chi",
        "University of the third age",
        "Universal Credit form",
        "Housing advice",
        "House plants",
        "Organising a street party",
        "Organic vegetables",
        "Walk in the park",
        "Parking permits",
        "Walking football",
    ):
        listed(name, city="Lancing")
    assert names(search(SearchQuery(words=typed))) == [finds]


def test_fillers_say_nothing_and_several_words_mean_something() -> None:
    listed("Bereavement café")
    listed("Husband and wife dancing")
    Synonym.objects.create(typed="lost husband", means="bereavement")
    StopWord.objects.bulk_create(StopWord(word=word) for word in ("ive", "help with", "husband", "my husband"))
    for typed in ("I've lost my husband", "lost husband", "help with my lost husband"):
        assert names(search(SearchQuery(words=typed))) == ["Bereavement café"], typed
    assert len(search(SearchQuery(words="help with")).cards) == 2, "nothing is asked for"


def test_what_nothing_here_is_called_is_said_and_nothing_unlike_it_suggested(client: Client) -> None:
    listed("Chair exercise")
    Synonym.objects.create(typed="yoga", means="exercise")
    html = client.get(reverse("directory:activities"), {"words": "yoga"}).content.decode()
    assert "Nothing here is called <strong>yoga</strong>" in html
    assert "Chair exercise" in html
    html = client.get(reverse("directory:activities"), {"words": "xylophone"}).content.decode()
    assert "Nothing here is called <strong>xylophone</strong>" in html
    assert "Chair exercise" not in html
    assert search(SearchQuery(words="exercise")).absent == []


def test_the_words_of_a_need_narrow_still() -> None:
    with_need("Lunch club", need(name="Loneliness", words="lonely"))
    listed("Lunch for walkers")
    found = search(SearchQuery(words="lonely lunch"))
    assert (names(found), found.loose) == (["Lunch club"], False)


def test_some_of_the_words_rank_a_name_before_a_mention() -> None:
    listed("Tea", description="Sometimes there is a choir.", quality=100)
    listed("Choir", quality=0)
    assert names(search(SearchQuery(words="choir elephants")))[0] == "Choir"


@pytest.mark.parametrize(("most", "read"), [(40, "('garden' | 'gardin')"), (1, "('gard':*)")])
def test_a_word_cut_short_is_read_by_whole_stems_where_they_are_few(
    monkeypatch: pytest.MonkeyPatch, most: int, read: str
) -> None:
    listed("Gardens")
    listed("Gardine walk")
    monkeypatch.setattr(vocabulary, "MAX_PREFIX_STEMS", most)
    known = vocabulary.Vocabulary(SearchQuery(words="gard"))
    assert known.query().text == read
    assert known.parts[0].query == "('gard':*)", "as it is ranked"
    assert sorted(names(search(SearchQuery(words="gard")))) == ["Gardens", "Gardine walk"]
