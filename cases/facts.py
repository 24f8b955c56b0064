"""Key facts: what one must know of a person before ringing or calling round. Each is edited in place."""

import hashlib
from dataclasses import dataclass
from typing import Any

from agencies.access import Layer
from cases.models import Case, Person
from config.births import Birth
from config.template_tags import born, nhs
from referrals.models import ContactBy


@dataclass(frozen=True)
class KeyFact:
    """`of` says where its columns are: on the person (every team's cases share them) or on the case."""

    name: str
    label: str
    of: str
    fields: tuple[str, ...]
    layer: Layer = Layer.CONTACT

    def find_row(self, case: Case) -> Person | Case:
        return case.person if self.of == "person" else case

    def read_values(self, case: Case) -> dict[str, Any]:
        """Column → value, as it stands."""
        return {field: getattr(self.find_row(case), field) for field in self.fields}

    def format_value(self, case: Case) -> str:
        """What the page shows; "" when nothing is known."""
        return format_fact_values(self.read_values(case))

    def fingerprint(self, case: Case) -> str:
        """A short fingerprint of the fact as it stands. A form carries it back: if it differs by then, somebody
        else has changed this fact meanwhile. Finer than the row's version, which changes with every other fact."""
        return hashlib.sha256(repr(sorted(self.read_values(case).items())).encode()).hexdigest()[:16]


KEY_FACTS: dict[str, KeyFact] = {
    fact.name: fact
    for fact in (
        KeyFact("best-time", "Best time to call", "person", ("best_time",)),
        KeyFact("message", "Safe to leave a message", "person", ("leave_message",)),
        KeyFact("matters", "What matters to me", "case", ("what_matters",), Layer.WELLBEING),
        KeyFact("contact", "How to reach me", "person", ("contact_by", "contact_avoid")),
        KeyFact("safety", "Visit safely", "case", ("safety_note",), Layer.SAFETY),
        KeyFact("phone", "Phone", "person", ("phone",)),
        KeyFact("email", "E-mail", "person", ("email",)),
        KeyFact("address", "Address", "person", ("address", "postcode")),
        KeyFact("known-as", "Likes to be called", "person", ("preferred_name",)),
        KeyFact(
            "identity",
            "Name, birth date, NHS number",
            "person",
            ("name", "date_of_birth", "birth_precision", "nhs_number"),
        ),
    )
}


def list_facts(case: Case) -> list[tuple[KeyFact, str]]:
    """Each with its words, of those in the layers that the case was fetched with."""
    return [(fact, fact.format_value(case)) for fact in KEY_FACTS.values() if fact.layer in case.layers]


def format_fact_values(values: dict[str, Any]) -> str:
    """The values of one fact as one text, a line each; "" when nothing is known."""
    if precision := values.get("birth_precision"):
        values = {k: v for k, v in values.items() if k != "birth_precision"}
        values["date_of_birth"] = Birth(values.get("date_of_birth"), precision)
    return "\n".join(filter(None, (format_fact_value(field, value) for field, value in values.items())))


def format_fact_value(field: str, value: Any) -> str:
    if isinstance(value, Birth):
        return born(value)
    if field == "contact_by" and value:
        return str(ContactBy(value).label)
    if field == "contact_avoid" and value:
        return f"Avoid: {value}"
    return nhs(value) if field == "nhs_number" else str(value or "")
