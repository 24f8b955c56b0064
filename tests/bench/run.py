"""Everything that is measured, in one run: `python -m tests.bench.run quick` in a database made for it.

`make bench` (demo/management/commands/bench.py) makes that database and starts this. Times move with the machine
and whatever else it does; the ratios of one run hold.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from statistics import fmean

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from agencies.demo import list_demo_members
from agencies.models import Membership
from cases.models import Case
from config.roles import DatabaseRole
from directory.geography.postcodes import load_areas, postcode_area
from directory.models import Service
from tests.bench import deeds, processes
from tests.bench.casework import Casework
from tests.bench.fill import fill
from tests.bench.pages import Part, Took, Visit, Visitor, in_turn, parts_of, sql_of, without_row_security
from tests.bench.searches import PLACES, searches
from tests.bench.table import Row, cpu, p50, p95, say
from tests.roles import acting_as


@dataclass(frozen=True)
class Sizes:
    rounds: int
    searches: int
    services: tuple[int, ...]  # sizes of the directory beside the demo's own
    cases: tuple[int, int]  # few, many
    entries: int
    printed: int  # entries of the history that is printed
    imported: int
    sent: int
    requests: int  # 0 leaves out what needs processes of its own
    messages: int


SIZES = {
    "tiny": Sizes(1, 2, (50,), (260, 300), 60, 5, 20, 1, 0, 0),
    "quick": Sizes(40, 80, (10_000,), (1_000, 20_000), 20_000, 150, 1_000, 30, 300, 100),
    "full": Sizes(100, 240, (10_000, 100_000), (1_000, 100_000), 100_000, 150, 10_000, 100, 1_000, 100),
    "million": Sizes(100, 240, (10_000, 100_000, 1_000_000), (1_000, 100_000), 100_000, 150, 10_000, 100, 1_000, 100),
}


class Bench:
    """One run over a place that has just been loaded."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes, people = sizes, {member.role: member for member in list_demo_members()}
        self.referrer: Membership = people["referrer"]
        self.work = Casework()
        self.anybody, self.connector = Visitor(), Visitor(people["connector"])
        self.pages = self.main_pages(people["connector"])

    def main_pages(self, member: Membership) -> dict[str, Visit]:
        cases = Case.visible_to(member).order_by("-entry_count", "pk")[:10]
        services = Service.objects.order_by("pk")[:10]
        return {
            "search": Visit(self.anybody, searches(self.sizes.searches)),
            "service": Visit(self.anybody, [reverse("directory:service", args=[s.pk]) for s in services]),
            "caseload": Visit(self.connector, [reverse("cases:caseload")]),
            "case": Visit(self.connector, [reverse("cases:case", args=[case.pk]) for case in cases]),
            "inbox": Visit(self.connector, [reverse("referrals:referrals")]),
        }

    def run(self) -> Iterator[Row]:
        yield from self.speed_of_pages()
        yield from self.row_security()
        yield from self.long_history()
        yield from self.many_cases()
        yield deeds.sending(self.referrer, self.sizes.sent)
        yield deeds.verifying(self.work, self.sizes.entries)
        yield from deeds.printing(self.work, self.sizes.printed)
        if self.sizes.requests:
            yield processes.web_memory(list(self.pages.values()), deeds.letter(), self.sizes.requests)
            yield processes.job_memory(self.sizes.messages)
            yield processes.second_start()
        yield processes.first_visit(self.anybody)
        yield from deeds.importing(self.sizes.imported)
        yield from self.sizes_of_directory()

    def speed_of_pages(self) -> Iterator[Row]:
        yardsticks = {
            f"{name} {who}": Visit(visitor, [f"/bench/{name}"])
            for name in ("empty", "floor", "frame")
            for who, visitor in (("signed out", self.anybody), ("signed in", self.connector))
        }
        took = in_turn({**yardsticks, **self.pages}, self.sizes.rounds)
        words = {"empty": "Empty view", "floor": "Small template + one query", "frame": "The same in the site's frame"}
        for name in yardsticks:
            what, who = name.split(" ", 1)
            yield Row(f"{words[what]}, {who}", p50(took[name]), "ms", note=f"p95 {p95(took[name]):.1f}")
        most = {"search": 4, "service": 6, "caseload": 8, "case": 10, "inbox": None}
        own = {"search": 0, "service": 0, "caseload": 1, "case": 1, "inbox": 1}  # session, user, memberships
        for name, visit in self.pages.items():
            floor = took["floor signed out" if visit.by is self.anybody else "floor signed in"]
            statements, in_sql, whole = sql_of(visit, min(10, self.sizes.rounds))
            note = f"p50 {p50(took[name]):.1f} ms, p95 {p95(took[name]):.1f}; {in_sql / whole:.0%} of it SQL; "
            note += f"Python alone {cpu(took[name]):.1f} ms, {cpu(took[name]) / cpu(floor):.1f} ×"
            target, ratio = (None if name == "search" else 4), p50(took[name]) / p50(floor)
            yield Row(f"{name.capitalize()} page ÷ small template + one query", ratio, "×", target, note)
            yield Row(f"{name.capitalize()} page: queries of its own", statements - own[name], "", most[name])

    def row_security(self) -> Iterator[Row]:
        """On and off by turns, a few requests each, so that the machine's moods fall on both."""
        visits = {name: self.pages[name] for name in ("caseload", "case")}
        on: dict[str, list[Took]] = {name: [] for name in visits}
        off: dict[str, list[Took]] = {name: [] for name in visits}
        for _ in range(max(1, self.sizes.rounds // 5)):
            for times, switch in ((on, nullcontext), (off, without_row_security)):
                # The role is kept, as by a web server: a prepared plan holds for one.
                with switch(), acting_as(DatabaseRole.WEB):
                    for name, took in in_turn(visits, 5).items():
                        times[name] += took
        for name in visits:
            note = f"{p50(on[name]):.2f} and {p50(off[name]):.2f} ms"
            what = f"{name.capitalize()} page: row-level security on ÷ off"
            yield Row(what, p50(on[name]) / p50(off[name]), "×", 1.15, note)

    def long_history(self) -> Iterator[Row]:
        short, long = (self.work.case_with(n) for n in (50, min(5_000, 50 * self.sizes.rounds)))
        visitor = Visitor(self.work.connector)
        visits = {name: Visit(visitor, [reverse("cases:case", args=[c.pk])]) for name, c in (("s", short), ("l", long))}
        took = in_turn(visits, self.sizes.rounds)
        note = f"{long.entry_count:,} entries: {p50(took['l']):.1f} ms"
        yield Row("Case page with 5,000 entries ÷ with 50", p50(took["l"]) / p50(took["s"]), "×", 1.2, note)

    def many_cases(self) -> Iterator[Row]:
        """Both beside the yardstick of the same minute, so that the machine's moods cancel out."""
        visitor, measured = Visitor(self.work.connector), []
        for many in self.sizes.cases:
            self.work.fill(many)
            paths = {"caseload": reverse("cases:caseload"), "floor": "/bench/floor"}
            took = in_turn({name: Visit(visitor, [path]) for name, path in paths.items()}, self.sizes.rounds)
            measured.append(p50(took["caseload"]) / p50(took["floor"]))
        note = f"{self.sizes.cases[1]:,} and {self.sizes.cases[0]:,} cases, of them the connector's own 250"
        yield Row("Caseload with 100,000 cases ÷ with 1,000", measured[1] / measured[0], "×", 1.3, note)

    def sizes_of_directory(self) -> Iterator[Row]:
        """The mix of searches, among more and more services. Sizes are compared by what each took of its own minute's
        yardstick, so that the machine's moods cancel out."""
        load_areas(postcode_area(place.split()[0]) for place in PLACES if place[-1].isupper())
        visits = {name: Visit(self.anybody, [f"/bench/{name}"]) for name in ("empty", "floor")}
        measured: dict[int, float] = {}
        for many in (0, *self.sizes.services):
            fill(many)
            yardstick = in_turn({**visits, "search": self.pages["search"]}, self.sizes.searches)
            took = parts_of(self.pages["search"], self.sizes.searches)
            measured[many] = p95(took.view) / p50(yardstick["floor"])
            words = f"Search, {many:,} services" if many else "Search, the demo's services"
            for name, times in (("SQL", took.sql), ("view", took.view), ("whole request", took.whole)):
                yield Row(f"{words}: {name}, p50", p50(times), "ms", note=f"p95 {p95(times):.1f}")
            yield from self.ratios_of_search(words, took, yardstick, many)
            if many > 10_000:
                yield Row(f"{words}: p95 of the view ÷ 10,000", measured[many] / measured[10_000], "×", 3)
            if many:
                yield from deeds.night(many)

    def ratios_of_search(self, words: str, took: Part, beside: dict[str, list[Took]], many: int) -> Iterator[Row]:
        """Targets are those of shared/performance.md; some hold for one size of the directory."""
        large = many == 100_000
        yield Row(f"{words}: view ÷ its SQL, p50", p50(took.view) / p50(took.sql), "×", 2 if large else None)
        yield Row(f"{words}: ÷ small template + one query, p50", p50(took.whole) / p50(beside["floor"]), "×")
        times = fmean(beside["search"]) / fmean(beside["empty"])
        yield Row(f"{words}: requests/s of an empty view ÷ its", times, "×", 25 if large else None)
        note = f"largest {max(took.plain) / 1024:.0f} KB; sent (brotli) {fmean(took.sent) / 1024:.1f} KB"
        yield Row(f"{words}: a page", fmean(took.plain) / 1024, "KB", note=f"{note}; {took.statements} queries")


def main(size: str, part: str = "", services: str = "0") -> None:
    warnings.filterwarnings("ignore", "No directory at")  # static files are collected in production only
    settings.ROOT_URLCONF = "tests.bench.urls"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("demo", if_empty=True)
    say(f"\nSizes: {size}. Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n")
    rows = []
    sizes = SIZES[size]
    if largest := int(services):
        sizes = replace(sizes, services=tuple(many for many in sizes.services if many < largest) + (largest,))
    bench = Bench(sizes)
    for row in bench.sizes_of_directory() if part == "search" else bench.run():
        rows.append(row)
        say(row)
    missed = [row for row in rows if row.verdict == "NOT MET"]
    judged = [row for row in rows if row.verdict]
    say(f"\n{len(judged) - len(missed)} of {len(judged)} targets met.")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["quick"])
