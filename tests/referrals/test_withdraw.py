"""The sender withdraws a referral: words are asked for, and both sides see them."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Author, Membership, Message
from referrals.actions import move_referral
from referrals.models import Referral
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, teammate

ClientOf = Callable[[Membership], Client]


def path(referral: Referral) -> str:
    return reverse("referrals:withdraw", args=[referral.pk])


def words(text: str = "She moved to Leeds.") -> dict[str, str]:
    return {"words": text, "key": str(uuid.uuid4())}


def test_it_is_withdrawn_with_the_words_and_the_team_hears(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    assert client.get(path(ada)).status_code == 200
    answer = client.post(path(ada), words(), follow=True)
    ada.refresh_from_db()
    assert ada.status == ReferralStatus.WITHDRAWN
    assert (ada.moves.last().words, ada.moves.last().written_by) == ("She moved to Leeds.", gp)
    assert "She moved to Leeds." in answer.content.decode()
    assert Message.objects.filter(to=ada.to_agency.email).count() == 1


def test_a_teammate_may(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    assert client_of(teammate(gp)).post(path(ada), words()).status_code == 302


def test_the_team_that_was_asked_and_strangers_may_not(
    ada: Referral, priya: Membership, outsider: Membership, client_of: ClientOf
) -> None:
    for member in (priya, outsider, MembershipFactory()):
        assert client_of(member).get(path(ada)).status_code == 404
        assert client_of(member).post(path(ada), words()).status_code == 404
    ada.refresh_from_db()
    assert ada.status == ReferralStatus.SENT


def test_roles_that_do_not_refer_are_refused(ada: Referral, steward: Membership, client_of: ClientOf) -> None:
    assert client_of(steward).post(path(ada), words()).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_words_are_asked_for(ada: Referral, gp: Membership, client_of: ClientOf, text: str) -> None:
    answer = client_of(gp).post(path(ada), words(text))
    assert answer.status_code == 422
    assert 'href="#id_words"' in answer.content.decode()
    assert ada.moves.count() == 1


def test_a_double_click_is_one_move(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    client, posted = client_of(gp), words()
    assert client.post(path(ada), posted).status_code == client.post(path(ada), posted).status_code == 302
    assert ada.moves.count() == 2


def test_one_that_is_finished_says_where_it_stands_and_keeps_the_words(
    ada: Referral, gp: Membership, priya: Membership, client_of: ClientOf
) -> None:
    by = Author.of(priya)
    move_referral(ada, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER)
    move_referral(ada, ReferralStatus.LOST_CONTACT, by=by, side=Side.RECEIVER)
    answer = client_of(gp).post(path(ada), words())
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Priya Shah" in html
    assert "She moved to Leeds." in html


def test_wrong_verb(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    assert client_of(gp).put(path(ada)).status_code == 405
