"""The register on a volunteer's phone: who came, who did not, who came without booking."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.access import Role
from agencies.models import Membership
from bookings.models import NAMES_SHOWN_FOR, REGISTER_OPEN_FOR, Booking, BookingMove
from bookings.states import BookingStatus
from directory.models import Session
from tests.factories import MembershipFactory, SessionFactory, booked, teammate
from tests.fragments import assert_swapped_equals_fresh

ClientOf = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


def started(provider: Membership, ago: timedelta = timedelta(minutes=5), **fields: Any) -> Session:
    """A session of the provider's group that Joan and Ada have booked, and that has begun."""
    session = SessionFactory(service__agency=provider.agency, **fields)
    for name in ("Joan Whitfield", "Ada Byron"):
        booked(session, name)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - ago)
    session.refresh_from_db()
    return session


def url(session: Session) -> str:
    return f"/listings/sessions/{session.pk}/register/"


def of(session: Session, name: str) -> Booking:
    return Booking.objects.get(session=session, name=name)


def marking(booking: Booking) -> str:
    return f"/listings/bookings/{booking.pk}/mark/"


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_lists_who_is_expected_by_name(client_of: ClientOf, provider: Membership) -> None:
    shown = text(client_of(provider).get(url(started(provider))))
    assert shown.index("Ada Byron") < shown.index("Joan Whitfield")
    assert "0 came, 0 did not, 2 to mark" in shown


def test_marks_without_javascript(client_of: ClientOf, provider: Membership) -> None:
    session = started(provider)
    joan = of(session, "Joan Whitfield")
    response = client_of(provider).post(marking(joan), {"mark": "came", "seen": joan.moves_made})
    assert response.url == f"{url(session)}#who-{joan.pk}"
    joan.refresh_from_db()
    session.refresh_from_db()
    assert joan.status == BookingStatus.ATTENDED
    assert session.registered_at
    move = joan.moves.get(after=BookingStatus.ATTENDED)
    assert (move.author_name, move.written_by) == (provider.user.name, provider)


def test_htmx_swaps_the_row_as_a_fresh_page_shows_it(client_of: ClientOf, provider: Membership) -> None:
    session, client = started(provider), client_of(provider)
    joan = of(session, "Joan Whitfield")
    target = f"who-{joan.pk}"
    fragment = client.post(marking(joan), {"mark": "missed", "seen": 1}, headers=HTMX | {"HX-Target": target})
    html = fragment.content.decode()
    assert 'hx-swap-oob="true"' in html
    assert "0 came, 1 did not, 1 to mark" in html
    fragment.content = re.sub(
        r' data-announce="[^"]*"|<p class="tally"[^>]*oob.*?</p>', "", html, flags=re.DOTALL
    ).encode()
    assert_swapped_equals_fresh(fragment, client.get(url(session)), target)


def test_a_mark_can_be_put_right_and_each_time_is_a_row(client_of: ClientOf, provider: Membership) -> None:
    session, client = started(provider), client_of(provider)
    joan = of(session, "Joan Whitfield")
    for mark in ("came", "missed", "came", "unmark"):
        client.post(marking(joan), {"mark": mark})
    joan.refresh_from_db()
    assert joan.status == BookingStatus.BOOKED
    assert list(joan.moves.values_list("after", flat=True)) == ["booked", "attended", "missed", "attended", "booked"]
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        BookingMove.objects.all().delete()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        BookingMove.objects.update(after="missed")


def test_a_double_click_marks_once(client_of: ClientOf, provider: Membership) -> None:
    session, client = started(provider), client_of(provider)
    joan = of(session, "Joan Whitfield")
    client.post(marking(joan), {"mark": "came", "seen": 1})
    client.post(marking(joan), {"mark": "came", "seen": 1})
    assert joan.moves.count() == 2


def test_two_volunteers_who_say_otherwise_are_told(client_of: ClientOf, provider: Membership) -> None:
    """given one marked her as there, when another who has not seen that marks her as missing, then they are told"""
    session = started(provider)
    joan, other = of(session, "Joan Whitfield"), teammate(provider)
    client_of(other).post(marking(joan), {"mark": "came", "seen": 1})
    response = client_of(provider).post(marking(joan), {"mark": "missed", "seen": 1}, headers=HTMX)
    assert response.status_code == 422
    assert f"{other.user.name} was quicker: came" in text(response)
    joan.refresh_from_db()
    assert joan.status == BookingStatus.ATTENDED
    page = client_of(provider).post(marking(joan), {"mark": "missed", "seen": 1}, follow=True)
    assert "was quicker" in text(page)


def test_two_volunteers_who_say_the_same_both_succeed(client_of: ClientOf, provider: Membership) -> None:
    session = started(provider)
    joan = of(session, "Joan Whitfield")
    for member in (provider, teammate(provider)):
        response = client_of(member).post(marking(joan), {"mark": "came", "seen": 1}, headers=HTMX)
        assert response.status_code == 200


