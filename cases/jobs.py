"""Work on case histories that no request may do, and what happens to all of them each night."""

import uuid

from procrastinate.contrib.django import app

from cases.actions.roots import make_root, write_root_file
from cases.history import record
from config.row_security import job_context


@app.task(name="blank_entry")
def blank_entry(*, entry: str) -> None:
    """Take the words out of an entry: record.erase_entry has written that they go. May run twice."""
    with job_context():
        record.blank_entry(uuid.UUID(entry))


@app.periodic(cron="40 2 * * *")
@app.task(name="make_root", queueing_lock="make_root", lock="make_root")
def make_nightly_root(timestamp: int) -> None:
    """One line of all histories leaves the machine. A second run makes another, which harms nothing."""
    with job_context():
        make_root()
    write_root_file()
