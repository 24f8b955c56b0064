"""Words of people who may be in danger: whom to ring first stands above everything, and nothing of it is kept.

What is recognised, and whom to ring, is data of the place (`Danger`, `DangerWords`), which starts with dangers.json and
danger_words.json. Rather once too often than once too seldom: who looks for a talk about a crisis is not harmed by a
few numbers.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connections

from config.database import reading_from
from directory.search.phrases import Found, RuleBook, WordLists

MAX_SHOWN = 3  # dangers on one page
NOTHING = "'#nothing'"  # a tsquery that no row has

# When the dangers or their words last changed: as lookup.sql has it.
VERSION_SQL = """
SELECT count(*) || ' ' || coalesce(max(changed_at)::text, '')
FROM (SELECT changed_at FROM directory_danger UNION ALL SELECT changed_at FROM directory_dangerwords) kept
"""
WORDS_SQL = "SELECT name, words FROM directory_dangerwords"
DANGERS_SQL = """
SELECT code, name, ring, rules, spared, (
    SELECT string_agg(query::text, ' | ')
    FROM regexp_split_to_table(finds, ',') phrase, hereabouts_phrase(phrase) query
    WHERE numnode(query) > 0
)
FROM directory_danger WHERE off_at IS NULL ORDER BY "order", id
"""


@dataclass(frozen=True)
class FoundDanger:
    """One danger that the words speak of. `finds`: a tsquery of what may be shown beside the numbers."""

    code: str
    name: str
    ring: list[tuple[str, str]]  # who, and the number
    finds: str


@dataclass
class DangerNet:
    """What is recognised now. `book` has the rules of each of the dangers."""

    dangers: list[FoundDanger]
    book: RuleBook

    def find(self, words: str) -> list[FoundDanger]:
        """What is in order first; MAX_SHOWN at most."""
        return [danger for danger, _ in self.explain(words)][:MAX_SHOWN]

    def explain(self, words: str) -> list[tuple[FoundDanger, Found]]:
        """All that is recognised, each with the rule and the words by which it is."""
        return [(self.dangers[number], found) for number, found in sorted(self.book.find(words).items())]


def find_dangers(words: str, version: str | None = None) -> list[FoundDanger]:
    """What somebody may be in who types this. `version`: as VERSION_SQL has it; without it, it is looked up."""
    return load_net(version or read_version()).find(words) if words.strip() else []


def explain_dangers(words: str) -> list[tuple[FoundDanger, Found]]:
    """For the steward: each danger, and by what it is recognised."""
    return load_net(read_version()).explain(words)


def read_version() -> str:
    with connections[reading_from.get()].cursor() as cursor:
        cursor.execute(VERSION_SQL)
        return str(cursor.fetchone()[0])


@lru_cache(maxsize=1)
def load_net(version: str) -> DangerNet:
    """Read once for each version, in each process."""
    with connections[reading_from.get()].cursor() as cursor:
        cursor.execute(WORDS_SQL)
        lists = WordLists(dict(cursor.fetchall()))
        cursor.execute(DANGERS_SQL)
        rows = cursor.fetchall()
    dangers = [FoundDanger(code, name, parse_ring(ring), finds or "") for code, name, ring, _, _, finds in rows]
    return DangerNet(dangers, RuleBook(((row[3].splitlines(), row[4].splitlines()) for row in rows), lists))


def parse_ring(text: str) -> list[tuple[str, str]]:
    """ "Samaritans, day or night: 116 123" → ("Samaritans, day or night", "116 123"), one a line.

    {phone}, {safeguarding_phone} and {safeguarding_team} are the place's own.
    """
    for name in ("phone", "safeguarding_phone", "safeguarding_team"):
        text = text.replace(f"{{{name}}}", str(settings.PLACE[name]))
    rows = (line.rpartition(":") for line in text.splitlines())
    return [(who.strip(), number.strip()) for who, _, number in rows]


def build_danger_query(dangers: list[FoundDanger]) -> str:
    """The tsquery of all that may be shown; of what speaks of nothing of the kind, nothing."""
    return " | ".join(danger.finds for danger in dangers if danger.finds) or NOTHING
