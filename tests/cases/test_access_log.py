"""Every opening of a case is kept: who, for which agency, when, which page. A stranger sees nothing."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Message
from agencies.models.message import Channel
from cases.access_log import SAME_ACCESS_SECONDS
from cases.actions.booking import book_for_case
from cases.history.record import record_entry
from cases.models import Circle, Kind, Reading
from cases.urls import urlpatterns
from tests.factories import AgencyFactory, CaseFactory, MembershipFactory, SessionFactory, teammate


@pytest.fixture
def case(connector):
    case = CaseFactory(lead=connector)
    record_entry(case=case, kind=Kind.NOTE, by=Author.of(connector), text="One")
    return case


def pages(case):
    """The addresses of every page of a case that opens without further arguments, from the URL list itself."""
    letter = Message.objects.create(
        key=f"person {case.pk} opened",
        channel=Channel.LETTER,
        to="Joan",
        subject="A letter",
        body="Dear Joan",
    )
    session = SessionFactory()
    booked = book_for_case(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=session, how_agreed="On the phone"
    )
    arguments = {
        "number": 1,
        "name": "phone",
        "agreement": uuid.uuid4(),
        "letter": letter.pk,
        "session": SessionFactory().pk,
        "booking": booked.pk,
        "question": uuid.uuid4(),
        "hold": uuid.uuid4(),
        "seat": Circle.objects.create(case=case, agency=AgencyFactory(), purpose="Helps").pk,
    }
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if route.startswith("cases/<uuid:pk>/"):
            names = {n: v for n, v in arguments.items() if f":{n}>" in route}
            yield pattern.name, reverse(f"cases:{pattern.name}", kwargs={"pk": case.pk, **names})


def test_every_page_of_a_case_that_can_be_opened_leaves_a_row(client_of, connector, case):
    client, opened = client_of(connector), []
    for name, url in pages(case):
        before = Reading.objects.count()
        if client.get(url).status_code == 200:
            opened.append(name)
            assert Reading.objects.count() == before + 1, f"{name} shows a case and notes no opening"
    assert {"case", "correct", "fact", "give", "activities", "sharing", "papers", "history_pdf"} <= set(opened)
    assert {"person_letter", "book", "booking"} <= set(opened)


def test_given_an_opening_then_the_row_says_who_for_which_agency_and_what(client_of, connector, case):
    client_of(connector).get(reverse("cases:case", args=[case.pk]))
    row = Reading.objects.get()
    assert (row.case, row.member, row.agency, row.page) == (case, connector, connector.agency, "story")
    assert (row.reader_name, row.agency_name) == ("Priya Shah", connector.agency.name)
    assert timezone.now() - row.at < datetime.timedelta(seconds=30)


def test_given_a_reload_within_the_minute_then_one_row_and_two_after_it(client_of, connector, case, monkeypatch):
    client, url = client_of(connector), reverse("cases:case", args=[case.pk])
    client.get(url)
    client.get(url)
    assert Reading.objects.count() == 1
    later = timezone.now() + datetime.timedelta(seconds=SAME_ACCESS_SECONDS + 1)
    monkeypatch.setattr("cases.access_log.timezone.now", lambda: later)
    client.get(url)
    assert Reading.objects.count() == 2


def test_given_a_colleague_or_another_page_then_each_has_a_row(client_of, connector, case):
    client_of(connector).get(reverse("cases:case", args=[case.pk]))
    client_of(teammate(connector)).get(reverse("cases:case", args=[case.pk]))
    client_of(connector).get(reverse("cases:give", args=[case.pk]))
    assert Reading.objects.count() == 3


def test_given_a_stranger_then_404_on_every_page_and_no_row(client_of, outsider, case):
    client = client_of(MembershipFactory(role=Role.LEAD, agency=outsider.agency))  # who may do all there is, elsewhere
    for name, url in pages(case):
        assert client.get(url).status_code in (403, 404, 405), name  # 403: not a page of theirs in any case
    assert not Reading.objects.exists()


def test_given_a_composer_with_errors_then_the_page_it_comes_with_is_noted(client_of, connector, case):
    assert client_of(connector).post(reverse("cases:write", args=[case.pk]), {}).status_code == 422
    assert Reading.objects.get().page == "story"
