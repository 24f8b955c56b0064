"""Nothing that somebody agrees to, vouches for or has checked is ticked before they tick it."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django import forms
from django.conf import settings

from config.forms import Form

TICKED_FOR_EASE = {("ClaimForm", "hand_over")}  # what follows from a yes that is not given yet


def all_forms(base: type[Form] = Form) -> Iterator[type[Form]]:
    for form in base.__subclasses__():
        yield form
        yield from all_forms(form)


def test_no_box_of_any_form_begins_ticked() -> None:
    root = Path(settings.BASE_DIR)
    for app in ("agencies", "directory", "bookings", "referrals", "cases"):
        for file in (root / app).rglob("forms/*.py"):
            import_module(".".join(file.relative_to(root).with_suffix("").parts))
    found = list(all_forms())
    assert len(found) > 60
    ticked = {
        (form.__name__, name)
        for form in found
        for name, field in form.base_fields.items()
        if isinstance(field, forms.BooleanField | forms.MultipleChoiceField) and field.initial
    }
    assert ticked == TICKED_FOR_EASE
