"""Words of people who may be in danger: whom to ring first stands above everything, and nothing of it is kept.

What is recognised, and whom to ring, is data of the place (`Danger`), which starts with dangers.json. Rather once too
often than once too seldom: who looks for a talk about a crisis is not harmed by a few numbers.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connection

from directory.search.phrases import RuleSet, TypoTable, list_beginnings, normalise_phrase

MAX_SHOWN = 3  # dangers on one page
NOTHING = "'#nothing'"  # a tsquery that no row has

# When the dangers last changed: as lookup.sql has it.
VERSION_SQL = "SELECT count(*) || ' ' || coalesce(max(changed_at)::text, '') FROM directory_danger"
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
    """What is recognised now."""

    dangers: list[tuple[FoundDanger, RuleSet]]
    typos: TypoTable

    def find(self, words: str) -> list[FoundDanger]:
        """What is in order first; MAX_SHOWN at most."""
        phrase = self.typos.correct(normalise_phrase(words))
        beginnings = list_beginnings(phrase)
        return [danger for danger, rules in self.dangers if rules.matches(phrase, beginnings)][:MAX_SHOWN]


def find_dangers(words: str, version: str | None = None) -> list[FoundDanger]:
    """What somebody may be in who types this. `version`: as VERSION_SQL has it; without it, it is looked up."""
    if not words.strip():
        return []
    if version is None:
        with connection.cursor() as cursor:
            cursor.execute(VERSION_SQL)
            version = cursor.fetchone()[0]
    return load_net(version).find(words)


@lru_cache(maxsize=1)
def load_net(version: str) -> DangerNet:
    """Read once for each version, in each process."""
    with connection.cursor() as cursor:
        cursor.execute(DANGERS_SQL)
        rows = cursor.fetchall()
    dangers = [
        (FoundDanger(code, name, parse_ring(ring), finds or ""), RuleSet(rules.splitlines(), spared.splitlines()))
        for code, name, ring, rules, spared, finds in rows
    ]
    return DangerNet(dangers, TypoTable(line for row in rows for line in row[3].splitlines()))


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
