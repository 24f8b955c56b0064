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
MAX_MARKED_CELLS = 20_000  # merged, or with a link behind them, of a sheet
MAX_HEADING_LENGTH = 40  # characters of a name in the second of two heading rows
MAX_TORN_ROWS = 100  # rows with a quotation mark that is not closed
TORN_ROW = "This row has a quotation mark that is not closed"
HIDDEN_SHEET = " (hidden)"

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
    csv.field_size_limit(10_000_000)
    rows = _read_records(io.StringIO(text, newline="").readlines(), max(",;\t|", key=heading.count))
    for number, row in enumerate(rows, start=1):
        if number > MAX_TABLE_ROWS:
            raise TableError(f"The table has more than {MAX_TABLE_ROWS:,} rows.")
        cells = [_strip_formula_escape(cell[:MAX_CELL_LENGTH].strip()) for cell in row[:MAX_TABLE_COLUMNS]]
        yield cells if any(cells) else []


def _read_records(lines: list[str], delimiter: str) -> Iterator[Cells]:
    """As RFC 4180 has them. A quotation mark that is opened and never closed would swallow the rows below: its line is
    read by itself, and says so in a cell of its own."""
    at, width, torn = 0, 1, 0
    while at < len(lines):
        rows, began = csv.reader(lines[at:], delimiter=delimiter, strict=True), at
        try:
            for row in rows:
                width, began = max(width, len(row)), at + rows.line_num
                yield row
            return
        except csv.Error as error:
            torn += 1
            if torn > MAX_TORN_ROWS:
                raise TableError(f"The table cannot be read: {error}.") from None
            name, *others = lines[began].replace('"', "").split(delimiter)
            others = others if len(others) < width else [delimiter.join(others)]
            yield [name, *others, *[""] * (width - 1 - len(others)), TORN_ROW]
            at = began + 1


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
    """The rows of each sheet of an XLSX workbook that has any; an empty row is []. A hidden sheet says so in its
    name."""
    open_checked_archive(path).close()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ValueError, defusedxml's own
        raise TableError(f"The spreadsheet cannot be read: {type(error).__name__}.") from None
    try:
        found = {}
        for sheet in book.worksheets:
            merged, links = _list_marks(sheet)
            name = sheet.title if sheet.sheet_state == "visible" else sheet.title + HIDDEN_SHEET
            found[name] = _repeat_merged(_add_links(_read_sheet(sheet), links), merged)
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


def _list_marks(sheet: Any) -> tuple[list[tuple[int, int, int, int]], dict[tuple[int, int], str]]:
    """The merged cells of a sheet, each as its first and last column and row, from 0, and the addresses behind cells by
    row and column: openpyxl's reader of large files passes over both."""
    merged, links = list[tuple[int, int, int, int]](), dict[tuple[int, int], str]()
    folder, _, file = str(sheet._worksheet_path).rpartition("/")
    relations, targets = f"{folder}/_rels/{file}.rels", {}
    if relations in sheet.parent._archive.namelist():
        with sheet.parent._archive.open(relations) as source:
            targets = {one.get("Id"): one.get("Target", "") for one in defusedxml.ElementTree.parse(source).getroot()}
    with sheet._get_source() as source:
        for _, element in defusedxml.ElementTree.iterparse(source):
            kind = element.tag.rpartition("}")[2]
            if kind in ("mergeCell", "hyperlink") and len(merged) + len(links) < MAX_MARKED_CELLS:
                left, top, right, bottom = range_boundaries(element.get("ref", "A1"))
                address = next((targets.get(value, "") for name, value in element.items() if name.endswith("}id")), "")
                if kind == "mergeCell":
                    merged.append((left - 1, right - 1, top - 1, bottom - 1))
                elif address.startswith(("http://", "https://", "mailto:")):
                    links[top - 1, left - 1] = address.removeprefix("mailto:")
            element.clear()
    return merged, links


def _add_links(rows: list[Cells], links: dict[tuple[int, int], str]) -> list[Cells]:
    """ "Tea club" with an address behind it → "Tea club (https://…)"."""
    for (row, column), address in links.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] and address not in rows[row][column]:
            rows[row][column] += f" ({address})"
    return rows


def _repeat_merged(rows: list[Cells], merged: list[tuple[int, int, int, int]]) -> list[Cells]:
    """What stands in a merged cell holds for each row, and each column, that it covers; a title that is all there is
    in its row stays one cell. They never overlap: what covers more than the sheet is no work of a spreadsheet."""
    room = len(rows) * MAX_TABLE_COLUMNS
    for left, right, top, bottom in merged:
        room -= len(rows[top : bottom + 1]) * (min(right + 1, MAX_TABLE_COLUMNS) - left)
        if room < 0:
            break
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
    heading = _join_headings(rows[at], rows[at + 1]) if at + 1 < len(rows) else []
    heading, at = (heading, at + 1) if heading else (rows[at], at)
    names: dict[int, str] = {}
    for n in sorted(filled):
        name = " ".join(heading[n].split())[:200] if n < len(heading) else ""
        name = name or f"Column {n + 1}"
        names[n] = name if name not in names.values() else f"{name} ({n + 1})"
    below = [
        (number, {names[n]: cell for n, cell in enumerate(row) if n in names})
        for number, row in enumerate(rows[at + 1 :], start=at + 2)
        if any(row)
    ]
    return [*names.values()], below


def _join_headings(top: Cells, under: Cells) -> Cells:
    """Of two heading rows, "Where" over "Venue", "Address", "Postcode", the lower names where there are any; [] when
    the second is no heading: it would stand only beneath what is merged, or empty, above it."""
    width = max(len(top), len(under))
    top, under = (row + [""] * (width + 1 - len(row)) for row in (top, under))
    named = [n for n, cell in enumerate(under) if cell]
    beneath = all(top[n] == "" or top[n] in (top[n - 1] if n else "", top[n + 1]) or top[n + 1] == "" for n in named)
    plain = all(len(under[n]) < MAX_HEADING_LENGTH and not any(map(str.isdigit, under[n])) for n in named)
    whole = all(top[n] or under[n] for n in range(width) if n < max(named, default=0))
    return (
        [low or high for low, high in zip(under, top, strict=True)]
        if len(named) > 1 and beneath and plain and whole
        else []
    )
