"""Lines of the log, without what would open a page to whoever reads them."""

import logging
import re
import time

from config.http import parse_uuid

# A part of an address long enough to be the secret of a link (/my/…/, /answer/…/, a password reset).
SECRET_SEGMENT = re.compile(r"(?<=/)[A-Za-z0-9_:=.-]{20,}")
QUERY_STRING = re.compile(r"\?[^\s\"']+")


class RedactingFormatter(logging.Formatter):
    """Dates in UTC; secret links and everything after a question mark replaced by an ellipsis."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line; the traceback beneath it, if there is one, has no addresses."""
        return QUERY_STRING.sub("?…", SECRET_SEGMENT.sub(redact_segment, super().formatMessage(record)))


def redact_segment(found: re.Match[str]) -> str:
    """An ellipsis, but identifiers of rows stay: they open nothing by themselves."""
    return found[0] if parse_uuid(found[0]) else "…"
