"""The people of the tests, and the rules that make the suite stricter than its reviewer (house rule 14)."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db.models import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from hypothesis import settings

from agencies.access import Role
from agencies.models import Membership
from tests.roles import real_roles
from tests.strict import strict_templates

# Playwright's sync interface runs a loop in the thread that the ORM is used in (journeys).
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Property tests draw the same examples each time; `--hypothesis-profile=long` looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60, database=None)
settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True, database=None)
settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use the database; those that need real commits say django_db(transaction=True)."""
    for item in items:
        if not any(mark.name == "django_db" for mark in item.iter_markers()):
            item.add_marker(pytest.mark.django_db)


# --- The people -------------------------------------------------------------------------------------


def somebody(role: Role, name: str) -> Membership:
    from tests.factories import MembershipFactory

    return MembershipFactory(role=role, user__name=name)


@pytest.fixture
def gp() -> Membership:
    return somebody(Role.REFERRER, "Dr Amara Okafor")


@pytest.fixture
def connector() -> Membership:
    return somebody(Role.CONNECTOR, "Priya Shah")


@pytest.fixture
def lead(connector: Membership) -> Membership:
    """The lead of the connector's own team."""
    from tests.factories import MembershipFactory

    return MembershipFactory(role=Role.LEAD, user__name="Tom Brennan", agency=connector.agency)


@pytest.fixture
def provider() -> Membership:
    return somebody(Role.PROVIDER, "Joan Whitcombe")


@pytest.fixture
def contact_centre() -> Membership:
    return somebody(Role.CONTACT_CENTRE, "Sam Ellery")


@pytest.fixture
def steward() -> Membership:
    return somebody(Role.STEWARD, "Helen Marsh")


@pytest.fixture
def outsider() -> Membership:
    """A connector of another team: may do everything, but not here."""
    return somebody(Role.CONNECTOR, "Otto Fremd")


# --- Signing in -------------------------------------------------------------------------------------


def signed_in_client(client: Client, member: Membership) -> Client:
    """Signs the member in with a second step taken, as after the sign-in page; any open membership works."""
    client.force_login(member.user)
    session = client.session
    session["member"] = str(member.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time()},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(member.user)
    session.save()
    UserSession.objects.create(user=member.user, session_key=session.session_key, ip="127.0.0.1")
    return client


@pytest.fixture
def sign_in() -> Callable[[Client, Membership], Client]:
    """sign_in(client, member): that client acts as the member from now on."""
    return signed_in_client


@pytest.fixture
def client_of() -> Callable[[Membership], Client]:
    """client_of(member): a new client that acts as the member."""
    return lambda member: signed_in_client(Client(), member)


# --- Stricter than the reviewer ---------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """A test that reaches for the network fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            assert host.startswith("127.") or host in ("::1", "localhost"), f"No network in tests: {address}"
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _real_roles(django_db_setup: None) -> Iterator[None]:
    """The database refuses to a request what it would refuse in a real place."""
    with real_roles():
        yield


@pytest.fixture(autouse=True, scope="session")
def _unordered_is_random() -> Iterator[None]:
    """A queryset without an order comes back in a random one, so that no code can rely on luck.

    After adamj.eu/tech/2023/07/04/django-test-random-order-querysets
    """
    pairs = SQLCompiler._order_by_pairs

    def order_by_pairs(self: SQLCompiler) -> Iterator[tuple[Any, bool]]:
        query = self.query
        meta = query.get_meta()
        unordered = query.default_ordering and not (query.order_by or query.extra_order_by or (meta and meta.ordering))
        if unordered and not query.distinct and not query.combinator and not query.explain_info:
            yield OrderBy(Random()), False
        else:
            yield from pairs(self)

    SQLCompiler._order_by_pairs = order_by_pairs  # type: ignore[method-assign]
    yield
    SQLCompiler._order_by_pairs = pairs  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _flush_keeps_first_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test with real commits the place's own lists are there again, and nothing else."""
    from tests.flush import flush_to_first_rows

    with django_db_blocker.unblock():
        guard = flush_to_first_rows()
        guard.__enter__()
    yield
    guard.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _forget_counters(request: pytest.FixtureRequest) -> Iterator[None]:
    """Counters of failed sign-ins live in the cache table; a test with real commits leaves none behind."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if mark and mark.kwargs.get("transaction"):
        cache.clear()


@pytest.fixture(autouse=True)
def _undefined_variables_fail() -> Iterator[None]:
    """A template that prints a variable that is not there fails the test that drew it."""
    with strict_templates():
        yield
