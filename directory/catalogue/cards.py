"""The card of an activity: what a list says of it."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from config.template_tags import date_words, name_sites
from directory.catalogue.wording import format_distance, shorten_description
from directory.models import Service, Spot, Status
from directory.models.service import CHECK_VALID_FOR


@dataclass(kw_only=True)
class Card:
    """Drawn by templates/rows/cards.html. `when` to `longitude` are of the place that was found, or the first one."""

    pk: uuid.UUID  # of the service
    name: str
    agency_name: str
    description: str
    phone: str
    status: str  # of Status
    assured_date: datetime.date | None
    when: str = ""
    where: str = ""
    chips: Sequence[str] = ()
    latitude: float | None = None
    longitude: float | None = None
    distance_km: float | None = None  # None without a place to measure from
    why: Sequence[str] = ()  # in plain words, why it was found
    recommended: Sequence[str] = ()  # what speaks for it
    reply: str = ""  # how soon it answers: a figure about a group, for staff alone
    note: str = ""  # what the steward says of it

    @cached_property
    def meets(self) -> str:
        return name_sites(", ".join(part for part in (self.when, self.where) if part))

    @property
    def away(self) -> str:
        return format_distance(self.distance_km)

    @cached_property
    def summary(self) -> str:
        return shorten_description(name_sites(self.description))

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def is_check_overdue(self) -> bool:
        """Nobody has said within CHECK_VALID_FOR that it is right: a promise of the place."""
        return self.assured_date is None or self.assured_date < timezone.localdate() - CHECK_VALID_FOR

    @property
    def checked(self) -> str:
        """When somebody last made sure that it is right."""
        if self.assured_date is None:
            return "Not checked yet"
        words = "Not checked since" if self.is_check_overdue else "Last checked"
        return f"{words} {date_words(self.assured_date)}"


def load_services(cards: Iterable[Card]) -> list[Service]:
    """The services of these cards with their agency, in the same order. One query."""
    ids = [card.pk for card in cards]
    rows = Service.objects.select_related("agency").defer("received", "agency__received").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def build_card(service: Service, spot: Spot | None, note: str = "") -> Card:
    """The card of a service at one of its places."""
    card = Card(
        pk=service.pk,
        name=service.name,
        agency_name=service.agency.name,
        description=service.description,
        phone=service.phone,
        status=service.status,
        assured_date=service.assured_date,
        note=note,
    )
    if spot:
        card.when, card.where, card.chips = spot.when, spot.where, spot.chips
        card.latitude, card.longitude = spot.latitude, spot.longitude
    return card
