"""/cases/<id>/close/: the reason, the outcome, and the answer to whoever referred."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Draft, Membership, Message
from cases.actions.closing import close_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.caseload import count_lists
from cases.models import Case, CaseReferral, ClosingReason, Entry, Kind, Outcome
from referrals.actions import move_referral
from referrals.models import Answer, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, ServiceFactory, teammate

ClientOf = Callable[[Membership], Client]
WORDS = "Joan goes to the gardening group each Tuesday and has made two friends."


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector, next_action="Ring", next_action_on=timezone.localdate())


def received(case: Case, **fields: Any) -> Referral:
    """The referral that led to the case, accepted."""
    referral = ReferralFactory(to_agency=case.agency, status=ReferralStatus.ACCEPTED, **fields)
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    return referral


def asked(case: Case) -> Referral:
    """A group asked from the case, which has not answered."""
    (referral,) = refer_on(
        case=case,
        by=Author.of(case.lead),
        key=uuid.uuid4(),
        services=[ServiceFactory()],
        ask=OnwardRequest(how_agreed="Said so on the phone"),
        started_at=timezone.now(),
    )
    return referral


def url(case: Case) -> str:
    return f"/cases/{case.pk}/close/"


def typed(**changed: str) -> dict[str, str]:
    reason, outcome = ClosingReason.objects.get(code="goals"), Outcome.objects.order_by("order")[0]
    return {"reason": str(reason.pk), "outcome": str(outcome.pk), "summary": WORDS, **changed}


def close(case: Case, by: Membership, code: str = "goals") -> Case:
    return close_case(
        case=case, by=Author.of(by), reason=ClosingReason.objects.get(code=code), outcome=None, summary=WORDS
    )


def test_closes_and_answers(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given a referral that led here, when the case is closed, then the practice has its answer with the code"""
    referral = received(case)
    answer = client_of(connector).post(url(case), typed())
    assert answer.url == f"/cases/{case.pk}/"
    told_on_page = [str(message) for message in get_messages(answer.wsgi_request)]
    assert told_on_page == [f"The case is closed. How it went goes to {referral.from_agency.name}."]
    case.refresh_from_db()
    assert case.closed_at
    assert (case.closing_reason.code, case.closing_summary, case.next_action, case.next_action_on) == (
        "goals",
        WORDS,
        "",
        None,
    )
    told = Answer.objects.get(referral=referral)
    assert told.summary == WORDS
    assert told.codes == []  # that of the referral was the first contact's
    referral.refresh_from_db()
    assert referral.status == ReferralStatus.COMPLETED
    assert Entry.objects.get(case=case, kind=Kind.CLOSED).text == WORDS


def test_a_person_who_declined_brings_the_code_for_it(connector: Membership, case: Case) -> None:
    referral = received(case)
    close(case, connector, "person-declined")
    codes = [code["code"] for code in Answer.objects.get(referral=referral).codes]
    assert codes == ["871711000000103"]


def test_lost_contact_is_the_referrals_end(connector: Membership, case: Case) -> None:
    referral = received(case)
    close(case, connector, "no-contact")
    referral.refresh_from_db()
    assert referral.status == ReferralStatus.LOST_CONTACT


def test_without_agreement_the_practice_reads_nothing_of_it(
    client_of: ClientOf, connector: Membership, case: Case
) -> None:
    """given no agreement to tell, when closed, then the state moves and no word passes"""
    referral = received(case, agreed_to_tell=False)
    html = client_of(connector).get(url(case)).content.decode()
    assert "did not agree" in html
    client_of(connector).post(url(case), typed())
    referral.refresh_from_db()
    told = Answer.objects.get(referral=referral)
    assert (referral.status, told.summary, told.outcome, told.codes) == (ReferralStatus.COMPLETED, "", "", [])
    assert not any(WORDS in message.body for message in Message.objects.all())


def test_the_preview_shows_what_the_practice_reads_and_closes_nothing(
    client_of: ClientOf, connector: Membership, case: Case
) -> None:
    received(case)
    page = client_of(connector).post(url(case), typed(preview="1"))
    html = page.content.decode()
    assert page.status_code == 200
    assert "What is read once you close it" in html
    assert html.count(WORDS) == 2  # in the preview, and still in the box
    assert "SNOMED" not in html
    case.refresh_from_db()
    assert case.closed_at is None


