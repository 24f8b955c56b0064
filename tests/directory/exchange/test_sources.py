"""/steward/sources/: feeds, files, what each import did, and what is gone."""

import csv
import gzip
import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Membership
from directory.exchange import feeds
from directory.exchange.actions.sources import count_failing_feeds, request_due_runs
from directory.models import Document, Run, Service, Source, Spot
from tests.directory.exchange.test_feeds import Server, paged, server  # noqa: F401
from tests.directory.exchange.test_importer import walk
from tests.factories import MembershipFactory, SourceFactory, teammate
from tests.jobs import run_jobs

ClientOf = Callable[[Membership], Client]
SHEET = "Name,Venue,Postcode,Opening hours,Cost\nChess,Library,BN11 1AA,Mon 2-4pm,Free\n,,BN11 1AB,whenever,\n"


@pytest.fixture
def open_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feeds of these tests are on this machine, which the pages rightly refuse to ask."""
    careful = feeds.resolve_public_address
    for place in (
        "directory.exchange.feeds.resolve_public_address",
        "directory.exchange.forms.sources.resolve_public_address",
    ):
        monkeypatch.setattr(place, lambda address, *, allow_private: careful(address, allow_private=True))


@pytest.fixture
def helen(steward: Membership, client_of: ClientOf) -> Client:
    return client_of(steward)


def post_feed(client: Client, url: str, **changed: Any) -> Any:
    data = {"name": "Hove directory", "url": url, "every": "day", "key": str(uuid.uuid4())} | changed
    return client.post(reverse("directory:add_feed"), data)


def post_file(client: Client, content: bytes | str = SHEET, name: str = "list.csv", **changed: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    data = {"name": "Warm spaces", "key": str(uuid.uuid4()), "file": SimpleUploadedFile(name, body)} | changed
    return client.post(reverse("directory:upload"), data)


def uploaded(client: Client, content: bytes | str = SHEET, name: str = "list.csv") -> Run:
    assert post_file(client, content, name).status_code == 302
    return Run.objects.order_by("-started_at").first()  # type: ignore[return-value]


def brought_in(client: Client, content: bytes | str = SHEET, name: str = "list.csv") -> Run:
    run = uploaded(client, content, name)
    client.post(reverse("directory:begin_run", args=[run.pk]), {"deed": "begin"})
    run_jobs()
    run.refresh_from_db()
    return run


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# --- Feeds ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("open_doors")
def test_a_feed_is_added_read_by_a_job_and_told(helen: Client, server: Server) -> None:  # noqa: F811
    server.pages = {"/services": paged([walk(str(n)) for n in range(5)])}
    answer = post_feed(helen, f"{server.url}/services")
    run = Run.objects.get()
    assert answer["Location"] == reverse("directory:run", args=[run.pk])
    assert "Being read" in words(helen.get(answer["Location"]))
    run_jobs()
    run.refresh_from_db()
    assert (run.new, run.refused, run.error) == (5, 0, "")
    assert Service.objects.filter(source="Hove directory").count() == 5
    page = words(helen.get(reverse("directory:run", args=[run.pk])))
    assert "Being read" not in page
    assert "/services" in page
    document = run.documents.first()
    received = helen.get(reverse("directory:document", args=[document.pk]))
    assert b"Seafront walk" in received.content
    assert received["Content-Disposition"].startswith("attachment")
    assert received["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("open_doors")
def test_the_second_run_changes_nothing_and_says_what_changed_when_it_did(helen: Client, server: Server) -> None:  # noqa: F811
    server.pages = {"/services": paged([walk("a"), walk("b")])}
    post_feed(helen, f"{server.url}/services")
    run_jobs()
    source = Source.objects.get()
    helen.post(reverse("directory:run_now", args=[source.pk]))
    run_jobs()
    again = Run.latest(source)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    server.pages = {"/services": paged([walk("a", fees="£3 a time"), walk("b")])}
    helen.post(reverse("directory:run_now", args=[source.pk]))
    run_jobs()
    third = Run.latest(source)
    assert (third.changed, third.same) == (1, 1)
    assert [row[2] for row in third.changes[0][2]] == ["£3 a time"]
    assert "£3 a time" in words(helen.get(reverse("directory:run", args=[third.pk])))
    kept = [run.documents.exclude(body=b"").count() for run in source.runs.order_by("started_at")]
    assert kept == [0, 1, 1], "the same bytes are kept once"


@pytest.mark.usefixtures("open_doors")
def test_what_is_gone_is_shown_and_set_to_not_running_on_a_yes(helen: Client, server: Server) -> None:  # noqa: F811
    server.pages = {"/services": paged([walk("a"), walk("b", name="Pier walk")])}
    post_feed(helen, f"{server.url}/services", every="")
    run_jobs()
    server.pages = {"/services": paged([walk("a")])}
    source = Source.objects.get()
    helen.post(reverse("directory:run_now", args=[source.pk]))
    run_jobs()
    run = Run.latest(source)
    assert "Pier walk" in words(helen.get(reverse("directory:run", args=[run.pk])))
    assert Service.objects.get(name="Pier walk").status == "active"
    for _ in range(2):
        helen.post(reverse("directory:retire", args=[run.pk]))
    assert Service.objects.get(name="Pier walk").status == "inactive"
    assert not Spot.objects.filter(service__name="Pier walk").exists()
    server.pages = {"/services": paged([walk("a"), walk("b", name="Pier walk")])}
    helen.post(reverse("directory:run_now", args=[source.pk]))
    run_jobs()
    assert Service.objects.get(name="Pier walk").status == "active", "it is in the feed again"


@pytest.mark.usefixtures("open_doors")
def test_what_stays_away_twice_from_a_scheduled_feed_is_set_to_not_running(helen: Client, server: Server) -> None:  # noqa: F811
    rows = [walk("a"), walk("b"), walk("c", name="Pier walk")]
    server.pages = {"/services": paged(rows)}
    post_feed(helen, f"{server.url}/services")
    run_jobs()
    server.pages = {"/services": paged(rows[:2])}
    source = Source.objects.get()
    states = []
    for _ in range(2):
        helen.post(reverse("directory:run_now", args=[source.pk]))
        run_jobs()
        states.append(Service.objects.get(name="Pier walk").status)
    assert states == ["active", "inactive"]
    server.pages = {"/services": {"total_pages": 1, "contents": []}}
    for _ in range(2):
        helen.post(reverse("directory:run_now", args=[source.pk]))
        run_jobs()
    assert Service.objects.filter(status="active").count() == 2, "an empty feed does not empty the directory"


@pytest.mark.usefixtures("open_doors")
def test_a_feed_cut_off_half_way_keeps_what_came_and_counts_nothing_as_gone(helen: Client, server: Server) -> None:  # noqa: F811
    whole = paged([walk(str(n)) for n in range(6)])
    server.pages = {"/services": whole}
    post_feed(helen, f"{server.url}/services")
    run_jobs()
    server.pages = {"/services": lambda q: whole(q) if q.get("page", ["1"]) != ["2"] else {**whole(q), "contents": []}}
    source = Source.objects.get()
    helen.post(reverse("directory:run_now", args=[source.pk]))
    run_jobs()
    run = Run.latest(source)
    assert "says that it has 6 services, and gave 2" in run.error
    assert (run.same, run.gone, count_failing_feeds()) == (2, [], 1)
    assert "It ended early" in words(helen.get(reverse("directory:run", args=[run.pk])))
    assert "Ended early" in words(helen.get(reverse("directory:sources")))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1/x", "private network"),
        ("http://169.254.169.254/latest", "private network"),
        ("ftp://a.example.org", "not a web address"),
        ("javascript:alert(1)", "not a web address"),
        ("", "Enter the address"),
    ],
)
def test_only_public_addresses_are_taken(helen: Client, url: str, said: str) -> None:
    answer = post_feed(helen, url)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Hove directory" in words(answer), "nothing typed is lost"
    assert not Source.objects.exists()


def test_a_feed_that_leads_to_a_private_machine_fails_and_says_so(
    helen: Client,
    server: Server,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.pages = {"/services": (302, {"Location": "http://127.0.0.1:1/secret"}, b"")}
    careful = feeds.resolve_public_address
    for place in (
        "directory.exchange.feeds.resolve_public_address",
        "directory.exchange.forms.sources.resolve_public_address",
    ):
        monkeypatch.setattr(
            place, lambda address, *, allow_private: careful(address, allow_private=address.endswith("/services"))
        )
    post_feed(helen, f"{server.url}/services")
    run_jobs()
    assert "private network" in Run.objects.get().error


def test_a_name_is_given_once_and_a_second_post_makes_no_second_feed(helen: Client, open_doors: None) -> None:
    key = str(uuid.uuid4())
    first = post_feed(helen, "http://127.0.0.1:9/a", key=key)
    assert post_feed(helen, "http://127.0.0.1:9/a", key=key)["Location"] == first["Location"]
    assert post_feed(helen, "http://127.0.0.1:9/b").status_code == 422
    assert (Source.objects.count(), Run.objects.count()) == (1, 1)


def test_a_run_at_work_is_not_started_twice(helen: Client) -> None:
    source = SourceFactory()
    for _ in range(2):
        helen.post(reverse("directory:run_now", args=[source.pk]))
    assert Run.objects.count() == 1


def test_a_source_is_changed_stopped_and_taken_up_again(helen: Client, open_doors: None) -> None:
    source = SourceFactory(every="day")
    page = reverse("directory:source", args=[source.pk])
    assert helen.post(page, {"url": "http://127.0.0.1/new", "every": "week"}).status_code == 302
    assert helen.post(page, {"url": "", "every": "week"}).status_code == 422
    helen.post(reverse("directory:stop_source", args=[source.pk]), {"deed": "stop"})
    source.refresh_from_db()
    assert (source.url, source.every) == ("http://127.0.0.1/new", "week")
    assert source.stopped_at
    assert request_due_runs() == 0
    helen.post(reverse("directory:stop_source", args=[source.pk]), {"deed": "start"})
    assert request_due_runs() == 1


def test_a_feed_is_due_when_its_day_or_week_is_over() -> None:
    daily, weekly = SourceFactory(every="day"), SourceFactory(every="week")
    SourceFactory()
    for source in (daily, weekly):
        ended = timezone.now() - timedelta(days=2)
        Run.objects.create(source=source, started_at=ended, begun_at=ended, ended_at=ended)
    assert request_due_runs() == 1
    assert Run.objects.filter(source=daily, ended_at=None).exists()
    assert request_due_runs() == 0, "it is at work"


# --- Files ------------------------------------------------------------------------------------------


def test_a_spreadsheet_is_matched_previewed_and_brought_in(helen: Client) -> None:
    run = uploaded(helen)
    columns = reverse("directory:run_columns", args=[run.pk])
    assert "Which column is which?" in words(helen.get(columns))
    data = {"column_0": "name", "column_1": "place", "column_2": "postcode", "column_3": "hours", "column_4": "cost"}
    assert helen.post(columns, data)["Location"] == reverse("directory:run", args=[run.pk])
    preview = words(helen.get(reverse("directory:run", args=[run.pk])))
    assert "1 is new" in preview
    assert "Mondays, 2pm to 4pm" in preview
    assert "Row 3: there is no name" in preview
    assert not Service.objects.exists()
    helen.post(reverse("directory:begin_run", args=[run.pk]), {"deed": "begin"})
    run_jobs()
    run.refresh_from_db()
    assert (run.new, run.refused) == (1, 1)
    assert Service.objects.get().name == "Chess"
    assert run.source.columns["Opening hours"] == "hours"


def test_the_columns_are_remembered_for_the_next_file(helen: Client) -> None:
    odd = "A,B,C\nChess,Library,BN11 1AA\n"
    run = uploaded(helen, odd)
    helen.post(reverse("directory:run_columns", args=[run.pk]), {"column_0": "name", "column_1": "place"})
    newer = uploaded(helen, odd)
    page = words(helen.get(reverse("directory:run_columns", args=[newer.pk])))
    assert page.count('value="place" selected') == 1


def test_a_part_of_the_columns_makes_a_source_forget_none(helen: Client) -> None:
    run = uploaded(helen, "A,Venue,Notes\nChess,Library,BN11 1AA\n")
    helen.post(reverse("directory:run_columns", args=[run.pk]), {"column_0": "name", "column_1": "place"})
    part = uploaded(helen, "A,Postcode\nBridge,BN11 1AA\n")
    page = words(helen.get(reverse("directory:run_columns", args=[part.pk])))
    assert 'value="name" selected' in page, "as it was said the last time"
    assert 'value="postcode" selected' in page, "new, and so guessed"
    helen.post(reverse("directory:run_columns", args=[part.pk]), {"column_0": "name", "column_1": "postcode"})
    part.source.refresh_from_db()
    assert part.source.columns == {"A": "name", "Venue": "place", "Notes": "", "Postcode": "postcode"}


def test_only_the_columns_of_a_wide_sheet_that_hold_something_are_asked_about(helen: Client) -> None:
    book = openpyxl.Workbook()
    for row in (["Activity", None, "Venue"], ["Choir", None, "Hall", None, "seen"], ["Chess", None, None]):
        book.active.append(row)
    book.active.cell(3, 290).value = " "
    out = io.BytesIO()
    book.save(out)
    run = uploaded(helen, out.getvalue(), "wide.xlsx")
    page = helen.get(reverse("directory:run_columns", args=[run.pk]))
    assert [*page.context["form"].names.values()] == ["Activity", "Venue", "Column 5"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"column_0": "name", "column_1": "name"}, "already"),
        ({"column_2": "postcode"}, "Say which column has the name"),
        ({"column_0": "nonsense"}, "Select a valid choice"),
    ],
)
def test_columns_that_cannot_be_so(helen: Client, data: dict[str, str], said: str) -> None:
    run = uploaded(helen)
    answer = helen.post(reverse("directory:run_columns", args=[run.pk]), data)
    assert answer.status_code == 422
    assert said in words(answer)


def test_the_refused_rows_can_be_taken_away_with_their_reasons(helen: Client) -> None:
    run = brought_in(helen, "Name,Postcode,Notes\nChess,BN11 1AA,x\n,BN11 1AB,=HYPERLINK(1)\nChess,BN11 1AA,x\n")
    assert (run.new, run.refused) == (1, 2)
    document = run.documents.get(number=0)
    content = helen.get(reverse("directory:document", args=[document.pk])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0] == ["Name", "Postcode", "Notes", "Why it was refused"], "as they came, with nothing of ours"
    assert ["", "BN11 1AB", "'=HYPERLINK(1)", "Row 3: there is no name"] in rows, "no cell is taken for a formula"
    assert "twice" in content
    mended = content.replace(",BN11 1AB", "Bridge,BN11 1AB")
    again = uploaded(helen, mended)
    form = helen.get(reverse("directory:run_columns", args=[again.pk])).context["form"]
    assert [*form.names.values()] == ["Name", "Postcode", "Notes"]
    helen.post(reverse("directory:begin_run", args=[again.pk]), {"deed": "begin", "part": "1"})
    run_jobs()
    again.refresh_from_db()
    assert (again.new, again.refused, again.gone) == (1, 0, [])
    assert Service.objects.get(name="Bridge").description == "=HYPERLINK(1)"


def test_the_preview_says_what_is_not_in_the_file_and_a_part_leaves_it(helen: Client) -> None:
    brought_in(helen, "Name,Postcode\nChess,BN11 1AA\nBridge,BN11 1AA\nDraughts,BN11 1AA\n")
    run = uploaded(helen, "Name,Postcode\nChess,BN11 1AA\nChess,BN11 1AA\nGo,BN11 1ZZ\n")
    text = words(helen.get(reverse("directory:run", args=[run.pk])))
    assert "2 listings of this source are not in this file" in text
    assert "This file is only a part of the list" in text
    assert "1 is new, 1 is here already, and 1 would be refused" in text
    assert "the same as row 2" in text
    assert "BN11 1ZZ is not among the postcodes in use" in text
    assert "No column is the organisation" in text
    assert "Change the columns" in text
    helen.post(reverse("directory:begin_run", args=[run.pk]), {"deed": "begin", "part": "1"})
    run_jobs()
    run.refresh_from_db()
    assert (run.new, run.gone) == (1, [])
    assert len(brought_in(helen, "Name,Postcode\nChess,BN11 1AA\n").gone) == 3, "the whole list, as it is said"


def test_another_source_s_list_is_told_from_a_new_one(helen: Client) -> None:
    content = json.dumps([{"id": str(uuid.UUID(int=n)), "name": f"Club {n}", "status": "active"} for n in (1, 2)])
    data = SimpleUploadedFile("a.json", content.encode())
    helen.post(reverse("directory:upload"), {"name": "The county", "key": str(uuid.uuid4()), "file": data})
    first = Run.objects.get()
    assert "Change the columns" not in words(helen.get(reverse("directory:run", args=[first.pk])))
    helen.post(reverse("directory:begin_run", args=[first.pk]), {"deed": "begin"})
    run_jobs()
    second = uploaded(helen, content, "b.json")
    preview = words(helen.get(reverse("directory:run", args=[second.pk])))
    assert "0 are new" in preview
    assert "2 belong to The county" in preview
    helen.post(reverse("directory:begin_run", args=[second.pk]), {"deed": "begin"})
    run_jobs()
    page = words(helen.get(reverse("directory:run", args=[second.pk])))
    assert "2 belong to The county. The same directory?" in page
    assert "it belongs to The county" in page


def test_an_xlsx_and_a_second_upload_that_changes_nothing(helen: Client) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Our groups, 2026"],
        ["Activity", "Town", "Post code", "Monday"],
        ["Choir", "Hove", "BN3 2AA", "10-12"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    first = brought_in(helen, out.getvalue(), "groups.xlsx")
    assert (first.new, first.error) == (1, "")
    assert Service.objects.get().schedules.get().byday == "MO"
    again = brought_in(helen, out.getvalue(), "groups.xlsx")
    assert (again.new, again.changed, again.same) == (0, 0, 1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "Choose a file that ends in"),
        ("a.xlsx", b"Name,Postcode\n", "not what its name says"),
        ("a.csv", b"\x1f\x8b", "not what its name says"),
        ("a.json", b"<html>", "not what its name says"),
        ("a.csv", b"", "empty"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_not_taken(helen: Client, name: str, content: bytes, said: str) -> None:
    answer = post_file(helen, content, name)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Run.objects.exists()


def test_a_damaged_file_says_why_and_can_be_thrown_away(helen: Client) -> None:
    run = uploaded(helen, b"PK\x03\x04 no archive", "a.zip")
    page = words(helen.get(reverse("directory:run", args=[run.pk])))
    assert "damaged" in page
    assert "Bring them in" not in page
    helen.post(reverse("directory:begin_run", args=[run.pk]), {"deed": "discard"})
    assert not Run.objects.exists()
    assert not Source.objects.exists()


def test_a_bomb_is_refused(helen: Client) -> None:
    run = uploaded(helen, gzip.compress(b"[" + b" " * 30_000_000), "a.json.gz")
    assert "more than is allowed" in words(helen.get(reverse("directory:run", args=[run.pk])))


def test_only_the_last_runs_keep_their_bodies(helen: Client) -> None:
    for number in range(5):
        brought_in(helen, f"Name,Postcode,Opening hours\nChess {number},BN11 1AA,Mon 2pm\n")
    assert Run.objects.count() == 5
    assert Document.objects.exclude(body=b"").count() == 3
    assert Document.objects.filter(digest="").count() == 0


# --- Who may ----------------------------------------------------------------------------------------

PAGES = ["directory:sources", "directory:add_feed", "directory:upload"]
WITH_RUN = ["directory:run", "directory:run_columns", "directory:begin_run", "directory:retire"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_but_the_steward(role: Role, client_of: ClientOf) -> None:
    run = SourceFactory().runs.create()
    client = client_of(MembershipFactory(role=role))
    addresses = [reverse(name) for name in PAGES] + [reverse(name, args=[run.pk]) for name in WITH_RUN]
    addresses.append(reverse("directory:source", args=[run.source_id]))
    for address in addresses:
        assert client.get(address).status_code in (403, 405), address
        assert client.post(address).status_code in (403, 405), address


def test_a_colleague_of_the_steward_may(steward: Membership, client_of: ClientOf) -> None:
    run = SourceFactory().runs.create(begun_at=timezone.now())
    assert client_of(teammate(steward)).get(reverse("directory:run", args=[run.pk])).status_code == 200


def test_what_is_not_there_is_not_found_and_verbs_are_kept(helen: Client) -> None:
    for name in [*WITH_RUN, "directory:source", "directory:run_now", "directory:stop_source", "directory:document"]:
        address = reverse(name, args=[uuid.uuid4()])
        assert helen.get(address).status_code in (404, 405), name
        assert helen.post(address).status_code in (404, 405), name
        assert helen.delete(address).status_code == 405, name


def test_a_run_that_was_broken_off_does_not_keep_the_source_for_ever(helen: Client) -> None:
    source = SourceFactory()
    lost = source.runs.create(begun_at=timezone.now() - timedelta(hours=7))
    helen.post(reverse("directory:run_now", args=[source.pk]))
    lost.refresh_from_db()
    assert "broken off" in lost.error
    assert source.runs.filter(ended_at=None).count() == 1


def test_the_list_takes_as_many_queries_whatever_the_runs(helen: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        source = SourceFactory()
        for _ in range(4):
            source.runs.create(begun_at=timezone.now(), ended_at=timezone.now())
    helen.get(reverse("directory:sources"))
    with django_assert_max_num_queries(12):
        helen.get(reverse("directory:sources"))
