"""The page with one of everything (sink.py), served to the tests that ask for it."""

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.strict import UNDEFINED

HERE = Path(__file__).parent


@pytest.fixture
def sink(settings: Any) -> None:
    """Addresses and templates of sink.py in place of the site's own."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(HERE / "templates")
    templates[0]["OPTIONS"]["string_if_invalid"] = UNDEFINED
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.house.sink"
