"""Words, dates, numbers, icons and the navigation, as templates print them."""

import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, engines
from django.test import RequestFactory
from django.utils import timezone

from config import template_tags as tags

LONDON = ZoneInfo("Europe/London")
MOMENT = datetime.datetime(2026, 6, 20, 13, 10, tzinfo=datetime.UTC)  # summer time: 2:10pm in London


def draw(source: str, **context: Any) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("filter_name", "value", "words"),
    [
        ("nhs", "9990000018", "999 000 0018"),
        ("nhs", "", ""),
        ("nhs", None, ""),
        ("nhs", "123", "123"),
        ("phone_link", "01632 960 100", "tel:01632960100"),
        ("phone_link", None, "tel:"),
        ("phone_link", "999", "tel:999"),
        ("phone_link", "NHS 111", "tel:111"),
        ("phone_link", "116 123", "tel:116123"),
        ("phone_link", "call round", "tel:"),
        ("phone_link", "ring Mary on 01632 960001 after 6pm", "tel:+44-1632-960001"),
        ("phone_link", "01632 960001 or 07700 900123", "tel:+44-1632-960001"),
        ("phone_link", "+44 (0)20 7946 0001 ext 12", "tel:+44-20-7946-0001;ext=12"),
        ("date_words", datetime.date(1951, 3, 27), "27 March 1951"),
        ("date_words", MOMENT, "20 June 2026"),
        ("date_words", None, ""),
        ("when", MOMENT, "20 June 2026, 2:10pm"),
        ("when", None, ""),
        ("time_words", datetime.time(10, 0), "10am"),
        ("time_words", datetime.time(12, 0), "midday"),
        ("time_words", datetime.time(0, 0), "midnight"),
        ("time_words", datetime.time(0, 5), "12:05am"),
        ("time_words", datetime.time(12, 30), "12:30pm"),
        ("time_words", MOMENT, "2:10pm"),
        ("time_words", None, ""),
        ("age", None, ""),
        ("due", None, ""),
    ],
)
def test_uk_words(filter_name: str, value: Any, words: str) -> None:
    assert draw(f"{{{{ value|{filter_name} }}}}", value=value) == words


def test_a_moment_just_before_midnight_utc_is_on_londons_day() -> None:
    late = datetime.datetime(2026, 6, 20, 23, 30, tzinfo=datetime.UTC)
    assert tags.date_words(late) == "21 June 2026"
    assert tags.when(late) == "21 June 2026, 12:30am"


@pytest.mark.parametrize(
    ("days", "words"), [(0, "Today"), (1, "Tomorrow"), (-1, "Yesterday"), (-3, "3 days ago"), (-14, "14 days ago")]
)
def test_when_something_is_due(days: int, words: str) -> None:
    day = timezone.localdate() + datetime.timedelta(days=days)
    assert tags.due(day) == words
    assert tags.is_overdue(day) is (days < 0)


def test_this_week_by_its_day_and_far_off_by_its_date() -> None:
    near, far = (timezone.localdate() + datetime.timedelta(days=days) for days in (4, 40))
    assert tags.due(near) == near.strftime("%A")
    assert tags.due(far) == tags.date_words(far)
    assert tags.due(timezone.now()) == "Today"
    assert not tags.is_overdue(None)


def test_age_changes_on_the_birthday() -> None:
    today = timezone.localdate()
    birthday = today.replace(year=today.year - 75, day=min(today.day, 28))
    assert tags.age(birthday) == "75"
    assert tags.age(birthday + datetime.timedelta(days=20)) in ("74", "75")
    assert tags.age(today + datetime.timedelta(days=1) - datetime.timedelta(days=1)) == "0"


def test_lines_are_escaped_paragraphs() -> None:
    drawn = draw("{% lines text %}", text="One <b>\r\ntwo\n\n\nThree ")
    assert drawn.strip() == "<p>One &lt;b&gt;<br>two</p><p>Three</p>"
    assert draw("{% lines text %}", text=None).strip() == ""


