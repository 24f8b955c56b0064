"""Carries out one import from its first byte to its last, and writes down what it did: for the command and the job."""

import logging
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone

from directory.exchange.actions.duplicates import suggest_duplicates
from directory.exchange.actions.renamed import recognise_renamed
from directory.exchange.actions.retire import retire_twice_gone
from directory.exchange.actions.zero_cost import ask_about_zero_costs
from directory.exchange.archive import DocumentArchive, drop_old_bodies, save_refused_rows, unpack_document
from directory.exchange.feeds import FeedError, is_address, read_file, read_services
from directory.exchange.importer import MAX_REPORT_ROWS, Importer, ImportReport
from directory.exchange.open_referral import Problem
from directory.geography.postcodes import load_areas_around
from directory.models import Run, RunChange, Service
from directory.models.source import ZeroCost
from directory.search.index import refresh_counts
from directory.text.cleaning import clean_json

MAX_POSTCODE_AREAS = 6  # whose postcodes are loaded at once, half a second each; the night brings the rest

logger = logging.getLogger(__name__)


def run_import(
    run: Run,
    source: str = "",
    *,
    again: bool = False,
    allow_private: bool = False,
    part: bool = False,
    tell: Callable[[int], object] = lambda count: None,
) -> ImportReport:
    """Read `source` (an address or a path; else the run's own document, else its feed) and bring in what it holds.

    Never raises for what is wrong with the feed: `run.error` says why it ended early, and what came before is in.
    May be done twice: a run whose worker died begins anew. Of a `part` of a list, what is not in it is not gone.
    """
    run.begun_at, run.error = run.begun_at or timezone.now(), ""
    uploaded = not source and not run.source.url
    if not uploaded:
        run.documents.all().delete()
    zero_is_unknown = run.source.zero_cost == ZeroCost.UNKNOWN
    work = Importer(run.source.name, again=again, journal=partial(_note_changes, run), zero_is_unknown=zero_is_unknown)
    keeper = DocumentArchive(run)
    try:
        with tempfile.TemporaryDirectory() as folder:
            raws = _read_source(run, source, Path(folder), work, keeper, allow_private)
            for count in work.import_services(raws):
                keeper.flush()
                save_progress(run, work.report)
                tell(count)
    except FeedError as error:
        run.error = str(error)
    except Exception as error:  # a run that nobody foresaw is told to the steward like any other that failed
        logger.exception("Import of %s ended early", run.source.name)
        run.error = f"Something went wrong here, and is in the log ({type(error).__name__})."
    finally:
        keeper.flush(last=True)
    return _finish_run(run, work, part)


def _read_source(
    run: Run, source: str, folder: Path, work: Importer, keeper: DocumentArchive, allow_private: bool
) -> Iterator[Any]:
    """What the run reads, row by row; what is received is kept on the way."""
    columns = run.source.columns or None
    if not source and not run.source.url:
        return read_file(unpack_upload(run, folder), columns)
    source = source or run.source.url
    if not is_address(source) and Path(source).exists():
        keeper.store_file(Path(source))
    return read_services(
        source, allow_private=allow_private, columns=columns, keep=keeper.store_document, unchanged=work.find_unchanged
    )


def unpack_upload(run: Run, folder: Path) -> Path:
    """The file that was uploaded for this run, in the folder. Raises FeedError when it is kept no longer."""
    document = run.documents.filter(number=1).first()
    content = unpack_document(document) if document else None
    if document is None or content is None:
        raise FeedError("The file that was uploaded is kept no longer. Upload it again.")
    path = folder / (Path(document.name).name or "upload")
    path.write_bytes(content)
    return path


def save_progress(run: Run, report: ImportReport) -> None:
    """How far it is, for whoever looks on."""
    run.new, run.changed, run.same, run.refused = report.new, report.changed, report.same, report.refused
    run.save(update_fields=["begun_at", "new", "changed", "same", "refused"])


def _note_changes(run: Run, stood: dict[uuid.UUID, bytes]) -> None:
    """So that the run can be taken back. A run that begins anew leaves what it noted first."""
    rows = [RunChange(run=run, service=key, before=before) for key, before in stood.items()]
    RunChange.objects.bulk_create(rows, ignore_conflicts=True)


def _count_before_break(run: Run, work: Importer) -> None:
    """What this run did before its worker died, which it then found done, is of this run too."""
    noted = dict(RunChange.objects.filter(run=run).values_list("service", Length("before")))
    new, report = {key for key, size in noted.items() if not size}, work.report
    work.created |= new
    done = len(noted) - report.new - report.changed
    report.new, report.changed = len(new), len(noted) - len(new)
    report.same = max(report.same - done, 0)


def _recognise_renamed(run: Run, work: Importer, whole: bool) -> None:
    """What came as new and is a listing that the source calls by another id now."""
    if not work.created:
        return
    report, ours = work.report, Service.objects.filter(source=run.source.name)
    unseen = set(ours.values_list("pk", flat=True)) - work.seen
    found = recognise_renamed(run, new=work.created, gone=unseen, whole=whole)
    known = {str(pk) for pk in found.same.values()}
    report.new, report.changed = report.new - len(known), report.changed + len(known)
    report.gone = [row for row in report.gone if row[0] not in known]
    report.problems += [Problem(key, "id", "another id at the source now; the same by name and place") for key in known]
    if found.asked:
        said = f"{found.asked:,} new listings may be here under another id: see the likely doubles"
        report.problems.append(Problem("", "", said))


@transaction.atomic
def _finish_run(run: Run, work: Importer, part: bool) -> ImportReport:
    whole = not run.error and not part
    report = work.finish_report(whole=whole)
    _count_before_break(run, work)
    _recognise_renamed(run, work, whole)
    save_progress(run, report)
    run.gone, run.changes = report.gone, report.changes[:MAX_REPORT_ROWS]
    run.fields = clean_json([list(row) for row in report.fields])
    run.problems = [list(problem) for problem in report.problems[:MAX_REPORT_ROWS]]
    if report.same_elsewhere:
        run.problems.insert(0, ["", "", f"{report.same_elsewhere} Then bring it in under that name."])
    if report.unknown_tables:
        run.problems.insert(0, ["", "", f"Tables that are not known, and not used: {', '.join(report.unknown_tables)}"])
    if report.unused:
        run.problems.insert(0, ["", "", f"Not used: {', '.join(report.unused)}"[:2000]])
    if len(report.problems) > MAX_REPORT_ROWS:
        run.problems.append(["", "", f"and {len(report.problems) - MAX_REPORT_ROWS:,} more"])
    run.ended_at = timezone.now()
    run.save()
    save_refused_rows(run, report.refusals)
    drop_old_bodies(run)
    retired = retire_twice_gone(run)
    if report.new or report.changed or retired:
        load_areas_around(most=MAX_POSTCODE_AREAS)
        refresh_counts()
    ask_about_zero_costs(run.source)
    if report.new or report.changed:
        suggest_duplicates(run.source.name)
    return report
