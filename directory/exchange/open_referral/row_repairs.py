"""What people do in the rows of a table, put right before a row becomes a service; what cannot be, is asked about.

A row that a flag keeps back comes in as not running, so that a listing goes when its flag is set.
"""

import copy
import datetime
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phonenumbers import PhoneNumberFormat, format_number

from config.fields import find_phone_number
from config.postcodes import list_postcode_readings
from directory.exchange.field_use import mark_used
from directory.exchange.open_referral.columns import FIELDS, FLAG_FIELDS, flag_of
from directory.exchange.open_referral.objects import CELL_WORDS, WORDS_FOR_NO, WORDS_FOR_YES
from directory.exchange.tables import TORN_ROW
from directory.models.session import DAY_NAMES
from directory.text.cleaning import EMAIL_IN_TEXT, LINK_IN_TEXT, find_date
from directory.text.conditions import DAY, read_conditions
from directory.text.encoding import find_postcode_in_text

if TYPE_CHECKING:
    from directory.exchange.open_referral.spreadsheet import SheetRow

UNMATCHED_PREFIX = "column: "  # before the name of a column that is no field of ours
SHOWN_WORDS, KEPT_BACK_WORDS = WORDS_FOR_YES | {*CELL_WORDS["shown"]}, WORDS_FOR_NO | {*CELL_WORDS["kept back"]}
FILLERS, CONTACT_FILLERS = {*CELL_WORDS["nothing"]}, {*CELL_WORDS["nothing of a contact"]}
STATUSES = {word: status for status, words in CELL_WORDS["status"].items() for word in words}
CLOSED_SAID = re.compile(
    r"\b(?:CLOSED|CEASED|SUSPENDED|DISCONTINUED|CANCELLED|DISBANDED)\b[^.;\n]{0,60}"
    r"|(?i:\b(?:(?:is |has |now |currently |permanently |temporarily )*(?:closed|ceased|suspended|stopped|paused|folded"
    r"|disbanded)"
    r"(?: since| as of| (?:until|till?) further| permanently| temporarily| indefinitely| down| due to| because| from 20"
    r"| in 20)|(?:permanently|temporarily|currently|now) closed"
    r"|no longer (?:running|runs|meeting|meets|taking place|operating"
    r"|open)|not (?:currently|at present) (?:running|meeting|open))\b[^.;\n]{0,60})"
)
CLOSED_IN_NAME = re.compile(
    r"(?i)(?:[(\[]|[-–:] )(?:(?:now|currently|temporarily|permanently) )?"
    r"(?:closed|ceased|suspended|cancelled|paused|on hold)"
    r"(?: (?:now|until|till?|for|since|due|permanently|temporarily)\b[^)\]]{0,60})?(?:[)\]]|$)"
)
MAX_CLOSURE_LENGTH = 2_000  # characters of a text in which it is looked for
CLOSED_IN_HOURS = re.compile(
    r"(?i)\b(?:closed|cancelled|suspended|paused|postponed) (?:since|(?:until|till?) (?:further|notice)|permanently"
    r"|temporarily|indefinitely|for now)\b[^.;\n]{0,60}"
)
MOVED_SAID = re.compile(r"(?i)\b(?:has |have |now |is |are )*(?:moved|moving|relocat(?:ed|ing)) to\b[^.;\n]{0,60}")
POLITE_WORDS = re.compile(
    r"^(yes|no|y|n)\b[ ,.!:-]*(?:(?:please|thanks|thank you|of course|that'?s (?:fine|ok)|ok|happy to)[ ,.!]*)*$"
)
LINK_BEHIND = re.compile(r"\((https?://[^\s()]{3,500}|[^\s()@]{1,64}@[^\s()@]{1,200})\)$")
AT_AND_DOT = re.compile(r"(?i) ?[\[({] ?(?:at|dot) ?[\])}] ?| (?:at|dot) ")
PHONE_IN_TEXT = re.compile(r"(?<![0-9])(?:\+44 ?(?:\(0\) ?)?|\(?0)[1-9](?:[ ()-]{0,2}[0-9]){8,9}(?![0-9])")
BARE_PHONE = re.compile(r"(?<![0-9])[127][0-9]{2,4}(?: ?[0-9]){6,7}(?![0-9])")  # its nought was lost
TOTAL_SAID = re.compile(r"(?i)(?:grand |sub-? ?)?totals?\b|(?:total )?(?:number|count|no\.?) of\b|count\b|end of list")
MAX_DATE_NOTES = 160  # characters of notes that are taken for words beside the hours
EXCEL_EPOCH = datetime.date(1899, 12, 30)
ADDRESS_FIELDS = (
    *("place", "house", "address", "address_2", "address_3", "postcode"),
    *("latitude", "longitude", "point", "transport"),
)
WHEN_FIELDS = ("days", "hours", "opens", "closes", "begins", "frequency")
TEXT_FIELDS = ("description", "joining", "access", "who")


