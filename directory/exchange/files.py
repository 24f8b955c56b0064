"""Reads services from a file in any of the shapes that directories give away, told by its content, not its name.

JSON (a list, a page of a feed, one object a line, GeoJSON), a spreadsheet (CSV, XLSX), the tables of HSDS (a folder,
a ZIP archive, or a workbook with a sheet for each), and any of these packed with gzip.
"""

import gzip
import json
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from directory.exchange import json_stream
from directory.exchange.open_referral import hsds_csv, icarol
from directory.exchange.open_referral.columns import has_name_column, resolve_columns
from directory.exchange.open_referral.kinds import OtherKindError, is_register, keep_services
from directory.exchange.open_referral.spreadsheet import ColumnFields, read_sheet_rows, unfold_grid, unnest_services
from directory.exchange.paging import SERVICE_LIST_KEYS
from directory.exchange.tables import (
    HIDDEN_SHEET,
    MAX_TABLE_BYTES,
    MAX_UNPACK_RATIO,
    Cells,
    TableError,
    open_checked_archive,
    read_archive_member,
    read_csv,
    read_workbook,
    split_heading,
)

MAX_FILE_BYTES = 5_000_000_000  # bytes, of a file on this machine
MAX_UNPACKED_BYTES = 500_000_000  # bytes of what came packed
MAX_JSON_TABLES_BYTES = 100_000_000  # bytes of tables in JSON, which are held in memory
OFFICE_FILES = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a presentation"),
    ("content.xml", "an OpenDocument file (save it as .xlsx or .csv)"),
    ("doc.kml", "a map (KML)"),
    ("Index/Document.iwa", "a document of Numbers or Pages (export it as .xlsx or .csv)"),
    ("Index.zip", "a document of Numbers or Pages (export it as .xlsx or .csv)"),
)
OTHER_FILES = (  # how files of other kinds begin, and what they are
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BEGIN:VCALENDAR", "a calendar file"),
    (b"BEGIN:VCARD", "an address book"),
    (b"SQLite format 3", "a database"),
    (b"Rar!", "an archive of another kind (pack it as .zip)"),
    (b"7z\xbc\xaf", "an archive of another kind (pack it as .zip)"),
)
OLD_SPREADSHEET = "a spreadsheet with a password, an old or a damaged one (save it without a password as .xlsx or .csv)"
MARKUP = (
    ("<html", "a web page"),
    ("<!doctype html", "a web page"),
    ("<rss", "a news feed (RSS)"),
    ("<feed", "a news feed (Atom)"),
    ("<kml", "a map (KML)"),
    ("<gpx", "a map (GPX)"),
    ("<osm", "a map (OpenStreetMap)"),
    ("<svg", "a picture"),
)


class FeedNotice(NamedTuple):
    """Something about the feed or file that the steward is told; it is no service."""

    said: str


class FeedError(Exception):
    """The feed or file cannot be read, or not to its end; says why in plain English."""


def read_file(path: Path, columns: ColumnFields | None = None) -> Iterator[Any]:
    """The services of a file or folder. `columns`: of a spreadsheet, which column is which field; else guessed.

    Raises FeedError, perhaps after some came.
    """
    try:
        yield from _read_path(path, columns)
    except OSError as error:
        raise FeedError(f"{path.name} cannot be opened: {error.strerror or type(error).__name__}.") from None
    except (TableError, OtherKindError) as error:
        raise FeedError(f"{path.name}: {error}") from None
    except json_stream.CutOffError:
        raise FeedError(f"{path.name} ends in the middle.") from None
    except json_stream.OtherContentError as error:
        raise FeedError(f"{path.name}: {error}") from None
    except json_stream.JSONError as error:
        raise FeedError(f"{path.name} cannot be read as JSON. {error}") from None


def _read_path(path: Path, columns: ColumnFields | None) -> Iterator[Any]:
    if path.is_dir():
        names = sorted(file.name for file in path.iterdir() if file.is_file())
        yield from _read_file_set(names, lambda name: (path / name).read_bytes(), columns)
        return
    if path.stat().st_size > MAX_FILE_BYTES:
        raise FeedError(f"{path.name} is larger than {MAX_FILE_BYTES:,} bytes.")
    kind = detect_file_kind(path)
    if kind == "gzip":
        with tempfile.TemporaryDirectory() as folder:
            yield from _read_path(_unpack_gzip(path, Path(folder)), columns)
    elif kind == "zip":
        yield from _read_zip(path, columns)
    elif kind in ("json", "lines"):
        raws = _read_json_lines(path) if kind == "lines" else _read_json(path)
        named = hsds_csv.table_name(path.name) == "services"
        yield from keep_services(unnest_services(raws, columns), named_services=named)
    elif kind == "table":
        if path.stat().st_size > MAX_TABLE_BYTES:
            raise FeedError(f"{path.name} is larger than {MAX_TABLE_BYTES:,} bytes.")
        yield from _read_sheet(path.name, list(read_csv(path.read_bytes())), columns)
    else:
        raise FeedError(f"{path.name} is {kind}, not a list of services.")


