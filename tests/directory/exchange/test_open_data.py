"""The daily files: what is in them, who may have them, and that no spreadsheet works anything out."""

import csv
import datetime
import gzip
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.batches import only_run
from config.spreadsheets import escape_formula
from directory.exchange.feeds import read_file
from directory.exchange.open_data import CSV_COLUMNS, write_open_files
from directory.exchange.open_referral import to_oruk
from directory.jobs import make_open_data
from directory.models import OpenFile, OpenPart, Service
from tests.directory.making import listed
from tests.factories import ServiceFactory
from tests.oruk.making import SECRET, rich, unlisted
from tests.oruk.validator import problems_of


def body(client: Client, kind: str, **headers: str) -> bytes:
    response = client.get(reverse(f"directory:open_data_{kind}"), headers=headers)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows(client: Client) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, "csv").decode("utf-8-sig"))))


def test_the_table_says_all_that_people_ask(client: Client) -> None:
    service = rich()
    write_open_files()
    (row,) = rows(client)
    assert list(row) == [column.name for column in CSV_COLUMNS]
    assert row["id"] == str(service.pk)
    assert (row["name"], row["organisation"]) == ("Seafront walk", "Seafront walk group")
    assert (row["place"], row["town"], row["postcode"]) == ("St Mary’s Hall", "Worthing", "BN11 2AA")
    assert row["longitude"] == "-0.3713", "a number stays a number"
    assert (row["languages"], row["access"], row["sorted_under"]) == ("Polish", "Step-free", "Outdoors; Walking")
    assert (row["meets_you"], row["free"], row["online"]) == ("yes", "", "")
    assert row["page"].endswith(reverse("directory:service", args=[service.pk]))
    assert "10:30" in row["when"]


def test_an_activity_has_a_row_for_each_place(client: Client) -> None:
    service = rich()
    second = rich("Another").at_locations.get().location
    service.at_locations.create(location=second)
    bare_one = ServiceFactory(name="By phone")
    write_open_files()
    found = [row["id"] for row in rows(client)]
    assert found.count(str(service.pk)) == 2
    assert found.count(str(bare_one.pk)) == 1


