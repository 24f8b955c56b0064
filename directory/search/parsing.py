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

from directory.catalogue.facets import ACCESS, LANGUAGE_CODES, LANGUAGES, WEEKDAY_CODES
from directory.catalogue.wording import KM_PER_MILE
from directory.geography.gazetteer import find_town
from directory.geography.grid import Point
from directory.geography.postcodes import PlaceCandidate, find_candidate, find_mistyped_postcode, find_postcode
from directory.models.session import DAY_NAMES
from directory.search.query import ParsedFilter, SearchQuery
from directory.search.vocabulary import MAX_QUERY_LENGTH
from directory.text.spelling import fold_case_twins

MIN_TOLD_WORDS = 4
TOLD_PATTERN = re.compile(  # whom it is about, or that something is so or happened: no name of what is looked for
    r"\b(?:i|im|ive|my|mi|we|were|our|hes?|his|shes?|her|they|theyre|their|nobody|is|isnt|are|was|wasnt"
    r"|has|hasnt|had|have|havent|keeps|went|got|gone|says|said|thinks|took|wont|cant|dont|doesnt)\b"
)
ASKED_PATTERN = re.compile(  # for something, in a whole sentence
    r"^(?:what|when|where|which|who|how)s?\b|\b(?:is|are) (?:there|it) (?:an?|any|some\w*|anything|anywhere)\b"
    r"|\bdo(?:es)? (?:you|any\w*)\b|\bcan (?:i|we|you)\b|\b(?:i|we)d? (?:would |do )?(?:like|want|need)\b"
    r"|\blooking for (?!me)"
)
TAKEN_MARKER = "|"  # stands where something was understood; a place's name does not go on beyond it
DAY_PATTERN = r"(?:\b(?:on|every|each|this|next|any|an?|the)\s+)*\b([a-z]{2,7}day|tue|tues|weds|thurs?)s?\b"
RELATIVE_DAY_PATTERN = r"\b(today|tonight|tomorrow)\b"
TIME_PATTERN = (
    r"(?:\b(?:in|on|of|during|only|every|this|the|some)\s+)+(morning|afternoon|evening)s?\b(?!\s+tea\b)"
    r"|(?:^|\|)\s*(morning|afternoon|evening)s?\b(?!\s+tea\b)|(?<!\S)(evening)s?\b|\|\s*(night)s?\b"
    r"|\b(after\s+(?:work|[5-8](?:[.:]\d\d)?\s*(?:pm|o['’]?clock)))\b"
    r"|(?<!coffee\s)(?<!tea\s)(?<!craft\s)(?<!community\s)(?<!baby\s)(?<!toddler\s)\b(morning|afternoon)s\b"
)
ROOM_PATTERN = (
    r"(?:\b(?:that|which|with|has|have|having|still)\s+)+(?:room|spaces?|places)\b(?:\s+(?:left|free|available)\b)?"
    r"|\b(?:spaces|places)\s+(?:left|free|available)\b"
)
FREE_PATTERN = (
    r"(?:\b(?:(?:that|which)\s+(?:is|are)|that['’]s|for|completely)\s+)?(?<![-\w])free\b(?:\s+of\s+charge\b)?"
    r"(?!\s+(?:school|range|from|speech|church|food|parking|wi-?fi|internet|time|spirit|uniform|bus|prescription))"
    r"|\b(?:no|without)\s+(?:cost|charge|fee)s?\b|\bcosts?\s+nothing\b|(?:\bfor\s+)?£\s*0(?:\.00?)?(?![\d.])"
)
FREE_FROM_WORDS = frozenset(
    ("alcohol", "gluten", "smoke", "drug", "drugs", "dairy", "sugar", "stress", "pain", "debt", "care", "crime")
    + ("step", "barrier", "nut", "lactose", "wheat", "meat", "fragrance", "germ", "screen", "phone", "shame")
)
AGE_PATTERN = (
    r"(?:\b(?:for|an?|who\s+is|i\s+am|i['’]m)\s+)*(?:\b(?:aged?|age\s+of)\s+(\d{1,3})\b(?!\s*(?:-|–|to)\s*\d)"
    r"|\b(\d{1,3})[\s-]*(?:years?[\s-]*olds?|y/?o|yrs?(?:[\s-]*olds?)?)\b"
    r"|\b(?:i\s+am|i['’]?m|s?he['’]?s|s?he\s+is|son|daughter|lad|lass|boy|girl|man|lady|woman|mum|dad|nan|wife"
    r"|husband)\s+(?:is\s+|of\s+)?(\d{1,3})\b"
    r"(?!\s*(?:miles?|km|minutes?|mins?|hours?|weeks?|months?|days?|stone|st|kg|pounds?|%|p|am|pm)\b)"
    r"|\b(?:over|above)\s+(?:the\s+age\s+of\s+)?(\d{2,3})['’]?s?\b"
    r"(?!\s*(?:miles?|km|people|members|years?\s+(?:of|in)|%|p\b)))"
)
LANGUAGE_ALTERNATIVES = "|".join(name for name in LANGUAGE_CODES if name not in ("english", "bsl"))
LANGUAGE_PATTERN = (
    rf"\b(?:in|speaks?|speaking)\s+({LANGUAGE_ALTERNATIVES})\b"
    rf"|\b({LANGUAGE_ALTERNATIVES})[\s-]+(?:speaking|speakers?)\b"
)
MEETS_PATTERN = (
    r"(?:\bwith\s+)?\b(?:someone|somebody)\s+(?:(?:who|can|could|to|will)\s+)*(?:meets?|go|come)(?:\s+with)?\s+"
    r"(?:me|us|you|them)\b|\b(?:meet|go\s+with|come\s+with)\s+me\b"
)
ONLINE_PATTERN = (
    r"(?<!get\s)(?<!getting\s)(?<!going\s)(?<!safe\s)(?<!stay\s)\bonline\b(?!\s+(?:safe|shop|bank|form|skill|scam|fraud))"
    r"|\b(?:on|over|by|via)\s+zoom\b"
)
QUERY_ACCESS_PATTERNS = {
    "step-free": r"step[\s-]?free(?:\s+access)?|wheelchair\s+(?:access(?:ible)?|friendly)",
    "hearing-loop": r"(?:hearing|induction)\s+loop",
    "accessible-toilet": r"(?:accessible|disabled)\s+toilets?",
    "changing-place": r"changing\s+places?\s+toilets?",
    "parking": r"blue\s+badge\s+(?:parking|spaces?|bays?)|disabled\s+parking",
    "quiet": r"quiet\s+(?:space|room)",
    "sign-language": r"(?:in\s+|with\s+)(?:bsl|sign\s+language)",
}
MISTYPED_POSTCODE_PATTERN = (  # with a figure at least: "BN11 lEE", "8N11 1EE"
    r"(?:\b(?:near|in|at|around|to)\s+)?\b(?P<code>(?=[a-z0-9]{0,4}\s?[a-z]{0,2}[0-9])[a-z0-9]{2,4}\s?[a-z0-9]{3})\b"
)
POSTCODE_PATTERN = r"(?:\b(?:near|in|at|around|to)\s+)*\b[a-z]{1,2}[0-9][a-z0-9]?\s*[0-9][a-z]{2}\b"
NEAR_PATTERN = (
    r"\b(?:near(?:by|est)?(?:\s+to)?|close\s+to|around|within\s+(\d{1,2})\s*miles?\s+(?:of|from))\s+([^|,.;:!?()]+)"
)
IN_PATTERN = r"\b(?:in|at)()\s+([^|,.;:!?()]+)"
DISTRICT_PATTERN = r"()\b([a-z]{1,2}[0-9][a-z0-9]?)\b"
TRAILING_WORD_PATTERN = r"([^\W\d_][^\s|,.;:!?()]*)\s*$"  # a last word: it, and some before it, may name a place
AMBIGUOUS_PLACE_WORDS = frozenset(
    ("bath", "barking", "battle", "boston", "bury", "deal", "derby", "diss", "hart", "highland", "hull", "moray")
    + ("reading", "rugby", "sale", "sandwich", "stoke", "street", "sutton", "walking", "ware", "wells")
)
PLACE_END_WORDS = set("that which who where is are for with on in at and or please has to".split())  # noqa: SIM905
NOT_PLACE_WORDS = set("me here home my us the a an by it you".split())  # noqa: SIM905
# What cannot be found by: what it should not be, a price, and a building as everybody has one near.
SET_ASIDE_PATTERN = (
    r"\b(?:not|isn['’]?t|except)\s+(?:(?:in|at|on|an?|the|too)\s+)+\w+|\bnot\s+(?:online|zoom|religious|christian)\b"
    r"|\bno\s+(?:audition|appointment|booking|experience|referral|smart\s?phone|internet|computer|strings)s?\b"
    r"|\b(?:under|less\s+than|below|up\s+to|max(?:imum)?|about|around)\s*£\s*\d+(?:\.\d\d)?"
    r"|\bnear(?:by)?\s+(?:to\s+)?(?:(?:the|an?|my|our)\s+)?(?:(?:train|bus|railway|tube|tram)\s+)?"
    r"(?:station|stops?|library|shops|school|town|city|high\s+street|hospital|doctors?|surgery|supermarket|house"
    r"|home|work)\b(?:\s+centre)?|\bwithin\s+walking\s+distance\b"
)
FILLER_PATTERN = (
    r"\b(?:something|anything|somewhere|things?\s+to\s+do|things|what['’]?s\s+on"
    r"|(?:i|we)(?:['’]d|\s+would)?\s+(?:like|want|need)(?:\s+to)?|(?:i['’]?m\s+)?looking\s+for|find(?:\s+me)?"
    r"|(?:is|are)\s+there|show\s+me|please|near(?:by)?(?:\s+me|\s+here)?)\b"
)


