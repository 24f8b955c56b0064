"""/complain/ and /complaints/: made by anybody, kept apart, with a clock, and never seen by whom it is about."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from agencies.access import Role, database_context
from agencies.actions.complaint import make_complaint, move_complaint, remind_of_dates
from agencies.complaint_states import TRANSITIONS, ComplaintStatus
from agencies.models import Author, Complaint, Membership, Message, Period
from cases.models import Entry
from config.roles import DatabaseRole
from config.row_security import set_context
from config.transitions import MoveRefused
from config.working_days import add_working_days, working_days_between
from tests.factories import MembershipFactory, teammate
from tests.roles import acting_as

ClientOf = Callable[[Membership], Client]
SAID = {"words": "Nobody rang me back", "name": "Ada Byron", "answer_how": "email", "contact": "ada@home.example.org"}


def made(keeper: Membership, **changed: Any) -> Complaint:
    said = {"by": Author.system(), "key": uuid.uuid4(), "agency": keeper.agency} | SAID | changed
    return make_complaint(**said)


def public_form(**changed: Any) -> dict[str, Any]:
    return SAID | {"to_steward": "no", "key": uuid.uuid4(), "agency": ""} | changed


def move(complaint: Complaint, by: Membership, to: ComplaintStatus, **more: Any) -> None:
    move_complaint(complaint, to, by=by, words="We looked into it", key=uuid.uuid4(), **more)


def url(complaint: Complaint) -> str:
    return f"/complaints/{complaint.pk}/"


# --- Made ------------------------------------------------------------------------------------------------


def test_anybody_complains_without_an_account(client: Client, lead: Membership, steward: Membership) -> None:
    """given an agency, then who keeps its register has it, with 3 working days to acknowledge it"""
    answer = client.post("/complain/", public_form(agency=lead.agency.pk))
    assert answer.url == "/complain/sent/"
    complaint = Complaint.objects.get()
    assert (complaint.agency, complaint.kept_by, complaint.hand) == (lead.agency, lead.agency, "person")
    assert working_days_between(timezone.localdate(), complaint.acknowledge_by) == 3
    assert working_days_between(timezone.localdate(), complaint.answer_by) == 25
    mail = Message.objects.get()
    assert mail.to == lead.user.email
    assert "Ada" not in mail.body + mail.subject
    assert "rang" not in mail.body
    assert "You hear from us by" in client.get("/complain/sent/").content.decode()


def test_the_place_sets_the_days_of_an_answer(lead: Membership) -> None:
    Period.objects.create(code="complaint-answer", length=10)
    assert working_days_between(timezone.localdate(), made(lead).answer_by) == 10


@pytest.mark.parametrize("choice", [{"to_steward": "yes"}, {"agency": ""}])
def test_it_goes_to_the_steward_for_who_wants_that(
    client: Client, lead: Membership, steward: Membership, choice: dict[str, str]
) -> None:
    client.post("/complain/", public_form(agency=lead.agency.pk) | choice)
    assert Complaint.objects.get().kept_by == steward.agency


def test_it_goes_to_the_steward_where_nobody_else_could_look(
    client: Client, gp: Membership, lead: Membership, steward: Membership
) -> None:
    """given an agency without anybody who keeps its register, or a name that is the only keeper's"""
    client.post("/complain/", public_form(agency=gp.agency.pk))
    client.post("/complain/", public_form(agency=lead.agency.pk, about_name=f"Mr {lead.user.name.split()[-1]}"))
    assert set(Complaint.objects.values_list("kept_by", flat=True)) == {steward.agency.pk}


def test_a_member_writes_it_down_and_reads_it_no_more(
    client_of: ClientOf, connector: Membership, lead: Membership
) -> None:
    client = client_of(connector)
    assert client.post("/complaints/write/", SAID | {"key": uuid.uuid4()}).url == "/accounts/"
    complaint = Complaint.objects.get()
    assert complaint.written_by == connector
    assert client.get(url(complaint)).status_code == 403
    assert client.get("/complaints/").status_code == 403
    assert complaint.reference in client_of(lead).get("/complaints/").content.decode()


