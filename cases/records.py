"""What an agency holds about one person, and which other agencies of the place hold something.

Looking beyond the own agency is for one deed alone, asking the others (cases/actions/rights.py): what is found there
goes to its own agency, and nothing of it back.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet

from agencies.models import Agency, Draft, Message
from bookings.models import Booking
from cases.models import Case, CaseBooking, CaseReferral, Person, PersonLink, RightsRequest
from cases.person_match import find_people_elsewhere, is_likely
from config.transitions import DeedForbidden
from referrals.models import LookUp, Referral
from referrals.same_person import Identity, born_alike, normalise_name

HIDDEN_MESSAGE = (
    "Your organisation has a case of this person that only its named workers see. Be named in it, or leave this to "
    "somebody who is and may answer for records"
)


@dataclass
class HeldRecords:
    """Of one agency and one person."""

    person: Person | None = None
    cases: list[Case] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)

    @property
    def identity(self) -> Identity | None:
        """Who it is, from the own record, else as a referral put it."""
        first = self.person or next(iter(self.referrals), None)
        return first.identity if first else None

    @property
    def contacts(self) -> set[str]:
        """Phone numbers and e-mail addresses by which the person is known."""
        rows = [self.person, *self.referrals, *self.bookings]
        return {value for row in rows if row for value in (row.phone, row.email) if value}

    @property
    def ids(self) -> set[uuid.UUID]:
        """Of all these rows, with the moves and remarks below them: what keys of messages are made of."""
        found = {row.pk for row in [*self.cases, *self.referrals, *self.bookings]}
        for referral in self.referrals:
            for rows in (referral.moves, referral.remarks, referral.links):
                found |= set(rows.order_by().values_list("pk", flat=True))
        return found


def held_by(agency: Agency) -> Q:
    """Referrals that this agency sent or received, and has not erased."""
    return Q(to_agency=agency, receiver_erased_at=None) | Q(from_agency=agency, sender_erased_at=None)


def find_records(request: RightsRequest) -> HeldRecords:
    """What the agency that is asked holds: its record with its cases and all that belongs to them, and what was found
    when it was asked."""
    cases = list(Case.with_people().filter(person=request.person_id).order_by("opened_at", "pk"))
    links = CaseReferral.objects.filter(case__in=cases).values("referral")
    referrals = Referral.objects.filter(held_by(request.agency)).filter(Q(pk__in=links) | Q(pk__in=request.referrals))
    places = CaseBooking.objects.filter(case__in=cases).values("booking")
    bookings = Booking.objects.filter(Q(pk__in=places) | Q(pk__in=request.bookings), blanked_at=None)
    return HeldRecords(
        request.person,
        cases,
        list(
            referrals.select_related("from_agency", "to_agency", "service", "sent_by__user").order_by("sent_at", "pk")
        ),
        list(bookings.select_related("session__service__agency").order_by("session__starts_at", "pk")),
    )


def find_drafts(request: RightsRequest, held: HeldRecords) -> QuerySet[Draft]:
    """What members of the agency typed about the person and did not send: by the row it belongs to, or by what
    tells the person (number, phone, e-mail, full name)."""
    about, identity = Q(pk__in=[]), held.identity
    for key in held.ids:
        about |= Q(key__contains=str(key)) | Q(page__contains=str(key)) | Q(action__contains=str(key))
    for words in {*held.contacts, *([identity.name, identity.nhs_number] if identity else [])} - {""}:
        about |= Q(data__icontains=words)
    return Draft.objects.filter(about, member__agency=request.agency)


def find_look_ups(request: RightsRequest, held: HeldRecords) -> QuerySet[LookUp]:
    """Of the person's NHS number, by members of the agency."""
    numbers = {row.nhs_number for row in [held.person, *held.referrals] if row and row.nhs_number}
    hashes = [LookUp.hash_number(number) for number in numbers]
    return LookUp.objects.filter(agency=request.agency, number_hash__in=hashes)


def find_messages(keys: Iterable[uuid.UUID]) -> QuerySet[Message]:
    """Letters, call scripts and e-mails about these rows: their keys are made of the rows' ids."""
    about = Q(pk__in=[])
    for key in keys:
        about |= Q(key__contains=str(key))
    return Message.objects.filter(about)


def refuse_hidden(request: RightsRequest) -> None:
    """Raises DeedForbidden for who does not see all of it: nobody gives out half a copy, or erases what they cannot
    read, of a case that is kept to its named workers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count_cases_of(%s)", [request.person_id])
        (held,) = cursor.fetchone()
    if held > Case.objects.filter(person=request.person_id).count():
        raise DeedForbidden(HIDDEN_MESSAGE)


def find_likely_referrals(identity: Identity, rows: QuerySet[Referral]) -> list[Referral]:
    """Those of `rows` that are probably of that person."""
    same = born_alike(identity.birth)
    if identity.nhs_number:
        same |= Q(nhs_number=identity.nhs_number)
    return [row for row in rows.filter(same).order_by("sent_at", "pk") if is_likely(row.identity, identity)]


def find_likely_bookings(name: str, contacts: set[str], rows: QuerySet[Booking]) -> list[Booking]:
    """Those of `rows` with the same name and phone, or name and e-mail."""
    same = Q(phone__in=contacts) | Q(email__in=contacts)
    found = rows.filter(same, blanked_at=None).select_related("session__service").order_by("pk")
    return [row for row in found if normalise_name(row.name) == normalise_name(name)]


def find_records_elsewhere(request: RightsRequest) -> dict[uuid.UUID, HeldRecords]:
    """By agency, for each other one at work in the place: what it probably holds of the person of `request`."""
    ours = find_records(request)
    found: dict[uuid.UUID, HeldRecords] = defaultdict(HeldRecords)
    identity = ours.identity
    if identity is None:
        return found
    likely = find_likely_referrals(identity, Referral.objects.all())
    for referral in {row.pk: row for row in [*ours.referrals, *likely]}.values():
        for agency, erased_at in (
            (referral.from_agency_id, referral.sender_erased_at),
            (referral.to_agency_id, referral.receiver_erased_at),
        ):
            if erased_at is None:
                found[agency].referrals.append(referral)
    theirs = find_likely_bookings(identity.name, ours.contacts, Booking.objects.all())
    for booking in {row.pk: row for row in [*ours.bookings, *theirs]}.values():
        found[booking.session.service.agency_id].bookings.append(booking)
    linked = [link.other(request.person) for link in PersonLink.in_force(request.person)] if request.person else []
    known = Person.objects.filter(pk__in=linked).order_by("pk")
    for person in [*known, *find_people_elsewhere(identity, request.agency)]:
        found[person.agency_id].person = found[person.agency_id].person or person
    found.pop(request.agency_id, None)
    at_work = set(Agency.objects.filter(pk__in=found, left_at=None).order_by().values_list("pk", flat=True))
    return {agency: held for agency, held in found.items() if agency in at_work}
