"""Two states of a listing side by side, in words."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.template_tags import date_words
from directory.catalogue.hours import format_schedule, join_with_and
from directory.catalogue.wording import format_cost
from directory.models import CostOption, Schedule, Status
from directory.models.service import ConfirmationInterval
from directory.publishing.snapshot import SCHEDULE_COLUMNS, ListingData, set_columns


@dataclass(frozen=True)
class Difference:
    """One field that is not the same, as people read it; several lines are parted by \\n."""

    field: str
    label: str
    old: str
    new: str


def compare_listings(old: ListingData, new: ListingData) -> list[Difference]:
    """What differs between two states (snapshot.py), in the order of the page. {} stands for nothing."""
    found = []
    for field, (label, words) in COMPARED_FIELDS.items():
        before, after = (words(data.get(field)) for data in (old, new))
        if before != after:
            found.append(Difference(field, label, before, after))
    return found


def format_listing_fields(data: ListingData) -> list[tuple[str, str]]:
    """(label, words) of each field that says something."""
    said = ((label, words(data.get(field))) for field, (label, words) in COMPARED_FIELDS.items())
    return [(label, text) for label, text in said if text]


def _format_text(value: Any) -> str:
    return "" if value is None else str(value)


def _format_boolean(value: Any) -> str:
    return "" if value is None else "Yes" if value else "No"


def _format_date(value: Any) -> str:
    return date_words(datetime.date.fromisoformat(value)) if value else ""


def _choice_formatter(choices: Any) -> Callable[[Any], str]:
    return lambda value: str(choices(value).label) if value in choices.values else _format_text(value)


def _list_formatter(words: Callable[[ListingData], str]) -> Callable[[Any], str]:
    return lambda items: "\n".join(said for said in map(words, items or []) if said)


def format_place_lines(item: ListingData) -> str:
    parts = (item.get(name, "") for name in ("name", "address", "city", "county", "postcode"))
    lines = [", ".join(part.replace("\n", ", ") for part in parts if part) or "Online or by phone"]
    lines += [f"Access: {said}" for row in item.get("access", []) if (said := row["description"] or row["details"])]
    lines += [item[name] for name in ("transport", "description", "note") if item.get(name)]
    return "\n".join(lines)


def format_schedule_line(item: ListingData) -> str:
    row = set_columns(Schedule(), item, SCHEDULE_COLUMNS)
    parts = [format_schedule(row)]
    parts += [f"from {date_words(row.dtstart)}"] if row.dtstart and row.freq else []
    parts += [f"until {date_words(row.valid_to)}"] if row.valid_to else []
    parts += [f"not on {join_with_and([date_words(day) for day in row.skips])}"] if row.skips else []
    parts += [f"{row.places} places"] if row.places is not None else []
    return ", ".join(part for part in parts if part)


def _format_cost(item: ListingData) -> str:
    amount = Decimal(item["amount"]) if item.get("amount") is not None else None
    return format_cost(CostOption(option=item["option"], amount=amount, amount_description=item["amount_description"]))


def _format_contact(item: ListingData) -> str:
    return ", ".join(item[name] for name in ("name", "title", "phone", "email") if item.get(name))


COMPARED_FIELDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("Name", _format_text),
    "description": ("What happens", _format_text),
    "status": ("State", _choice_formatter(Status)),
    "paused_until": ("Closed until", _format_date),
    "published": ("Listed for everybody", _format_boolean),
    "alert": ("Notice", _format_text),
    "schedules": ("When", _list_formatter(format_schedule_line)),
    "places": ("Where", _list_formatter(format_place_lines)),
    "areas": ("For people living in", _list_formatter(lambda item: item["name"])),
    "fees": ("About the cost", _format_text),
    "costs": ("Prices", _list_formatter(_format_cost)),
    "eligibility": ("Who it is for", _format_text),
    "minimum_age": ("From age", _format_text),
    "maximum_age": ("Up to age", _format_text),
    "terms": ("Helps with", _list_formatter(lambda item: item["name"])),
    "first_time": ("The first time", _format_text),
    "meets_you": ("Someone can meet you", _format_boolean),
    "application": ("How to join", _format_text),
    "bookable": ("Places are booked here", _format_boolean),
    "offer_hours": ("Hours a freed place is held", _format_text),
    "phone": ("Phone", _format_text),
    "email": ("E-mail", _format_text),
    "url": ("Website", _format_text),
    "contacts": ("Who to ask for", _list_formatter(_format_contact)),
    "referral_email": ("Where referrals go", _format_text),
    "languages": ("Languages", _list_formatter(lambda item: item["name"] or item["code"])),
    "accreditations": ("Accreditations", _format_text),
    "confirm_every": ("Asked whether it is right", _choice_formatter(ConfirmationInterval)),
}