def test_the_clock_runs_from_the_day_on_which_it_was_said(client_of: ClientOf, lead: Membership) -> None:
    day = timezone.localdate() - datetime.timedelta(days=7)
    dated = {"received_on_day": day.day, "received_on_month": day.month, "received_on_year": day.year}
    client_of(lead).post("/complaints/write/", SAID | dated | {"key": uuid.uuid4()})
    complaint = Complaint.objects.get()
    assert timezone.localdate(complaint.received_at) == day
    assert working_days_between(day, complaint.acknowledge_by) == 3


def test_it_stands_in_no_case(lead: Membership) -> None:
    made(lead)
    assert not Entry.objects.exists()


def test_sending_it_twice_is_once(client: Client, lead: Membership) -> None:
    posted = public_form(agency=lead.agency.pk)
    for _ in range(2):
        assert client.post("/complain/", posted).status_code == 302
    assert Complaint.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"words": ""}, "Write what happened"),
        ({"name": ""}, "Enter a name"),
        ({"contact": "nowhere"}, "e-mail"),
        ({"answer_how": "phone", "contact": "abc"}, "phone"),
        ({"answer_how": ""}, "Choose how we should answer"),
        ({"to_steward": ""}, "Choose who should look into it"),
        ({"agency": str(uuid.uuid4())}, "Select a valid choice"),
        ({"words": "x" * 5001}, "characters or fewer"),
    ],
)
def test_bad_input(client: Client, steward: Membership, changed: dict[str, str], error: str) -> None:
    page = client.post("/complain/", public_form(**changed))
    assert page.status_code == 422
    assert error in page.content.decode()
    assert not Complaint.objects.exists()


def test_a_machine_and_a_flood_go_nowhere(client: Client, steward: Membership) -> None:
    assert client.post("/complain/", public_form(website="x")).status_code == 302
    assert not Complaint.objects.exists()
    codes = [client.post("/complain/", public_form()).status_code for _ in range(11)]
    assert codes == [302] * 10 + [429]


def test_the_public_page_names_nobody_at_work(client: Client, lead: Membership) -> None:
    html = client.get("/complain/").content.decode()
    assert lead.agency.name in html
    assert lead.user.name not in html


# --- Looked into -----------------------------------------------------------------------------------------


def test_acknowledged_answered_closed(client_of: ClientOf, lead: Membership) -> None:
    complaint, client = made(lead), client_of(lead)
    for deed in ("acknowledge", "answer", "close"):
        posted = {"deed": deed, "words": f"Words to {deed}", "key": uuid.uuid4()}
        assert client.post(url(complaint), posted).status_code == 302
    complaint.refresh_from_db()
    assert complaint.status == ComplaintStatus.CLOSED
    sent = [m.body for m in Message.objects.filter(to=SAID["contact"]).order_by("created_at")]
    assert ["Words to acknowledge" in sent[0], "Words to answer" in sent[1], len(sent)] == [True, True, 2]
    assert "Words to close" in client.get(url(complaint)).content.decode()


def test_who_wants_no_e_mail_gets_none(lead: Membership) -> None:
    complaint = made(lead, answer_how="phone", contact="01632 960002")
    move(complaint, lead, ComplaintStatus.ACKNOWLEDGED)
    assert not Message.objects.exclude(to=lead.user.email).exists()


def test_a_later_date_needs_a_date(client_of: ClientOf, lead: Membership) -> None:
    complaint, client = made(lead), client_of(lead)
    move(complaint, lead, ComplaintStatus.ACKNOWLEDGED)
    posted = {"deed": "later", "words": "They are ill", "key": uuid.uuid4()}
    assert client.post(url(complaint), posted).status_code == 422
    day = timezone.localdate() + datetime.timedelta(days=90)
    dated = {"answer_by_day": day.day, "answer_by_month": day.month, "answer_by_year": day.year}
    assert client.post(url(complaint), posted | dated).status_code == 302
    complaint.refresh_from_db()
    assert complaint.answer_by == day


