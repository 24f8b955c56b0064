"""What an uploaded file would bring, before anything of it comes in."""

import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from directory.catalogue.hours import format_schedule
from directory.exchange.actions.zero_cost import count_parsed_costs
from directory.exchange.feeds import FeedError, read_file
from directory.exchange.field_use import FieldTally, FieldUse, SentService, find_sent_values
from directory.exchange.files import FeedNotice, load_table
from directory.exchange.importer import parse_service
from directory.exchange.open_referral import ParsedService, Problem, ServiceRefused, parse_service_id
from directory.exchange.open_referral.columns import field_label, resolve_columns
from directory.exchange.open_referral.spreadsheet import REASON_COLUMN, SheetRow
from directory.exchange.runs import unpack_upload
from directory.exchange.tables import TableError, split_heading
from directory.exchange.writer import match_postcodes
from directory.models import Run, Schedule, Service, ServiceAlias, Status
from directory.models.source import ZeroCost

MAX_PREVIEWED_ROWS = 300  # rows that are read for a preview
MAX_COUNTED_ROWS = 50_000  # rows whose ids alone are read, to say what is not in the file
MAX_SHOWN_ROWS = 12
MAX_SAMPLE_CELLS = 3  # cells of a column that are shown


@dataclass
class PreviewRow:
    """One service as it would come in."""

    name: str
    agency: str
    when: str
    where: str
    problems: list[Problem]


@dataclass
class ImportPreview:
    """`looked_at` rows were read; `more` says that the file goes on. `error` says why it cannot be read.

    `missing` listings of the source are not in the file; `elsewhere` are another source's, `owner`.
    """

    lines: list[PreviewRow] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    looked_at: int = 0
    new: int = 0
    known: int = 0
    noted: int = 0  # services in which something could not be used
    more: bool = False
    error: str = ""
    missing: int = 0
    elsewhere: int = 0
    owner: str = ""
    is_sheet: bool = False  # its columns can be matched
    no_organisation: bool = False
    zero_percent: int = 0  # of the listings cost 0, and it is to be asked whether that is so
    parsed: list[ParsedService] = field(default_factory=list)
    fields: list[FieldUse] = field(default_factory=list)  # of the rows that were read
    unknown_tables: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # of the file: a sheet that is not read

    @property
    def can_begin(self) -> bool:
        return bool(self.lines)


@dataclass
class SheetColumns:
    """The columns of a table, each with the first cells that are filled, and what each was taken for."""

    columns: list[tuple[str, list[str]]]
    guessed: dict[str, str]


def load_sheet_columns(run: Run) -> SheetColumns | None:
    """None for a file whose fields are known by their names (JSON, HSDS tables). Raises FeedError."""
    with tempfile.TemporaryDirectory() as folder:
        table = load_table(unpack_upload(run, Path(folder)))
    if table is None:
        return None
    try:
        names, below = split_heading(table)
    except TableError as error:
        raise FeedError(str(error)) from None
    rows = [row for _, row in below]
    names = [name for name in names if name != REASON_COLUMN]
    columns = [(name, list(islice((row[name] for row in rows if row.get(name)), MAX_SAMPLE_CELLS))) for name in names]
    return SheetColumns(columns, resolve_columns(names, rows, run.source.columns))


