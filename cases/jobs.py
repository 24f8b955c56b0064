"""Work on case histories that no request may do."""

import uuid

from procrastinate.contrib.django import app

from cases.history import record
from config.row_security import job_context


@app.task(name="blank_entry")
def blank_entry(*, entry: str) -> None:
    """Take the words out of an entry: record.erase_entry has written that they go. May run twice."""
    with job_context():
        record.blank_entry(uuid.UUID(entry))
