"""Why an activity is among what was found, in plain words; and how many each filter would leave."""

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from config.template_tags import date_words
from directory.catalogue.cards import Card
from directory.catalogue.facets import ACCESS, DAY_PARTS, LANGUAGES
from directory.catalogue.wording import KM_PER_MILE, format_distance
from directory.models import Status
from directory.models.service import MIN_ANSWERS_SHOWN
from directory.models.session import DAY_NAMES
from directory.search.query import SearchQuery

COUNTED_MILES = (1, 3, 5, 10)  # distances that are counted
STALE_AFTER = datetime.timedelta(days=400)  # from then on it counts for less, see index.WORTH_SQL


class FoundRow(NamedTuple):
    """What search.sql says of one activity on the page."""

    score: int
    service_id: uuid.UUID
    name: str
    agency_name: str
    description: str  # its beginning
    phone: str
    status: str
    assured_date: datetime.date | None
    meets_you: bool
    answers: int
    reply_days: int | None
    when: str
    where: str
    chips: list[str]
    latitude: float | None
    longitude: float | None
    has_room: bool
    room_on: datetime.date | None
    distance: float | None  # km
    matched: list[str | None] | None  # for each word that was looked for "" when the listing itself has it, the need
    # that it is found through, or None


def build_found_card(row: FoundRow, asked: SearchQuery, words: list[str]) -> Card:
    """The card with what speaks for it. `words`: those that were looked for, as they are said."""
    km = row.distance if asked.near else None
    return Card(
        pk=row.service_id,
        name=row.name,
        agency_name=row.agency_name,
        description=row.description,
        phone=row.phone,
        status=row.status,
        assured_date=row.assured_date,
        when=row.when,
        where=row.where,
        chips=row.chips,
        latitude=row.latitude,
        longitude=row.longitude,
        distance_km=km,
        why=list_reasons(row, asked, km, dict(zip(words, row.matched or (), strict=False))),
        recommended=list_recommendations(row, asked),
        reply=_format_reply_time(row),
    )


def list_reasons(row: FoundRow, asked: SearchQuery, km: float | None, matched: dict[str, str | None]) -> list[str]:
    """Why it is among what was found, and what to mind, the most telling first. None of it praises."""
    said = [format_distance(km)]
    own = [word for word, need in matched.items() if need == ""]
    said += [f"Matches “{word}”" for word in own[:1] if word.lower() not in row.name.lower()]
    said += [f"For {need[:1].lower()}{need[1:]}" for need in dict.fromkeys(filter(None, matched.values()))]
    if row.assured_date and row.assured_date < timezone.localdate() - STALE_AFTER:
        said.append("Not checked for over a year")
    return [words for words in said if words]


def list_recommendations(row: FoundRow, asked: SearchQuery) -> list[str]:
    """What speaks for going there: these alone have a green tick."""
    spoken = f"In {LANGUAGES.get(asked.language, asked.language.capitalize())}" if asked.language else ""
    said = [_format_room(row, timezone.localdate()), spoken, "Someone can meet you" if row.meets_you else ""]
    return [words for words in said if words]


def _format_room(row: FoundRow, today: datetime.date) -> str:
    if not row.has_room or row.status != Status.ACTIVE:
        return ""
    days = (row.room_on - today).days if row.room_on else -1
    if days < 0:
        return "Has room"
    if days < 7:
        return "Has room this week"
    return "Has room next week" if days < 14 else f"Has room on {date_words(row.room_on)}"


def _format_reply_time(row: FoundRow) -> str:
    """For staff, who are to ask it; "" until there were enough answers to say."""
    if row.answers < MIN_ANSWERS_SHOWN or row.reply_days is None:
        return ""
    days = row.reply_days
    return f"Usually answers in {days} day{'' if days == 1 else 's'}" if days else "Usually answers the same day"


# --- How many there are ---------------------------------------------------------------------------------


@dataclass
class FacetTally:
    """How many services have each mark, and how far the nearest place of each is, in kilometres."""

    marks: Counter[str]
    km: list[float]


def tally_facets(lines: str | None) -> FacetTally:
    """Of one line for each place: the service, the kilometres, the marks, with spaces between."""
    marked: dict[str, str] = {}
    far: dict[str, float] = {}
    for line in lines.split("\n") if lines else ():
        service, km, marks = line.split(" ", 2)
        if service in marked:
            marks = " ".join({*marked[service].split(), *marks.split()})
        marked[service], far[service] = marks, min(float(km), far.get(service, 1e9))
    return FacetTally(Counter(" ".join(marked.values()).split()), list(far.values()))


def count_choices(asked: SearchQuery, needs: dict[str, str], found: dict[str, str | None]) -> dict[str, dict[str, int]]:
    """For each filter its choices, and how many services each would leave.

    `needs`: the mark of each need, and its code. `found`: under "" the lines of what was found (`tally_facets`), and
    under the name of each filter that is set, of which one choice holds, what there would be without it.
    """
    tallies = {name: tally_facets(lines) for name, lines in found.items()}

    def left(name: str) -> FacetTally:
        """With what was found in any case: without the filter only the nearest are counted."""
        freed, all_found = tallies.get(name, tallies[""]), tallies[""]
        return FacetTally(freed.marks | all_found.marks, freed.km) if freed is not all_found else freed

    day, time = (f"{asked.day.lower()}-" if asked.day else ""), (f"-{asked.time}" if asked.time else "")
    spoken = {mark[6:]: n for mark, n in left("language").marks.items() if mark.startswith("#lang-")}
    day_marks, time_marks, need_marks = (left(name).marks for name in ("day", "time", "need"))
    counts = {
        "day": {code: day_marks[f"#{code.lower()}{time}"] for code in DAY_NAMES},
        "time": {part: time_marks[f"#{day}{part}"] for part in DAY_PARTS},
        "access": {code: left("access").marks[f"#{code}"] for code in ACCESS},
        "language": spoken,
        "need": {code: need_marks[mark] for mark, code in needs.items() if code},
    }
    if asked.near:
        away = left("miles").km
        counts["miles"] = {str(far): sum(km <= far * KM_PER_MILE for km in away) for far in COUNTED_MILES}
    return counts | {name: {"1": left(name).marks[f"#{name}"]} for name in ("free", "room", "meets", "online")}
