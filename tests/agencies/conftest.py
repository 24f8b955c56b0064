"""An agency's OpenID Connect provider on this machine (tests/oidc_provider.py)."""

from collections.abc import Iterator

import pytest

from tests.oidc_provider import OUR_KEY, FakeProvider, fake_provider, to_pem


@pytest.fixture
def cis2(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """It runs, and the environment has our key for it; tests.oidc_provider.connect() makes the row."""
    monkeypatch.setenv("OIDC_CIS2_KEY", to_pem(OUR_KEY).replace("\n", "\\n"))
    monkeypatch.setenv("OIDC_CIS2_SECRET", "a secret of the place")
    with fake_provider() as running:
        yield running
