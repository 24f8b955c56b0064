"""Forms: every field type with good and bad input, and every trap of the GOV.UK packs (shared interface)."""

import datetime
import html
import re
import uuid
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.test.html import Element, parse_html

from config.fields import month_number
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
    nhs_number_is_valid,
)
from config.template_tags import error_summary, fields
from tests.house.sink import SinkForm

GOOD = {
    "nhs_number": "999 000 0018", "name": "Rhian Prŷs", "born_on_day": "27", "born_on_month": "3",
    "born_on_year": "1951", "phone": "07700 900123", "practice": "a", "reasons": ["lonely"], "urgency": "soon",
    "agreed": "yes", "told": "on", "key": "7d4b7c52-5a4e-4a7a-9d6a-0d2b2f6f0f11",
}  # fmt: skip


def clean(field: forms.Field, value: Any) -> Any:
    return field.clean(value)


def refusal(field: forms.Field, value: Any) -> str:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


def elements(node: Any) -> list[Element]:
    if not isinstance(node, Element):
        return []
    return [node] + [found for child in node.children for found in elements(child)]


def ids_and_names(page: str) -> dict[str, str]:
    """Every element's id with its tag name."""
    found = [(dict(e.attributes).get("id"), e.name) for e in elements(parse_html(page))]
    return {id_: name for id_, name in found if id_}


# --- Dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (["27", "3", "1951"], datetime.date(1951, 3, 27)),
        ([" 07 ", "03", "1951"], datetime.date(1951, 3, 7)),
        (["29", "2", "2024"], datetime.date(2024, 2, 29)),
        (["1", "March", "2026"], datetime.date(2026, 3, 1)),
        (["1", "sept", "2026"], datetime.date(2026, 9, 1)),
        (["1", "DEC.", "2026"], datetime.date(2026, 12, 1)),
    ],
)
def test_a_real_date_is_read(typed: list[str], date: datetime.date) -> None:
    assert clean(DateField(), typed) == date


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["1", "1", "20"], "The year must have 4 numbers, for example 1951"),
        (["31", "2", "2026"], "There is no 31 February 2026. Check the day and the month"),
        (["29", "2", "2023"], "There is no 29 February 2023. Check the day and the month"),
        (["32", "1", "2026"], "The day must be a number from 1 to 31"),
        (["x", "1", "2026"], "The day must be a number from 1 to 31"),
        (["1", "13", "2026"], "The month must be a number from 1 to 12, or its name"),
        (["1", "ma", "2026"], "The month must be a number from 1 to 12, or its name"),
        (["1", "", "2026"], "The date must include a month"),
        (["", "", "2026"], "The date must include a day and a month"),
        (["1", "1", "0000"], "The year must have 4 numbers, for example 1951"),
        (["1", "1", "1850"], "The date must be 1 January 1900 or later"),
        (["١", "1", "1951"], "The day must be a number from 1 to 31"),
        (["1\x00", "1", "1951"], "The day must be a number from 1 to 31"),
    ],
)
def test_a_date_that_is_none_is_refused_kindly(typed: list[str], words: str) -> None:
    assert refusal(DateField(), typed) == words


def test_a_blank_date_is_none_or_asked_for() -> None:
    assert clean(DateField(required=False), ["", "", ""]) is None
    assert clean(DateField(required=False), None) is None
    assert refusal(DateField(error_messages={"required": "Enter it"}), ["", " ", ""]) == "Enter it"


def test_limits_include_today() -> None:
    from django.utils import timezone

    today = timezone.localdate()
    later = today + datetime.timedelta(days=1)
    typed = [str(today.day), str(today.month), str(today.year)]
    assert clean(DateField(past=True), typed) == clean(DateField(future=True), typed) == today
    assert "past" in refusal(DateField(past=True), [str(later.day), str(later.month), str(later.year)])
    assert "future" in refusal(DateField(future=True), ["1", "1", "2020"])


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ("12", 12), ("0", 0), ("mar", 3), ("ju", 0), ("x", 0)])
def test_months_by_number_or_name(typed: str, number: int) -> None:
    assert month_number(typed) == number


def test_the_summary_of_a_date_leads_to_the_part_that_is_wrong() -> None:
    for typed, target in [(("", "", ""), "id_born_on_0"), (("31", "", "1951"), "id_born_on_1"),
                          (("1", "1", "20"), "id_born_on_2"), (("31", "2", "2020"), "id_born_on_0")]:  # fmt: skip
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


# --- Numbers, postcodes, phones, names ---------------------------------------------------------------


@pytest.mark.parametrize("typed", ["9990000018", "999 000 0018", "999-000-0018", " 999 0000 018 "])
def test_an_nhs_number_is_read_with_any_spacing(typed: str) -> None:
    assert clean(NHSNumberField(), typed) == "9990000018"


@pytest.mark.parametrize("typed", ["9990000019", "0000000000", "1111111111", "123", "99900000180", "999000001x"])
def test_what_is_no_nhs_number_is_refused(typed: str) -> None:
    assert refusal(NHSNumberField(), typed)


