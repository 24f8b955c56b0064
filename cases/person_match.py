"""Is this the same person? Who here may be the one a referral is about, each with the reasons in words.

Finds by index (NHS number, date of birth, trigrams of the name) and weighs a few dozen rows in Python. Nothing
is ever merged by this: it only shows, and a member says which it is. Only the records of the team that was asked
are compared: what another team knows of somebody stays with that team.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum
from typing import cast

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q
from django.db.models.functions import Upper

from cases.models import Case, Person
from referrals.models import Referral

MAX_CANDIDATES = 5  # candidates shown
MAX_COMPARED = 50  # rows weighed at most
MIN_NAME_SIMILARITY = (
    0.45  # trigram similarity from which two names are nearly the same: Jon Smith / John Smith is 0.64
)


class MatchStrength(IntEnum):
    POSSIBLE = 1
    LIKELY = 2
    SURE = 3

    @property
    def label(self) -> str:
        return {1: "May be the same person", 2: "Probably the same person", 3: "Almost certainly the same person"}[self]


@dataclass
class MatchCandidate:
    person: Person
    strength: MatchStrength = MatchStrength.POSSIBLE
    reasons: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    has_open_case: bool = False

    @property
    def outward_postcode(self) -> str:
        """The outward postcode: BN11 of BN11 2AA."""
        return self.person.postcode.split(" ")[0]


def find_candidates(referral: Referral) -> list[MatchCandidate]:
    """The people who may be the one referred, the strongest first; at most five."""
    found = [compare_person(person, referral) for person in find_similar_people(referral)]
    likely = [c for c in found if c is not None]
    shown = sorted(likely, key=lambda c: (-c.strength, -len(c.reasons), c.person.name, c.person.pk))[:MAX_CANDIDATES]
    cases = Case.objects.filter(closed_at=None, person__in=[c.person for c in shown])
    with_case = set(cases.order_by().values_list("person", flat=True))
    for candidate in shown:
        candidate.has_open_case = candidate.person.pk in with_case
    return shown


def find_similar_people(referral: Referral) -> list[Person]:
    """People who share the NHS number, or a date of birth or postcode together with a name or place alike."""
    name = normalise_name(referral.person_name)
    near_name = Q(likeness__gte=MIN_NAME_SIMILARITY)
    born = Q(date_of_birth__in=likely_birth_dates(referral.date_of_birth))
    area = referral.postcode.split(" ")[0]
    near = Q(postcode=referral.postcode) | Q(postcode__startswith=f"{area} ") if area else Q(pk__in=[])
    ours = Person.objects.filter(agency=referral.to_agency)
    rows = ours.annotate(likeness=TrigramSimilarity(Upper("name"), name))
    queries = [
        rows.filter(nhs_number=referral.nhs_number) if referral.nhs_number else None,
        rows.filter(born),
        rows.annotate(upper=Upper("name")).filter(near, near_name, upper__trigram_similar=name),
    ]
    found: dict[object, Person] = {}
    for query in queries:
        if query is not None:
            found |= {person.pk: person for person in query.order_by("-likeness", "pk")[:MAX_COMPARED]}
    return list(found.values())


def compare_person(person: Person, referral: Referral) -> MatchCandidate | None:
    """How much speaks for this person, in words; None when too little does."""
    candidate = MatchCandidate(person)
    nhs = compare_nhs_number(candidate, referral)
    name = compare_name(candidate, referral)
    born = compare_birth_date(candidate, referral)
    place = compare_postcode(candidate, referral)
    if nhs:
        candidate.strength = MatchStrength.SURE if name and born else MatchStrength.LIKELY
    elif name and born and not candidate.differences:
        candidate.strength = MatchStrength.LIKELY
    elif not (name and (born or place)) and not (born and place):
        return None
    return candidate


def compare_nhs_number(candidate: MatchCandidate, referral: Referral) -> bool:
    ours, theirs = candidate.person.nhs_number, referral.nhs_number
    if ours and theirs and ours != theirs:
        candidate.differences.append("A different NHS number")
    elif ours and ours == theirs:
        candidate.reasons.append("Same NHS number")
    return bool(ours) and ours == theirs


def compare_name(candidate: MatchCandidate, referral: Referral) -> bool:
    """Whether the names are the same, nearly the same, or share all but the surname (which people change)."""
    ours, theirs = candidate.person.name, referral.person_name
    both = f"{theirs} / {ours}"
    first, second = set(normalise_name(ours).split()), set(normalise_name(theirs).split())
    if normalise_name(ours) == normalise_name(theirs):
        candidate.reasons.append("Same name")
    elif first == second:
        candidate.reasons.append(f"Same name in another order: {both}")
    elif cast(float, getattr(candidate.person, "likeness", 0.0)) >= MIN_NAME_SIMILARITY:
        candidate.reasons.append(f"Name is nearly the same: {both}")
    elif normalise_name(ours).split()[:1] == normalise_name(theirs).split()[:1]:
        candidate.reasons.append(f"Same first name, another surname: {both}")
    elif first & second:
        candidate.reasons.append(f"Part of the name is the same: {both}")
    else:
        candidate.differences.append(f"Another name: {both}")
        return False
    return True


def compare_birth_date(candidate: MatchCandidate, referral: Referral) -> bool:
    ours, theirs = candidate.person.date_of_birth, referral.date_of_birth
    if ours is None or theirs is None:
        return False
    if ours == theirs:
        candidate.reasons.append("Born the same day")
    elif (ours.year, ours.month, ours.day) == (theirs.year, theirs.day, theirs.month):
        candidate.reasons.append("Born the same day, if day and month were swapped")
    elif ours in likely_birth_dates(theirs):
        candidate.reasons.append("Date of birth differs in one part only")
    else:
        candidate.differences.append("Another date of birth")
        return False
    return True


def compare_postcode(candidate: MatchCandidate, referral: Referral) -> bool:
    ours, theirs = candidate.person.postcode, referral.postcode
    if not ours or not theirs:
        return False
    if ours == theirs:
        candidate.reasons.append("Same postcode")
    elif ours.split(" ")[0] == theirs.split(" ")[0]:
        candidate.reasons.append(f"Same area: {ours.split(' ')[0]}")
    else:
        return False
    return True


def likely_birth_dates(born: datetime.date | None) -> list[datetime.date]:
    """That day, day and month swapped, and the slips of one part that people make: year ±1 and ±10, day ±1 and
    ±10, month ±1."""
    if born is None:
        return []
    parts = [(born.year, born.month, born.day), (born.year, born.day, born.month)]
    parts += [(born.year + slip, born.month, born.day) for slip in (-10, -1, 1, 10)]
    parts += [(born.year, born.month, born.day + slip) for slip in (-10, -1, 1, 10)]
    parts += [(born.year, born.month + slip, born.day) for slip in (-1, 1)]
    return [day for year, month, number in parts if (day := date_or_none(year, month, number))]


def date_or_none(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def normalise_name(name: str) -> str:
    """Upper case without accents, titles and punctuation, so that "Dr Zoë O'Hara-Smith" is "ZOE OHARA SMITH"."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    words = re.sub(r"[^\w\s-]", "", letters).replace("-", " ").split()
    return " ".join(w for w in words if w not in {"MR", "MRS", "MS", "MISS", "DR"}) or letters
