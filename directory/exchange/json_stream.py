"""The objects of a large JSON file one after another, without holding it all in memory.

Python's own decoder takes each object; what is nested past reason is an error of that file. (ijson writes down the
whole path at each bracket: 100 KB of "[[[[…" took all memory of the machine.)
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any

CHUNK_BYTES = 1_000_000  # bytes read at a time
MAX_OBJECT_LENGTH = 60_000_000  # characters of one object
NO_SPACE = re.compile(r"[^ \t\r\n]")
OTHER_DOCUMENTS = (  # a key of an object, and what such an object is
    ("openapi", "the description of an API"),
    ("swagger", "the description of an API"),
    ("$schema", "a JSON schema"),
    ("resourceType", "a FHIR document"),
    ("error", "an error message"),
    ("errors", "an error message"),
    ("message", "a message"),
)
WRAPPERS = ("result", "data", "_embedded", "response", "d")  # of an object, what only holds what is meant
NUMBER_REST = re.compile(r"[-+.0-9eE]*")
DECODER = json.JSONDecoder()


class JSONError(ValueError):
    """This is no JSON, or not what was looked for; says where in plain English."""


class OtherContentError(JSONError):
    """It is good JSON, of something else than services."""


class CutOffError(JSONError):
    """The file ends before its JSON does."""


def read_objects(file: IO[bytes], lists: tuple[str, ...]) -> Iterator[Any]:
    """The items of the list that the file is; or of the first of `lists` that its object has; or the object alone.

    Raises JSONError, perhaps after some came.
    """
    text = _TextBuffer(file)
    start = text.peek()
    if start == "[":
        yield from text.read_items()
    elif start == "{":
        yield from _read_list_in_object(text, lists)
    else:
        raise JSONError("This is neither a JSON list nor an object.")


def _read_list_in_object(text: "_TextBuffer", lists: tuple[str, ...]) -> Iterator[Any]:
    whole: dict[str, Any] = {}
    text.expect_char("{")
    while text.peek() != "}":
        key = text.read_value()
        text.expect_char(":")
        if key in lists and text.peek() == "[" and "name" not in whole:
            yield from text.read_items()
            return
        whole[str(key)] = text.read_value()
        if text.peek() == ",":
            text.expect_char(",")
    if (rows := find_list(whole, lists)) is not None:
        yield from rows
        return
    if not {"id", "name"} <= whole.keys():
        known = next((words for key, words in OTHER_DOCUMENTS if key in whole), "")
        holds = f" It holds {', '.join(map(str, [*whole][:6]))}." if whole else " It holds nothing."
        raise OtherContentError(f"This is {known or 'not a JSON list of services, nor a page of them'}.{holds}")
    yield whole


def find_list(found: Any, lists: tuple[str, ...], depth: int = 3) -> list[Any] | None:
    """The list that an object has under the first of `lists`, or under one in what it is wrapped in; None without."""
    if not isinstance(found, dict) or not depth:
        return None
    if (name := next((name for name in lists if isinstance(found.get(name), list)), None)) is not None:
        return list(found[name])
    inner = [found[name] for name in (*WRAPPERS, "services") if isinstance(found.get(name), dict)]
    return next((rows for part in inner if (rows := find_list(part, lists, depth - 1)) is not None), None)


def _read_as_windows_text(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8 was written by a program for Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("cp1252", _read_as_windows_text)


class _TextBuffer:
    """The file's text from where it has been read to."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.text, self.at, self.ended = file, "", 0, False
        self.decode = codecs.getincrementaldecoder("utf-8-sig")("cp1252").decode

    def read_chunk(self) -> bool:
        """Read on; False at the end of the file."""
        if self.ended:
            return False
        chunk = self.file.read(max(CHUNK_BYTES, len(self.text) - self.at))
        self.ended = not chunk
        self.text, self.at = self.text[self.at :] + self.decode(chunk, self.ended), 0
        if len(self.text) > MAX_OBJECT_LENGTH:
            raise JSONError(f"One object has more than {MAX_OBJECT_LENGTH:,} characters.")
        return True

    def peek(self) -> str:
        """The next character that is no space."""
        while True:
            if found := NO_SPACE.search(self.text, self.at):
                self.at = found.start()
                return found[0]
            self.at = len(self.text)
            if not self.read_chunk():
                raise CutOffError("It ends in the middle.")

    def expect_char(self, sign: str) -> None:
        if self.peek() != sign:
            raise JSONError(f"“{sign}” is missing before “{self.text[self.at : self.at + 40]}”.")
        self.at += 1

    def read_value(self) -> Any:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise JSONError("An object is nested too deeply.") from None
            except ValueError as error:
                if self.read_chunk():
                    continue
                raise self.build_error(error) from None
            if NUMBER_REST.fullmatch(self.text, end) and self.read_chunk():
                continue  # a number may go on: of "50.81", "50." may have come
            self.at = end
            return found

    def build_error(self, error: ValueError) -> JSONError:
        at = getattr(error, "pos", 0)
        if at >= len(self.text.rstrip()) or "Unterminated" in str(error):
            return CutOffError("It ends in the middle.")
        return JSONError(f"{getattr(error, 'msg', error)} at “{self.text[at : at + 40]}”.")

    def read_items(self) -> Iterator[Any]:
        """The values of the list that begins here."""
        self.expect_char("[")
        if self.peek() == "]":
            return
        while True:
            yield self.read_value()
            if self.peek() == "]":
                return
            self.expect_char(",")
