"""Is this the same person? Who in the team may be the one a referral is about, each with the reasons in words.

Finds by index (NHS number, date of birth, trigrams of the name) and weighs a few dozen rows in Python. Nothing
is ever merged by this: it only shows, and a member says which it is. Only the records of the team that was asked
are compared: what another team knows of somebody stays with that team.
"""

import uuid
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Upper

from agencies.models import Agency, Membership
from cases.models import Case, Person
from config.births import Birth
from referrals.models import Referral
from referrals.same_person import (
    Comparison,
    Identity,
    MatchStrength,
    born_alike,
    compare_identities,
    normalise_name,
)

MAX_CANDIDATES = 5  # candidates shown
MAX_COMPARED = 50  # rows weighed at most
LIKELY = MatchStrength.LIKELY
ELSEWHERE_SQL = "SELECT * FROM people_elsewhere(%s)"
MIN_NAME_SIMILARITY = 0.45  # trigram similarity of two whole names from which they are looked at: Jon / John is 0.64


@dataclass
class MatchCandidate:
    person: Person
    strength: MatchStrength
    comparison: Comparison
    has_open_case: bool = False

    @property
    def reasons(self) -> list[str]:
        return self.comparison.reasons

    @property
    def differences(self) -> list[str]:
        return self.comparison.differences

    @property
    def outward_postcode(self) -> str:
        """The outward postcode: BN11 of BN11 2AA."""
        return self.person.postcode.split(" ")[0]


def find_candidates(referral: Referral, member: Membership | None = None) -> list[MatchCandidate]:
    """The people who may be the one referred, the strongest first; at most five, of those that the member may see."""
    likely = []
    for person in find_similar_people(referral, member):
        found = compare_identities(person.identity, referral.identity)
        if found.strength is not None:
            likely.append(MatchCandidate(person, found.strength, found))
    shown = sorted(likely, key=lambda c: (-c.strength, -len(c.reasons), c.person.name, c.person.pk))[:MAX_CANDIDATES]
    cases = Case.objects.filter(closed_at=None, person__in=[c.person for c in shown])
    with_case = set(cases.order_by().values_list("person", flat=True))
    for candidate in shown:
        candidate.has_open_case = candidate.person.pk in with_case
    return shown


def find_cases_elsewhere(referral: Referral) -> list[uuid.UUID]:
    """Open cases of other teams that are probably of the person referred: to be asked, and never to be shown.

    The one place that looks beyond the team, by a function of the database that answers only whoever the referral was
    sent to (policies.py). Its callers may tell that there is one, and nothing of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE_SQL, [referral.pk])
        rows = cursor.fetchall()
    likely = []
    for case, name, born, precision, nhs_number, postcode in rows:
        known = Identity(name, Birth(born, precision), nhs_number, postcode)
        if is_likely(known, referral.identity):
            likely.append(case)
    return likely


def find_people_elsewhere(who: Identity, agency: Agency) -> list[Person]:
    """Records of other teams than `agency` that are probably of the same person: for a job, which sees them."""
    same = born_alike(who.birth)
    if who.nhs_number:
        same |= Q(nhs_number=who.nhs_number)
    people = Person.objects.filter(same).exclude(agency=agency).order_by("pk")[:MAX_COMPARED]
    return [person for person in people if is_likely(person.identity, who)]


def is_likely(known: Identity, given: Identity) -> bool:
    return (compare_identities(known, given).strength or 0) >= LIKELY


def is_known_elsewhere(referral: Referral) -> bool:
    """Whether another team may work with the person. Not told of a referral that the team wrote itself: a name and a
    birthday tried out must not say who is helped elsewhere."""
    return referral.from_agency_id != referral.to_agency_id and bool(find_cases_elsewhere(referral))


def has_doubtful_number(referral: Referral) -> bool:
    """Whether the team has the referral's NHS number for somebody else: the mother, whose number was given for her
    child, or a twin. Who that is is not told."""
    held = Person.known_to(referral.to_agency).filter(nhs_number=referral.nhs_number).exclude(nhs_number="")
    return any(compare_identities(person.identity, referral.identity).doubtful_number for person in held)


def find_similar_people(referral: Referral, member: Membership | None) -> list[Person]:
    """People who share the NHS number, or a date of birth or postcode together with a name or place alike."""
    name = normalise_name(referral.person_name)
    near_name = Q(likeness__gte=MIN_NAME_SIMILARITY)
    area = referral.postcode.split(" ")[0]
    near = Q(postcode=referral.postcode) | Q(postcode__startswith=f"{area} ") if area else Q(pk__in=[])
    seen = Person.visible_to(member) if member else Person.known_to(referral.to_agency)
    ours = seen.filter(agency=referral.to_agency)
    rows = ours.annotate(likeness=TrigramSimilarity(Upper("name"), name))
    queries = [
        rows.filter(nhs_number=referral.nhs_number) if referral.nhs_number else None,
        rows.filter(born_alike(referral.birth)),
        rows.annotate(upper=Upper("name")).filter(near, near_name, upper__trigram_similar=name),
    ]
    found: dict[object, Person] = {}
    for query in queries:
        if query is not None:
            found |= {person.pk: person for person in query.order_by("-likeness", "pk")[:MAX_COMPARED]}
    return list(found.values())