@dataclass
class WordParser:
    """What is left of the words, and what was read out of them."""

    asked: SearchQuery
    text: str

    def __post_init__(self) -> None:
        self.read: list[ParsedFilter] = []
        self.point: Point | None = None
        self.place = ""

    def extract_filter(
        self, field: str, pattern: str, meant: Callable[[re.Match[str]], tuple[Any, str] | None]
    ) -> None:
        """Take the first match out, if it means something and nobody chose otherwise. `meant`: value and label."""
        for match in re.finditer(pattern, self.text, re.IGNORECASE):
            said = meant(match)
            if said and self.can_set_filter(field, said[0]):
                self.remove_match(field, said[0], match.start(), match.end(), said[1])
                return

    def can_set_filter(self, field: str, value: Any) -> bool:
        return (
            field == "access" or getattr(self.asked, field) in (value, "", None, False) or self.is_refused(field, value)
        )

    def is_refused(self, field: str, value: Any) -> bool:
        return (field, "1" if value is True else str(value)) in self.asked.refused

    def remove_match(self, field: str, value: Any, start: int, end: int, label: str) -> None:
        """Leave this out of the words; tell it, unless it was chosen anyhow."""
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip(f" {TAKEN_MARKER}"))
        self.add_filter(field, value, self.text[start:end].strip(), label)
        self.text = f"{self.text[:start]} {TAKEN_MARKER} {self.text[end:]}"

    def add_filter(self, field: str, value: Any, typed: str, label: str) -> None:
        chosen = getattr(self.asked, field, None)
        if chosen == value or (field == "access" and value in self.asked.access) or self.is_refused(field, value):
            return
        self.read.append(ParsedFilter(field, "1" if value is True else str(value), typed, label))
        if field == "access":
            self.asked = replace(self.asked, access=(*self.asked.access, value))
        elif field == "miles":
            self.asked = replace(self.asked, km=float(value) * KM_PER_MILE)
        elif field != "near":
            self.asked = replace(self.asked, **{field: value})


