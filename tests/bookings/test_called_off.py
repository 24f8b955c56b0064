"""A session is cancelled: said truly who is told by e-mail, whom to ring, and who cannot be reached."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from bookings.models import Booking
from directory.catalogue.demand import count_reach, format_reach
from directory.hooks import SessionReach
from directory.models import Session
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, SessionFactory, at, booked

ClientOf = Callable[[Membership], Client]
CONTACTS = {
    "Ada Mail": {"email": "ada@home.example.org"},
    "Bo Mail": {"email": "bo@home.example.org"},
    "Cy Phone": {"phone": "07700 900456"},
    "Di Nothing": {"note": ""},
    "Ed Waits": {"phone": "07700 900457"},
}


@pytest.fixture
def session(provider: Membership) -> Session:
    return SessionFactory(service__agency=provider.agency, service__name="Walks", places=4)


@pytest.fixture
def all_booked(session: Session) -> dict[str, Booking]:
    return {name: booked(session, name, **contact) for name, contact in CONTACTS.items()}


def text(response: Any) -> str:
    body = response.content.decode().split("<main")[1].split("<footer")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def cancel(client: Client, session: Session) -> Any:
    return client.post(f"/listings/sessions/{session.pk}/cancel/", {"why": "The hall has no heating"}, follow=True)


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (SessionReach(), "Nobody is booked."),
        (SessionReach(1, 0, 0, 0), "1 is told by e-mail."),
        (
            SessionReach(2, 1, 1, 1),
            "2 are told by e-mail. 1 left only a phone number: you ring them. 1 is told by the "
            "connectors who booked for them. 1 left no phone or e-mail and cannot be reached: put up a note, or be "
            "at the door.",
        ),
        (SessionReach(0, 0, 2, 0), "2 are told by the connectors who booked for them."),
    ],
)
def test_in_words(reach: SessionReach, words: str) -> None:
    assert format_reach(reach) == words


def test_each_is_counted_by_the_way_they_hear(session, all_booked, connector):
    Booking.objects.filter(name="Bo Mail").update(team=connector.agency)
    assert count_reach([session]) == SessionReach(by_email=1, to_ring=2, by_team=1, unreachable=1)
    assert count_reach([]) == SessionReach()


def test_before_it_is_cancelled_the_page_says_who_hears_how(client_of, provider, session, all_booked):
    shown = text(client_of(provider).get(f"/listings/sessions/{session.pk}/cancel/"))
    assert "2 are told by e-mail." in shown
    assert "2 left only a phone number: you ring them." in shown
    assert "1 left no phone or e-mail and cannot be reached" in shown
    assert "in the way each of them chose" not in shown


def test_the_banner_and_the_row_lead_to_whom_to_ring_in_one_press(client_of, provider, session, all_booked):
    client = client_of(provider)
    page = cancel(client, session)
    link = f"/listings/sessions/{session.pk}/bookings/#ring"
    banner = page.text.split('class="banner__words"')[1].split("</div>")[0]
    assert f'<a href="{link}">Ring 2: names, numbers and what to say</a>' in banner
    assert "2 are told by e-mail." in banner
    row = page.text.split('class="cancelled"')[1].split("</tr>")[0]
    assert f'href="{link}"' in row
    assert "2 to ring" in row
    assert Message.objects.filter(channel="email", subject__startswith="Cancelled: Walks").count() == 2


def test_the_list_has_numbers_a_script_and_who_cannot_be_reached(client_of, provider, session, all_booked):
    client = client_of(provider)
    cancel(client, session)
    page = client.get(f"/listings/sessions/{session.pk}/bookings/")
    ring = page.text.split('id="ring"')[1].split("</section>")[0]
    for name, phone in (("Cy Phone", "07700 900456"), ("Ed Waits", "07700 900457")):
        assert name in ring
        assert phone in ring
        assert "tel:" in ring
    assert "Please do not set out." in ring
    assert "The hall has no heating" in ring
    assert "Di Nothing" not in ring
    table = text(page).split("Who had booked")[1]
    for words in ("Ada Mail E-mail on its way", "Cy Phone To ring", "Di Nothing Cannot be reached"):
        assert words in table
    assert "Nobody yet" not in text(page)


def test_rung_is_noted_and_an_e_mail_that_did_not_arrive_is_said(client_of, provider, session, all_booked):
    client = client_of(provider)
    cancel(client, session)
    Message.objects.filter(to="ada@home.example.org", subject__startswith="Cancelled").update(
        given_up_at=timezone.now()
    )
    Message.objects.filter(to="bo@home.example.org", subject__startswith="Cancelled").update(sent_at=timezone.now())
    call = Message.objects.get(channel="call", to__startswith="Cy Phone")
    shown = text(client.post(f"/listings/sessions/{session.pk}/told/{call.pk}/", follow=True))
    table = shown.split("Who had booked")[1]
    assert "Ada Mail The e-mail did not arrive" in table
    assert "Bo Mail Told by e-mail" in table
    assert "Cy Phone Rung" in table
    assert "1 to ring" in client.get(f"/listings/{session.service_id}/sessions/").text


def test_moved_says_the_same(client_of, provider, session, all_booked):
    client = client_of(provider)
    url = f"/listings/sessions/{session.pk}/"
    form = client.get(url).context["form"]
    posted = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    day = at(days=5)
    posted |= {"on_day": day.day, "on_month": day.month, "on_year": day.year, "opens_at": "2pm", "closes_at": ""}
    page = client.post(url, posted, follow=True)
    assert page.status_code == 200
    banner = page.text.split('class="banner__words"')[1].split("</div>")[0]
    assert "2 are told by e-mail." in banner
    assert "Ring 2" in banner


def test_nothing_is_said_of_telling_where_nobody_is_booked(client_of, provider, session):
    page = cancel(client_of(provider), session)
    assert "Nobody is booked." in page.text
    assert "to ring" not in text(page)


def test_a_connectors_booking_is_told_by_the_team(client_of, provider, connector, session):
    import uuid

    from cases.actions.booking import book_for_case

    case = CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield"))
    book_for_case(case=case, by=Author.of(connector), key=uuid.uuid4(), session=session, how_agreed="On the phone")
    client = client_of(provider)
    assert "1 is told by the connectors who booked for them." in text(cancel(client, session))
    shown = text(client.get(f"/listings/sessions/{session.pk}/bookings/"))
    assert f"Joan Whitfield {connector.agency.name} tell them" in shown


def test_a_stranger_sees_no_name(client_of, session, all_booked):
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    assert stranger.get(f"/listings/sessions/{session.pk}/bookings/").status_code == 404
    assert stranger.post(f"/listings/sessions/{session.pk}/cancel/", {"why": "x"}).status_code == 404