def test_the_whole_is_open_referral_and_can_be_imported_as_it_is(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.exchange.open_data.SERVICES_PER_CHUNK", 2)
    for number in range(5):
        rich(f"Walk {number}")
    write_open_files()
    path = tmp_path / "activities.json"
    path.write_bytes(body(client, "json"))
    whole = json.loads(path.read_text())
    assert whole["version"] == "HSDS-UK-3.0"
    assert len(whole["contents"]) == 5
    assert [problems_of(item, "service") for item in whole["contents"]] == [[]] * 5
    assert [item["id"] for item in read_file(path)] == [item["id"] for item in whole["contents"]]
    assert OpenFile.latest("activities.json").services == 5


def test_an_empty_directory_makes_whole_files_too(client: Client) -> None:
    write_open_files()
    assert rows(client) == []
    assert json.loads(body(client, "json"))["contents"] == []


def test_a_night_that_is_stopped_goes_on_where_it_was(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.exchange.open_data.SERVICES_PER_CHUNK", 2)
    pks = sorted(str(rich(f"Walk {number}").pk) for number in range(5))
    write_open_files()
    before = body(client, "json")
    written: list[Service] = []

    def to_oruk_until_stopped(service: Service) -> dict[str, Any]:
        if len(written) == 3:
            raise InterruptedError
        written.append(service)
        return to_oruk(service)

    monkeypatch.setattr("directory.exchange.open_data.to_oruk", to_oruk_until_stopped)
    with pytest.raises(InterruptedError):
        write_open_files()
    assert body(client, "json") == before, "nobody sees one that is not whole"
    written.clear()
    monkeypatch.setattr("directory.exchange.open_data.to_oruk", lambda one: written.append(one) or to_oruk(one))
    write_open_files()
    assert [str(one.pk) for one in written] == pks[2:], "what was written is not written again"
    assert OpenFile.objects.count() == 4
    assert body(client, "json") == before
    assert [row["id"] for row in rows(client)] == pks


def test_what_was_stopped_last_night_begins_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a listing that was hidden since would be published, in a file of yesterday."""
    monkeypatch.setattr("directory.exchange.open_data.SERVICES_PER_CHUNK", 1)
    hidden, shown = sorted((rich("Walk"), rich("Choir")), key=lambda one: str(one.pk))

    def stop(service: Service) -> dict[str, Any]:
        if service.pk == shown.pk:
            raise InterruptedError
        return to_oruk(service)

    monkeypatch.setattr("directory.exchange.open_data.to_oruk", stop)
    with pytest.raises(InterruptedError):
        write_open_files()
    monkeypatch.setattr("directory.exchange.open_data.to_oruk", to_oruk)
    Service.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=23, minutes=58)):
        write_open_files()
        assert [row["id"] for row in rows(client)] == [str(shown.pk)]


def test_a_place_without_its_files_is_forgotten(client: Client) -> None:
    pk = str(rich().pk)
    cache.set("batches:open-data", pk)
    write_open_files()
    assert [row["id"] for row in rows(client)] == [pk]


@pytest.mark.django_db(transaction=True)
def test_a_second_run_at_the_same_time_leaves_the_files_alone() -> None:
    rich()
    with ThreadPoolExecutor(1) as other, only_run("open-data") as alone:
        assert alone
        assert other.submit(write_and_close).result() == []
    assert OpenFile.objects.count() == 0
    assert len(write_open_files()) == 2


def write_and_close() -> list[OpenFile]:
    try:
        return write_open_files()
    finally:
        connection.close()


@pytest.mark.parametrize("text", ["=1+1", "+44 1632", "-2", "@SUM(A1)", "\t=1", "\r=1", '  =HYPERLINK("x")'])
def test_a_formula_stays_text(text: str, client: Client) -> None:
    assert escape_formula(text) == f"'{text}"
    listed(f"{text}x".strip() or "x", description=text)
    write_open_files()
    (row,) = rows(client)
    assert row["name"].startswith("'")
    assert row["description"].startswith("'")
    assert escape_formula("Tea = 2") == "Tea = 2"
    assert escape_formula(-0.37) == -0.37


def test_it_goes_packed_to_who_can_unpack_it_and_not_at_all_to_who_has_it(client: Client) -> None:
    rich()
    write_open_files()
    url = reverse("directory:open_data_csv")
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"})
    content = b"".join(packed.streaming_content)
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(content)
    assert gzip.decompress(content) == body(client, "csv")
    assert packed["Content-Disposition"].startswith('attachment; filename="activities-20')
    assert packed["Access-Control-Allow-Origin"] == "*"
    for headers in ({"If-None-Match": packed["ETag"]}, {"If-Modified-Since": packed["Last-Modified"]}):
        again = client.get(url, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    head = client.head(url)
    assert (head.status_code, int(head["Content-Length"])) == (200, len(body(client, "csv")))


def test_before_the_first_night_it_says_so(client: Client) -> None:
    response = client.get(reverse("directory:open_data_json"))
    assert response.status_code == 404
    assert "has not been made yet" in response.json()["detail"]
    page = client.get(reverse("directory:open_data"))
    assert "for the first time tonight" in page.content.decode()


def test_the_job_makes_them_twice_with_no_harm_and_drops_old_ones(client: Client) -> None:
    rich()
    make_open_data(0)
    make_open_data(0)
    OpenFile.objects.update(made_at="2026-01-01T00:00Z")
    make_open_data(0)
    assert OpenFile.objects.count() == 2
    assert OpenPart.objects.count() == sum(file.parts.count() for file in OpenFile.objects.all())
    assert len(rows(client)) == 1


def test_the_page_explains_each_column_and_the_licence(client: Client, settings: Any) -> None:
    rich()
    write_open_files()
    page = client.get(reverse("directory:open_data")).content.decode()
    assert all(f"<code>{column.name}</code>" in page for column in CSV_COLUMNS)
    assert "have not chosen a licence yet" in page
    settings.PLACE = settings.PLACE | {
        "licence": "Open Government Licence v3.0",
        "licence_url": "https://ogl.example.org/",
    }
    page = client.get(reverse("directory:open_data")).content.decode()
    assert 'href="https://ogl.example.org/"' in page


def test_nothing_that_is_not_listed_is_in_a_file(client: Client) -> None:
    unlisted()
    rich()
    write_open_files()
    for kind in ("csv", "json"):
        assert SECRET not in body(client, kind).decode(), kind


@pytest.mark.parametrize("name", ["open_data", "open_data_csv", "open_data_json"])
def test_nothing_can_be_written(name: str, client: Client) -> None:
    assert client.post(reverse(f"directory:{name}")).status_code == 405