@pytest.mark.parametrize(("before", "after"), sorted({(b, a) for b in ComplaintStatus for a in ComplaintStatus}))
def test_the_table_holds(lead: Membership, before: ComplaintStatus, after: ComplaintStatus) -> None:
    complaint = made(lead)
    Complaint.objects.filter(pk=complaint.pk).update(status=before)
    if (before, after) in TRANSITIONS:
        move(complaint, lead, after)
        assert complaint.status == after
    else:
        with pytest.raises(MoveRefused):
            move(complaint, lead, after)


def test_passed_to_the_steward(client_of: ClientOf, lead: Membership, steward: Membership) -> None:
    complaint = made(lead)
    answer = client_of(lead).post(url(complaint), {"deed": "pass", "words": "It is about us", "key": uuid.uuid4()})
    assert answer.status_code == 302
    assert client_of(lead).get(url(complaint)).status_code == 404
    assert client_of(steward).get(url(complaint)).status_code == 200
    assert Message.objects.filter(to=steward.user.email).count() == 1
    assert not Message.objects.filter(to=SAID["contact"]).exists()


def test_a_move_sent_twice_is_one(client_of: ClientOf, lead: Membership) -> None:
    complaint, client = made(lead), client_of(lead)
    posted = {"deed": "acknowledge", "words": "We look into it", "key": uuid.uuid4()}
    client.post(url(complaint), posted)
    client.post(url(complaint), posted)
    assert complaint.moves.count() == 2


@pytest.mark.parametrize("sql", ["UPDATE agencies_complaintmove SET words = 'x'", "DELETE FROM agencies_complaintmove"])
def test_what_was_done_is_never_rewritten(lead: Membership, sql: str) -> None:
    made(lead)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- Never seen by whom it is about ------------------------------------------------------------------------


def test_whom_it_is_about_sees_it_no_more(client_of: ClientOf, lead: Membership) -> None:
    """given two leads and one of them named, then the other alone has it, and hears of it"""
    other = teammate(lead)
    complaint = made(lead)
    move(complaint, other, ComplaintStatus.ACKNOWLEDGED, about=lead)
    assert client_of(lead).get(url(complaint)).status_code == 404
    assert complaint.reference not in client_of(lead).get("/complaints/").content.decode()
    assert client_of(other).get(url(complaint)).status_code == 200
    told = Message.objects.filter(to=lead.user.email).count()
    remind_of_dates(add_working_days(complaint.answer_by, 1))
    assert Message.objects.filter(to=lead.user.email).count() == told
    assert Message.objects.filter(to=other.user.email, subject__startswith="A complaint is late").exists()


def test_the_only_keeper_named_hands_it_to_the_steward(lead: Membership, steward: Membership) -> None:
    complaint = made(lead)
    move(complaint, lead, ComplaintStatus.ACKNOWLEDGED, about=lead)
    assert complaint.kept_by == steward.agency


def test_written_down_about_the_only_keeper(lead: Membership, steward: Membership) -> None:
    assert made(lead, about=lead).kept_by == steward.agency


@pytest.mark.parametrize("name", ["Brennan, the lead", "Mr. BRENNAN.", "Brennan’s visit", "Mr Brenan", "Tomm Brenann"])
def test_whom_the_public_names_as_they_can_never_sees_it(
    client: Client, client_of: ClientOf, lead: Membership, name: str
) -> None:
    MembershipFactory(agency=lead.agency, role=Role.LEAD, user__name="Ruth Ellery")
    client.post("/complain/", public_form(agency=lead.agency.pk, about_name=name))
    assert Complaint.objects.get().about == lead
    assert client_of(lead).get(url(Complaint.objects.get())).status_code == 404


