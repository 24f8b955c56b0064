"""Which values of a source were used, and where they went: the table that every import ends with.

Each value that is read becomes a `SentValue`, which remembers the field it stood in. Whoever takes it over says where
it went (`mark_used`). What nobody took over was not used, and is counted and shown by its field.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MAX_FIELDS = 500  # fields of a source that are told apart
MAX_EXAMPLES = 3  # values of a field that were not used and are shown
MAX_EXAMPLE_LENGTH = 60  # characters
NOT_COUNTED = "\x00"  # where a value went that was not looked at: its service is as it was before


class SentValue(str):
    """One value as it was sent: its `field`, and where it `went` ("": it is not used)."""

    __slots__ = ("field", "went")
    field: str
    went: str


class SentService(dict[str, Any]):
    """A service whose values are `SentValue`s; `tables` are those that it was put together from, if any."""

    tables: "SentTables | None" = None
    said: tuple[tuple[str, str], ...] = ()  # what was noticed in putting it together: field, words


@dataclass
class SentTables:
    """All rows of a set of tables, also those that belong to no service; `unknown` are names of tables not known."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)  # what is noticed of a whole column


class FieldUse(NamedTuple):
    """A field of the source: how many values went somewhere and where, how many did not, with examples of those."""

    field: str
    used: int
    went: str
    unused: int
    examples: list[str]


def build_sent_value(value: object, name: str) -> SentValue:
    sent = SentValue(value)
    sent.field, sent.went = name, ""
    return sent


def trace_service(raw: dict[str, Any]) -> SentService:
    """A copy whose values know their field, under names as the standard writes them (`postalCode` → `postal_code`)."""
    if isinstance(raw, SentService):
        return raw
    return SentService(_trace_items(raw, "", 0))


def _trace_items(raw: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in raw.items():
        key = normalise_key(str(name))
        if found.get(key) in (None, "", []):
            found[key] = _trace_value(value, f"{path}{name}"[:200], depth)
    return found


def _trace_value(value: Any, path: str, depth: int) -> Any:
    if isinstance(value, dict) and depth < 20:
        return _trace_items(value, f"{path}.", depth + 1)
    if isinstance(value, list) and depth < 20:
        return [_trace_value(item, path, depth + 1) for item in value]
    if isinstance(value, bool):
        return build_sent_value("true" if value else "false", path)
    if isinstance(value, (str, int, float)) and value != "":
        return build_sent_value(value, path)
    return value


def normalise_key(name: str) -> str:
    """ "Postal_code", "postalCode" → "postal_code"; the British spelling of an organisation is the standard's."""
    if not name.islower() or "organis" in name:
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).replace("__", "_").lower()
        name = name.replace("organis", "organiz")
    return name


def plain(value: Any) -> Any:
    """The value without what it remembers."""
    return str(value) if isinstance(value, SentValue) else value


def mark_used(value: Any, went: str) -> None:
    """Say where a value, or all of a list's or an object's, went; the first answer stays. "" takes it back."""
    for sent in find_sent_values(value):
        sent.went = (sent.went.strip(NOT_COUNTED) or went) if went else ""


def leave_uncounted(value: Any, *, shared: bool) -> None:
    """Its values were not looked at, and say nothing of their fields; of `shared` ones what is used elsewhere stays
    used."""
    for sent in find_sent_values(value):
        sent.went = (sent.went if shared else "") or NOT_COUNTED


def find_sent_values(value: Any) -> Iterator[SentValue]:
    if isinstance(value, SentValue):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from find_sent_values(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_sent_values(item)


def mark_links(raw: dict[str, Any]) -> None:
    """In nested JSON, an id that names what stands beside it (`service_id`, `link_id`) has done its work."""
    sent = list(find_sent_values(raw))
    ids = {str(value) for value in sent if value.field.rpartition(".")[2].lower() == "id"}
    for value in sent:
        name = value.field.rpartition(".")[2].lower()
        if not value.went and name.endswith("id") and (name == "id" or str(value) in ids):
            value.went = "Link"


class FieldTally:
    """Counts the values of a source by their field."""

    def __init__(self) -> None:
        self.used: dict[str, Counter[str]] = {}
        self.unused: dict[str, int] = {}
        self.examples: dict[str, list[str]] = {}

    def add(self, values: Iterable[SentValue]) -> None:
        for sent in values:
            name = sent.field if sent.field in self.used or len(self.used) < MAX_FIELDS else "(further fields)"
            went = self.used.setdefault(name, Counter())
            if sent.went == NOT_COUNTED:
                continue
            if sent.went:
                went[sent.went] += 1
                continue
            self.unused[name] = self.unused.get(name, 0) + 1
            shown = self.examples.setdefault(name, [])
            if len(shown) < MAX_EXAMPLES:
                example = " ".join(sent[: MAX_EXAMPLE_LENGTH * 4].split())
                short = example[:MAX_EXAMPLE_LENGTH] + ("…" if len(example) > MAX_EXAMPLE_LENGTH else "")
                if short not in shown:
                    shown.append(short)

    def rows(self) -> list[FieldUse]:
        """In the order in which the fields came; those of which nothing was counted are left out."""
        found = []
        for name, went in self.used.items():
            unused = self.unused.get(name, 0)
            places = ", ".join(where for where, _ in went.most_common(4))
            if went or unused:
                found.append(FieldUse(name, went.total(), places, unused, self.examples.get(name, [])))
        return found