# "BN11 IEE" at the end of an address: of the shape of a postcode but for a sign or two.
ODD_POSTCODE = re.compile(r"(?:^|[\s,;])([A-Za-z]{1,2}[0-9][0-9A-Za-z]?\s[0-9A-Za-z]{3})\s*$")


def repair_row(sent: "SheetRow") -> "SheetRow":
    """A copy of the row under our fields' names, put right; `asked` says what was noticed."""
    row = copy.copy(sent)
    asked = list(sent.asked)
    _drop_fillers(row, asked)
    _write_answers_out(row)
    _take_links(row)
    _apply_flags(row, asked)
    _keep_other_status(row, asked)
    _note_closures(row, asked)
    _restore_numbers(row, asked)
    _take_apart(row, asked)
    row.asked = tuple(asked)
    return row


def _drop_fillers(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    for name, cell in [*row.items()]:
        if cell == TORN_ROW:
            asked.append(("name", f"{row.pop(name)}: are its cells in the right columns?"))
            continue
        said = " ".join(cell.lower().split()) if name != "id" else "x"
        plain_field = name in ("contact", "phone", "email", "website", "place", "organisation", "postcode", "who")
        if said in FILLERS or (plain_field and said in CONTACT_FILLERS):
            mark_used(cell, "Left out: it says nothing")
            del row[name]


def _write_answers_out(row: "SheetRow") -> None:
    """A "Y" beneath "Booking needed?" says nothing by itself."""
    for name in ("joining", "who", "transport"):
        word = row.get(name, "").lower()
        if word in WORDS_FOR_YES | WORDS_FOR_NO:
            asked = str(getattr(row[name], "field", ""))
            heading = (
                re.sub(r"(?i)[ ?]*(?:\((?:y/n|yes/no)\))?[ ?]*$", "", asked) if " " in asked else FIELDS[name].label
            )
            row[name] = f"{heading}: {'yes' if word in WORDS_FOR_YES else 'no'}"


def _take_links(row: "SheetRow") -> None:
    """What an .xlsx had behind the words of a cell, "Tea club (https://…)"; an address that a database wrapped in "#";
    an e-mail address that was written so that no program finds it."""
    for name in ("name", "organisation", "place", "contact", "website", "email"):
        if name in row and (behind := LINK_BEHIND.search(row[name])):
            if name in ("website", "email"):
                row[name] = behind[1]
            else:
                row[name] = row[name][: behind.start()].strip()
                row.setdefault("email" if "@" in behind[1] else "website", behind[1])
    if "#" in row.get("website", "") and (inside := re.search(r"#?(https?://[^#\s]+)#", row["website"])):
        row["website"] = inside[1]
    if "@" not in row.get("email", "@"):
        row["email"] = AT_AND_DOT.sub(lambda sign: "@" if "at" in sign[0].lower() else ".", row["email"])
        if "@" not in row["email"] and not row["email"].startswith(("http", "www.")):  # "ask for Pat"
            _add_to_joining(row, "email")


# --- Flags ------------------------------------------------------------------------------------------------------


def _apply_flags(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    for name in row.lacking:
        row["status"] = "inactive"
        asked.append((name, f"“{name}” is empty: is it to be shown? It is not"))
    for name, cell in [*row.items()]:
        heading = name.removeprefix(UNMATCHED_PREFIX)
        flag = name if name in FLAG_FIELDS else flag_of(heading) if name.startswith(UNMATCHED_PREFIX) else ""
        if flag:
            mark_used(cell, "Whether it is shown")
            _apply_flag(row, flag, getattr(cell, "field", heading), cell.strip(), asked)
    if "ended" in row and (day := _written_day(row["ended"])) and day < datetime.date.today():
        row["status"] = "inactive"
        asked.append(("ended", f"it ended on {day:%-d %B %Y}: it is not shown"))
    repeats = any(row.get(name) for name in ("days", "frequency", *map(str.lower, DAY_NAMES.values())))
    day = _written_day(row.get("begins", ""))
    if day and day < datetime.date.today() and not repeats and not re.search(rf"\b{DAY}", row.get("hours", "").lower()):
        row["status"] = "inactive"
        asked.append(("begins", f"it was on {day:%-d %B %Y}: it is not shown"))


def _apply_flag(row: "SheetRow", flag: str, column: str, said: str, asked: list[tuple[str, str]]) -> None:
    word = POLITE_WORDS.sub(r"\1", said.lower())
    if flag == "verified":
        if word not in WORDS_FOR_YES and not _written_day(said):
            asked.append((column, f"“{column}” says “{said[:60]}”: is it right all the same? It is shown"))
        return
    if flag == "shown" and word not in SHOWN_WORDS:
        row["status"] = "inactive"
        sure = word in KEPT_BACK_WORDS
        asked.append((column, f"“{column}” says “{said[:60]}”: it is not shown" + ("" if sure else ". Is it to be?")))
    elif flag == "hidden" and word not in WORDS_FOR_NO:
        row["status"] = "inactive"
        asked.append((column, f"“{column}” says “{said[:60]}”: it is not shown"))
    elif flag == "closed" and word not in WORDS_FOR_NO:
        if re.search(rf"\b{DAY}", word):  # the days on which it is closed
            row["hours"] = f"{row.get('hours', '')} (closed {said})".strip()
            return
        over = "permanent" in column.lower() or "ceased" in column.lower()
        row["status"] = "inactive" if over else "temporarily closed"
        closed = "shown as closed for now" + ("" if word in WORDS_FOR_YES else ". Is that so?")
        asked.append((column, f"“{column}” says “{said[:60]}”: it is {'not shown' if over else closed}"))
    elif (flag == "masked" and word not in WORDS_FOR_NO) or (flag == "unmasked" and word not in WORDS_FOR_YES):
        _mask_address(row)
        asked.append((column, f"“{column}” says “{said[:60]}”: the address is kept back"))


def _mask_address(row: "SheetRow") -> None:
    """Nothing that tells where it is is left, but for the town."""
    hidden = [row.pop(name) for name in ADDRESS_FIELDS if name in row]
    mark_used(hidden, "Kept back")
    for name in TEXT_FIELDS:
        for words in hidden:
            if len(words) > 3 and name in row:
                row[name] = re.sub(re.escape(words), "(address kept back)", row[name], flags=re.IGNORECASE)
        while name in row and (code := find_postcode_in_text(row[name])):
            row[name] = re.sub(code.replace(" ", " ?"), "", row[name], flags=re.IGNORECASE)


def parse_status(said: str) -> str:
    """The standard's word for what is said; as it is for what is not known. Nothing said: it runs."""
    tidy = re.sub(r"(?<=[a-z])[\s_-]+", " ", said.strip().lower())
    return STATUSES.get(tidy, tidy) or "active"


def _keep_other_status(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    """ "Full - waiting list" is nothing that a listing can be, but something to know before one goes."""
    if row.get("status") and parse_status(row["status"]) not in {*STATUSES.values()}:
        said = row.pop("status")
        row["joining"] = "\n\n".join(filter(None, (row.get("joining"), said)))
        asked.append(("status", f"“{said[:60]}” is kept as words: it is shown as running"))


def _note_closures(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    """ "CLOSED since March": shown as closed for now, and asked about."""
    texts = [row.get(name, "") for name in ("name", "place", "status", "description", "notes")]
    if moved := next(filter(None, map(MOVED_SAID.search, texts)), None):
        asked.append(("address", f"it says “{moved[0].strip()[:80]}”: is the address the new one?"))
    found = find_closure(*texts) or CLOSED_IN_HOURS.search("\n".join((row.get("hours", ""), row.get("notes", ""))))
    if found and parse_status(row.get("status", "")) == "active":
        row["status"] = "temporarily closed"
        asked.append(("status", f"it says “{found[0].strip()[:80]}”: is it still on? It is shown as closed for now"))


def find_closure(name: str, *texts: str) -> re.Match[str] | None:
    """Where the name of an activity, or what is said of it, says that it is closed."""
    said = map(CLOSED_SAID.search, (text[:MAX_CLOSURE_LENGTH] for text in (name, *texts)))
    return CLOSED_IN_NAME.search(name[:MAX_CLOSURE_LENGTH]) or next(filter(None, said), None)


# --- Numbers that a spreadsheet made of something else ------------------------------------------------------------


def _restore_numbers(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    abroad = row.get("postcode", "").replace("-", "").isdigit()
    if "phone_2" in row and not abroad:
        row["phone_2"] = restore_phone(row["phone_2"])
    if "phone" in row and not abroad:
        row["phone"] = restore_phone(row["phone"])
        digits = re.sub(r"[^0-9]", "", row["phone"])
        if not digits:  # "see the vicar"
            _add_to_joining(row, "phone")
        elif 5 <= len(digits) <= 8 and digits[0] in "23456789":
            asked.append(("phone", f"“{row['phone'][:40]}” has no area code"))
    for name in ("checked", "begins", "ended"):
        if name in row and (day := _written_day(row[name])):
            row[name] = day.isoformat()
    for name in ("opens", "closes", "hours"):
        if name in row and re.fullmatch(r"0?\.[0-9]{1,18}", row[name].strip()):  # a part of a day
            minutes = round(float(row[name]) * 24 * 60)
            row[name] = f"{minutes // 60:02}:{minutes % 60:02}"


def _add_to_joining(row: "SheetRow", name: str) -> None:
    """What is no phone number, or no e-mail address, says how to join."""
    if not PHONE_IN_TEXT.fullmatch(row[name].strip()):
        row["joining"] = "\n\n".join(filter(None, (row.get("joining"), row.pop(name))))


def restore_phone(text: str) -> str:
    """A number that lost its nought: "1632960123" → "01632960123", "447700900123" → "+447700900123"."""
    digits = re.sub(r"\s", "", text)
    if re.fullmatch(r"44[1-37-9][0-9]{9}", digits):
        return f"+{digits}"
    if re.fullmatch(r"(?:[1-37-9][0-9]{9}|1[0-9]{8})", digits):
        return f"0{text.strip()}"
    return text


def split_phones(text: str) -> list[str]:
    """The numbers of a cell: "01632 960001 / 07700 900001 (Ann)", each grouped as in the UK; one by itself with what is
    said beside it stays as it is, and so does what is no number."""
    found = [*PHONE_IN_TEXT.finditer(text)]
    whole = len(found) == 1 and not re.search(r"[a-z]", text, re.IGNORECASE)
    return [format_phone(one[0]) for one in found] if len(found) > 1 or whole else [text] if text else []


def format_phone(number: str) -> str:
    """ "01632960001" → "01632 960001", as the UK groups it; one from abroad stays as it is."""
    found = find_phone_number(number)
    british = found and found.number.country_code == 44
    return format_number(found.number, PhoneNumberFormat.NATIONAL) if found and british else number


def _written_day(text: str) -> datetime.date | None:
    """A date as it is written, or as a spreadsheet counts days."""
    if re.fullmatch(r"[2-6][0-9]{4}(?:\.[0-9]+)?", text.strip()):
        return EXCEL_EPOCH + datetime.timedelta(days=int(float(text)))
    return find_date(text)


# --- What stands in another column ---------------------------------------------------------------------------------


def _take_apart(row: "SheetRow", asked: list[tuple[str, str]]) -> None:
    _move_odd_cells(row)
    _split_places(row)
    _split_place(row)
    for name in ("place", "address"):
        odd = None if row.get("postcode") else ODD_POSTCODE.search(row.get(name, ""))
        if odd and list_postcode_readings(odd[1]):  # whoever reads the row says how it was put right
            row["postcode"], row[name] = odd[1], row[name][: odd.start()].strip(" ,;")
            if not row[name]:
                del row[name]
        if not row.get("postcode") and (code := find_postcode_in_text(row.get(name, ""))):
            row["postcode"] = code
            row[name] = re.sub(code.replace(" ", " ?"), "", row[name], flags=re.IGNORECASE).strip(" ,;")
            where = "the name of the place" if name == "place" else "the address"
            asked.append(("postcode", f"{code} was found in {where}"))
            if not row[name]:
                del row[name]
    if about := row.get("notes"):  # what they say of dates belongs to the hours
        said = read_conditions(about)
        if said.phrases or (said.unread and len(about) < MAX_DATE_NOTES):
            row["dates"] = ", ".join(said.phrases) if said.phrases and not said.unread else about
    if "contact" in row:
        for name, pattern in (("phone", PHONE_IN_TEXT), ("phone", BARE_PHONE), ("email", EMAIL_IN_TEXT)):
            if found := pattern.search(row["contact"]):
                row.setdefault(name, restore_phone(found[0].strip()))
                row["contact"] = row["contact"].replace(found[0], " ")
        row["contact"] = re.sub(
            r"(?i)\b(?:tel|phone|mob(?:ile)?|ring|call|text|on|e-?mail)\b[:. ]*|[(){}\[\]]", " ", row["contact"]
        )
        row["contact"] = " ".join(row["contact"].split()).strip(" ,;:-/|")
        if not row["contact"]:
            del row["contact"]
    for name, pattern in (("phone", PHONE_IN_TEXT), ("email", EMAIL_IN_TEXT), ("website", LINK_IN_TEXT)):
        found = next(
            (m for text in ("joining", "description", "hours") if (m := pattern.search(row.get(text, "")))), None
        )
        if found and not row.get(name):
            row[name] = found[0].rstrip(".,;:")
            asked.append((name, f"{row[name][:80]} was found in the text"))


def _split_places(row: "SheetRow") -> None:
    """A cell with several addresses, each with its postcode, is several places."""
    for name in ("place", "address"):
        first, *others = [part.strip() for part in re.split(r"[|;\n]", row.get(name, "")) if part.strip()] or [""]
        if others and all(map(find_postcode_in_text, (first, *others))):
            row[name] = first
            for address in others:
                other = copy.copy(row)
                other[name], other.places = address, []
                row.places = [*row.places, other]


def _split_place(row: "SheetRow") -> None:
    """ "St Mary's Hall, 2 Dock Road" where there is no column of addresses, or "2 Dock Road" alone."""
    name, _, rest = row.get("place", "").partition(",")
    if row.get("address") or not (rest.strip() or re.match(r"[0-9]", name)):
        return
    if re.match(r"[0-9]", name):
        row["address"] = row.pop("place")
    elif not find_postcode_in_text(name):
        row["place"], row["address"] = name.strip(), rest.strip()


def _move_odd_cells(row: "SheetRow") -> None:
    """An e-mail address among the phones, a website among the e-mails."""
    for name in ("phone", "email", "website"):
        said = row.get(name, "")
        shapes = {"email": EMAIL_IN_TEXT, "website": LINK_IN_TEXT, "phone": PHONE_IN_TEXT}
        kind = next((kind for kind, shape in shapes.items() if shape.fullmatch(said.strip())), "")
        if kind and kind != name:
            del row[name]
            row.setdefault(kind, said)


# --- Rows that belong together ---------------------------------------------------------------------------


def join_rows(rows: "list[SheetRow]", *, wide: bool) -> "Iterator[SheetRow]":
    """The rows as activities: one that names its parent is a place of it, a heading among them gives its day to those
    below, the same row twice is noticed. `wide`: the table says more of each than a name."""
    known = {str(row[name]).strip().lower(): row for row in reversed(rows) for name in ("name", "id") if row.get(name)}
    day, seen, kept = "", dict[str, int](), list["SheetRow"]()
    for row in rows:
        filled = {name: cell for name, cell in row.items() if name != "id"}
        only = next(iter(filled.values())).strip() if wide and len(filled) == 1 else ""
        if only and re.fullmatch(rf"{DAY}:?", only, re.IGNORECASE):
            day = only.strip(" :")
            continue
        row.refused = _why_no_activity(row, only)
        if day and "days" not in row:
            row["days"] = day
        parent = known.get(str(row.get("parent", "")).strip().lower())
        if parent is not None and parent is not row and not parent.get("parent"):
            parent.places.append(row)
            parent.sent += row.sent
            continue
        if not row.refused:
            _note_twin(row, filled, seen)
        if said := str(row.get("parent", "")).strip():
            row.asked += (("parent", f"it belongs to “{said[:60]}”, which is not in this table"),)
        kept.append(row)
    yield from kept


def _why_no_activity(row: "SheetRow", only: str) -> str:
    """Of a heading among the rows, a total, a note at the foot: what it is; "" of a row that is one."""
    cells = {heading: " ".join(cell.split()) for heading, cell in (row.cells or {}).items() if cell}
    first = next(iter(cells.values()), "")
    if len(cells) > 1 and all(heading.lower() == cell.lower() for heading, cell in cells.items()):
        return "the headings of the table again"
    if TOTAL_SAID.match(first) and all(re.fullmatch(r"[£0-9,.% ]+", cell) for cell in [*cells.values()][1:]):
        return f"“{first[:60]}” is a total, no activity"
    return f"“{only[:60]}” is all there is in this row: a heading, or a note?" if only else ""


def _note_twin(row: "SheetRow", filled: dict[str, str], seen: dict[str, int]) -> None:
    """The same row under another id, or on another day."""
    for without, said in ((), "is it there twice?"), (WHEN_FIELDS, "but for when it is: are they one?"):
        cells = sorted((name, " ".join(cell.lower().split())) for name, cell in filled.items() if name not in without)
        key = "\x1f".join(f"{name}:{cell}" for name, cell in [("", said), *cells])
        if len(cells) > 1 and (first := seen.setdefault(key, row.number)) != row.number:
            same = "it says the same as" if not without else "it is the same as"
            row.asked += (("name", f"{same} row {first}{':' if not without else ''} {said}"),)
            return
