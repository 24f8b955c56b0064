"""What the groups and the steward of the demo place do with the directory: sessions, bookings, collections, a queue."""

import datetime
import random
import uuid
from typing import Any

import time_machine
from django.utils import timezone

from agencies.models import Agency, Author, Membership
from agencies.models.signed import Hand
from bookings.actions.book import Who, book
from bookings.actions.transition import mark
from bookings.models import Booking
from bookings.states import Booked, Mover
from demo.building import SOURCE, stable
from demo.listings import ACCESS, CLAIMS, COLLECTIONS, LOST, MORE, NEIGHBOURHOODS, REPORTS, STOP_WORDS, SYNONYMS, More
from demo.people import FIRST_NAMES, SURNAMES
from directory.catalogue.statistics import months
from directory.catalogue.timetable import lay_out
from directory.exchange.open_data import make_all
from directory.geography.postcodes import find_postcode
from directory.models import (
    Accessibility,
    Claim,
    Collection,
    CollectionItem,
    Figure,
    Language,
    Location,
    LostSearch,
    Place,
    Proposal,
    Service,
    Session,
    Source,
    Status,
    StopWord,
    Synonym,
)
from directory.models.service import Often
from directory.publishing.actions.listings import close, create
from directory.publishing.actions.reports import READER
from directory.publishing.actions.sessions import cancel_session
from directory.publishing.versions import as_data, keep, propose, put
from directory.search.index import index, refresh
from referrals.replies import note_replies

BEFORE = 28  # days ago that the groups began to take bookings here
BUSY = {"Tuesday gardening group": 13, "Seeds and calm": 7, "Phone and tablet help": 6}
THE_PERSON = Author(Hand.PERSON, "The person")
UNVERIFIED = "hounds"  # a group that joined by itself lately: its edits are looked at first
FEED = "Libraries of West Sussex"
STALE = ("Repair café", "Sunday outing", "Nordic walking taster")


def publish(staff: dict[str, list[Membership]], agencies: dict[str, Agency]) -> None:
    """Everything that makes the directory a lived-in one. Follows `live`, whose answers it counts."""
    services = hand_over(agencies)
    furnish()
    with time_machine.travel(timezone.now() - datetime.timedelta(days=BEFORE), tick=True):
        for name, service in services.items():
            describe(service, MORE.get(name, More()))
            lay_out(service)
            keep(service, by=Author.system(), what="Brought in from the old directory")
    for name, service in services.items():
        lay_out(service)
        if name in STALE:
            make_stale(service)
    Bookings(services, staff).make()
    change_some(services, staff, agencies)
    curate(services)
    wait_for_the_steward(services, agencies)
    note_replies()
    count(services)
    index([service.pk for service in services.values()])
    refresh()
    make_all()


def furnish() -> None:
    """What the venues say about access."""
    for name, things in ACCESS.items():
        for place in Location.objects.filter(name=name):
            Accessibility.objects.bulk_create(Accessibility(location=place, description=thing) for thing in things)


def hand_over(agencies: dict[str, Agency]) -> dict[str, Service]:
    """The groups keep their listings themselves from now on; by name."""
    Agency.objects.exclude(pk=agencies[UNVERIFIED].pk).update(verified_at=timezone.now())
    Service.objects.filter(source=SOURCE).update(source="")
    return {service.name: service for service in Service.objects.filter(agency__source=SOURCE)}


def describe(service: Service, more: More) -> None:
    service.bookable, service.meets_you = more.places > 0, more.meets_you
    service.first_time = more.first_time
    service.minimum_age, service.maximum_age = more.ages
    service.save()
    for code, name in more.languages:
        Language.objects.create(service=service, code=code, name=name)
    if more.places:
        service.schedules.update(places=more.places)
    if more.transport:
        Location.objects.filter(at_services__service=service).update(transport=more.transport)


def change_some(services: dict[str, Service], staff: dict[str, list[Membership]], agencies: dict[str, Agency]) -> None:
    """What happens to listings: one is put right, one pauses, one is begun, one hidden, one proposed, one is a feed's."""
    tess = Author.of(staff["growers"][0])
    garden = services["Tuesday gardening group"]
    with time_machine.travel(timezone.now() - datetime.timedelta(days=10), tick=True):
        data = as_data(garden) | {
            "eligibility": "Anybody over 16. Come with a friend, or meet one here.",
            "minimum_age": 16,
        }
        put(garden, data, by=tess, what="Who it is for")
    growers = agencies["growers"]
    create(agency=growers, name="Potting shed singers", by=tess, key=stable("listing", "singers"))
    week = Session.coming().filter(service=services["Seeds and calm"]).order_by("starts_at")
    cancel_session(session=week[2], why="The garden is closed for the winter fair")
    until = timezone.localdate() + datetime.timedelta(days=40)
    taster = services["Nordic walking taster"]
    close(service=taster, status=Status.CLOSED, by=Author.by_link(taster.agency), until=until)
    hidden = services["Repair café"]
    Service.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now() - datetime.timedelta(days=3), asks=2)
    dogs = services["Dog walk and coffee"]
    propose(
        dogs,
        as_data(dogs) | {"fees": "A pound for the biscuits", "alert": "Back at ten past ten in winter."},
        Author.by_link(dogs.agency, "Pip Hounslow"),
    )
    Source.objects.create(name=FEED, url="https://libraries.example.org/oruk/v3", added_at=timezone.now())
    Service.objects.filter(name__in=["Rhyme time", "Home library service"]).update(source=FEED)


