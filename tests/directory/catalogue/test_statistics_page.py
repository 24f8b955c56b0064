"""The group's own figures: on the page, as CSV, as XLSX; nobody else's."""

import csv
import datetime
import io

import openpyxl
import pytest
from django.utils import timezone

from agencies.access import Role
from bookings.models import Booking
from directory.models import Figure
from tests.directory.own import a_listing
from tests.factories import MembershipFactory, OnwardReferralFactory, SessionFactory, booked, teammate

FIGURES = "/listings/figures/"
CSV, XLSX = f"{FIGURES}figures.csv", f"{FIGURES}figures.xlsx"


@pytest.fixture
def walk(provider):
    """Opened 5 times this month and 2 the month before, one referral, three booked of whom two came."""
    walk = a_listing(provider, bookable=True)
    today = timezone.localdate()
    Figure.objects.create(service=walk, on=today, shown=40, views=5)
    Figure.objects.create(service=walk, on=today.replace(day=1) - datetime.timedelta(days=1), shown=9, views=2)
    OnwardReferralFactory(service=walk)
    session = SessionFactory(service=walk, places=9)
    for name, status in (("A", "attended"), ("B", "attended"), ("C", "missed"), ("D", "cancelled")):
        Booking.objects.filter(pk=booked(session, name).pk).update(status=status)
    type(session).objects.filter(pk=session.pk).update(starts_at=timezone.now() - datetime.timedelta(minutes=1))
    return walk


def test_the_page_says_what_came_of_each_activity_and_month(client_of, provider, walk):
    page = client_of(provider).get(FIGURES)
    line = page.context["services"][0]
    assert (line.label, line.counts) == ("Harbour walk", [49, 7, 1, 3, 2, 1])
    months = page.context["months"]
    assert len(months) == 12
    assert [line.counts[:3] for line in months[:3]] == [[40, 5, 1], [9, 2, 0], [0, 0, 0]]
    assert "49" in page.text


def test_three_months_stand_open_and_the_others_are_a_press_away(client_of, provider, walk):
    text = client_of(provider).get(FIGURES).text
    latest, others = text[text.index('id="months"') :].split("All 12 months")
    assert (latest.count('scope="row"'), others.count('scope="row"')) == (3, 9)
    assert 'data-label="Places booked" class="none">0<' in others


def test_one_activity_by_month(client_of, provider, walk):
    a_listing(provider, name="Choir")
    client = client_of(provider)
    page = client.get(f"{FIGURES}?of={walk.pk}")
    assert "By month: Harbour walk" in page.text
    assert page.context["months"][0].counts[1] == 5
    stranger = a_listing(MembershipFactory(role=Role.PROVIDER))
    for odd in (str(stranger.pk), "x"):
        assert client.get(FIGURES, {"of": odd}).status_code == 404


def test_the_csv_has_a_row_for_each_activity_and_month(client_of, provider, walk):
    response = client_of(provider).get(CSV)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "figures-" in response["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "Activity",
        "Month",
        "Shown in searches",
        "Page opened",
        "Referrals",
        "Places booked",
        "Came",
        "Did not come",
    ]
    assert len(rows) == 13
    assert rows[-1][1:5] == [f"{timezone.localdate():%Y-%m}", "40", "5", "1"]


@pytest.mark.parametrize("name", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_of_either_file_is_a_formula(client_of, provider, name):
    a_listing(provider, name=name)
    client = client_of(provider)
    rows = list(csv.reader(io.StringIO(client.get(CSV).content.decode("utf-8-sig"))))
    assert rows[1][0] == f"'{name}"
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(XLSX).content)).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == f"'{name}"


def test_the_xlsx_holds_numbers(client_of, provider, walk):
    response = client_of(provider).get(XLSX)
    assert "spreadsheetml" in response["Content-Type"]
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [sheet.cell(13, column).value for column in range(1, 5)] == [
        "Harbour walk",
        f"{timezone.localdate():%Y-%m}",
        40,
        5,
    ]
    assert sheet["C13"].data_type == "n"


def test_control_characters_break_no_file(client_of, provider):
    a_listing(provider, name="a\x0bb")
    assert client_of(provider).get(XLSX).status_code == 200


def test_given_nothing_is_listed_then_it_says_so(client_of, provider):
    page = client_of(provider).get(FIGURES)
    assert "No figures yet" in page.text
    assert client_of(provider).get(CSV).status_code == client_of(provider).get(XLSX).status_code == 200


def test_the_statements_are_few_however_many_listings(client_of, provider, walk, django_assert_max_num_queries):
    for n in range(4):
        a_listing(provider, name=f"Walk {n}")
    client = client_of(provider)
    client.get(FIGURES)
    with django_assert_max_num_queries(15):  # seven are the number on the tab of what waits
        client.get(FIGURES)


def test_strangers_readers_teammates_and_wrong_verbs(client, client_of, gp, connector, steward, provider, walk):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    for url in (FIGURES, CSV, XLSX):
        assert "Harbour walk" not in stranger.get(url).content.decode("latin-1")
        for reader in (gp, connector, steward):
            assert client_of(reader).get(url).status_code == 403
        assert client.get(url).status_code == 302
        assert client_of(teammate(provider)).get(url).status_code == 200
        assert client_of(provider).post(url).status_code == 405
