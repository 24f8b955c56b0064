"""One writer: numbered without gaps, chained, append-only; and lawful erasure that says so."""

import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, connections, transaction

from agencies.models import Author
from cases.history.record import PAGE_SIZE, erase_entry, record_entry, timeline_page
from cases.history.verify import verify_histories
from cases.models import Audience, Case, Circle, Entry, Kind, Reading
from tests.factories import CaseFactory
from tests.jobs import run_jobs


def note(case, text="A note", **more):
    return record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text=text, **more)


def test_given_a_case_when_entries_are_recorded_then_they_are_numbered_chained_and_head_the_case():
    case = CaseFactory()
    entries = [note(case, f"Note {n}") for n in range(3)]
    case.refresh_from_db()
    assert [e.number for e in entries] == [1, 2, 3]
    assert case.entry_count == 3
    assert case.chain == entries[-1].chain
    assert len({e.chain for e in entries}) == 3
    assert list(verify_histories(case.pk)) == [3]


def test_given_the_same_key_when_recorded_again_then_the_first_entry_comes_back():
    case, key = CaseFactory(), uuid.uuid4()
    first, second = note(case, "Once", key=key), note(case, "Twice", key=key)
    assert first == second
    assert second.text == "Once"
    assert Entry.objects.filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_given_twenty_writers_at_once_then_numbers_have_no_gap_and_the_chain_verifies():
    case = CaseFactory()
    start, failed = threading.Barrier(20), []

    def write(n: int) -> None:
        try:
            start.wait()
            for m in range(3):
                note(Case.objects.get(pk=case.pk), f"Writer {n}, note {m}")
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failed
    assert list(Entry.objects.filter(case=case).order_by("number").values_list("number", flat=True)) == list(
        range(1, 61)
    )
    assert list(verify_histories(case.pk)) == [60]


@pytest.mark.django_db(transaction=True)
def test_given_one_key_posted_by_ten_at_once_then_one_entry_is_written():
    case, key, start, seen = CaseFactory(), uuid.uuid4(), threading.Barrier(10), []

    def write() -> None:
        try:
            start.wait()
            seen.append(note(Case.objects.get(pk=case.pk), key=key).pk)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(seen) == 10
    assert len(set(seen)) == 1


def test_given_an_entry_when_saved_or_deleted_again_then_the_model_refuses():
    entry = note(CaseFactory())
    entry.text = "Rewritten"
    with pytest.raises(PermissionDenied):
        entry.save()
    with pytest.raises(PermissionDenied):
        entry.delete()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cases_entry SET text = 'Rewritten'",
        "UPDATE cases_entry SET happened_at = now()",
        "DELETE FROM cases_entry",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE cases_entry CASCADE",
        "UPDATE cases_reading SET page = 'other'",
        "DELETE FROM cases_reading",
        "SELECT set_config('app.erasing', 'on', true); UPDATE cases_entry SET author_name = 'Nobody'",
        "SELECT set_config('app.erasing', 'on', true); DELETE FROM cases_entry",
        "SELECT set_config('app.erasing', 'on', true); UPDATE cases_reading SET page = 'other'",
    ],
)
def test_given_rows_when_sql_would_change_them_then_the_database_refuses(sql):
    case = CaseFactory()
    note(case)
    member = case.lead
    Reading.objects.create(
        case=case, member=member, agency=member.agency, reader_name="Priya", agency_name="Team", page="story"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_given_an_entry_when_erased_then_its_words_are_gone_an_entry_says_so_and_the_chain_verifies():
    case = CaseFactory()
    secret = note(case, "A secret of somebody else", details={"next": "Ring them"})
    note(case, "Later")
    said = erase_entry(secret, by=Author.of(case.lead), reason="Asked for by the person under article 17")
    run_jobs()
    secret.refresh_from_db()
    assert (secret.text, secret.details) == ("", {"erased": True})
    assert (said.kind, said.number, said.corrects, said.details) == (Kind.ERASED, 3, secret, {"number": 1})
    assert list(verify_histories(case.pk)) == [3]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.erasing', true)")
        assert cursor.fetchone()[0] == ""


def test_given_an_erased_entry_or_one_that_records_it_when_erased_again_then_it_is_refused():
    case = CaseFactory()
    secret = note(case, "Secret")
    said = erase_entry(secret, by=Author.of(case.lead), reason="Asked for")
    for entry in (secret, said):
        with pytest.raises(ValueError, match="no words"):
            erase_entry(entry, by=Author.of(case.lead), reason="Again")


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("Zoë O’Hara 🌻 عائشة\n\ttab", {"next": "Łódź"}),
        ("", {"depth": {"list": [1, None, True, "x"], "number": 12345678901234567890}}),
        ("x" * 100_000, {"decimal": 1.50, "tiny": 1e-30, "when": datetime(2026, 11, 22, tzinfo=UTC)}),
    ],
)
def test_given_content_of_any_kind_when_read_back_then_its_digest_still_holds(text, details):
    case = CaseFactory()
    record_entry(case=case, kind=Kind.NOTE, by=Author.system(), text=text, details=details)
    assert list(verify_histories(case.pk)) == [1]


def test_given_more_than_a_page_when_the_timeline_is_read_then_it_goes_on_by_number_without_overlap():
    case = CaseFactory()
    for n in range(PAGE_SIZE + 5):
        note(case, f"Note {n}")
    first = list(timeline_page(case=case, member=case.lead))
    assert [e.number for e in first] == list(range(35, 4, -1))
    rest = list(timeline_page(case=case, member=case.lead, before=first[PAGE_SIZE - 1].number))
    assert [e.number for e in rest] == [5, 4, 3, 2, 1]


READERS = [  # who, audience, may read
    ("team", Audience.TEAM, True),
    ("team", Audience.CIRCLE, True),
    ("team", Audience.PERSON, True),
    ("circle", Audience.TEAM, False),
    ("circle", Audience.CIRCLE, True),
    ("circle", Audience.PERSON, True),
    ("left", Audience.TEAM, False),
    ("left", Audience.CIRCLE, False),
    ("left", Audience.PERSON, False),
    ("stranger", Audience.TEAM, False),
    ("stranger", Audience.CIRCLE, False),
    ("stranger", Audience.PERSON, False),
    ("gp", Audience.TEAM, False),
    ("gp", Audience.CIRCLE, False),
    ("gp", Audience.PERSON, False),
]


@pytest.mark.parametrize(("who", "audience", "may_read"), READERS)
def test_who_may_read_an_entry_of_each_audience(who, audience, may_read, outsider, gp):
    case = CaseFactory()
    entry = note(case, audience=audience)
    reader = {"team": case.lead, "gp": gp}.get(who, outsider)
    if who in ("circle", "gp"):
        Circle.objects.create(case=case, agency=reader.agency, purpose="Helps with money")
    if who == "left":
        Circle.objects.create(case=case, agency=reader.agency, purpose="Helped", ended_at=case.opened_at)
    assert list(timeline_page(case=case, member=reader)) == ([entry] if may_read else [])


def test_given_a_wide_circle_when_the_timeline_is_read_then_no_entry_comes_twice(outsider):
    case = CaseFactory()
    note(case)
    for agency in (outsider.agency, CaseFactory().agency):
        Circle.objects.create(case=case, agency=agency, purpose="Helps")
    assert len(timeline_page(case=case, member=case.lead)) == 1
