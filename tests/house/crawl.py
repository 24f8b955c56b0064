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
from agencies.actions.breach import report_breach
from agencies.actions.complaint import make_complaint
from agencies.models import Author, DataAgreement, IdentityProvider, Invitation, Message, RetentionReview
from bookings.actions import move_booking
from bookings.states import Actor, BookingStatus
from cases import notifications
from cases.actions.booking import book_for_case
from cases.actions.hold import place_hold
from cases.actions.opening import accept_referral
from cases.history.record import record_entry
from cases.models import Agreement, Circle, EmergencyOpening, ErasureCertificate, Kind, Redaction, Release, TeamQuestion
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
    RightsRequestFactory,
    ServiceFactory,
    SessionFactory,
    SourceFactory,
    booked,
    likeness,
    teammate,
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


def a_provider_of_others() -> Parts:
    """Of sign-in, and of an agency that nobody here works for."""
    return {"slug": an_identity_provider().slug}


def a_provider() -> Parts:
    return {"pk": an_identity_provider().pk}


def an_identity_provider() -> IdentityProvider:
    slug = f"p{uuid.uuid4().hex[:8]}"
    row = IdentityProvider.objects.create(
        slug=slug, name="Entra", issuer=f"https://{slug}.example.org", client_id="c", authentication="private_key_jwt"
    )
    row.agencies.add(AgencyFactory())
    return row


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


def a_rights_request() -> Parts:
    return {"pk": RightsRequestFactory().pk}


def a_copy() -> Parts:
    return {"pk": RightsRequestFactory(status="active").pk}


def a_redaction() -> Parts:
    request = RightsRequestFactory(status="active")
    signed = Redaction.signature(Author.system())
    made = Redaction.objects.create(request=request, agency=request.agency, item="x", reason="third_party", **signed)
    return {"pk": request.pk, "redaction": made.pk}


def a_released_copy() -> Parts:
    request = RightsRequestFactory(status="done")
    signed = Release.signature(Author.system())
    Release.objects.create(request=request, agency=request.agency, snapshot={"about": "Theirs"}, **signed)
    return {"pk": request.pk}


def a_rectification() -> Parts:
    return {"pk": RightsRequestFactory(kind="rectification", status="active").pk}


def a_restriction() -> Parts:
    return {"pk": RightsRequestFactory(kind="restriction", status="active").pk}


def an_erasure() -> Parts:
    return {"pk": RightsRequestFactory(kind="erasure", status="active").pk}


def a_certificate() -> Parts:
    request = RightsRequestFactory(kind="erasure", status="done")
    asks = MembershipFactory(role=Role.LEAD, agency=request.agency)
    made = {"asked_by": asks, "approved_by": teammate(asks), "asked_at": timezone.now(), "ground": "unlawful"}
    return {"pk": ErasureCertificate.objects.create(request=request, agency=request.agency, **made).pk}


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


def a_breach() -> Parts:
    told = {"what": "A letter went astray", "whose": "One person", "known_at": timezone.now()}
    return {"pk": report_breach(by=MembershipFactory(role=Role.PROVIDER), key=uuid.uuid4(), **told).pk}


def a_complaint() -> Parts:
    keeper = MembershipFactory(role=Role.LEAD)
    said = {"name": "Ada Byron", "words": "Nobody rang", "answer_how": "phone", "contact": "01632 960002"}
    return {"pk": make_complaint(by=Author.system(), key=uuid.uuid4(), agency=keeper.agency, **said).pk}


def a_review() -> Parts:
    due = {"record_class": "draft", "record": uuid.uuid4(), "due_on": timezone.localdate()}
    return {"pk": RetentionReview.objects.create(agency=AgencyFactory(), **due).pk}


def a_hold() -> Parts:
    case, day = CaseFactory(), timezone.localdate() + timedelta(days=30)
    by = Author.of(case.lead)
    held = place_hold(case=case, by=by, reason="An inquiry", review_on=day, key=uuid.uuid4())
    return {"pk": case.pk, "hold": held.pk}


def a_data_agreement() -> Parts:
    days = {"signed_on": timezone.localdate(), "review_on": timezone.localdate() + timedelta(days=365)}
    return {"pk": DataAgreement.objects.create(key=uuid.uuid4(), kind="sharing", name="Sharing", **days).pk}


FOREIGN: dict[str, Callable[[], Parts]] = {
    "directory:confirm": a_listing,
    "directory:report": a_report,
    "agencies:complaint": a_complaint,
    "agencies:review": a_review,
    "cases:holds": a_case,
    "cases:hold": a_hold,
    "agencies:member": somebody,
    "agencies:end_member": somebody,
    "agencies:resend_invitation": an_invitation,
    "agencies:cancel_invitation": an_invitation,
    "mfa_remove_webauthn": a_passkey,
    "oidc_link": a_provider_of_others,
    "oidc_unlink": a_provider_of_others,
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
    "cases:person_links": a_case,
    "cases:answer_team": a_team_question,
    "cases:part": a_joined_referral,
    "cases:purpose": a_seat,
    "cases:named_workers": a_case,
    "cases:review": an_emergency_opening,
    "cases:end_opening": a_case,
    "cases:take_back": an_agreement,
    "cases:narrow": an_agreement,
    "cases:case_rights": a_case,
    "cases:referral_rights": a_referral,
    "cases:rights_request": a_rights_request,
    "cases:copy": a_copy,
    "cases:put_copy_back": a_redaction,
    "cases:release": a_copy,
    "cases:copy_pdf": a_released_copy,
    "cases:copy_json": a_released_copy,
    "cases:rectify": a_rectification,
    "cases:finish_rectify": a_rectification,
    "cases:restrict": a_restriction,
    "cases:lift": a_case,
    "cases:erase": an_erasure,
    "cases:erasure_certificate": a_certificate,
    "cases:papers": a_case,
    "cases:history_pdf": a_case,
    "cases:person_letter": a_letter,
}

# No such object of others can be named by the address: what is there is one's own, or nothing.
OWN_ONLY = {
    "agencies:data_agreement": a_data_agreement,
    "agencies:end_data_agreement": a_data_agreement,
    "agencies:breach": a_breach,  # the steward sees that of any agency
    "referrals:discard_draft": a_draft,
    "agencies:close_other": a_team,
    "agencies:identity_provider": a_provider,
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
