"""How much a listing tells, and what would mend it."""

import datetime
import uuid

import pytest

from directory.catalogue.quality import BATCH_SIZE, prefetch_for_score, score_all_listings, score_listing
from directory.models import (
    Accessibility,
    Capacity,
    Contact,
    CostOption,
    Location,
    Schedule,
    Service,
    ServiceAtLocation,
)
from directory.models.place import LocationType
from tests.directory.making import need
from tests.factories import ServiceFactory


def full(**fields: object) -> Service:
    """A listing with everything there is to say."""
    columns = {
        "description": "We walk slowly along the beach and have tea afterwards. Dogs are welcome, and nobody is left.",
        "eligibility": "Anybody over 50",
        "phone": "01632 960123",
        "first_time": "Look for the yellow hat.",
    }
    service = ServiceFactory(**columns | fields)
    service.service_terms.create(term=need(code=str(uuid.uuid4())[:8]))
    place = Location.objects.create(name="St Mary's Hall", postcode="BN11 1AA")
    Accessibility.objects.create(location=place, description="Step-free")
    ServiceAtLocation.objects.create(service=service, location=place)
    Schedule.objects.create(service=service, freq="WEEKLY", byday="TU", opens_at=datetime.time(10), places=12)
    CostOption.objects.create(service=service, amount=0)
    return service


def judged(service: Service) -> tuple[int, list[str]]:
    found = score_listing(prefetch_for_score(Service.objects.all()).get(pk=service.pk))
    score_all_listings()
    assert Service.objects.get(pk=service.pk).quality == found.score, "the night comes to the same"
    return found.score, [fix.section for fix in found.fixes]


def test_a_full_listing_has_100_points_and_nothing_to_fix() -> None:
    assert judged(full()) == (100, [])


def test_a_bare_one_has_none_and_each_section_once_or_twice_the_weightiest_first() -> None:
    score, sections = judged(ServiceFactory(description=""))
    assert score == 0
    assert sections[:3] == ["about", "when", "where"]
    assert set(sections) == {"about", "when", "where", "cost", "who", "contact", "access", "first-time", "places"}


@pytest.mark.parametrize(
    ("lost", "section", "points"),
    [
        ({"description": "Tea."}, "about", 15),
        ({"eligibility": ""}, "who", 5),
        ({"phone": ""}, "contact", 10),
        ({"first_time": "  "}, "first-time", 5),
    ],
)
def test_each_thing_left_out_costs_its_points(lost: dict[str, str], section: str, points: int) -> None:
    assert judged(full(**lost)) == (100 - points, [section])


def test_the_rows_that_hang_on_it_count_too() -> None:
    service = full()
    service.schedules.all().delete()
    service.cost_options.all().delete()
    service.service_terms.all().delete()
    assert judged(service) == (100 - 15 - 10 - 10 - 5, ["when", "about", "cost", "places"])


def test_an_age_says_who_it_is_for_and_a_fee_in_words_what_it_costs() -> None:
    service = full(eligibility="", minimum_age=0, fees="What you can spare")
    service.cost_options.all().delete()
    assert judged(service) == (100, [])


def test_what_meets_online_needs_no_postcode_and_no_ramp() -> None:
    service = full()
    Accessibility.objects.all().delete()
    Location.objects.update(location_type=LocationType.VIRTUAL, postcode="")
    assert judged(service) == (100, [])


def test_one_place_without_a_word_about_access_is_enough_to_be_asked() -> None:
    service = full()
    other = Location.objects.create(name="Beach hut", postcode="BN11 1AB")
    ServiceAtLocation.objects.create(service=service, location=other)
    assert judged(service) == (90, ["access"])


def test_a_contact_person_and_a_capacity_count() -> None:
    service = full(phone="")
    service.schedules.update(places=None)
    Contact.objects.create(service=service, email="tea@group.example.org")
    Capacity.objects.create(service=service, available=3)
    assert judged(service) == (100, [])


@pytest.mark.parametrize(("score", "word"), [(100, "Very good"), (70, "Good"), (69, "Fair"), (0, "Needs work")])
def test_the_score_has_a_word(score: int, word: str) -> None:
    from directory.catalogue.quality import Quality

    assert Quality(score, []).score_label == word


def test_the_night_writes_down_what_has_changed_and_only_that() -> None:
    rich, poor = full(), ServiceFactory()
    assert score_all_listings() == 1
    assert (Service.objects.get(pk=rich.pk).quality, Service.objects.get(pk=poor.pk).quality) == (100, 0)
    assert score_all_listings() == 0


def test_the_night_takes_all_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BATCH_SIZE >= 100
    monkeypatch.setattr("directory.catalogue.quality.BATCH_SIZE", 2)
    for _ in range(5):
        full()
    assert score_all_listings() == 5


def test_judging_takes_the_same_statements_however_many(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for _ in range(3):
        full()
    with django_assert_num_queries(8):
        for service in prefetch_for_score(Service.objects.all()):
            score_listing(service)
