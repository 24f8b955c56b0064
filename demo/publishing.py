"""What the groups and the steward of the demo place do with the directory: sessions, bookings, collections, a queue.

What it says is invented, and stands in demo/data/directory.json.
"""

import datetime
import json
import random
import uuid
from typing import Any

import time_machine
from django.utils import timezone

from agencies.models import Agency, Author, Hand, Membership
from bookings.actions.book import Attendee, create_booking
from bookings.actions.transition import mark_attendance
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from demo.building import DEMO_SOURCE, stable_id
from demo.people import FIRST_NAMES, SURNAMES
from demo.place import DATA
from directory.catalogue.statistics import list_months
from directory.catalogue.timetable import sync_sessions
from directory.exchange.open_data import write_open_files
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
    Synonym,
)
from directory.models.service import ConfirmationInterval
from directory.publishing.actions.listings import close_listing, create_listing
from directory.publishing.actions.reports import ANONYMOUS_READER
from directory.publishing.actions.sessions import cancel_session
from directory.publishing.snapshot import build_snapshot
from directory.publishing.versions import propose_edit, record_version, update_listing
from directory.search.index import index_services, refresh_counts
from referrals.statistics import update_reply_statistics

CONTENT = json.loads((DATA / "directory.json").read_text(encoding="utf-8"))
REGISTER_LEFT = datetime.timedelta(days=6)  # who came to what was later is still to be said
DAYS_OF_BOOKINGS = 28  # days ago that the groups began to take bookings here
BUSY_ACTIVITIES = {"Tuesday gardening group": 13, "Seeds and calm": 7, "Phone and tablet help": 6}
THE_PERSON = Author(Hand.PERSON, "The person")
UNVERIFIED_GROUP = "hounds"  # a group that joined by itself lately: its edits are looked at first
FEED_NAME = "Libraries of West Sussex"
STALE_ACTIVITIES = ("Growers' soup lunch", "Repair café", "Sunday outing", "Nordic walking taster")


def fill_directory(staff: dict[str, list[Membership]], agencies: dict[str, Agency]) -> None:
    """Everything that makes the directory a lived-in one. Follows `simulate_lives`, whose answers it counts."""
    services = give_listings_to_groups(agencies)
    add_venue_access()
    with time_machine.travel(timezone.now() - datetime.timedelta(days=DAYS_OF_BOOKINGS), tick=True):
        for name, service in services.items():
            add_listing_extras(service, CONTENT["listings"].get(name, {}))
            sync_sessions(service)
            record_version(service, by=Author.system(), what="Brought in from the old directory")
    for name, service in services.items():
        sync_sessions(service)
        if name in STALE_ACTIVITIES:
            make_stale(service)
    BookingSimulation(services, staff).run()
    change_some_listings(services, staff, agencies)
    add_steward_content(services)
    add_steward_queue(services, agencies)
    update_reply_statistics()
    add_view_figures(services)
    index_services([service.pk for service in services.values()])
    refresh_counts()
    write_open_files()


def add_venue_access() -> None:
    """What the venues say about access."""
    for name, things in CONTENT["venues"].items():
        for place in Location.objects.filter(name=name):
            Accessibility.objects.bulk_create(Accessibility(location=place, description=thing) for thing in things)


def give_listings_to_groups(agencies: dict[str, Agency]) -> dict[str, Service]:
    """The groups keep their listings themselves from now on; by name."""
    Agency.objects.exclude(pk=agencies[UNVERIFIED_GROUP].pk).update(verified_at=timezone.now())
    Service.objects.filter(source=DEMO_SOURCE).update(source="")
    return {service.name: service for service in Service.objects.filter(agency__source=DEMO_SOURCE)}