def test_open_onward_referrals_must_be_decided(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given two groups still asked, when one is withdrawn and one is left, then so it is; undecided is asked again"""
    stop, stay = asked(case), asked(case)
    client = client_of(connector)
    page = client.post(url(case), typed())
    assert page.status_code == 422
    assert f"Choose what happens with {stop.service}" in page.content.decode()
    said = typed(**{f"onward_{stop.pk.hex}": "stop", f"onward_{stay.pk.hex}": "stay"})
    assert client.post(url(case), said).status_code == 302
    stop.refresh_from_db()
    stay.refresh_from_db()
    assert (stop.status, stay.status) == (ReferralStatus.WITHDRAWN, ReferralStatus.SENT)
    assert Message.objects.filter(to=stop.service.referral_email, subject__contains="withdrawn").exists()


def test_a_group_may_still_answer_after_the_closing(connector: Membership, case: Case) -> None:
    stay = asked(case)
    close(case, connector)
    move_referral(stay, ReferralStatus.ACCEPTED, by=Author.by_link(stay.to_agency), side=Side.RECEIVER)
    assert Entry.objects.filter(case=case, kind=Kind.ANSWERED).exists()


def test_a_closed_case_leaves_the_caseload(connector: Membership, case: Case) -> None:
    close(case, connector)
    assert count_lists(connector, connector)["all"] == 0


def test_closing_twice_is_closing_once(client_of: ClientOf, connector: Membership, case: Case) -> None:
    referral = received(case)
    client = client_of(connector)
    assert [client.post(url(case), typed()).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(case=case, kind=Kind.CLOSED).count() == 1
    assert Answer.objects.filter(referral=referral).count() == 1
    assert client.get(url(case)).status_code == 302


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_closing_at_once_make_one_closing(connector: Membership, case: Case) -> None:
    """given colleagues who close at the same moment, then the first closes it and all get that case"""
    received(case)
    asked(case)
    members = [connector, *(teammate(connector) for _ in range(7))]

    def post(member: Membership) -> bool:
        try:
            return close(Case.objects.get(pk=case.pk), member).closed_at is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(post, members))
    assert Entry.objects.filter(case=case, kind=Kind.CLOSED).count() == 1
    assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_closing_and_answering_at_once_block_nobody(connector: Membership, case: Case) -> None:
    """given a group that answers while the case is closed and its referral withdrawn, then neither waits for ever"""
    from referrals.actions import MoveRefused

    for _ in range(5):
        fresh = CaseFactory(lead=connector)
        referral = asked(fresh)

        def answers(referral: Referral = referral) -> str:
            try:
                move_referral(
                    referral, ReferralStatus.ACCEPTED, by=Author.by_link(referral.to_agency), side=Side.RECEIVER
                )
                return "accepted"
            except MoveRefused:
                return "refused"
            finally:
                connection.close()

        def closes(fresh: Case = fresh, referral: Referral = referral) -> str:
            try:
                close_case(
                    case=fresh,
                    by=Author.of(connector),
                    reason=ClosingReason.objects.get(code="goals"),
                    outcome=None,
                    summary=WORDS,
                    withdraw=[referral],
                )
                return "closed"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(closes), pool.submit(answers)
            assert first.result(timeout=10) == "closed"
            assert second.result(timeout=10) in ("accepted", "refused")
        referral = Referral.objects.get(pk=referral.pk)
        assert referral.status == ReferralStatus.WITHDRAWN


def test_what_was_typed_is_kept_until_it_is_closed(client_of: ClientOf, connector: Membership, case: Case) -> None:
    """given words typed and not sent, when opened again, then they are there; after the closing they are gone"""
    client, key = client_of(connector), f"close:{case.pk}"
    client.post("/accounts/draft/", {"draft_key": key, "summary": "Half a sentence", "reason": "1"})
    assert "Half a sentence" in client.get(url(case)).content.decode()
    assert "Half a sentence" not in client_of(teammate(connector)).get(url(case)).content.decode()
    client.post(url(case), typed())
    assert not Draft.objects.filter(key=key).exists()


def test_a_referral_that_cannot_end_so_stops_the_closing(
    client_of: ClientOf, connector: Membership, case: Case
) -> None:
    """given a referral that the table lets not move so, when closed, then it is told why, and nothing has changed"""
    referral = received(case)
    Referral.objects.filter(pk=referral.pk).update(status=ReferralStatus.WAITING)
    page = client_of(connector).post(url(case), typed())
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()
    case.refresh_from_db()
    assert case.closed_at is None
    assert not Entry.objects.filter(case=case).exists()


# --- Who, and what comes wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "Choose why the case is closed"),
        ({"reason": "999999"}, "Select a valid choice"),
        ({"outcome": ""}, "Choose what has changed"),
        ({"summary": " "}, "Write how it went"),
        ({"summary": "x" * 2001}, "2000 characters or fewer"),
        ({"reason": "\0"}, "There is a problem"),
    ],
)
def test_bad_input_loses_nothing(
    client_of: ClientOf, connector: Membership, case: Case, changed: dict[str, str], words: str
) -> None:
    page = client_of(connector).post(url(case), typed(**changed))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "summary" in changed or WORDS in page.content.decode()
    case.refresh_from_db()
    assert case.closed_at is None


def test_a_teammate_may_close(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(teammate(connector)).post(url(case), typed()).status_code == 302


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    client = client_of(outsider)
    assert client.get(url(case)).status_code == 404
    assert client.post(url(case), typed()).status_code == 404
    case.refresh_from_db()
    assert case.closed_at is None


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).post(url(case), typed()).status_code == 403


def test_wrong_verb(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(connector).delete(url(case)).status_code == 405


@pytest.mark.parametrize("words", ["\0x", "<script>alert(1)</script>", "🦆" * 500, "\u202eevil"])
def test_hostile_words_are_only_words(client_of: ClientOf, connector: Membership, case: Case, words: str) -> None:
    received(case)
    client = client_of(connector)
    page = client.post(url(case), typed(summary=words, preview="1"))
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert client.post(url(case), typed(summary=words)).status_code == 302
