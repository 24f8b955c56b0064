"""The person hears what happens in their case, in their own channel: e-mail, letter, or a script to read out."""

import datetime
import uuid
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from agencies.models import Author, Membership, Message
from agencies.models.message import Channel
from cases import notifications
from cases.actions.closing import close_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.models import Case, ClosingReason, Person
from config.template_tags import date_words
from referrals.actions import move_referral
from referrals.models import DeclineReason, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import AgencyFactory, CaseFactory, PersonFactory, ReferralFactory, ServiceFactory
from tests.jobs import run_jobs

SECRET = "Drinks since the funeral"
ASK = OnwardRequest(message=SECRET, risks=SECRET, how_agreed="Said so on the phone")


@pytest.fixture
def case(connector: Membership) -> Case:
    return case_of(connector)


def case_of(connector: Membership, **person: Any) -> Case:
    joan = PersonFactory(name="Joan Whitfield", **person)
    return CaseFactory(lead=connector, person=joan, what_matters=SECRET, safety_note=SECRET)


def asked(case: Case) -> Referral:
    service = ServiceFactory(name="Garden club", agency=AgencyFactory(name="Millbrook", phone="01632 960777"))
    (referral,) = refer_on(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), services=[service], ask=ASK, started_at=timezone.now()
    )
    return referral


def answer(referral: Referral, to: ReferralStatus, **more: Any) -> None:
    move_referral(referral, to, by=Author.by_link(referral.to_agency), side=Side.RECEIVER, words=SECRET, **more)


def close(case: Case, code: str = "goals") -> None:
    reason = ClosingReason.objects.get(code=code)
    close_case(case=case, by=Author.of(case.lead), reason=reason, outcome=None, summary=SECRET)


# --- The channel ------------------------------------------------------------------------------------


def test_by_email(connector: Membership) -> None:
    case = case_of(connector, contact_by="email", email="joan@home.example.org", contact_avoid="Not before 9")
    notifications.notify_case_opened(case)
    message = notifications.messages_to_person(case).get()
    assert (message.channel, message.to) == (Channel.EMAIL, "joan@home.example.org")
    assert message.body.startswith(
        "Hello Joan.\n\nYou agreed that we could get in touch with you. Priya Shah will send"
    )
    assert "Not before 9" not in message.body
    assert connector.agency.name in message.body


def test_by_letter(connector: Membership) -> None:
    case = case_of(connector, contact_by="letter", address="Flat 2,\r\n1  High Street\n", preferred_name="Joanie")
    notifications.notify_case_opened(case)
    message = notifications.messages_to_person(case).get()
    assert message.channel == Channel.LETTER
    assert message.to == "Joan Whitfield, Flat 2, 1 High Street, BN11 2AA"
    assert message.body.startswith("Hello Joanie.")
    assert "Priya Shah will write to you by" in message.body


@pytest.mark.parametrize(
    "person",
    [
        {"contact_by": "phone", "email": "joan@home.example.org", "address": "1 High Street"},
        {"contact_by": "text"},
        {"contact_by": "other"},
        {"contact_by": "email", "email": ""},
        {"contact_by": "letter", "address": " \n"},
        {"contact_by": "letter", "address": "A long house name " * 20},
    ],
)
def test_else_by_a_call(connector: Membership, person: dict[str, str]) -> None:
    """given a phone, a text, somebody else, or nowhere to write to, then there is a script to read out"""
    case = case_of(connector, **person)
    notifications.notify_case_opened(case)
    message = notifications.messages_to_person(case).get()
    assert (message.channel, message.to) == (Channel.CALL, "Joan Whitfield, 07700 900123")
    assert f"This is Priya Shah from {connector.agency.name}." in message.body


def test_a_script_names_first_what_to_avoid(connector: Membership) -> None:
    case = case_of(connector, contact_avoid="The landline: her son answers", leave_message="Only on the mobile")
    notifications.notify_case_opened(case)
    lines = notifications.messages_to_person(case).get().body.splitlines()
    assert lines[0] == "Avoid: The landline: her son answers"
    assert "Leaving a message: Only on the mobile" in lines
    assert lines.index("Say this only to Joan Whitfield:") < lines.index(
        f"Hello Joan. This is Priya Shah from {connector.agency.name}."
    )


def test_unknown_means_no_message_is_left(case: Case) -> None:
    notifications.notify_case_opened(case)
    assert "Leaving a message: leave none" in notifications.messages_to_person(case).get().body


def test_a_person_with_nothing_known_has_a_script_all_the_same(connector: Membership) -> None:
    notifications.notify_case_opened(case_of(connector, phone="", postcode=""))
    assert Message.objects.get().to == "Joan Whitfield"


def test_nothing_is_promised_in_the_name_of_somebody_who_left(connector: Membership) -> None:
    case = case_of(connector, contact_by="email", email="joan@home.example.org")
    case.lead.ended_at = timezone.now()
    notifications.notify_case_opened(case)
    body = notifications.messages_to_person(case).get().body
    assert "Priya Shah" not in body
    assert f"{connector.agency.name} will send you an e-mail" in body


