"""The filters beside the results, drawn in one go with their counts.

Django draws each option of a drop-down by a template, and crispy each field by two: a dozen filters took longer than
the search itself. The markup is that of templates/hereabouts/ (control.html, checkbox.html), for fields outside the
form's own element.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Counts = Mapping[str, str] | None  # what to say of each choice, "" for nothing; None where nothing was counted


class QuickSelect(forms.Select):
    """A drop-down drawn in one go."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return select(name, list(self.choices), str(value or ""), self.build_attrs(self.attrs, attrs))


def select(name: str, choices: Iterable[tuple[Any, Any]], value: str, attrs: dict[str, Any]) -> SafeString:
    rows = ((key, " selected" if str(key) == value else "", words) for key, words in choices)
    options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
    return format_html('<select name="{}"{}>{}</select>', name, flatatt(attrs), options)


def drop_down(form: forms.Form, name: str, counts: Counts) -> SafeString:
    """A question with one answer."""
    field, value = form.fields[name], form.data.get(name, "")
    choices = field.choices  # type: ignore[attr-defined]
    if counts is not None:
        choices = [(key, f"{words} ({n})" if key and (n := counts[str(key)]) else words) for key, words in choices]
    attrs = {"id": f"id_{name}", "class": "govuk-select", "form": "search"} | described(form, name)
    return _group(form, name, field.label, select(name, choices, value, attrs))


def tick(form: forms.Form, name: str, counts: Counts) -> SafeString:
    """A question that is only ever answered yes."""
    row = ("1", form.fields[name].label, f"id_{name}")
    return _errors(form, name) + _ticks(name, [row], {form.data.get(name)}, counts)


def ticks(form: forms.Form, name: str, counts: Counts) -> SafeString:
    """A question with several answers at once."""
    field, given = form.fields[name], cast(QueryDict, form.data)
    rows = [(key, words, f"id_{name}_{n}") for n, (key, words) in enumerate(field.choices)]  # type: ignore[attr-defined]
    return format_html(
        '<div class="govuk-form-group"><fieldset class="govuk-fieldset">'
        '<legend class="govuk-fieldset__legend">{}</legend>{}{}</fieldset></div>',
        field.label, _errors(form, name), _ticks(name, rows, set(given.getlist(name)), counts),
    )  # fmt: skip


def box(form: forms.Form, name: str) -> SafeString:
    """A question answered in a short box."""
    attrs = {"id": f"id_{name}", "class": "govuk-input govuk-input--width-4", "form": "search", "inputmode": "numeric"}
    typed = flatatt(attrs | {"value": form.data.get(name, "")[:20]} | described(form, name))
    return _group(form, name, form.fields[name].label, format_html('<input type="text" name="{}"{}>', name, typed))


def _group(form: forms.Form, name: str, label: Any, control: SafeString) -> SafeString:
    return format_html(
        '<div class="govuk-form-group{}"><label class="govuk-label" for="id_{}">{}</label>{}{}</div>',
        " govuk-form-group--error" if name in form.errors else "", name, label, _errors(form, name), control,
    )  # fmt: skip


def _ticks(name: str, rows: Iterable[tuple[str, Any, str]], chosen: set[Any], counts: Counts) -> SafeString:
    parts = (
        (id_, name, key, " checked" if key in chosen else "", id_, words, _number(counts, key))
        for key, words, id_ in rows
    )
    return format_html_join(
        "",
        '<div class="govuk-checkboxes__item">'
        '<input class="govuk-checkboxes__input" type="checkbox" form="search" id="{}" name="{}" value="{}"{}>'
        '<label class="govuk-label govuk-checkboxes__label" for="{}">{}{}</label></div>',
        parts,
    )


def _number(counts: Counts, key: str) -> SafeString | str:
    n = counts[key] if counts is not None else ""
    return format_html(' <span class="quiet number">({})</span>', n) if n else ""


def described(form: forms.Form, name: str) -> dict[str, str]:
    return {"aria-describedby": f"id_{name}_error", "aria-invalid": "true"} if name in form.errors else {}


def _errors(form: forms.Form, name: str) -> SafeString:
    lines = format_html_join(
        "",
        '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {}</p>',
        ((words,) for words in form.errors.get(name, ())),
    )
    return format_html_join("", '<div id="id_{}_error">{}</div>', [(name, lines)] if lines else [])
