"""A list under a short code, on paper: no name on it, and not to be guessed."""

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from directory.models import Service, Slip
from directory.shortlist import slips
from directory.shortlist.views import shortlist as view
from tests.directory.making import listed

MAKE, LIST = reverse("directory:make_slip"), reverse("directory:shortlist")


def keeps(client: Client, *names: str) -> list[Service]:
    services = [listed(name, day="TU") for name in names]
    for service in services:
        client.post(reverse("directory:keep", args=[service.pk]))
    return services


def makes(client: Client, key: object = None) -> str:
    return client.post(MAKE, {"key": str(key or uuid.uuid4())})["Location"]


def test_a_slip_holds_the_list_in_its_order_and_nothing_else(client: Client) -> None:
    services = keeps(client, "Walk", "Choir")
    location = makes(client)
    slip = Slip.objects.get()
    assert location == f"/s/{slip.code}/"
    assert slip.services == [service.pk for service in services]
    assert {field.name for field in Slip._meta.fields} == {"code", "services", "made_at"}


def test_a_second_press_leads_to_the_same_slip(client: Client) -> None:
    keeps(client, "Walk")
    key = uuid.uuid4()
    assert makes(client, key) == makes(client, key) != makes(client)


def test_a_code_that_is_taken_is_not_given_again(client: Client) -> None:
    key = uuid.uuid4()
    first = slips.create_slip(key=key, services=[uuid.uuid4()])
    other = slips.create_slip(key=key, services=[uuid.uuid4()])
    assert first.code != other.code


def test_no_slip_is_made_of_nothing_or_without_a_key(client: Client) -> None:
    assert makes(client) == LIST
    keeps(client, "Walk")
    assert client.post(MAKE, {"key": "x"})["Location"] == LIST
    assert not Slip.objects.exists()


def test_codes_cannot_be_mixed_up_or_guessed() -> None:
    codes = {slips.create_slip(key=uuid.uuid4(), services=[uuid.uuid4()]).code for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 8 and not set(code) - set(slips.CODE_LETTERS) for code in codes)
    assert not set(slips.CODE_LETTERS) & set("0O1IL2Z5S8BUVAEY") - {"V"} - {"8"}
    assert len(slips.CODE_LETTERS) ** slips.CODE_LENGTH > 5e10


def test_anybody_with_the_paper_sees_the_list(client: Client) -> None:
    keeps(client, "Walk", "Choir")
    address = makes(client)
    html = Client().get(address).content.decode()
    slip = Slip.objects.get()
    for words in ("Walk", "Choir", slips.format_code(slip.code), "127.0.0.1:8000/s", "<title>QR code"):
        assert words in html
    assert "style=" not in html.split("<main")[1]


def test_the_square_is_the_address() -> None:
    """Drawn as one path of unit squares, with the four units of quiet that a QR code needs around it."""
    square = slips.build_qr_code("http://127.0.0.1:8000/s/CDFG3467/")
    assert square.size >= 29
    assert square.path.startswith("M4 4h1v1h-1z")  # the corner of the first finder pattern
    assert "M3 " not in square.path


@pytest.mark.parametrize("typed", ["{}", "{} ", " {}", "lower", "hyphen", "spaced"])
def test_it_is_opened_however_the_code_is_typed(client: Client, typed: str) -> None:
    keeps(client, "Walk")
    code = makes(client).split("/")[2]
    ways = {"lower": code.lower(), "hyphen": slips.format_code(code), "spaced": " ".join(code)}
    response = Client().get(reverse("directory:enter_slip"), {"code": ways.get(typed, typed.format(code))})
    assert response["Location"] == f"/s/{code}/"
    assert Client().get(f"/s/{slips.format_code(code).lower()}/")["Location"] == f"/s/{code}/"


def test_a_code_that_is_none_says_so_and_keeps_what_was_typed(client: Client) -> None:
    response = client.get(reverse("directory:enter_slip"), {"code": "CDFG-3467"})
    assert response.status_code == 422
    assert "We do not know this code" in response.content.decode()
    assert 'value="CDFG-3467"' in response.content.decode()
    response = client.get("/s/CDFG3467/")
    assert response.status_code == 404
    assert "We do not know this code" in response.content.decode()


