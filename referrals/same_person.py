"""Are two sets of details of one person? What speaks for it and against it, in words, for the pages that ask.

Weighed as people are really mistaken: typed another way, married, called by a short name, day and month swapped; and
as people are really mixed up: twins, a father and a son of one name, a mother's NHS number given for her child.
"""

import csv
import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from pathlib import Path

from django.db.models import Q

from config.births import GUESSED_YEARS, NOT_KNOWN, Birth, BirthPrecision
from config.template_tags import born as birth_words

GIVEN_NAMES = Path(__file__).parent / "data/given_names.csv"  # spellings of a name, then its short forms
SHARED_NAMES = Path(__file__).parent / "data/shared_names.txt"  # first words of names that do not tell brothers apart
TITLES = {"MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "SIR", "DAME", "LADY", "LORD", "FR", "SR"}
WITHOUT_ACCENT = str.maketrans("łŁøØđĐıßæÆœŒðÐ", "lLoOdDisaAoOdD")  # letters that have no accent to take off
INEXACT = sorted(set(BirthPrecision) - {BirthPrecision.DAY})
TWIN = "May be a twin or a relative"


class MatchStrength(IntEnum):
    POSSIBLE = 1
    LIKELY = 2
    SURE = 3

    @property
    def label(self) -> str:
        return {
            1: "May be the same person, or a relative",
            2: "Probably the same person",
            3: "Almost certainly the same person",
        }[self]


class Likeness(IntEnum):
    """How alike two names are, or two dates of birth."""

    OTHER = 0
    UNKNOWN = 1  # one of the two is missing
    WEAK = 2  # a slip, or somebody else: a first name nearly the same, a year that fits
    CHANGED = 3  # the first name with another surname; a date with a slip in one part
    SAME = 4


@dataclass(frozen=True)
class Identity:
    """What tells one person from another."""

    name: str
    birth: Birth = NOT_KNOWN
    nhs_number: str = ""
    postcode: str = ""


@dataclass
class Comparison:
    """`strength` is None where too little speaks for it. `doubtful_number`: one number is given for two people."""

    strength: MatchStrength | None = None
    reasons: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    doubtful_number: bool = False


def compare_identities(known: Identity, given: Identity) -> Comparison:
    """How much speaks for `given` being the person who is `known`."""
    found = Comparison()
    number = compare_numbers(found, known.nhs_number, given.nhs_number)
    name = compare_names(found, known.name, given.name)
    born = compare_births(found, known.birth, given.birth)
    place = compare_postcodes(found, known.postcode, given.postcode)
    found.doubtful_number = number is Likeness.SAME and name is Likeness.OTHER
    if not found.doubtful_number:
        found.strength = weigh_likeness(number=number, name=name, born=born, place=place)
    if found.strength is None:
        return found
    if name in (Likeness.OTHER, Likeness.WEAK):
        found.differences.append(f"{TWIN}: {'another' if name is Likeness.OTHER else 'not quite the same'} first name")
    elif born is Likeness.OTHER:
        found.differences.append("Another date of birth: may be a relative of the same name")
    if found.differences and found.strength is MatchStrength.LIKELY:
        found.strength = MatchStrength.POSSIBLE
    return found


def weigh_likeness(*, number: Likeness, name: Likeness, born: Likeness, place: Likeness) -> MatchStrength | None:
    """The table behind the words: which of the four must agree, and how well."""
    known_name, near_birth = name >= Likeness.CHANGED, born >= Likeness.CHANGED
    if number is Likeness.SAME:
        if born is Likeness.OTHER:
            return MatchStrength.POSSIBLE
        return MatchStrength.SURE if known_name and near_birth else MatchStrength.LIKELY
    same_home = born is Likeness.WEAK and place is Likeness.SAME
    if name is Likeness.SAME and (born is Likeness.SAME or (near_birth and place) or same_home):
        return MatchStrength.LIKELY
    if name is Likeness.CHANGED and born is Likeness.SAME and place is Likeness.SAME:
        return MatchStrength.LIKELY
    same_door = born is Likeness.SAME and place is Likeness.SAME
    same_name = name is Likeness.SAME and (place is Likeness.SAME or (place and born is not Likeness.OTHER))
    if same_door or same_name or (name >= Likeness.WEAK and near_birth) or (known_name and born is Likeness.WEAK):
        return MatchStrength.POSSIBLE
    unknown_birth = known_name and born is Likeness.UNKNOWN and place is Likeness.SAME
    return MatchStrength.POSSIBLE if unknown_birth else None


def compare_numbers(found: Comparison, known: str, given: str) -> Likeness:
    if not known or not given:
        return Likeness.UNKNOWN
    if known != given:
        found.differences.append("A different NHS number")
        return Likeness.OTHER
    found.reasons.append("Same NHS number")
    return Likeness.SAME


# --- Names ------------------------------------------------------------------------------------------


def compare_names(found: Comparison, known: str, given: str) -> Likeness:
    """First names are compared with first names: a whole name is nearly the same as a twin's."""
    both, ours, theirs = f"{given} / {known}", split_name(known), split_name(given)
    if "".join(ours) == "".join(theirs):
        found.reasons.append("Same name")
        return Likeness.SAME
    if sorted(ours) == sorted(theirs):
        found.reasons.append(f"Same name in another order: {both}")
        return Likeness.SAME
    ours, theirs = drop_shared_word(ours, theirs)
    turned = [(ours, turn) for turn in turn_names(theirs)] + [(turn, theirs) for turn in turn_names(ours)]
    pairs = [(ours, theirs), *(pair for pair in turned if pair[0][-1] == pair[1][-1])]
    likeness, words = max(compare_name_words(*pair) for pair in pairs)
    (found.reasons if likeness > Likeness.WEAK else found.differences).append(f"{words}: {both}")
    return likeness


def drop_shared_word(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    """Without a first word that brothers share, or a surname that is said first: Mohammed Ahmed Khan and Mohammed Bilal
    Khan are told apart by what comes after. Left where that would leave one with a surname alone."""
    words, shared = {ours[0], theirs[0]}, load_shared_names()
    alike = len(words) == 1 or is_short_form(ours[0], theirs[0])
    as_long = min(len(ours), len(theirs)) > 1 and (len(ours) == 2) == (len(theirs) == 2)
    if alike and as_long and words & shared and ours[1:] != theirs[1:]:
        return ours[1:], theirs[1:]
    return ours, theirs


def turn_names(words: list[str]) -> list[list[str]]:
    """With the last word first and the first word last: people write the surname first, too."""
    return [words[-1:] + words[:-1], words[1:] + words[:1]]


def compare_name_words(ours: list[str], theirs: list[str]) -> tuple[Likeness, str]:
    """Two names in words, first names first; how alike they are, and how that is said."""
    first, second = ours[0], theirs[0]
    family = compare_families(ours[1:], theirs[1:])
    if first == second and family is Likeness.OTHER:
        return Likeness.CHANGED, "Same first name, another surname"
    if family is Likeness.OTHER:
        return Likeness.OTHER, "Another name"
    if first == second or is_short_form(first, second):
        if is_other_second_name(ours[1:-1], theirs[1:-1]) and ours[-1] == theirs[-1]:
            return Likeness.WEAK, "Another second name"
        if family is Likeness.SAME:
            return Likeness.SAME, "Much of the name is the same" if first == second else "A short form of the same name"
        return (
            (Likeness.SAME, "Name is nearly the same") if family is Likeness.CHANGED else (Likeness.WEAK, "Half a name")
        )
    if first in theirs[1:-1] or second in ours[1:-1]:
        return Likeness.WEAK, "Called by a middle name, perhaps"
    if len(first) == 1 or len(second) == 1 or is_slip(first, second):
        same = first[:1] == second[:1] or min(len(first), len(second)) > 1
        return (Likeness.WEAK, "First name is nearly the same") if same else (Likeness.OTHER, "Another first name")
    return Likeness.OTHER, "Another first name"


def is_other_second_name(ours: list[str], theirs: list[str]) -> bool:
    """Whether both have further first names, and none of them may be one: twins are called Mary Jane and Mary Ann."""
    return bool(ours and theirs) and not any(
        one == other or (one[0] == other[0] and 1 in (len(one), len(other))) or is_short_form(one, other)
        for one in ours
        for other in theirs
    )


def compare_families(ours: list[str], theirs: list[str]) -> Likeness:
    """Surnames, with middle names before them: SAME when one is shared, CHANGED for a slip, UNKNOWN without one."""
    if not ours or not theirs:
        return Likeness.UNKNOWN
    if ours[-1] == theirs[-1] or {*ours[-2:]} & {*theirs[-2:]} or "".join(ours) == "".join(theirs):
        return Likeness.SAME
    return Likeness.CHANGED if is_slip(ours[-1], theirs[-1]) else Likeness.OTHER


def split_name(name: str) -> list[str]:
    """In words, upper case, without accents, titles and punctuation: "Dr Zoë O'Hara-Smith" is ZOE OHARA SMITH, and
    "WHITFIELD, Joan" is JOAN WHITFIELD."""
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and first.strip() else name
    plain = unicodedata.normalize("NFKD", turned.translate(WITHOUT_ACCENT))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    words = re.sub(r"[^\w\s-]", "", letters).replace("-", " ").replace("_", " ").split()
    return [word for word in words if word not in TITLES] or [letters]


def normalise_name(name: str) -> str:
    """The words of a name in one text."""
    return " ".join(split_name(name))


@cache
def load_shared_names() -> frozenset[str]:
    return frozenset(SHARED_NAMES.read_text(encoding="utf-8").split())


@cache
def load_short_forms() -> frozenset[tuple[str, str]]:
    """Pairs of first names of which one may be meant by the other: two spellings, or a name and its short form. Two
    short forms of one name are no pair: Molly and Polly are sisters more often than one Mary."""
    pairs = set()
    with GIVEN_NAMES.open(encoding="utf-8", newline="") as lines:
        for spellings, *short in csv.reader(lines):
            names = spellings.upper().split("/")
            pairs |= {(name, other) for name in names for other in [*names, *(form.upper() for form in short)]}
    return frozenset(pairs)


def is_short_form(one: str, other: str) -> bool:
    return (one, other) in load_short_forms() or (other, one) in load_short_forms()


def is_slip(one: str, other: str) -> bool:
    """Whether two words are a slip apart: one letter, two in a long word, two changed about, or one goes on longer."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return True
    return len(shorter) >= 3 and count_edits(one, other) <= (2 if len(shorter) >= 6 else 1)


def count_edits(one: str, other: str) -> int:
    """Letters to add, leave out, change or change about with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


# --- Dates of birth and postcodes -------------------------------------------------------------------


def compare_births(found: Comparison, known: Birth, given: Birth) -> Likeness:
    """To the day where both are; else whether they may be the same: a reason, and a weak one."""
    if known.precision == given.precision == BirthPrecision.DAY:
        return compare_birth_dates(found, known.on, given.on)
    ours, theirs = known.span, given.span
    if ours is None or theirs is None:
        return Likeness.UNKNOWN
    if ours[0] > theirs[1] or theirs[0] > ours[1]:
        return Likeness.OTHER
    found.reasons.append(f"May be born on the same day: {birth_words(given)} / {birth_words(known)}")
    return Likeness.WEAK


def born_alike(birth: Birth) -> Q:
    """Rows with `date_of_birth` and `birth_precision` that may be of somebody born then; none when it is not known."""
    span = birth.span
    if span is None:
        return Q(pk__in=[])
    exact = Q(date_of_birth__in=likely_birth_dates(birth.on))
    if birth.precision != BirthPrecision.DAY:
        exact = Q(date_of_birth__range=span)
    widest = datetime.timedelta(days=366 * (GUESSED_YEARS + 1))
    rough = Q(birth_precision__in=INEXACT, date_of_birth__range=(span[0] - widest, span[1] + widest))
    return exact | rough


def compare_birth_dates(found: Comparison, known: datetime.date | None, given: datetime.date | None) -> Likeness:
    if known is None or given is None:
        return Likeness.UNKNOWN
    if known == given:
        found.reasons.append("Born the same day")
        return Likeness.SAME
    if (known.year, known.month, known.day) == (given.year, given.day, given.month):
        found.reasons.append("Born the same day, if day and month were swapped")
        return Likeness.CHANGED
    if known in likely_birth_dates(given):
        found.reasons.append("Date of birth differs in one part only")
        return Likeness.CHANGED
    return Likeness.OTHER


def likely_birth_dates(born: datetime.date | None) -> list[datetime.date]:
    """That day, day and month swapped, and the slips of one part that people make: year ±1 and ±10, its last two digits
    changed about, day ±1 and ±10, month ±1."""
    if born is None:
        return []
    turned = born.year // 100 * 100 + born.year % 10 * 10 + born.year % 100 // 10
    parts = [(born.year, born.month, born.day), (born.year, born.day, born.month)]
    parts += [(born.year + slip, born.month, born.day) for slip in (-10, -1, 1, 10)]
    parts += [(turned, born.month, born.day)] if turned != born.year else []
    parts += [(born.year, born.month, born.day + slip) for slip in (-10, -1, 1, 10)]
    parts += [(born.year, born.month + slip, born.day) for slip in (-1, 1)]
    return [day for year, month, number in parts if (day := date_or_none(year, month, number))]


def date_or_none(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def compare_postcodes(found: Comparison, known: str, given: str) -> Likeness:
    """SAME, WEAK for the same area, or OTHER, which tells nothing: people move."""
    if not known or not given:
        return Likeness.OTHER
    area = known.split(" ")[0]
    if known == given:
        found.reasons.append("Same postcode")
        return Likeness.SAME
    if area == given.split(" ")[0]:
        found.reasons.append(f"Same area: {area}")
        return Likeness.WEAK
    return Likeness.OTHER
