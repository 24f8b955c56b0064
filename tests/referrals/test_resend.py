"""The team asked for more detail; the sender adds it and sends the referral again."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Author, Membership
from config.working_days import add_working_days
from referrals.actions import move_referral
from referrals.models import Referral
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, ReferralFactory, team_of, teammate

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def ada(gp: Membership, priya: Membership) -> Referral:
    """Returned for detail."""
    referral = ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern")
    move_referral(
        referral, ReferralStatus.RETURNED, by=Author.of(priya), side=Side.RECEIVER, words="Which evening can we call?"
    )
    return referral


def path(referral: Referral) -> str:
    return reverse("referrals:resend", args=[referral.pk])


def words(text: str = "Thursdays after six.") -> dict[str, str]:
    return {"words": text, "key": str(uuid.uuid4())}


def test_the_page_shows_what_was_asked(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    assert "Which evening can we call?" in client_of(gp).get(path(ada)).content.decode()


def test_it_goes_back_with_the_words_and_a_new_date(
    ada: Referral, gp: Membership, priya: Membership, client_of: ClientOf
) -> None:
    Referral.objects.filter(pk=ada.pk).update(answer_by=timezone.localdate())
    assert client_of(gp).post(path(ada), words()).status_code == 302
    ada.refresh_from_db()
    assert ada.status == ReferralStatus.SENT
    assert ada.answer_by == add_working_days(timezone.localdate(), ada.to_agency.answer_days)
    html = client_of(priya).get(reverse("referrals:referral", args=[ada.pk])).content.decode()
    assert "Thursdays after six." in html


def test_a_teammate_may_and_others_may_not(
    ada: Referral, gp: Membership, priya: Membership, steward: Membership, client_of: ClientOf
) -> None:
    for member in (priya, MembershipFactory()):
        assert client_of(member).post(path(ada), words()).status_code == 404
    assert client_of(steward).post(path(ada), words()).status_code == 403
    assert client_of(teammate(gp)).post(path(ada), words()).status_code == 302


def test_words_are_asked_for(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    answer = client_of(gp).post(path(ada), words(" "))
    assert answer.status_code == 422
    assert "Enter the detail that was asked for" in answer.content.decode()


def test_a_double_click_is_one_move(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    client, posted = client_of(gp), words()
    assert client.post(path(ada), posted).status_code == client.post(path(ada), posted).status_code == 302
    assert ada.moves.count() == 3


def test_nobody_asked_then_it_says_where_it_stands(gp: Membership, client_of: ClientOf) -> None:
    referral = ReferralFactory(sent_by=gp, to_agency=team_of(gp))
    answer = client_of(gp).post(path(referral), words())
    assert answer.status_code == 409
    assert "Thursdays after six." in answer.content.decode()


def test_wrong_verb(ada: Referral, gp: Membership, client_of: ClientOf) -> None:
    assert client_of(gp).delete(path(ada)).status_code == 405
