"""Forms as the GOV.UK Design System draws them; the only file that knows how. Copy this:

    from config.forms import DateField, Form, IdempotencyKey, NameField, Radios, TextField, answer

    class ReferForm(Form):
        button = "Send referral"                                # the word on the button
        name = NameField(label="Full name", error_messages={"required": "Enter the person's full name"})
        born_on = DateField(label="Date of birth", past=True, help_text="For example, 27 3 1951")
        urgency = Radios(label="How soon?", choices=[("soon", "Within 2 weeks"), ("now", "Within 2 working days")],
                         hints={"now": "For example, a recent bereavement"})
        words = TextField(label="What matters to them", max_length=500, required=False)   # counts characters
        key = IdempotencyKey()

    def refer(request):
        form = ReferForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            ...
            return redirect(...)
        return answer(request, "referrals/refer.html", {"form": form})    # 422 when the form has errors

    {% error_summary form %}  above the h1, then  <form method="post" novalidate>{% csrf_token %}
    {% fields form %} or, in several cards, {% fields form "name" "born_on" %} … {% fields form "key" %}
    {% button form %}</form>

Any Django form is drawn this way (allauth's too): `FORM_RENDERER` is the Renderer below, its templates are in
templates/forms/. crispy-forms-gds is not used: all its templates, its field tag and its date field would have
had to be replaced (see shared interface, "Known traps"), and Django 5.2 draws fields itself.
"""

import datetime
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.fragments import page

# --- Drawing ---------------------------------------------------------------------------------------

KINDS: list[tuple[type[forms.Widget], str, str]] = [  # widget, template in templates/forms/, class of the control
    (forms.HiddenInput, "hidden", ""),
    (forms.MultiWidget, "date", ""),
    (forms.CheckboxSelectMultiple, "checkboxes", ""),
    (forms.RadioSelect, "radios", ""),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.Select, "control", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.FileInput, "control", "govuk-file-upload"),
    (forms.Input, "control", "govuk-input"),  # text, number, email, url, tel, search, password
]


class Field(BoundField):
    """A bound field that knows its template, its control with classes, and where an error link leads."""

    @property
    def kind(self) -> str:
        return next(kind for widget, kind, _ in KINDS if isinstance(self.field.widget, widget))

    @property
    def template(self) -> str:
        return f"forms/{self.kind}.html"

    @property
    def counted(self) -> int | None:
        """The limit of a text box that counts characters while one types."""
        return getattr(self.field, "counted", None)

    @property
    def control(self) -> str:
        """The input itself, with the Design System's classes and everything that describes it."""
        widget = self.field.widget
        base = next(name for kind, _, name in KINDS if isinstance(widget, kind))
        classes = [base, widget.attrs.get("class", "")]
        if self.errors and base != "govuk-checkboxes__input":
            classes.append(f"{base}--error")
        if self.counted:
            classes.append("govuk-js-character-count")
        described = [self.aria_describedby, f"{self.auto_id}-info" if self.counted else ""]
        attrs = {"class": " ".join(filter(None, classes)), "aria-describedby": " ".join(filter(None, described))}
        return self.as_widget(attrs={name: value for name, value in attrs.items() if value})

    @property
    def wrong_parts(self) -> list[str]:
        """Of a date: which of day, month, year the errors are about (all of them when they do not say)."""
        found = [e.params["parts"] for e in self.errors.as_data() if e.params and "parts" in e.params]
        return list(found[0]) if found else ["day", "month", "year"] if self.errors else []

    @property
    def target(self) -> str:
        """The id an error-summary link goes to: something that can take the focus."""
        if self.kind == "date":
            return f"{self.auto_id}_{['day', 'month', 'year'].index((self.wrong_parts or ['day'])[0])}"
        return f"{self.auto_id}_0" if self.kind in ("radios", "checkboxes") else self.auto_id

    @property
    def options(self) -> list[dict[str, Any]]:
        """Radios or checkboxes as template rows, with hint, "none of these" and the fields each one shows."""
        field, rows = self.field, []
        for option in self.subwidgets:
            value = str(option.data["value"])
            rows.append({
                "value": value, "label": option.choice_label, "id": option.id_for_label,
                "checked": option.data["selected"], "name": self.html_name,
                "hint": getattr(field, "hints", {}).get(value), "alone": value == getattr(field, "alone", None),
                "shows": [self.form[name] for name in getattr(field, "shows", {}).get(value, ())],
            })  # fmt: skip
        return rows


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Field


class Form(forms.Form):
    """The base of every form: its words, no colon after labels, no browser bubbles over our messages."""

    button = "Save"
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ModelForm(forms.ModelForm):
    """The same for one row of a model."""

    button = "Save"
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], part: str | None = None, status: int | None = None
) -> HttpResponse:
    """The fourth beat: the page (or its part), with 422 when `context["form"]` came back with errors."""
    form = context.get("form")
    failed = form is not None and form.is_bound and not form.is_valid()
    return page(request, template, context, part=part, status=status or (422 if failed else 200))


