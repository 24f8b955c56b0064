"""Each app imports only from the apps to its left (pyproject.toml, "importlinter")."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LADDER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_nothing_imports_from_the_right() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_app_of_ours_has_its_step() -> None:
    ours = {app.name for app in apps.get_app_configs() if Path(app.path).is_relative_to(ROOT / app.name)}
    steps = {app for layer in LADDER["contracts"][0]["layers"] for app in layer.split(" | ")}
    assert ours | {"config"} == steps == set(LADDER["root_packages"])