def is_told(words: str) -> bool:
    """Whether this tells what happens to somebody, rather than names or asks for what is looked for."""
    plain = re.sub("['’]", "", words.lower())
    return len(plain.split()) >= MIN_TOLD_WORDS and bool(TOLD_PATTERN.search(plain)) and not ASKED_PATTERN.search(plain)


def parse_words(asked: SearchQuery) -> tuple[SearchQuery, list[ParsedFilter], str]:
    """The same search with what its words ask for as filters; what was understood; and the place, as it is written."""
    reading = WordParser(asked, re.sub(r"[\x00-\x1f|]", " ", fold_case_twins(asked.words[:MAX_QUERY_LENGTH])))
    reading.text = re.sub(SET_ASIDE_PATTERN, f" {TAKEN_MARKER} ", reading.text, flags=re.IGNORECASE)
    _parse_filters(reading)
    if not asked.near or any(field == "near" for field, _ in asked.refused):
        _parse_place(reading)
    left = re.sub(FILLER_PATTERN, " ", reading.text, flags=re.IGNORECASE).replace(TAKEN_MARKER, " ")
    return replace(reading.asked, words=" ".join(left.split())), reading.read, reading.place


def _parse_filters(reading: WordParser) -> None:
    if len({_parse_weekday(match[1]) for match in re.finditer(DAY_PATTERN, reading.text, re.IGNORECASE)} - {""}) == 1:
        reading.extract_filter("day", DAY_PATTERN, lambda match: _with_label(_parse_weekday(match[1]), DAY_NAMES))
    tonight = re.search(r"\btonight\b", reading.text, re.IGNORECASE)
    reading.extract_filter(
        "day", RELATIVE_DAY_PATTERN, lambda match: _with_label(_parse_relative_day(match[1].lower()), DAY_NAMES)
    )
    if tonight and not reading.asked.time:
        reading.add_filter("time", "evening", tonight[0], "Evenings")
    reading.extract_filter("time", TIME_PATTERN, _parse_time)
    reading.extract_filter("room", ROOM_PATTERN, lambda match: (True, "Has room"))
    reading.extract_filter(
        "free", FREE_PATTERN, lambda match: None if _preceding_word(match) in FREE_FROM_WORDS else (True, "Free")
    )
    reading.extract_filter("age", AGE_PATTERN, lambda match: _parse_age(int(next(filter(None, match.groups())))))
    for code, pattern in QUERY_ACCESS_PATTERNS.items():
        meant = partial(_parse_access, code)
        reading.extract_filter("access", rf"(?:\b(?:with|has)\s+)?\b(?:{pattern})\b", meant)
    reading.extract_filter(
        "language",
        LANGUAGE_PATTERN,
        lambda match: _with_label(LANGUAGE_CODES[(match[1] or match[2]).lower()], LANGUAGES),
    )
    reading.extract_filter("meets", MEETS_PATTERN, lambda match: (True, "Someone can meet you"))
    reading.extract_filter("online", ONLINE_PATTERN, lambda match: (True, "Online"))


