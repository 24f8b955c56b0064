"""The sections in which a group writes its listing, one page each, and whether they are done and looked at.

The form of each: directory/publishing/forms/section.py.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from directory.models import Service, Version
from directory.publishing.snapshot import ListingData

BEGUN_FROM_EXAMPLE = "Begun from an example"  # what the first version of such a draft says


@dataclass(frozen=True)
class Section:
    """`fields` are the keys of the listing's data that its page changes (directory/publishing/snapshot.py)."""

    name: str
    label: str
    hint: str
    fields: tuple[str, ...]
    required: bool

    def is_complete(self, data: ListingData) -> bool:
        if rule := COMPLETE_RULES.get(self.name):
            return rule(data)
        return any(data.get(field) not in (None, "", [], False) for field in self.fields)

    def status(self, data: ListingData) -> str:
        """ "Done", "To do" where a listing cannot be published without it, or "Optional"."""
        return "Done" if self.is_complete(data) else "To do" if self.required else "Optional"

    def extract_fields(self, data: ListingData) -> ListingData:
        return {field: data.get(field) for field in self.fields}

    def fingerprint(self, data: ListingData) -> str:
        """A short fingerprint of the section. A form carries it back: if it differs by then, somebody else has
        changed this section meanwhile. Finer than the version's number, which goes up with every other section."""
        return hashlib.sha256(json.dumps(self.extract_fields(data), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def changed_words(self) -> str:
        """What a version says that changed it."""
        return f"{self.label}: changed"

    @property
    def checked_words(self) -> str:
        """What a version says that was kept because somebody saved the section as it was."""
        return f"{self.label}: checked"


def _has_access_details(data: ListingData) -> bool:
    visited = [place for place in data["places"] if place["location_type"] == "physical"]
    return bool(data["places"]) and all(place["access"] for place in visited)


# Where not just any of its fields will do.
COMPLETE_RULES: dict[str, Callable[[ListingData], bool]] = {
    "about": lambda data: bool(data["name"] and data["description"]),
    "contact": lambda data: any(data.get(field) for field in ("phone", "email", "contacts")),
    "access": _has_access_details,
    "places": lambda data: any(row["places"] is not None for row in data["schedules"]),
    "asked": lambda data: True,
}
SECTIONS: dict[str, Section] = {
    name: Section(name, label, hint, tuple(fields.split()), required)
    for name, label, hint, fields, required in (
        ("about", "About", "Its name, what happens, what it helps with", "name description terms", True),
        ("when", "When", "Days and times, days off, places at each session", "schedules", True),
        ("where", "Where", "A place with its postcode, several, or online", "places", True),
        ("cost", "Cost", "Free, or what people pay", "fees costs", True),
        (
            "contact",
            "Contact",
            "How people join, and who they ask for",
            "phone email url contacts application referral_email",
            True,
        ),
        (
            "who",
            "Who it is for",
            "Ages, and where people must live",
            "eligibility minimum_age maximum_age areas",
            False,
        ),
        ("access", "Access", "Steps, toilets, hearing loop", "places", False),
        (
            "first-time",
            "The first time",
            "What to expect, and whether someone can meet people",
            "first_time meets_you",
            False,
        ),
        ("languages", "Languages", "Spoken there besides English", "languages", False),
        (
            "places",
            "Room and booking",
            "How many there is room for, and whether places are booked here",
            "bookable offer_hours schedules",
            False,
        ),
        ("asked", "How often we ask you", "“Is this still right?”", "confirm_every", False),
    )
}


def find_missing_sections(data: ListingData) -> list[Section]:
    """The sections without which it cannot be published."""
    return [section for section in SECTIONS.values() if section.required and not section.is_complete(data)]


def find_unchecked_sections(service: Service) -> list[Section]:
    """The sections of a draft that still say what its example does, as far as anybody of the group has said.

    A section counts as looked at once it was saved, changed or not: either leaves a version that names it.
    Two queries for a draft, one of them only where it was begun from an example; none for what is published.
    """
    if service.published_at is not None:
        return []
    begun = Version.objects.filter(service=service, what=BEGUN_FROM_EXAMPLE).first()
    if begun is None:
        return []
    said = set(Version.objects.filter(service=service).values_list("what", flat=True))
    filled = [section for section in SECTIONS.values() if section.name != "asked" and section.is_complete(begun.data)]
    return [section for section in filled if not said & {section.changed_words, section.checked_words}]
