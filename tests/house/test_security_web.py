"""Points of shared/standards/security.md about SQL, headers, cookies, CSRF, redirects and mass assignment.

Elsewhere: 1 (templates) in test_templates.py; 17, 18 and 55 as production has them in test_settings.py; 8 (mail
headers) in tests/agencies/test_messages.py; 38 (invitations) in tests/agencies/test_invitation.py; sign-in, passwords,
second step and sessions in test_security_sign_in.py; 23, 50 and 51 in test_views.py.
"""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.forms import ModelForm
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Membership, User
from tests.conftest import signed_in_client
from tests.factories import PASSWORD, MembershipFactory
from tests.house.crawl import ADDRESSES, made_up, url_of

ROOT = Path(settings.BASE_DIR)
APPS = ("config", "agencies", "directory", "bookings", "referrals", "cases", "demo")
CODE = sorted(p for app in APPS for p in (ROOT / app).rglob("*.py"))
ClientOf = Callable[[Membership], Client]

# Called with SQL as the first argument.
TAKES_SQL = {"raw", "execute", "executemany", "RawSQL", "extra", "RunSQL", "copy"}

# A table's name cannot be a parameter of CREATE TRIGGER, nor a role's password of ALTER ROLE: these put in names that
# our own migrations wrote, and what the operator's environment says, quoted by psycopg.
NAMES_ONLY = {
    "agencies/management/commands/make_roles.py",
    "config/append_only.py",
    "directory/migrations/0011_editions.py",
}


# --- 2: SQL -----------------------------------------------------------------------------------------


def is_built(node: ast.expr) -> bool:
    """Whether a text is put together from values: f-string, %, +, .format() or .join()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) and not is_constant(part.value) for part in node.values)
    if isinstance(node, ast.BinOp):
        return is_built(node.left) or is_built(node.right) or not (is_constant(node.left) and is_constant(node.right))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if composed := by_psycopg(node.func.value):
        return is_built(composed)
    return node.func.attr in ("format", "join")


def by_psycopg(node: ast.expr) -> ast.expr | None:
    """The text in `SQL(text)`: psycopg quotes what its own `.format()` puts in."""
    name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return node.args[0] if name == "SQL" and isinstance(node, ast.Call) and node.args else None


def is_constant(node: ast.expr) -> bool:
    """A literal, or a name in capitals: a constant of the module."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def built_sql(source: str) -> list[int]:
    """Line numbers of calls that take SQL and get one put together from values; `.extra()` always."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in TAKES_SQL and node.args and is_built(node.args[0]):
            lines.append(node.lineno)
        if name == "extra" and any(k.arg in ("where", "select", "tables") for k in node.keywords):
            lines.append(node.lineno)
    return lines


def test_point_02_no_sql_is_built_from_text() -> None:
    built = {str(path.relative_to(ROOT)): built_sql(path.read_text()) for path in CODE}
    assert {path: lines for path, lines in built.items() if lines and path not in NAMES_ONLY} == {}


@pytest.mark.parametrize(
    "source",
    [
        'cursor.execute(f"SELECT {x}")',
        'cursor.execute("SELECT %s" % x)',
        'cursor.execute("SELECT " + x)',
        'Model.objects.raw("SELECT {}".format(x))',
        'RawSQL(f"{x}", [])',
        'qs.extra(where=["a = 1"])',
        'cursor.execute(SQL(f"SELECT {x}").format(Identifier(y)))',
    ],
)
def test_point_02_the_lint_sees_it(source: str) -> None:
    assert built_sql(source) == [1]


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", "'; DROP TABLE agencies_user; --", "\\", "%", "_", "\u202e", "🦩", "a" * 5000]
)
def test_point_02_hostile_words_are_only_words(words: str, client: Client) -> None:
    assert client.get(reverse("directory:activities"), {"words": words, "near": words}).status_code in (200, 422)
    assert client.post(reverse("account_login"), {"login": words, "password": words}).status_code == 422


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_nul_bytes_do_not_break_a_page(name: str, client: Client) -> None:
    data = {"login": "a\0@b.example.org", "email": "a\0@b.example.org", "password": "a\0b"}
    assert client.post(reverse(name), data).status_code == 422


# --- 7: templates ------------------------------------------------------------------------------------


def made_templates(source: str) -> list[int]:
    """Line numbers where a template is made of text: `Template(…)`, `from_string(…)`, `Environment.from_string(…)`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {"Template", "from_string"}
    return [node.lineno for node in calls if getattr(node.func, "attr", getattr(node.func, "id", "")) in names]


