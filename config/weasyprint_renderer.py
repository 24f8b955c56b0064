"""WeasyPrint, and the only files that a PDF may read. Loading it takes a second and some 30 MB, so that config/pdf.py
asks for it at the first PDF: most processes never make one."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

PACKAGED_FILES_URL = "https://packaged.invalid/"  # stands for static/: a name that can never be on a network (RFC 2606)
ALLOWED_FILE_TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}


class FileRefused(ValueError):
    """A PDF asked for something that is not a packaged file."""


class PackagedFilesFetcher(URLFetcher):
    """Reads what lies under ROOT from the static files and refuses everything else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        found = finders.find(unquote(urlsplit(url).path).lstrip("/")) if url.startswith(PACKAGED_FILES_URL) else None
        if not isinstance(found, str) or Path(found).suffix not in ALLOWED_FILE_TYPES:
            raise FileRefused(f"A PDF may use packaged files only, not {url[:200]}")
        return URLFetcherResponse(
            url, Path(found).read_bytes(), {"Content-Type": ALLOWED_FILE_TYPES[Path(found).suffix]}
        )


def html_to_pdf(html: str) -> bytes:
    """The tagged PDF of a page."""
    page = HTML(string=html, base_url=PACKAGED_FILES_URL, url_fetcher=PackagedFilesFetcher())
    return bytes(page.write_pdf(pdf_variant="pdf/ua-1"))
