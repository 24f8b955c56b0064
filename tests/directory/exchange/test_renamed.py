"""Ids that a source changes: the listing is recognised by name and place, and stands here once."""

import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

from directory.models import Likeness, Run, Service, ServiceAlias
from tests.directory.exchange.test_importer import walk
from tests.factories import SessionFactory


def bring(folder: Path, rows: list[dict[str, Any]], **options: Any) -> Run:
    (folder / "feed.json").write_text(json.dumps(rows))
    call_command("import_services", str(folder / "feed.json"), "--source", "x", verbosity=0, **options)
    return Run.objects.order_by("-started_at")[0]


def at(key: str, name: str, postcode: str = "BN11 2AA", **changed: Any) -> dict[str, Any]:
    raw = walk(key, name=name, **changed)
    raw["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] = postcode
    return raw


def test_a_listing_under_a_new_id_stays_the_listing_it_was(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Walk"), at("2", "Choir"), at("3", "Tea")])
    before = {row.name: row.pk for row in Service.objects.all()}
    session = SessionFactory(service=Service.objects.get(name="Walk"))
    run = bring(tmp_path, [at("new-1", "Walk", fees="£2"), at("new-2", "Choir"), at("3", "Tea")])
    assert {row.name: row.pk for row in Service.objects.all()} == before
    assert (run.new, run.changed, run.same, run.gone) == (0, 2, 1, [])
    assert Service.objects.get(name="Walk").fees == "£2"
    assert Service.objects.get(name="Walk").schedules.get().byday == "TU"
    session.refresh_from_db()
    assert session.service.name == "Walk"
    assert sum("another id" in said for _, _, said in run.problems) == 2
    again = bring(tmp_path, [at("new-1", "Walk", fees="£2"), at("new-2", "Choir"), at("3", "Tea")])
    assert (again.new, again.changed, again.same, again.gone) == (0, 0, 3, [])


def test_ids_that_are_new_each_time_leave_one_listing(tmp_path: Path) -> None:
    for number in range(4):
        run = bring(tmp_path, [at(f"{number}-{name}", name) for name in ("Walk", "Choir")])
    assert (Service.objects.count(), run.new, run.gone) == (2, 0, [])


def test_two_of_one_name_and_place_are_asked_about(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Yoga", description="Morning"), at("2", "Yoga", description="Evening")])
    run = bring(tmp_path, [at("a", "Yoga", description="Morning"), at("b", "Yoga", description="Evening")])
    assert (run.new, len(run.gone), ServiceAlias.objects.count()) == (2, 2, 0)
    assert Likeness.objects.count() == 2
    assert any("likely doubles" in said for _, _, said in run.problems)


def test_the_same_name_elsewhere_is_asked_about_and_another_name_is_not(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Yoga"), at("2", "Choir")])
    bring(tmp_path, [at("a", "Yoga", "BN3 2AA"), at("b", "Bowls")])
    assert Service.objects.count() == 4
    assert "place is another" in Likeness.objects.get().why


def test_of_a_run_that_did_not_read_all_nothing_is_taken_for_gone(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    run = bring(tmp_path, [at("new-1", "Walk")], part=True)
    assert (run.new, ServiceAlias.objects.count(), Likeness.objects.count()) == (1, 0, 1)


def test_an_old_id_that_comes_back_beside_the_new_one_is_a_listing_of_its_own(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Walk")])
    bring(tmp_path, [at("new-1", "Walk")])
    run = bring(tmp_path, [at("1", "Walk"), at("new-1", "Walk")])
    assert (run.refused, Service.objects.count()) == (0, 2)


def test_two_that_are_not_the_same_group_stay_two(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Lunch club", organization={"id": "a", "name": "Age Well"})])
    run = bring(tmp_path, [at("2", "Lunch club", organization={"id": "b", "name": "St Mary's"})])
    assert (run.new, len(run.gone), Likeness.objects.count()) == (1, 1, 0)
