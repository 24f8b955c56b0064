"""Forms as they are drawn: every trap of the GOV.UK form packs (shared interface) and the pages with errors."""

import datetime
import html
import re
import uuid
from typing import Any

import pytest
from crispy_forms.layout import Layout
from django import forms
from django.template import engines
from django.test import Client
from django.test.html import Element, parse_html

from config.fields import CleanCharField
from config.forms import (
    Checkboxes,
    DateField,
    Form,
    IdempotencyKey,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
)
from config.template_tags import error_summary, fields
from tests.house.sink import SinkForm

GOOD = {
    "nhs_number": "999 000 0018",
    "name": "Rhian Prŷs",
    "born_on_day": "27",
    "born_on_month": "3",
    "born_on_year": "1951",
    "phone": "07700 900123",
    "practice": "a",
    "reasons": ["lonely"],
    "urgency": "soon",
    "agreed": "yes",
    "told": "on",
    "key": "7d4b7c52-5a4e-4a7a-9d6a-0d2b2f6f0f11",
}


def elements(node: Any) -> list[Element]:
    if not isinstance(node, Element):
        return []
    return [node] + [found for child in node.children for found in elements(child)]


def ids_and_names(page: str) -> dict[str, str]:
    """Every element's id with its tag name."""
    found = [(dict(e.attributes).get("id"), e.name) for e in elements(parse_html(page))]
    return {id_: name for id_, name in found if id_}


# --- Dates and numbers on the page -----------------------------------------------------------------


def test_the_summary_of_a_date_leads_to_the_part_that_is_wrong() -> None:
    for typed, target in [
        (("", "", ""), "id_born_on_0"),
        (("31", "", "1951"), "id_born_on_1"),
        (("1", "1", "20"), "id_born_on_2"),
        (("31", "2", "2020"), "id_born_on_0"),
    ]:
        form = SinkForm(GOOD | dict(zip(("born_on_day", "born_on_month", "born_on_year"), typed, strict=True)))
        assert [error["target"] for error in error_summary(form)["errors"]] == [target]
        drawn = fields(form, "born_on")
        assert ids_and_names(drawn)[target] == "input"
    assert drawn.count("govuk-input--error") == 2  # day and month, not the year


def test_what_was_typed_in_a_date_comes_back() -> None:
    drawn = fields(SinkForm(GOOD | {"born_on_day": "31", "born_on_month": "Febtober"}), "born_on")
    assert 'value="31"' in drawn
    assert 'value="Febtober"' in drawn


def test_a_known_date_is_shown_in_its_parts() -> None:
    drawn = fields(SinkForm(initial={"born_on": datetime.date(1951, 3, 27)}), "born_on")
    assert re.findall(r' value="(\d+)"', drawn) == ["27", "3", "1951"]


def test_an_nhs_number_is_shown_in_three_groups() -> None:
    assert 'value="999 000 0018"' in fields(SinkForm(GOOD | {"nhs_number": "9990000018"}), "nhs_number")


# --- The key that makes a double click harmless -------------------------------------------------------


def test_the_key_is_drawn_once_and_comes_back_the_same() -> None:
    drawn = fields(SinkForm(), "key")
    key = re.search(r'value="([0-9a-f-]{36})"', drawn)
    assert key
    assert key.group(1) in fields(SinkForm(GOOD | {"key": key.group(1), "name": ""}), "key")


@pytest.mark.parametrize("bad", ["", "x", "\x00", "'; drop table"])
def test_a_broken_key_is_said_and_replaced(bad: str) -> None:
    form = SinkForm(GOOD | {"key": bad})
    errors = error_summary(form)["errors"]
    words = "We could not tell whether this was sent before. Check it and send it again"
    assert errors == [{"words": words, "target": ""}]
    drawn = re.search(r'value="([^"]*)"', fields(form, "key"))
    assert drawn
    assert uuid.UUID(drawn.group(1))


def test_two_forms_never_share_a_key() -> None:
    assert IdempotencyKey().initial() != IdempotencyKey().initial()


# --- The traps of the packs, one by one ---------------------------------------------------------------


