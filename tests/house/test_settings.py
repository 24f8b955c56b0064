"""Production starts with its secrets or not at all, and closed (security checklist, points 17, 18, 19, 20, 21, 55)."""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from django.conf import settings

LINES = [line.partition("=") for line in (settings.BASE_DIR / ".ci/production.env").read_text().splitlines()]
GIVEN = {name: shlex.split(value)[0] for name, _, value in LINES if value and name != "DJANGO_SETTINGS_MODULE"}
LOGINS = {name for name in GIVEN if re.fullmatch("DATABASE_.+_URL", name)}  # of the other roles than the web's
NEEDED = {name: value for name, value in GIVEN.items() if name not in LOGINS}
PROGRAM = """
import json
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""


def start(environment: dict[str, str], *program: str) -> subprocess.CompletedProcess[str]:
    """Python with the production settings, as the web server, with nothing in the environment but `environment`."""
    kept = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATABASE_ROLE": "web",
    }
    return subprocess.run(
        [sys.executable, *program],
        env=kept | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def production() -> dict:
    """The production settings with everything given, as JSON would have them."""
    answer = start(NEEDED, "-c", PROGRAM)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_these_are_all_that_production_asks_for() -> None:
    code = (settings.BASE_DIR / "config/settings/production.py").read_text()
    always = re.findall(r'^(?:\w.* = )?require_env\("(\w+)"\)', code, re.M)
    assert sorted(NEEDED) == sorted(always)


@pytest.mark.parametrize("missing", NEEDED)
@pytest.mark.parametrize("kind", ["absent", "empty"])
def test_production_refuses_to_start_without(missing: str, kind: str) -> None:
    environment = {name: value for name, value in NEEDED.items() if name != missing}
    if kind == "empty":
        environment[missing] = ""
    answer = start(environment, "-c", PROGRAM)
    assert answer.returncode != 0
    assert f"Set the environment variable {missing}" in answer.stderr


@pytest.mark.parametrize("name", sorted(LOGINS))
def test_each_process_needs_the_login_of_its_own_role(name: str) -> None:
    role = {"DATABASE_ROLE": name.split("_")[1].lower()}
    assert f"Set the environment variable {name}" in start(NEEDED | role, "-c", PROGRAM).stderr
    assert start(NEEDED | role | {name: GIVEN[name]}, "-c", PROGRAM).returncode == 0


def test_production_refuses_a_short_secret() -> None:
    answer = start(NEEDED | {"SECRET_KEY": "short"}, "-c", PROGRAM)
    assert "at least 50 characters" in answer.stderr


def test_production_refuses_another_kind_of_database() -> None:
    answer = start(NEEDED | {"DATABASE_URL": "sqlite:///db.sqlite3"}, "-c", PROGRAM)
    assert "must name a PostgreSQL database" in answer.stderr


@pytest.mark.parametrize("contact", ["our security team", "http://council.example.org", "a@b@c", "mailto:a@b.example"])
def test_production_refuses_a_security_contact_that_nobody_could_use(contact: str) -> None:
    answer = start(NEEDED | {"SECURITY_CONTACT": contact}, "-c", PROGRAM)
    assert "SECURITY_CONTACT must be an e-mail address" in answer.stderr


def test_no_debug_page_and_no_one_click_sign_in(production: dict) -> None:
    assert production["DEBUG"] is False
    assert production["DEMO"] is False
    assert production["KEEP_SENT_MESSAGES"] is False


def test_a_debug_word_in_the_environment_changes_nothing() -> None:
    answer = start(NEEDED | {"DEBUG": "1", "DEMO": "1"}, "-c", PROGRAM)
    assert json.loads(answer.stdout)["DEBUG"] is False
    assert json.loads(answer.stdout)["DEMO"] is False


@pytest.mark.parametrize("cookie", ["SESSION", "CSRF"])
def test_cookies_are_for_this_host_over_https_and_out_of_reach_of_scripts(production: dict, cookie: str) -> None:
    assert production[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
    assert production[f"{cookie}_COOKIE_SECURE"] is True
    assert production[f"{cookie}_COOKIE_HTTPONLY"] is True
    assert production[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
    # the three things that the name __Host- asks for
    assert production[f"{cookie}_COOKIE_DOMAIN"] is None
    assert production[f"{cookie}_COOKIE_PATH"] == "/"


def test_https_for_a_year_and_nothing_else_but_the_probes(production: dict) -> None:
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert production["SECURE_REDIRECT_EXEMPT"] == ["^health/"]


def test_a_proxy_is_believed_only_when_told_to(production: dict) -> None:
    assert production["SECURE_PROXY_SSL_HEADER"] is None
    behind = json.loads(start(NEEDED | {"BEHIND_PROXY": "1"}, "-c", PROGRAM).stdout)
    assert behind["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_browsers_are_told_to_run_nothing_inline_and_to_tell_nobody(production: dict) -> None:
    policy = production["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert "unsafe" not in str(policy)
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    assert production["SECURE_REFERRER_POLICY"] == "same-origin"


def test_every_process_shares_one_cache(production: dict) -> None:
    # or else each web worker would count attempts to sign in for itself
    assert production["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_errors_reach_the_log(production: dict) -> None:
    assert production["LOGGING"]["root"]["handlers"] == ["stderr"]


def test_deployment_check_is_clean() -> None:
    environment = NEEDED | {"SILENCED_CHECKS": "hereabouts.W001"}  # the fonts of the machine that tests
    answer = start(environment, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert answer.returncode == 0, answer.stderr


def test_every_command_works_with_nothing_set() -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "--help"],
        env={},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0
    assert "No Django settings" not in answer.stderr + answer.stdout