def _with_label(code: str, labels: dict[str, str]) -> tuple[str, str] | None:
    return (code, labels[code]) if code else None


def _parse_weekday(word: str) -> str:
    """ "Tuesdays", "tues" or "tuseday" → "TU"; "" for "holiday"."""
    word = word.lower()
    if not word.endswith("day"):
        return word[:2].upper()
    meant = get_close_matches(word, WEEKDAY_CODES, n=1, cutoff=0.8)
    return WEEKDAY_CODES[meant[0]] if meant else ""


def _parse_relative_day(word: str) -> str:
    day = timezone.localdate() + datetime.timedelta(days=word == "tomorrow")
    return [*DAY_NAMES][day.weekday()]


def _parse_time(match: re.Match[str]) -> tuple[str, str]:
    part = next(filter(None, match.groups())).lower()
    part = "evening" if part == "night" or part.startswith("after ") else part
    return part, f"{part.capitalize()}s"


def _parse_access(code: str, match: re.Match[str]) -> tuple[str, str]:
    return code, ACCESS[code]


def _parse_age(years: int) -> tuple[int, str] | None:
    return (years, f"Age {years}") if years < 120 else None


def _preceding_word(match: re.Match[str]) -> str:
    words = match.string[: match.start()].split()
    return words[-1].lower() if words else ""


