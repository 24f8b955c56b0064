"""Referring on from a case, and hearing the answer in its history."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from cases.actions.onward import OnwardRequest, refer_on
from cases.models import Agreement, Audience, Case, CaseReferral, ClosingReason, Entry, Kind
from directory.models import Service
from referrals.actions import move_referral, send_message
from referrals.jobs import report_overdue_referrals
from referrals.models import AnswerLink, ContactBy, DeclineReason, Move, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    teammate,
)

ClientOf = Callable[[Membership], Client]
ASK = OnwardRequest(message="Likes gardens", how_agreed="Said so on the phone")


@pytest.fixture
def case(connector: Membership) -> Case:
    person = PersonFactory(name="Joan Whitfield", nhs_number="9990000018", address="1 High Street")
    return CaseFactory(lead=connector, person=person, safety_note="Dog in the garden", first_contact_at=timezone.now())


def url(case: Case, *services: Service) -> str:
    return f"/cases/{case.pk}/activities/send-on/?" + "&".join(f"service={service.pk}" for service in services)


def typed(*services: Service, **changed: Any) -> dict[str, Any]:
    """A form filled in, with each agreement ticked."""
    agreed = {f"agreed_{service.agency_id.hex}": "on" for service in services}
    said = {"message": "Likes gardens", "safe": "no", "how_agreed": "Said so on the phone", "key": str(uuid.uuid4())}
    return {**agreed, **said, **changed}


def sent(case: Case, by: Membership, *services: Service, key: uuid.UUID | None = None) -> list[Referral]:
    return refer_on(
        case=case, by=Author.of(by), key=key or uuid.uuid4(), services=services, ask=ASK, started_at=timezone.now()
    )


# --- Sending ----------------------------------------------------------------------------------------


def test_sends_to_several_at_once(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given two services chosen, when sent, then each has a referral, an agreement, an entry and a link of its own"""
    services = [ServiceFactory(), ServiceFactory()]
    answer = client_of(connector).post(url(case, *services), typed(*services))
    assert answer.status_code == 302
    assert answer.url == f"/cases/{case.pk}/activities/"
    links = CaseReferral.objects.filter(case=case, direction=CaseReferral.Direction.SENT)
    assert {link.referral.service for link in links} == set(services)
    assert {link.referral.to_agency for link in links} == {service.agency for service in services}
    assert Agreement.objects.filter(case=case, scope="share", how="Said so on the phone").count() == 2
    assert Entry.objects.filter(case=case, kind=Kind.SENT_ON).count() == 2
    assert AnswerLink.objects.count() == 2


def test_the_group_gets_only_what_it_needs(connector: Membership, case: Case) -> None:
    """given a person with an NHS number, date of birth and address, then the group gets none of them"""
    (referral,) = sent(case, connector, ServiceFactory())
    assert (referral.person_name, referral.phone, referral.postcode) == ("Joan Whitfield", "07700 900123", "BN11")
    assert (referral.nhs_number, referral.date_of_birth, referral.address, referral.what_matters) == ("", None, "", "")
    assert referral.risks == ""
    assert referral.no_known_risks
    assert referral.answer_by > timezone.localdate()


def test_the_address_goes_only_to_who_must_write(connector: Membership, case: Case) -> None:
    case.person.contact_by = ContactBy.LETTER
    case.person.save()
    (referral,) = sent(case, connector, ServiceFactory())
    assert referral.address == "1 High Street"


def test_the_page_shows_what_is_shared(client_of: ClientOf, connector: Membership, case: Case) -> None:
    service = ServiceFactory(agency__name="Millbrook Growers")
    html = client_of(connector).get(url(case, service)).content.decode()
    assert "may be shared with Millbrook Growers" in html
    assert "<dt>Area</dt><dd>BN11</dd>" in html
    given = html[html.index("What they get") : html.index("Only for you")]
    assert "999 000 0018" not in given
    assert "1951" not in given


