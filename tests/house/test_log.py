"""The log of production keeps no secret and nothing that somebody typed (security checklist, points 56 and 59)."""

import io
import json
import logging
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django import forms
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from agencies.messages import queue_message
from agencies.models import Message
from config.embedded.keeper import POSTGRES_SETTINGS
from config.log import JSONFormatter, RedactingFormatter
from tests.agencies.test_jobs import work_once
from tests.house.test_settings import NEEDED, start

TOKEN = "c2VjcmV0LW9mLWEtbGluay1mb3ItdGVzdHM:1tQy7Z:abc_DEF"
UUID = "0b1f5c1e-6f0e-4c0e-9b1e-0d6b6a1f2c3d"


def line(message: str, *words: object) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, "file.py", 1, message, words, None)
    return RedactingFormatter("%(levelname)s %(name)s %(message)s").format(record)


@pytest.mark.parametrize(
    "address", [f"/my/{TOKEN}/", f"/answer/{TOKEN}/full/", f"/accounts/password/reset/key/{TOKEN}/"]
)
def test_secret_links_are_not_written(address: str) -> None:
    written = line("Internal Server Error: %s", address)
    assert TOKEN not in written
    assert "…" in written


def test_what_was_searched_for_is_not_written() -> None:
    assert line("Not Found: %s", "/people/?q=Margaret+Thornbury") == "ERROR django.request Not Found: /people/?…"


def test_numbers_of_rows_stay() -> None:
    assert UUID in line("Not Found: %s", f"/cases/{UUID}/plan/")


def test_ordinary_words_stay() -> None:
    words = "Sent message 12 to the queue in 0.3 s (attempt 1/5)"
    assert line(words) == f"ERROR django.request {words}"


# --- What somebody typed, provoked in each way it could come there ------------------------------------

NAME, NHS_NUMBER, EMAIL, PHONE = "Margaret Thornbury", "9990000018", "margaret@person.example.org", "01632 960123"
PERSONAL = (NAME, "Thornbury", NHS_NUMBER, EMAIL, PHONE, "999 000 0018")


@pytest.fixture(params=[JSONFormatter, RedactingFormatter])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """What the log has from now on: that of production in JSON, each value of it a line, and that of development."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param("%(levelname)s %(name)s %(message)s"))
    logging.root.addHandler(handler)

    def read() -> str:
        if request.param is RedactingFormatter:
            return stream.getvalue()
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        return "\n".join(str(value) for line in lines for value in line.values())

    yield read
    logging.root.removeHandler(handler)


def assert_nobody_in(text: str) -> None:
    assert text
    assert [words for words in PERSONAL if words in text] == []


def fail_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE log_test (name text, n int CHECK (n > 0)) ON COMMIT DROP")
        cursor.execute("INSERT INTO log_test VALUES (%s, 0)", [NAME])


def fail_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE log_test (name text UNIQUE) ON COMMIT DROP")
        cursor.execute("INSERT INTO log_test VALUES (%s), (%s)", [NAME, NAME])


def fail_type() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS integer)", [NAME])


def fail_length() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE log_test (name varchar(3)) ON COMMIT DROP")
        cursor.execute("INSERT INTO log_test VALUES (%s)", [NAME])


def fail_value() -> None:
    int(NAME)


def fail_lookup() -> None:
    {"a": 1}[NAME]


def fail_query() -> None:
    Message.objects.get(pk=NAME)


def fail_form() -> None:
    forms.ChoiceField(choices=[("a", "A")]).clean(f"{NAME} {NHS_NUMBER}")


def fail_mail() -> None:
    raise SMTPRecipientsRefused({EMAIL: (550, f"no {NAME}".encode())})


def fail_file() -> None:
    (Path("/nowhere") / NAME).read_text()


def fail_address() -> None:
    reverse("cases:case", args=[NAME])


def fail_chain() -> None:
    try:
        fail_value()
    except ValueError as error:
        raise RuntimeError(f"for {NAME}") from ExceptionGroup(NAME, [error, KeyError(NAME)])


FAILURES = [value for name, value in list(globals().items()) if name.startswith("fail_")]


@pytest.mark.parametrize("fail", FAILURES, ids=lambda fail: fail.__name__)
def test_an_error_is_logged_by_where_and_what_and_without_its_words(
    fail: Callable[[], None], written: Callable[[], str]
) -> None:
    try:
        with transaction.atomic():
            fail()
    except Exception as error:
        logging.getLogger("a").exception("It failed")
        logging.getLogger("a").error("It failed: %s", error)
        logging.getLogger("a").error(error)
    else:
        pytest.fail("it should")
    assert_nobody_in(written())
    assert f"in {fail.__name__}" in written()


def test_the_name_of_a_constraint_stays(written: Callable[[], str]) -> None:
    try:
        with transaction.atomic():
            fail_key()
    except IntegrityError:
        logging.getLogger("a").exception("It failed")
    assert "SQLSTATE 23505, constraint log_test_name_key, table log_test" in written()


def test_what_the_database_says_of_itself_stays(written: Callable[[], str]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
    except ProgrammingError:
        logging.getLogger("a").exception("It failed")
    assert '(SQLSTATE 42P01): relation "nowhere" does not exist' in written()


def test_what_speaks_of_the_code_alone_keeps_its_words(written: Callable[[], str]) -> None:
    try:
        getattr(None, "nothing")  # noqa: B009
    except AttributeError:
        logging.getLogger("a").exception("It failed")
    assert "'NoneType' object has no attribute 'nothing'" in written()


def test_a_message_itself_is_tidied(written: Callable[[], str]) -> None:
    logging.getLogger("a").error("Not sent to %s, %s, of +44 1632 960123\nDETAIL:  Key (name)=(%s)", EMAIL, PHONE, NAME)
    assert_nobody_in(written())


@pytest.mark.usefixtures("sink")
def test_a_page_that_fails(written: Callable[[], str]) -> None:
    client = Client(raise_request_exception=False)
    assert client.get(f"/fails/?name={NAME}").status_code == 500
    assert_nobody_in(written())
    assert "Internal Server Error: /fails/" in written()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails(monkeypatch: pytest.MonkeyPatch, written: Callable[[], str]) -> None:
    def refuse(*_: object) -> None:
        fail_mail()

    monkeypatch.setattr("agencies.jobs.send_email", refuse)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    words = {"timestamp": None, "ip": NAME}
    queue_message(key="a", to=EMAIL, subject=NAME, template="email/recovery_codes_generated.txt", context=words)
    work_once()
    assert "deliver_message" in written()
    assert_nobody_in(written())


def test_what_ends_a_process_is_a_line_of_the_log() -> None:
    program = f"import django; django.setup(); int({NAME!r})"
    answer = start(NEEDED, "-c", program)
    assert answer.returncode == 1
    (line,) = map(json.loads, answer.stderr.splitlines())
    assert (line["level"], line["logger"], line["message"]) == ("CRITICAL", "uncaught", "The process ends")
    assert line["error"] == "ValueError (its words are left out)"
    assert NAME not in answer.stderr.replace(program, "")


# What Python itself would write to standard error, each word of it.
UNHEARD = {
    "a thread": "import threading; one = threading.Thread(target=int, args=[NAME]); one.start(); one.join()",
    "a destructor": "class A:\n    def __del__(self): int(NAME)\nA()",
    "a line that cannot be formatted": "import logging; logging.getLogger('a').error('%d', NAME)",
    "a warning": "import warnings; warnings.warn('999 000 0018')",
    "a job and what it gave back": """
