"""Lines of the log, without what would open a page to whoever reads them, and without what anybody typed.

The words of an exception are written by whoever raised it, and hold the value that was wrong: a row ("Failing row
contains …"), a name, a number, an address. So they are left out, but for the kinds that speak of the code or the
machine alone; what the database names besides (constraint, table, column) stays.
"""

import json
import logging
import re
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DjangoDatabaseError
from django.db import OperationalError
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from psycopg import Error as PsycopgError
from psycopg import OperationalError as PsycopgOperationalError

from config.http import parse_uuid
from config.request_id import log_context

# A part of an address long enough to be the secret of a link (/my/…/, /answer/…/, a password reset).
SECRET_SEGMENT = re.compile(r"(?<=/)[A-Za-z0-9_:=.-]{20,}")
QUERY_STRING = re.compile(r"\?[^\s\"']+")
EMAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:=@]{1,64}@[\w.-]+")
LONG_NUMBER = re.compile(r"(?<![\w.:/-])\+?\d(?: ?\d){8,}(?![\w-])")  # an NHS number, a phone number
DATABASE_DETAIL = re.compile(r"\b(DETAIL|CONTEXT|PARAMETERS|QUERY|STATEMENT|HINT):.*", re.DOTALL)

# Their words name what is in the code or on the machine, never a value. These types, not what is derived from them.
HARMLESS_TYPES = {
    AttributeError,
    ImportError,
    ModuleNotFoundError,
    NameError,
    NotImplementedError,
    RecursionError,
    ImproperlyConfigured,
    TemplateDoesNotExist,
}
CONNECTION_TYPES = {OperationalError, PsycopgOperationalError}  # "connection refused", "canceling statement"
# PostgreSQL's own words for these name what is in the database or on its machine: what may not be done or is not there,
# connections, passwords, room, deadlocks (appendix A of its manual: a class has two letters).
HARMLESS_SQLSTATES = ("08", "28", "3D", "3F", "40", "53", "57", "58", "42501", "42P01", "42703")
MAX_CHAIN_LENGTH = 20  # exceptions of which one led to the next


class RedactingFormatter(logging.Formatter):
    """Dates in UTC; an ellipsis for secret links, what follows a question mark, e-mail addresses and long numbers."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(without_errors_and_arguments(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line; the traceback beneath it, if there is one, has no addresses."""
        return redact(super().formatMessage(record))

    def formatException(self, ei: object) -> str:
        """Where it happened, by file, line and code; of its words what describe_error leaves."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(list_traceback_lines(error)) if isinstance(error, BaseException) else ""


class JSONFormatter(RedactingFormatter):
    """One line of JSON: when, how grave, who says what, in which request or job; of an error where and what kind."""

    def format(self, record: logging.LogRecord) -> str:
        record = without_errors_and_arguments(record)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            **(log_context.get() or getattr(vars(record).get("request"), "log_context", None) or {}),
            **vars(record).get("fields", {}),
        }
        if job := vars(record).get("job"):
            line |= {"job": job["id"], "task": job["task_name"]}
        if record.exc_info and record.exc_info[1]:
            line |= {"error": describe_error(record.exc_info[1]), "traceback": self.formatException(record.exc_info)}
        return json.dumps(line, ensure_ascii=False)


def without_errors_and_arguments(record: logging.LogRecord) -> logging.LogRecord:
    """A copy, in which of errors and of jobs there is no more than may be read."""
    record = logging.makeLogRecord(vars(record))
    record.exc_text = None  # another handler's, with everything in it
    if isinstance(record.args, tuple):
        record.args = tuple(describe_error(a) if isinstance(a, BaseException) else a for a in record.args)
    if isinstance(record.msg, BaseException):
        record.msg, record.args = describe_error(record.msg), ()
    request = vars(record).get("request")
    if isinstance(request, HttpRequest) and not request.resolver_match and isinstance(record.args, tuple):
        record.args = tuple("…" if part == request.path else part for part in record.args)  # whatever somebody typed
    job = vars(record).get("job")
    if isinstance(job, dict) and job.get("call_string"):  # Procrastinate's: the arguments, and what it gave back
        name = f"{job['task_name']}[{job['id']}]"
        record.msg = str(record.msg).replace(job["call_string"], name).partition(" - Result: ")[0]
    return record


def redact(text: str) -> str:
    text = QUERY_STRING.sub("?…", SECRET_SEGMENT.sub(redact_segment, text))
    return DATABASE_DETAIL.sub(r"\1: …", LONG_NUMBER.sub("…", EMAIL_ADDRESS.sub("…", text)))


def redact_segment(found: re.Match[str]) -> str:
    """An ellipsis, but identifiers of rows stay: they open nothing by themselves."""
    return found[0] if parse_uuid(found[0]) else "…"


def describe_error(error: BaseException) -> str:
    """Its type, and its words where they cannot be anybody's; of the database's the names of what refused."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if type(error) in HARMLESS_TYPES:
        return f"{name}: {redact(str(error))}"
    if type(error) in CONNECTION_TYPES:
        return f"{name}: {redact(str(error).partition(chr(10))[0])}"
    source = error.__cause__ if isinstance(error, DjangoDatabaseError) else error
    if isinstance(source, PsycopgError):
        named = {what: getattr(source.diag, f"{what}_name") for what in ("constraint", "table", "column")}
        known = [f"SQLSTATE {source.sqlstate}", *(f"{what} {value}" for what, value in named.items() if value)]
        said = source.diag.message_primary if (source.sqlstate or "").startswith(HARMLESS_SQLSTATES) else ""
        return f"{name} ({', '.join(known)}){f': {redact(said)}' if said else ''}"
    if isinstance(error, OSError) and error.errno:
        return f"{name}: errno {error.errno}"
    return f"{name} (its words are left out)"


def list_traceback_lines(error: BaseException, most: int = MAX_CHAIN_LENGTH) -> list[str]:
    """What Python would print, without the words of the exceptions."""
    lines: list[str] = []
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier and most:
        how = "directly caused the next" if error.__cause__ else "was at work when the next was raised"
        lines += [*list_traceback_lines(earlier, most - 1), f"This {how}:"]
    if error.__traceback__:
        lines += ["Traceback (most recent call last):"]
        lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    lines.append(describe_error(error))
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) and most else ():
        lines += list_traceback_lines(inner, most - 1)
    return lines


def log_uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    """What ends a process (sys.excepthook): as a line of the log, for standard error is the log."""
    if error is None or issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    logging.getLogger("uncaught").critical("The process ends", exc_info=(kind, error, where))


def log_uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    """What ends a thread (threading.excepthook); without it Python writes each word of the error itself."""
    log_uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def log_unraisable(given: Any) -> None:
    """What nobody can catch, as in a destructor (sys.unraisablehook): likewise."""
    log_uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def log_nothing_else() -> None:
    """In production: whatever is said goes through the log, and what cannot be formatted is not written as it is."""
    sys.excepthook, sys.unraisablehook, threading.excepthook = log_uncaught, log_unraisable, log_uncaught_in_thread
    logging.raiseExceptions = False
    logging.captureWarnings(True)
