"""WeasyPrint in a process of its own, which config/pdf.py starts and asks: pages come in, PDFs go out.

Its 50 MB are nobody else's, it ends by itself when it has been asked for none for a while, and it reads no other file
than the packaged ones: no settings, no database, no network.
"""

import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC_FOLDER = Path(__file__).resolve().parent.parent / "static"
PACKAGED_FILES_URL = "https://packaged.invalid/"  # stands for static/: a name that can never be on a network (RFC 2606)
ALLOWED_FILE_TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}
MAX_MEMORY = 1024**3  # bytes of data; 1,000 pages take 200 MB
IDLE_SECONDS = 60
MAX_SECONDS = 300  # for one PDF; config/pdf.py waits as long


class FileRefused(ValueError):
    """A PDF asked for something that is not a packaged file."""


class PackagedFilesFetcher(URLFetcher):
    """Reads what lies under PACKAGED_FILES_URL from the static files and refuses everything else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        file = (STATIC_FOLDER / unquote(urlsplit(url).path).lstrip("/")).resolve()
        packaged = url.startswith(PACKAGED_FILES_URL) and file.is_relative_to(STATIC_FOLDER) and file.is_file()
        if not packaged or file.suffix not in ALLOWED_FILE_TYPES:
            raise FileRefused(f"A PDF may use packaged files only, not {url[:200]}")
        return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": ALLOWED_FILE_TYPES[file.suffix]})


def html_to_pdf(html: str) -> bytes:
    """The tagged PDF of a page."""
    page = HTML(string=html, base_url=PACKAGED_FILES_URL, url_fetcher=PackagedFilesFetcher())
    return bytes(page.write_pdf(pdf_variant="pdf/ua-1"))


def refuse_network(event: str, _args: tuple[Any, ...]) -> None:
    """An audit hook: whatever a library thinks of, nothing is connected to."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise PermissionError(f"A PDF needs no {event}")


def main() -> None:
    """Answer each page that comes on standard input, a socket, with its PDF. An error is told on standard error, and
    is the end of the process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    sys.addaudithook(refuse_network)
    asker = Connection(0)
    while asker.poll(IDLE_SECONDS):
        try:
            html = asker.recv_bytes().decode()
        except EOFError:
            return
        signal.alarm(MAX_SECONDS)  # also for one whose asker has died
        asker.send_bytes(html_to_pdf(html))
        signal.alarm(0)


if __name__ == "__main__":
    main()
