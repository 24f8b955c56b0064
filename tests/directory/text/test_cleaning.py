"""What feeds send, made fit for our columns."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from directory.text import cleaning as clean


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, ""),
        ("  A  walk \r\n by the sea ", "A walk\nby the sea"),
        ("<p>Tea &amp; cake</p><p>Every <b>week</b></p>", "Tea & cake\n\nEvery week"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>soup</li><li>rolls</li></ul>", "soup\nrolls"),
        ("<script>alert(1)</script>Safe", "Safe"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("NUL \x00 and bell \x07", "NUL and bell"),
        ("half a pair \ud83d", "half a pair"),
        (7, "7"),
    ],
)
def test_text_is_plain_and_in_paragraphs(sent: Any, kept: str) -> None:
    assert clean.clean_text(sent) == kept


def test_an_image_with_a_handler_leaves_nothing_behind() -> None:
    assert "onerror" not in clean.clean_text('<img src=x onerror="alert(1)">Walk')


def test_a_huge_text_is_cut_and_said_so() -> None:
    with pytest.raises(clean.TruncatedError) as cut:
        clean.clean_text("word " * 2_000_000)
    assert len(cut.value.kept) == clean.MAX_TEXT_LENGTH
    assert "10,000,000" in str(cut.value)


@pytest.mark.parametrize(
    "cleaner",
    [clean.clean_text, clean.clean_line, clean.clean_email, clean.clean_url, clean.parse_date, clean.parse_time],
)
@pytest.mark.parametrize("sent", [["a"], {"a": 1}])
def test_a_list_or_an_object_is_no_text(cleaner: Any, sent: Any) -> None:
    with pytest.raises(ValueError, match="should be text"):
        cleaner(sent)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("10:30", datetime.time(10, 30)),
        ("10:30:00", datetime.time(10, 30)),
        ("10:30Z", datetime.time(10, 30)),
        ("10:30+01:00", datetime.time(10, 30)),
        ("9.30am", datetime.time(9, 30)),
        ("2pm", datetime.time(14)),
        ("12am", datetime.time(0)),
        ("12pm", datetime.time(12)),
        ("12 noon", datetime.time(12)),
        ("", None),
    ],
)
def test_times_as_people_write_them(sent: str, kept: datetime.time | None) -> None:
    assert clean.parse_time(sent) == kept


@pytest.mark.parametrize("sent", ["9.30am-5pm", "24:00", "9:60", "13pm", "0am", "morning", "10", "25:00", "-1:00"])
def test_dirty_hours_are_refused(sent: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        clean.parse_time(sent)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-03-27", datetime.date(2026, 3, 27)),
        ("2026-03-27T10:00:00Z", datetime.date(2026, 3, 27)),
        ("27/03/2026", datetime.date(2026, 3, 27)),
    ],
)
def test_dates(sent: str, kept: datetime.date) -> None:
    assert clean.parse_date(sent) == kept


@pytest.mark.parametrize("sent", ["31/02/2026", "2026-13-01", "32/1/20", "soon", "20260327", 20])
def test_dates_that_are_none(sent: Any) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        clean.parse_date(sent)


def test_moments_have_a_zone() -> None:
    assert clean.parse_datetime("2026-03-27T10:00:00") == datetime.datetime(2026, 3, 27, 10, tzinfo=datetime.UTC)
    assert clean.parse_datetime("2026-07-27T10:00:00+01:00") == datetime.datetime(2026, 7, 27, 9, tzinfo=datetime.UTC)
    assert clean.parse_datetime("") is None


@pytest.mark.parametrize("sent", ["yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
def test_moments_that_no_page_could_show(sent: str) -> None:
    with pytest.raises(ValueError, match="is not a date and time"):
        clean.parse_datetime(sent)


@pytest.mark.parametrize("sent", [0, 367, 1.5, "1e999999"])
def test_a_count_is_a_whole_number_from_1_to_366_and_is_refused_at_once(sent: Any) -> None:
    with pytest.raises(ValueError, match="is not a whole number from 1 to 366"):
        clean.parse_count(sent)
    assert [clean.parse_count(said) for said in (1, "366", None)] == [1, 366, None]


@pytest.mark.parametrize("sent", [-1, 1_000_001, "2.5", "1e999999"])
def test_a_number_of_places_is_refused_at_once(sent: Any) -> None:
    with pytest.raises(ValueError, match="is not a number of places"):
        clean.parse_capacity(sent)
    assert [clean.parse_capacity(said) for said in (0, "1,000,000", "")] == [0, 1_000_000, None]


@pytest.mark.parametrize(
    "sent",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example.org", "see website", "http://", "//a.example.org"],
)
def test_only_web_addresses_are_kept(sent: str) -> None:
    with pytest.raises(ValueError, match="is not a web address"):
        clean.clean_url(sent)


def test_an_address_without_its_scheme_gets_one() -> None:
    assert clean.clean_url("www.shed.example.org") == "https://www.shed.example.org"


@pytest.mark.parametrize(("sent", "kept"), [("18", 18), (18, 18), (18.0, 18), ("0", 0), (None, None), ("", None)])
def test_ages(sent: Any, kept: int | None) -> None:
    assert clean.parse_age(sent) == kept


@pytest.mark.parametrize("sent", [-1, 151, "eighteen", True, [18], "NaN", "1e999"])
def test_what_is_no_age(sent: Any) -> None:
    with pytest.raises(ValueError, match=r"number|age"):
        clean.parse_age(sent)


def test_prices() -> None:
    assert clean.parse_price("£2.505") == Decimal("2.50")
    assert clean.parse_price(0) == 0
    with pytest.raises(ValueError, match="is not a price"):
        clean.parse_price(-1)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("TU,TH", "TU,TH"), ("Tuesday", "TU"), (["MO", "MO"], "MO"), ("2tu", "2TU"), ("-1FR", "-1FR"), ("", "")],
)
def test_days_of_the_week(sent: Any, kept: str) -> None:
    assert clean.parse_weekdays(sent) == kept


@pytest.mark.parametrize("sent", ["weekdays", "daily", "T", "6MO", "TU-TH"])
def test_what_is_no_day_of_the_week(sent: str) -> None:
    with pytest.raises(ValueError, match="days of the week"):
        clean.parse_weekdays(sent)


def test_ids_that_are_no_uuid_become_the_same_uuid_each_time() -> None:
    made = clean.parse_id("shed-12", "feed", "service")
    assert made == clean.parse_id("shed-12", "feed", "service")
    assert made != clean.parse_id("shed-12", "other feed", "service")
    assert clean.parse_id("ac148810-d857-441c-9679-408f346de14b") == UUID("ac148810-d857-441c-9679-408f346de14b")


@pytest.mark.parametrize("sent", [None, "", " ", True, ["a"], {}])
def test_what_is_no_id(sent: Any) -> None:
    with pytest.raises(ValueError, match="no id"):
        clean.parse_id(sent)


def test_a_document_is_kept_without_nul_and_not_deeper_than_reason() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [deep]
    kept = clean.clean_json({"a\x00": "b\x00", "deep": deep, "price": Decimal("2.5"), "is": True})
    assert kept["a"] == "b"
    assert kept["price"] == 2.5
    assert kept["is"] is True
    assert "end" not in str(kept["deep"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("example.org", "https://example.org"),
        ("www.x.org.uk/y", "https://www.x.org.uk/y"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("[us](https://x.example.org)", "https://x.example.org"),
        ("https://x.example.org, https://y.example.org", "https://x.example.org"),
        ("x.example.org/?fbclid=1", "https://x.example.org/"),
        ("n/a", ""),
        ("None", ""),
        ("tbc", ""),
        ("-", ""),
    ],
)
def test_a_web_address_may_lack_its_beginning(sent: str, kept: str) -> None:
    assert clean.clean_url(sent) == kept


@pytest.mark.parametrize("sent", ["javascript:alert(1)", "no website", "ask ann@x.example.org", "example"])
def test_what_is_no_web_address_is_not_made_one(sent: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        clean.clean_url(sent)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("ann@x.example.org; bob@x.example.org", "ann@x.example.org"),
        ("ann@x.example.org or bob@x.example.org", "ann@x.example.org"),
        ("ann@x.example.org/bob@x.example.org", "ann@x.example.org"),
        ("Ann <ann@x.example.org>", "ann@x.example.org"),
        ("ann @ x.example.org.", "ann@x.example.org"),
        ("mailto:ann@x.example.org?subject=Tea", "ann@x.example.org"),
        ("N/A", ""),
        ("none", ""),
    ],
)
def test_the_first_of_several_e_mail_addresses(sent: str, kept: str) -> None:
    assert clean.clean_email(sent) == kept


def test_a_phone_number_that_says_nothing_is_none() -> None:
    assert (clean.clean_phone(" TBC "), clean.clean_phone("01632 960001")) == ("", "01632 960001")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("CafÃ© – itâ€™s Â£2", "Café – it’s £2"),
        ("Friday 18:00 Ã¢â‚¬â€œ 21:00", "Friday 18:00 – 21:00"),
        ("voilÃ  le", "voilà le"),
        ("Men\x92s Shed", "Men’s Shed"),
        ("PlayÃ¢Â€Â™s", "Play’s"),
        ("ðŸ˜€ LlanÅµ", "😀 Llanŵ"),
    ],
)
def test_letters_of_a_wrong_encoding_are_put_right(sent: str, kept: str) -> None:
    assert clean.clean_text(sent) == kept


@pytest.mark.parametrize(
    "sent",
    [
        "“CAFÉ” – the FIANCÉ’S ‘Ê’",
        "São Tomé’s £2 ½-price tŷ: naïve, Łódź, Ünder",
        "ﬁne ﬂour ＡＢ１ 5×5 25°C ©2026 BODYPUMP™ …",
        "বাংলা فاطمة ਪੰਜਾਬੀ Ελλάδα Україна 日本語",
        "A\N{COMBINING RING ABOVE}sa",
        "Tea &amp cake",
    ],
)
def test_letters_that_are_right_stay(sent: str) -> None:
    assert clean.to_printable(sent) == sent
