"""The page on which a voluntary group answers, by link and signed in."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership, Message
from referrals.actions import move_referral
from referrals.models import AnswerLink, Referral, Remark
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, OnwardReferralFactory, ReferralFactory, teammate
from tests.referrals.test_links import sent_link

ClientOf = Callable[[Membership], Client]


def hidden(text: str) -> dict[str, str]:
    """The hidden key and state of the form on a page."""
    found = dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', text))
    assert set(found) == {"key", "seen"}
    return found


def answers_on(text: str) -> list[str]:
    return re.findall(r'name="choice" type="radio" value="([^"]+)"', text)


def by_link(client: Client, token: str, choice: str, **fields: str) -> object:
    shown = client.get(f"/answer/{token}/")
    return client.post(f"/answer/{token}/", hidden(shown.text) | {"choice": choice} | fields)


def status(link: AnswerLink) -> str:
    return Referral.objects.get(pk=link.referral_id).status


# --- By link: what is shown -------------------------------------------------------------------------


def test_the_page_shows_who_needs_help_who_asks_and_until_when(client: Client) -> None:
    token, link = sent_link(risks="Two steps at the door", no_known_risks=False, contact_avoid="Not before ten")
    referral = link.referral

    text = html.unescape(client.get(f"/answer/{token}/").text)

    for shown in (
        "Joan Whitfield",
        "07700 900123",
        "Not before ten",
        "Two steps at the door",
        referral.message,
        referral.what_matters,
        referral.from_agency.name,
        referral.from_agency.phone,
        referral.sent_by.user.name,
        referral.service.name,
        referral.reference,
    ):
        assert shown in text


def test_it_shows_no_nhs_number_and_no_date_of_birth(client: Client) -> None:
    token, _ = sent_link(nhs_number="9990000018", date_of_birth=date(1951, 3, 27))

    text = client.get(f"/answer/{token}/").text

    assert "999 000 0018" not in text
    assert "9990000018" not in text
    assert "1951" not in text


def test_the_page_is_not_stored_not_indexed_and_sends_its_address_nowhere(client: Client) -> None:
    token, _ = sent_link()

    response = client.get(f"/answer/{token}/")

    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"
    assert not re.findall(r'(?:src|href)="https?://', response.text)


def test_23_fetching_the_page_changes_nothing_but_the_note_that_it_was_opened(client: Client) -> None:
    token, link = sent_link()
    before = Referral.objects.filter(pk=link.referral_id).values().get()

    for _ in range(3):
        client.get(f"/answer/{token}/?choice=accepted")
        client.head(f"/answer/{token}/")

    assert Referral.objects.filter(pk=link.referral_id).values().get() == before
    assert link.referral.moves.count() == 1
    assert AnswerLink.objects.get(pk=link.pk).opened_at is not None


def test_the_first_opening_stays_noted(client: Client) -> None:
    token, link = sent_link()
    then = timezone.now() - timedelta(days=1)
    AnswerLink.objects.filter(pk=link.pk).update(opened_at=then)

    client.get(f"/answer/{token}/")

    assert AnswerLink.objects.get(pk=link.pk).opened_at == then


# --- By link: answering -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "choice", "becomes"),
    [
        ("sent", "accepted", "accepted"),
        ("sent", "waiting", "waiting"),
        ("sent", "declined:no-room", "declined"),
        ("waiting", "accepted", "accepted"),
        ("waiting", "started", "started"),
        ("accepted", "started", "started"),
        ("accepted", "completed", "completed"),
        ("accepted", "declined:too-far", "declined"),
        ("started", "started", "started"),
        ("started", "completed", "completed"),
        ("started", "lost_contact", "lost_contact"),
    ],
)
def test_each_answer_moves_the_referral(client: Client, start: str, choice: str, becomes: str) -> None:
    token, link = sent_link(status=start)

    response = by_link(client, token, choice, words="See you Monday", name="Gwen Prŷs")

    made = link.referral.moves.last()
    assert (response.status_code, response["Location"]) == (302, f"/answer/{token}/")
    assert status(link) == becomes
    assert (made.hand, made.words) == ("link", "See you Monday")
    assert made.byline == f"Gwen Prŷs, {link.referral.to_agency.name}"
    assert (made.reason.code if made.reason else "") == choice.partition(":")[2]
    assert made.happened_on == (timezone.localdate() if choice == "started" else None)
    assert Message.objects.filter(to=link.referral.sent_by.user.email).count() == 1


def test_the_answers_offered_are_those_of_the_table(client: Client) -> None:
    token, _ = sent_link()
    offered = answers_on(client.get(f"/answer/{token}/").text)
    assert offered[:2] == ["accepted", "waiting"]
    assert offered[-1] == "message"
    assert all(choice.startswith("declined:") for choice in offered[2:-1])
    assert len(offered) == 10

    by_link(client, token, "accepted")
    assert {"started", "completed"} <= set(answers_on(client.get(f"/answer/{token}/").text))


def test_they_came_is_said_again_and_again_each_with_its_day(client: Client) -> None:
    token, link = sent_link(status="accepted")
    days = [timezone.localdate() - timedelta(days=n) for n in (14, 7, 0)]

    for day in days:
        parts = {"happened_on_day": day.day, "happened_on_month": day.month, "happened_on_year": day.year}
        by_link(client, token, "started", **parts)

    assert [m.happened_on for m in link.referral.moves.filter(after="started")] == days


def test_after_answering_the_page_says_what_was_answered_and_what_comes_next(client: Client) -> None:
    token, _ = sent_link()

    by_link(client, token, "accepted", words="Come on Monday", name="Gwen")
    text = client.get(f"/answer/{token}/").text

    assert "has been told" in text
    assert "Gwen accepted this" in text
    assert "Come on Monday" in text
    assert "What comes next" in text


def test_a_message_moves_nothing_and_the_sender_hears_of_it(client: Client) -> None:
    token, link = sent_link()

    by_link(client, token, "message", words="Does she need a lift?")

    remark = Remark.objects.get()
    assert (remark.words, remark.hand, status(link)) == ("Does she need a lift?", "link", "sent")
    assert "lift" not in Message.objects.get(to=link.referral.sent_by.user.email).body
    assert "Does she need a lift?" in client.get(f"/answer/{token}/").text


@pytest.mark.parametrize("choice", ["accepted", "message", "declined:no-room"])
def test_a_double_click_is_one_answer(client: Client, choice: str) -> None:
    token, link = sent_link()
    form = hidden(client.get(f"/answer/{token}/").text) | {"choice": choice, "words": "Yes"}

    first = client.post(f"/answer/{token}/", form)
    second = client.post(f"/answer/{token}/", form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert link.referral.moves.count() + link.referral.remarks.count() == 2


def test_who_answers_after_a_colleague_is_told_and_keeps_their_words(client: Client) -> None:
    token, link = sent_link()
    form = hidden(client.get(f"/answer/{token}/").text)
    by_link(client, token, "accepted", name="Gwen")

    response = client.post(f"/answer/{token}/", form | {"choice": "declined:too-far", "words": "Other side of town"})

    assert response.status_code == 409
    assert "Gwen accepted this" in response.text
    assert "Other side of town" in response.text
    assert status(link) == "accepted"
    assert hidden(response.text)["seen"] == "2"


def test_a_late_answer_still_counts(client: Client) -> None:
    token, link = sent_link(unanswered_at=timezone.now(), answer_by=timezone.localdate() - timedelta(days=3))

    by_link(client, token, "accepted")

    assert status(link) == "accepted"


# --- By link: what is refused -----------------------------------------------------------------------


def test_12_a_step_cannot_be_skipped(client: Client) -> None:
    token, link = sent_link()
    form = hidden(client.get(f"/answer/{token}/").text)

    for choice in ("completed", "started", "withdrawn", "returned", "sent", "declined", "declined:out-of-area", ""):
        assert client.post(f"/answer/{token}/", form | {"choice": choice}).status_code == 422

    assert status(link) == "sent"


def test_without_an_answer_the_page_says_so_and_keeps_what_was_typed(client: Client) -> None:
    token, _ = sent_link()

    response = by_link(client, token, "", words="We have a minibus", name="Gwen")

    assert response.status_code == 422
    assert "Choose an answer" in response.text
    assert "There is a problem" in response.text
    assert "We have a minibus" in response.text
    assert "<title>Error:" in response.text


def test_a_message_needs_words_and_a_day_must_be_real_and_past(client: Client) -> None:
    token, link = sent_link(status="accepted")
    tomorrow = timezone.localdate() + timedelta(days=1)

    assert "Write your message" in by_link(client, token, "message", words=" ").text
    unreal = {"happened_on_day": "31", "happened_on_month": "2", "happened_on_year": "2026"}
    assert "There is no 31 February 2026" in by_link(client, token, "started", **unreal).text
    short = {"happened_on_day": "1", "happened_on_month": "1", "happened_on_year": "20"}
    assert by_link(client, token, "started", **short).status_code == 422
    later = {"happened_on_day": tomorrow.day, "happened_on_month": tomorrow.month, "happened_on_year": tomorrow.year}
    assert "today or in the past" in by_link(client, token, "started", **later).text
    assert status(link) == "accepted"


@pytest.mark.parametrize("field", ["key", "seen"])
@pytest.mark.parametrize("value", ["", "nonsense", "\0", "9" * 5000])
def test_a_form_without_its_key_or_state_is_asked_again(client: Client, field: str, value: str) -> None:
    token, link = sent_link()
    form = hidden(client.get(f"/answer/{token}/").text) | {"choice": "accepted", field: value}

    assert client.post(f"/answer/{token}/", form).status_code in (409, 422)
    assert status(link) == "sent"


@pytest.mark.parametrize("words", ["A\0B", "🌼🚶‍♀️", "مرحبا بك", "'; DROP TABLE moves; --", "<script>alert(1)</script>"])
def test_hostile_words_are_kept_as_words(client: Client, words: str) -> None:
    token, link = sent_link()

    assert by_link(client, token, "accepted", words=words, name=words).status_code == 302
    text = client.get(f"/answer/{token}/").text

    assert link.referral.moves.last().words == words.replace("\0", "")
    assert "<script>alert" not in text


def test_10_megabytes_are_refused_without_falling_over(client: Client) -> None:
    token, link = sent_link()

    assert by_link(client, token, "accepted", words="x" * 2_100).status_code == 422
    assert by_link(client, token, "accepted", words="x" * 10_000_000).status_code in (400, 413)
    assert status(link) == "sent"


def test_22_answering_needs_the_token_of_the_form() -> None:
    token, link = sent_link()

    response = Client(enforce_csrf_checks=True).post(f"/answer/{token}/", {"choice": "accepted"})

    assert response.status_code == 403
    assert status(link) == "sent"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_verbs_are_refused(client: Client, method: str) -> None:
    token, _ = sent_link()

    assert getattr(client, method)(f"/answer/{token}/").status_code == 405


def test_a_withdrawn_referral_says_so_and_shows_nothing_of_the_person(client: Client) -> None:
    token, link = sent_link()
    form = hidden(client.get(f"/answer/{token}/").text)
    referral = link.referral
    move_referral(
        referral,
        ReferralStatus.WITHDRAWN,
        by=Author.of(referral.sent_by),
        side=Side.SENDER,
        words="Joan has moved away",
    )

    shown = client.get(f"/answer/{token}/")
    posted = client.post(f"/answer/{token}/", form | {"choice": "accepted", "words": "We have room"})

    assert (shown.status_code, posted.status_code) == (200, 409)
    for response in (shown, posted):
        assert "withdrew this" in response.text
        for kept in ("Joan", "07700 900123", "BN11", referral.message, referral.what_matters):
            assert kept not in response.text
    assert "We have room" in posted.text
    assert status(link) == "withdrawn"


def test_once_finished_the_page_says_so_without_the_person(client: Client) -> None:
    token, _ = sent_link(status="started")

    by_link(client, token, "completed", words="Joan leads the walk now", name="Gwen")
    text = client.get(f"/answer/{token}/").text

    assert "Gwen said that this is finished" in text
    assert "Joan" not in text


# --- Signed in --------------------------------------------------------------------------------------


def asked(provider: Membership, **fields: object) -> Referral:
    return OnwardReferralFactory(service__agency=provider.agency, **fields)


def test_a_provider_with_an_account_answers_the_same_question(provider: Membership, client_of: ClientOf) -> None:
    referral, client = asked(provider), client_of(provider)
    coming = asked(provider, person_name="Enid Marlow")
    url = f"/referrals/{referral.pk}/answer/"
    shown = client.get(url)
    assert f'action="{url}"' in client.get(f"/referrals/{referral.pk}/").text

    response = client.post(url, hidden(shown.text) | {"choice": "accepted", "words": "Lovely"})

    assert "Joan Whitfield" in shown.text
    assert 'name="name"' not in shown.text
    assert response["Location"] == f"/referrals/{referral.pk}/"
    made = referral.moves.last()
    assert (made.after, made.written_by, made.hand) == ("accepted", provider, "member")
    assert f'<a href="/referrals/{coming.pk}/">Next referral: Enid Marlow</a>' in client.get(response["Location"]).text


def test_a_teammate_may_answer_too(provider: Membership, client_of: ClientOf) -> None:
    referral = asked(provider)

    assert client_of(teammate(provider)).get(f"/referrals/{referral.pk}/answer/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_51_a_stranger_gets_404(client_of: ClientOf, provider: Membership, method: str) -> None:
    referral = asked(provider)
    stranger = MembershipFactory(role=Role.PROVIDER)

    response = getattr(client_of(stranger), method)(f"/referrals/{referral.pk}/answer/", {"choice": "accepted"})

    assert response.status_code == 404
    assert referral.moves.count() == 1


def test_who_may_not_answer_gets_403(provider: Membership, client_of: ClientOf) -> None:
    referral = asked(provider, service__agency__kind="council")
    reader = MembershipFactory(agency=provider.agency, role=Role.REFERRER)

    assert client_of(reader).get(f"/referrals/{referral.pk}/answer/").status_code == 403


def test_a_referral_to_a_team_is_not_answered_here(client_of: ClientOf, provider: Membership) -> None:
    referral = ReferralFactory(to_agency=provider.agency)

    assert client_of(provider).get(f"/referrals/{referral.pk}/answer/").status_code == 404


def test_signed_out_goes_to_sign_in(client: Client, provider: Membership) -> None:
    response = client.get(f"/referrals/{asked(provider).pk}/answer/")

    assert response.status_code == 302
    assert "/accounts/" in response["Location"]


def test_signed_in_bad_input_is_422_and_nothing_is_lost(provider: Membership, client_of: ClientOf) -> None:
    url = f"/referrals/{asked(provider).pk}/answer/"

    response = client_of(provider).post(url, {"key": str(uuid.uuid4()), "seen": "1", "words": "We have a minibus"})

    assert response.status_code == 422
    assert "We have a minibus" in response.text