def build_preview(run: Run) -> ImportPreview:
    """Reads the first rows as the import will, and the ids of the others. Nothing is written."""
    found, ids = ImportPreview(), dict[uuid.UUID, str]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "none"
        try:
            path = unpack_upload(run, Path(folder))
            raws = _take_notices(read_file(path, run.source.columns or None), found)
            sample = list(islice(raws, MAX_PREVIEWED_ROWS))
            rest = _collect_ids(raws, run.source.name)
        except FeedError as error:
            found.error, found.is_sheet = str(error), _is_sheet(path)
            return found
    found.looked_at, found.more = len(sample), bool(rest)
    rows = [raw for raw in sample if isinstance(raw, SheetRow)]
    found.is_sheet = bool(rows)
    found.no_organisation = bool(rows) and not any(row.get("organisation") for row in rows)
    tally = FieldTally()
    for raw in sample:
        try:
            _preview_service(raw, run.source.name, ids, found, tally)
        except ServiceRefused as refused:
            found.refused.append(refused.problem)
        tally.add(raw.sent if isinstance(raw, SheetRow) else find_sent_values(raw))
    match_postcodes(found.parsed)
    found.noted = sum(bool(received.problems) for received in found.parsed)
    found.lines = [_build_row(received) for received in found.parsed]
    costs = count_parsed_costs(found.parsed)
    if run.source.zero_cost in (ZeroCost.NOT_ASKED, ZeroCost.ASKED) and costs.is_suspicious:
        found.zero_percent = costs.percent
    found.fields = tally.rows()
    found.unknown_tables = next(
        (raw.tables.unknown for raw in sample if isinstance(raw, SentService) and raw.tables), []
    )
    _compare_with_stored(found, run.source.name, ids, rest)
    found.lines = sorted(found.lines, key=lambda line: -len(line.problems))[:MAX_SHOWN_ROWS]
    return found


def _take_notices(raws: Iterable[Any], found: ImportPreview) -> Iterator[Any]:
    for raw in raws:
        if isinstance(raw, FeedNotice):
            found.notices.append(raw.said)
        else:
            yield raw


def _is_sheet(path: Path) -> bool:
    try:
        return load_table(path) is not None
    except (FeedError, OSError):
        return False


def _collect_ids(raws: Iterable[Any], source: str) -> list[uuid.UUID | None]:
    """Of each row the id that it will have, None where it has none."""
    found: list[uuid.UUID | None] = []
    for raw in islice(raws, MAX_COUNTED_ROWS):
        try:
            found.append(parse_service_id(raw, source))
        except ServiceRefused:
            found.append(None)
    return found


def _preview_service(raw: Any, source: str, ids: dict[uuid.UUID, str], found: ImportPreview, tally: FieldTally) -> None:
    """One row as it would come in. `ids`: those before it, with how each is called. Raises ServiceRefused."""
    key, name = parse_service_id(raw, source), raw.label if isinstance(raw, SheetRow) else ""
    if key in ids:
        first = f"row {ids[key]}" if ids[key] else "one before it"
        raise ServiceRefused(Problem(name or str(key), "", f"the same as {first}"))
    ids[key] = str(raw.number) if isinstance(raw, SheetRow) else ""
    found.parsed.append(parse_service(raw, source, tally))


def _compare_with_stored(
    found: ImportPreview, source: str, ids: dict[uuid.UUID, str], rest: list[uuid.UUID | None]
) -> None:
    """With what is here: what is known, what another source has, and what this source has that is not in the file."""
    aliases = ServiceAlias.resolve([*ids, *filter(None, rest)])
    ids = {aliases.get(key, key): name for key, name in ids.items()}
    rest = [aliases.get(key, key) if key else None for key in rest]
    owners = Counter(Service.objects.filter(pk__in=ids).exclude(source=source).values_list("source", flat=True))
    found.known = Service.objects.filter(pk__in=ids, source=source).count()
    found.elsewhere = owners.total()
    found.owner = owners.most_common(1)[0][0] or "somebody here" if owners else ""
    found.new = max(len(found.lines) - found.known - found.elsewhere, 0)
    if len(rest) < MAX_COUNTED_ROWS:
        here = Service.objects.filter(source=source).exclude(status=Status.INACTIVE, digest="")
        found.missing = len(set(here.values_list("pk", flat=True)) - ids.keys() - set(rest))


def _build_row(received: ParsedService) -> PreviewRow:
    hours: list[Any] = [row for row in received.rows if isinstance(row, Schedule)]
    when = "; ".join(dict.fromkeys(filter(None, map(format_schedule, hours))))
    where = "; ".join(", ".join(filter(None, (place.short_address, place.postcode))) for place in received.locations)
    problems = [problem._replace(field=field_label(problem.field)) for problem in received.problems[:5]]
    runs_it = "" if received.agency.name == received.service.name else received.agency.name
    return PreviewRow(received.service.name, runs_it, when[:200], where[:200], problems)
