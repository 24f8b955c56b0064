"""Codes for the practice's record: of the referral at the first contact alone, of the outcome at the end.

nhs.md 4.3: 871731000000106 is used once, at the first interaction of an episode; a call to book a time is none.
"""

import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from agencies.models import Author, Membership, Message
from bookings.actions import mark_attendance
from bookings.models import Booking
from bookings.states import BookingStatus
from cases.actions.booking import book_for_case
from cases.actions.closing import list_snomed_codes
from cases.actions.notes import write_note
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.models import Case, ClosingReason, Entry, Kind, Outcome
from config.fields import validate_sctid
from directory.models import Session
from referrals.actions import move_referral
from referrals.models import Answer, Referral
from referrals.states import ReferralStatus, Side
from tests.cases.test_closing import close, typed
from tests.factories import ReferralFactory, ServiceFactory, SessionFactory, at

ClientOf = Callable[[Membership], Client]
REFERRAL, DECLINED = "871731000000106", "871711000000103"


@pytest.fixture
def referral(gp: Membership, connector: Membership) -> Referral:
    return ReferralFactory(sent_by=gp, to_agency=connector.agency, practice=gp.agency)


@pytest.fixture
def case(referral: Referral, connector: Membership) -> Case:
    return accept_referral(referral=referral, by=Author.of(connector), person=None)


def onward(case: Case, name: str, to: ReferralStatus | None = None) -> Referral:
    """A group asked from the case, and what it said."""
    service = ServiceFactory(name=name, agency__name=f"{name} CIC")
    (sent,) = refer_on(
        case=case,
        by=Author.of(case.lead),
        key=uuid.uuid4(),
        services=[service],
        ask=OnwardRequest(how_agreed="Said so"),
        started_at=timezone.now(),
    )
    steps = {
        ReferralStatus.STARTED: [ReferralStatus.ACCEPTED],
        ReferralStatus.COMPLETED: [ReferralStatus.ACCEPTED],
        ReferralStatus.LOST_CONTACT: [ReferralStatus.ACCEPTED],
    }
    for status in [*steps.get(to, []), *([to] if to else [])]:
        move_referral(sent, status, by=Author.by_link(service.agency), side=Side.RECEIVER)
    return sent


def book(case: Case, session: Session) -> Booking:
    return book_for_case(case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=session, how_agreed="Said so")


def shown_to_practice(client_of: ClientOf, referral: Referral) -> str:
    return client_of(referral.sent_by).get(f"/referrals/{referral.pk}/").text


# --- The code of the referral: at the first contact ---------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.PHONE, Kind.CALL, Kind.VISIT])
def test_the_first_contact_brings_the_code_with_its_date(client_of, referral, case, kind):
    assert REFERRAL not in shown_to_practice(client_of, referral)
    when = timezone.now() - timedelta(days=2)
    write_note(case=case, by=Author.of(case.lead), kind=kind, text="We talked", happened_at=when)
    page = shown_to_practice(client_of, referral)
    assert page.count(REFERRAL) == 1
    day = timezone.localdate(when)
    assert f"First contact: {day.day} {day:%B %Y}" in page


@pytest.mark.parametrize("kind", [Kind.ARRANGED, Kind.NO_ANSWER, Kind.NOTE])
def test_a_call_that_books_a_time_a_try_and_a_note_bring_none(client_of, referral, case, kind):
    write_note(case=case, by=Author.of(case.lead), kind=kind, text="Comes on Tuesday")
    case.refresh_from_db()
    referral.refresh_from_db()
    assert (case.first_contact_at, referral.status) == (None, ReferralStatus.ACCEPTED)
    assert REFERRAL not in shown_to_practice(client_of, referral)


def test_a_call_that_books_a_time_ends_the_tries_and_the_promise_is_the_day_that_was_booked(client_of, case):
    case.tries, case.first_contact_due = 2, timezone.localdate() - timedelta(days=1)
    case.save()
    client = client_of(case.lead)
    day = timezone.localdate() + timedelta(days=3)
    on = {"next_on_day": day.day, "next_on_month": day.month, "next_on_year": day.year}
    posted = {"kind": "arranged", "text": "Tuesday at ten", "when": "now", "audience": "circle", "key": uuid.uuid4()}
    client.post(f"/cases/{case.pk}/write/", posted | {"next_words": "Visit", "next_when": "date"} | on)
    case.refresh_from_db()
    assert (case.tries, case.first_contact_at) == (0, None)
    assert case.last_contact_at
    row = client.get("/caseload/", {"list": "first"}).text.split("<tbody")[1]
    assert "Visit" in row
    assert "Overdue" not in row


