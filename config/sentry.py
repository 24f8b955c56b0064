"""Errors are told to Sentry where SENTRY_DSN is set: what kind, where in the code, which request; nothing of anybody.

Its own integrations are off, which would send the request, its body, its user and the values of variables. It hears
what the log hears as an error, and of that what is named here goes out: if this fails, nothing is sent at all.
"""

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from config.log import describe_error, redact, without_errors_and_arguments
from config.request_id import log_context

KEPT = ("event_id", "timestamp", "level", "platform", "environment", "release", "logger")
KEPT_OF_FRAMES = ("filename", "module", "function", "lineno", "context_line", "pre_context", "post_context", "in_app")


def start_sentry(dsn: str, environment: str) -> None:
    """From now on, in this process. `environment` tells one place from another."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda *_: None),
        ],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=scrub_event,
    )


def scrub_event(event: Any, hint: dict[str, Any]) -> Any:
    """A new event with what is named here, its words put together as for the log."""
    scrubbed: dict[str, Any] = {name: event[name] for name in KEPT if name in event}
    scrubbed["tags"] = {name: str(value) for name, value in (log_context.get() or {}).items()}
    if record := hint.get("log_record"):
        scrubbed["logentry"] = {"message": redact(without_errors_and_arguments(record).getMessage())}
        if request := getattr(vars(record).get("request"), "log_context", None):
            scrubbed["tags"] |= request
    values = event.get("exception", {}).get("values", [])
    scrubbed["exception"] = {"values": [scrub_exception(value) for value in values]}
    error = (hint.get("exc_info") or (None, None))[1]
    if values and error:
        scrubbed["exception"]["values"][-1]["value"] = describe_error(error)
    return scrubbed


def scrub_exception(value: dict[str, Any]) -> dict[str, Any]:
    """Its type and where it happened, without its words."""
    frames = value.get("stacktrace", {}).get("frames", [])
    kept = [{name: frame[name] for name in KEPT_OF_FRAMES if name in frame} for frame in frames]
    return {"type": value.get("type"), "module": value.get("module"), "stacktrace": {"frames": kept}}
