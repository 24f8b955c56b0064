"""Work in batches: it may be stopped at any moment, and the next run does the rest only."""

from typing import Any

import pytest

from agencies.models import Agency
from config.batches import run_in_batches
from tests.factories import AgencyFactory

pytestmark = pytest.mark.django_db


class Stopped(Exception):
    pass


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    pks, seen, begun = sorted(AgencyFactory().pk for _ in range(5)), [], []

    def work(batch: list[Any]) -> int:
        Agency.objects.filter(pk__in=batch).update(name="Done")
        if len(seen) == 2 and pks[2] in batch and len(begun) < 2:
            begun.append("stopped")
            raise Stopped
        seen.extend(batch)
        return len(batch)

    def run() -> int:
        return run_in_batches(
            "test", Agency.objects.filter(pk__in=pks), work, begin=lambda: begun.append("begun"), size=2
        )

    with pytest.raises(Stopped):
        run()
    assert seen == pks[:2]
    assert Agency.objects.filter(name="Done").count() == 2, "half a batch leaves nothing"
    assert run() == 3, "the rest"
    assert (seen, begun) == (pks, ["begun", "stopped"])
    assert run() == 5, "and the next begins anew"
    assert begun == ["begun", "stopped", "begun"]


def test_no_rows_are_no_work() -> None:
    assert run_in_batches("test", Agency.objects.none(), len) == 0
