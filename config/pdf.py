"""One template in, one tagged PDF out (PDF/UA-1, WeasyPrint). Letters, histories, shortlists, chart pages.

    return pdf(request, "pdf/letter.html", {"person": person}, "letter.pdf")

The template extends pdf/base.html. A PDF is read as it was made: nothing in it is fetched but the project's own
packaged static files, whatever the text asks for (security point 6).
"""

import re
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

ROOT = "https://packaged.invalid/"  # stands for static/: a name that can never be on a network (RFC 2606)
TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}


class Refused(ValueError):
    """A PDF asked for something that is not a packaged file."""


class PackagedOnly(URLFetcher):
    """Reads what lies under ROOT from the static files and refuses everything else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        found = finders.find(unquote(urlsplit(url).path).lstrip("/")) if url.startswith(ROOT) else None
        if not isinstance(found, str) or Path(found).suffix not in TYPES:
            raise Refused(f"A PDF may use packaged files only, not {url[:200]}")
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": TYPES[Path(found).suffix]})


def render(template: str, context: dict[str, Any] | None = None) -> bytes:
    """The PDF of a template. `context["large"]` prints it in 18 point for people who see less well, else 13."""
    shown = {"place": settings.PLACE, "large": False, **(context or {})}
    html = HTML(string=render_to_string(template, shown), base_url=ROOT, url_fetcher=PackagedOnly())
    return html.write_pdf(pdf_variant="pdf/ua-1")


def pdf(
    request: HttpRequest | None, template: str, context: dict[str, Any] | None = None, filename: str = "document.pdf"
) -> HttpResponse:
    """A PDF to download: never shown inside the browser's page, never stored (security points 16, 30, 57)."""
    response = HttpResponse(render(template, context), content_type="application/pdf")
    response["Content-Disposition"] = attachment(filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def attachment(filename: str) -> str:
    """A Content-Disposition value for any file name: plain ASCII, and the true name as RFC 5987 has it."""
    true = re.sub(r'[\x00-\x1f\x7f/\\\\"]', " ", filename).strip() or "document.pdf"
    plain = unicodedata.normalize("NFKD", true).encode("ascii", "ignore").decode() or "document.pdf"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(true, safe='')}"
