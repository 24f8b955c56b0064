"""HTML, Markdown and what programs make of both, as clean paragraphs and links."""

import re
import time

import ftfy
import pytest
from django.conf import settings

from config.template_tags import name_sites, prose
from directory.text.cleaning import clean_description, clean_line, clean_text
from directory.text.markup import strip_markup

CASES = [
    ("## What we do\n\nWe **sing** and *laugh*.", "What we do\n\nWe sing and laugh."),
    ("* soup\n* rolls\n- tea", "soup\nrolls\ntea"),
    ("See [our page](https://a.example.org/x).", "See our page (https://a.example.org/x)."),
    ("[a.example.org](https://a.example.org/)", "a.example.org"),
    ("![logo](https://a.example.org/l.png)Tea", "Tea"),
    ("Write to [us](mailto:tea@example.org)", "Write to us (tea@example.org)"),
    ("> quoted\n> words", "quoted\nwords"),
    ("One\n\n---\n\nTwo", "One\n\nTwo"),
    ("__Bold__ and ~~gone~~ and `code`", "Bold and gone and code"),
    (r"Cost \*\*free\*\* \- really\.", "Cost free - really."),
    ("snake_case_name stays, 5 * 3 * 2 too", "snake_case_name stays, 5 * 3 * 2 too"),
    ("C# and #hashtag stay", "C# and #hashtag stay"),
    ("tea@example.org_x", "tea@example.org_x"),
    ("Line one\\nLine two", "Line one\nLine two"),
    ("Line one\\r\\n\\r\\nLine two", "Line one\n\nLine two"),
    ("first\\nsecond", "first\nsecond"),
    ("<p>Tea &amp; cake</p><p>Every <b>week</b></p>", "Tea & cake\n\nEvery week"),
    ("&lt;p&gt;Tea&lt;/p&gt;&lt;p&gt;Cake&lt;/p&gt;", "Tea\n\nCake"),
    ("&amp;lt;b&amp;gt;Tea&amp;lt;/b&amp;gt; &amp;amp; cake", "Tea & cake"),
    ('<a href="https://a.example.org/x" target="_blank">Our page</a>', "Our page (https://a.example.org/x)"),
    ("<a href='mailto:tea@example.org'>tea@example.org</a>", "tea@example.org"),
    ('<a href="javascript:alert(1)">Press</a>', "Press"),
    ("Tea&nbsp;and&#8217;cake", "Tea and’cake"),
    ("<script>alert(1)</script>Tea", "Tea"),
    ("a < b and c > d", "a < b and c > d"),
    ("<![CDATA[<p>Tea</p>]]>", "Tea"),
    ("<table><tr><th>Day</th><th>Time</th></tr><tr><td>Mon</td> <td>10</td></tr></table>", "Day, Time\nMon, 10"),
    ("| Day | Time |\n|---|:--:|\n| Mon | 10-12 |", "Day, Time\nMon, 10-12"),
    ("Line one\\\nLine two", "Line one\nLine two"),
    (
        "<a href='https://a.example.org/x?utm_source=m&id=5&fbclid=z#top'>Us</a>",
        "Us (https://a.example.org/x?id=5#top)",
    ),
    ("https://a.example.org/?gclid=1 (really?)", "https://a.example.org/ (really?)"),
    ("<a href='mailto:tea@example.org?subject=Hi'>Us</a>", "Us (tea@example.org)"),
    ("soft\u00adly\u200b and \u202eback\u202c", "softly and back"),
]


@pytest.mark.parametrize(("sent", "plain"), CASES)
def test_markup_becomes_clean_paragraphs(sent: str, plain: str) -> None:
    assert clean_text(sent) == plain


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_letters_are_put_right_however_often_they_were_mangled(layers: int) -> None:
    text = "Café – Brontë’s"
    for _ in range(layers):
        text = text.encode().decode("sloppy-windows-1252")
    assert ftfy.__version__
    assert clean_line(text) == "Café – Brontë’s"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (
            "A warm welcome for all.\n\nA warm welcome for all. We meet weekly.",
            "A warm welcome for all. We meet weekly.",
        ),
        ("A warm welcome for all.\n\nA warm welcome for all.", "A warm welcome for all."),
        ("A warm welcome for all…\n\nA warm welcome for all who sing.", "A warm welcome for all who sing."),
        ("Tea.\n\nTea and cake.", "Tea.\n\nTea and cake."),
        ("One.\n\nTwo.", "One.\n\nTwo."),
    ],
)
def test_a_first_paragraph_that_comes_again_is_said_once(sent: str, shown: str) -> None:
    assert clean_description(sent) == shown


def test_addresses_in_text_are_links_and_nothing_else_is_markup() -> None:
    said = prose("See our page (https://a.example.org/x?a=1&b=2), or https://www.b.example.org/.\n<b>x</b>")
    assert '<a href="https://a.example.org/x?a=1&amp;b=2" rel="noopener nofollow">See our page</a>,' in said
    assert '<a href="https://www.b.example.org/" rel="noopener nofollow">b.example.org</a>.<br>' in said
    assert "&lt;b&gt;x&lt;/b&gt;" in said
    assert prose("") == ""
    assert '<a href="https://www.c.example.org/bus" rel="noopener nofollow">c.example.org/bus</a>, ok' in prose(
        "By bus: www.c.example.org/bus, ok"
    )
    assert ">the link</a>" in prose(f"Open {settings.PLACE['base_url']}/answer/abc/")
    assert prose("www. is no address, nor is awww.x.org") == "<p>www. is no address, nor is awww.x.org</p>"
    written = "See our page (https://a.example.org/x), www.b.example.org/y or https://c.example.org/z."
    assert name_sites(written) == "See our page, b.example.org or c.example.org"


BROKEN_OR_FALSE = [  # what stands in the text, how its site is called
    ("http://[evil", "[evil"),
    ("https://[::1", "[::1"),
    ("http://a\u2100b.example", "a\u2100b.example"),
    ("www.c.example.org/a//b", "c.example.org"),
    ("https://evil.example/?to=//www.bank.example", "evil.example"),
    ("https://www.bank.example@evil.example/x", "evil.example"),
    ("https://evil.example\\@bank.example/", "evil.example"),
]


@pytest.mark.parametrize(("written", "site"), BROKEN_OR_FALSE)
def test_a_broken_address_breaks_no_page_and_none_is_called_by_another_site(written: str, site: str) -> None:
    assert name_sites(f"See {written} now") == f"See {site} now"
    words = re.findall('<a href="https?://[^"]*" rel="noopener nofollow">([^<]*)</a>', prose(f"See {written} now"))
    assert [word.startswith(site) for word in words] == [True]


PIECES = ["<a", "<a href=x>", "&amp;", "[", "[x](", "*", "**a", "_a", "`", "\\n", "<br", "<li", "# ", "((", "a-"]


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_takes_no_more_than_about_twice_the_time(piece: str) -> None:
    taken = []
    for count in (20_000, 40_000):
        begun = time.process_time()
        strip_markup((piece * count)[:count])
        prose((piece * count)[: count // 2])
        taken.append(time.process_time() - begun)
    assert taken[1] < 3 * taken[0] + 0.1
    assert taken[1] < 2
