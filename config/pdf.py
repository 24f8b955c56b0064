"""One template in, one tagged PDF out (PDF/UA-1, WeasyPrint). Letters, histories, shortlists, chart pages.

    return pdf(request, "pdf/letter.html", {"person": person}, "letter.pdf")

The template extends pdf/base.html. A PDF is read as it was made: nothing in it is fetched but the project's own
packaged static files, whatever the text asks for (security point 6). WeasyPrint works in processes of its own
(config/weasyprint_renderer.py), so that a web worker has neither its memory nor its faults.
"""

import contextlib
import logging
import os
import re
import subprocess
import sys
import time
import unicodedata
from multiprocessing import Pipe
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# What no font of ours prints but as a box: emoji with all that is joined to them (Unicode TS 51: skin tones, the signs
# that join or colour them, flags), pictures among the symbols, a program's private signs, as Word's bullets are; and
# what turns words round. Ticks and crosses stay, and so do the joiners within words of other scripts.
PICTURES = (
    "\U0001f000-\U0001faff\U000e0020-\U000e007f"
    "\u231a\u231b\u23e9-\u23fa\u25fd\u25fe\u2600-\u2712\u2719-\u27bf\u2b05-\u2b55"
)
UNPRINTABLE_PATTERN = re.compile(
    rf" ?[{PICTURES}]+(?:\u200d[{PICTURES}\u2640\u2642]*|[\ufe0e\ufe0f])*"
    r"|[\u202a-\u202e\ufe0e\ufe0f\u20e3\ufffc\ue000-\uf8ff\U000f0000-\U0010fffd]"
)
RENDER_SECONDS = 300  # a history of 5,000 entries, 870 pages, takes a minute or two
REUSE_SECONDS = 45  # less than the 60 after which an idle renderer ends by itself
PASSED_ON = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "XDG_CACHE_HOME")  # and none of our secrets
logger = logging.getLogger(__name__)


class PdfFailed(Exception):
    """The renderer was too slow, wanted too much memory or met an error, which it told on standard error."""


class Renderer:
    """A process that makes one PDF at a time. It takes half a second to start, and is used again."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.weasyprint_renderer"],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
        theirs.close()
        self.reuse_until = 0.0  # monotonic time

    def html_to_pdf(self, html: str) -> bytes:
        try:
            self.connection.send_bytes(html.encode())
            if not self.connection.poll(RENDER_SECONDS):
                raise PdfFailed(f"It was not made in {RENDER_SECONDS} s")
            return self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise PdfFailed("The renderer ended") from error

    def end(self, patience: float = 2) -> None:
        """An idle one ends by itself when nobody is there, and tidies up. It has `patience` seconds for that."""
        self.connection.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


idle_renderers: list[Renderer] = []


def take_renderer() -> Renderer:
    """One that has just been used, or a new one. Each is asked by one thread only."""
    with contextlib.suppress(IndexError):
        while renderer := idle_renderers.pop():
            if time.monotonic() < renderer.reuse_until:
                return renderer
            renderer.end()
    return Renderer()


def render_pdf(template: str, context: dict[str, Any] | None = None) -> bytes:
    """The PDF of a template, or PdfFailed. `context["large"]` prints it in 18 point for people who see less well, else
    13."""
    html: str = render_to_string(template, {"place": settings.PLACE, "large": False, **(context or {})})
    html = UNPRINTABLE_PATTERN.sub("", unicodedata.normalize("NFC", html))  # fonts place no two marks on one letter
    renderer = take_renderer()
    try:
        data = renderer.html_to_pdf(html)
    except PdfFailed:
        renderer.end(patience=0)
        raise
    renderer.reuse_until = time.monotonic() + REUSE_SECONDS
    idle_renderers.append(renderer)
    return data


def pdf_response(
    request: HttpRequest | None, template: str, context: dict[str, Any] | None = None, filename: str = "document.pdf"
) -> HttpResponse:
    """A PDF to download: never shown inside the browser's page, never stored (security points 16, 30, 57). When it
    cannot be made, a page that says so."""
    try:
        data = render_pdf(template, context)
    except PdfFailed:
        logger.exception("No PDF of %s", template)
        return HttpResponse(render_to_string("errors/pdf.html", {}, request), status=503)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = format_content_disposition(filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def format_content_disposition(filename: str) -> str:
    """A Content-Disposition value for any file name: plain ASCII, and the true name as RFC 5987 has it."""
    true = re.sub(r'[\x00-\x1f\x7f/\\\\"]', " ", filename).strip() or "document.pdf"
    plain = unicodedata.normalize("NFKD", true).encode("ascii", "ignore").decode() or "document.pdf"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(true, safe='')}"
