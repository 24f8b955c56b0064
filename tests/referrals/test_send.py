"""send_referral: one commit, one referral for each form, however often and however fast it is posted."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies.models import Author, Draft, Membership, Message
from config.working_days import add_working_days
from referrals.actions import send_referral
from referrals.models import AnswerLink, Move, Referral
from referrals.same_person import Identity
from referrals.states import ReferralStatus
from tests.factories import MembershipFactory, ReferralFactory, ServiceFactory, needs, team_of
from tests.referrals.posted import REFER, form

DETAILS: dict[str, Any] = {
    "person_name": "Ada Fern",
    "nhs_number": "9990000018",
    "phone": "01632 960017",
    "no_known_risks": True,
    "agreed_to_share": True,
}


def send(member: Membership, **changes: Any) -> Referral:
    given = {
        "by": Author.of(member),
        "key": uuid.uuid4(),
        "to_agency": member.agency.refers_to,
        "started_at": timezone.now(),
        "details": DETAILS,
        "needs": needs("Loneliness"),
    } | changes
    return send_referral(**given)


# --- The deed -----------------------------------------------------------------------------------------


def test_security_13_row_move_message_and_job_are_one_commit(gp: Membership) -> None:
    team = team_of(gp)
    referral = send(gp)
    move = Move.objects.get(referral=referral)
    assert (move.number, move.before, move.after, move.deed) == (1, "", ReferralStatus.SENT, "sent")
    assert (move.written_by, move.author_name, move.agency_name) == (gp, gp.user.name, gp.agency.name)
    assert referral.moves_made == 1
    assert referral.answer_by == add_working_days(timezone.localdate(), team.answer_days)
    message = Message.objects.get(to=team.email)
    assert ProcrastinateJob.objects.filter(args__message=str(message.pk)).count() == 1


def test_without_the_person_s_agreement_the_database_refuses_all_of_it(gp: Membership) -> None:
    team_of(gp)
    with pytest.raises(IntegrityError, match="referral_only_with_agreement"):
        send(gp, details=DETAILS | {"agreed_to_share": False})


def test_the_second_call_with_a_key_returns_the_first_one_s(gp: Membership) -> None:
    team_of(gp)
    key = uuid.uuid4()
    assert send(gp, key=key) == send(gp, key=key)
    assert (Referral.objects.count(), Move.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_a_key_of_another_agency_is_refused(gp: Membership) -> None:
    key = uuid.uuid4()
    stranger = MembershipFactory()
    team_of(gp)
    team_of(stranger)
    send(gp, key=key)
    with pytest.raises(PermissionDenied):
        send(stranger, key=key)


def test_only_a_member_sends(gp: Membership) -> None:
    team_of(gp)
    with pytest.raises(PermissionDenied):
        send(gp, by=Author.system())


def test_a_start_in_the_future_becomes_now(gp: Membership) -> None:
    team_of(gp)
    referral = send(gp, started_at=timezone.now() + timedelta(days=1))
    assert referral.started_at == referral.sent_at


def test_to_a_service_goes_a_link_and_five_working_days(connector: Membership) -> None:
    service = ServiceFactory()
    referral = send(connector, to_agency=service.agency, service=service)
    assert referral.answer_by == add_working_days(timezone.localdate(), 5)
    assert AnswerLink.objects.get(referral=referral).sent_to == service.reply_to_email()


def test_a_team_without_e_mail_still_gets_it_in_its_inbox(gp: Membership) -> None:
    team = team_of(gp, email="")
    assert send(gp).to_agency == team
    assert not Message.objects.exists()


# --- Referral.open_near -------------------------------------------------------------------------------


def test_open_near_finds_nobody_without_a_number_or_a_birthday(gp: Membership) -> None:
    ReferralFactory(sent_by=gp, nhs_number="")
    assert not Referral.open_near(gp, Identity("Joan Whitfield", postcode="BN11 2AA"))


def test_open_near_leaves_out_what_a_team_sent_on(connector: Membership) -> None:
    service = ServiceFactory()
    ReferralFactory(sent_by=connector, service=service, to_agency=service.agency, nhs_number="9990000018")
    assert not Referral.open_near(connector, Identity("", nhs_number="9990000018"))


# --- Double click, retry, Back ------------------------------------------------------------------------


def test_a_retried_post_is_answered_with_the_same_confirmation(
    gp: Membership, client_of: Callable[[Membership], Client]
) -> None:
    team_of(gp)
    client, posted = client_of(gp), form()
    first, second = client.post(REFER, posted), client.post(REFER, posted)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert (Referral.objects.count(), Message.objects.count()) == (1, 1)


def test_back_then_changed_then_send_is_asked_about_and_loses_nothing(
    gp: Membership, client_of: Callable[[Membership], Client]
) -> None:
    team_of(gp)
    client, posted = client_of(gp), form()
    client.post(REFER, posted)
    changed = posted | {"person_name": "Bo Reed", "nhs_number": "9990000026", "what_matters": "His dog"}
    answer = client.post(REFER, changed)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "You sent this form already, for Ada Fern" in html
    assert 'value="Bo Reed"' in html
    assert "His dog" in html
    assert posted["key"] not in html
    assert Referral.objects.count() == 1


def test_security_14_ten_identical_posts_at_once_make_one_referral(
    transactional_db: None, client_of: Callable[[Membership], Client]
) -> None:
    gp = MembershipFactory()
    team_of(gp)
    Draft.save_draft(member=gp, key="refer:other", data={})
    posted, answers, start = form(), [], threading.Barrier(10)
    clients = [client_of(gp) for _ in range(10)]

    def post(client: Client) -> None:
        start.wait()
        answers.append(client.post(REFER, posted))
        connection.close()

    threads = [threading.Thread(target=post, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    referral = Referral.objects.get()
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {
        (302, reverse("referrals:sent", args=[referral.pk]))
    }
    assert (referral.moves.count(), Message.objects.count()) == (1, 1)
    assert Draft.objects.count() == 1


def test_many_forms_at_once_make_one_referral_each(
    transactional_db: None, client_of: Callable[[Membership], Client]
) -> None:
    gp = MembershipFactory()
    team_of(gp)
    numbers = ["9990000018", "9990000026", "9990000034", "9990000042"]
    posts = [form(nhs_number=n, person_name=f"Person {n}", phone=f"01632 96001{i}") for i, n in enumerate(numbers)]
    clients = [client_of(gp) for _ in posts]

    def post(client: Client, posted: dict[str, Any]) -> None:
        client.post(REFER, posted)
        connection.close()

    threads = [threading.Thread(target=post, args=pair) for pair in zip(clients, posts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Referral.objects.values_list("nhs_number", flat=True)) == numbers


def test_an_empty_form_of_a_sent_referral_gets_the_first_confirmation_again(
    gp: Membership, client_of: Callable[[Membership], Client]
) -> None:
    """Back, then Send: the browser shows the form empty, under its key or a new one."""
    client = client_of(gp)
    team_of(gp)
    posted = form()
    first = client.post(REFER, posted)
    again = client.post(REFER, {"key": posted["key"], "person_name": " "})
    assert again["Location"] == first["Location"]
    assert Referral.objects.count() == 1
    assert client.post(REFER, {"key": str(uuid.uuid4())})["Location"] == first["Location"]
    # but nobody's words are dropped, and an empty form of who has sent nothing says what is missing
    assert client.post(REFER, {"key": posted["key"], "person_name": "Joan"}).status_code == 422
    assert client_of(gp).post(REFER, {"key": str(uuid.uuid4())}).status_code == 422
