"""Who alone of the team sees a case; opening one in an emergency, and the lead's review of it."""

import uuid
from typing import Any

from agencies.access import Permission
from agencies.models import Membership
from cases.actions.named_workers import find_restricted
from cases.models import Case, Restriction
from config.fields import CleanCharField
from config.forms import Checkboxes, DateField, Form, IdempotencyKey, Radios, TextField
from referrals.person_search import parse_nhs_digits, split_name
from referrals.same_person import normalise_name

LEVEL_HINTS = {
    "": "As usual.",
    Restriction.NAMED.value: "For example, a colleague’s family. Whoever else helps goes on seeing what they need.",
    Restriction.PROTECTED.value: "For example, in a refuge or a witness. Other organisations of the circle see nothing "
    "more, and neither does whoever referred them. Groups keep the referrals that they were sent.",
}


class RestrictForm(Form):
    """`sees`: whether the lead sees the case. One who does not can change who is named, and not name themselves."""

    button = "Save"
    mark_optional = False
    level = Radios(
        label="Who in the team sees this case?",
        choices=[("", "Everybody in the team"), *Restriction.choices],
        hints=LEVEL_HINTS,
        required=False,
    )
    workers = Checkboxes(label="Who is named?", choices=[], required=False)
    words = TextField(
        label="Why?",
        max_length=500,
        rows=3,
        help_text="For the named workers only",
        error_messages={"required": "Say why"},
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, case: Case, member: Membership, sees: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = Membership.at_work_for(member.agency).select_related("user").order_by("user__name", "pk")
        able = [m for m in team if m.has_permission(Permission.WORK_CASES) and (sees or m != member)]
        self.team = {str(m.pk): m for m in able}
        self.fields["workers"].choices = [(pk, m.user.name) for pk, m in self.team.items()]
        if not sees:
            levels = Restriction.values[Restriction.values.index(case.restriction) :]
            self.fields["level"].choices = [(level, Restriction(level).label) for level in levels]
            self.fields["level"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("level") and not data.get("workers") and "workers" not in self.errors:
            self.add_error("workers", "Choose at least one person who sees it")
        data["named"] = [self.team[pk] for pk in data.get("workers", [])] if data.get("level") else []
        return data


class EmergencyForm(Form):
    button = "Open it now"
    mark_optional = False
    who = CleanCharField(
        label="Whose case is it?",
        max_length=120,
        help_text="Their NHS number, the case’s reference, or their full name",
        error_messages={"required": "Enter their NHS number, the reference or the full name"},
    )
    born = DateField(label="Date of birth, if you gave a name", past=True, required=False)
    reason = TextField(
        label="Why must it be opened now?",
        max_length=1000,
        rows=4,
        help_text="The lead of your team reads it today, and the person may read that you opened it.",
        error_messages={"required": "Say why it must be opened now"},
    )
    safeguarding = TextField(
        label="Would it put somebody at risk if the person read that you opened it? Say how, or leave this empty",
        max_length=1000,
        rows=3,
        required=False,
        help_text="It is then kept from them until the lead has looked at it, for 72 hours at most.",
    )
    key = IdempotencyKey()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        who = data.get("who", "")
        named = who and not parse_nhs_digits(who) and not parse_case_reference(who)
        if named and not data.get("born") and "born" not in self.errors:
            self.add_error("born", "Enter their date of birth: a name alone opens nothing")
        return data

    def find_case(self) -> uuid.UUID | None:
        """The restricted case of the own team that was meant: exactly, or none."""
        who = self.cleaned_data["who"]
        number, reference = parse_nhs_digits(who), parse_case_reference(who)
        born = None if number or reference else self.cleaned_data["born"]
        found = find_restricted(number, reference, born)
        meant = [case for case, name in found if not born or normalise_name(name) == normalise_name(who)]
        return meant[0] if meant else None


def parse_case_reference(words: str) -> str:
    """ "8f2a 11c0" → "8F2A11C0"; "" for what is none."""
    packed = "".join(split_name(words)).upper()
    return packed if len(packed) == 8 and not set(packed) - set("0123456789ABCDEF") else ""


class ReviewForm(Form):
    button = "I have looked at it"
    finding = TextField(
        label="What did you find?",
        max_length=1000,
        rows=4,
        help_text="For example: right to open it, the duty worker had to reach her",
        error_messages={"required": "Say what you found"},
    )