def test_point_07_no_template_is_made_of_text() -> None:
    """Letters and e-mails are files with fields: whatever somebody types is never read as a template."""
    assert made_templates("engine.from_string(text)") == [1]
    assert {str(path.relative_to(ROOT)): lines for path in CODE if (lines := made_templates(path.read_text()))} == {}


# --- 9: no pickle -------------------------------------------------------------------------------------


def test_point_09_sessions_are_json_and_nothing_is_unpickled() -> None:
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    for path in CODE:
        assert not {"pickle", "marshal", "shelve"} & imported(path.read_text()), path


def imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


# --- 17 to 21: cookies and headers ----------------------------------------------------------------------


def test_point_17_cookies_are_not_for_scripts_or_other_sites(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    assert set(client.cookies) == {"sessionid", "csrftoken", "known-browser"}
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]
        assert cookie["path"] == "/"


PAGES = ["directory:home", "directory:activities", "account_login"]


@pytest.mark.parametrize("name", PAGES)
def test_point_19_only_our_own_scripts_and_styles_run(name: str, client: Client) -> None:
    response = client.get(reverse(name))
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert '"allowEval": false' in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_points_20_and_21_headers_are_on_every_page(name: str, client: Client) -> None:
    headers = client.get(reverse(name)).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_points_19_to_21_hold_on_error_pages_too(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "same-origin"


def test_no_script_of_ours_keeps_anything_in_the_browser() -> None:
    """A shared computer in a surgery: what is typed is kept by the server, and the page of sign-out clears the rest."""
    ours = sorted((ROOT / "static").glob("*.js"))
    assert len(ours) > 3
    keeping = ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.open")
    assert [(path.name, word) for path in ours for word in keeping if word in path.read_text()] == []


def test_point_57_htmx_keeps_no_pages_in_the_browser(client: Client) -> None:
    assert '"historyCacheSize": 0' in client.get(reverse("directory:home")).content.decode()


# --- 22: CSRF -----------------------------------------------------------------------------------------

# A mail program posts here by itself, with no cookie, to stop an e-mail (RFC 8058): the address is the secret. And an
# agency's provider, to end the sessions that it opened: its signed token is.
BY_SECRET_ALONE = {"referrals:alert_stop", "oidc_logout"}


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_point_22_no_post_without_the_forms_key(role: Role, htmx: bool) -> None:
    client = signed_in_client(Client(enforce_csrf_checks=True), MembershipFactory(role=role, manages_team=True))
    headers = {"HX-Request": "true"} if htmx else {}
    for name, pattern in ADDRESSES.items():
        if name not in BY_SECRET_ALONE:
            response = client.post(url_of(name, made_up(pattern)), headers=headers)
            assert response.status_code in (403, 404, 405), name


def test_point_22_no_view_that_takes_a_post_is_exempt(client: Client) -> None:
    exempt = {name: p for name, p in ADDRESSES.items() if getattr(p.callback, "csrf_exempt", False)}
    posted = {name: client.post(url_of(name, made_up(pattern))).status_code for name, pattern in exempt.items()}
    assert {name for name, status in posted.items() if status != 405} == BY_SECRET_ALONE


# --- 24: redirects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/\\evil.example.org",
        "https:evil.example.org",
        "javascript:alert(1)",
        "http://testserver@evil.example.org/",
        "\thttps://evil.example.org",
    ],
)
def test_point_24_sign_in_never_leads_to_another_site(address: str, client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    path = reverse("account_login", query={"next": address})
    page = client.get(path)
    assert page.status_code == 200
    response = client.post(path, {"login": member.user.email, "password": PASSWORD, "next": address})
    assert response.status_code == 302
    assert response["Location"].startswith("/")
    assert "evil" not in response["Location"]


def test_point_24_sign_in_leads_back_on_our_own_site(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    response = client.get(reverse("agencies:sessions"))
    assert response["Location"] == "/accounts/login/?next=/accounts/sessions/"
    response = client.post(response["Location"], {"login": member.user.email, "password": PASSWORD})
    assert response["Location"] == reverse("agencies:sessions")


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
def test_point_24_a_page_elsewhere_is_not_returned_to(header: str, client: Client) -> None:
    response = client.post(reverse("agencies:draft"), headers={header: "https://evil.example.org/refer/"})
    assert response["Location"] == "/accounts/login/"


# --- 25: what a proxy may say ------------------------------------------------------------------------------


def test_point_25_forwarded_headers_are_not_believed(client: Client) -> None:
    from allauth.usersessions.models import UserSession

    member = MembershipFactory(role=Role.PROVIDER)
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example.org"}
    data = {"login": member.user.email, "password": PASSWORD}
    response = client.post(reverse("account_login"), data, headers=forwarded)
    assert UserSession.objects.get(user=member.user).ip == "127.0.0.1"
    assert not response.wsgi_request.is_secure()
    assert response.wsgi_request.get_host() == "testserver"


# --- 58: mass assignment -----------------------------------------------------------------------------------


def model_forms(base: type[ModelForm] = ModelForm) -> list[type[ModelForm]]:
    found = []
    for form in base.__subclasses__():
        found += [form, *model_forms(form)]
    return found


def test_point_58_no_form_takes_all_the_fields_of_a_model() -> None:
    import importlib

    for path in CODE:
        if "forms" in path.parts or path.name == "forms.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    ours = [f for f in model_forms() if f.__module__.split(".")[0] in APPS and getattr(f, "_meta", None)]
    for form in ours:
        assert form._meta.fields != "__all__", form
        assert form._meta.exclude is None, form


def test_point_58_a_member_cannot_post_themselves_a_role(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    sneaked = {"role": "steward", "manages_team": "on", "is_active": "on", "member": str(gp.pk)}
    client.post(reverse("agencies:work_for"), sneaked)
    client.post(reverse("account_change_password"), sneaked | {"oldpassword": PASSWORD, "password1": "a"})
    gp.refresh_from_db()
    assert (gp.role, gp.manages_team) == (Role.REFERRER, False)


def test_there_is_no_superuser_and_no_admin(client: Client) -> None:
    """Point 55: no door that skips agencies/access.py."""
    names = {field.name for field in User._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "user_permissions", "groups"}
    assert client.get("/admin/").status_code == 404


# --- 51, the other half: keys cannot be guessed -----------------------------------------------------------------


def test_point_51_what_an_address_names_has_a_random_key() -> None:
    """Numbers one after another would tell how many there are, and invite trying the next."""
    from agencies import models as agencies
    from cases.models import Case
    from directory.models import Service
    from referrals.models import Referral

    named: list[type[models.Model]] = [agencies.Membership, agencies.Invitation, agencies.Agency, agencies.User]
    for model in [*named, Referral, Case, Service]:
        assert isinstance(model._meta.pk, models.UUIDField), model


def test_a_body_of_ten_megabytes_is_refused(client: Client) -> None:
    response = client.post(reverse("account_login"), {"login": "x" * 10_000_000, "password": "y"})
    assert response.status_code == 400
