"""The search on /referrals/: by name, NHS number or reference, posted, and within the own agency."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from referrals.models import Referral
from tests.factories import MembershipFactory, ReferralFactory

LIST = "/referrals/"
ClientOf = Callable[[Membership], Client]


def path(referral: Referral) -> str:
    return reverse("referrals:referral", args=[referral.pk])


def html_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("words", ["fern", "ADA", "999 000 0018", "9990000018"])
def test_a_search_finds_by_part_of_a_name_or_the_number(
    gp: Membership, ada: Referral, client_of: ClientOf, words: str
) -> None:
    ReferralFactory(sent_by=gp, to_agency=ada.to_agency, person_name="Bo Reed", nhs_number="9990000026")
    html = client_of(gp).post(LIST, {"words": words}).content.decode()
    assert "Ada Fern" in html
    assert "Bo Reed" not in html


def test_a_search_finds_by_the_reference_read_out_on_the_phone(
    gp: Membership, ada: Referral, client_of: ClientOf
) -> None:
    assert "Ada Fern" in client_of(gp).post(LIST, {"words": ada.reference}).content.decode()


def test_security_51_a_search_stays_within_the_own_agency(ada: Referral, client_of: ClientOf) -> None:
    for words in ("Ada", "9990000018", ada.reference):
        html = client_of(MembershipFactory()).post(LIST, {"words": words}).content.decode()
        assert "Ada Fern" not in html


@pytest.mark.parametrize("words", ["", "%", "a\0b", "(", "\\", "🌻", "x" * 100_000, "' OR 1=1 --", "ffffffff"])
def test_a_search_for_anything_is_answered(gp: Membership, ada: Referral, client_of: ClientOf, words: str) -> None:
    answer = client_of(gp).post(LIST, {"words": words})
    assert answer.status_code == 200
    assert "Ada Fern" not in answer.content.decode()


def test_security_56_names_are_in_no_address(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    html = html_of(client_of(gp), LIST)
    assert "?words" not in html
    assert 'method="post"' in html
    assert "Ada Fern" in client_of(gp).get(LIST, {"words": "Bo"}).content.decode()  # a posted field only
