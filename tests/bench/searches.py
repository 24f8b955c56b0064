"""The searches that are measured: 240 mixed ones, as people make them, the same in each run.

Common words and rare, one and two, misspelt ones, and none; with a place and without, with a radius, a need and other
filters. They are addresses of the search page, so that all that is measured goes through the whole site.
"""

import random
from urllib.parse import urlencode

from django.urls import reverse

from directory.catalogue.facets import DAY_PARTS
from directory.models import TaxonomyTerm
from directory.models.session import DAY_NAMES
from tests.bench.fill import REAL, rare_words

PLACES = ["BN11 1AA", "BN11 2AA", "BN43 5WE", "Worthing", "Shoreham-by-Sea", "M1 1AE", "LS1 4AP", "EH1 1YZ"]
FILTERS = ("day", "hours", "free", "room", "meets", "age", "access", "language", "online")


def searches(many: int) -> list[str]:
    """So many addresses of the search page."""
    pick = random.Random(7)
    needs = [term.code for term in TaxonomyTerm.needs() if term.words]
    return [address(pick, nth, needs) for nth in range(many)]


def address(pick: random.Random, nth: int, needs: list[str]) -> str:
    asked = {"words": words(pick, nth)}
    if nth % 3:
        asked["near"] = pick.choice(PLACES)
        if nth % 3 == 2:
            asked["miles"] = pick.choice(["1", "3", "5", "10"])
    if nth % 6 == 1:
        asked["need"] = pick.choice(needs)
    for name in pick.sample(FILTERS, (0, 0, 1, 2)[nth // 2 % 4]):
        asked |= filtered(pick, name)
    return f"{reverse('directory:activities')}?{urlencode({name: value for name, value in asked.items() if value})}"


def words(pick: random.Random, nth: int) -> str:
    """A common word, a rare one, two words, a misspelt one, or in one search of ten none."""
    kind = nth % 10
    if kind == 9:
        return ""
    if kind in (3, 8):
        return pick.choice(rare_words())
    said = pick.sample(REAL, 2 if kind in (1, 4, 6) else 1)
    if kind in (2, 7):
        at = pick.randrange(1, len(said[0]) - 1)
        said[0] = said[0][:at] + said[0][at + 1 :]
    return " ".join(said)


def filtered(pick: random.Random, name: str) -> dict[str, str]:
    """A filter and its value as the form has them; "hours" are a day and a time of it."""
    chosen = {
        "day": {"day": pick.choice([*DAY_NAMES])},
        "hours": {"day": pick.choice([*DAY_NAMES]), "time": pick.choice([*DAY_PARTS])},
        "age": {"age": pick.choice(["7", "30", "80"])},
        "language": {"language": pick.choice(["pl", "ur"])},
        "access": {"access": pick.choice(["step-free", "hearing-loop"])},
    }
    return chosen.get(name, {name: "1"})
