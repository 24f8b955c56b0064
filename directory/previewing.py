"""What an uploaded file would bring, before anything of it comes in."""

import tempfile
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from directory.cleaning import kept
from directory.feeds import FeedError, read_file
from directory.files import table_of
from directory.hours import in_words
from directory.models import Run, Schedule, Service
from directory.open_referral import Problem, Received, Refused, from_oruk, identity_of
from directory.open_referral.columns import guess
from directory.open_referral.spreadsheet import Row
from directory.runs import unpacked_upload
from directory.tables import TableError, headed

LOOKED_AT = 300  # rows that are read for a preview
SHOWN = 12
SAMPLES = 3  # cells of a column that are shown


@dataclass
class Line:
    """One service as it would come in."""

    name: str
    agency: str
    when: str
    where: str
    problems: list[Problem]


@dataclass
class Preview:
    """`looked_at` rows were read; `more` says that the file goes on. `error` says why it cannot be read."""

    lines: list[Line] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    looked_at: int = 0
    new: int = 0
    known: int = 0
    noted: int = 0  # services in which something could not be used
    more: bool = False
    error: str = ""

    @property
    def can_begin(self) -> bool:
        return bool(self.lines)


@dataclass
class Sheet:
    """The columns of a table, each with the first cells that are filled, and what each was taken for."""

    columns: list[tuple[str, list[str]]]
    guessed: dict[str, str]


def sheet_of(run: Run) -> Sheet | None:
    """None for a file whose fields are known by their names (JSON, HSDS tables). Raises FeedError."""
    with tempfile.TemporaryDirectory() as folder:
        table = table_of(unpacked_upload(run, Path(folder)))
    if table is None:
        return None
    try:
        names, below = headed(table)
    except TableError as error:
        raise FeedError(str(error)) from None
    rows = [row for _, row in below]
    remembered = {name: field for name, field in run.source.columns.items() if name in names}
    columns = [(name, list(islice((row[name] for row in rows if row.get(name)), SAMPLES))) for name in names]
    return Sheet(columns, remembered or guess(names, rows))


def preview(run: Run) -> Preview:
    """Reads the first rows as the import will. Nothing is written."""
    found = Preview()
    with tempfile.TemporaryDirectory() as folder:
        try:
            raws = iter(read_file(unpacked_upload(run, Path(folder)), run.source.columns or None))
            sample = list(islice(raws, LOOKED_AT))
            found.more = next(raws, None) is not None
        except FeedError as error:
            found.error = str(error)
            return found
    found.looked_at = len(sample)
    keys = set()
    for raw in sample:
        try:
            received = from_oruk(raw.as_service() if isinstance(raw, Row) else kept(raw), run.source.name)
            keys.add(identity_of(raw, run.source.name))
        except Refused as refused:
            found.refused.append(refused.problem)
            continue
        found.noted += bool(received.problems)
        found.lines.append(_line(received))
    found.known = Service.objects.filter(pk__in=keys, source=run.source.name).count()
    found.new = len(keys) - found.known
    found.lines = sorted(found.lines, key=lambda line: -len(line.problems))[:SHOWN]
    return found


def _line(received: Received) -> Line:
    hours: list[Any] = [row for row in received.rows if isinstance(row, Schedule)]
    when = "; ".join(dict.fromkeys(filter(None, map(in_words, hours))))
    where = "; ".join(
        ", ".join(filter(None, (place.short, place.postcode))) for place in received.locations
    )  # fmt: skip
    return Line(received.service.name, received.agency.name, when[:200], where[:200], received.problems[:5])
