"""Filters that are written into the words: "something on a Tuesday near BN11 that is free" asks for a day, a place
and a price. What is understood is taken out of the words and told, so that a reader can undo it.

Only what is hardly ever meant otherwise is read: a "coffee morning" is no time of day, "alcohol free" is no price.
One query when a place may be named; none otherwise.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

from django.utils import timezone

from directory.catalogue.facets import ACCESS, CODES, LANGUAGES, WEEKDAY
from directory.catalogue.wording import MILE
from directory.geography.grid import Point
from directory.geography.postcodes import Sought, find_postcode, find_sought
from directory.models.session import DAYS
from directory.search.query import Asked, Understood
from directory.search.vocabulary import LONGEST

TAKEN = "|"  # stands where something was understood; a place's name does not go on beyond it
DAY = r"(?:\b(?:on|every|each|this|next|any|an?|the)\s+)*\b([a-z]{2,7}day|tue|tues|weds|thurs?)s?\b"
RELATIVE = r"\b(today|tonight|tomorrow)\b"
TIME = (
    r"(?:\b(?:in|on|of|during|only|every|this|the|some)\s+)+(morning|afternoon|evening)s?\b(?!\s+tea\b)"
    r"|(?:^|\|)\s*(morning|afternoon|evening)s?\b(?!\s+tea\b)|(?<!\S)(evening)s?\b"
    r"|(?<!coffee\s)(?<!tea\s)(?<!craft\s)(?<!community\s)(?<!baby\s)(?<!toddler\s)\b(morning|afternoon)s\b"
)
ROOM = (
    r"(?:\b(?:that|which|with|has|have|having|still)\s+)+(?:room|spaces?|places)\b(?:\s+(?:left|free|available)\b)?"
    r"|\b(?:spaces|places)\s+(?:left|free|available)\b"
)
FREE = (
    r"(?:\b(?:(?:that|which)\s+(?:is|are)|that['’]s|for|completely)\s+)?(?<![-\w])free\b(?:\s+of\s+charge\b)?"
    r"(?!\s+(?:school|range|from|speech|church))|\b(?:no|without)\s+(?:cost|charge|fee)s?\b|\bcosts?\s+nothing\b"
    r"|(?:\bfor\s+)?£\s*0(?:\.00?)?(?![\d.])"
)
NOT_MONEY = {"alcohol", "gluten", "smoke", "drug", "drugs", "dairy", "sugar", "stress", "pain", "debt", "care", "crime"}
AGE = (
    r"(?:\b(?:for|an?|who\s+is|i\s+am|i['’]m)\s+)*(?:\b(?:aged?|age\s+of)\s+(\d{1,3})\b(?!\s*(?:-|–|to)\s*\d)"
    r"|\b(\d{1,3})[\s-]*(?:years?[\s-]*old|y/?o)\b"
    r"|\b(?:over|above)\s+(?:the\s+age\s+of\s+)?(\d{2,3})['’]?s?\b(?!\s*(?:miles?|km|people|members|years?\s+(?:of|in)|%|p\b)))"
)
SPOKEN = "|".join(name for name in CODES if name not in ("english", "bsl"))
LANGUAGE = rf"\b(?:in|speaks?|speaking)\s+({SPOKEN})\b|\b({SPOKEN})[\s-]+(?:speaking|speakers?)\b"
MEETS = (
    r"(?:\bwith\s+)?\b(?:someone|somebody)\s+(?:(?:who|can|could|to|will)\s+)*(?:meets?|go|come)(?:\s+with)?\s+"
    r"(?:me|us|you|them)\b|\b(?:meet|go\s+with|come\s+with)\s+me\b"
)
ONLINE = (
    r"(?<!get\s)(?<!getting\s)(?<!going\s)(?<!safe\s)(?<!stay\s)\bonline\b(?!\s+(?:safe|shop|bank|form|skill|scam|fraud))"
    r"|\b(?:on|over|by|via)\s+zoom\b"
)
NEEDED = {
    "step-free": r"step[\s-]?free(?:\s+access)?|wheelchair\s+(?:access(?:ible)?|friendly)",
    "hearing-loop": r"(?:hearing|induction)\s+loop",
    "accessible-toilet": r"(?:accessible|disabled)\s+toilets?",
    "changing-place": r"changing\s+places?\s+toilets?",
    "parking": r"blue\s+badge(?:\s+parking)?|disabled\s+parking",
    "quiet": r"quiet\s+(?:space|room)",
    "sign-language": r"(?:in\s+|with\s+)(?:bsl|sign\s+language)",
}
POSTCODE = r"(?:\b(?:near|in|at|around|to)\s+)*\b[a-z]{1,2}[0-9][a-z0-9]?\s*[0-9][a-z]{2}\b"
NEAR = r"\b(?:near(?:by|est)?(?:\s+to)?|close\s+to|around|within\s+(\d{1,2})\s*miles?\s+(?:of|from))\s+([^|,.;:!?()]+)"
IN = r"\b(?:in|at)()\s+([^|,.;:!?()]+)"
DISTRICT = r"()\b([a-z]{1,2}[0-9][a-z0-9]?)\b"
TAIL = r"([^\W\d_][^\s|,.;:!?()]*)\s*$"  # a last word: it, and some before it, may name a place
ORDINARY = set("bath barking battle deal diss reading rugby sandwich street walking ware wells".split())  # noqa: SIM905
ENDS = set("that which who where is are for with on in at and or please has to".split())  # noqa: SIM905
NO_PLACE = set("me here home my us the a an by it you".split())  # noqa: SIM905
FILLING = (
    r"\b(?:something|anything|somewhere|things?\s+to\s+do|things|what['’]?s\s+on|(?:i|we)(?:['’]d|\s+would)?\s+(?:like|want|need)"
    r"(?:\s+to)?|(?:i['’]?m\s+)?looking\s+for|find(?:\s+me)?|(?:is|are)\s+there|show\s+me|please|near(?:by)?(?:\s+me|\s+here)?)\b"
)


@dataclass
class Reading:
    """What is left of the words, and what was read out of them."""

    asked: Asked
    text: str

    def __post_init__(self) -> None:
        self.read: list[Understood] = []
        self.point: Point | None = None
        self.place = ""

    def filter(self, field: str, pattern: str, meant: Callable[[re.Match[str]], tuple[Any, str] | None]) -> None:
        """Take the first match out, if it means something and nobody chose otherwise. `meant`: value and label."""
        for match in re.finditer(pattern, self.text, re.IGNORECASE):
            said = meant(match)
            if said and self.may_be(field, said[0]):
                self.take(field, said[0], match.start(), match.end(), said[1])
                return

    def may_be(self, field: str, value: Any) -> bool:
        return field == "access" or getattr(self.asked, field) in (value, "", None, False)

    def take(self, field: str, value: Any, start: int, end: int, label: str) -> None:
        """Leave this out of the words; tell it, unless it was chosen anyhow."""
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip(f" {TAKEN}"))
        self.note(field, value, self.text[start:end].strip(), label)
        self.text = f"{self.text[:start]} {TAKEN} {self.text[end:]}"

    def note(self, field: str, value: Any, typed: str, label: str) -> None:
        chosen = getattr(self.asked, field, None)
        if chosen == value or (field == "access" and value in self.asked.access):
            return
        self.read.append(Understood(field, "1" if value is True else str(value), typed, label))
        if field == "access":
            self.asked = replace(self.asked, access=(*self.asked.access, value))
        elif field == "miles":
            self.asked = replace(self.asked, km=float(value) * MILE)
        elif field != "near":
            self.asked = replace(self.asked, **{field: value})


def understand(asked: Asked) -> tuple[Asked, list[Understood], str]:
    """The same search with what its words ask for as filters; what was understood; and the place, as it is written."""
    reading = Reading(asked, re.sub(r"[\x00-\x1f|]", " ", asked.words[:LONGEST]))
    _filters(reading)
    if not asked.near:
        _place(reading)
    left = re.sub(FILLING, " ", reading.text, flags=re.IGNORECASE).replace(TAKEN, " ")
    return replace(reading.asked, words=" ".join(left.split())), reading.read, reading.place


def _filters(reading: Reading) -> None:
    if len({_day(match[1]) for match in re.finditer(DAY, reading.text, re.IGNORECASE)} - {""}) == 1:
        reading.filter("day", DAY, lambda match: _labelled(_day(match[1]), DAYS))
    tonight = re.search(r"\btonight\b", reading.text, re.IGNORECASE)
    reading.filter("day", RELATIVE, lambda match: _labelled(_relative(match[1].lower()), DAYS))
    if tonight and not reading.asked.time:
        reading.note("time", "evening", tonight[0], "Evenings")
    reading.filter("time", TIME, _time)
    reading.filter("room", ROOM, lambda match: (True, "Has room"))
    reading.filter("free", FREE, lambda match: None if _before(match) in NOT_MONEY else (True, "Free"))
    reading.filter("age", AGE, lambda match: _age(int(match[1] or match[2] or match[3])))
    for code, pattern in NEEDED.items():
        meant = partial(_access, code)
        reading.filter("access", rf"(?:\b(?:with|has)\s+)?\b(?:{pattern})\b", meant)
    reading.filter("language", LANGUAGE, lambda match: _labelled(CODES[(match[1] or match[2]).lower()], LANGUAGES))
    reading.filter("meets", MEETS, lambda match: (True, "Someone can meet you"))
    reading.filter("online", ONLINE, lambda match: (True, "Online"))


def _labelled(code: str, labels: dict[str, str]) -> tuple[str, str] | None:
    return (code, labels[code]) if code else None


def _day(word: str) -> str:
    """ "Tuesdays", "tues" or "tuseday" → "TU"; "" for "holiday"."""
    word = word.lower()
    if not word.endswith("day"):
        return word[:2].upper()
    meant = get_close_matches(word, WEEKDAY, n=1, cutoff=0.8)
    return WEEKDAY[meant[0]] if meant else ""


def _relative(word: str) -> str:
    day = timezone.localdate() + datetime.timedelta(days=word == "tomorrow")
    return [*DAYS][day.weekday()]


def _time(match: re.Match[str]) -> tuple[str, str]:
    part = next(filter(None, match.groups())).lower()
    return part, f"{part.capitalize()}s"


def _access(code: str, match: re.Match[str]) -> tuple[str, str]:
    return code, ACCESS[code]


def _age(years: int) -> tuple[int, str] | None:
    return (years, f"Age {years}") if years < 120 else None


def _before(match: re.Match[str]) -> str:
    words = match.string[: match.start()].split()
    return words[-1].lower() if words else ""


# --- A place in the words --------------------------------------------------------------------------------


def _place(reading: Reading) -> None:
    """The first place that is named and known."""
    if match := re.search(POSTCODE, reading.text, re.IGNORECASE):
        code = re.sub(r"^(?:(?:near|in|at|around|to)\s+)*", "", match[0].lower()).replace(" ", "").upper()
        if point := find_postcode(code):
            _settle(reading, point, f"{code[:-3]} {code[-3:]}", match.start(), match.end())
            return
    named: dict[str, tuple[Sought, int, int, str]] = {}
    for one in _named(reading.text):
        named.setdefault(one[0].name, one)
    found = find_sought([sought for sought, *_ in named.values()]) if named else None
    if not found:
        return
    name, shown, point = found
    _, start, end, miles = named[name]
    _settle(reading, point, shown, start, end)
    if miles and not reading.asked.km:
        reading.note("miles", miles, reading.read[-1].typed, f"Within {miles} miles")


def _settle(reading: Reading, point: Point, shown: str, start: int, end: int) -> None:
    reading.take("near", shown, start, end, f"Near {shown}")
    reading.place, reading.asked = shown, replace(reading.asked, near=point)


def _named(text: str) -> Iterator[tuple[Sought, int, int, str]]:
    """What may be the name of a place, the longest first; where it stands; and within how many miles."""
    for pattern, guess in ((NEAR, True), (IN, False), (DISTRICT, False)):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            words = []
            for word in re.finditer(r"\S+", match[2]):
                if word[0].lower() in ENDS:
                    break
                words.append(word)
            for many in range(min(len(words), 4), 0, -1):
                end = match.start(2) + words[many - 1].end()
                name = " ".join(word[0] for word in words[:many]).lower()
                if words[0][0].lower() not in NO_PLACE:
                    yield Sought(name, guess, part=True), match.start(), end, match[1] or ""
    yield from _last(text)


def _last(text: str) -> Iterator[tuple[Sought, int, int, str]]:
    """The last words, "choir shoreham", as a place's name: whole, or what stands before "-by-Sea" and the like."""
    bare = text.rstrip(f" {TAKEN}")
    if (tail := re.search(TAIL, bare)) and tail[1].lower() not in ORDINARY:
        words = [*re.finditer(r"[^\s|,.;:!?()]+", bare)][-3:]
        for first in words:
            name = bare[first.start() :].lower()
            if len(name) > 3 and re.fullmatch(r"[^|,.;:!?()]+", name):
                for spelt in dict.fromkeys((name, name.replace(" ", "-"))):
                    yield Sought(spelt, guess=False, part=True), first.start(), len(bare), ""
