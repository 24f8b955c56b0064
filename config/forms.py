"""Forms as the GOV.UK Design System draws them; the only file that knows how. Copy this:

    from config.forms import DateField, Form, IdempotencyKey, NameField, Radios, TextField, render_form_page

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
        return render_form_page(request, "referrals/refer.html", {"form": form})    # 422 when the form has errors

    {% error_summary form %}  above the h1, then  <form method="post" novalidate>{% csrf_token %}
    {% fields form %} or, in several cards, {% fields form "name" "born_on" %} … {% fields form "key" %}
    {% button form %}</form>

django-crispy-forms draws them, with our own template pack, templates/hereabouts/: `{% fields %}` draws the layout
of the form's `helper`, which crispy's own `{% crispy form %}` does as well; {{ form }} and a package's forms come to
the same pack by the Renderer below. The pack crispy-forms-gds is not used: all its templates, its field tag and its
date field would have had to be replaced (see shared interface, "Known traps").
"""

import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from config.fields import (
    BirthField,
    Checkboxes,
    DateField,
    DateWidget,
    EmailField,
    IdempotencyKey,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
    is_valid_nhs_number,
    width_attrs,
)
from config.fragments import render_page
from config.sent_forms import find_first_answer

MIN_COUNTED_LENGTH = 40  # characters: below it is a code or a number

# --- Drawing ---------------------------------------------------------------------------------------

WIDGET_TEMPLATES: list[tuple[type[forms.Widget], str, str]] = [  # widget, template in templates/hereabouts/, its class
    (forms.HiddenInput, "hidden", ""),
    (DateWidget, "date", ""),
    (forms.CheckboxSelectMultiple, "checkboxes", ""),
    (forms.RadioSelect, "radios", ""),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.Select, "control", "govuk-select"),
    (forms.Textarea, "control", "govuk-textarea"),
    (forms.FileInput, "control", "govuk-file-upload"),
    (Input, "control", "govuk-input"),  # text, number, email, url, tel, search, password
    (forms.Widget, "control", ""),
]


class GovukBoundField(BoundField):
    """A bound field that knows its template, its control with classes, and where an error link leads."""

    @property
    def kind(self) -> str:
        return next(kind for widget, kind, _ in WIDGET_TEMPLATES if isinstance(self.field.widget, widget))

    @property
    def template(self) -> str:
        return f"hereabouts/{self.kind}.html"

    @property
    def counted(self) -> int | None:
        """The limit of a box for words, where characters are counted while one types; None for codes and numbers."""
        field, widget = self.field, self.field.widget
        limit = getattr(field, "max_length", None)
        if not limit or limit < MIN_COUNTED_LENGTH or not getattr(self.form, "counts_characters", True):
            return None
        return limit if self.is_on_one_line or isinstance(widget, forms.Textarea) else None

    @property
    def is_on_one_line(self) -> bool:
        """Whether it is a box for words of one line: not one for an e-mail address or a number."""
        widget = self.field.widget
        return type(widget) is forms.TextInput and widget.attrs.get("type", widget.input_type) == "text"

    @property
    def control(self) -> str:
        """The input itself, with the Design System's classes and everything that describes it."""
        widget = self.field.widget
        base = next(name for kind, _, name in WIDGET_TEMPLATES if isinstance(widget, kind))
        classes = [base, widget.attrs.get("class", "")]
        if self.errors and base != "govuk-checkboxes__input":
            classes.append(f"{base}--error")
        if self.counted:
            widget.attrs.pop("maxlength", None)  # browsers would cut a pasted text without a word
        described = [self.aria_describedby, f"{self.auto_id}-info" if self.counted else ""]
        attrs = {"class": " ".join(filter(None, classes)), "aria-describedby": " ".join(filter(None, described))}
        return self.as_widget(attrs={name: value for name, value in attrs.items() if value})

    @property
    def is_optional(self) -> bool:
        """Whether the label says "(optional)"; a form of filters sets `mark_optional = False`."""
        return not self.field.required and getattr(self.form, "mark_optional", True)

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
    def date_parts(self) -> list[dict[str, Any]]:
        """The three boxes of a date as template rows."""
        value, wrong = self.value(), self.wrong_parts
        typed = value if isinstance(value, list) else self.field.widget.decompress(value)
        offered, year_width = getattr(self.field, "autocomplete", ""), getattr(self.field, "year_width", 4)
        rows = []
        for number, part in enumerate(("day", "month", "year")):
            id_, looks = f"{self.auto_id}_{number}", ["govuk-input", "govuk-date-input__input"]
            looks += [f"govuk-input--width-{year_width}" if part == "year" else "govuk-input--width-2"]
            looks += ["govuk-input--error"] if part in wrong else []
            attrs = {
                "class": " ".join(looks),
                "id": id_,
                "name": f"{self.html_name}_{part}",
                "type": "text",
                "value": "" if typed[number] is None else typed[number],
                "inputmode": None if part == "month" else "numeric",  # a month may be a word
                "aria-invalid": "true" if part in wrong else None,
                "autocomplete": f"{offered}-{part}" if offered else None,
            }
            rows.append({"id": id_, "label": part.title(), "attrs": render_attributes(attrs)})
        return rows

    @property
    def inline(self) -> bool:
        return getattr(self.field, "inline", False)

    @property
    def has_exclusive_option(self) -> bool:
        return getattr(self.field, "alone", None) is not None

    @property
    def options(self) -> list[dict[str, Any]]:
        """Radios or checkboxes as template rows, with hint, "none of these" and the fields each one shows."""
        kind, field, rows = "checkbox" if self.kind == "checkboxes" else "radio", self.field, []
        for option in self.subwidgets:
            value, id_ = str(option.data["value"]), option.id_for_label
            hint, alone = getattr(field, "hints", {}).get(value), value == getattr(field, "alone", None)
            attrs = {
                "class": "govuk-checkboxes__input" if kind == "checkbox" else "govuk-radios__input",
                "id": id_,
                "name": self.html_name,
                "type": kind,
                "value": value,
                "checked": option.data["selected"],
                "disabled": bool(field.disabled),
                "data-behaviour": "exclusive" if alone else None,
                "aria-describedby": f"{id_}_hint" if hint else None,
            }
            shows = [self.form[name] for name in getattr(field, "shows", {}).get(value, ())]
            rows.append(
                {
                    "id": id_,
                    "label": option.choice_label,
                    "attrs": render_attributes(attrs),
                    "hint": hint,
                    "alone": alone,
                    "shows": shows,
                    # for pages that draw their own
                    "value": value,
                    "name": self.html_name,
                    "checked": option.data["selected"],
                }
            )
        return rows


