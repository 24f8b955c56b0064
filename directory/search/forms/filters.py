"""The filters beside the results, drawn in one go with their counts.

Django draws each option of a drop-down by a template, and crispy each field by two: a dozen filters took longer than
the search itself. The markup is that of templates/hereabouts/ (control.html, checkbox.html), for fields outside the
form's own element.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ChoiceCounts = Mapping[str, str] | None  # what to say of each choice, "" for nothing; None where nothing was counted


class QuickSelect(forms.Select):
    """A drop-down drawn in one go."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_select(name, list(self.choices), str(value or ""), self.build_attrs(self.attrs, attrs))


def render_select(name: str, choices: Iterable[tuple[Any, Any]], value: str, attrs: dict[str, Any]) -> SafeString:
    options = format_html_join(
        "", "{}", ((render_option(str(key), words, str(key) == value),) for key, words in choices)
    )
    return format_html('<select name="{}"{}>{}</select>', name, flatatt(attrs), options)


@lru_cache(maxsize=5000)
def render_option(key: str, words: str, chosen: bool) -> SafeString:
    """Kept: every page has some thirty of them, and they are few."""
    return format_html('<option value="{}"{}>{}</option>', key, " selected" if chosen else "", words)


def render_drop_down(form: forms.Form, name: str, counts: ChoiceCounts) -> SafeString:
    """A question with one answer."""
    field, value = form.fields[name], form.data.get(name, "")
    choices = field.choices  # type: ignore[attr-defined]
    if counts is not None:
        choices = [(key, f"{words} ({n})" if key and (n := counts[str(key)]) else words) for key, words in choices]
    attrs = {"id": f"id_{name}", "class": "govuk-select", "form": "search"} | error_attributes(form, name)
    return _render_group(form, name, field.label, render_select(name, choices, value, attrs))


def render_tick(form: forms.Form, name: str, counts: ChoiceCounts) -> SafeString:
    """A question that is only ever answered yes."""
    row = ("1", form.fields[name].label, f"id_{name}")
    return format_html(
        "{}{}", _render_errors(form, name), _render_checkboxes(name, [row], {form.data.get(name)}, counts)
    )


def render_ticks(form: forms.Form, name: str, counts: ChoiceCounts) -> SafeString:
    """A question with several answers at once."""
    field, given = form.fields[name], cast(QueryDict, form.data)
    rows = [(key, words, f"id_{name}_{n}") for n, (key, words) in enumerate(field.choices)]  # type: ignore[attr-defined]
    return format_html(
        '<div class="govuk-form-group"><fieldset class="govuk-fieldset">'
        '<legend class="govuk-fieldset__legend">{}</legend>{}{}</fieldset></div>',
        field.label,
        _render_errors(form, name),
        _render_checkboxes(name, rows, set(given.getlist(name)), counts),
    )


def render_number_box(form: forms.Form, name: str) -> SafeString:
    """A question answered in a short box."""
    attrs = {"id": f"id_{name}", "class": "govuk-input govuk-input--width-4", "form": "search", "inputmode": "numeric"}
    typed = flatatt(attrs | {"value": form.data.get(name, "")[:20]} | error_attributes(form, name))
    return _render_group(
        form, name, form.fields[name].label, format_html('<input type="text" name="{}"{}>', name, typed)
    )


def render_question(form: forms.Form, name: str) -> SafeString:
    """What is typed: the same for a box in the form itself, with its hint."""
    field, value, error = form.fields[name], form.data.get(name, ""), name in form.errors
    attrs = (
        field.widget.attrs
        | {
            "id": f"id_{name}",
            "class": f"govuk-input{' govuk-input--error' if error else ''}",
            "aria-describedby": f"id_{name}_helptext" + (f" id_{name}_error" if error else ""),
        }
        | ({"value": value} if value else {})
        | ({"aria-invalid": "true"} if error else {})
    )
    hint = format_html('<div id="id_{}_helptext" class="govuk-hint">{}</div>', name, field.help_text)
    control = format_html('<input type="{}" name="{}"{}>', field.widget.input_type, name, flatatt(attrs))
    return _render_group(form, name, field.label, control, hint)


def _render_group(
    form: forms.Form, name: str, label: Any, control: SafeString, hint: SafeString | str = ""
) -> SafeString:
    return format_html(
        '<div class="govuk-form-group{}"><label class="govuk-label" for="id_{}">{}</label>{}{}{}</div>',
        " govuk-form-group--error" if name in form.errors else "",
        name,
        label,
        hint,
        _render_errors(form, name),
        control,
    )


def _render_checkboxes(
    name: str, rows: Iterable[tuple[str, Any, str]], chosen: set[Any], counts: ChoiceCounts
) -> SafeString:
    parts = (
        (_render_checkbox(name, key, str(words), id_, key in chosen, counts[key] if counts is not None else ""),)
        for key, words, id_ in rows
    )
    return format_html_join("", "{}", parts)


@lru_cache(maxsize=2000)
def _render_checkbox(name: str, key: str, words: str, id_: str, chosen: bool, count: str) -> SafeString:
    return format_html(
        '<div class="govuk-checkboxes__item">'
        '<input class="govuk-checkboxes__input" type="checkbox" form="search"'
        ' id="{id}" name="{name}" value="{key}"{on}>'
        '<label class="govuk-label govuk-checkboxes__label" for="{id}">{words}{count}</label></div>',
        id=id_,
        name=name,
        key=key,
        on=" checked" if chosen else "",
        words=words,
        count=format_html(' <span class="quiet number">({})</span>', count) if count else "",
    )


def error_attributes(form: forms.Form, name: str) -> dict[str, str]:
    return {"aria-describedby": f"id_{name}_error", "aria-invalid": "true"} if name in form.errors else {}


def _render_errors(form: forms.Form, name: str) -> SafeString | str:
    if name not in form.errors:
        return ""
    lines = format_html_join(
        "",
        '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {}</p>',
        ((words,) for words in form.errors[name]),
    )
    return format_html('<div id="id_{}_error">{}</div>', name, lines)
