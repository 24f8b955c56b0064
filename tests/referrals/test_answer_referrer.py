"""answer_referrer(): how it went, told once, and only with the person's agreement."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import ProgrammingError

from agencies.models import Author, Message
from referrals.actions import MoveRefused, answer_referrer
from referrals.models import Answer, Referral
from referrals.states import ReferralStatus
from tests.factories import MembershipFactory, ReferralFactory

CODES = [{"code": "871711000000103", "term": "Social prescribing declined (situation)"}]


def told(
    referral: Referral, becomes: ReferralStatus = ReferralStatus.COMPLETED, summary: str = "Joan walks on Mondays"
) -> Answer:
    by = Author.of(MembershipFactory(agency=referral.to_agency, role="connector", user__name="Priya Shah"))
    return answer_referrer(
        referral, by=by, becomes=becomes, reason="Goals met", outcome="Less lonely", summary=summary, codes=CODES
    )


def test_the_referrer_gets_the_outcome_and_the_referral_ends() -> None:
    referral = ReferralFactory(status=ReferralStatus.ACCEPTED)

    answer = told(referral)

    stored = Answer.objects.get()
    assert (stored.reason, stored.outcome, stored.summary, stored.codes) == (
        "Goals met",
        "Less lonely",
        "Joan walks on Mondays",
        CODES,
    )
    assert answer.byline.startswith("Priya Shah")
    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.COMPLETED
    message = Message.objects.get(to=referral.sent_by.user.email)
    assert "Joan" not in message.body


def test_asked_twice_the_first_answer_stands() -> None:
    referral = ReferralFactory(status=ReferralStatus.ACCEPTED)

    first, second = told(referral), told(referral, summary="Something else")

    assert first == second
    assert Answer.objects.get().summary == "Joan walks on Mondays"
    assert referral.moves.count() == 2
    assert Message.objects.count() == 1


def test_without_the_persons_agreement_nothing_of_how_it_went_is_told() -> None:
    referral = ReferralFactory(status=ReferralStatus.ACCEPTED, agreed_to_tell=False)

    answer = told(referral)

    assert (answer.outcome, answer.summary, answer.codes) == ("", "", [])
    assert "did not agree" in answer.reason
    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.COMPLETED


def test_a_person_who_does_not_want_it_is_declined_with_that_reason() -> None:
    referral = ReferralFactory(status=ReferralStatus.ACCEPTED)

    told(referral, becomes=ReferralStatus.DECLINED)

    assert referral.moves.last().reason.code == "person-declined"


def test_12_a_referral_that_was_never_accepted_is_not_finished() -> None:
    referral = ReferralFactory()

    with pytest.raises(MoveRefused):
        told(referral)

    assert not Answer.objects.exists()
    assert Referral.objects.get(pk=referral.pk).status == ReferralStatus.SENT


def test_an_answer_finishes() -> None:
    with pytest.raises(ValueError, match="does not"):
        told(ReferralFactory(), becomes=ReferralStatus.ACCEPTED)


def test_an_answer_is_never_rewritten() -> None:
    answer = told(ReferralFactory(status=ReferralStatus.ACCEPTED))
    answer.summary = "Something else"

    with pytest.raises(PermissionDenied):
        answer.save()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Answer.objects.update(summary="Something else")
