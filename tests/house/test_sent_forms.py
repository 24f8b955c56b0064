"""Sent, one step back, and sent again without any script: the first answer again, and nothing is made twice.

The page after Back is drawn anew: with another key, and nothing in it.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Invitation, Membership
from bookings.models import Booking
from cases.forms.onward import AGREEMENT_WAYS
from cases.models import Case, Entry, Kind
from directory.models import Proposal
from referrals.models import Referral
from tests.factories import CaseFactory, ServiceFactory, SessionFactory, team_of
from tests.referrals.posted import REFER, form

ClientOf = Callable[[Membership], Client]
Posted = dict[str, Any]


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector)


def blank(posted: Posted, **as_shown: str) -> Posted:
    """As the page shows it: what the browser posts of fields with nothing in them, and what was chosen beforehand."""
    nothing = {name: "" for name, value in posted.items() if value is not None}
    return nothing | as_shown | {"key": key()}


def key() -> str:
    return str(uuid.uuid4())


def test_a_referral(client_of: ClientOf, gp: Membership) -> None:
    team = team_of(gp)
    client, posted = client_of(gp), form()
    first = client.post(REFER, posted).url
    shown = {"urgency": "routine", "contact_by": "phone", "to_agency": str(team.pk)}
    again = blank(posted | dict.fromkeys(("needs", "risk", "agreement")), **shown)
    assert client.post(REFER, again).url == first
    assert client.post(REFER, again | {"person_name": "Cy Twombly"}).status_code == 422
    assert client.post(REFER, again | {"risk": "none"}).status_code == 422
    assert client_of(gp).post(REFER, again).status_code == 422, "another window has sent nothing"
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=31)):
        assert client.post(REFER, again).status_code != 302 or client.post(REFER, again).url != first
    assert Referral.objects.count() == 1


def test_a_note_with_its_next_step(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client, url = client_of(connector), reverse("cases:write", args=[case.pk])
    usual = {"when": "now", "audience": "circle"}
    posted = usual | {"kind": "phone", "text": "She is well", "next_when": "tomorrow", "next_words": "Ring"}
    first = client.post(url, posted | {"key": key()}).url
    again = usual | {"text": "", "next_words": "", "next_when": "keep", "key": key()}
    assert client.post(url, again).url == first
    assert client.post(url, again | {"next_words": "Ring"}).status_code == 422
    assert Entry.objects.filter(kind=Kind.PHONE).count() == 1


def test_a_place_in_a_session(client: Client) -> None:
    url = reverse("bookings:book", args=[SessionFactory().pk])
    posted = {"name": "Joan Whitfield", "email": "", "phone": "07700 900123", "note": ""}
    first = client.post(url, posted | {"key": key()}).url
    assert client.post(url, blank(posted)).url == first
    assert client.post(url, blank(posted) | {"name": "Ada"}).status_code == 422
    assert Booking.objects.count() == 1


def test_a_place_for_somebody(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client, url = client_of(connector), reverse("cases:book", args=[case.pk, SessionFactory(places=5).pk])
    first = client.post(url, {"how_agreed": AGREEMENT_WAYS[0], "agreed": "on", "key": key()})
    assert client.post(url, {"key": key()}).url == first.url
    assert Booking.objects.count() == 1


def test_a_report_on_a_listing(client: Client) -> None:
    url = reverse("directory:wrong", args=[ServiceFactory(published_at=timezone.now()).pk])
    posted = {"reason": "time", "words": "It is at 11 now"}
    first = client.post(url, posted | {"key": key()})
    assert first.status_code == 302
    assert client.post(url, {"words": "", "key": key()}).url == first.url
    assert Proposal.objects.count() == 1


def test_an_invitation(client_of: ClientOf, lead: Membership) -> None:
    client, url = client_of(lead), reverse("agencies:invite")
    posted = {"name": "Nadia", "email": "n@work.example.org", "role": "connector"}
    first = client.post(url, posted | {"key": key()}).url
    assert client.post(url, {"name": "", "email": "", "key": key()}).url == first
    assert Invitation.objects.count() == 1


def test_what_is_sent_to_another_group_or_not_at_all_is_no_first_answer(
    client_of: ClientOf, connector: Membership, case: Case, client: Client
) -> None:
    """An empty form about a second group was answered as if it had been sent; so was one that led to sign-in."""
    one, other = ServiceFactory(), ServiceFactory()
    signed_in, page = client_of(connector), reverse("cases:send_on", args=[case.pk])
    posted = {f"agreed_{one.agency_id.hex}": "on", "message": "", "safe": "no", "how_agreed": AGREEMENT_WAYS[0]}
    assert signed_in.post(f"{page}?service={one.pk}", posted | {"key": key()}).status_code == 302
    assert signed_in.post(f"{page}?service={other.pk}", {"message": "", "key": key()}).status_code == 422
    assert Referral.objects.count() == 1
    client.post(REFER, {"person_name": "Ada Byron", "key": key()})
    assert not client.session.get("sent_forms")
