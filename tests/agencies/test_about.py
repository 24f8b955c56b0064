"""Help, privacy and accessibility: anyone may read them, signed in or not."""

import pytest
from django.test import Client

PAGES = ["/help/", "/privacy/", "/accessibility/"]


@pytest.mark.parametrize("url", PAGES)
def test_anyone_reads_it_and_finds_the_phone_number(url: str, client: Client) -> None:
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.content.decode().count("01632 960100") >= 2  # in the text and at the foot


@pytest.mark.parametrize("url", PAGES)
def test_every_page_leads_there(url: str, client: Client) -> None:
    assert f'href="{url}"' in client.get("/").content.decode()


@pytest.mark.parametrize("url", PAGES)
def test_there_is_nothing_to_send(url: str, client: Client) -> None:
    assert client.post(url).status_code == 405
