"""The sections in which a group writes its listing, one page each, and whether they are done."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from directory.publishing.snapshot import Data


@dataclass(frozen=True)
class Section:
    """`fields` are the keys of the listing's data that its page changes (directory/publishing/snapshot.py)."""

    name: str
    label: str
    hint: str
    fields: tuple[str, ...]
    done: Callable[[Data], bool]
    required: bool = False

    def status(self, data: Data) -> str:
        """ "Done", "To do" where a listing cannot be published without it, or "Optional"."""
        return "Done" if self.done(data) else "To do" if self.required else "Optional"

    def part(self, data: Data) -> Data:
        return {field: data.get(field) for field in self.fields}

    def seen(self, data: Data) -> str:
        """A short fingerprint of the section. A form carries it back: if it differs by then, somebody else has
        changed this section meanwhile. Finer than the version's number, which goes up with every other section."""
        return hashlib.sha256(json.dumps(self.part(data), sort_keys=True).encode()).hexdigest()[:16]


def _any(*fields: str) -> Callable[[Data], bool]:
    return lambda data: any(data.get(field) not in (None, "", [], False) for field in fields)


def _access(data: Data) -> bool:
    visited = [place for place in data["places"] if place["location_type"] == "physical"]
    return bool(data["places"]) and all(place["access"] for place in visited)


SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        Section(
            "about",
            "About",
            "Its name, what happens, what it helps with",
            ("name", "description", "terms"),
            lambda data: bool(data["name"] and data["description"]),
            required=True,
        ),
        Section(
            "when",
            "When",
            "Days and times, days off, places at each session",
            ("schedules",),
            _any("schedules"),
            required=True,
        ),
        Section(
            "where",
            "Where",
            "A place with its postcode, several, or online",
            ("places",),
            _any("places"),
            required=True,
        ),
        Section("cost", "Cost", "Free, or what people pay", ("fees", "costs"), _any("fees", "costs"), required=True),
        Section(
            "contact",
            "Contact",
            "How people join, and who they ask for",
            ("phone", "email", "url", "contacts", "application", "referral_email"),
            _any("phone", "email", "contacts"),
            required=True,
        ),
        Section(
            "who",
            "Who it is for",
            "Ages, and where people must live",
            ("eligibility", "minimum_age", "maximum_age", "areas"),
            _any("eligibility", "minimum_age", "maximum_age", "areas"),
        ),
        Section("access", "Access", "Steps, toilets, hearing loop", ("places",), _access),
        Section(
            "first-time",
            "The first time",
            "What to expect, and whether someone can meet people",
            ("first_time", "meets_you"),
            _any("first_time", "meets_you"),
        ),
        Section("languages", "Languages", "Spoken there besides English", ("languages",), _any("languages")),
        Section(
            "places",
            "Room and booking",
            "How many there is room for, and whether places are booked here",
            ("bookable", "offer_hours", "schedules"),
            lambda data: any(row["places"] is not None for row in data["schedules"]),
        ),
        Section("asked", "How often we ask you", "“Is this still right?”", ("confirm_every",), lambda data: True),
    )
}


def missing(data: Data) -> list[Section]:
    """The sections without which it cannot be published."""
    return [section for section in SECTIONS.values() if section.required and not section.done(data)]
