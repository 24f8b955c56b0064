"""The search of the database in use beside another server's, over HTTP, with the same 240 searches.

    python -m tests.bench.fill 100000                           made-up services, in a database of a demo place
    python manage.py bench --peer http://127.0.0.1:9100         once the other server holds the same rows

The product is served as `make run` and production serve it. How a search is said to the other server stands in a file
beside this one; `--searches FILE` names another, for another kind of server.
"""

import http.client
import json
import math
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote_plus, urlsplit

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()

from config import run
from directory.geography.postcodes import find_place, load_areas, postcode_area
from directory.models import Spot
from tests.bench.processes import free_port, until_answers
from tests.bench.searches import PLACES, searches
from tests.bench.table import Row, p50, p95, say

MAPPING = Path(__file__).with_name("data_inclusion.json")
SEARCHES, CLIENTS, ROUNDS, SECONDS = 240, 8, 3, 10
KM_PER_MILE = 1.609344
TARGETS = ((500_000, 0.067), (50_000, 0.333), (0, 1))  # from so many places on, the peer answers at most that ÷ ours
HEADERS = {"X-Forwarded-For": "192.0.2.1"}  # as from a proxy: what only the demo shows on this machine is left out


class Server:
    """One of the two, the addresses it is asked for, and what was measured of it."""

    def __init__(self, url: str, paths: list[str]) -> None:
        self.host, self.paths = urlsplit(url).netloc, paths
        self.times: list[list[float]] = []
        self.rates: list[float] = []

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, timeout=120)

    def ask(self, connection: http.client.HTTPConnection, path: str) -> float:
        """The milliseconds until the whole answer was there. ValueError unless it is one."""
        began = time.perf_counter()
        connection.request("GET", path, headers=HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{self.host}{path} answered {answer.status}: {body[:200]!r}")
        return 1000 * (time.perf_counter() - began)

    def measure_rate(self) -> float:
        """Requests a second of CLIENTS, each in an order of its own; what the end cuts off counts by its part."""
        done, end = [0.0] * CLIENTS, time.perf_counter() + SECONDS

        def work(nth: int) -> None:
            connection, order = self.connect(), random.Random(nth).sample(self.paths, len(self.paths))
            while (left := end - time.perf_counter()) > 0:
                done[nth] += min(1, 1000 * left / self.ask(connection, order[0]))
                order.append(order.pop(0))

        clients = [threading.Thread(target=work, args=(nth,)) for nth in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return sum(done) / SECONDS


def peer_path(path: str, mapping: dict[str, str | dict[str, str]]) -> str:
    """Our search, an address of ours, as the other server is asked for it."""
    parts = [str(mapping["path"])]
    for name, value in parse_qsl(urlsplit(path).query):
        rule = mapping.get(name, "")
        if isinstance(rule, dict):
            rule = rule.get(value, "")
        known = {"value": quote_plus(value)}
        if name == "near":
            point = find_place(value)[1]
            known |= {"lat": f"{point.lat:.6f}", "lon": f"{point.lon:.6f}"}
        if name == "miles":
            known["km"] = str(math.ceil(float(value) * KM_PER_MILE))
        parts += [rule.format(**known)] if rule else []
    return "&".join(parts)


def compare(ours: Server, peer: Server, places: int) -> Iterator[Row]:
    """One search after the other, each asked of both; then each with CLIENTS in turn. The best of ROUNDS counts."""
    for nth in range(1 + ROUNDS):
        here, there = ours.connect(), peer.connect()
        pairs = zip(ours.paths, peer.paths, strict=True)
        took = [(ours.ask(here, path), peer.ask(there, same)) for path, same in pairs]
        for server, times in zip((ours, peer), zip(*took, strict=True), strict=True):
            if nth:  # the first round warms both
                server.times.append([*times])
                server.rates.append(server.measure_rate())
        say(f"Round {nth} of {ROUNDS} is done.")
    for name, server in (("Product", ours), ("Peer", peer)):
        yield Row(f"{name}, one client: p50", min(map(p50, server.times)), "ms")
        yield Row(f"{name}, one client: p95", min(map(p95, server.times)), "ms")
        yield Row(f"{name}, {CLIENTS} clients: requests a second", max(server.rates), "/s")
    target = next(ratio for least, ratio in TARGETS if places >= least)
    note = f"the product answers {max(ours.rates) / max(peer.rates):.2f} × as many"
    yield Row("Requests a second, the peer ÷ the product", max(peer.rates) / max(ours.rates), "×", target, note)


def main(url: str, file: str = "") -> None:
    mapping = json.loads((Path(file) if file else MAPPING).read_text())
    load_areas(postcode_area(place.split()[0]) for place in PLACES if place[-1].isupper())
    paths, places, port = searches(SEARCHES), Spot.objects.count(), str(free_port())
    load = f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    say(f"{places:,} places to be found here, {len(paths)} searches. {load}")
    web = run.start_web_server(port)
    try:
        until_answers(int(port))
        ours = Server(f"http://127.0.0.1:{port}", paths)
        for row in compare(ours, Server(url, [peer_path(path, mapping) for path in paths]), places):
            say(row)
    finally:
        web.stop()
        web.wait(time.monotonic() + run.STOP_TIMEOUT)


if __name__ == "__main__":
    main(*sys.argv[1:])
