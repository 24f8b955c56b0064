"""A service in words for people: ages, costs, where it meets and when.

Reads what directory/catalogue/detail.py has put there.
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from config.template_tags import date_words, row_address, time_words
from directory.catalogue.hours import format_schedules
from directory.catalogue.timetable import UpcomingSession, runs_on
from directory.models import CostOption, Schedule, Service, ServiceAtLocation
from directory.models.place import LocationType
from directory.models.service import CHECK_VALID_FOR

FILE_NAME = re.compile(r"\.(?:csv|tsv|txt|xlsx?|ods|json|jsonl|ndjson|geojson|xml|zip|gz)$", re.IGNORECASE)
KM_PER_MILE = 1.609344  # km
SHORT_PRICE_PATTERN = r"£[0-9,]+(\.[0-9]{2})?( (a|an|each|per) [a-z]{1,12})?"


@dataclass(frozen=True)
class MeetingPlace:
    """One of the places of a service, and when it meets there."""

    hours: list[str]
    lines: list[str]  # as on an envelope
    address: str  # the same on one line; the two halves of a postcode stay together
    online: bool
    access: list[str]
    about: str  # what the place is
    getting_there: str


def build_meeting_places(service: Service, today: datetime.date) -> list[MeetingPlace]:
    """Each place with its own hours; hours of the whole service are those of each place that has none."""
    everywhere = format_service_hours(service, today)
    by_place: dict[object, list[Schedule]] = {}
    for row in service.schedules.all():
        by_place.setdefault(row.at_location_id, []).append(row)
    return [
        _build_meeting_place(at, format_schedules(by_place.get(at.pk, []), today) or everywhere)
        for at in service.at_locations.all()
    ]


def _build_meeting_place(at: ServiceAtLocation, hours: list[str]) -> MeetingPlace:
    location = at.location
    lines, helps = location.address_lines, location.accessibility.all()
    access = [": ".join(dict.fromkeys(filter(None, [row.description, row.details]))) for row in helps]
    parts = [line.replace(" ", "\N{NO-BREAK SPACE}") if line == location.postcode else line for line in lines]
    return MeetingPlace(
        hours=hours,
        lines=lines,
        address=", ".join(parts),
        online=location.location_type == LocationType.VIRTUAL,
        access=list(dict.fromkeys(filter(None, access))),
        about="\n\n".join(dict.fromkeys(filter(None, [at.description, location.description]))),
        getting_there=location.transport,
    )


def format_service_hours(service: Service, today: datetime.date) -> list[str]:
    """When the whole service meets, wherever that is."""
    return format_schedules([row for row in service.schedules.all() if row.at_location_id is None], today)


@dataclass(frozen=True)
class SessionLine:
    """One of the next sessions: "Tuesday 24 November", "10:30am to midday", "4 places left"."""

    day: str
    times: str
    where: str
    room: str
    off: str  # why it does not take place; "" when it does
    note: str
    check: str  # why to ask first whether it is on; "" when it is
    words: str  # what is said beside the times: "term time only"
    book: str  # where to book it; "" when it cannot be


def format_sessions(service: Service, coming: list[UpcomingSession]) -> list[SessionLine]:
    """In words; the place is said only where there are several."""
    several = len(service.at_locations.all()) > 1
    return [_format_session(service, one, one.where if several else "") for one in coming]


def _format_session(service: Service, one: UpcomingSession, where: str) -> SessionLine:
    start = timezone.localtime(one.starts_at)
    times = time_words(start) + (f" to {time_words(one.ends_at)}" if one.ends_at else "")
    listed = service.bookable and service.is_listed and runs_on(service, start.date())
    open_to_book = listed and one.session and not one.is_cancelled and not one.check_first
    return SessionLine(
        day=format_day(start.date(), timezone.localdate()),
        times=times,
        where=where,
        note=one.note,
        check="" if one.is_cancelled else one.check_first,
        words=one.words,
        room="" if one.is_cancelled else format_places_left(one.places_left),
        off=f"Not on: {one.cancelled_why}" if one.cancelled_why else "Not on" if one.is_cancelled else "",
        book=row_address("bookings:book", one.session.pk) if open_to_book and one.session else "",
    )


def booking_button(dates: list[SessionLine]) -> tuple[str, str]:
    """The words and the address of the button that books: the only date, or the list of them; none when none can be
    booked. A place comes before a number on the waiting list."""
    open_ones = [one for one in dates if one.book]
    free = [one for one in open_ones if one.room != "Full"]
    wanted = free or open_ones
    if not wanted:
        return "", ""
    return "Book a place" if free else "Join the waiting list", wanted[0].book if len(wanted) == 1 else "#next"


def format_day(day: datetime.date, today: datetime.date) -> str:
    """ "Tuesday 24 November"; with its year when that is another one."""
    return f"{day:%A} {date_words(day) if day.year != today.year else date_words(day).rsplit(' ', 1)[0]}"


def format_places_left(places_left: int | None) -> str:
    if places_left is None:
        return ""
    return "Full" if places_left == 0 else "1 place left" if places_left == 1 else f"{places_left} places left"


@dataclass(frozen=True)
class Card:
    """An activity on a list or on paper: where and when, what it costs, whom to call."""

    service: Service
    meetings: list[MeetingPlace]
    hours: list[str]  # when it has no place
    costs: list[str]
    ask_for: str
    phone: str
    closed: bool


def build_card(service: Service, today: datetime.date) -> Card:
    contacts = list(service.contacts.all())
    first = next((contact for contact in contacts if contact.phone), contacts[0] if contacts else None)
    phone = service.phone or (first.phone if first else "")
    return Card(
        service,
        build_meeting_places(service, today),
        format_service_hours(service, today),
        format_costs(service, today),
        ask_for=first.name if first else "",
        phone=phone,
        closed=not service.is_running,
    )


def list_chips(service: Service) -> list[str]:
    """What is seen first of an activity."""
    said = [
        "Free" if service.is_free else "",
        "Someone can meet you" if service.meets_you else "",
        format_ages(service),
    ]
    return [chip for chip in said if chip]


def list_facts(service: Service, today: datetime.date, staff: bool = False) -> list[tuple[str, list[str]]]:
    """The facts of its page, each with its lines; `spoken` and `covers` come with directory.catalogue.detail. How it
    answers is a figure about a group: for `staff` alone."""
    spoken, covers = getattr(service, "spoken", []), getattr(service, "covers", [])
    said = [
        ("Cost", format_costs(service, today) or ["Not given: ask them"]),
        ("Ages", [format_ages(service)]),
        ("Languages", [", ".join(spoken)]),
        ("For people who live in", [", ".join(covers)]),
        ("Accreditations", [service.accreditations]),
        ("When you refer somebody", [format_reply_record(service) if staff else ""]),
    ]
    return [(name, lines) for name, lines in said if any(lines)]


def list_provenance(service: Service, today: datetime.date) -> list[tuple[str, str]]:
    """How old its page is, and whose words it has."""
    return [
        ("Last checked", format_checked_date(service, today)),
        ("Last changed", date_words(service.last_modified)),
        ("Where it comes from", format_origin(service)),
    ]


def format_reply_record(service: Service) -> str:
    """How it answers those who are referred to it; "" until there were enough of them to say. That it never said yes
    is no help to anybody: it is not said."""
    if not service.has_enough_answers:
        return ""
    days, percent = service.reply_days, service.accepted_percent
    soon = {None: "", 0: "on the same day", 1: "within a day"}.get(days, f"within {days} days")
    said = [
        f"Usually answers {soon}" if soon else "",
        f"Said yes to {percent}% in the last year" if percent else "",
    ]
    return ". ".join(part for part in said if part)


def format_origin(service: Service) -> str:
    """Whose words these are."""
    if not service.source:
        return f"Written by {service.agency.name}"
    return (
        "From another directory's list"
        if FILE_NAME.search(service.source)
        else f"From {service.source}, another directory"
    )


def organisation_name(service: Service) -> str:
    """Who runs it; "" where a feed or a table did not say, and the service's own name stands in its stead."""
    unknown = service.source and service.agency.name == service.name
    return "" if unknown else service.agency.name


