"""manage.py verify_history names each fault, as an intruder with the database's own password would leave it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agencies.models import Author
from cases.history.record import erase_entry, record_entry
from cases.history.verify import HistoryFault, verify_histories
from cases.models import Kind
from tests.factories import CaseFactory
from tests.jobs import run_jobs


@pytest.fixture
def case():
    case = CaseFactory()
    for n in range(5):
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text=f"Note {n}", details={"next": "Ring"})
    return case


def forge(sql, *values):
    """As somebody who owns the tables could: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending when a table is altered
        cursor.execute("ALTER TABLE cases_entry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE cases_entry ENABLE TRIGGER USER")


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("verify_history", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_given_true_histories_then_the_command_counts_them(case):
    other = CaseFactory()
    record_entry(case=other, kind=Kind.NOTE, by=Author.system())
    out, err = run()
    assert out.startswith("6 entries verified in ")
    assert err == ""
    assert run(str(other.pk))[0].startswith("1 entries verified")


FORGERIES = [
    ("UPDATE cases_entry SET text = 'Other words' WHERE number = 3", "entry 3: the content was changed"),
    ("UPDATE cases_entry SET details = '{}' WHERE number = 3", "entry 3: the content was changed"),
    ("UPDATE cases_entry SET author_name = 'Somebody else' WHERE number = 3", "entry 3: the chain is broken"),
    ("UPDATE cases_entry SET happened_at = now() - interval '9 days' WHERE number = 3", "entry 3: the chain is broken"),
    ("UPDATE cases_entry SET audience = 'person' WHERE number = 3", "entry 3: the chain is broken"),
    ("DELETE FROM cases_entry WHERE number = 3", "entry 3: an entry is missing"),
    ("DELETE FROM cases_entry WHERE number = 1", "entry 1: an entry is missing"),
    ("DELETE FROM cases_entry WHERE number = 5", "entry 5: the end of the history is missing"),
    ("DELETE FROM cases_entry", "entry 5: the end of the history is missing"),
    (
        "UPDATE cases_entry SET text = '', details = '{\"erased\": true}' WHERE number = 3",
        "entry 3: the words were taken out, and no entry says so",
    ),
]


@pytest.mark.parametrize(("sql", "fault"), FORGERIES)
def test_given_a_forged_history_then_the_command_names_the_place_and_fails(case, sql, fault):
    forge(sql)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="faults in") as failed:
        call_command("verify_history", stdout=out, stderr=err)
    assert failed.value.returncode == 1
    assert f"Case {case.pk}, {fault}" in err.getvalue()


def test_given_a_whole_history_forged_anew_with_a_new_chain_then_the_head_gives_it_away(case):
    forge("UPDATE cases_entry SET chain = repeat('0', 64) WHERE number = 5")
    assert HistoryFault(case.pk, 5, "the end of the history is missing") in list(verify_histories())


def test_given_a_lawful_erasure_then_it_verifies(case):
    erase_entry(case.entries.get(number=2), by=Author.of(case.lead), reason="Asked for")
    run_jobs()
    assert run()[0].startswith("6 entries verified")
