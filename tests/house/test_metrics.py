"""Figures for Prometheus: for whoever has the token, of each page and job, and of nobody (security point 55)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from agencies.models import Backup, Drill, Membership
from config.metrics import StatementTimer, gauge_sources
from tests.house.test_settings import NEEDED, PROGRAM, start

TOKEN = "a-token-for-the-tests-alone-0123456789"
PAGE = "/health/metrics"


@pytest.fixture
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(client: Client | None = None) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Each figure by its name and labels."""
    answer = (client or Client()).get(PAGE, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def figure(name: str, **labels: str) -> float:
    return read().get((name, frozenset(labels.items())), 0.0)


def test_without_a_token_in_the_settings_there_is_no_such_page() -> None:
    assert Client().get(PAGE).status_code == 404
    assert Client().get(PAGE, headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_whoever_has_not_the_token_finds_no_such_page(given: str) -> None:
    answer = Client().get(PAGE, headers={"Authorization": given} if given else {})
    assert answer.status_code == 404
    assert "hereabouts_" not in answer.text


@pytest.mark.usefixtures("token")
def test_the_steward_needs_it_too_and_it_is_only_looked_at(
    steward: Membership, client_of: Callable[..., Client]
) -> None:
    assert client_of(steward).get(PAGE).status_code == 404
    assert Client().post(PAGE, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_production_refuses_a_token_that_could_be_guessed() -> None:
    assert "METRICS_TOKEN must have at least 32" in start(NEEDED | {"METRICS_TOKEN": "short"}, "-c", PROGRAM).stderr
    assert json.loads(start(NEEDED, "-c", PROGRAM).stdout)["METRICS_TOKEN"] == ""


@pytest.mark.usefixtures("token")
def test_a_request_is_counted_by_page_and_what_it_asked_of_the_database() -> None:
    before = figure("hereabouts_requests_total", view="agencies:help", method="GET", status="200")
    asked = figure("hereabouts_database_statements_total", view="directory:home")
    Client().get("/help/")
    Client().get("/")
    assert figure("hereabouts_requests_total", view="agencies:help", method="GET", status="200") == before + 1
    assert figure("hereabouts_request_seconds_count", view="agencies:help") >= 1
    assert figure("hereabouts_database_statements_total", view="directory:home") > asked
    assert figure("hereabouts_database_seconds_total", view="directory:home") > 0


@pytest.mark.usefixtures("token")
def test_nobody_and_nothing_typed_is_in_a_label(connector: Membership, client_of: Callable[..., Client]) -> None:
    client = client_of(connector)
    client.get("/caseload/?q=Thornbury")
    client.get(f"/cases/{connector.pk}/")
    client.generic("THORNBURY", "/people/Thornbury/")
    app.tasks["import_source"].defer(run="Thornbury")
    labels = {value for _, pairs in read() for _, value in pairs}
    assert {"cases:caseload", "cases:case", "none", "OTHER", "import_source"} <= labels
    assert not [value for value in labels if "thornbury" in value.lower() or str(connector.pk) in value]


@pytest.mark.usefixtures("token")
def test_jobs_that_wait_are_late_and_failed() -> None:
    numbers = [app.tasks["deliver_message"].defer(message=str(n)) for n in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() - interval '10 minutes' WHERE id = %s", numbers[:1]
        )
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", numbers[1:2])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", numbers[1:2])
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert figure("hereabouts_jobs_waiting", task="deliver_message") == 2
    assert figure("hereabouts_jobs_late", task="deliver_message") == 1
    assert figure("hereabouts_jobs_failed", task="deliver_message") == 1
    assert figure("hereabouts_job_workers") == 1
    assert 600 <= figure("hereabouts_job_oldest_wait_seconds") < 660
    assert figure("hereabouts_database_up") == 1


@pytest.mark.usefixtures("token")
def test_how_old_the_last_backup_and_drill_are_that_went_well() -> None:
    assert not [name for name, _ in read() if "age_seconds" in name]
    now, hour = timezone.now(), timedelta(hours=1)
    Backup.objects.create(started_at=now - 5 * hour, finished_at=now - 5 * hour, kind=Backup.Kind.FULL)
    Backup.objects.create(started_at=now - hour, finished_at=now - hour, problem="The disk is full")
    Drill.objects.create(started_at=now - 9 * hour, finished_at=now - 8 * hour)
    Drill.objects.create(started_at=now)  # at work
    assert 5 * 3600 <= figure("hereabouts_backup_age_seconds") < 5 * 3600 + 60
    assert 9 * 3600 <= figure("hereabouts_drill_age_seconds") < 9 * 3600 + 60
    assert figure("hereabouts_backup_streaming") == 0


@pytest.mark.usefixtures("token")
def test_one_source_that_fails_keeps_no_other_from_being_read() -> None:
    def fail() -> list[Any]:
        raise ValueError("Thornbury")

    gauge_sources.register(fail)
    try:
        figures = read()
    finally:
        gauge_sources.unregister(fail)
    assert figures["hereabouts_figures_failed", frozenset()] == 1
    assert figures["hereabouts_database_up", frozenset()] == 1
    assert ("hereabouts_job_workers", frozenset()) in figures


@pytest.mark.usefixtures("token")
def test_without_a_database_it_says_so() -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(gone):
        figures = read()
    assert figures["hereabouts_database_up", frozenset()] == 0
    assert not [name for name, _ in figures if name.startswith("hereabouts_job")]


def test_what_the_database_refuses_is_counted_by_its_code() -> None:
    def count() -> float:
        return REGISTRY.get_sample_value("hereabouts_database_errors_total", {"sqlstate": "42P01"}) or 0.0

    before = count()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.execute_wrapper(StatementTimer()):
        connection.cursor().execute("SELECT * FROM nowhere")
    assert count() == before + 1


def test_several_processes_count_together(tmp_path: Path) -> None:
    count = "from config.metrics import REQUESTS; REQUESTS.labels('a', 'GET', 200).inc()"
    add = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry(); MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {program}" if program is count else program],
            cwd=project.BASE_DIR,
            env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for program in (count, count, add)
    ]
    assert 'hereabouts_requests_total{method="GET",status="200",view="a"} 2.0' in said[-1]