def test_a_tag_says_its_word_and_follows_the_state() -> None:
    assert 'class="tag tag--coral"' in draw("{% status_tag words %}", words="Overdue")
    assert 'class="tag tag--sky"' in draw("{% status_tag words code=code %}", words="New <b>", code="received")
    assert "New &lt;b&gt;" in draw("{% status_tag words %}", words="New <b>")
    assert 'class="tag tag--plum"' in draw("{% status_tag words tone='plum' %}", words="Overdue")
    assert 'class="tag tag--teal"' in draw("{% status_tag words %}", words="Something new")


def test_each_icon_has_a_drawing_and_an_unknown_one_fails() -> None:
    for name in tags.ICONS:
        drawn = draw("{% icon name %}", name=name)
        assert "<path" in drawn or "<circle" in drawn
        assert 'aria-hidden="true"' in drawn
    assert 'aria-label="Phone call"' in draw("{% icon name title=words %}", name="phone", words="Phone call")
    with pytest.raises(ValueError, match="No icon called"):
        tags.icon("smiley")


# --- Navigation ---------------------------------------------------------------------------------------


def pages(member: Any = None, path: str = "/") -> list[dict[str, Any]]:
    request = RequestFactory().get(path)
    request.member, request.user = member, AnonymousUser()  # type: ignore[attr-defined]
    return tags.navigation(Context({"request": request}))


def test_the_navigation_follows_each_views_own_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [("/a/", "A", "public"), ("/b/", "B", "member"), ("/c/", "C", ("work_cases",))]
    monkeypatch.setattr(tags, "list_navigation_pages", lambda *_: found)
    nobody = SimpleNamespace(has_permission=lambda permission: False)
    worker = SimpleNamespace(has_permission=lambda permission: permission == "work_cases")
    assert [page["words"] for page in pages()] == ["A"]
    assert [page["words"] for page in pages(nobody)] == ["A", "B"]
    assert [page["words"] for page in pages(worker, "/c/12/plan/")] == ["A", "B", "C"]
    assert [page["here"] for page in pages(worker, "/c/12/plan/")] == [False, False, True]


def test_every_main_page_exists_and_says_who_may_open_it() -> None:
    found = tags.list_navigation_pages("config.urls", "/")
    assert [words for _, words, _ in found] == [words for _, words in tags.NAVIGATION_PAGES]
    assert all(access for _, _, access in found)


def test_the_navigation_can_be_drawn_without_a_request() -> None:
    assert all(page["url"] for page in tags.navigation(Context({})))


def test_a_page_that_does_not_exist_has_no_address() -> None:
    assert tags.address("nowhere:nothing") == ""
    assert not tags.can_open_page(None, tags.find_page_access("/nowhere/at/all/"))
    assert tags.address("agencies:member", "not a uuid") == ""


@pytest.mark.parametrize(("address", "demo"), [("127.0.0.1", True), ("::1", True), ("203.0.113.9", False)])
def test_demo_is_for_the_own_machine_only(address: str, demo: bool, settings: Any) -> None:
    settings.DEMO = True
    assert tags.place_context(RequestFactory().get("/", REMOTE_ADDR=address))["demo"] is demo
    settings.DEMO = False
    assert tags.place_context(RequestFactory().get("/", REMOTE_ADDR=address))["demo"] is False


@pytest.mark.parametrize(
    ("address", "drawn"),
    [
        ("joan@home.example.org", "joan<wbr>@home<wbr>.example<wbr>.org"),
        ("joan.whitfield@home.example.org", "joan<wbr>.whitfield<wbr>@home<wbr>.example<wbr>.org"),
        ("<b>@x.example.org", "&lt;b&gt;<wbr>@x<wbr>.example<wbr>.org"),
        ("", ""),
        (None, ""),
    ],
)
def test_an_email_address_breaks_between_its_words_only(address: str | None, drawn: str) -> None:
    assert draw("{{ it|email_words }}", it=address) == f'<span class="email">{drawn}</span>'


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.greengym.example.org/walks?x=1", "greengym.example.org"),
        ("http://greengym.example.org", "greengym.example.org"),
        ("greengym.example.org", "greengym.example.org"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_website_is_called_by_its_name(url: str | None, name: str) -> None:
    assert draw("{{ it|site_name }}", it=url) == name
