"""Papers: tagged, titled, with the right letters on the picture, fetching nothing from outside."""

import io
import re
import signal
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path

import pypdfium2
import pytest
from django.core.checks import WARNING
from django.core.checks.registry import registry
from django.test import RequestFactory
from pypdf import PdfReader

from config import fonts, pdf
from config.fonts import check_fonts, list_missing_scripts
from config.pdf import UNPRINTABLE_PATTERN, format_content_disposition, pdf_response, render_pdf
from config.weasyprint_renderer import IDLE_SECONDS, FileRefused, PackagedFilesFetcher, refuse_network

pytestmark = pytest.mark.usefixtures("sink")
LETTER = {"name": "Rhian Prŷs", "words": ["Łódź, Ŵyn, ŵ ŷ ź ć ą ő"], "picture": ""}


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def test_a_letter_is_tagged_and_says_what_it_is() -> None:
    found = read(render_pdf("sink/letter.html", LETTER))
    catalogue = found.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in catalogue["/Metadata"].get_object().get_data()
    assert found.metadata
    assert found.metadata.title == "Your plan"


def test_every_page_says_confidential_and_which_it_is() -> None:
    found = read(render_pdf("sink/letter.html", LETTER | {"words": ["A line of a letter. " * 30] * 12}))
    assert len(found.pages) > 1
    for number, page in enumerate(found.pages, 1):
        assert "Confidential" in page.extract_text()
        assert f"Page {number} of {len(found.pages)}" in page.extract_text()


def test_the_letters_of_names_are_there_in_both_weights() -> None:
    text = read(render_pdf("sink/letter.html", LETTER)).pages[0].extract_text()
    assert "Rhian Prŷs" in text
    assert "Łódź" in text


def drawn(words: str) -> bytes:
    """The words as grey pixels, printed alone on the upper part of a page."""
    with pypdfium2.PdfDocument(render_pdf("sink/word.html", {"words": words})) as paper:
        drawing = paper[0].render(scale=200 / 72, grayscale=True)  # 200 pixels an inch
        return bytes(drawing.buffer)[: 900 * drawing.stride]


def ink(page: bytes) -> int:
    return sum(value < 128 for value in page)


@pytest.mark.parametrize("pair", ["ŁL", "ŷy", "źz", "ŵw", "ąa", "ŐO", "ẁw"])
def test_a_letter_with_a_mark_has_more_ink_than_the_letter(pair: str) -> None:
    """The picture, not the text: with two files in one family WeasyPrint prints another letter or an empty box."""
    marked, plain = drawn(pair[0]), drawn(pair[1])
    box = drawn("\u0378")  # no letter, and never will be one
    assert marked not in (plain, box)
    assert ink(plain) < ink(marked) < 1.9 * ink(plain)


def test_no_letter_is_borrowed_from_another_font() -> None:
    """Whatever fonts the machine has: one file for each weight, and both are in the paper."""
    every = "Łódź Prŷs Ŵyn ŵ ą ć ę ł ń ó ś ż č š ž ğ ş ı ő ű ā ē ģ ñ ç ü ß æ ø å Þ — “q” … • €"
    found = read(render_pdf("sink/letter.html", LETTER | {"words": [every]}))
    fonts = {
        font.get_object()["/BaseFont"].split("+")[1]
        for page in found.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts == {"Hyperlegible", "Hyperlegible-Bold"}


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/x.css",
        "https://example.org/x.png",
        "ftp://example.org/x",
        "data:text/css,x",
        "https://packaged.invalid/../config/settings/base.py",
        "https://packaged.invalid/app.js",
        "https://packaged.invalid/%2e%2e/manage.py",
        "https://packaged.invalid.example.org/pdf.css",
        "",
    ],
)
def test_nothing_but_packaged_files_is_read(address: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 (Django refuses some itself)
        PackagedFilesFetcher().fetch(address)
    assert isinstance(caught.value, FileRefused) or "outside" in str(caught.value)


def test_a_letter_with_a_foreign_picture_leaves_it_out() -> None:
    data = render_pdf("sink/letter.html", LETTER | {"picture": "file:///etc/hostname"})
    assert "A picture" in read(data).pages[0].extract_text()


def test_large_print_is_larger() -> None:
    small, large = (read(render_pdf("sink/letter.html", LETTER | {"large": large})) for large in (False, True))

    def sizes(reader: PdfReader) -> list[float]:
        found: list[float] = []
        reader.pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: found.append(size * tm[0]))
        return [abs(size) for size in found if size]

    assert max(sizes(large)) > 1.3 * max(sizes(small))
    assert min(sizes(large)) >= 10


def test_the_answer_is_a_download_that_nobody_keeps() -> None:
    answer = pdf_response(None, "sink/letter.html", LETTER, 'Plan für Łódź\r\nX: y".pdf')
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("Prŷs.pdf", "attachment; filename=\"Prys.pdf\"; filename*=UTF-8''Pr%C5%B7s.pdf"),
        ('a"b\r\n/c.pdf', "attachment; filename=\"a b   c.pdf\"; filename*=UTF-8''a%20b%20%20%20c.pdf"),
        ("", "attachment; filename=\"document.pdf\"; filename*=UTF-8''document.pdf"),
    ],
)
def test_any_file_name_is_safe_in_the_header(name: str, header: str) -> None:
    assert format_content_disposition(name) == header


# --- The process that makes them ----------------------------------------------------------------------------


