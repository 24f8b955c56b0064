"""Two states of a listing side by side, in words."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.template_tags import date_words
from directory.catalogue.hours import in_words, joined
from directory.catalogue.wording import cost
from directory.models import CostOption, Schedule, Status
from directory.models.service import Often
from directory.publishing.snapshot import SCHEDULE, Data, fill


@dataclass(frozen=True)
class Difference:
    """One field that is not the same, as people read it; several lines are parted by \\n."""

    field: str
    label: str
    old: str
    new: str


def differences(old: Data, new: Data) -> list[Difference]:
    """What differs between two states (snapshot.py), in the order of the page. {} stands for nothing."""
    found = []
    for field, (label, words) in FIELDS.items():
        before, after = (words(data.get(field)) for data in (old, new))
        if before != after:
            found.append(Difference(field, label, before, after))
    return found


def in_full(data: Data) -> list[tuple[str, str]]:
    """(label, words) of each field that says something."""
    said = ((label, words(data.get(field))) for field, (label, words) in FIELDS.items())
    return [(label, text) for label, text in said if text]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _yes(value: Any) -> str:
    return "" if value is None else "Yes" if value else "No"


def _date(value: Any) -> str:
    return date_words(datetime.date.fromisoformat(value)) if value else ""


def _label_of(choices: Any) -> Callable[[Any], str]:
    return lambda value: str(choices(value).label) if value in choices.values else _text(value)


def _each(words: Callable[[Data], str]) -> Callable[[Any], str]:
    return lambda items: "\n".join(said for said in map(words, items or []) if said)


def place_words(item: Data) -> str:
    parts = (item.get(name, "") for name in ("name", "address", "city", "county", "postcode"))
    lines = [", ".join(part.replace("\n", ", ") for part in parts if part) or "Online or by phone"]
    lines += [f"Access: {said}" for row in item.get("access", []) if (said := row["description"] or row["details"])]
    lines += [item[name] for name in ("transport", "description", "note") if item.get(name)]
    return "\n".join(lines)


def schedule_words(item: Data) -> str:
    row = fill(Schedule(), item, SCHEDULE)
    parts = [in_words(row)]
    parts += [f"from {date_words(row.dtstart)}"] if row.dtstart and row.freq else []
    parts += [f"until {date_words(row.valid_to)}"] if row.valid_to else []
    parts += [f"not on {joined([date_words(day) for day in row.skips])}"] if row.skips else []
    parts += [f"{row.places} places"] if row.places is not None else []
    return ", ".join(part for part in parts if part)


def _cost(item: Data) -> str:
    amount = Decimal(item["amount"]) if item.get("amount") is not None else None
    return cost(CostOption(option=item["option"], amount=amount, amount_description=item["amount_description"]))


def _contact(item: Data) -> str:
    return ", ".join(item[name] for name in ("name", "title", "phone", "email") if item.get(name))


FIELDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("Name", _text),
    "description": ("What happens", _text),
    "status": ("State", _label_of(Status)),
    "paused_until": ("Closed until", _date),
    "published": ("Listed for everybody", _yes),
    "alert": ("Notice", _text),
    "schedules": ("When", _each(schedule_words)),
    "places": ("Where", _each(place_words)),
    "areas": ("For people living in", _each(lambda item: item["name"])),
    "fees": ("About the cost", _text),
    "costs": ("Prices", _each(_cost)),
    "eligibility": ("Who it is for", _text),
    "minimum_age": ("From age", _text),
    "maximum_age": ("Up to age", _text),
    "terms": ("Helps with", _each(lambda item: item["name"])),
    "first_time": ("The first time", _text),
    "meets_you": ("Someone can meet you", _yes),
    "application": ("How to join", _text),
    "bookable": ("Places are booked here", _yes),
    "offer_hours": ("Hours a freed place is held", _text),
    "phone": ("Phone", _text),
    "email": ("E-mail", _text),
    "url": ("Website", _text),
    "contacts": ("Who to ask for", _each(_contact)),
    "referral_email": ("Where referrals go", _text),
    "languages": ("Languages", _each(lambda item: item["name"] or item["code"])),
    "accreditations": ("Accreditations", _text),
    "confirm_every": ("Asked whether it is right", _label_of(Often)),
}
