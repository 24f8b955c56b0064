"""What there is near a person: activities as rows of a case page, with what can be done about each."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agencies.models import Membership
from cases.booking import BookableSession, load_bookable_sessions
from cases.forms.activities import FindActivitiesForm
from cases.models import Case, CaseReferral
from cases.onward import OnwardReferral, open_onward_by_service
from config.http import parse_uuid
from directory.catalogue.cards import load_services
from directory.geography.postcodes import find_postcode
from directory.models import Service, TaxonomyTerm
from directory.search.statement import SearchQuery as Search
from directory.search.statement import SearchResult, search

PAGE_SIZE = 10  # activities shown at once


@dataclass(frozen=True)
class ActivityRow:
    """One result, ready to print."""

    service: Service
    when: str
    where: str
    far: str
    summary: str
    chips: Sequence[str]
    asked: OnwardReferral | None  # an open referral from this case
    answers: bool  # there is somebody to send a referral to
    chosen: bool
    dates: list[BookableSession]  # sessions to book, when its group takes bookings here


def list_needs(case: Case) -> list[TaxonomyTerm]:
    """What the person was referred for, in the place's order."""
    received = CaseReferral.objects.filter(case=case, direction=CaseReferral.Direction.RECEIVED)
    return list(TaxonomyTerm.needs().filter(referrals__in=received.values("referral")).distinct())


def search_near_home(case: Case, form: FindActivitiesForm, after: str = "") -> SearchResult:
    """Search near the person's home, which stays on the server: it is in no address and goes to no map."""
    said: dict[str, Any] = form.cleaned_data
    near = find_postcode(case.person.postcode) if case.person.postcode else None
    return search(
        Search(
            words=said["words"],
            need=said["need"],
            day=said["day"],
            near=near,
            km=form.radius_km if near else None,
            after=after[:200],
            calm=True,  # who looks is at work, and sees the person
            size=PAGE_SIZE,
        )
    )


def build_activity_rows(found: SearchResult, case: Case, chosen: list[Service]) -> list[ActivityRow]:
    services = {service.pk: service for service in load_services(found.cards)}
    asked, answering = open_onward_by_service(case), find_answering_services(services.values())
    dates = load_bookable_sessions(services.values(), case)
    ticked = {service.pk for service in chosen}
    return [
        ActivityRow(
            service=services[card.pk],
            when=card.when,
            where=card.where,
            far=card.away,
            summary=card.summary,
            chips=card.chips,
            asked=asked.get(card.pk),
            answers=card.pk in answering,
            chosen=card.pk in ticked,
            dates=dates.get(card.pk, []),
        )
        for card in found.cards
        if card.pk in services
    ]


def chosen_but_not_shown(chosen: list[Service], shown: list[ActivityRow]) -> list[Service]:
    """What was ticked in an earlier search and is not among these results: it stays ticked."""
    there = {row.service.pk for row in shown}
    return [service for service in chosen if service.pk not in there]


def find_answering_services(services: Iterable[Service]) -> set[uuid.UUID]:
    """Those of `services` that somebody answers for: by e-mail, or signed in. One query, however many."""
    running = [service for service in services if service.is_running]
    silent = {service.agency_id for service in running if not service.reply_to_email()}
    at_work = Membership.objects.filter(agency__in=silent, ended_at=None).values_list("agency_id", flat=True)
    signed_in = set(at_work) if silent else set()
    return {service.pk for service in running if service.reply_to_email() or service.agency_id in signed_in}


def load_chosen_services(member: Membership, ids: Iterable[str]) -> list[Service]:
    """The services ticked, at most ten, in the order of their names; what is no id of one is left out."""
    wanted = [pk for text in ids if (pk := parse_uuid(text))]
    found = Service.visible_to(member).filter(pk__in=wanted[:10]).select_related("agency")
    return list(found.order_by("name", "pk"))
