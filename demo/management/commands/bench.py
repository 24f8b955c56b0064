"""The product's speed beside shared yardsticks, in a database of its own that is gone afterwards; or its search beside
another server's, in the database in use."""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg.sql import SQL, Identifier

from config.embedded.keeper import end_when_parent_ends

BENCH_DATABASE = "hereabouts_bench"
SIZES = ("quick", "full", "million")


class Command(BaseCommand):
    help = "Measure pages, deeds, memory and start-up, and print a table. Nobody's data are touched."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        sizes = parser.add_mutually_exclusive_group()
        sizes.add_argument("--quick", action="store_true", help="A few minutes, with smaller sizes; the default")
        sizes.add_argument("--full", action="store_true", help="The sizes of the targets; up to half an hour")
        sizes.add_argument("--million", action="store_true", help="As --full, and the search among a million services")
        parser.add_argument("--search", action="store_true", help="Only the search, in each size of the directory")
        parser.add_argument("--services", default=0, type=int, help="Another largest size of the directory")
        parser.add_argument(
            "--peer", metavar="URL", help="Compare the search with this server, which has the same rows"
        )
        parser.add_argument("--searches", default="", help="JSON that says our searches in the peer's words")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Measure in development: the demo place is part of it.")
        if options["peer"]:
            return self.run_module("tests.bench.peer", options["peer"], options["searches"])
        size = next((size for size in SIZES if options[size]), "quick")
        part = "search" if options["search"] else ""
        try:
            self.run_module("tests.bench.run", size, part, str(options["services"]), **self.create_database())
        finally:
            self.execute_there("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def run_module(self, *command: str, **environment: str) -> None:
        """A process of its own, in which nothing was set up for another database. It ends with us."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", *command],
            env={**os.environ, **environment, "DEBUG": "0"},
            cwd=settings.BASE_DIR,
            check=False,
            preexec_fn=end_when_parent_ends,
        )
        if done.returncode:
            raise CommandError("The measuring ended early.")

    def create_database(self) -> dict[str, str]:
        """The environment that names an empty database on the server in use."""
        self.execute_there("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self.execute_there("CREATE DATABASE {}")
        if url := os.environ.get("DATABASE_URL"):
            there = urlsplit(url)._replace(path=f"/{BENCH_DATABASE}").geturl()
            return {"DATABASE_URL": there, "DEVELOPMENT_DATABASE": BENCH_DATABASE}
        return {"DATABASE_NAME": BENCH_DATABASE}

    def execute_there(self, statement: str) -> None:
        with psycopg.connect(self.server_url(), autocommit=True) as connection:
            connection.execute(SQL(statement).format(Identifier(BENCH_DATABASE)))

    def server_url(self) -> str:
        """The server's database `postgres`, from which others are made."""
        if url := os.environ.get("DATABASE_URL"):
            return urlsplit(url)._replace(path="/postgres").geturl()
        from config.embedded.base import SERVER

        SERVER.ensure_running()  # and as long as this process lives, so that the next one finds it running
        return SERVER.database_url("postgres")
