"""`make bench` runs to its end and judges every target. What it measures is not judged here: the sizes are tiny."""

import json

import pytest
from django.core.management import call_command
from django.test import override_settings

from demo import lives
from tests.bench.peer import MAPPING, peer_path
from tests.bench.run import SIZES, Bench


@pytest.mark.django_db(transaction=True)
def test_each_measure_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "NUMBER_OF_PEOPLE", 25)
    with override_settings(DEMO=True, REQUIRE_SECOND_FACTOR=False, ROOT_URLCONF="tests.bench.urls"):
        call_command("demo", verbosity=0)
        rows = list(Bench(SIZES["tiny"]).run())
    assert len(rows) == len({row.what for row in rows}) >= 25
    assert {row.verdict for row in rows if row.target is not None} <= {"met", "NOT MET"}
    assert all(row.value >= 0 for row in rows)


@pytest.mark.django_db
def test_a_search_is_said_in_the_words_of_another_server() -> None:
    search = "/activities/?words=cafe+bank&near=BN11+1AA&miles=3&age=80&free=1&day=MO&need=food"
    assert peer_path(search, json.loads(MAPPING.read_text())) == (
        "/api/v1/search?size=10&q=cafe+bank&lat=50.814140&lon=-0.370715&distance=5&publics=actifs&publics=seniors"
        "&frais=gratuit&thematiques=equipement-et-alimentation--alimentation"
    )
