"""What there is near a person: activities as rows of a case page, with what can be done about each."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agencies.models import Membership
from cases.booking import Date, dates_of
from cases.forms.activities import FindActivitiesForm
from cases.models import Case, CaseReferral
from cases.onward import Asked, asked_already
from config.http import parse_uuid
from directory.catalogue.wording import miles_away, summary
from directory.geography.postcodes import find_postcode
from directory.models import Service, TaxonomyTerm
from directory.search.statement import Asked as Search
from directory.search.statement import Found, search

PAGE = 10  # activities shown at once


@dataclass(frozen=True)
class Activity:
    """One result, ready to print."""

    service: Service
    when: str
    where: str
    far: str
    summary: str
    chips: list[str]
    asked: Asked | None  # an open referral from this case
    answers: bool  # there is somebody to send a referral to
    chosen: bool
    dates: list[Date]  # sessions to book, when its group takes bookings here


def needs_of(case: Case) -> list[TaxonomyTerm]:
    """What the person was referred for, in the place's order."""
    received = CaseReferral.objects.filter(case=case, direction=CaseReferral.Direction.RECEIVED)
    return list(TaxonomyTerm.needs().filter(referrals__in=received.values("referral")).distinct())


def look(case: Case, form: FindActivitiesForm, after: str = "") -> Found:
    """Search near the person's home, which stays on the server: it is in no address and goes to no map."""
    said: dict[str, Any] = form.cleaned_data
    near = find_postcode(case.person.postcode) if case.person.postcode else None
    return search(
        Search(
            words=said["words"],
            need=said["need"],
            day=said["day"],
            near=near,
            km=form.km if near else None,
            after=after[:200],
            size=PAGE,
        )
    )


def activities(found: Found, case: Case, chosen: list[Service]) -> list[Activity]:
    asked, answering = asked_already(case), able_to_answer(found.services)
    dates = dates_of(found.services, case)
    ticked = {service.pk for service in chosen}
    return [
        Activity(
            service=service,
            when=spot.when if spot else "",
            where=spot.where if spot else "",
            far=miles_away(service.distance_km),  # type: ignore[attr-defined]  # what a search found carries it
            summary=summary(service.description),
            chips=list(spot.chips) if spot else [],
            asked=asked.get(service.pk),
            answers=service.pk in answering,
            chosen=service.pk in ticked,
            dates=dates.get(service.pk, []),
        )
        for service in found.services
        for spot in [service.spot]
    ]


def not_shown(chosen: list[Service], shown: list[Activity]) -> list[Service]:
    """What was ticked in an earlier search and is not among these results: it stays ticked."""
    there = {row.service.pk for row in shown}
    return [service for service in chosen if service.pk not in there]


def able_to_answer(services: Iterable[Service]) -> set[uuid.UUID]:
    """Those of `services` that somebody answers for: by e-mail, or signed in. One query, however many."""
    running = [service for service in services if service.runs]
    silent = {service.agency_id for service in running if not service.reply_to_email()}
    at_work = Membership.objects.filter(agency__in=silent, ended_at=None).values_list("agency_id", flat=True)
    signed_in = set(at_work) if silent else set()
    return {service.pk for service in running if service.reply_to_email() or service.agency_id in signed_in}


def chosen_services(member: Membership, ids: Iterable[str]) -> list[Service]:
    """The services ticked, at most ten, in the order of their names; what is no id of one is left out."""
    wanted = [pk for text in ids if (pk := parse_uuid(text))]
    found = Service.visible_to(member).filter(pk__in=wanted[:10]).select_related("agency")
    return list(found.order_by("name", "pk"))
