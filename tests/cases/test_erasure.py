"""All that is held of a person is erased, wherever it lies; two people decide it; and the histories still verify."""

import datetime
import io
import uuid

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.access import Role
from agencies.models import Author, Draft
from bookings.actions import move_booking
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from cases.actions.booking import book_for_case
from cases.actions.closing import close_case
from cases.actions.erasure import ERASED_NAME, approve_erasure, ask_for_erasure
from cases.actions.facts import change_fact
from cases.actions.hold import place_hold
from cases.actions.notes import correct_entry, write_note
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.actions.rights import move_request, receive_request
from cases.actions.subject_access import redact_items, release_copy
from cases.facts import KEY_FACTS
from cases.history.verify import verify_histories
from cases.hooks import erasure_refusals
from cases.models import Case, ClosingReason, EmergencyOpening, ErasureCertificate, Hold, Outcome, Person, RightsRequest
from cases.models.subject_access import RedactionReason
from cases.states import ErasureGround, RightKind, RightsStatus
from cases.subject_access import fingerprint, gather_sections
from config.row_security import leads_to
from config.transitions import MoveRefused
from referrals.actions import move_referral, send_message
from referrals.models import LookUp, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, SessionFactory, teammate
from tests.jobs import run_jobs

S = RightsStatus
# What tells the person, and nothing else in the database: each must be gone, from every column of every table.
MARKS = ("zyxwor", "9990000018", "07700 900777", "bn99 9zz", "1951-03-27")
Z = "Zyxwor"
WORDS = (models.CharField, models.TextField, models.JSONField)


@pytest.fixture
def practice():
    return MembershipFactory(role=Role.REFERRER, manages_team=True)


@pytest.fixture
def group():
    return MembershipFactory(role=Role.PROVIDER, manages_team=True)


@pytest.fixture
def second(lead):
    return teammate(lead)


@pytest.fixture
def case(connector, practice, group):
    """A closed case of somebody whom three agencies know, with words wherever words can be."""
    by = Author.of(connector)
    referral = ReferralFactory(
        sent_by=practice,
        to_agency=connector.agency,
        person_name=f"{Z} Whitfield",
        email="zyxwor@mail.example.org",
        phone="07700 900777",
        postcode="BN99 9ZZ",
        address=f"1 {Z} Road",
        contact_by="letter",
        contact_avoid=f"{Z} mornings",
        what_matters=f"{Z} the garden",
        message=f"{Z} widowed",
        risks=f"{Z} dog",
        no_known_risks=False,
        practice=practice.agency,
    )
    LookUp.record(practice, "9990000018", found=True)
    send_message(referral, by=Author.of(practice), words=f"{Z} rang again", key=uuid.uuid4())
    case = accept_referral(referral=referral, by=by, person=None, match=f"{Z} matched")
    note = write_note(case=case, by=by, kind="visit", text=f"{Z} was well", audience="person")
    write_note(case=case, by=by, kind="note", text=f"{Z} is private", audience="team")
    correct_entry(entry=note, by=by, text=f"{Z} was not well")
    fact = KEY_FACTS["best-time"]
    change_fact(case=case, fact=fact, by=by, values={"best_time": f"{Z} noon"}, seen=fact.fingerprint(case))
    Case.objects.filter(pk=case.pk).update(next_action=f"{Z} ring", next_action_on=timezone.localdate())
    session = SessionFactory(service__agency=group.agency)
    booking = book_for_case(case=case, by=by, key=uuid.uuid4(), session=session, how_agreed=f"{Z} said so")
    move_booking(booking, BookingStatus.CANCELLED, by=by, mover=Actor.PERSON, words=f"{Z} is ill")
    ask = OnwardRequest(message=f"{Z} likes walks", risks=f"{Z} falls", how_agreed=f"{Z} agreed on the phone")
    service = SessionFactory(service__agency=group.agency).service
    (onward,) = refer_on(case=case, by=by, key=uuid.uuid4(), services=[service], ask=ask, started_at=timezone.now())
    move_referral(onward, ReferralStatus.ACCEPTED, by=Author.of(group), side=Side.RECEIVER, words=f"{Z} may come")
    Draft.save_draft(member=connector, key=case.draft_key, data={"text": [f"{Z} half a note"]})
    Draft.save_draft(member=practice, key=f"refer:{uuid.uuid4()}", data={"name": [f"{Z} Whitfield"]})
    move_referral(onward, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words=f"{Z} moved away")
    words = {"reason": f"{Z} fell", "safeguarding": f"{Z}’s son", "finding": f"{Z} was hurt", "reviewed_by": connector}
    now, later = timezone.now(), timezone.now() + datetime.timedelta(hours=1)
    EmergencyOpening.objects.create(
        key=uuid.uuid4(), case=case, agency=case.agency, member=connector, until=later, reviewed_at=now, **words
    )
    said = {"reason": f"{Z} has a claim", "review_on": timezone.localdate(), "key": uuid.uuid4()}
    Hold.objects.filter(pk=place_hold(case=case, by=by, **said).pk).update(ended_at=timezone.now())
    reason, outcome = ClosingReason.objects.exclude(code="died")[0], Outcome.objects.first()
    return close_case(case=case, by=by, reason=reason, outcome=outcome, summary=f"{Z} is content")


