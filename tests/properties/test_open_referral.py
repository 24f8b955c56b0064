"""What a feed may send in any field: the import goes on, the page opens, and what is written again is valid."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.exchange.importer import Importer
from directory.exchange.open_referral import FULL_SERVICE_PREFETCH, to_oruk
from directory.models import Service
from tests.oruk.test_round_trip import EXAMPLE, errors
from tests.properties.strategies import JSON_VALUES, awkward_text

Path = tuple[str | int, ...]


def list_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from list_paths(inner, (*path, key))


def put(document: Any, path: Path, value: Any) -> None:
    """Put the value at a place, if an earlier change has left it there."""
    *before, last = path
    for key in before:
        document = document[key] if isinstance(document, dict | list) and in_it(document, key) else None
    if isinstance(document, dict) or (isinstance(document, list) and in_it(document, last)):
        document[last] = value


def in_it(document: Any, key: Any) -> bool:
    return key in document if isinstance(document, dict) else isinstance(key, int) and key < len(document)


HOURS = awkward_text(["first, second, third, fourth and last", "Mon-Sun", "of the month", "9am-5pm", "closed"], most=4)
SENT = JSON_VALUES | HOURS | st.just("x" * 3000) | st.text(max_size=300)
CHANGES = st.lists(st.tuples(st.sampled_from([*list_paths(EXAMPLE)]), SENT), min_size=1, max_size=4)


@settings(max_examples=settings.default.max_examples // 3)  # each draws a page
@given(CHANGES)
def test_whatever_a_feed_sends_the_page_opens_and_it_is_written_again(
    changes: list[tuple[Path, Any]],
) -> None:
    raw = copy.deepcopy(EXAMPLE)
    for path, value in changes:
        put(raw, path, value)
    with transaction.atomic():
        work = Importer("example")
        list(work.import_services([raw]))
        for service in Service.objects.filter(source="example").prefetch_related(*FULL_SERVICE_PREFETCH):
            assert Client().get(f"/activities/{service.pk}/").status_code == 200
            written = to_oruk(service)
            assert errors(json.loads(json.dumps(written, allow_nan=False))) == []
        transaction.set_rollback(True)
