"""What is on today, for the front page: the next sessions near a place, or near the largest town of the directory."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from config.template_tags import time_words
from directory.catalogue.cards import Card
from directory.catalogue.detail import load_public_listings
from directory.catalogue.timetable import UpcomingSession, list_upcoming_sessions, runs_on
from directory.catalogue.wording import format_places_left
from directory.geography.grid import Point
from directory.models import Service
from directory.models.session import DAY_NAMES
from directory.search.query import SearchQuery
from directory.search.statement import search

MAX_LOOKED_AT = 12  # activities of that weekday whose dates are worked out
MAX_SHOWN = 4
MAX_CHIPS = 3


@dataclass(frozen=True)
class DayItem:
    """A session of that day: "2pm", the card of its activity, and what a newcomer asks first."""

    starts: str
    starts_at: datetime.datetime
    card: Card
    chips: list[str]


@dataclass(frozen=True)
class Day:
    """`code` as SearchQuery.day has it."""

    date: datetime.date
    code: str
    items: list[DayItem]

    @property
    def is_today(self) -> bool:
        return self.date == timezone.localdate()


def find_next_day(near: Point | None) -> Day:
    """The rest of today; tomorrow once nothing is left of it. Three queries for each of the two."""
    today = timezone.localdate()
    first = _find_day(today, near)
    return first if first.items else _find_day(today + datetime.timedelta(days=1), near)


def _find_day(date: datetime.date, near: Point | None) -> Day:
    code = list(DAY_NAMES)[date.weekday()]
    cards = search(SearchQuery(day=code, near=near, size=MAX_LOOKED_AT)).cards
    listings = {service.pk: service for service in load_public_listings(card.pk for card in cards)}
    found = [
        _build_item(card, on)
        for card in cards
        if (service := listings.get(card.pk)) and (on := _find_session(service, date))
    ]
    return Day(date, code, sorted(found[:MAX_SHOWN], key=lambda item: item.starts_at))


def _find_session(service: Service, date: datetime.date) -> UpcomingSession | None:
    """Its next session, when that is on this day; it must be one that takes place."""
    coming = (one for one in list_upcoming_sessions(service) if not one.is_cancelled)
    return next((one for one in coming if timezone.localdate(one.starts_at) == date and runs_on(service, date)), None)


def _build_item(card: Card, on: UpcomingSession) -> DayItem:
    room = format_places_left(on.places_left)
    said = [words for words in (on.check_first and "Check first", room) if words]
    chips = [*said, *card.chips][:MAX_CHIPS]
    return DayItem(time_words(on.starts_at), on.starts_at, card, chips)
