"""What strangers send takes time in proportion to its length: each parser, on text made to trip one up.

A pattern that tries each beginning against all that follows takes four times as long for twice the text: 80 KB held a
worker for 23 seconds. Here every parser gets each text at two lengths.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django import forms
from django.core.exceptions import ValidationError

from config import fields
from config.form_filler import fill_form
from config.log import redact
from config.template_tags import lines, phone_link
from directory.exchange import tables
from directory.exchange.open_referral import columns, spreadsheet
from directory.exchange.tables import TableError
from directory.geography.postcodes import normalise_postcode
from directory.search import parsing, phrases, vocabulary
from directory.search.query import SearchQuery
from directory.text import cleaning, conditions, encoding, opening_hours, spelling

LENGTH, ENOUGH, STEEPEST = 5_000, 0.05, 9  # characters; seconds nobody notices; times as long for four times the text

# What is repeated: the beginnings of what each parser looks for, without the end that it waits for.
PARTS = [
    *(
        "<",
        "</",
        "<a",
        "<a ",
        "<p",
        "<p ",
        "<p <li ",
        "<br",
        "<br ",
        "<li",
        "<li ",
        "</h1 ",
        "<!--",
        "<![CDATA[",
        "<script>",
    ),
    *("<a href='", "&", "&a", "&#1", "[a](", "[", "![", "`", "**", "_", "#", "# ", "- ", "1. ", "> ", "|", "\\n", "\\"),
    *(" ", "\n", " \n", "\n ", "\t", "\r", "\u00a0", "a", "é", "\u0301", "😀", "word ", "word, ", "x" * 60 + " "),
    *("0", "1", "1 ", "01632 ", "+44 ", "(0", "(", "()", "((", "(a", "[(", "1/", "1-", "2026-", "£", "£1 ", "£1-"),
    *("@", "a@", "a@b.", "a@b;", "a.", "a.a-", "www.", "http://", "?", "/", "=", "%", "BN11 ", "bn11 1", "A1", "a1a"),
    *(
        "9am-",
        "9-",
        "mon ",
        "mon-",
        "mon, ",
        "first ",
        "every ",
        "every second ",
        "closed ",
        "half past ",
        "noon ",
        " - ",
    ),
    *("not ", "except ", "until ", "term time ", "not in ", "in august ", "1 january ", "school holidays ", "only "),
    *(
        "near ",
        "in the ",
        "that is ",
        "on the ",
        "with ",
        "for an ",
        "age of ",
        "within 1 ",
        "meet me ",
        "i would like ",
    ),
    *(
        "do not ",
        "'",
        "’",
        "*",
        ";",
        ",",
        ":",
        "e.g. ",
        "Ã",
        "Ã©",
        "â€",
        "DETAIL: ",
        "a=",
        "/a",
        "/aaaaaaaaaaaaaaaaaaaaa",
    ),
]
TEXTS = {
    f"{before}{part!r}…{after}": (before, part, after)
    for before, after in (("", ""), ("", "]x"), ("<p a@b@c (", ">"))
    for part in PARTS
}


def search(text: str) -> None:
    parsing.parse_words(SearchQuery(words=text))


def clean_field(field: forms.Field) -> Callable[[str], object]:
    return field.clean


def read_row(cells: dict[str, str]) -> object:
    return next(spreadsheet.assign_row_ids(iter([(1, cells)]))).as_service()


PARSERS: dict[str, Callable[[str], object]] = {
    "text": cleaning.clean_text,
    "hours of a cell": cleaning.clean_hours,
    "line": cleaning.clean_line,
    "phone of a feed": cleaning.clean_phone,
    "e-mail": cleaning.clean_email,
    "web address": cleaning.clean_url,
    "date": cleaning.parse_date,
    "date and time": cleaning.parse_datetime,
    "time": cleaning.parse_time,
    "number": cleaning.parse_decimal,
    "days of the week": cleaning.parse_weekdays,
    "days of the month": cleaning.parse_month_days,
    "document": cleaning.clean_json,
    "conditions": conditions.read_conditions,
    "tidied conditions": conditions.tidy_words,
    "encoding": encoding.fix_encoding,
    "postcode in a text": encoding.find_postcode_in_text,
    "hours": opening_hours.read_schedules,
    "twins": spelling.fold_case_twins,
    "heading": columns.normalise_heading,
    "cells of a column": lambda text: columns._match_by_content([text] * 3),
    "table": lambda text: list(tables.read_csv(text.encode())),
    "price": spreadsheet.build_costs,
    "ages": lambda text: spreadsheet.parse_ages(spreadsheet.SheetRow(ages=text)),
    "row of a sheet": lambda text: read_row(dict.fromkeys(("name", "phone", "email", "website", "contact"), text)),
    "postcode": normalise_postcode,
    "danger": phrases.normalise_phrase,
    "words": vocabulary.split_words,
    "query": lambda text: parsing.parse_words(SearchQuery(words=text)),
    "phone in a text": fields.find_phone_number,
    "phone field": clean_field(fields.PhoneField()),
    "postcode field": clean_field(fields.PostcodeField()),
    "NHS number field": clean_field(fields.NHSNumberField()),
    "name field": clean_field(fields.NameField()),
    "text field": clean_field(fields.TextField()),
    "phone on a page": phone_link,
    "paragraphs on a page": lines,
    "line of the log": redact,
    "form of a page": lambda text: fill_form(text, page="/", action="/", values={"a": ["b"]}, hidden={}),
}


def measure(parser: Callable[[str], object], text: str) -> float:
    """Seconds; what is refused is refused."""
    began = time.process_time()
    with suppress(ValueError, ValidationError, TableError):
        parser(text)
    return time.process_time() - began


def make_text(before: str, part: str, after: str, length: int) -> str:
    return before + (part * (length // len(part) + 1))[:length] + after


@pytest.mark.parametrize("name", PARSERS)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    steep = {}
    for text, parts in TEXTS.items():
        long = measure(PARSERS[name], make_text(*parts, 4 * LENGTH))
        if long > ENOUGH:  # then it is worth looking how it grows, at its best of three
            short = min(measure(PARSERS[name], make_text(*parts, LENGTH)) for _ in range(3))
            long = min(long, *(measure(PARSERS[name], make_text(*parts, 4 * LENGTH)) for _ in range(2)))
            if long > STEEPEST * short:
                steep[text] = (short, long)
    assert steep == {}
