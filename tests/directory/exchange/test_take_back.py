"""A mistaken import is taken back whole; what people did since is kept."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Agency, Membership
from directory.exchange import importer
from directory.exchange.actions.sources import MAX_RUN_TIME
from directory.exchange.actions.take_back import TakeBackRefused, take_back_run
from directory.exchange.runs import run_import
from directory.exchange.stored import load_stored_services
from directory.models import Location, Run, Service, Source, Spot
from tests.directory.exchange.test_importer import walk
from tests.directory.exchange.test_renamed import at, bring
from tests.directory.exchange.test_sources import words
from tests.factories import MembershipFactory, SessionFactory

ClientOf = Callable[[Membership], Client]


def state() -> Any:
    """All that an import writes of every service, in a form to compare; but not when it was last touched."""
    found = load_stored_services(Service.objects.values_list("pk", flat=True))
    rows = [[one.service, one.agency, *one.locations, *one.rows] for _, one in sorted(found.items())]
    said = json.loads(serializers.serialize("json", [row for part in rows for row in part]))
    for row in said:
        row["fields"].pop("last_modified", None)
    return sorted(said, key=lambda row: (row["model"], row["pk"]))


def test_what_was_new_goes_and_what_was_changed_stands_as_it_did(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Walk", fees="Free"), at("2", "Choir"), at("3", "Tea")])
    before, agencies, places = state(), Agency.objects.count(), Location.objects.count()
    moved = at("1", "Rubbish", "BN3 2AA", fees="£99", schedules=[], organization={"id": "o", "name": "Nobody"})
    run = bring(tmp_path, [moved, at("4", "Wrong"), at("new", "Tea", fees="£1")])
    done = take_back_run(run, by=None)
    assert state() == before
    assert (Agency.objects.count(), Location.objects.count()) == (agencies, places)
    assert {deed: len(names) for deed, names in done.items()} == {"removed": 1, "stopped": 0, "restored": 2, "left": 0}
    assert set(Spot.objects.values_list("service__name", flat=True)) == {"Walk", "Choir", "Tea"}
    again = bring(tmp_path, [at("1", "Walk", fees="Free"), at("2", "Choir"), at("3", "Tea")])
    assert (again.new, again.changed, again.same) == (0, 0, 3)


def test_the_first_import_of_a_source_leaves_nothing(tmp_path: Path) -> None:
    agencies = Agency.objects.count()
    take_back_run(bring(tmp_path, [at("1", "Walk"), at("2", "Choir")]), by=None)
    assert not Service.objects.exists()
    assert not Location.objects.exists()
    assert Agency.objects.count() == agencies


def test_what_people_use_or_took_over_is_kept(tmp_path: Path) -> None:
    run = bring(tmp_path, [at("1", "Walk"), at("2", "Choir"), at("3", "Tea")])
    SessionFactory(service=Service.objects.get(name="Walk"))
    Service.objects.filter(name="Choir").update(source="")
    done = take_back_run(run, by=None)
    assert [names[0][1] for names in (done["stopped"], done["left"], done["removed"])] == ["Walk", "Choir", "Tea"]
    assert {row.name: row.status for row in Service.objects.all()} == {"Walk": "inactive", "Choir": "active"}


def test_what_was_set_to_not_running_runs_again(tmp_path: Path) -> None:
    bring(tmp_path, [at("1", "Walk"), at("2", "Choir"), at("3", "Tea")])
    Source.objects.update(every="day", url="https://feed.example.org")
    bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    run = bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    assert Service.objects.get(name="Tea").status == "inactive"
    take_back_run(run, by=None)
    assert Service.objects.get(name="Tea").status == "active"
    assert Source.objects.get().stopped_at, "or the next night would do it again"


def test_only_the_last_import_can_be_taken_back_and_then_the_one_before(tmp_path: Path) -> None:
    first = bring(tmp_path, [at("1", "Walk")])
    second = bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    with pytest.raises(TakeBackRefused, match="later import"):
        take_back_run(first, by=None)
    take_back_run(second, by=None)
    take_back_run(first, by=None)
    assert not Service.objects.exists()
    assert take_back_run(first, by=None)["removed"], "the second time gives the first one's answer"


def test_the_steward_takes_it_back_on_its_page(tmp_path: Path, steward: Membership, client_of: ClientOf) -> None:
    run = bring(tmp_path, [at("1", "Walk")])
    helen, page = client_of(steward), reverse("directory:run", args=[run.pk])
    assert "Take this import back" in words(helen.get(page))
    answer = helen.post(reverse("directory:take_back", args=[run.pk]), follow=True)
    assert "1 removed" in words(answer)
    assert f"by {steward.user.name}" in words(helen.get(page))
    assert "Take this import back" not in words(helen.get(page))
    assert not Service.objects.exists()
    helen.post(reverse("directory:take_back", args=[run.pk]))
    assert helen.get(reverse("directory:take_back", args=[run.pk])).status_code == 405


def test_a_later_import_is_named_on_the_page(tmp_path: Path, steward: Membership, client_of: ClientOf) -> None:
    first = bring(tmp_path, [at("1", "Walk")])
    bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    helen = client_of(steward)
    assert "A later import" in words(helen.get(reverse("directory:run", args=[first.pk])))
    assert "A later import" in words(helen.post(reverse("directory:take_back", args=[first.pk]), follow=True))
    assert Service.objects.count() == 2


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.CONNECTOR, Role.REFERRER])
def test_nobody_but_the_steward(tmp_path: Path, role: Role, client_of: ClientOf) -> None:
    run = bring(tmp_path, [at("1", "Walk")])
    other = client_of(MembershipFactory(role=role))
    assert other.post(reverse("directory:take_back", args=[run.pk])).status_code in (403, 404)
    assert Service.objects.exists()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    run = bring(tmp_path, [at("1", "Walk"), at("2", "Choir")])
    SessionFactory(service=Service.objects.get(name="Walk"))
    out = io.StringIO()
    call_command("take_back_import", "x", stdout=out)
    assert "removed: 1" in out.getvalue()
    assert "stopped: 1" in out.getvalue()
    assert "Walk" in out.getvalue()
    assert Run.objects.get(pk=run.pk).taken_back_at


def test_older_runs_are_kept_no_longer_than_their_documents(tmp_path: Path) -> None:
    runs = [bring(tmp_path, [walk("1", fees=f"£{n}")]) for n in range(5)]
    assert [run.kept_changes.count() for run in runs] == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("name", ["x", "nobody"])
def test_nothing_to_take_back_is_said(tmp_path: Path, name: str) -> None:
    bring(tmp_path, [at("1", "Walk")])
    call_command("take_back_import", "x", verbosity=0)
    with pytest.raises(CommandError, match="no import"):
        call_command("take_back_import", name, verbosity=0)


def test_while_the_source_is_read_again_nothing_is_taken_back(tmp_path: Path) -> None:
    first = bring(tmp_path, [at("1", "Walk")])
    at_work = Run.objects.create(source=first.source, begun_at=timezone.now())
    with pytest.raises(TakeBackRefused, match="being read"):
        take_back_run(first, by=None)
    assert Service.objects.exists()
    Run.objects.filter(pk=at_work.pk).update(begun_at=timezone.now() - 2 * MAX_RUN_TIME)  # its worker died
    assert take_back_run(first, by=None)["removed"]


class KilledError(BaseException):
    """Nothing in the import catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_an_import_killed_at_any_batch_goes_on_without_doubles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Its ids have all changed at the source: what came in before the break is recognised after it too."""
    monkeypatch.setattr(importer, "BATCH_SIZE", 2)
    names = ["Walk", "Choir", "Tea", "Chess", "Yoga", "Bowls"]
    bring(tmp_path, [at(name, name) for name in names[:5]])
    before = state()
    (tmp_path / "feed.json").write_text(json.dumps([at(f"new-{name}", name) for name in names]))
    run = Run.objects.create(source=Source.objects.get(), begun_at=timezone.now())
    left = [batch]

    def kill(_count: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise KilledError

    with pytest.raises(KilledError):
        run_import(run, str(tmp_path / "feed.json"), tell=kill)
    assert Run.objects.get(pk=run.pk).is_running
    run_import(Run.objects.get(pk=run.pk), str(tmp_path / "feed.json"))
    run.refresh_from_db()
    assert sorted(Service.objects.values_list("name", flat=True)) == sorted(names)
    assert (run.new, run.changed, run.same, run.gone) == (1, 5, 0, [])
    take_back_run(run, by=None)
    assert state() == before
