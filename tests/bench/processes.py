"""The product as processes: their memory, how soon they start, and what a first visit fetches."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders
from django.urls import reverse

from agencies import messages
from agencies.models import Message
from tests.bench.pages import Visit, Visitor
from tests.bench.table import Row

PATIENCE = 120  # seconds for a process to do what it is asked


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a group of its own that ends with us."""
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def web_memory(visits: list[Visit], letter: Visit, requests: int) -> Row:
    """The resident memory of one web worker after that many requests of all kinds; one in fifty is for a PDF."""
    port, server = free_port(), ["-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws"]
    server += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "2"]
    with running(*server, "--log-level", "warning") as process:
        until_answers(port)
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for nth in range(requests):
            visit = letter if nth % 50 == 49 else visits[nth % len(visits)]
            cookies = "; ".join(f"{c.key}={c.value}" for c in visit.by.cookies.values())
            connection.request("GET", visit.paths[nth % len(visit.paths)], headers={"Cookie": cookies})
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise ValueError(f"{visit.paths[0]} answered {response.status} under granian")
        rate = requests / (time.perf_counter() - began)
        used = max(resident(pid) for pid in family(process.pid))
    note = f"after {requests:,}, {rate:.0f} a second from one client"
    return Row("Memory of a web worker after 1,000 mixed requests", used, "MB", 180, note)


def job_memory(many: int) -> Row:
    """The resident memory of a job worker after that many e-mails."""
    with running("manage.py", "procrastinate", "worker") as process:
        for nth in range(many):
            messages.queue_message(
                key=f"bench {nth}",
                to="joan@agency.example.org",
                subject="News",
                template="email/case_news.txt",
                context={"link": "http://127.0.0.1/"},
            )
        waiting = Message.objects.filter(key__startswith="bench ", sent_at=None)
        until(lambda: not waiting.exists(), "the messages to leave")
        used = max(resident(pid) for pid in family(process.pid))
    return Row("Memory of a job worker after 100 messages", used, "MB", 250, f"after {many}")


def second_start() -> Row:
    """Seconds from `make run` on a place that is there to its first page."""
    began = time.perf_counter()
    with running("-m", "config.run", PORT=str(free_port())) as process:
        for line in process.stdout or ():
            if "Hereabouts is at" in line:
                break
        else:
            raise ValueError("make run ended early")
        took = time.perf_counter() - began
    return Row("make run, the second time: first page", took, "s", 5)


def first_visit(visitor: Visitor) -> Row:
    """Kilobytes of the front page or the search page, the heavier, and what it names (see `weigh_page`)."""
    total, note = max(weigh_page(visitor, name) for name in ("directory:home", "directory:activities"))
    return Row("First visit to the front or the search page, no map", total / 1024, "KB", 110, note)


def weigh_page(visitor: Visitor, url_name: str) -> tuple[int, str]:
    """Bytes of a page and of each file it names as production sends it (brotli), and what they are."""
    page = visitor.get(reverse(url_name))[1].content
    names = set(re.findall(r'(?:href|src)="/static/([^"?]+)"', page.decode()))
    fonts = set()
    for name in sorted(names):
        if name.endswith(".css"):
            folder = Path(name).parent
            css = content(name).decode()
            found = re.findall(r"url\([\"']?([^\"')]+\.woff2)", css)
            fonts |= {os.path.normpath(folder / font) for font in found}
    total = len(page) + sum(sent(name) for name in names | fonts)
    note = f"{len(names | fonts)} files, {len(fonts)} of them fonts; the page {len(page) / 1024:.0f} KB, not compressed"
    return total, f"{url_name}: {note}"


def content(name: str) -> bytes:
    return Path(str(finders.find(name))).read_bytes()


def sent(name: str) -> int:
    """Bytes on the wire of a static file."""
    packed = name.endswith((".woff2", ".png", ".ico"))
    return len(content(name) if packed else brotli.compress(content(name)))


def family(pid: int) -> list[int]:
    """The process and all that came from it."""
    children = [int(n) for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]
    return [pid, *(member for child in children for member in family(child))]


def resident(pid: int) -> float:
    """Megabytes in memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def free_port() -> int:
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        return int(ours.getsockname()[1])


def until_answers(port: int) -> None:
    def answers() -> bool:
        with socket.socket() as ours:
            return ours.connect_ex(("127.0.0.1", port)) == 0

    until(answers, "the web server")


def until(done, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {PATIENCE} s for {what}")
        time.sleep(0.1)