def give_copy(case, by):
    """An earlier request, for a copy: with a passage left out, and given out."""
    request = ask(case, by, kind=RightKind.ACCESS)
    item = f"entry:{case.entries.get(kind='visit').pk}"
    said = {"reason": RedactionReason.SERIOUS_HARM, "passage": f"{Z} was", "opinion": f"Dr {Z} says so"}
    redact_items(request, by=Author.of(by), items=[item], **said)
    release_copy(request, by=Author.of(by), seen=fingerprint(gather_sections(request)), key=uuid.uuid4())


def ask(case, by, **more):
    said = {"requester": f"{Z} Whitfield", "reply_to": f"1 {Z} Road", "words": f"Erase {Z}", "everywhere": False}
    said |= {"kind": RightKind.ERASURE, "received_on": timezone.localdate(), "key": uuid.uuid4()} | more
    request = receive_request(of=case, by=Author.of(by), **said)
    move_request(request, S.ACTIVE, by=Author.of(by), words=f"{Z} rang, and knew her birthday")
    return request


def propose(request, by):
    words = f"{Z} need not be kept"
    ask_for_erasure(request, by=Author.of(by), ground=ErasureGround.NOT_NEEDED, words=words, key=uuid.uuid4())
    return request


def erase(request, by):
    """Approve it, and let the job do it."""
    approve_erasure(request, by=Author.of(by))
    run_jobs()
    return ErasureCertificate.objects.filter(request=request).first()