def test_every_link_of_the_summary_leads_to_an_input() -> None:
    form = SinkForm({})
    page = fields(form)
    known = ids_and_names(page)
    targets = [error["target"] for error in error_summary(form)["errors"] if error["target"]]
    assert targets[:2] == ["id_name", "id_born_on_0"]
    assert {"id_reasons_0", "id_urgency_0", "id_told"} <= set(targets)
    assert all(known[target] in ("input", "select", "textarea") for target in targets)


def test_everything_an_input_is_described_by_is_on_the_page() -> None:
    for form in (SinkForm(), SinkForm({}), SinkForm(GOOD)):
        page = fields(form)
        known = ids_and_names(page)
        for described in re.findall(r'aria-describedby="([^"]*)"', page):
            assert described.split()
            assert all(one in known for one in described.split()), described


def test_every_id_is_there_once() -> None:
    page = fields(SinkForm({}))
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("name", "kind", "looks"),
    [
        ("name", "text", "govuk-input"),
        ("household", "number", "govuk-input"),
        ("email", "email", "govuk-input"),
        ("site", "url", "govuk-input"),
        ("day", "date", "govuk-input"),
        ("phone", "tel", "govuk-input"),
        ("words_wanted", "search", "govuk-input"),
        ("secret", "password", "govuk-input"),
        ("letter", "file", "govuk-file-upload"),
    ],
)
def test_every_kind_of_input_has_its_class(name: str, kind: str, looks: str) -> None:
    drawn = fields(SinkForm(), name)
    control = re.search(r"<input[^>]*>", drawn)
    assert control
    assert f'type="{kind}"' in control.group()
    assert looks in control.group()


def test_an_input_in_error_looks_it_and_says_it() -> None:
    drawn = fields(SinkForm({}), "name")
    assert "govuk-input--error" in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_error id_name-info"' in drawn
    assert "govuk-form-group--error" in drawn


def test_error_text_is_a_paragraph_that_says_error() -> None:
    drawn = fields(SinkForm({}), "name")
    said = '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> Enter the person'
    assert said in drawn


def test_a_character_count_works_without_a_hint() -> None:
    drawn = fields(SinkForm(), "story")
    assert 'data-count="500"' in drawn
    assert 'id="id_story-info"' in drawn
    assert 'aria-describedby="id_story-info"' in drawn
    assert "You can write up to 500 characters" in drawn
    assert "maxlength=" not in drawn


COUNTED = [
    (forms.CharField(max_length=200), True),
    (CleanCharField(max_length=200), True),
    (NameField(), True),
    (forms.CharField(max_length=200, widget=forms.Textarea), True),
    (forms.CharField(), False),
    (forms.CharField(max_length=8), False),
    (forms.CharField(max_length=200, widget=forms.HiddenInput), False),
    (forms.CharField(max_length=200, widget=forms.PasswordInput), False),
    (forms.EmailField(max_length=254), False),
    (forms.URLField(max_length=2000, assume_scheme="https"), False),
    (forms.CharField(max_length=200, widget=forms.TextInput(attrs={"type": "search"})), False),
    (NHSNumberField(), False),
    (PostcodeField(), False),
    (PhoneField(), False),
]


@pytest.mark.parametrize(("field", "counted"), COUNTED)
def test_every_box_for_words_with_a_limit_counts_and_cuts_nothing(field: forms.Field, counted: bool) -> None:
    drawn = fields(type("Asked", (Form,), {"box": field})(), "box")
    assert ("data-count=" in drawn) == counted
    assert ("characters</div>" in drawn) == counted
    if counted:
        assert "maxlength=" not in drawn


def test_a_search_counts_nothing() -> None:
    class Search(Form):
        counts_characters = False
        words = forms.CharField(max_length=200)

    assert "data-count" not in fields(Search(), "words")


def test_what_is_too_long_says_by_how_much() -> None:
    class Asked(Form):
        words = CleanCharField(max_length=5)

    assert Asked({"words": "🌻🌻🌻\r\n🌻"}).is_valid()  # as the counter on the page counts
    assert "Use 5 characters or fewer. You have 6" in str(Asked({"words": "123456"}).errors)


