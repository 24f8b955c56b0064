"""Why an activity is among what was found, in plain words; and how many each filter would leave."""

import datetime
from collections import Counter
from dataclasses import dataclass
from itertools import chain

from django.utils import timezone

from config.template_tags import date_words
from directory.catalogue.facets import ACCESS, DAY_PARTS, LANGUAGES
from directory.catalogue.wording import KM_PER_MILE, format_distance
from directory.models import Service
from directory.models.session import DAY_NAMES
from directory.search.query import SearchQuery

COUNTED_MILES = (1, 3, 5, 10)  # distances that are counted
# Of each word: '' when it is in the listing's own name or text, else the need that it is found through.
MATCHED_SQL = """(
    SELECT array_agg(CASE WHEN ts_filter(spot.search, '{a,b,c}') @@ query THEN '' WHEN spot.search @@ query THEN (
        SELECT name FROM directory_serviceterm link JOIN directory_taxonomyterm term ON term.id = link.term_id
        WHERE link.service_id = spot.service_id AND to_tsvector('hereabouts', name || ' . ' || words) @@ query
        ORDER BY term."order", name LIMIT 1
    ) END ORDER BY number)
    FROM unnest(%(said)s::tsquery[]) WITH ORDINALITY said (query, number)
)"""
STALE_AFTER = datetime.timedelta(days=400)  # from then on it counts for less, see index.WORTH_SQL


def list_reasons(service: Service, asked: SearchQuery, matched: dict[str, str | None]) -> list[str]:
    """What speaks for it, and what against it, the most telling first. Reads only what the search brought.

    `matched`: for each word "" when the listing itself has it, the need it is found through, or None.
    """
    today = timezone.localdate()
    said = [_format_room(service, today), format_distance(service.distance_km)]  # type: ignore[attr-defined]
    said += [f"Matches “{word}”" for word, need in matched.items() if need == "" and not _is_in_name(service, word)]
    said += [f"For {need[:1].lower()}{need[1:]}" for need in dict.fromkeys(filter(None, matched.values()))]
    if asked.language:
        said.append(f"In {LANGUAGES.get(asked.language, asked.language.capitalize())}")
    said += ["Someone can meet you" if service.meets_you else "", _format_reply_time(service)]
    if service.assured_date and service.assured_date < today - STALE_AFTER:
        said.append("Not checked for over a year")
    return [words for words in said if words]


def _is_in_name(service: Service, word: str) -> bool:
    return word.lower() in service.name.lower()


def _format_room(service: Service, today: datetime.date) -> str:
    spot = service.spot
    if not spot or "#room" not in spot.marks or not service.is_running:
        return ""
    days = (spot.room_on - today).days if spot.room_on else -1
    if days < 0:
        return "Has room"
    if days < 7:
        return "Has room this week"
    return "Has room next week" if days < 14 else f"Has room on {date_words(spot.room_on)}"


def _format_reply_time(service: Service) -> str:
    if not service.has_enough_answers or service.reply_days is None:
        return ""
    days = service.reply_days
    if not days:
        return "Usually answers the same day"
    return f"Usually answers in {days} day{'' if days == 1 else 's'}"


# --- How many there are ---------------------------------------------------------------------------------


@dataclass
class FacetTally:
    """How many services have each mark, and how far the nearest place of each is, in kilometres."""

    marks: Counter[str]
    km: list[float]


def tally_facets(lines: str | None) -> FacetTally:
    """Of one line for each place: the service, the kilometres, the marks, with spaces between."""
    marked: dict[str, list[str]] = {}
    far: dict[str, float] = {}
    for line in lines.split("\n") if lines else ():
        service, km, *marks = line.split(" ")
        if service in marked:
            marks = list({*marked[service], *marks})
        marked[service], far[service] = marks, min(float(km), far.get(service, float(km)))
    return FacetTally(Counter(chain.from_iterable(marked.values())), list(far.values()))


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