def test_the_web_worker_never_loads_what_makes_them() -> None:
    program = (
        "import sys, django; django.setup(); import config.urls, config.pdf; config.pdf.Renderer().html_to_pdf('x')"
    )
    program += "; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_one_process_makes_one_after_another_until_it_was_idle_for_long() -> None:
    render_pdf("sink/letter.html", LETTER)
    first = pdf.idle_renderers[-1]
    render_pdf("sink/letter.html", LETTER)
    assert pdf.idle_renderers[-1] is first
    first.reuse_until = 0
    render_pdf("sink/letter.html", LETTER)
    assert pdf.idle_renderers[-1] is not first
    assert first.process.returncode is not None
    assert pdf.REUSE_SECONDS < IDLE_SECONDS


@pytest.mark.parametrize("fault", ["slow", "dead"])
def test_one_that_cannot_be_made_is_said_kindly_and_the_next_is_made(
    fault: str, monkeypatch: pytest.MonkeyPatch, rf: RequestFactory
) -> None:
    render_pdf("sink/letter.html", LETTER)
    with monkeypatch.context() as faulty:
        if fault == "slow":
            faulty.setattr(pdf, "RENDER_SECONDS", 0)
        else:
            pdf.idle_renderers[-1].process.kill()
        answer = pdf_response(rf.get("/"), "sink/letter.html", LETTER)
    assert answer.status_code == 503
    assert "We could not make that paper" in answer.content.decode()
    assert pdf_response(rf.get("/"), "sink/letter.html", LETTER).status_code == 200


def test_one_that_ends_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(pdf, "idle_renderers", [])
    render_pdf("sink/letter.html", LETTER)
    renderer = pdf.idle_renderers.pop()
    left = list(tmp_path.iterdir())
    renderer.end()
    assert left, "fonts, while it works"
    assert list(tmp_path.iterdir()) == []


def test_one_whose_asker_has_died_does_not_work_for_ever() -> None:
    program = "import time, config.weasyprint_renderer as r; r.MAX_SECONDS = 1; "
    program += "r.html_to_pdf = lambda html: time.sleep(60); r.main()"
    ours, theirs = Pipe()
    process = subprocess.Popen([sys.executable, "-c", program], stdin=theirs.fileno())
    theirs.close()
    ours.send_bytes(b"x")
    ours.close()
    assert process.wait(30) == -signal.SIGALRM


def test_it_connects_to_nothing() -> None:
    with pytest.raises(PermissionError):
        refuse_network("socket.connect", ())


# --- Long words, pictures and other scripts -----------------------------------------------------------------

LONG = [
    "x" * 400,
    "Pneumono" + "ultramicroscopic" * 25,
    "https://example.org/" + "a/very-long_path." * 20,
    "someone.with.a.long.name" * 6 + "@example.org",
    "Ł" * 300,
]


@pytest.mark.parametrize("word", LONG)
@pytest.mark.parametrize("template", ["sink/letter.html", "sink/word.html"])
@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_printed_beyond_the_edge(template: str, word: str, large: bool) -> None:
    context = LETTER | {"name": word, "words": [word] if "letter" in template else word, "large": large}
    with pypdfium2.PdfDocument(render_pdf(template, context)) as paper:
        for page in paper:
            text, width = page.get_textpage(), page.get_width()
            right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
            assert right <= width - 40, "within the margin"
        assert sum(page.get_textpage().get_text_range().count(word[0]) for page in paper) >= word.count(word[0])


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Hello 😀 there", "Hello there"),
        ("Walks 👩🏽‍🦽 and 👨‍👩‍👧‍👦, daily", "Walks and, daily"),
        ("Thumbs 👍🏿👍🏻 up", "Thumbs up"),
        ("From 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🇵🇱.", "From and."),
        ("I ❤️ Hove ✨", "I Hove"),
        ("1️⃣ first #️⃣ tag", "1 first # tag"),
        ("Bullet \uf0b7 of Word", "Bullet of Word"),
        ("☎ ring ☀️ sun", "ring sun"),
        ("Runner 🏃🏾‍♀️ and ❤️‍🔥", "Runner and"),
        ("Done ✓ © 2026 ™ £5 → end", "Done ✓ © 2026 ™ £5 → end"),
        ("Łódź, Siân, O’Neill", "Łódź, Siân, O’Neill"),
        ("Nguye\u0302\u0303n Thi\u0323 Hoa\u0300", "Nguyễn Thị Hoà"),
        ("Pay \u202ename\u202c here", "Pay name here"),
    ],
)
def test_pictures_are_left_out_and_the_words_stay(written: str, printed: str) -> None:
    found = read(render_pdf("sink/word.html", {"words": written})).pages[0].extract_text()
    assert printed in " ".join(found.split())
    assert not re.search("[\U0001f000-\U0001faff\ufe0f\u200d]", found)


@pytest.mark.parametrize("word", ["می\u200cخواهم", "ক্\u200dষ", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "王小明", "Ольга", "محمد عبد الله"])
def test_words_of_other_scripts_lose_nothing(word: str) -> None:
    assert UNPRINTABLE_PATTERN.sub("", word) == word


def test_a_machine_without_fonts_says_for_which_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "list_missing_scripts", lambda: ["Punjabi", "Chinese"])
    (warning,) = check_fonts()
    assert (warning.id, warning.level) == ("hereabouts.W001", WARNING)
    assert "Punjabi, Chinese" in warning.msg
    monkeypatch.setattr(fonts, "list_missing_scripts", list)
    assert check_fonts() == []


def test_the_check_is_made_at_each_start() -> None:
    assert check_fonts in registry.get_checks()


def test_what_is_installed_is_asked_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Latin letters are in any font, and those of a planned language in none."""
    monkeypatch.setattr(fonts, "SCRIPTS", {"Latin": "aZ", "None such": "\u0378"})
    assert list_missing_scripts.__wrapped__() == ["None such"]
    monkeypatch.setattr(fonts, "find_library", lambda name: None)
    assert list_missing_scripts.__wrapped__() == ["Latin", "None such"]
