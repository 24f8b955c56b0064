"""Rows of spreadsheets: CSV in any usual encoding, and XLSX. Nothing here knows what the columns mean.

Uploads are not to be trusted: openpyxl reads through defusedxml, an archive is measured before it is unpacked, and
rows, columns and cells have limits.
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import openpyxl
from openpyxl.utils.cell import range_boundaries

MAX_TABLE_BYTES = 250_000_000  # bytes of a table, unpacked
MAX_UNPACK_RATIO = 200  # unpacked ÷ packed; a spreadsheet has 5 to 20, a bomb 1,000
MAX_ARCHIVE_MEMBERS = 2_000  # files in an archive
MAX_TABLE_ROWS = 250_000
MAX_TABLE_COLUMNS = 300
MAX_CELL_LENGTH = 40_000  # characters
MAX_MERGED_CELLS = 5_000  # of a sheet

Cells = list[str]


class TableError(ValueError):
    """The table cannot be read; says why in plain English."""


# --- CSV ----------------------------------------------------------------------------------------------


def read_csv(content: bytes) -> Iterator[Cells]:
    """The rows of a CSV file with commas, semicolons, tabs or bars; in UTF-8, UTF-16 or Windows-1252. An empty row
    is [], so that the others keep the file's own numbers."""
    if len(content) > MAX_TABLE_BYTES:
        raise TableError(f"The table is larger than {MAX_TABLE_BYTES:,} bytes.")
    text = decode_text(content).replace("\x00", "")
    heading = text.lstrip()[:20_000].partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=heading.count))
    csv.field_size_limit(10_000_000)
    try:
        for number, row in enumerate(rows, start=1):
            if number > MAX_TABLE_ROWS:
                raise TableError(f"The table has more than {MAX_TABLE_ROWS:,} rows.")
            cells = [_strip_formula_escape(cell[:MAX_CELL_LENGTH].strip()) for cell in row[:MAX_TABLE_COLUMNS]]
            yield cells if any(cells) else []
    except csv.Error as error:
        raise TableError(f"The table cannot be read: {error}.") from None


def _strip_formula_escape(cell: str) -> str:
    """An apostrophe before what would be a formula is the mark of whoever wrote the file, as we do."""
    return cell[1:] if cell[:2] in ("'=", "'+", "'-", "'@") else cell


def decode_text(content: bytes) -> str:
    """Excel writes Windows-1252 or UTF-16 where others write UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


# --- XLSX ---------------------------------------------------------------------------------------------


def open_checked_archive(path: Path) -> zipfile.ZipFile:
    """The archive, opened. Raises TableError for what is no archive, and for one that unpacks to too much."""
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise TableError("The archive is damaged.") from None
    size = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if (
        len(members) > MAX_ARCHIVE_MEMBERS
        or size > MAX_TABLE_BYTES
        or (size > 10_000_000 and size > packed * MAX_UNPACK_RATIO)
    ):
        archive.close()
        raise TableError("The archive unpacks to more than is allowed.")
    if any(member.flag_bits & 1 for member in members):
        archive.close()
        raise TableError("The archive has a password.")
    return archive


def read_archive_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """One file of a checked archive; no more of it than its table of contents promised."""
    try:
        with archive.open(name) as file:
            content = file.read(archive.getinfo(name).file_size + 1)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        raise TableError(f"{name} in the archive is damaged.") from None
    if len(content) > archive.getinfo(name).file_size:
        raise TableError("The archive unpacks to more than it says.")
    return content


def read_workbook(path: Path) -> dict[str, list[Cells]]:
    """The rows of each sheet of an XLSX workbook that has any; an empty row is []."""
    open_checked_archive(path).close()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ValueError, defusedxml's own
        raise TableError(f"The spreadsheet cannot be read: {type(error).__name__}.") from None
    try:
        found = {sheet.title: _repeat_merged(_read_sheet(sheet), _list_merged(sheet)) for sheet in book.worksheets}
    finally:
        book.close()
    return {name: rows for name, rows in found.items() if any(rows)}


def _read_sheet(sheet: Any) -> list[Cells]:
    sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
    rows: list[Cells] = []
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MAX_TABLE_ROWS:
                raise TableError(f"The sheet has more than {MAX_TABLE_ROWS:,} rows.")
            cells = [_format_cell(value) for value in row[:MAX_TABLE_COLUMNS]]
            while cells and not cells[-1]:
                cells.pop()
            rows.append(cells)
    except TableError:
        raise
    except Exception as error:
        raise TableError(f"The sheet “{sheet.title}” cannot be read: {type(error).__name__}.") from None
    return rows


def _list_merged(sheet: Any) -> list[tuple[int, int, int, int]]:
    """The merged cells of a sheet, each as its first and last column and row, from 0: openpyxl's reader of large files
    passes over them."""
    found: list[tuple[int, int, int, int]] = []
    with sheet._get_source() as source:
        for _, element in defusedxml.ElementTree.iterparse(source):
            if element.tag.endswith("}mergeCell") and len(found) < MAX_MERGED_CELLS:
                left, top, right, bottom = range_boundaries(element.get("ref", "A1"))
                found.append((left - 1, right - 1, top - 1, bottom - 1))
            element.clear()
    return found


def _repeat_merged(rows: list[Cells], merged: list[tuple[int, int, int, int]]) -> list[Cells]:
    """What stands in a merged cell holds for each row, and each column, that it covers; a title that is all there is
    in its row stays one cell."""
    for left, right, top, bottom in merged:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        alone = top >= len(rows) or not any(cell for n, cell in enumerate(rows[top]) if not left <= n <= right)
        if not value or (alone and right > left):
            continue
        for row in rows[top : bottom + 1]:
            row += [""] * (min(right + 1, MAX_TABLE_COLUMNS) - len(row) if any(row) else 0)
            for n in range(left, min(right + 1, len(row))):
                row[n] = value
    return rows


def _format_cell(value: Any) -> str:
    """A cell as it reads: dates ISO 8601, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)[:MAX_CELL_LENGTH].strip()


# --- Headed rows --------------------------------------------------------------------------------------


def split_heading(rows: list[Cells]) -> tuple[Cells, list[tuple[int, dict[str, str]]]]:
    """The column names, and each row below them with its number as a spreadsheet counts.

    The heading is the first row of which at least half of the widest of the first ten is filled: titles above
    a table are passed over. Columns without a name, or with one that is taken, are named by their place; those
    with neither a name nor a cell that is filled are left out.
    """
    if not any(rows):
        raise TableError("The table is empty.")
    first = next(n for n, row in enumerate(rows) if row)
    widest = max(sum(map(bool, row)) for row in rows[first : first + 10])
    at = next(n for n, row in enumerate(rows) if row and sum(map(bool, row)) * 2 >= widest)
    filled = {n for row in rows[at:] for n, cell in enumerate(row) if cell}
    names: dict[int, str] = {}
    for n in sorted(filled):
        name = " ".join(rows[at][n].split())[:200] if n < len(rows[at]) else ""
        name = name or f"Column {n + 1}"
        names[n] = name if name not in names.values() else f"{name} ({n + 1})"
    below = [
        (number, {names[n]: cell for n, cell in enumerate(row) if n in names})
        for number, row in enumerate(rows[at + 1 :], start=at + 2)
        if any(row)
    ]
    return [*names.values()], below