def test_booking_a_session_brings_none(client_of, referral, case, provider):
    session = SessionFactory(service__name="Tuesday gardening", service__agency=provider.agency)
    booking = book(case, session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=3))
    mark_attendance(booking, BookingStatus.ATTENDED, by=Author.of(provider), seen=booking.moves_made)
    assert REFERRAL not in shown_to_practice(client_of, referral)
    assert REFERRAL not in json.dumps(list(Entry.objects.filter(case=case).values_list("details", flat=True)))
    assert not Message.objects.filter(body__contains="8717").exists()


def test_the_code_is_the_sending_practice_s_and_no_group_has_one(client_of, connector, referral, case):
    write_note(case=case, by=Author.of(connector), kind=Kind.PHONE, text="We talked")
    assert REFERRAL not in client_of(connector).get(f"/referrals/{referral.pk}/").text
    group = onward(case, "Walks", ReferralStatus.STARTED)
    assert REFERRAL not in client_of(connector).get(f"/referrals/{group.pk}/").text


def test_who_refers_for_no_practice_has_none(client_of, contact_centre, connector):
    referral = ReferralFactory(sent_by=contact_centre, to_agency=connector.agency, practice=None)
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    write_note(case=case, by=Author.of(connector), kind=Kind.PHONE, text="We talked")
    assert REFERRAL not in shown_to_practice(client_of, referral)


def test_a_second_referral_in_the_same_episode_brings_no_second_code(client_of, gp, connector, case):
    write_note(case=case, by=Author.of(connector), kind=Kind.PHONE, text="We talked")
    second = ReferralFactory(sent_by=gp, to_agency=connector.agency, practice=gp.agency)
    accept_referral(referral=second, by=Author.of(connector), person=case.person)
    write_note(case=case, by=Author.of(connector), kind=Kind.VISIT, text="We talked again")
    assert REFERRAL not in shown_to_practice(client_of, second)


# --- At the end ---------------------------------------------------------------------------------------


def test_no_reason_and_no_outcome_brings_the_code_of_the_referral():
    for reason in ClosingReason.objects.all():
        for outcome in [None, *Outcome.objects.all()]:
            codes = [code["code"] for code in list_snomed_codes(reason, outcome)]
            assert codes == ([DECLINED] if reason.code == "person-declined" else [])


def test_an_outcome_to_which_the_place_gave_a_code_brings_it(case, connector, referral):
    Outcome.objects.filter(code="active").update(snomed="390893007", snomed_term="Referral to physical activity")
    reason, outcome = ClosingReason.objects.get(code="goals"), Outcome.objects.get(code="active")
    assert list_snomed_codes(reason, outcome) == [{"code": "390893007", "term": "Referral to physical activity"}]


@pytest.mark.parametrize(
    "code",
    [
        "871731000000106",
        "871711000000103",
        "871691000000100",
        "1373501000000105",
        "1373511000000107",
        "1127531000000102",
        "1127581000000103",
        "1127601000000107",
        "999002381000000108",
        "999000081000000105",
        "999000091000000107",
        "1108111000000107",
        "390893007",
        "837111000000105",
        "771491000000104",
        "309013001",
        "306098008",
        "108161000000109",
        "273249006",
    ],
)
def test_codes_of_the_standards_are_codes(code):
    validate_sctid(code)


@pytest.mark.parametrize(
    "code",
    ["871731000000107", "871713000000106", "12345", "0871731000000106", "8717310000001066666", "x", "", "3908930O7"],
)
def test_what_is_mistyped_is_none(code):
    with pytest.raises(ValidationError):
        validate_sctid(code)
    with pytest.raises(ValidationError):
        Outcome(code="c", text="t", snomed=code or "1", snomed_term="x").full_clean()


