"""A history that was written verifies; with one byte of any entry changed it does not, and it is said where."""

import datetime
import hashlib
import json
from typing import Any

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.models import Author
from cases.history.record import (
    ERASED_DETAILS,
    epoch_microseconds,
    erase_entry,
    hash_chain,
    hash_content,
    record_entry,
)
from cases.history.verify import HistoryFault, verify_histories
from cases.models import Audience, Case, Entry, Kind
from tests.cases.test_verify_history import forge
from tests.factories import CaseFactory
from tests.jobs import run_jobs

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
VALUES = TEXT | st.integers() | st.decimals(allow_nan=False) | st.booleans() | st.none()
DETAILS = st.dictionaries(TEXT, VALUES, max_size=3)
MOMENTS = st.none() | st.datetimes(
    datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1), timezones=st.just(datetime.UTC)
)
ENTRIES = st.lists(st.tuples(TEXT, DETAILS, MOMENTS, st.sampled_from(Audience)), min_size=1, max_size=4)


# What somebody with the database's own password could write into one row.
FORGERIES = [
    "text = text || ' '",
    "text = 'x' || text",
    "details = details || '{\"x y\": 1}'",
    "happened_at = happened_at + interval '1 microsecond'",
    "written_at = written_at - interval '1 microsecond'",
    "kind = CASE kind WHEN 'phone' THEN 'email' ELSE 'phone' END",
    "audience = CASE audience WHEN 'team' THEN 'circle' ELSE 'team' END",
    "author_name = author_name || '.'",
    "agency_name = 'Another'",
    "hand = CASE hand WHEN 'link' THEN 'member' ELSE 'link' END, written_by_id = NULL, written_for_id = NULL",
    "digest = reverse(digest)",
    "chain = reverse(chain)",
    "number = number + 1000",
    "about_id = NULL, corrects_id = id",
]


def write(entries: list[tuple[str, dict[str, Any], datetime.datetime | None, Audience]]) -> Case:
    case = CaseFactory()
    for text, details, at, audience in entries:
        record_entry(
            case=case,
            kind=Kind.NOTE,
            by=Author.of(case.lead),
            text=text,
            details=details,
            happened_at=at,
            audience=audience,
        )
    return case


def list_faults(case: Case) -> list[HistoryFault]:
    *faults, checked = verify_histories(case.pk)
    assert isinstance(checked, int)
    return [fault for fault in faults if isinstance(fault, HistoryFault)]


@settings(max_examples=settings.default.max_examples // 2)
@given(ENTRIES, st.data())
def test_what_was_written_verifies_and_no_change_of_it_does(entries: Any, data: st.DataObject) -> None:
    with transaction.atomic():
        case = write(entries)
        assert list_faults(case) == []
        number = data.draw(st.integers(1, len(entries)))
        forgery = data.draw(st.sampled_from(FORGERIES))
        forge(f"UPDATE cases_entry SET {forgery} WHERE case_id = %s AND number = %s", case.pk, number)
        faults = list_faults(case)
        assert faults, forgery
        assert {fault.case_id for fault in faults} == {case.pk}
        assert min(fault.number for fault in faults) in (number, number + 1)
        transaction.set_rollback(True)


@settings(max_examples=settings.default.max_examples // 3)
@given(ENTRIES, st.data())
def test_an_entry_erased_by_law_or_cut_out(entries: Any, data: st.DataObject) -> None:
    with transaction.atomic():
        case = write(entries)
        number = data.draw(st.integers(1, len(entries)))
        erase_entry(Entry.objects.get(case=case, number=number), by=Author.of(case.lead), reason="Asked for")
        run_jobs()
        assert list_faults(case) == []
        blank = Entry.objects.get(case=case, number=number)
        assert (blank.text, blank.details) == ("", ERASED_DETAILS)
        forge("DELETE FROM cases_entry WHERE case_id = %s AND number = %s", case.pk, len(entries) + 1)
        assert list_faults(case), "the entry that says so is gone"
        transaction.set_rollback(True)


@given(st.text("0123456789abcdef", max_size=64), st.lists(TEXT, min_size=1, max_size=3), TEXT, DETAILS)
def test_the_chain_is_what_the_documents_say(chain: str, metadata: list[str], text: str, details: Any) -> None:
    """Written out with the standard library: whoever has the rows alone can check them."""
    details = json.loads(json.dumps(details, default=str), parse_float=str)
    content = text + "\0" + json.dumps(details, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert hash_content(text, details) == digest
    linked = hashlib.sha256("\0".join([chain, *metadata, digest]).encode()).hexdigest()
    assert hash_chain(chain, metadata, digest) == linked


@given(MOMENTS.filter(bool))
def test_the_moment_is_hashed_to_the_microsecond_in_any_zone(moment: datetime.datetime) -> None:
    there = moment.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert epoch_microseconds(there) == epoch_microseconds(moment)
    assert epoch_microseconds(moment + datetime.timedelta(microseconds=1)) == epoch_microseconds(moment) + 1
