"""A group tapped the wrong answer: within a day it takes it back itself, and both rows stay."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from cases.actions.onward import OnwardRequest, refer_on
from cases.models import Entry
from referrals.actions import MoveRefused, move_referral
from referrals.actions.answer import take_back_answer
from referrals.models import DeclineReason, Move, Referral
from referrals.states import TRANSITIONS, ReferralStatus, Side
from referrals.statistics import update_reply_statistics
from tests.factories import CaseFactory, MembershipFactory, OnwardReferralFactory, ReferralFactory, teammate
from tests.referrals.test_answer import by_link
from tests.referrals.test_links import sent_link

ClientOf = Callable[[Membership], Client]
S = ReferralStatus
ANSWERS = [  # every answer that the table lets a group give
    (before, after) for (before, after), move in TRANSITIONS.items() if before and Side.RECEIVER in move.actors
]
ANSWERS = [pair for pair in ANSWERS if S.RETURNED not in pair and pair != (S.SENT, S.SENT)]


def answer(referral: Referral, to: ReferralStatus, by: Author | None = None) -> Move:
    reason = DeclineReason.objects.filter(side="provider").first() if to == S.DECLINED else None
    return move_referral(referral, to, by=by or Author.by_link(referral.to_agency), side=Side.RECEIVER, reason=reason)


def take_back(referral: Referral, **more: object) -> Move:
    referral.refresh_from_db()
    given = {"by": Author.by_link(referral.to_agency), "key": uuid.uuid4(), "seen": referral.moves_made}
    return take_back_answer(referral, **given | more)


def press(client: Client, url: str, page: str | None = None) -> object:
    form = (page or client.get(url).text).split('id="take-back"')[1].split("</form>")[0]
    posted = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', form)) | {"take_back": "1"}
    return client.post(url, posted, follow=True)


@pytest.mark.parametrize(("before", "after"), ANSWERS)
def test_any_answer_of_a_group_is_taken_back_and_both_rows_stay(before: str, after: str) -> None:
    referral = OnwardReferralFactory(status=before)
    wrong = answer(referral, S(after))
    back = take_back(referral)
    referral.refresh_from_db()
    assert (referral.status, referral.moves_made) == (before, back.number)
    assert list(referral.moves.order_by("number").values_list("after", flat=True))[-2:] == [after, before]
    assert back.takes_back == wrong
    assert back.deed == f"answer taken back ({wrong.deed})"
    with pytest.raises(PermissionDenied):
        wrong.save()


def test_given_no_by_link_when_taken_back_then_the_question_stands_again(client: Client) -> None:
    token, link = sent_link()
    url = f"/answer/{token}/"
    choice = f"declined:{DeclineReason.objects.filter(side='provider').first().code}"
    by_link(client, token, choice, name="Bev")
    ended = client.get(url).text
    assert "This referral has ended" in ended
    assert "Was that the wrong answer?" in ended
    assert "Bev declined this" in ended
    assert "Joan Whitfield" not in ended.split("<main")[1]

    page = press(client, url).text

    assert "Your answer is taken back" in page
    assert "Can you help?" in page
    assert "Was that the wrong answer?" not in page
    referral = Referral.objects.get(pk=link.referral_id)
    assert (referral.status, referral.answer_by) == (S.SENT, link.referral.answer_by)
    news = Message.objects.filter(key__startswith="news move", to=referral.sent_by.user.email)
    assert news.count() == 2  # of the answer, and of its being taken back

    by_link(client, token, "accepted")
    referral.refresh_from_db()
    assert referral.status == S.ACCEPTED


def test_given_an_account_then_it_is_one_press_on_the_referral(client_of: ClientOf, provider: Membership) -> None:
    referral = OnwardReferralFactory(to_agency=provider.agency, service__agency=provider.agency)
    answer(referral, S.ACCEPTED, Author.of(provider))
    client = client_of(teammate(provider))
    page = client.get(f"/referrals/{referral.pk}/").text
    answered = press(client, f"/referrals/{referral.pk}/answer/", page)
    assert answered.redirect_chain == [(f"/referrals/{referral.pk}/", 302)]
    assert "Answer taken back (accepted)" in answered.text
    referral.refresh_from_db()
    assert referral.status == S.SENT


def test_the_time_is_a_day(client: Client) -> None:
    token, link = sent_link()
    answer(link.referral, S.ACCEPTED)
    page = client.get(f"/answer/{token}/").text
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59), tick=False):
        assert "Was that the wrong answer?" in client.get(f"/answer/{token}/").text
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1), tick=False):
        assert "Was that the wrong answer?" not in client.get(f"/answer/{token}/").text
        late = press(client, f"/answer/{token}/", page).text
        assert "That cannot be taken back here now. Ring" in late
        with pytest.raises(MoveRefused):
            take_back(link.referral)
    assert Referral.objects.get(pk=link.referral_id).status == S.ACCEPTED


def test_only_the_latest_answer_once_and_not_what_the_sender_did() -> None:
    referral = OnwardReferralFactory()
    answer(referral, S.ACCEPTED)
    answer(referral, S.STARTED)
    take_back(referral)
    assert referral.status == S.ACCEPTED
    with pytest.raises(MoveRefused):  # a taking back is not taken back, nor what came before it
        take_back(referral)
    move_referral(referral, S.WITHDRAWN, by=Author.of(referral.sent_by), side=Side.SENDER, words="Moved away")
    with pytest.raises(MoveRefused, match="withdrew"):
        take_back(referral)


def test_who_saw_an_older_state_takes_back_nothing() -> None:
    referral = OnwardReferralFactory()
    answer(referral, S.ACCEPTED)
    seen = referral.moves_made
    answer(referral, S.STARTED)
    with pytest.raises(MoveRefused):
        take_back(referral, seen=seen)


def test_two_presses_are_one() -> None:
    referral, key = OnwardReferralFactory(), uuid.uuid4()
    answer(referral, S.ACCEPTED)
    seen = referral.moves_made
    assert take_back(referral, key=key, seen=seen) == take_back(referral, key=key, seen=seen)
    assert referral.status == S.SENT


def test_what_a_team_decided_is_not_taken_back_like_this(client_of: ClientOf, connector: Membership) -> None:
    referral = ReferralFactory(to_agency=connector.agency)
    reason = DeclineReason.objects.filter(side="team").first()
    move_referral(referral, S.DECLINED, by=Author.of(connector), side=Side.RECEIVER, reason=reason, words="Full")
    assert "Was that the wrong answer?" not in client_of(connector).get(f"/referrals/{referral.pk}/").text
    with pytest.raises(MoveRefused):
        take_back(referral)


def test_strangers_the_sender_and_wrong_input(client_of: ClientOf, provider: Membership, connector: Membership) -> None:
    referral = OnwardReferralFactory(to_agency=provider.agency, service__agency=provider.agency, sent_by=connector)
    answer(referral, S.ACCEPTED)
    url, posted = f"/referrals/{referral.pk}/answer/", {"take_back": "1", "seen": referral.moves_made}
    stranger = MembershipFactory(role=Role.PROVIDER)
    assert client_of(stranger).post(url, posted | {"key": uuid.uuid4()}).status_code == 404
    assert client_of(connector).post(url, posted | {"key": uuid.uuid4()}).status_code == 403
    assert "take-back" not in client_of(connector).get(f"/referrals/{referral.pk}/").text
    for wrong in ({"key": "x"}, {"seen": "-1"}, {"seen": "many"}, {}):
        client_of(provider).post(url, {"take_back": "1"} | wrong)
    referral.refresh_from_db()
    assert referral.status == S.ACCEPTED


def test_the_story_keeps_both_and_the_person_is_told_it_was_a_mistake(connector: Membership) -> None:
    case = CaseFactory(lead=connector, person__name="Joan Whitfield")
    service = OnwardReferralFactory().service
    ask = OnwardRequest(how_agreed="On the phone")
    (referral,) = refer_on(
        case=case, by=Author.of(connector), key=uuid.uuid4(), services=[service], ask=ask, started_at=timezone.now()
    )
    answer(referral, S.DECLINED)
    take_back(referral)
    told = list(Entry.objects.filter(case=case, kind="answered").order_by("number").values_list("details", flat=True))
    assert [one["deed"] for one in told] == ["declined", "answer taken back (declined)"]
    last = Message.objects.filter(key__startswith=f"person {case.pk} move").order_by("-created_at", "pk")
    assert [m.subject for m in last].count("Our last message to you was a mistake") == 1
    assert "its last answer was a mistake" in next(m.body for m in last if "mistake" in m.subject)


def test_an_attendance_taken_back_says_nothing_to_the_person(connector: Membership) -> None:
    case = CaseFactory(lead=connector)
    service = OnwardReferralFactory().service
    (referral,) = refer_on(
        case=case,
        by=Author.of(connector),
        key=uuid.uuid4(),
        services=[service],
        ask=OnwardRequest(how_agreed="Said so"),
        started_at=timezone.now(),
    )
    answer(referral, S.ACCEPTED)
    answer(referral, S.STARTED)
    before = Message.objects.filter(key__startswith=f"person {case.pk}").count()
    take_back(referral)
    assert Message.objects.filter(key__startswith=f"person {case.pk}").count() == before


def test_an_answer_taken_back_counts_in_no_figure() -> None:
    referral = OnwardReferralFactory()
    answer(referral, S.ACCEPTED)
    take_back(referral)
    update_reply_statistics()
    referral.service.refresh_from_db()
    assert referral.service.answers == 0
    answer(referral, S.DECLINED)
    update_reply_statistics()
    referral.service.refresh_from_db()
    assert (referral.service.answers, referral.service.accepted_percent) == (1, 0)