def make_stale(service: Service) -> None:
    """Nobody has looked at it since spring; it was asked about once."""
    service.assured_date = timezone.localdate() - datetime.timedelta(days=200)
    service.asks, service.asked_at = 1, timezone.now() - datetime.timedelta(days=6)
    service.confirm_every = Often.QUARTER
    service.save(update_fields=["assured_date", "asks", "asked_at", "confirm_every"])


class Bookings:
    """Residents book, come or do not, and wait, in the sessions of the busiest activities."""

    def __init__(self, services: dict[str, Service], staff: dict[str, list[Membership]]) -> None:
        self.services, self.staff, self.pick, self.nth = services, staff, random.Random(7), 0

    def make(self) -> None:
        for name, most in BUSY.items():
            sessions = Session.objects.filter(service=self.services[name], places__gt=0).order_by("starts_at")
            for session in sessions[: BEFORE // 7 + 2]:
                self.fill(session, most)

    def fill(self, session: Session, most: int) -> None:
        now, size = timezone.now(), self.pick.randint(most * 2 // 3, most)
        booked = [self.book(session, now) for _ in range(size)]
        if session.starts_at < now:
            self.register(session, booked)

    def book(self, session: Session, now: datetime.datetime) -> Booking:
        self.nth += 1
        first, _, _ = FIRST_NAMES[self.nth * 3 % len(FIRST_NAMES)]
        name = f"{first} {SURNAMES[self.nth * 11 % len(SURNAMES)]}"
        phone = f"07700 9005{self.nth % 100:02}"
        mail = f"resident{self.nth}@home.example.org" if self.nth % 3 else ""
        moment = min(session.starts_at, now) - datetime.timedelta(hours=self.pick.randint(20, 100))
        with time_machine.travel(moment, tick=True):
            return book(
                session=session,
                by=THE_PERSON,
                mover=Mover.PERSON,
                key=uuid.uuid4(),
                who=Who(name=name, email=mail, phone="" if mail else phone),
            )

    def register(self, session: Session, booked: list[Booking]) -> None:
        by = Author.of(self.staff["growers"][0]) if "growers" in self.staff else Author.system()
        came = session.starts_at + datetime.timedelta(minutes=20)
        with time_machine.travel(min(came, timezone.now()), tick=True):
            for booking in booked:
                if Booking.objects.get(pk=booking.pk).status == Booked.BOOKED:
                    mark(booking, Booked.MISSED if self.pick.random() < 0.12 else Booked.ATTENDED, by=by)


def curate(services: dict[str, Service]) -> None:
    """The steward's collections, words and neighbourhoods."""
    for order, (slug, title, introduction, items) in enumerate(COLLECTIONS, 1):
        made = Collection.objects.create(
            id=stable("collection", slug),
            slug=slug,
            title=title,
            introduction=introduction,
            order=order,
            published_at=timezone.now(),
        )
        for nth, (name, note) in enumerate(items, 1):
            CollectionItem.objects.create(collection=made, service=services[name], note=note, order=nth)
    today = timezone.localdate()
    LostSearch.objects.bulk_create(
        LostSearch(on=today - datetime.timedelta(days=ago), words=words, near=near, filters=filters, times=times)
        for words, near, filters, times, ago in LOST
    )
    Synonym.objects.bulk_create(Synonym(typed=typed, means=means) for typed, means in SYNONYMS)
    StopWord.objects.bulk_create(StopWord(word=word) for word in STOP_WORDS)
    for name, postcode in NEIGHBOURHOODS:
        if point := find_postcode(postcode):
            row = {"shown": name, "latitude": point.lat, "longitude": point.lon, "given": True}
            Place.objects.update_or_create(name=name.lower(), defaults=row)


def wait_for_the_steward(services: dict[str, Service], agencies: dict[str, Agency]) -> None:
    """Readers' words about listings, and groups that ask to take part."""
    now = timezone.now()
    for name, reason, words, days in REPORTS:
        Proposal.objects.create(
            key=uuid.uuid4(),
            service=services[name],
            reason=reason,
            words=words,
            based_on=services[name].version,
            made_at=now - datetime.timedelta(days=days),
            **Proposal.signature(READER),
        )
    for code, name, about, person, role, email, phone, postcode, words, days in CLAIMS:
        Claim.objects.create(
            key=uuid.uuid4(),
            agency=agencies.get(code),
            name=name,
            about=about,
            contact_name=person,
            contact_role=role,
            contact_email=email,
            contact_phone=phone,
            postcode=postcode,
            words=words,
            made_at=now - datetime.timedelta(days=days),
        )


def count(services: dict[str, Service]) -> None:
    """A year of searches and openings, more of them in the warm months."""
    pick, rows = random.Random(11), []
    for service in services.values():
        liked = pick.uniform(0.4, 2.5)
        for month in months(timezone.localdate()):
            shown = int(liked * pick.uniform(25, 60) * (1.4 if 4 <= month.month <= 9 else 1))
            figure: dict[str, Any] = {"on": month, "shown": shown, "views": int(shown * pick.uniform(0.1, 0.3))}
            rows.append(Figure(service=service, **figure))
    Figure.objects.bulk_create(rows, ignore_conflicts=True)
