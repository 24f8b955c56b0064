"""What the referral form is filled with before anybody types: a new key, a draft, or the last referral."""

import time
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict

from agencies.models import Membership
from config.births import NOT_KNOWN
from config.fields import BirthWidget
from config.forms import Form, NHSNumberField
from referrals.forms.refer import ReferForm
from referrals.models import ContactBy, Referral
from referrals.same_person import Identity

TypedValues = dict[str, Any]  # field name → text, or a list of texts, as a browser posts it and a widget shows it


class FindPersonForm(Form):
    """The NHS number alone, to look for what was sent before; and whose details the form holds already."""

    mark_optional = False
    nhs_number = NHSNumberField(
        label="NHS number",
        help_text=ReferForm.base_fields["nhs_number"].help_text,
        error_messages={"required": "Enter an NHS number to look for, or go on without one"},
    )
    filled = forms.CharField(widget=forms.HiddenInput, required=False)


def build_refer_form(
    member: Membership, initial: TypedValues | None = None, *, opened: float | None = None
) -> ReferForm:
    """A form under its own key, filled with `initial`, if any.

    The moment of its opening (`opened`, seconds since 1970, or now) is signed into it.
    """
    filled = {name: value for name, value in (initial or {}).items() if value not in (None, "")}
    filled.setdefault("key", str(uuid.uuid4()))
    filled.setdefault("started", signing.dumps([filled["key"], opened or time.time()], salt="refer"))
    return ReferForm(member=member, initial=filled)


def read_typed_values(data: QueryDict) -> TypedValues:
    """What a posted form or a draft says in each field."""
    return {name: field.widget.value_from_datadict(data, {}, name) for name, field in ReferForm.base_fields.items()}


def typed_identity(given: TypedValues, nhs_number: str) -> Identity:
    """Whom the form is about as far as it is filled in, with the number that is looked for."""
    try:
        birth = ReferForm.base_fields["date_of_birth"].clean(given["date_of_birth"])
    except ValidationError:
        birth = NOT_KNOWN
    return Identity(str(given["person_name"] or ""), birth, nhs_number)


def values_from_referral(referral: Referral) -> TypedValues:
    """The person's details and needs as they were sent last time, as if they had been typed."""
    same = ("person_name", "phone", "postcode", "email", "address", "contact_by", "contact_avoid")
    return {name: getattr(referral, name) for name in same} | {
        "date_of_birth": [str(part or "") for part in BirthWidget().decompress(referral.birth)],
        "needs": [str(need.pk) for need in referral.needs.all()],
    }


def fill_gaps(given: TypedValues, *, found: Referral | None, before: Referral | None) -> TypedValues:
    """What was typed, with the gaps filled from `found`: words somebody typed stay.

    What an earlier look-up filled in (`before`, another person's) goes first, so that two people never mix: with it
    goes what that person agreed to.
    """
    filled = dict(given)
    if before:
        filled["agreement"] = []
    for name, value in values_from_referral(before).items() if before else ():
        if is_same_value(filled[name], value):
            filled[name] = ""
    for name, value in values_from_referral(found).items() if found else ():
        if is_blank_value(name, filled[name]):
            filled[name] = value
    filled["filled"] = found.nhs_number if found else ""
    return filled


def is_same_value(one: Any, other: Any) -> bool:
    """Whether two values of a field are the same; the order of ticked boxes does not matter."""
    return sorted(one) == sorted(other) if isinstance(one, list) and isinstance(other, list) else one == other


def is_blank_value(name: str, value: Any) -> bool:
    if name == "contact_by":
        return value in (None, "", ContactBy.PHONE)
    return not any(value) if isinstance(value, list) else not value