def test_somebody_at_the_door(client_of: ClientOf, provider: Membership) -> None:
    session, client, said = started(provider), client_of(provider), {"name": "Wally Door", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(url(session), said).status_code == 302
    booking = of(session, "Wally Door")
    assert (booking.status, booking.number) == (BookingStatus.ATTENDED, 3)
    session.refresh_from_db()
    assert session.taken == 3


def test_a_full_room_asks_before_one_more_comes_in(client_of: ClientOf, provider: Membership) -> None:
    session, client = started(provider, places=2), client_of(provider)
    said = {"name": "Wally Door", "key": str(uuid.uuid4())}
    refused = client.post(url(session), said)
    assert refused.status_code == 422
    assert "All places are taken" in text(refused)
    for _ in range(2):
        assert client.post(url(session), said | {"more": "on"}).status_code == 302
    session.refresh_from_db()
    assert (session.places, session.taken) == (3, 3)


def test_who_did_not_come_leaves_a_place_at_the_door_and_may_still_be_put_right(
    client_of: ClientOf, provider: Membership
) -> None:
    """given a full session with one who is missed, when somebody takes that place and the mark was wrong, then both
    came: what happened is written down, and the session had one place more"""
    session, client = started(provider, places=2), client_of(provider)
    joan = of(session, "Joan Whitfield")
    client.post(marking(joan), {"mark": "missed"})
    client.post(url(session), {"name": "Wally Door", "key": str(uuid.uuid4())})
    client.post(marking(joan), {"mark": "came"})
    session.refresh_from_db()
    assert (session.places, session.taken) == (3, 3)


def test_who_waited_and_came_after_all(client_of: ClientOf, provider: Membership) -> None:
    session = SessionFactory(service__agency=provider.agency, places=1)
    booked(session)
    waits = booked(session, "Ada Byron")
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=5))
    client = client_of(provider)
    assert "Came after all" in text(client.get(url(session)))
    client.post(marking(waits), {"mark": "came"})
    waits.refresh_from_db()
    assert waits.status == BookingStatus.ATTENDED


@pytest.mark.parametrize("ago", [-timedelta(days=2), REGISTER_OPEN_FOR + timedelta(hours=1)])
def test_too_early_or_too_late_is_said(client_of: ClientOf, provider: Membership, ago: timedelta) -> None:
    session, client = started(provider, ago), client_of(provider)
    joan = of(session, "Joan Whitfield")
    assert 'name="mark"' not in client.get(url(session)).content.decode()
    response = client.post(marking(joan), {"mark": "came"}, headers=HTMX)
    assert response.status_code == 422
    door = client.post(url(session), {"name": "Wally Door", "key": str(uuid.uuid4())})
    assert door.status_code == 422
    joan.refresh_from_db()
    assert joan.status == BookingStatus.BOOKED


def test_names_are_gone_after_some_weeks_and_figures_stay(client_of: ClientOf, provider: Membership) -> None:
    session = started(provider, NAMES_SHOWN_FOR + timedelta(hours=1))
    Booking.objects.filter(name="Ada Byron").update(status=BookingStatus.ATTENDED)
    shown = text(client_of(provider).get(url(session)))
    assert "Joan Whitfield" not in shown
    assert "1 came, 0 did not, 1 to mark" in shown
    assert client_of(provider).post(marking(of(session, "Joan Whitfield")), {"mark": "came"}).status_code == 404


def test_as_many_queries_however_many_come(client_of: ClientOf, provider: Membership) -> None:
    client, counts = client_of(provider), {}
    few, many = (SessionFactory(service__agency=provider.agency, places=30) for _ in range(2))
    for session, people in ((few, 1), (many, 20)):
        for n in range(people):
            booked(session, f"Neighbour {n}")
    client.get(url(few))
    for path in ("register", "bookings"):
        for session in (few, many):
            with CaptureQueriesContext(connection) as seen:
                client.get(f"/listings/sessions/{session.pk}/{path}/")
            counts[path, session.pk] = len(seen)
        assert counts[path, few.pk] == counts[path, many.pk] <= 19  # seven are the tab's number


def test_bad_input_changes_nothing(client_of: ClientOf, provider: Membership) -> None:
    session, client = started(provider), client_of(provider)
    joan = of(session, "Joan Whitfield")
    for said in ({}, {"mark": "deleted"}, {"mark": "a\0b"}, {"mark": "came", "seen": "99999"}):
        assert client.post(marking(joan), said, headers=HTMX).status_code == 422
    assert client.post(url(session), {"name": "", "key": str(uuid.uuid4())}).status_code == 422
    joan.refresh_from_db()
    assert joan.status == BookingStatus.BOOKED


def test_a_teammate_may_a_stranger_may_not(client_of: ClientOf, provider: Membership) -> None:
    session = started(provider)
    joan = of(session, "Joan Whitfield")
    assert client_of(teammate(provider)).get(url(session)).status_code == 200
    stranger = client_of(MembershipFactory(role=Role.PROVIDER))
    assert stranger.get(url(session)).status_code == 404
    assert stranger.post(marking(joan), {"mark": "came"}).status_code == 404
    joan.refresh_from_db()
    assert joan.status == BookingStatus.BOOKED


def test_without_the_permission(client_of: ClientOf, provider: Membership, steward: Membership) -> None:
    session = started(provider)
    assert client_of(steward).get(url(session)).status_code == 403
    assert client_of(steward).post(marking(of(session, "Ada Byron")), {"mark": "came"}).status_code == 403


def test_the_wrong_verb(client_of: ClientOf, provider: Membership) -> None:
    session = started(provider)
    client = client_of(provider)
    assert client.get(marking(of(session, "Ada Byron"))).status_code == 405
    assert client.delete(url(session)).status_code == 405
