"""`import_services` from a file: idempotent, and what is wrong in a row loses no more than that."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from directory.exchange.importer import Importer, ImportReport
from directory.models import Location, Schedule, Service, ServiceAtLocation, ServiceTerm, Taxonomy, TaxonomyTerm
from directory.search.statement import SearchQuery, search
from tests.directory.making import need
from tests.factories import AgencyFactory, ServiceFactory

HOUNSLOW = Path(__file__).parents[4] / "shared" / "data" / "hounslow-oruk.json"


def walk(key: str = "walk-1", **changed: Any) -> dict[str, Any]:
    """A service as a tidy feed sends it."""
    place = {
        "id": f"place-{key}",
        "location_type": "physical",
        "name": "St Mary's Hall",
        "latitude": 50.81,
        "longitude": -0.37,
        "addresses": [
            {
                "id": "a",
                "address_1": "Church Road",
                "city": "Worthing",
                "state_province": "West Sussex",
                "postal_code": "BN11 2AA",
                "country": "GB",
                "address_type": "physical",
            }
        ],
    }
    return {
        "id": key,
        "name": "Seafront walk",
        "status": "active",
        "description": "An easy walk.",
        "organization": {"id": "org-1", "name": "Walkers", "description": "We walk"},
        "schedules": [
            {"id": f"hours-{key}", "freq": "WEEKLY", "byday": "TU", "opens_at": "10:30", "closes_at": "12:00"}
        ],
        "service_at_locations": [{"id": f"at-{key}", "location": place}],
    } | changed


def run(*raws: Any, source: str = "feed") -> ImportReport:
    work = Importer(source)
    list(work.import_services(raws))
    return work.finish_report(whole=True)


def said(report: ImportReport) -> list[tuple[str, str]]:
    return [(problem.field, problem.said) for problem in report.problems]


def file_of(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "feed.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


# --- Works ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real directory is not part of the repository")
def test_the_real_directory_comes_in_whole_and_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_services", str(HOUNSLOW), verbosity=1)
    assert "313 services: 313 new, 0 changed, 0 the same, 0 refused" in capsys.readouterr().out
    call_command("import_services", str(HOUNSLOW), verbosity=1)
    assert "313 services: 0 new, 0 changed, 313 the same, 0 refused" in capsys.readouterr().out
    assert Service.objects.count() == Agency.objects.count() == 313
    assert Location.objects.filter(latitude=None).count() == 2
    assert search(SearchQuery(words="gardning")).cards


def test_a_list_and_a_page_are_both_read(tmp_path: Path) -> None:
    call_command("import_services", file_of(tmp_path, [walk()]), verbosity=0)
    page = {"total_items": 2, "total_pages": 1, "contents": [walk(), walk("walk-2")]}
    call_command("import_services", file_of(tmp_path, page), verbosity=0)
    assert Service.objects.count() == 2


def test_all_that_a_tidy_service_holds_is_kept() -> None:
    report = run(walk(x_extra={"kept": "yes"}, fees="£2", maximum_age=99))
    assert report.problems == []
    service = Service.objects.get()
    assert (service.agency.name, service.source, service.fees, service.maximum_age) == ("Walkers", "feed", "£2", 99)
    assert service.received["x_extra"] == {"kept": "yes"}
    spot = service.spots.get()
    assert (spot.when, spot.where) == ("Tuesdays, 10:30am to midday", "St Mary's Hall, Worthing")


def test_a_second_run_changes_only_what_changed() -> None:
    run(walk("a"), walk("b"))
    before = Service.objects.get(name="Seafront walk", digest__gt="", pk=Service.objects.order_by("pk")[0].pk)
    report = run(walk("a"), walk("b", name="Pier walk"), walk("c"))
    assert (report.new, report.changed, report.same) == (1, 1, 1)
    assert Service.objects.filter(name="Pier walk").count() == 1
    assert Schedule.objects.count() == ServiceAtLocation.objects.count() == 3
    assert Service.objects.filter(pk=before.pk).exists()


def test_what_a_source_no_longer_holds_is_said_and_stays() -> None:
    run(walk("a"), walk("b", name="Pier walk"))
    report = run(walk("a"))
    assert [name for _, name in report.gone] == ["Pier walk"]
    assert Service.objects.count() == 2


def test_a_place_without_coordinates_gets_those_of_its_postcode() -> None:
    raw = walk()
    del raw["service_at_locations"][0]["location"]["latitude"]
    run(raw)
    assert Location.objects.get().latitude == pytest.approx(50.8193, abs=0.001)


# --- What is wrong loses no more than that -----------------------------------------------------------

FIELDS = [
    ({"email": "nobody"}, "email", "is not an e-mail address"),
    ({"url": "javascript:alert(1)"}, "url", "is not a web address"),
    ({"assured_date": "31/02/2026"}, "assured_date", "is not a date"),
    ({"minimum_age": "eighteen"}, "minimum_age", "is not a number"),
    ({"minimum_age": 60, "maximum_age": 18}, "minimum_age", "60 is after maximum_age, 18"),
    ({"status": "open"}, "status", "is not one of"),
    ({"description": ["a", "b"]}, "description", "this should be text, not a list"),
    ({"description": "x" * 10_000_000}, "description", "cut to 20,000"),
    ({"name": "x" * 1000}, "name", "cut to 255"),
    ({"schedules": "daily"}, "schedules", "this should be a list"),
    ({"schedules": ["daily"]}, "schedules[0]", "this should be an object"),
    ({"schedules": [{"byday": "weekdays"}]}, "schedules[0].byday", "does not name days of the week"),
    ({"schedules": [{"opens_at": "9.30am-5pm"}]}, "schedules[0].opens_at", "is not a time of day"),
    ({"schedules": [{"closes_at": "24:00"}]}, "schedules[0].closes_at", "is not a time of day"),
    ({"schedules": [{"opens_at": "9:60"}]}, "schedules[0].opens_at", "is not a time of day"),
    ({"schedules": [{"valid_from": "2026-02-01", "valid_to": "2026-01-01"}]}, "schedules[0].valid_from", "is after"),
    ({"schedules": [{"interval": 0}]}, "schedules[0].interval", "is not a whole number"),
    ({"service_at_locations": [{"id": "x"}]}, "service_at_locations[0].location", "there is no place"),
    (
        {"service_at_locations": [{"location": {"latitude": 100, "longitude": 0}}]},
        "service_at_locations[0].location.latitude",
        "not a point on earth",
    ),
    (
        {"service_at_locations": [{"location": {"latitude": "north"}}]},
        "service_at_locations[0].location.latitude",
        "is not a number",
    ),
    (
        {"service_at_locations": [{"location": {"id": "p"}}, {"location": {"id": "p"}}]},
        "service_at_locations[1].location.id",
        "the same place twice",
    ),
    ({"cost_options": [{"amount": -5}]}, "cost_options[0].amount", "is not a price"),
    ({"contacts": {"name": "Ann"}}, "contacts", "this should be a list"),
    ({"organization": None}, "organization", "no organisation with a name"),
    (
        {"organization": {"id": "o", "name": "Walkers", "website": "nowhere"}},
        "organization.website",
        "not a web address",
    ),
    ({"attributes": [{"taxonomy_term": {"id": "t"}}]}, "attributes[0].taxonomy_term.name", "no term with a name"),
]


@pytest.mark.parametrize(("changed", "where", "what"), FIELDS, ids=[f"{w}-{n}" for n, (_, w, _) in enumerate(FIELDS)])
def test_a_bad_field_is_reported_and_the_service_goes_in(changed: dict[str, Any], where: str, what: str) -> None:
    report = run(walk(**changed))
    assert (report.new, report.refused) == (1, 0)
    assert any(field == where and what in words for field, words in said(report)), said(report)
    assert report.problems[0].id == "walk-1"
    assert search(SearchQuery()).cards


ROWS = [
    (walk(id=None), "id", "there is no id"),
    (walk(name=""), "name", "there is no name"),
    (walk(name="<p></p>"), "name", "there is no name"),
    ("walk", "", "this is not a service"),
    (None, "", "this is not a service"),
    ([1], "", "this is not a service"),
]


@pytest.mark.parametrize(("raw", "where", "what"), ROWS, ids=range(len(ROWS)))
def test_a_row_that_is_no_service_is_refused_and_the_rest_goes_in(raw: Any, where: str, what: str) -> None:
    report = run(raw, walk("good"))
    assert (report.new, report.refused) == (1, 1)
    assert said(report) == [(where, what)]


def test_hours_that_are_no_times_are_still_told_to_readers() -> None:
    run(walk(schedules=[{"byday": "MO", "opens_at": "9.30am-5pm"}, {"opens_at": "dawn", "closes_at": "dusk"}]))
    assert sorted(Schedule.objects.values_list("notes", flat=True)) == ["9.30am-5pm", "dawn to dusk"]


def test_nul_bytes_html_and_emoji() -> None:
    run(walk(name="Walk\x00 🐟", description="<p>Come</p><script>alert(1)</script><p>along\x00</p>"))
    service = Service.objects.get()
    assert (service.name, service.description) == ("Walk 🐟", "Come\n\nalong")
    assert "\\u0000" not in json.dumps(service.received)


def test_the_same_service_twice_in_a_feed_is_reported() -> None:
    report = run(walk("a", name="First"), walk("a", name="Second"))
    assert (report.new, report.refused) == (1, 1)
    assert "twice" in report.problems[0].said
    assert Service.objects.get().name == "First"


def test_ids_that_two_services_share_lose_neither_one_s_rows() -> None:
    shared = {"schedules": [{"id": "h", "byday": "MO"}], "contacts": [{"id": "c", "name": "Ann"}]}
    report = run(walk("a", **shared), walk("b", **shared))
    run(walk("c", **shared))
    assert report.new == 2
    assert Schedule.objects.count() == 3
    assert run(walk("a", **shared), walk("b", **shared)).same == 2


def test_services_at_one_place_share_it() -> None:
    place = {
        "id": "hall",
        "name": "Hall",
        "latitude": 50.8,
        "longitude": -0.3,
        "accessibility": [{"description": "Loop"}],
    }
    at = {"service_at_locations": [{"location": place}]}
    run(walk("a", **at), walk("b", **at))
    run(walk("c", **at))
    hall = Location.objects.get()
    assert hall.at_services.count() == 3
    assert hall.accessibility.count() == 1


# --- A feed changes only what it brought ---------------------------------------------------------------


def test_another_source_s_service_is_not_changed() -> None:
    run(walk("a"), source="one")
    key = str(Service.objects.get().pk)
    report = run(walk(key, name="Taken over"), source="two")
    assert (report.refused, Service.objects.get().name) == (1, "Seafront walk")


def test_an_agency_of_this_place_is_not_changed_or_given_services() -> None:
    ours = AgencyFactory(name="The council", email="council@agency.example.org")
    run(walk(organization={"id": str(ours.pk), "name": "Somebody else", "email": "thief@else.example.org"}))
    ours.refresh_from_db()
    assert (ours.name, ours.email, ours.services.count()) == ("The council", "council@agency.example.org", 0)
    assert Service.objects.get().agency.name == "Somebody else"


def test_terms_are_linked_and_the_place_s_own_needs_stay_as_they_are() -> None:
    ours = need()
    term = {"id": str(ours.pk), "name": "Renamed", "taxonomy": "x"}
    other = {"id": "t2", "name": "Walking", "taxonomy_detail": {"id": "tx", "name": "Sports"}, "code": "company"}
    run(walk(attributes=[{"taxonomy_term": term}, {"taxonomy_term": other}, {"taxonomy_term": other}]))
    ours.refresh_from_db()
    assert ours.name == "Company"
    assert ServiceTerm.objects.count() == 2
    assert TaxonomyTerm.objects.get(name="Walking").taxonomy.name == "Sports"
    assert search(SearchQuery(need=ours)).cards
    assert Taxonomy.objects.filter(source="feed").count() == 1, "no empty list beside the place's own"


def test_a_feed_cannot_add_to_the_list_of_needs() -> None:
    ours = need()
    term = {"id": "new", "name": "Buy this", "taxonomy_id": str(ours.taxonomy_id), "taxonomy": "Needs"}
    run(walk(attributes=[{"taxonomy_term": term}]))
    assert not TaxonomyTerm.needs().filter(name="Buy this").exists()
    assert TaxonomyTerm.objects.filter(name="Buy this").exists()


def test_one_row_the_database_refuses_does_not_take_its_batch_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from directory.exchange import open_referral

    whole = open_referral.from_oruk

    def spoilt(raw: Any, source: str = "") -> Any:
        received = whole(raw, source)
        if received.service.name == "Bad":
            received.service.minimum_age, received.service.maximum_age = 9, 3  # against a constraint
        return received

    monkeypatch.setattr("directory.exchange.importer.from_oruk", spoilt)
    report = run(walk("a"), walk("b", name="Bad"), walk("c"))
    assert (report.new, report.refused) == (2, 1)
    assert "could not be stored" in report.problems[0].said


# --- Files that cannot be read -------------------------------------------------------------------------


def test_a_file_cut_off_half_way_keeps_what_came_before(tmp_path: Path) -> None:
    whole = json.dumps([walk(str(n)) for n in range(450)])
    with pytest.raises(CommandError, match="ends in the middle"):
        call_command("import_services", file_of(tmp_path, whole[: len(whole) * 9 // 10]), verbosity=0)
    assert 200 <= Service.objects.count() < 450


@pytest.mark.parametrize("content", ["", "walks", '"walk"', "7", "[}", '{"contents": [}', "\x00\x00"])
def test_what_is_no_json_of_services_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(CommandError):
        call_command("import_services", file_of(tmp_path, content), verbosity=0)
    assert not Service.objects.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("import_services", str(tmp_path / "none.json"), verbosity=0)


def test_what_is_wrong_is_said_once_more_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_of(tmp_path, [walk(email="nobody")])
    for options, times in (((), 1), ((), 0), (("--again",), 1)):
        call_command("import_services", path, *options, verbosity=1)
        assert capsys.readouterr().out.count("is not an e-mail address") == times


def test_each_problem_is_printed_with_its_id_and_field(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ServiceFactory(name="Old walk", source="feed.json")
    call_command("import_services", file_of(tmp_path, [walk(email="nobody")]), verbosity=1)
    out = capsys.readouterr().out
    assert "walk-1, email: “nobody” is not an e-mail address" in out
    assert "is no longer in this source and stays in the directory: Old walk" in out
    assert "1 services: 1 new" in out


def test_a_second_run_does_not_read_what_has_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are measured by `make bench`; here only that the work is left out."""
    raws = [walk(str(n)) for n in range(300)]
    assert run(*raws).new == 300
    monkeypatch.setattr("directory.exchange.importer.from_oruk", None)
    with CaptureQueriesContext(connection) as seen:
        assert run(*raws).same == 300
    assert len(seen) <= 4, "two batches, and what is gone"