# --- A place in the words --------------------------------------------------------------------------------


def _parse_place(reading: WordParser) -> None:
    """The first place that is named and known."""
    if match := re.search(POSTCODE_PATTERN, reading.text, re.IGNORECASE):
        code = re.sub(r"^(?:(?:near|in|at|around|to)\s+)*", "", match[0].lower()).replace(" ", "").upper()
        if point := find_postcode(code):
            _set_place(reading, point, f"{code[:-3]} {code[-3:]}", match.start(), match.end())
            return
    for match in re.finditer(MISTYPED_POSTCODE_PATTERN, reading.text, re.IGNORECASE):
        if meant := find_mistyped_postcode(match["code"]):
            _set_place(reading, meant[1], meant[0], match.start(), match.end())
            return
    named: dict[str, tuple[PlaceCandidate, int, int, str]] = {}
    for one in _list_place_candidates(reading.text):
        named.setdefault(one[0].name, one)
    found = find_candidate([sought for sought, *_ in named.values()]) if named else None
    far = (name for name in named if name not in AMBIGUOUS_PLACE_WORDS and find_town(name))
    if not found and (name := next(far, "")) and (town := find_town(name)):
        found = name, *town
    if not found:
        return
    name, shown, point = found
    _, start, end, miles = named[name]
    _set_place(reading, point, shown, start, end)
    if miles and reading.place and not reading.asked.km:
        reading.add_filter("miles", miles, reading.read[-1].typed, f"Within {miles} miles")


def _set_place(reading: WordParser, point: Point, shown: str, start: int, end: int) -> None:
    reading.remove_match("near", shown, start, end, f"Near {shown}")
    if not reading.is_refused("near", shown):
        reading.place, reading.asked = shown, replace(reading.asked, near=point, place=shown)


def _list_place_candidates(text: str) -> Iterator[tuple[PlaceCandidate, int, int, str]]:
    """What may be the name of a place, the longest first; where it stands; and within how many miles."""
    for pattern, guess in ((NEAR_PATTERN, True), (IN_PATTERN, False), (DISTRICT_PATTERN, False)):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            words = []
            for word in re.finditer(r"\S+", match[2]):
                if word[0].lower() in PLACE_END_WORDS:
                    break
                words.append(word)
            for many in range(min(len(words), 4), 0, -1):
                end = match.start(2) + words[many - 1].end()
                name = " ".join(word[0] for word in words[:many]).lower()
                if words[0][0].lower() not in NOT_PLACE_WORDS:
                    yield PlaceCandidate(name, guess, part=True), match.start(), end, match[1] or ""
    yield from _list_trailing_candidates(text)


def _list_trailing_candidates(text: str) -> Iterator[tuple[PlaceCandidate, int, int, str]]:
    """The last words, "choir shoreham", as a place's name: whole, or what stands before "-by-Sea" and the like."""
    bare = text.rstrip(f" {TAKEN_MARKER}")
    if (tail := re.search(TRAILING_WORD_PATTERN, bare)) and tail[1].lower() not in AMBIGUOUS_PLACE_WORDS:
        words = [*re.finditer(r"[^\s|,.;:!?()]+", bare)][-3:]
        for first in words:
            name = bare[first.start() :].lower()
            if len(name) > 3 and re.fullmatch(r"[^|,.;:!?()]+", name):
                for spelt in dict.fromkeys((name, name.replace(" ", "-"))):
                    yield PlaceCandidate(spelt, guess=False, part=True), first.start(), len(bare), ""
