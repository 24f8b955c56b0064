"""`make bench` runs to its end and judges every target. What it measures is not judged here: the sizes are tiny."""

import pytest
from django.core.management import call_command
from django.test import override_settings

from demo import lives
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
