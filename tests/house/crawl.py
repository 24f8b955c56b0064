"""What the crawler needs to know of each address with a part to guess: whose object would be somebody else's.

An address with a part in it (`<uuid:pk>`) that is not public must be here, or test_views.py fails. Each function
makes an object that belongs to strangers and returns the parts of its address.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Invitation, Message
from bookings.actions import move_booking
from bookings.states import Actor, BookingStatus
from cases import notifications
from cases.actions.booking import book_for_case
from cases.actions.opening import accept_referral
from cases.history.record import record_entry
from cases.models import Agreement, Circle, EmergencyOpening, Kind, TeamQuestion
from config.http import hash_token
from directory.models import Collection, ReportReason
from directory.publishing.actions.claims import submit_claim
from directory.publishing.actions.reports import submit_report
from directory.publishing.versions import record_version
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    MembershipFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    SourceFactory,
    booked,
    likeness,
)

Parts = dict[str, Any]


def somebody() -> Parts:
    return {"pk": MembershipFactory(role=Role.CONNECTOR).pk}


def a_team() -> Parts:
    return {"pk": MembershipFactory(role=Role.CONNECTOR).agency.pk}


def an_invitation() -> Parts:
    expires_at = timezone.now() + timedelta(days=7)
    invitation = Invitation(
        agency=AgencyFactory(), email="i@work.example.org", name="I", role=Role.PROVIDER, expires_at=expires_at
    )
    invitation.token_hash = hash_token(str(uuid.uuid4()))
    invitation.save()
    return {"pk": invitation.pk}


def a_passkey() -> Parts:
    user = MembershipFactory(role=Role.CONNECTOR).user
    return {"pk": Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={}).pk}


def a_referral() -> Parts:
    return {"pk": ReferralFactory().pk}


def a_case() -> Parts:
    return {"pk": CaseFactory().pk}


def a_joined_referral() -> Parts:
    case = CaseFactory()
    referral = ReferralFactory(to_agency=case.agency)
    accept_referral(referral=referral, by=Author.of(case.lead), person=case.person)
    return {"pk": referral.pk}


def a_team_question() -> Parts:
    case, asking = CaseFactory(), CaseFactory()
    question = TeamQuestion.objects.create(case=asking, about_case=case, asked_by=asking.lead)
    return {"pk": case.pk, "question": question.pk}


def an_entry() -> Parts:
    case = CaseFactory()
    entry = record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Theirs")
    return {"pk": case.pk, "number": entry.number}


def a_seat() -> Parts:
    case = CaseFactory()
    return {"pk": case.pk, "seat": Circle.objects.create(case=case, agency=AgencyFactory(), purpose="Helps").pk}


def an_emergency_opening() -> Parts:
    case = CaseFactory()
    now = timezone.now()
    opening = EmergencyOpening(
        key=uuid.uuid4(), case=case, agency=case.agency, member=case.lead, reason="A fall", at=now
    )
    opening.until = now + timedelta(hours=1)
    opening.save()
    return {"pk": opening.pk}


def a_fact() -> Parts:
    return a_case() | {"name": "phone"}


def an_agreement() -> Parts:
    case = CaseFactory()
    agreement = Agreement.objects.create(
        case=case,
        agency=AgencyFactory(),
        scope=Agreement.Scope.SHARE,
        how="Said on the phone",
        **Agreement.signature(Author.of(case.lead)),
    )
    return {"pk": case.pk, "agreement": agreement.pk}


def a_letter() -> Parts:
    case = CaseFactory(person__contact_by="letter", person__address="1 High Street")
    notifications.notify_case_opened(case)
    return {"pk": case.pk, "letter": notifications.messages_to_person(case).get().pk}


def a_session() -> Parts:
    return {"pk": SessionFactory().pk}


def a_call_about_a_session() -> Parts:
    session = SessionFactory(places=1)
    first = booked(session)
    booked(session, "Ada Byron")
    move_booking(first, BookingStatus.CANCELLED, by=Author.system(), mover=Actor.GROUP)
    return {
        "pk": session.pk,
        "message": Message.objects.get(
            key__startswith=f"booking {session.pk} ", channel="call", subject__startswith="A place"
        ).pk,
    }


def a_booking() -> Parts:
    return {"pk": booked(SessionFactory()).pk}


def a_case_to_book_for() -> Parts:
    return a_case() | {"session": SessionFactory().pk}


def a_booking_of_a_case() -> Parts:
    case = CaseFactory()
    booking = book_for_case(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=SessionFactory(), how_agreed="On the phone"
    )
    return {"pk": case.pk, "booking": booking.pk}


def a_draft() -> Parts:
    return {"key": uuid.uuid4()}


def a_collection() -> Parts:
    return {"pk": Collection.objects.create(title="Quiet", slug=uuid.uuid4().hex).pk}


def a_collected() -> Parts:
    collection = Collection.objects.create(title="Quiet", slug=uuid.uuid4().hex)
    return {"pk": collection.pk, "item": collection.items.create(service=ServiceFactory()).pk}


def a_listing() -> Parts:
    return {"pk": ServiceFactory().pk}


def a_section() -> Parts:
    return a_listing() | {"section": "about"}


def an_item() -> Parts:
    return a_listing() | {"section": "when", "item": "new"}


def a_version() -> Parts:
    service = ServiceFactory()
    record_version(service, by=Author.system(), what="Begun")
    return {"pk": service.pk, "number": 1}


def a_report() -> Parts:
    return {
        "pk": submit_report(key=uuid.uuid4(), service=ServiceFactory(), reason=ReportReason.TIME, words="At 11 now").pk
    }


def a_claim() -> Parts:
    asked = {"name": "Singers", "contact_name": "N", "contact_email": "n@group.example.org", "words": "Ask me"}
    return {"pk": submit_claim(key=uuid.uuid4(), agency=None, **asked).pk}


def a_source() -> Parts:
    return {"pk": SourceFactory().pk}


def a_run() -> Parts:
    return {"pk": SourceFactory().runs.create().pk}


def a_document() -> Parts:
    run = SourceFactory().runs.create()
    return {"pk": run.documents.create(number=1, name="a", size=1, digest="", body=b"").pk}


def a_likeness() -> Parts:
    return {"pk": likeness().pk}


FOREIGN: dict[str, Callable[[], Parts]] = {
    "directory:confirm": a_listing,
    "directory:report": a_report,
    "agencies:member": somebody,
    "agencies:end_member": somebody,
    "agencies:resend_invitation": an_invitation,
    "agencies:cancel_invitation": an_invitation,
    "mfa_remove_webauthn": a_passkey,
    "directory:listing": a_listing,
    "directory:preview": a_listing,
    "directory:publish": a_listing,
    "directory:listing_state": a_listing,
    "directory:room": a_listing,
    "directory:discard": a_listing,
    "directory:suggest": a_listing,
    "directory:sessions": a_listing,
    "directory:new_session": a_listing,
    "directory:versions": a_listing,
    "directory:restore": a_version,
    "directory:edit": a_section,
    "directory:item": an_item,
    "directory:session": a_session,
    "directory:cancel_session": a_session,
    "referrals:sent": a_referral,
    "referrals:referral": a_referral,
    "referrals:letter": a_referral,
    "referrals:withdraw": a_referral,
    "referrals:resend": a_referral,
    "referrals:ask_detail": a_referral,
    "referrals:decline": a_referral,
    "referrals:pass_on": a_referral,
    "referrals:assign": a_referral,
    "referrals:answer_signed_in": a_referral,
    "bookings:session_bookings": a_session,
    "bookings:register": a_session,
    "bookings:told": a_call_about_a_session,
    "bookings:mark": a_booking,
    "bookings:give_place": a_booking,
    "bookings:take_off": a_booking,
    "cases:book": a_case_to_book_for,
    "cases:booking": a_booking_of_a_case,
    "cases:accept": a_referral,
    "cases:case": a_case,
    "cases:write": a_case,
    "cases:correct": an_entry,
    "cases:fact": a_fact,
    "cases:give": a_case,
    "cases:activities": a_case,
    "cases:signpost": a_case,
    "cases:send_on": a_case,
    "cases:close": a_case,
    "cases:sharing": a_case,
    "cases:agree": a_case,
    "cases:ask_teams": a_case,
    "cases:answer_team": a_team_question,
    "cases:part": a_joined_referral,
    "cases:purpose": a_seat,
    "cases:named_workers": a_case,
    "cases:review": an_emergency_opening,
    "cases:end_opening": a_case,
    "cases:take_back": an_agreement,
    "cases:papers": a_case,
    "cases:history_pdf": a_case,
    "cases:person_letter": a_letter,
}

# No such object of others can be named by the address: what is there is one's own, or nothing.
OWN_ONLY = {
    "referrals:discard_draft": a_draft,
    "agencies:close_other": a_team,
    "directory:claim": a_claim,
    "directory:proposal": a_report,
    "directory:pass_on": a_report,
    "directory:stale_tell": a_listing,
    "directory:steward_collection": a_collection,
    "directory:publish_collection": a_collection,
    "directory:delete_collection": a_collection,
    "directory:move_collection": a_collection,
    "directory:add_to_collection": a_collection,
    "directory:collection_item": a_collected,
    "directory:source": a_source,
    "directory:run_now": a_source,
    "directory:stop_source": a_source,
    "directory:run": a_run,
    "directory:run_columns": a_run,
    "directory:begin_run": a_run,
    "directory:retire": a_run,
    "directory:take_back": a_run,
    "directory:zero_cost": a_source,
    "directory:document": a_document,
    "directory:likeness": a_likeness,
}


def addresses() -> dict[str, URLPattern]:
    """Every routed view under its URL name with namespace; nameless ones under their pattern."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: URLResolver, space: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                walk(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
            else:
                found[f"{space}{entry.name or entry.pattern}"] = entry

    walk(get_resolver(), "")
    return found


ADDRESSES = addresses()


def url_of(name: str, parts: Parts) -> str:
    """Its path; a nameless one is its own pattern."""
    return reverse(name, kwargs=parts) if ADDRESSES[name].name else f"/{name}"


def made_up(pattern: URLPattern) -> Parts:
    """Well-formed parts of an address that name nothing."""
    kinds = {"uuid": uuid.uuid4(), "int": 1, "slug": "nothing", "str": "nothing", "path": "nothing"}
    converters = getattr(pattern.pattern, "converters", {})
    parts: Parts = {}
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        parts[name] = kinds[kind]
    for name in getattr(getattr(pattern.pattern, "regex", None), "groupindex", {}):
        parts.setdefault(name, "nothing")
    return parts
