"""The container files and the workflow, as far as they can be checked where no container can be built."""

import re
import shlex
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import resolve
from granian.cli import cli

from config.serve import SERVER

ROOT = settings.BASE_DIR
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "hereabouts"}
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
SPOKEN = DOCKERFILE.replace("\\\n", " ")  # one instruction a line


def instructions(name: str) -> list[str]:
    """What follows each instruction of that name."""
    return re.findall(rf"^{name} +(.+)$", SPOKEN, re.M)


def image_command() -> list[str]:
    """The words of the image's own command."""
    (command,) = instructions("CMD")
    return yaml.safe_load(command)


def commands() -> list[list[str]]:
    """The words of each command that a service runs, those within `sh -c` one by one."""
    found = [image_command()]
    for service in OURS.values():
        words = shlex.split(service.get("command", ""))
        found += [shlex.split(part) for part in words[2].split("&&")] if words[:2] == ["sh", "-c"] else [words]
    return [words for words in found if words]


# --- compose.yaml ---------------------------------------------------------------------------------------


def test_they_are_given_exactly_what_production_needs() -> None:
    lines = (ROOT / ".ci/production.env").read_text().splitlines()
    needed = [line.partition("=")[0] for line in lines if "=" in line]
    assert sorted(COMPOSE["x-app"]["environment"]) == sorted(needed)


def test_each_value_is_given_and_none_stands_in_the_file() -> None:
    """But the settings' own name, and the database's address, which is built from its password."""
    given = COMPOSE["x-app"]["environment"]
    logins = {"WEB": "DATABASE_URL"} | {role: f"DATABASE_{role}_URL" for role in ("OWNER", "JOBS", "OPS")}
    for role, name in logins.items():
        login = f"hb_{role.lower()}:${{{role}_PASSWORD:?}}"
        assert given[name] == f"postgresql://{login}@database:5432/hereabouts"
    named = {name: value for name, value in given.items() if name not in {"DJANGO_SETTINGS_MODULE", *logins.values()}}
    assert named == {name: f"${{{name}:?}}" for name in named}
    assert COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:?}"


def test_one_image_is_built_once_for_all_three() -> None:
    assert set(OURS) == {"migrate", "web", "jobs", "imports"}
    assert [name for name, service in OURS.items() if "build" in service] == ["migrate"]


@pytest.mark.parametrize("name", ["migrate", "web", "jobs", "imports"])
def test_nothing_can_be_written_and_nothing_more_be_had(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == "/tmp"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "volumes", "user", "cap_add"} & set(service)
    assert set(COMPOSE["x-app"]["environment"]) <= set(service["environment"])


def test_the_database_first_then_one_migration_then_the_rest() -> None:
    assert OURS["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert OURS["migrate"]["restart"] == "no"
    for name in ("web", "jobs", "imports"):
        assert OURS[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert OURS[name]["restart"] == "always"


def test_the_web_is_reached_through_a_proxy_on_the_same_machine_only() -> None:
    ports = {name: service.get("ports", []) for name, service in COMPOSE["services"].items()}
    assert {name: given for name, given in ports.items() if given} == {"web": ["127.0.0.1:8000:8000"]}


def test_the_health_check_asks_a_page_that_there_is() -> None:
    kind, program, option, code = OURS["web"]["healthcheck"]["test"]
    assert (kind, program, option) == ("CMD", "python", "-c")
    compile(code, "healthcheck", "exec")
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+?)\"", code)
    assert resolve(path).func.__name__ == "ready"


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_each_command_is_one_that_there_is(words: list[str]) -> None:
    if words[:3] == ["python", "-m", "config.serve"]:
        cli.make_context("granian", [*SERVER[1:], *words[3:]])  # raises for an option or value it does not know
    else:
        assert words[:2] == ["python", "manage.py"]
        load_command_class(get_commands()[words[2]], words[2]).create_parser("manage.py", words[2]).parse_args(
            words[3:]
        )


def test_deploying_says_the_same_commands() -> None:
    told = (ROOT / "docs/deploying.md").read_text()
    for words in commands():
        said = " ".join(words).removeprefix("python ").removesuffix(" --noinput").replace("0.0.0.0", "127.0.0.1")
        assert said in told


# --- Dockerfile -----------------------------------------------------------------------------------------


def test_what_was_never_built_says_so() -> None:
    assert DOCKERFILE.startswith("# Never built yet")
    assert (ROOT / "compose.yaml").read_text().startswith("# Never started yet")


def test_letters_can_be_printed() -> None:
    (echoed,) = re.findall(r"pango\) echo (.+) ;;", (ROOT / ".ci/system").read_text())
    (installed,) = re.findall(r"--no-install-recommends ([^&]+) &&", SPOKEN)
    assert installed.split() == [*echoed.split(), "fonts-noto-core", "fonts-noto-cjk"], "with fonts for all scripts"


def test_both_stages_stand_on_one_python_that_is_pinned() -> None:
    first, second = (image.split(" ")[0] for image in instructions("FROM"))
    assert first == second
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", first)


def test_it_runs_as_nobody() -> None:
    (user,) = instructions("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)


def test_every_path_that_is_copied_or_read_is_sent_along() -> None:
    copied = [words.split()[:-1] for words in instructions("COPY") if not words.startswith("--from")]
    read = re.findall(r"\. \./(\S+)", SPOKEN)
    paths = [path for paths in [*copied, read] for path in paths]
    assert "." in paths
    for path in paths:
        assert (ROOT / path).exists()
        assert not {path, path.split("/")[0]} & set(IGNORED)


@pytest.mark.parametrize("secret", [".env", ".git", ".postgres", ".venv"])
def test_no_secret_and_no_data_are_sent_along(secret: str) -> None:
    assert secret in IGNORED


# --- The workflow ---------------------------------------------------------------------------------------


def test_the_workflow_runs_what_everybody_runs_on_the_oldest_python_promised() -> None:
    workflow: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    (python,) = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    assert f'requires-python = ">={python}"' in (ROOT / "pyproject.toml").read_text()
    assert workflow["permissions"] == {"contents": "read"}