import logging
from procrastinate.jobs import Job
job = Job(id=7, queue="q", lock=None, queueing_lock=None, task_name="deliver", task_kwargs={"to": NAME})
text = f"Job {job.call_string} ended - Result: {NAME}"
logging.getLogger("procrastinate.worker").info(text, extra={"job": job.log_context()})
""",
    "jobs that are queued": """
import logging
from procrastinate.jobs import Job
job = Job(id=7, queue="q", lock=None, queueing_lock=None, task_name="deliver", task_kwargs={"to": NAME})
logging.getLogger("procrastinate.jobs").info("Deferred 1 job", extra={"jobs": [job.log_context()]})
""",
}


@pytest.mark.parametrize("how", UNHEARD)
def test_nothing_reaches_standard_error_around_the_log(how: str) -> None:
    names = repr(NAME)
    answer = start(NEEDED, "-c", f"import django; django.setup(); NAME = {names}\n{UNHEARD[how]}")
    assert answer.returncode == 0
    lines = [json.loads(line) for line in answer.stderr.splitlines()]
    said = answer.stderr.replace(names, "")  # the line of code that we gave
    assert_nobody_in(said or "nothing")
    if "job" in how:
        assert [(line["logger"], line["level"]) for line in lines][-1][1] == "INFO"
    if how == "a job and what it gave back":
        assert (lines[-1]["job"], lines[-1]["task"]) == (7, "deliver")
        assert lines[-1]["message"] == "Job deliver[7] ended"


def test_no_error_is_sent_by_e_mail() -> None:
    program = """
import django, logging
django.setup()
loggers = [logging.root, *logging.root.manager.loggerDict.values()]
print([h for one in loggers for h in getattr(one, "handlers", []) if "Stream" not in type(h).__name__
       and "Null" not in type(h).__name__])
"""
    assert start(NEEDED | {"ADMINS": "a@b.example.org"}, "-c", program).stdout == "[]\n"


def test_gunicorns_access_log_has_no_query_and_no_secret() -> None:
    config = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    asked = re.findall(r"%\(([^)]+)\)s", config["access_log_format"])
    assert not {"r", "q", "f", "a"} & set(asked)  # request line, query, the page before, the browser
    atoms = dict.fromkeys(asked, "1") | {"U": f"/answer/{TOKEN}/"}
    formatter = config["logconfig_dict"]["formatters"]["line"]
    assert formatter["()"] == "config.log.JSONFormatter"
    assert TOKEN not in line(config["access_log_format"] % atoms)


def test_the_servers_own_log_has_no_row_and_no_statement() -> None:
    """Of the embedded server; docs/deploying.md says it of any other."""
    assert POSTGRES_SETTINGS["log_error_verbosity"] == "terse"
    assert POSTGRES_SETTINGS["log_min_error_statement"] == "panic"
