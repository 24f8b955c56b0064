"""What several views need of a request: ids and tokens as people, scanners and broken programs send them."""

import uuid

import pytest
from django.http import HttpResponse

from config.http import add_noindex_header, hash_token, parse_number, parse_uuid

SOME = uuid.UUID("6f1c3a4e-2f0b-4d53-9a41-0c6b7d0c9e11")


@pytest.mark.parametrize("text", [SOME, str(SOME), f" {SOME}\n", SOME.hex, str(SOME).upper()])
def test_an_id_is_read_however_it_is_written(text: object) -> None:
    assert parse_uuid(text) == SOME


@pytest.mark.parametrize("text", [None, "", "6f1c3a4e", "me", "\0", "\ud800", 7])
def test_what_is_no_id_is_none(text: object) -> None:
    assert parse_uuid(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-1", "1.5", "٣", "²", "7\0", "1000000000", "seven"])
def test_what_is_no_whole_number_that_a_column_takes_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_a_token_is_hashed_whatever_it_holds() -> None:
    assert hash_token("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert len(hash_token("\ud800")) == 64


def test_a_secret_address_is_kept_out_of_search_engines() -> None:
    assert add_noindex_header(HttpResponse())["X-Robots-Tag"] == "noindex, nofollow"