def test_whom_the_public_names_never_sees_it(
    client: Client, client_of: ClientOf, lead: Membership, steward: Membership
) -> None:
    """given two who keep the register and one of them named, then the other alone; a name of both: the steward"""
    other = MembershipFactory(agency=lead.agency, role=Role.LEAD, user__name="Tom Ellery")
    client.post("/complain/", public_form(agency=lead.agency.pk, about_name="that mr brennan"))
    complaint = Complaint.objects.get()
    assert complaint.about == lead
    assert client_of(lead).get(url(complaint)).status_code == 404
    assert client_of(other).get(url(complaint)).status_code == 200
    assert not Message.objects.filter(to=lead.user.email).exists()
    client.post("/complain/", public_form(agency=lead.agency.pk, about_name="Tom"))
    assert Complaint.objects.exclude(pk=complaint.pk).get().kept_by == steward.agency


def test_a_second_hat_does_not_help(client_of: ClientOf, lead: Membership) -> None:
    """given the worker complained about works in the same agency under another membership, then neither sees it"""
    long_ago = timezone.now() - datetime.timedelta(days=30)
    before = {"role": Role.CONNECTOR, "started_at": long_ago, "ended_at": timezone.now()}
    old = MembershipFactory(user=lead.user, agency=lead.agency, **before)
    teammate(lead)
    complaint = made(lead, about=old)
    assert client_of(lead).get(url(complaint)).status_code == 404


# --- The clock -------------------------------------------------------------------------------------------


def test_it_reminds_when_due_and_when_late_once_each(lead: Membership) -> None:
    complaint = made(lead)
    Message.objects.all().delete()
    day = timezone.localdate()
    while day <= add_working_days(complaint.acknowledge_by, 3):
        remind_of_dates(day)
        remind_of_dates(day)
        day += datetime.timedelta(days=1)
    assert sorted(m.subject[:20] for m in Message.objects.all()) == ["A complaint is due (", "A complaint is late "]


def test_what_is_answered_reminds_no_more(lead: Membership) -> None:
    complaint = made(lead)
    move(complaint, lead, ComplaintStatus.ANSWERED)
    Message.objects.all().delete()
    assert remind_of_dates(add_working_days(complaint.answer_by, 5)) == 0


# --- Who may ---------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(client_of: ClientOf, lead: Membership, steward: Membership) -> None:
    complaint = made(lead)
    for member in (MembershipFactory(role=Role.LEAD), steward):
        assert client_of(member).get(url(complaint)).status_code == 404
    for role in (Role.REFERRER, Role.CONNECTOR, Role.PROVIDER, Role.CONTACT_CENTRE):
        assert client_of(teammate(lead, role)).get(url(complaint)).status_code == 403


def test_wrong_verbs(client: Client, client_of: ClientOf, lead: Membership) -> None:
    assert client.put("/complain/").status_code == 405
    assert client.post("/complain/sent/").status_code == 405
    assert client_of(lead).post("/complaints/").status_code == 405
    assert client_of(lead).put(url(made(lead))).status_code == 405
    assert client.get("/complaints/").status_code == 302


def test_the_database_keeps_it_from_whom_it_is_about(lead: Membership) -> None:
    """given a lead complained about, then raw SQL as the web's login shows it to the other lead alone"""
    other, complaint = teammate(lead), made(lead)
    move(complaint, other, ComplaintStatus.ACKNOWLEDGED, about=lead)
    for member, n in ((lead, 0), (other, 1), (MembershipFactory(role=Role.LEAD), 0)):
        with acting_as(DatabaseRole.WEB), connection.cursor() as cursor:
            set_context(**database_context(member))
            cursor.execute("SELECT count(*) FROM agencies_complaint")
            assert cursor.fetchone() == (n,)
            cursor.execute("SELECT count(*) FROM agencies_complaintmove")
            assert cursor.fetchone() == (2 * n,)