def test_only_emails_leave_and_are_emptied(connector: Membership, settings: Any) -> None:
    """given production, when the jobs have run, then letter and script still have their words"""
    settings.KEEP_SENT_MESSAGES = False
    cases = [
        case_of(connector, contact_by="email", email="joan@home.example.org"),
        case_of(connector, contact_by="letter", address="1 High Street"),
        case_of(connector),
    ]
    for case in cases:
        notifications.notify_case_opened(case)
    run_jobs()
    assert [m.to for m in mail.outbox] == [["joan@home.example.org"]]
    assert [bool(notifications.messages_to_person(case).get().body) for case in cases] == [False, True, True]


# --- The moments ------------------------------------------------------------------------------------


def test_told_who_calls_and_by_when_as_the_case_opens(connector: Membership) -> None:
    referral = ReferralFactory(to_agency=connector.agency, message=SECRET, risks=SECRET, no_known_risks=False)
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    accept_referral(referral=referral, by=Author.of(connector), person=None)
    message = notifications.messages_to_person(case).get()
    assert f"I will call you by {date_words(case.first_contact_due)}." in message.body


def test_no_date_is_promised_that_has_passed(case: Case) -> None:
    case.first_contact_due = timezone.localdate() - datetime.timedelta(days=1)
    notifications.notify_case_opened(case)
    assert "I will call you as soon as we can." in notifications.messages_to_person(case).get().body


def test_a_referral_that_joins_an_open_case_tells_nothing(connector: Membership) -> None:
    first, second = (ReferralFactory(to_agency=connector.agency) for _ in range(2))
    case = accept_referral(referral=first, by=Author.of(connector), person=None)
    accept_referral(referral=second, by=Author.of(connector), person=Person.objects.get())
    assert notifications.messages_to_person(case).count() == 1


def test_told_of_a_place(case: Case) -> None:
    """given a waiting list, then a place, then attendances, then the person hears of the first two"""
    referral = asked(case)
    answer(referral, ReferralStatus.WAITING)
    answer(referral, ReferralStatus.ACCEPTED)
    answer(referral, ReferralStatus.STARTED, happened_on=timezone.localdate())
    answer(referral, ReferralStatus.STARTED, happened_on=timezone.localdate())
    place, waiting = notifications.messages_to_person(case)
    assert "Garden club (Millbrook) has put you on its waiting list." in waiting.body
    assert "Garden club (Millbrook) has a place for you. They will be in touch with you." in place.body
    assert "You can also call them on 01632 960777." in place.body


def test_an_answer_sent_again_is_told_once(case: Case) -> None:
    referral, key = asked(case), uuid.uuid4()
    for _ in range(3):
        answer(referral, ReferralStatus.ACCEPTED, key=key)
    assert notifications.messages_to_person(case).count() == 1


@pytest.mark.parametrize("code", ["no-room", "too-far", "person-changed-mind"])
def test_a_decline_has_words_of_its_own(case: Case, code: str) -> None:
    reason = DeclineReason.objects.get(code=code)
    answer(asked(case), ReferralStatus.DECLINED, reason=reason)
    body = notifications.messages_to_person(case).get().body
    assert reason.for_person in body
    assert reason.text not in body
    assert "I will look for something else with you" in body


def test_after_closing_nobody_promises_to_look_further(case: Case) -> None:
    referral = asked(case)
    close(case)
    answer(referral, ReferralStatus.DECLINED, reason=DeclineReason.objects.get(code="no-room"))
    told = notifications.messages_to_person(case)[0]
    assert "will look for something else" not in told.body
    assert "If you would like to look for something else, call us." in told.body


def test_thanked_once_when_the_case_is_closed(case: Case) -> None:
    close(case)
    close(case)
    message = notifications.messages_to_person(case).get()
    assert message.subject == "We have finished our work with you"
    assert "Thank you" in message.body
    assert "You can come back at any time." in message.body


def test_nobody_writes_to_somebody_who_died(case: Case) -> None:
    """given a case closed as they died, when a group answers late, then neither makes a call"""
    referral = asked(case)
    close(case, "died")
    answer(referral, ReferralStatus.ACCEPTED)
    assert not notifications.messages_to_person(case).exists()


def test_nothing_private_is_in_any_of_them(connector: Membership) -> None:
    referral = ReferralFactory(
        to_agency=connector.agency, message=SECRET, what_matters=SECRET, risks=SECRET, no_known_risks=False
    )
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    for said in (ReferralStatus.ACCEPTED, ReferralStatus.WAITING):
        answer(asked(case), said)
    close(case)
    told = list(notifications.messages_to_person(case))
    assert len(told) == 4
    assert not any(SECRET in message.subject + message.body for message in told)


def test_what_one_person_hears_is_not_listed_for_another(case: Case) -> None:
    notifications.notify_case_opened(case)
    assert not notifications.messages_to_person(CaseFactory()).exists()