def test_the_same_post_twice_sends_once(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """a double click gets the first one's answer"""
    service = ServiceFactory()
    client, said = client_of(connector), typed(service)
    answers = [client.post(url(case, service), said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Referral.objects.count() == 1
    assert Entry.objects.filter(case=case, kind=Kind.SENT_ON).count() == 1


def test_a_group_asked_already_is_not_asked_twice(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given an open referral, when another form is sent to the same service, then nothing is sent"""
    service = ServiceFactory()
    sent(case, connector, service)
    answer = client_of(connector).post(url(case, service), typed(service), follow=True)
    assert "has not been asked" in answer.content.decode()
    sent(case, connector, service)
    assert Referral.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_posts_at_once_send_one_each(connector: Membership, case: Case) -> None:
    """given the same post ten times at the same moment, then two services get one referral each"""
    services, key = [ServiceFactory(), ServiceFactory()], uuid.uuid4()

    def post(_n: int) -> int:
        try:
            return len(sent(case, connector, *services, key=key))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(post, range(10))) == [2] * 10
    assert Referral.objects.count() == 2
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_colleagues_at_once_ask_a_group_once(connector: Membership, case: Case) -> None:
    """given different posts to the same service at the same moment, then the group is asked once"""
    service = ServiceFactory()

    def post(_n: int) -> list[uuid.UUID]:
        try:
            return [referral.pk for referral in sent(case, connector, service)]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, range(10)))
    assert answers == [[Referral.objects.get().pk]] * 10


def test_one_agreement_covers_two_services_of_one_group(connector: Membership, case: Case) -> None:
    agency = AgencyFactory()
    sent(case, connector, ServiceFactory(agency=agency), ServiceFactory(agency=agency))
    assert Agreement.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"how_agreed": ""}, "Choose how it was agreed"),
        ({"safe": ""}, "Say whether there is a risk"),
        ({"safe": "yes", "risks": "  "}, "Write what the group must know"),
        ({"message": "x" * 1001}, "1000 characters or fewer"),
        ({"key": "nonsense"}, "send it again"),
    ],
)
def test_bad_input_loses_nothing(
    client_of: ClientOf, connector: Membership, case: Case, changed: dict[str, str], words: str
) -> None:
    service = ServiceFactory()
    page = client_of(connector).post(url(case, service), typed(service, **{"message": "Likes gardens", **changed}))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "There is a problem" in page.content.decode()
    assert "message" in changed or "Likes gardens" in page.content.decode()
    assert not Referral.objects.exists()


def test_nothing_is_sent_without_agreement_for_each(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given two groups and one agreement, when sent, then neither gets anything"""
    services = [ServiceFactory(), ServiceFactory()]
    said = typed(services[0])
    page = client_of(connector).post(url(case, *services), said)
    assert page.status_code == 422
    assert "must agree before you can send this to" in page.content.decode()
    assert not Referral.objects.exists()


def test_groups_nobody_answers_for_get_nothing(client_of: ClientOf, connector: Membership, case: Case) -> None:
    silent = ServiceFactory(referral_email="", agency__email="")
    answer = client_of(connector).post(url(case, silent), typed(silent), follow=True)
    assert "Choose at least one activity" in answer.content.decode()
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?service=", "?service=x", "?service=%00", "?service=00000000-0000-4000-8000-000000000000"]
)
def test_no_choice_leads_back(client_of: ClientOf, connector: Membership, case: Case, query: str) -> None:
    answer = client_of(connector).get(f"/cases/{case.pk}/activities/send-on/{query}")
    assert answer.status_code == 302


def test_nobody_is_referred_on_from_a_closed_case(client_of: ClientOf, connector: Membership, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), closing_reason=ClosingReason.objects.first())
    service = ServiceFactory()
    answer = client_of(connector).post(url(case, service), typed(service), follow=True)
    assert "This case is closed" in answer.content.decode()
    assert not Referral.objects.exists()


@pytest.mark.parametrize("words", ["\0\0", "<script>alert(1)</script>", "🦆" * 200, "\u202eevil", "{{ 7|add:7 }}"])
def test_hostile_words_are_only_words(client_of: ClientOf, connector: Membership, case: Case, words: str) -> None:
    service = ServiceFactory()
    client = client_of(connector)
    assert client.post(url(case, service), typed(service, message=words)).status_code == 302
    page = client.get(f"/cases/{case.pk}/sharing/")
    assert b"<script>alert" not in page.content


def test_what_was_typed_is_kept_but_no_agreement(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given a form left half done, when opened again, then the words are there, and the person is asked anew"""
    service, client = ServiceFactory(), client_of(connector)
    client.post("/accounts/draft/", typed(service, draft_key=f"refer on:{case.pk}", message="Half a sentence"))
    html = client.get(url(case, service)).content.decode()
    assert "Half a sentence" in html
    assert "checked" not in html[html.index("agreed to</h3>") :]
    client.post(url(case, service), typed(service))
    assert "Half a sentence" not in client.get(url(case, ServiceFactory())).content.decode()


def test_withdrawing_from_its_page_reaches_the_history(client_of: ClientOf, connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory())
    client = client_of(connector)
    page = client.get(f"/referrals/{referral.pk}/withdraw/")
    said = {field.html_name: field.value() for field in page.context["form"] if field.value()}
    client.post(f"/referrals/{referral.pk}/withdraw/", {**said, "words": "Chose another"})
    assert Entry.objects.get(case=case, kind=Kind.WITHDRAWN).text == "Chose another"


# --- Who may ----------------------------------------------------------------------------------------


def test_a_teammate_may_refer_on(client_of: ClientOf, connector: Membership, case: Case) -> None:
    service = ServiceFactory()
    assert client_of(teammate(connector)).post(url(case, service), typed(service)).status_code == 302
    assert Referral.objects.count() == 1


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    service = ServiceFactory()
    client = client_of(outsider)
    assert client.get(url(case, service)).status_code == 404
    assert client.post(url(case, service), typed(service)).status_code == 404
    assert not Referral.objects.exists()


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).get(url(case, ServiceFactory())).status_code == 403


def test_wrong_verb(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(connector).put(url(case)).status_code == 405


# --- Hearing back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("hand", ["member", "link"])
def test_an_answer_stands_in_the_history_by_the_same_hand(connector: Membership, case: Case, hand: str) -> None:
    """given a group that accepts, signed in or by link, then the history has its answer, signed by that hand"""
    (referral,) = sent(case, connector, ServiceFactory())
    if hand == "member":
        by = Author.of(MembershipFactory(role=Role.PROVIDER, agency=referral.to_agency))
    else:
        by = Author.by_link(referral.to_agency, "Tom Reed")
    move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, words="Come on Tuesday")
    entry = Entry.objects.get(case=case, kind=Kind.ANSWERED)
    assert (entry.hand, entry.author_name, entry.written_for) == (hand, by.name, referral.to_agency)
    assert entry.text == "Come on Tuesday"
    assert entry.details["deed"] == "accepted"
    assert entry.about == referral
    assert entry.audience == Audience.CIRCLE


def test_a_decline_says_why(connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory())
    reason = DeclineReason.objects.filter(side="provider").order_by("order").first()
    move_referral(
        referral, ReferralStatus.DECLINED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER, reason=reason
    )
    assert Entry.objects.get(case=case, kind=Kind.ANSWERED).details["reason"] == reason.text


def test_withdrawing_stands_in_the_history(connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory())
    move_referral(referral, ReferralStatus.WITHDRAWN, by=Author.of(connector), side=Side.SENDER, words="Chose another")
    assert Entry.objects.get(case=case, kind=Kind.WITHDRAWN).text == "Chose another"


def test_a_message_stands_in_the_history(connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory())
    send_message(referral, by=Author.by_link(referral.to_agency, "Tom Reed"), words="Bring boots")
    entry = Entry.objects.get(case=case, kind=Kind.ANSWERED)
    assert (entry.text, entry.author_name) == ("Bring boots", "Tom Reed")


def test_that_no_answer_came_stands_in_the_history_once(connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory(name="Harbour choir"))
    passed = referral.answer_by + timedelta(days=1)
    report_overdue_referrals(passed)
    report_overdue_referrals(passed)
    entry = Entry.objects.get(case=case, kind=Kind.ANSWERED)
    assert entry.details["deed"] == "no answer yet"
    assert entry.hand == "system"


def test_the_lead_hears_when_a_colleague_sent_it(connector: Membership, case: Case) -> None:
    """given a colleague's referral, when the group answers, then the lead of the case hears, without a name"""
    (referral,) = sent(case, teammate(connector), ServiceFactory(name="Harbour choir"))
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER)
    message = Message.objects.get(to=connector.user.email)
    assert "Joan" not in message.subject + message.body
    assert "choir" not in message.subject + message.body
    assert str(case.pk) in message.body


def test_the_lead_who_sent_it_hears_once(connector: Membership, case: Case) -> None:
    (referral,) = sent(case, connector, ServiceFactory())
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER)
    assert Message.objects.filter(to=connector.user.email).count() == 1


def test_a_referral_that_led_here_is_not_heard_twice(connector: Membership, case: Case) -> None:
    """given the referral that led to the case, when it moves, then the history gets no entry from here"""
    referral = ReferralFactory(to_agency=connector.agency, nhs_number="")
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.of(connector), side=Side.RECEIVER)
    assert not Entry.objects.filter(case=case).exists()


def test_a_referral_of_no_case_moves_on_its_own(connector: Membership) -> None:
    referral = ReferralFactory(to_agency=connector.agency)
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.of(connector), side=Side.RECEIVER)
    assert Move.objects.filter(referral=referral).count() == 2
    assert not Entry.objects.exists()


def test_the_answer_and_its_entry_come_together_or_not_at_all(
    connector: Membership, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """given a history that cannot be written, when a group answers, then the referral has not moved either"""
    from cases.actions import onward

    (referral,) = sent(case, connector, ServiceFactory())

    def fails(**_: Any) -> None:
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(onward, "record_entry", fails)
    with pytest.raises(RuntimeError):
        move_referral(referral, ReferralStatus.ACCEPTED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER)
    referral.refresh_from_db()
    assert referral.status == ReferralStatus.SENT
