"""What is typed is kept by the server: drafts, and the stop when somebody is in danger now."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Draft, Membership
from referrals.models import Referral
from tests.factories import MembershipFactory, team_of, teammate
from tests.referrals.posted import DANGER, REFER, form, value_of


@pytest.fixture
def client(gp: Membership, client_of: Callable[[Membership], Client]) -> Client:
    """The GP's own."""
    return client_of(gp)


# --- Danger -------------------------------------------------------------------------------------------


def test_security_12_danger_stops_at_once_whatever_else_is_missing(gp: Membership, client: Client) -> None:
    team_of(gp)
    answer = client.post(REFER, form(risk="danger", person_name="Ada Fern", agreement=None), follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith(DANGER)
    assert not Referral.objects.exists()
    assert "999" in html
    assert "01632 960111" in html
    assert "116 123" in html
    assert "Ada" not in answer.redirect_chain[0][0]


def test_after_danger_nothing_typed_is_lost_and_the_question_is_asked_again(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(risk="danger", what_matters="Her garden")
    html = client.post(REFER, posted, follow=True).content.decode()
    back = f"{REFER}?draft={posted['key']}"
    assert back in html
    page = client.get(back).content.decode()
    assert 'value="Ada Fern"' in page
    assert "Her garden" in page
    assert not re.search(r'name="risk"[^>]*checked', page)


def test_the_danger_page_alone_shows_whom_to_call(gp: Membership, client: Client) -> None:
    assert client.get(DANGER).status_code == 200
    assert client.get(DANGER, {"draft": "x\0"}).status_code == 200


# --- Drafts -------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_by_the_server_and_gone_when_sent(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(what_matters="Her garden")
    page = client.get(REFER).content.decode()
    assert 'data-draft="/accounts/draft/"' in page
    assert client.post("/accounts/draft/", posted | {"draft_key": f"refer:{posted['key']}"}).status_code == 204
    again = client.get(REFER, {"draft": posted["key"]}).content.decode()
    assert 'value="Ada Fern"' in again
    assert "Her garden" in again
    assert value_of(again, "key") == posted["key"]
    client.post(REFER, posted)
    assert not Draft.objects.exists()


def test_save_and_finish_later_needs_no_script(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(
        person_name="Ada Fern", risk=None, agreement=None, later="1", date_of_birth_day="31", date_of_birth_month="2"
    )
    answer = client.post(REFER, posted, follow=True)
    assert answer.redirect_chain == [("/referrals/?list=drafts", 302)]
    html = answer.content.decode()
    assert "Ada Fern" in html
    assert f"/refer/?draft={posted['key']}" in html
    again = client.get(REFER, {"draft": posted["key"]}).content.decode()
    assert value_of(again, "date_of_birth_day") == "31"
    assert "error-summary" not in again


def test_a_resumed_draft_was_started_when_it_was_first_opened(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(later="1", started=None)
    client.post(REFER, posted)
    Draft.objects.update(started_at=timezone.now() - timedelta(hours=3))
    page = client.get(REFER, {"draft": posted["key"]}).content.decode()
    client.post(REFER, form(key=posted["key"], started=value_of(page, "started")))
    referral = Referral.objects.get()
    assert (referral.sent_at - referral.started_at) > timedelta(hours=2)


def test_a_draft_is_nobody_else_s(gp: Membership, client_of: Callable[[Membership], Client]) -> None:
    team_of(gp)
    posted = form(later="1")
    client_of(gp).post(REFER, posted)
    for other in (teammate(gp), MembershipFactory()):
        assert client_of(other).get(REFER, {"draft": posted["key"]}).status_code == 404
        assert client_of(other).post(f"/refer/drafts/{posted['key']}/discard/").status_code == 404
        assert "Ada Fern" not in client_of(other).get("/referrals/?list=drafts").content.decode()
    assert Draft.objects.count() == 1


def test_a_draft_can_be_discarded(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form(later="1")
    client.post(REFER, posted)
    assert client.get(f"/refer/drafts/{posted['key']}/discard/").status_code == 405
    client.post(f"/refer/drafts/{posted['key']}/discard/")
    assert not Draft.objects.exists()


def test_a_draft_saved_after_sending_is_no_draft(gp: Membership, client: Client) -> None:
    team_of(gp)
    posted = form()
    client.post(REFER, posted)
    client.post("/accounts/draft/", posted | {"draft_key": f"refer:{posted['key']}"})
    assert "Ada Fern" not in client.get("/referrals/?list=drafts").content.decode()
    answer = client.get(REFER, {"draft": posted["key"]})
    assert answer.headers["Location"] == reverse("referrals:sent", args=[Referral.objects.get().pk])


@pytest.mark.parametrize("wanted", ["nonsense", "\0", "0b7c6f0e-3f0b-4f4c-9b61-111111111111"])
def test_a_draft_that_is_not_there_is_not_found(gp: Membership, client: Client, wanted: str) -> None:
    assert client.get(REFER, {"draft": wanted}).status_code == 404
