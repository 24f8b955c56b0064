"""The pages that have tables, with something in each: axe, at both widths, and no header cell without words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership
from directory.models import LostSearch, Place, Run, Synonym
from directory.publishing.versions import record_version
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    SourceFactory,
    booked,
    likeness,
    teammate,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Windows = Callable[..., Any]


def pages_of_a_steward(steward: Membership) -> list[str]:
    Synonym.objects.create(typed="kabaddi", means="sport")
    Place.objects.create(name="goring", shown="Goring", latitude=50.81, longitude=-0.42, given=True)
    LostSearch.objects.create(on=timezone.localdate(), near="BN11", filters="day=TU")
    pair = likeness()
    run = Run.objects.create(
        source=SourceFactory(),
        started_at=timezone.now(),
        begun_at=timezone.now(),
        ended_at=timezone.now(),
        refused=2,
        problems=[["", "", "The file ends in the middle"], ["7", "opening_hours", "could not be read"]],
    )
    names = ("words", "places", "lost", "sources", "steward_collections", "proposals", "claims", "open_data", "api")
    likely = reverse("directory:likeness", args=[pair.pk])
    return [*(reverse(f"directory:{name}") for name in names), likely, reverse("directory:run", args=[run.pk])]


def pages_of_a_group(provider: Membership) -> list[str]:
    session = SessionFactory(service=ServiceFactory(agency=provider.agency, bookable=True))
    booked(session)
    for name in ("Walk", "Walk and talk"):
        session.service.name = name
        session.service.save()
        record_version(session.service, by=Author.of(provider), what="Renamed")
    teammate(provider)
    return [
        reverse("directory:figures"),
        reverse("directory:versions", args=[session.service.pk]),
        reverse("directory:sessions", args=[session.service.pk]),
        reverse("bookings:session_bookings", args=[session.pk]),
        reverse("agencies:sessions"),
    ]


def pages_of_a_connector(connector: Membership) -> list[str]:
    case = CaseFactory(lead=connector)
    ReferralFactory(to_agency=connector.agency)
    names = ("cases:activities", "cases:sharing")
    return [
        reverse("cases:caseload") + "?list=all",
        reverse("referrals:referrals"),
        *(reverse(name, args=[case.pk]) for name in names),
    ]


@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize(
    ("role", "make_pages"),
    [
        (Role.STEWARD, pages_of_a_steward),
        (Role.PROVIDER, pages_of_a_group),
        (Role.CONNECTOR, pages_of_a_connector),
    ],
)
def test_tables_pass_axe(
    window: Windows, role: Role, make_pages: Callable[[Membership], list[str]], width: int
) -> None:
    member = MembershipFactory(role=role)
    here = window(width, member=member)
    for address in make_pages(member):
        here.page.goto(address)
        here.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        here.step(address)
        empty = here.page.locator("th").evaluate_all("cells => cells.filter((cell) => !cell.textContent.trim()).length")
        assert not empty, address