def letter_of(client, referral):
    pdf = client.get(f"/referrals/{referral.pk}/letter.pdf").content
    return " ".join(" ".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_closing_letter_gives_it_to_the_first_contact_with_its_date_and_not_to_the_outcome(client_of, gp, case):
    write_note(case=case, by=Author.of(case.lead), kind=Kind.PHONE, text="We talked")
    close(case, case.lead)
    referral = Referral.objects.get(service=None)
    words, today = letter_of(client_of(gp), referral), timezone.localdate()
    assert words.count(REFERRAL) == 1
    assert f"First contact {today.day} {today:%B %Y}. SNOMED CT {REFERRAL}" in words
    assert Answer.objects.get().codes == []
    assert "For your record" not in words


def test_who_was_never_reached_has_no_code_at_the_end(client_of, gp, case):
    write_note(case=case, by=Author.of(case.lead), kind=Kind.ARRANGED, text="Tuesday at ten")
    close(case, case.lead, "person-declined")
    words = letter_of(client_of(gp), Referral.objects.get(service=None))
    assert REFERRAL not in words
    assert DECLINED in words


# --- The groups ---------------------------------------------------------------------------------------


def test_the_answer_names_the_groups_without_being_typed(client_of, gp, connector, referral, case):
    """given groups in every state, when closed, then the letter and the page name those that came to something"""
    for name, to in [
        ("Walks", ReferralStatus.STARTED),
        ("Choir", ReferralStatus.ACCEPTED),
        ("Garden", ReferralStatus.WAITING),
        ("Cookery", ReferralStatus.COMPLETED),
        ("Chess", ReferralStatus.LOST_CONTACT),
        ("Bingo", None),
    ]:
        sent = onward(case, name, to)
    book(case, SessionFactory(service__name="Swimming", service__agency__name="Pool", starts_at=at(days=9)))
    client = client_of(connector)
    said = typed(**{f"onward_{one.pk.hex}": "stay" for one in Referral.objects.filter(service__isnull=False)})
    preview = client.post(f"/cases/{case.pk}/close/", said | {"preview": "1"}).text.split('id="preview"')[1]
    assert "Walks, Walks CIC: goes there" in preview.split("</section>")[0]

    assert client.post(f"/cases/{case.pk}/close/", said).status_code == 302

    groups = Answer.objects.get(referral=referral).groups
    assert groups == [
        "Walks, Walks CIC: goes there",
        "Choir, Choir CIC: has a place",
        "Garden, Garden CIC: on the waiting list",
        "Cookery, Cookery CIC: has finished there",
        "Swimming, Pool: has booked",
    ]
    page = shown_to_practice(client_of, referral)
    pdf = client_of(gp).get(f"/referrals/{referral.pk}/letter.pdf").content
    letter = " ".join(" ".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages).split())
    for group in groups:
        assert group in page
        assert group in letter
    assert sent.service.name not in letter


def test_a_group_is_left_out_when_ticked_and_one_withdrawn_is_not_named(client_of, connector, referral, case):
    secret, stopped, kept = (onward(case, name, ReferralStatus.ACCEPTED) for name in ("Sobriety", "Choir", "Walks"))
    said = typed(leave_out=secret.service_id.hex) | {
        f"onward_{secret.pk.hex}": "stay",
        f"onward_{stopped.pk.hex}": "stop",
        f"onward_{kept.pk.hex}": "stay",
    }
    client = client_of(connector)
    preview = client.post(f"/cases/{case.pk}/close/", said | {"preview": "1"}).text
    preview = preview.split('id="preview"')[1].split("</section>")[0]
    client.post(f"/cases/{case.pk}/close/", said)
    assert Answer.objects.get().groups == ["Walks, Walks CIC: has a place"]
    assert "Walks, Walks CIC" in preview
    assert "Sobriety" not in preview
    assert "Choir" not in preview


def test_what_was_ticked_is_in_the_draft(client_of, connector, case):
    keys = [onward(case, name, ReferralStatus.ACCEPTED).service_id.hex for name in ("Sobriety", "Choir", "Walks")]
    client = client_of(connector)
    client.post("/accounts/draft/", {"draft_key": f"close:{case.pk}", "summary": "Half", "leave_out": keys[:2]})
    page = client.get(f"/cases/{case.pk}/close/").text
    assert [f'value="{key}" checked' in page for key in keys] == [True, True, False]


def test_a_service_booked_and_referred_to_is_named_once(connector, referral, case):
    sent = onward(case, "Walks", ReferralStatus.STARTED)
    sent.service.bookable = True
    sent.service.save()
    book(case, SessionFactory(service=sent.service))
    close(case, connector)
    assert Answer.objects.get().groups == ["Walks, Walks CIC: goes there"]


def test_without_agreement_or_after_a_death_no_group_is_named(client_of, gp, connector):
    for fields, code in ({"agreed_to_tell": False}, "goals"), ({}, "died"):
        referral = ReferralFactory(sent_by=gp, to_agency=connector.agency, **fields)
        case = accept_referral(referral=referral, by=Author.of(connector), person=None)
        onward(case, "Walks", ReferralStatus.ACCEPTED)
        page = client_of(connector).get(f"/cases/{case.pk}/close/").text
        assert ("leave_out" in page) == referral.agreed_to_tell
        close(case, connector, code)
        assert Answer.objects.get(referral=referral).groups == []