def add_listing_extras(service: Service, said: dict[str, Any]) -> None:
    """What a group adds to its listing; `places` makes its sessions bookable."""
    columns = {"meets_you": False, "first_time": "", "minimum_age": None, "maximum_age": None}
    service.bookable = "places" in said
    for name, blank in columns.items():
        setattr(service, name, said.get(name, blank))
    service.save()
    for code, name in said.get("languages", ()):
        Language.objects.create(service=service, code=code, name=name)
    if service.bookable:
        service.schedules.update(places=said["places"])
    if "transport" in said:
        Location.objects.filter(at_services__service=service).update(transport=said["transport"])


def change_some_listings(
    services: dict[str, Service], staff: dict[str, list[Membership]], agencies: dict[str, Agency]
) -> None:
    """What happens to listings: one is put right, one pauses, one is begun, one hidden, one proposed, one is a feed's."""
    tess = Author.of(staff["growers"][0])
    garden = services["Tuesday gardening group"]
    with time_machine.travel(timezone.now() - datetime.timedelta(days=10), tick=True):
        data = build_snapshot(garden) | {
            "eligibility": "Anybody over 16. Come with a friend, or meet one here.",
            "minimum_age": 16,
        }
        update_listing(garden, data, by=tess, what="Who it is for")
    growers = agencies["growers"]
    create_listing(agency=growers, name="Potting shed singers", by=tess, key=stable_id("listing", "singers"))
    week = Session.coming().filter(service=services["Seeds and calm"]).order_by("starts_at")
    cancel_session(session=week[1], why="The garden is closed for the winter fair")
    until = timezone.localdate() + datetime.timedelta(days=40)
    taster = services["Nordic walking taster"]
    close_listing(service=taster, status=Status.CLOSED, by=Author.by_link(taster.agency), until=until)
    hidden = services["Repair café"]
    Service.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now() - datetime.timedelta(days=3), asks=2)
    dogs = services["Dog walk and coffee"]
    propose_edit(
        dogs,
        build_snapshot(dogs) | {"fees": "A pound for the biscuits", "alert": "Back at ten past ten in winter."},
        Author.by_link(dogs.agency, "Pip Hounslow"),
    )
    Source.objects.create(name=FEED_NAME, url="https://libraries.example.org/oruk/v3", added_at=timezone.now())
    Service.objects.filter(name__in=["Rhyme time", "Home library service"]).update(source=FEED_NAME)


def make_stale(service: Service) -> None:
    """Nobody has looked at it since spring; it was asked about once."""
    service.assured_date = timezone.localdate() - datetime.timedelta(days=200)
    service.asks, service.asked_at = 1, timezone.now() - datetime.timedelta(days=6)
    service.confirm_every = ConfirmationInterval.QUARTER
    service.save(update_fields=["assured_date", "asks", "asked_at", "confirm_every"])


