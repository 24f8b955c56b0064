"""For the tests of the directory."""

import pytest

from directory.models import StopWord, Synonym


@pytest.fixture
def no_shipped_words() -> None:
    """A place whose steward has said nothing of words yet."""
    Synonym.objects.all().delete()
    StopWord.objects.all().delete()
