"""Migrations: none missing, one line in each app, and every one can be applied to an empty database."""

import io
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

PLACES = [(app.label, Path(app.path)) for app in apps.get_app_configs()]
OURS = [label for label, path in PLACES if path.parent == Path(settings.BASE_DIR) and (path / "migrations").exists()]


@pytest.mark.django_db
def test_models_and_migrations_say_the_same() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(f"Run manage.py makemigrations: {said.getvalue()}")


@pytest.mark.parametrize("app", OURS)
def test_each_app_has_one_line_of_migrations(app: str) -> None:
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    names = sorted(name for label, name in graph.nodes if label == app)
    # when each is asked for those of its own app that it comes after
    before = {
        name: [parent.key[1] for parent in graph.node_map[app, name].parents if parent.key[0] == app] for name in names
    }
    # then the first has none and every other has exactly the one numbered before it
    assert [before[name] for name in names] == [[]] + [[name] for name in names[:-1]]
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


@pytest.mark.django_db
def test_the_database_has_them_all() -> None:
    loader = MigrationLoader(connection)
    assert set(loader.disk_migrations) <= set(loader.applied_migrations)