class BookingSimulation:
    """Residents book, come or do not, and wait, in the sessions of the busiest activities."""

    def __init__(self, services: dict[str, Service], staff: dict[str, list[Membership]]) -> None:
        self.services, self.staff, self.pick, self.nth = services, staff, random.Random(7), 0

    def run(self) -> None:
        for name, most in BUSY_ACTIVITIES.items():
            sessions = Session.objects.filter(Session.CERTAIN, service=self.services[name], places__gt=0).order_by(
                "starts_at"
            )
            for session in sessions[: DAYS_OF_BOOKINGS // 7 + 2]:
                self.fill_session(session, most)

    def fill_session(self, session: Session, most: int) -> None:
        now, size = timezone.now(), self.pick.randint(most * 2 // 3, most)
        booked = [self.book_place(session, now) for _ in range(size)]
        if session.starts_at < now - REGISTER_LEFT:
            self.mark_register(session, booked)

    def book_place(self, session: Session, now: datetime.datetime) -> Booking:
        self.nth += 1
        first, _, _ = FIRST_NAMES[self.nth * 3 % len(FIRST_NAMES)]
        name = f"{first} {SURNAMES[self.nth * 11 % len(SURNAMES)]}"
        phone = f"07700 9005{self.nth % 100:02}"
        mail = f"resident{self.nth}@home.example.org" if self.nth % 3 else ""
        moment = min(session.starts_at, now) - datetime.timedelta(hours=self.pick.randint(20, 100))
        with time_machine.travel(moment, tick=True):
            return create_booking(
                session=session,
                by=THE_PERSON,
                mover=Actor.PERSON,
                key=uuid.uuid4(),
                who=Attendee(name=name, email=mail, phone="" if mail else phone),
            )

    def mark_register(self, session: Session, booked: list[Booking]) -> None:
        by = Author.of(self.staff["growers"][0]) if "growers" in self.staff else Author.system()
        came = session.starts_at + datetime.timedelta(minutes=20)
        with time_machine.travel(min(came, timezone.now()), tick=True):
            for booking in booked:
                if Booking.objects.get(pk=booking.pk).status == BookingStatus.BOOKED:
                    mark_attendance(
                        booking, BookingStatus.MISSED if self.pick.random() < 0.12 else BookingStatus.ATTENDED, by=by
                    )


def add_steward_content(services: dict[str, Service]) -> None:
    """The steward's collections, words and neighbourhoods."""
    for order, row in enumerate(CONTENT["collections"], 1):
        items, key = row["items"], stable_id("collection", row["slug"])
        columns = {name: row[name] for name in ("slug", "title", "introduction")}
        made = Collection.objects.create(id=key, order=order, published_at=timezone.now(), **columns)
        for nth, (name, note) in enumerate(items, 1):
            CollectionItem.objects.create(collection=made, service=services[name], note=note, order=nth)
    today = timezone.localdate()
    LostSearch.objects.bulk_create(
        LostSearch(on=today - datetime.timedelta(days=days), **row)
        for days, row in split_off(CONTENT["lost_searches"], "days")
    )
    add_steward_words()


def add_steward_words() -> None:
    """Beside the meanings that every place starts with: names of neighbourhoods, and what is said only here."""
    Synonym.objects.bulk_create(Synonym(typed=typed, means=means) for typed, means in CONTENT["synonyms"])
    for name, postcode in CONTENT["neighbourhoods"]:
        if point := find_postcode(postcode):
            row = {"shown": name, "latitude": point.lat, "longitude": point.lon, "given": True}
            Place.objects.update_or_create(name=name.lower(), defaults=row)


def add_steward_queue(services: dict[str, Service], agencies: dict[str, Agency]) -> None:
    """Readers' words about listings, and groups that ask to take part."""
    now = timezone.now()
    for days, row in split_off(CONTENT["reports"], "days"):
        service = services[row.pop("service")]
        signed = row | Proposal.signature(ANONYMOUS_READER) | {"made_at": now - datetime.timedelta(days=days)}
        Proposal.objects.create(key=uuid.uuid4(), service=service, based_on=service.version, **signed)
    for days, row in split_off(CONTENT["claims"], "days"):
        group, made_at = agencies.get(row.pop("group")), now - datetime.timedelta(days=days)
        Claim.objects.create(key=uuid.uuid4(), agency=group, made_at=made_at, **row)


def split_off(rows: list[dict[str, Any]], name: str) -> list[tuple[Any, dict[str, Any]]]:
    """Each row as the value of that name and a copy of the others."""
    return [(row[name], {key: value for key, value in row.items() if key != name}) for row in rows]


def add_view_figures(services: dict[str, Service]) -> None:
    """A year of searches and openings, more of them in the warm months."""
    pick, rows = random.Random(11), []
    for service in services.values():
        liked = pick.uniform(0.4, 2.5)
        for month in list_months(timezone.localdate()):
            shown = int(liked * pick.uniform(25, 60) * (1.4 if 4 <= month.month <= 9 else 1))
            figure: dict[str, Any] = {"on": month, "shown": shown, "views": int(shown * pick.uniform(0.1, 0.3))}
            rows.append(Figure(service=service, **figure))
    Figure.objects.bulk_create(rows, ignore_conflicts=True)