def test_labels_hints_choices_values_and_errors_are_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"

    class Evil(Form):
        a = forms.CharField(label=evil, help_text=evil)
        b = Radios(label=evil, choices=[(evil, evil)], hints={evil: evil})
        c = Checkboxes(label=evil, choices=[(evil, evil)])
        d = DateField(label=evil, help_text=evil)
        e = forms.BooleanField(label=evil, error_messages={"required": evil})
        f = TextField(label=evil)

    form = Evil({"a": evil, "b": evil, "d_day": evil, "d_month": "1", "d_year": "2", "f": evil})
    assert evil not in fields(form)
    assert html.escape(evil) in fields(form)


def test_a_field_that_may_be_left_out_says_so_unless_the_form_is_of_filters() -> None:
    class Filters(Form):
        mark_optional = False
        words = forms.CharField(label="Words", required=False)

    assert "(optional)" in fields(SinkForm(), "story")
    assert "(optional)" not in fields(SinkForm(), "name")
    assert "(optional)" not in fields(Filters())


def test_the_browser_is_offered_what_it_knows_and_no_bubbles() -> None:
    drawn = fields(SinkForm())
    assert 'autocomplete="bday-day"' in drawn
    assert " required" not in drawn


def test_what_an_answer_brings_with_it_is_drawn_once_beneath_it() -> None:
    drawn = fields(SinkForm())
    assert drawn.count('name="other_name"') == 1
    assert drawn.index('value="other"') < drawn.index("govuk-radios__conditional") < drawn.index('name="other_name"')
    assert "aria-expanded" not in drawn


# --- Crispy, with our pack --------------------------------------------------------------------------


class Stock(forms.Form):
    """A form of some package, which knows nothing of ours."""

    login = forms.EmailField()


def written(template: str, form: forms.BaseForm) -> str:
    return engines["django"].from_string("{% load crispy_forms_tags %}" + template).render({"form": form}).strip()


@pytest.mark.parametrize(
    "form", [SinkForm(), SinkForm({}), SinkForm(GOOD), Stock()], ids=["new", "bad", "good", "other"]
)
@pytest.mark.parametrize("way", ["{{ form }}", "{% crispy form %}", "{{ form|crispy }}"])
def test_any_form_is_drawn_the_same_way(way: str, form: forms.BaseForm) -> None:
    assert 'class="govuk-input' in fields(form)
    assert written(way, form) == fields(form).strip()


def test_one_field_and_the_errors_are_drawn_by_the_pack_too() -> None:
    form = SinkForm({})
    assert written("{{ form.name|as_crispy_field }}", form) == fields(form, "name").strip()
    assert written("{{ form|as_crispy_errors }}", form) == written("{% error_summary form %}", form)


def test_a_form_may_lay_out_its_own_fields() -> None:
    form = SinkForm()
    form.helper.layout = Layout("phone", "name")
    assert re.findall(r'<input[^>]*\sname="(\w+)"', fields(form)) == ["phone", "name"]


def test_a_field_that_is_not_there_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(Exception, match="Could not resolve form field 'nmae'"):
        fields(SinkForm(), "nmae")


# --- Pages --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("sink")
def test_a_page_with_errors_is_422_and_keeps_everything(client: Client) -> None:
    answer = client.post("/form/", GOOD | {"name": "", "story": "We <b>walked</b>", "other_name": "Neighbour"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Make a referral – " in page
    assert '<a href="#id_name">' in page
    for kept in ("999 000 0018", "07700 900123", "We &lt;b&gt;walked&lt;/b&gt;", "Neighbour", GOOD["key"]):
        assert str(kept) in page
    assert page.count(" checked") == 4


@pytest.mark.usefixtures("sink")
def test_a_good_form_is_200_and_says_so(client: Client) -> None:
    answer = client.post("/form/", GOOD)
    assert answer.status_code == 200
    assert "<title>Make a referral – " in answer.content.decode()
    assert "The referral was sent." in answer.content.decode()


@pytest.mark.usefixtures("sink")
@pytest.mark.parametrize("nasty", ["\x00", "😀" * 50_000, "\u202eabc", "a" * 1_000_000, "' or 1=1 --", "\ud7ff\ufffe"])
def test_no_input_is_too_odd(client: Client, nasty: str) -> None:
    data = dict.fromkeys([*GOOD, "story", "household", "day", "email", "site"], nasty)
    assert client.post("/form/", data).status_code in (400, 422)