def find_marks():
    """Table and mark, wherever one of MARKS stands in any column of any table of the database."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            for mark in MARKS:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{mark}%"])
                found |= {(table, mark)} if cursor.fetchone()[0] else set()
    return found


def test_nothing_of_the_person_is_left_once_all_three_have_erased(case, practice, group, lead, second):
    give_copy(case, lead)
    assert len({table for table, _ in find_marks()}) >= 15
    LookUp.record(MembershipFactory(role=Role.REFERRER), "9990000026", found=False)
    request = ask(case, lead, everywhere=True)
    run_jobs()
    parts = {part.agency: part for part in request.asked.all()}
    assert set(parts) == {practice.agency, group.agency}
    erase(propose(request, lead), second)
    left = {table for table, _ in find_marks()}
    theirs = {"referrals_referral", "referrals_move", "referrals_remark", "referrals_answer", "agencies_draft"}
    assert left <= theirs | {"cases_rightsrequest", "cases_rightsmove"}
    for manager, agency in ((practice, practice.agency), (group, group.agency)):
        part = parts[agency]
        move_request(part, S.ACTIVE, by=Author.of(manager), words=f"{Z} is ours")
        other = teammate(manager)
        other.manages_team = True
        other.save()
        erase(propose(part, manager), other)
    assert find_marks() == set()
    assert LookUp.objects.exclude(number_hash="").count() == 1
    assert list(verify_histories()) == [case.entries.count()]


NEVER_ERASED = {  # tables that lead to a person and have words, none of which are theirs; and why
    "bookings.BookingLink": "a hash, and what a page shows of a place that was not made; goes with the booking's name",
    "cases.CaseReferral": "what of the record came from a referral; the row goes",
    "cases.Circle": "what an agency helps with, from a list; blanked all the same",
    "cases.ErasureCertificate": "kinds and numbers",
    "cases.Reading": "names of members and of pages",
    "cases.ReleaseDownload": "names of members",
    "cases.RootHead": "hashes",
    "referrals.AnswerLink": "a hash, and the address of the group",
    "referrals.ReferralReading": "names of members",
}


def list_models_with_words():
    """Every model from which a foreign key leads, by any road, to a person, a case, a referral or a booking, and which
    has a column that can hold words."""
    known = {Person, Case, Referral, Booking}
    while more := {model for model in apps.get_models() if model not in known and leads_to(model, known)}:
        known |= more
    return [model for model in known if any(isinstance(f, WORDS) and not f.choices for f in model._meta.fields)]


def test_no_table_of_a_person_is_forgotten(case, practice, lead):
    """Whoever adds a table with words of a person gives the case above some of them, and erases them; or says why not.
    What is tried here is what the test above finds gone."""
    give_copy(case, lead)
    ask(case, lead)
    tried = {table for table, _ in find_marks()}
    untried = {model._meta.label for model in list_models_with_words() if model._meta.db_table not in tried}
    assert untried == set(NEVER_ERASED)


def test_the_team_sees_no_words_and_the_practice_keeps_its_own_copy(client_of, case, practice, lead, second):
    erase(propose(ask(case, lead), lead), second)
    case.person.refresh_from_db()
    assert (case.person.name, case.person.phone, case.person.nhs_number) == (ERASED_NAME, "", "")
    referral = Referral.objects.get(from_agency=practice.agency)
    assert referral.person_name == f"{Z} Whitfield"
    url = reverse("referrals:referral", args=[referral.pk])
    assert client_of(practice).get(url).status_code == 200
    assert client_of(lead).get(url).status_code == 404
    for name in ("cases:case", "cases:sharing", "cases:papers", "cases:case_rights"):
        page = client_of(lead).get(reverse(name, args=[case.pk]))
        assert page.status_code == 200
        assert Z not in page.text
    assert ERASED_NAME in client_of(lead).get(reverse("cases:case", args=[case.pk])).text
    assert client_of(lead).get(reverse("cases:history_pdf", args=[case.pk])).status_code == 200


def test_the_certificate_names_kinds_and_numbers_and_nobody(client_of, case, lead, second):
    entries = case.entries.count()
    made = erase(propose(ask(case, lead), lead), second)
    assert made.counts["Lines of case histories"] > entries
    assert made.counts["Personal records"] == made.counts["Cases"] == made.counts["Bookings"] == 1
    response = client_of(lead).get(reverse("cases:erasure_certificate", args=[made.pk]))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    assert "Tom Brennan" in text
    assert str(made.pk)[:8] in text
    assert Z not in text
    assert "Whitfield" not in text


# --- Two people, and what stands in the way ---------------------------------------------------------


def test_nobody_approves_their_own(client_of, case, lead):
    request = propose(ask(case, lead), lead)
    with pytest.raises(MoveRefused, match="second person"):
        approve_erasure(request, by=Author.of(lead))
    other_hat = MembershipFactory(role=Role.LEAD, user=lead.user, agency=MembershipFactory(role=Role.LEAD).agency)
    with pytest.raises(MoveRefused, match="second person"):
        approve_erasure(request, by=Author.of(other_hat))
    client_of(lead).post(reverse("cases:erase", args=[request.pk]), {"sure": "on", "key": uuid.uuid4()})
    assert not ErasureCertificate.objects.exists()
    made = {"request": request, "agency": lead.agency, "ground": "unlawful", "asked_at": timezone.now()}
    with pytest.raises(IntegrityError, match="erasure_approved_by_another"), transaction.atomic():
        ErasureCertificate.objects.create(asked_by=lead, approved_by=lead, **made)


@pytest.mark.parametrize("role", [Role.CONNECTOR, Role.LEAD])
def test_no_connector_and_nobody_of_another_agency_approves(case, lead, role):
    request = propose(ask(case, lead), lead)
    who = teammate(lead, Role.CONNECTOR) if role == Role.CONNECTOR else MembershipFactory(role=Role.LEAD)
    with pytest.raises(MoveRefused, match="second person"):
        approve_erasure(request, by=Author.of(who))


def test_approved_twice_there_is_one_certificate(case, lead, second):
    request = propose(ask(case, lead), lead)
    first = erase(request, second)
    assert erase(request, second) == first


def test_an_open_case_a_running_referral_and_a_place_booked_stand_in_the_way(connector, lead):
    case = CaseFactory(lead=connector)
    book_for_case(
        case=case, by=Author.of(connector), key=uuid.uuid4(), session=SessionFactory(), how_agreed="On the phone"
    )
    with pytest.raises(MoveRefused, match=r"is open: close it first.*is booked"):
        propose(ask(case, lead), lead)


def test_a_legal_hold_stands_in_the_way_also_after_it_was_asked_for(case, lead, second):
    def hold(cases):
        return ["It is held for a public inquiry"] if case in cases else []

    request = propose(ask(case, lead), lead)
    erasure_refusals.register(hold)
    try:
        with pytest.raises(MoveRefused, match="public inquiry"):
            approve_erasure(request, by=Author.of(second))
    finally:
        erasure_refusals.unregister(hold)
    case.person.refresh_from_db()
    assert Z in case.person.name


def test_somebody_else_of_the_same_name_is_left_alone(case, connector, lead, second):
    person = PersonFactory(agency=connector.agency, name=f"{Z} Whitfield", date_of_birth=datetime.date(1990, 1, 1))
    other = CaseFactory(lead=connector, person=person)
    write_note(case=other, by=Author.of(connector), kind="note", text="Hers alone")
    erase(propose(ask(case, lead), lead), second)
    other.person.refresh_from_db()
    assert other.person.name == f"{Z} Whitfield"
    assert other.entries.filter(text="Hers alone").exists()


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_asks_and_a_colleague_approves(client_of, case, lead, second):
    request = ask(case, lead)
    url = reverse("cases:erase", args=[request.pk])
    assert "What goes" in client_of(lead).get(url).text
    said = {"ground": "not_needed", "words": "Ended nine years ago", "key": uuid.uuid4()}
    assert client_of(lead).post(url, said).status_code == 302
    assert "cannot approve it too" in client_of(lead).get(url).text
    page = client_of(second).get(url).text
    assert "Ended nine years ago" in page
    assert client_of(second).post(url, {"key": uuid.uuid4()}).status_code == 422
    assert client_of(second).post(url, {"sure": "on", "key": uuid.uuid4()}).status_code == 302
    run_jobs()
    made = ErasureCertificate.objects.get()
    assert made.approved_by == second
    page = client_of(lead).get(reverse("cases:rights_request", args=[request.pk])).text
    assert reverse("cases:erasure_certificate", args=[made.pk]) in page
    assert client_of(second).get(url).status_code == 404


def test_who_may_not(client, client_of, case, connector, lead, outsider):
    request = ask(case, lead)
    url = reverse("cases:erase", args=[request.pk])
    assert client.get(url).status_code == 302
    assert client_of(connector).get(url).status_code == 403
    assert client_of(teammate(outsider, Role.LEAD)).get(url).status_code == 404
    assert client_of(lead).delete(url).status_code == 405
    assert client_of(lead).post(url, {"key": uuid.uuid4()}).status_code == 422


# --- The command ------------------------------------------------------------------------------------


def command(case, asks, approves):
    out = io.StringIO()
    call_command(
        "erase_person",
        str(case.person_id),
        "--ground=not_needed",
        "--reason=Nine years have passed",
        f"--asked-by={asks.user.email}",
        f"--approved-by={approves.user.email}",
        stdout=out,
    )
    return out.getvalue()


def test_the_command_does_the_same(case, lead, second):
    assert "Personal records: 1" in command(case, lead, second)
    case.person.refresh_from_db()
    assert case.person.name == ERASED_NAME
    assert RightsRequest.objects.get().status == S.DONE


def test_the_command_refuses_one_person_twice_and_a_stranger(case, lead, connector):
    with pytest.raises(CommandError, match="second person"):
        command(case, lead, lead)
    with pytest.raises(CommandError, match="Nobody with that address"):
        command(case, lead, connector)
    assert not RightsRequest.objects.exists()