def width(characters: int) -> dict[str, str]:
    """Attributes for a widget about that many characters wide: 2, 3, 4, 5, 10, 20 or 30."""
    return {"class": f"govuk-input--width-{characters}"}


# --- Fields ----------------------------------------------------------------------------------------

MONTHS = "january february march april may june july august september october november december".split()
WORDS = {"day": "a day", "month": "a month", "year": "a year"}


class DateWidget(forms.MultiWidget):
    """Three boxes: `name_day`, `name_month`, `name_year`."""

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput for part in WORDS}, attrs)

    def decompress(self, value: datetime.date | None) -> list[Any]:
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateField(forms.MultiValueField):
    """A date as day, month and year → datetime.date, or None when not required and left blank.

    Real dates only. A month may be a number or a name. A year has four digits: "20" is asked again, never read
    as the year 20. `past` and `future` include today; `earliest` (a date) is the first one allowed.
    `autocomplete="bday"` offers the browser's own (resident pages only).
    """

    widget = DateWidget

    def __init__(
        self,
        *,
        past: bool = False,
        future: bool = False,
        earliest: datetime.date = datetime.date(1900, 1, 1),
        autocomplete: str = "",
        **kwargs: Any,
    ) -> None:
        self.past, self.future, self.earliest, self.autocomplete = past, future, earliest, autocomplete
        parts = [forms.CharField(required=False, max_length=20) for _ in WORDS]
        super().__init__(parts, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> datetime.date | None:
        typed = dict(zip(WORDS, (str(v or "").strip() for v in value or ["", "", ""]), strict=False))
        if not any(typed.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        found = self._read(typed)
        self._check_limits(found)
        self.run_validators(found)
        return found

    def _read(self, typed: dict[str, str]) -> datetime.date:
        missing = [part for part in WORDS if not typed[part]]
        if missing:
            words = " and ".join(WORDS[part] for part in missing)
            raise ValidationError(f"The date must include {words}", code="incomplete", params={"parts": missing})
        day = int(typed["day"]) if re.fullmatch(r"[0-9]{1,2}", typed["day"]) else 0
        if not 1 <= day <= 31:
            raise ValidationError("The day must be a number from 1 to 31", code="day", params={"parts": ["day"]})
        month = month_number(typed["month"])
        if not month:
            raise ValidationError(
                "The month must be a number from 1 to 12, or its name", code="month", params={"parts": ["month"]}
            )
        if not re.fullmatch(r"[0-9]{4}", typed["year"]) or int(typed["year"]) == 0:
            raise ValidationError(
                "The year must have 4 numbers, for example 1951", code="year", params={"parts": ["year"]}
            )
        try:
            return datetime.date(int(typed["year"]), month, day)
        except ValueError:
            words = f"There is no {day} {MONTHS[month - 1].title()} {typed['year']}. Check the day and the month"
            raise ValidationError(words, code="unreal", params={"parts": ["day", "month"]}) from None

    def _check_limits(self, found: datetime.date) -> None:
        today = timezone.localdate()
        if self.past and found > today:
            raise ValidationError("The date must be today or in the past", code="past")
        if self.future and found < today:
            raise ValidationError("The date must be today or in the future", code="future")
        if found < self.earliest:
            first = f"{self.earliest.day} {MONTHS[self.earliest.month - 1].title()} {self.earliest.year}"
            raise ValidationError(f"The date must be {first} or later", code="earliest", params={"parts": ["year"]})


def month_number(typed: str) -> int:
    """ "3", "03", "mar" or "March" → 3; 0 when it is no month."""
    if re.fullmatch(r"[0-9]{1,2}", typed):
        return int(typed) if 1 <= int(typed) <= 12 else 0
    name = typed.lower().rstrip(".")
    return next((n for n, month in enumerate(MONTHS, 1) if len(name) >= 3 and month.startswith(name)), 0)


class CleanCharField(forms.CharField):
    """Text without control characters; a message for people in place of "Null characters are not allowed"."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


class TextField(CleanCharField):
    """Several lines of text; with `max_length` the box says how many characters are left, and cuts nothing."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.counted = self.max_length
        self.widget.attrs.pop("maxlength", None)  # browsers would cut a pasted text without a word
        self.error_messages["max_length"] = "Use %(limit_value)d characters or fewer. You have %(show_value)d"


class NameField(CleanCharField):
    """A person's name in any script, on one line. Marks that reorder text are dropped: they can hide a name."""

    def __init__(self, *, max_length: int = 120, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false"}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", super().to_python(value))
        return " ".join(text.split())
