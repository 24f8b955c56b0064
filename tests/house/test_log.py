"""The log of production keeps no secret and nothing that somebody typed (security checklist, points 56 and 59)."""

import logging

import pytest

from config.log import RedactingFormatter

TOKEN = "c2VjcmV0LW9mLWEtbGluay1mb3ItdGVzdHM:1tQy7Z:abc_DEF"
UUID = "0b1f5c1e-6f0e-4c0e-9b1e-0d6b6a1f2c3d"


def line(message: str, *words: object) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, "file.py", 1, message, words, None)
    return RedactingFormatter("%(levelname)s %(name)s %(message)s").format(record)


@pytest.mark.parametrize(
    "address", [f"/my/{TOKEN}/", f"/answer/{TOKEN}/full/", f"/accounts/password/reset/key/{TOKEN}/"]
)
def test_secret_links_are_not_written(address: str) -> None:
    written = line("Internal Server Error: %s", address)
    assert TOKEN not in written
    assert "…" in written


def test_what_was_searched_for_is_not_written() -> None:
    assert line("Not Found: %s", "/people/?q=Margaret+Thornbury") == "ERROR django.request Not Found: /people/?…"


def test_numbers_of_rows_stay() -> None:
    assert UUID in line("Not Found: %s", f"/cases/{UUID}/plan/")


def test_ordinary_words_stay() -> None:
    words = "Sent message 12 to the queue in 0.3 s (attempt 1/5)"
    assert line(words) == f"ERROR django.request {words}"