@pytest.mark.parametrize("code", ["\0", "%00", "x" * 3000, "😀", "<script>", "A" * 8])
def test_nothing_typed_breaks_it(client: Client, code: str) -> None:
    assert client.get(reverse("directory:enter_slip"), {"code": code}).status_code == 422
    assert client.get(reverse("directory:slip", args=[code])).status_code == 404


def test_who_tries_many_codes_finds_none_for_an_hour(client: Client) -> None:
    keeps(client, "Walk")
    code = makes(client).split("/")[2]
    robber = Client(REMOTE_ADDR="203.0.113.9")
    for n in range(slips.MAX_MISSES_PER_HOUR):
        assert robber.get(f"/s/CDFG34{slips.CODE_LETTERS[n % 22]}{slips.CODE_LETTERS[n // 22]}/").status_code == 404
    assert robber.get(f"/s/{code}/").status_code == 404
    assert "Too many codes were tried" in robber.get(f"/s/{code}/").content.decode()
    assert Client(REMOTE_ADDR="203.0.113.10").get(f"/s/{code}/").status_code == 200


def test_a_network_makes_and_prints_only_so_many(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips, "MAX_SLIPS_PER_HOUR", 1)
    monkeypatch.setattr(view, "MAX_PAPERS_PER_HOUR", 1)
    keeps(client, "Walk")
    address = makes(client)
    assert makes(client) == LIST
    assert "Many slips were made" in client.get(LIST).content.decode()
    assert client.get(f"{address}slip.pdf").status_code == 200
    assert client.get(f"{address}slip.pdf")["Location"] == client.get(reverse("directory:large_print"))["Location"]
    assert "Many lists were printed" in client.get(LIST).content.decode()


def test_the_list_on_a_slip_becomes_ones_own(client: Client) -> None:
    keeps(client, "Walk", "Choir")
    address = makes(client)
    other = Client()
    own = listed("Lunch")
    other.post(reverse("directory:keep", args=[own.pk]))
    for _ in range(2):
        assert other.post(f"{address}keep/")["Location"] == LIST
    assert [card.service.name for card in other.get(LIST).context["cards"]] == ["Lunch", "Walk", "Choir"]
    assert other.post("/s/CDFG3467/keep/")["Location"] == "/s/CDFG3467/"


def test_what_is_no_longer_listed_is_said_on_the_slip(client: Client) -> None:
    walk, _ = keeps(client, "Walk", "Choir")
    address = makes(client)
    Service.objects.filter(pk=walk.pk).update(status="defunct")
    html = Client().get(address).content.decode()
    assert "One activity of this list is no longer in the directory" in html
    assert ">Walk<" not in html


def sheets(client: Client) -> list[str]:
    response = client.get(f"{makes(client)}slip.pdf")
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(response.content)).pages]


def test_three_activities_stand_on_one_sheet_and_each_sheet_says_whose_it_is(client: Client) -> None:
    keeps(client, "Walk", "Choir", "Lunch")
    assert len(sheets(client)) == 1
    keeps(client, *(f"Club {n}" for n in range(5)))
    found = sheets(client)
    assert len(found) > 1
    assert all("Hereabouts, 01632 960100" in sheet[-60:] for sheet in found)


def test_the_paper_has_the_list_the_code_and_no_name(client: Client) -> None:
    keeps(client, "Walk", "Choir")
    address = makes(client)
    response = Client().get(f"{address}slip.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    for words in ("Walk", "Choir", "Tuesdays, 10:30am to midday", slips.format_code(Slip.objects.get().code)):
        assert words in text
    assert Client().get("/s/CDFG3467/slip.pdf")["Location"] == "/s/CDFG3467/"


def test_search_engines_keep_no_slip(client: Client) -> None:
    keeps(client, "Walk")
    assert client.get(makes(client))["X-Robots-Tag"] == "noindex, nofollow"


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    keeps(client, "Walk")
    address = makes(client)
    assert client.get(MAKE).status_code == client.get(f"{address}keep/").status_code == 405
    assert client.post(address).status_code == client.post(reverse("directory:enter_slip")).status_code == 405