def test_exactly_one_check_digit_or_none_is_right() -> None:
    """NHS Data Dictionary: a sum that gives 10 has no valid number; 943 476 5919 is the published example."""
    assert nhs_number_is_valid("9434765919")
    for start in range(400_000_000, 400_000_200):
        assert sum(nhs_number_is_valid(f"{start}{digit}") for digit in range(10)) <= 1


def test_an_nhs_number_is_shown_in_three_groups() -> None:
    assert 'value="999 000 0018"' in fields(SinkForm(GOOD | {"nhs_number": "9990000018"}), "nhs_number")


@pytest.mark.parametrize(
    ("typed", "tidy"), [("bn112aa", "BN11 2AA"), (" BN11  2AA ", "BN11 2AA"), ("w1a-0ax", "W1A 0AX"), ("M1 1AE", "M1 1AE")]
)
def test_a_postcode_in_any_shape_becomes_tidy(typed: str, tidy: str) -> None:
    assert clean(PostcodeField(), typed) == tidy


@pytest.mark.parametrize("typed", ["BN11", "112AA", "BN11 2A1", "somewhere", "<script>"])
def test_half_a_postcode_is_asked_again(typed: str) -> None:
    assert refusal(PostcodeField(), typed) == "Enter a full postcode, for example BN11 2AA"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("07700900123", "07700 900123"), ("+44 7700 900123", "07700 900123"), ("+44 (0)7700 900 123", "07700 900123"),
        ("0044 1632 960001", "01632 960001"), ("(01632) 960-001", "01632 960001"), ("020 7946 0001", "020 7946 0001"),
    ],
)  # fmt: skip
def test_a_uk_phone_number_becomes_tidy(typed: str, tidy: str) -> None:
    assert clean(PhoneField(), typed) == tidy


@pytest.mark.parametrize("typed", ["12345", "call me", "+33 1 23 45 67 89", "0412345678", "077009001234"])
def test_no_phone_number_is_asked_again(typed: str) -> None:
    assert "UK phone number" in refusal(PhoneField(), typed)


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("  Rhian   Prŷs ", "Rhian Prŷs"), ("O’Brien-D'Arcy", "O’Brien-D'Arcy"), ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("Łódź\x00\x07", "Łódź"), ("Ann\u202eevil", "Annevil"), ("😀 Joy", "😀 Joy"), ("Joan\r\nWhit", "Joan Whit"),
    ],
)  # fmt: skip
def test_names_of_any_script_are_kept_and_tricks_are_not(typed: str, tidy: str) -> None:
    assert clean(NameField(), typed) == tidy


def test_a_name_is_not_longer_than_its_column() -> None:
    assert refusal(NameField(max_length=5), "abcdef")


def test_text_keeps_its_lines_and_counts_as_the_browser_does() -> None:
    field = TextField(max_length=5)
    assert clean(field, "ab\r\ncd") == "ab\ncd"
    assert refusal(field, "abcdefg") == "Use 5 characters or fewer. You have 7"
    assert "maxlength" not in field.widget.attrs


def test_none_of_these_excludes_the_others() -> None:
    field = Checkboxes(choices=[("a", "A"), ("none", "None of these")], alone="none")
    assert clean(field, ["none"]) == ["none"]
    assert refusal(field, ["a", "none"]) == "Choose “None of these” or the others, not both"


def test_a_stock_field_refuses_nul_in_words() -> None:
    assert refusal(forms.CharField(), "a\x00b")


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
    assert errors == [{"words": "We could not tell whether this was sent before. Check it and send it again", "target": ""}]
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
        ("name", "text", "govuk-input"), ("household", "number", "govuk-input"), ("email", "email", "govuk-input"),
        ("site", "url", "govuk-input"), ("day", "date", "govuk-input"), ("phone", "tel", "govuk-input"),
        ("words_wanted", "search", "govuk-input"), ("secret", "password", "govuk-input"),
        ("letter", "file", "govuk-file-upload"),
    ],
)  # fmt: skip
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
    assert 'aria-describedby="id_name_error"' in drawn
    assert "govuk-form-group--error" in drawn


def test_error_text_is_a_paragraph_that_says_error() -> None:
    drawn = fields(SinkForm({}), "name")
    said = '<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> Enter the person&#x27;s full name</p>'
    assert said in drawn


def test_a_character_count_works_without_a_hint() -> None:
    drawn = fields(SinkForm(), "story")
    assert 'data-module="govuk-character-count" data-maxlength="500"' in drawn
    assert 'id="id_story-info"' in drawn
    assert "maxlength=" not in drawn.replace("data-maxlength=", "")


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


def test_any_form_is_drawn_the_same_way() -> None:
    class Stock(forms.Form):
        login = forms.EmailField()

    assert 'class="govuk-input"' in fields(Stock())
    assert 'class="govuk-input"' in str(Stock())


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
    data = {name: nasty for name in GOOD} | {"story": nasty, "household": nasty, "day": nasty, "email": nasty, "site": nasty}
    assert client.post("/form/", data).status_code in (400, 422)
