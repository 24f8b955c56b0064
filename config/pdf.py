"""One template in, one tagged PDF out (PDF/UA-1, WeasyPrint). Letters, histories, shortlists, chart pages.

    return pdf(request, "pdf/letter.html", {"person": person}, "letter.pdf")

The template extends pdf/base.html. A PDF is read as it was made: nothing in it is fetched but the project's own
packaged static files, whatever the text asks for (security point 6).
"""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def render_pdf(template: str, context: dict[str, Any] | None = None) -> bytes:
    """The PDF of a template. `context["large"]` prints it in 18 point for people who see less well, else 13."""
    from config.weasyprint_renderer import html_to_pdf  # now, not when the process starts: see there

    shown = {"place": settings.PLACE, "large": False, **(context or {})}
    return html_to_pdf(render_to_string(template, shown))


def pdf_response(
    request: HttpRequest | None, template: str, context: dict[str, Any] | None = None, filename: str = "document.pdf"
) -> HttpResponse:
    """A PDF to download: never shown inside the browser's page, never stored (security points 16, 30, 57)."""
    response = HttpResponse(render_pdf(template, context), content_type="application/pdf")
    response["Content-Disposition"] = format_content_disposition(filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def format_content_disposition(filename: str) -> str:
    """A Content-Disposition value for any file name: plain ASCII, and the true name as RFC 5987 has it."""
    true = re.sub(r'[\x00-\x1f\x7f/\\\\"]', " ", filename).strip() or "document.pdf"
    plain = unicodedata.normalize("NFKD", true).encode("ascii", "ignore").decode() or "document.pdf"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(true, safe='')}"