def _read_sheet(name: str, rows: list[Cells], columns: ColumnFields | None) -> Iterator[Any]:
    """The rows of a table. One of organisations, by its name or by its columns, is refused unless columns were
    matched."""
    names, below = split_heading(rows)
    if icarol.is_export(names):
        yield from icarol.nest_rows(below)
        return
    fields = {*resolve_columns(names, [row for _, row in below], columns or {}).values()}
    table = hsds_csv.table_name(name)
    if not columns and is_register(names, fields):
        hint = "If each of them is something to go to, say which column is which."
        raise TableError(f"{OtherKindError('organisations')} {hint}")
    if not columns and table not in ("", "services") and "id" in fields and not {"hours", "days", "cost"} & fields:
        raise OtherKindError(f"{table.replace('_', ' ').replace('organiz', 'organis')} (one table of HSDS alone)")
    yield from read_sheet_rows(rows, columns)


def detect_file_kind(path: Path) -> str:
    """ "gzip", "zip", "json", "lines" (one object on each), "table"; anything else is the words for what it is."""
    with path.open("rb") as file:
        return detect_kind_of_bytes(file.read(64_000))


def detect_kind_of_bytes(start: bytes) -> str:
    """The same, of the first 64 KB or so of a file."""
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    if start[:4] == b"PK\x03\x04":
        return "zip"
    if start[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0") or start[:2] == b"PK":
        return "a PDF" if start[:4] == b"%PDF" else OLD_SPREADSHEET
    if found := next((words for sign, words in OTHER_FILES if start.startswith(sign)), ""):
        return found
    text = start.decode("utf-8-sig", "replace").lstrip() if start[:2] not in (b"\xff\xfe", b"\xfe\xff") else "text"
    if not text.strip(" \t\r\n") and not start.strip():
        return "empty"
    if text[:1] == "{" and _is_json_lines(text):
        return "lines"
    if text[:1] in ("[", "{"):
        return "json"
    if text[:1] == "<":
        return next((words for sign, words in MARKUP if sign in text[:2000].lower()), "XML")
    is_table = text == "text" or any(sign in text for sign in ",\t;|")
    is_text = not any(byte < 9 or 13 < byte < 32 for byte in start[:200])
    return "table" if is_table else "plain text" if is_text else "no list"


def _is_json_lines(text: str) -> bool:
    """One object a line: the first line is an object by itself, and another begins after it."""
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def load_table(path: Path) -> list[Cells] | None:
    """The rows of a file whose columns have to be matched: CSV, or a workbook that is no set of HSDS tables.

    None for everything else. Raises FeedError as read_file does.
    """
    try:
        kind = detect_file_kind(path)
        if kind == "table":
            rows = list(read_csv(path.read_bytes()))
            return None if icarol.is_export(split_heading(rows)[0]) else rows
        if kind != "zip":
            return None
        with open_checked_archive(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                return None
        book = read_workbook(path)
    except TableError as error:
        raise FeedError(f"{path.name}: {error}") from None
    return None if hsds_csv.is_hsds_table_set([*book]) else pick_largest_sheet(book)


def pick_largest_sheet(book: dict[str, list[Cells]]) -> list[Cells]:
    """The sheet with the most rows that is a list of activities, or of all; [] of an empty workbook."""
    return max(book.values(), key=lambda rows: (_is_list(rows, None), len(rows), len(rows[0])), default=[])


# --- JSON -------------------------------------------------------------------------------------------------


def _read_json(path: Path) -> Iterator[Any]:
    tables = _read_json_tables(path)
    if tables is not None:
        yield from tables
        return
    with path.open("rb") as file:
        yield from json_stream.read_objects(file, SERVICE_LIST_KEYS)


def _read_json_tables(path: Path) -> Iterator[Any] | None:
    """The services of one object that holds all of HSDS's tables as lists; None when the file is nothing like that."""
    if path.stat().st_size > MAX_JSON_TABLES_BYTES:
        return None
    content = path.read_bytes()
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") or b'"service' not in content:
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None  # cut off, or too deep: what can be read of it is read one by one
    return hsds_csv.nest_json_tables(found) if isinstance(found, dict) else None


def _read_json_lines(path: Path) -> Iterator[Any]:
    """One that is no JSON is given as it is, to be refused with its reason; a last one cut off ends the file early."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                if not line.endswith(b"\n"):
                    raise FeedError(f"{path.name} ends in the middle of line {number:,}.") from None
                yield f"line {number}: {line[:200].decode('utf-8', 'replace')}"


# --- Packed -----------------------------------------------------------------------------------------------


def _unpack_gzip(path: Path, folder: Path) -> Path:
    """The file unpacked, in the folder; a bomb is stopped while it unpacks."""
    out, size, most = folder / path.stem, 0, max(path.stat().st_size * MAX_UNPACK_RATIO, 10_000_000)
    try:
        with gzip.open(path) as packed, out.open("wb") as file:
            while chunk := packed.read(1_000_000):
                size += len(chunk)
                if size > min(MAX_UNPACKED_BYTES, most):
                    raise FeedError(f"{path.name} unpacks to more than is allowed.")
                file.write(chunk)
    except EOFError:
        raise FeedError(f"{path.name} ends in the middle.") from None
    except (gzip.BadGzipFile, zlib.error):
        raise FeedError(f"{path.name} is damaged.") from None
    return out


def _read_zip(path: Path, columns: ColumnFields | None) -> Iterator[Any]:
    with open_checked_archive(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
        if "xl/workbook.xml" not in names:
            yield from _read_file_set(names, lambda name: read_archive_member(archive, name), columns)
            return
    book = read_workbook(path)
    if hsds_csv.is_hsds_table_set([*book]):
        yield from hsds_csv.nest_csv_tables(book)
    else:
        yield from _read_sheets(book, columns)


def _read_sheets(book: dict[str, list[Cells]], columns: ColumnFields | None) -> Iterator[Any]:
    """The rows of each sheet that is a list of activities; the others are named. An id that came before, of another
    sheet that counts from 1 too, is told apart by the name of its sheet."""
    lists = [name for name, rows in book.items() if not name.endswith(HIDDEN_SHEET) and _is_list(rows, columns)]
    if not lists:
        yield from _read_sheet("", pick_largest_sheet(book), columns)
        return
    seen = set[str]()
    for name, rows in book.items():
        if name not in lists:
            yield FeedNotice(f"The sheet “{name}” was not read: it is hidden, or no list of activities.")
            continue
        found = list(_read_sheet("", rows, columns))
        for row in found if len(lists) > 1 else ():
            row.sheet = name
            row["id"] = f"{name} {row['id']}" if row["id"] in seen and "|" not in row["id"] else row["id"]
        seen |= {row["id"] for row in found}
        yield from found


def _is_list(rows: list[Cells], columns: ColumnFields | None) -> bool:
    names, below = split_heading(rows)
    fields = resolve_columns(names, [row for _, row in below], columns or {})
    grid = unfold_grid(names, below, fields)
    return bool(below) and (bool(grid) or (has_name_column(fields) and len(fields) > 1))


def _read_file_set(names: list[str], content_of: Callable[[str], bytes], columns: ColumnFields | None) -> Iterator[Any]:
    """The services of a folder or an archive: tables as CSV, or JSON."""
    tables = [name for name in names if name.lower().endswith(".csv")]
    documents = [name for name in names if name.lower().endswith((".json", ".ndjson", ".jsonl", ".geojson"))]
    if tables:
        yield from _read_csv_tables({name: content_of(name) for name in tables}, columns)
        return
    if not documents:
        office = next((words for part, words in OFFICE_FILES if part in names), "")
        raise FeedError(
            f"This is {office}, not a list of services."
            if office
            else "There are neither tables (.csv) nor JSON in it."
        )
    if hsds_csv.is_hsds_table_set(documents):
        known = [name for name in documents if hsds_csv.table_name(name)]
        found = hsds_csv.nest_json_tables({name: _load_json_table(name, content_of(name)) for name in known})
        if found is not None:
            yield from found
            return
    with tempfile.TemporaryDirectory() as folder:
        for name in documents:
            inner = Path(folder) / Path(name).name
            inner.write_bytes(content_of(name))
            if inner.name.lower() != "datapackage.json":
                yield from _read_path(inner, columns)


def _load_json_table(name: str, content: bytes) -> Any:
    """A table in a JSON file of its own: a list, a page of it, or one object a line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        if detect_file_kind(path) == "lines":
            return list(_read_json_lines(path))
        if detect_file_kind(path) != "json":
            return None
        with path.open("rb") as file:
            return list(json_stream.read_objects(file, SERVICE_LIST_KEYS))


def _read_csv_tables(files: dict[str, bytes], columns: ColumnFields | None) -> Iterator[Any]:
    if hsds_csv.is_hsds_table_set([*files]):
        tables: dict[str, list[Cells]] = {name: list(read_csv(content)) for name, content in files.items()}
        yield from hsds_csv.nest_csv_tables(tables)
    elif len(files) == 1:
        name, content = next(iter(files.items()))
        yield from _read_sheet(name, list(read_csv(content)), columns)
    else:
        known = ", ".join(sorted({*hsds_csv.name_tables(files).values()} - {""}))
        are = f"These are tables of HSDS ({known.replace('_', ' ')})" if known else "These tables are not those of HSDS"
        raise FeedError(f"{are}: there is no services.csv with others beside it.")
