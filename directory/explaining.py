"""Why an activity is among what was found, in plain words; and how many each filter would leave."""

import datetime

from django.utils import timezone

from config.template_tags import date_words
from directory.asking import Asked
from directory.describing import miles_away
from directory.marks import ACCESS, LANGUAGES, TIMES
from directory.models import Service
from directory.models.session import DAYS

STALE = datetime.timedelta(days=400)  # from then on it counts for less, see index.WORTH


def explain(service: Service, asked: Asked, matched: list[str]) -> list[str]:
    """What speaks for it, and what against it, the most telling first. Reads only what the search brought."""
    today = timezone.localdate()
    said = [_room(service, today), miles_away(service.distance_km)]  # type: ignore[attr-defined]
    said += [f"Matches “{word}”" for word in matched if word.lower() not in service.name.lower()]
    if asked.language:
        said.append(f"In {LANGUAGES.get(asked.language, asked.language.capitalize())}")
    said += ["Someone can meet you" if service.meets_you else "", _reply(service)]
    if service.assured_date and service.assured_date < today - STALE:
        said.append("Not checked for over a year")
    return [words for words in said if words]


def _room(service: Service, today: datetime.date) -> str:
    spot = service.spot
    if not spot or "#room" not in spot.marks or not service.runs:
        return ""
    days = (spot.room_on - today).days if spot.room_on else -1
    if days < 0:
        return "Has room"
    if days < 7:
        return "Has room this week"
    return "Has room next week" if days < 14 else f"Has room on {date_words(spot.room_on)}"


def _reply(service: Service) -> str:
    if not service.shows_answers or service.reply_days is None:
        return ""
    days = service.reply_days
    if not days:
        return "Usually answers the same day"
    return f"Usually answers in {days} day{'' if days == 1 else 's'}"


def counted(asked: Asked, needs: dict[str, str], facets: dict[str, int]) -> dict[str, dict[str, int]]:
    """How many of each mark → for each filter its choices. `needs`: the mark of each need and its code.

    For a filter of which one choice holds, what another choice would leave stands under its name: "day:#tu".
    """

    def left(name: str, mark: str) -> int:
        kept = f"{name}:" if name in asked.reopened else ""
        return facets.get(f"{kept}{mark}", 0)

    day, time = (f"{asked.day.lower()}-" if asked.day else ""), (f"-{asked.time}" if asked.time else "")
    spoken = f"{'language:' if asked.language else ''}#lang-"
    counts = {
        "day": {code: left("day", f"#{code.lower()}{time}") for code in DAYS},
        "time": {part: left("time", f"#{day}{part}") for part in TIMES},
        "access": {code: facets.get(f"#{code}", 0) for code in ACCESS},
        "language": {key.removeprefix(spoken): n for key, n in facets.items() if key.startswith(spoken)},
        "need": {code: left("need", mark) for mark, code in needs.items() if code},
        "miles": {key.removeprefix("miles "): n for key, n in facets.items() if key.startswith("miles ")},
    }
    flags = {name: {"1": facets.get(f"#{name}", 0)} for name in ("free", "room", "meets", "online")}
    return counts | flags