def format_checked_date(service: Service, today: datetime.date) -> str:
    """When somebody last made sure that it is right, and a warning when that is long ago."""
    if service.assured_date is None:
        return "Not checked yet"
    old = today - service.assured_date > CHECK_VALID_FOR
    return date_words(service.assured_date) + (". That is a while ago: ask before you go" if old else "")


def format_ages(service: Service) -> str:
    low, high = service.minimum_age, service.maximum_age
    if low and high and high < 120:
        return f"Ages {low} to {high}" if low != high else f"Age {low}"
    if low:
        return f"Ages {low} and over"
    return f"Up to age {high}" if high and high < 120 else ""


def format_pounds(amount: Decimal) -> str:
    """£5, £2.50."""
    return f"£{amount:,.0f}" if amount == amount.to_integral_value() else f"£{amount:,.2f}"


NOUGHTS = {"0", "0.0", "0.00", "£0", "£0.00"}  # a price of nothing is said by its row


def format_costs(service: Service, today: datetime.date) -> list[str]:
    """One line for each price, or what is said about fees."""
    lines = [format_cost(row) for row in service.cost_options.all() if row.valid_to is None or row.valid_to >= today]
    said = "" if service.fees.strip().lower() in {line.lower() for line in lines} | NOUGHTS else service.fees
    return list(dict.fromkeys(line for line in (*lines, said) if line))


def format_short_price(service: Service, today: datetime.date) -> str:
    """ "£3 a time", "From £2", for a card; "" when it is not known or does not go into a few words."""
    rows = [row for row in service.cost_options.all() if row.valid_to is None or row.valid_to >= today]
    amounts = [row.amount for row in rows if row.amount is not None]
    if len(amounts) < len(rows) or not all(amounts):
        return ""
    if len(set(amounts)) > 1:
        return f"From {format_pounds(min(amounts))}"
    said = (
        [format_cost(row) for row in rows]
        if len(rows) == 1
        else [format_pounds(amounts[0])]
        if rows
        else [service.fees.strip()]
    )
    return next((words for words in said if re.fullmatch(SHORT_PRICE_PATTERN, words)), "")


def format_cost(row: CostOption) -> str:
    amount = "" if row.amount is None else "Free" if row.amount == 0 else format_pounds(row.amount)
    about = row.amount_description
    said = amount and re.search(re.escape(amount) + r"(?![.\d])", about, re.IGNORECASE)  # "£3 a time" says it all
    price = about if said else f"{amount} {about}".strip()
    return ", ".join(part for part in (row.option, price if price.lower() != row.option.lower() else "") if part)


def format_distance(km: float | None) -> str:
    """ "1.2 miles away"; "" when it is not known."""
    if km is None:
        return ""
    miles = km / KM_PER_MILE
    if miles < 0.5:
        return "Less than half a mile away"
    return f"{miles:.1f} miles away" if miles < 10 else f"{miles:.0f} miles away"


def shorten_description(text: str, longest: int = 180) -> str:
    """The first sentence or two of a description, cut at the end of a word."""
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    cut = flat[: longest + 1]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? "))
    return cut[: end + 1] if end > longest // 2 else cut.rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