def render_attributes(attrs: dict[str, Any]) -> str:
    """Attributes as HTML, escaped; None and False are left out. Once in Python, not ten lookups in a template."""
    return flatatt({name: value for name, value in attrs.items() if value is not None})


class GovukFormHelper(FormHelper):
    """What crispy draws of a form: the named fields in that order, or all of them.

    Fields that an answer brings with it (`shows`) are drawn beneath that answer only. The page itself writes <form>,
    its token and its button, so that one form may fill several cards.
    """

    form_tag = False
    disable_csrf = True

    def __init__(self, form: forms.BaseForm, *names: str) -> None:
        super().__init__()
        shown = {
            name for field in form.fields.values() for some in getattr(field, "shows", {}).values() for name in some
        }
        self.layout = Layout(*(names or [name for name in form.fields if name not in shown]))


class Renderer(TemplatesSetting):
    """Django's own way to a form ({{ form }}, and whatever form a package makes) leads to the same templates."""

    form_template_name = "hereabouts/uni_form.html"
    bound_field_class = GovukBoundField


class Form(forms.Form):
    """The base of every form: its words, no colon after labels, no browser bubbles over our messages."""

    fields: dict[str, Any]  # of many kinds; each form knows its own
    button = "Save"
    counts_characters = True  # a form that only searches says False
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @cached_property
    def helper(self) -> GovukFormHelper:
        return GovukFormHelper(self)

    def add_conflict(self, message: str, seen: str) -> None:
        """Somebody changed it meanwhile: what was typed stays, to be sent again as the change of what is there now.

        For a form with a field `seen`, the fingerprint of what it would replace, and a `key`.
        """
        self.add_error(None, message)
        posted = cast("QueryDict", self.data).copy()  # only what was posted can be in conflict
        posted["seen"], posted["key"] = seen, str(uuid.uuid4())
        self.data = posted


def render_form_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    part: str | Mapping[str, str] | None = None,
    status: int | None = None,
) -> HttpResponse:
    """The fourth beat: the page (or its part), with 422 when `context["form"]` came back with errors. One that was sent
    before and has come again with nothing in it gets the first answer again."""
    form = context.get("form")
    failed = form is not None and form.is_bound and not form.is_valid()
    if form and failed and not request.headers.get("HX-Request") and (answer := find_first_answer(request, form)):
        return redirect(answer)
    return render_page(request, template, context, part=part, status=status or (422 if failed else 200))
