"""A connector team decides: ask for detail, decline, pass on, give to a colleague."""

import html
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Author, Membership, Message
from referrals.actions import MoveRefused, assign_referral, move_referral
from referrals.actions.triage import triage_referral
from referrals.models import DeclineReason, PassingGround, Referral, Remark
from referrals.models.move import AGREED_GROUNDS
from referrals.states import ReferralStatus, Side
from tests.factories import AgencyFactory, MembershipFactory, OnwardReferralFactory, ReferralFactory, teammate
from tests.referrals.test_answer import hidden

ClientOf = Callable[[Membership], Client]
PAGES = ["ask-detail", "decline", "pass-on", "assign"]


@pytest.fixture
def referral(connector: Membership) -> Referral:
    return ReferralFactory(to_agency=connector.agency)


@pytest.fixture
def other_team() -> object:
    return AgencyFactory(kind=AgencyKind.CONNECTORS, name="Adur Connectors")


def url(referral: Referral, page: str) -> str:
    return f"/referrals/{referral.pk}/{page}/"


def post(client: Client, address: str, **fields: object) -> object:
    return client.post(address, hidden(client.get(address).text) | fields)


def now(referral: Referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


# --- Works ------------------------------------------------------------------------------------------


def test_asking_for_detail_returns_it_with_the_question(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    response = post(client_of(connector), url(referral, "ask-detail"), words="Is she able to walk to the bus?")

    made = referral.moves.last()
    assert (response.status_code, response["Location"]) == (302, f"/referrals/{referral.pk}/")
    assert (made.after, made.words, made.written_by) == ("returned", "Is she able to walk to the bus?", connector)
    assert Message.objects.get().to == referral.sent_by.user.email


def test_declining_takes_a_reason_of_the_place_and_words(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    client = client_of(connector)
    shown = html.unescape(client.get(url(referral, "decline")).text)

    post(client, url(referral, "decline"), reason="out-of-area", words="Try the Arun team")

    made = referral.moves.last()
    reasons = DeclineReason.of_side(DeclineReason.Side.TEAM)
    assert len(reasons) == 7
    assert all(reason.text in shown for reason in reasons)
    assert (made.after, made.reason.code, made.words) == ("declined", "out-of-area", "Try the Arun team")


def test_a_reason_the_place_has_retired_is_not_offered(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    DeclineReason.objects.filter(code="out-of-area").update(retired_at=referral.sent_at)

    response = post(client_of(connector), url(referral, "decline"), reason="out-of-area")

    assert response.status_code == 422
    assert now(referral).status == ReferralStatus.SENT


def test_passed_on_it_leaves_the_inbox_and_the_first_team_sees_it_no_more(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object
) -> None:
    client, receiver = client_of(connector), MembershipFactory(agency=other_team, role=Role.CONNECTOR)

    response = post(
        client, url(referral, "pass-on"), team=str(other_team.pk), ground="agreed_phone", words="She lives in Lancing"
    )

    assert response["Location"] == "/referrals/"
    assert now(referral).to_agency == other_team
    assert client.get(f"/referrals/{referral.pk}/").status_code == 404
    assert client_of(receiver).get(f"/referrals/{referral.pk}/").status_code == 200
    assert client_of(referral.sent_by).get(f"/referrals/{referral.pk}/").status_code == 200


@pytest.mark.parametrize("ground", PassingGround)
def test_what_the_person_agreed_to_stays_as_it_was_put_when_it_is_passed_on(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: Agency, ground: PassingGround
) -> None:
    """given a referral that named one team, when it goes to another, then nothing says that they agreed to that one"""
    receiver, first = MembershipFactory(agency=other_team, role=Role.CONNECTOR), connector.agency.name
    post(client_of(connector), url(referral, "pass-on"), team=str(other_team.pk), ground=ground, words="Lancing")
    Agency.objects.filter(pk=connector.agency_id).update(name="Renamed since")
    Agency.objects.filter(pk=other_team.pk).update(name="Renamed too")

    made = referral.moves.last()
    assert (made.ground, made.to_agency_name) == (ground, "Adur Connectors")
    assert now(referral).agreed_with == connector.agency
    practice = referral.from_agency.name
    for member in (receiver, referral.sent_by):
        page = client_of(member).get(f"/referrals/{referral.pk}/").text
        assert f"Sharing this with {first}, and telling {practice} how it went" in page
        assert "Passed to Adur Connectors on" in page
        assert ground.label in page
        assert "Sharing this with Renamed" not in page
    asked_again = ground in AGREED_GROUNDS
    assert ("Ask first." in client_of(receiver).get(f"/referrals/{referral.pk}/").text) != asked_again
    assert "Ask first." not in client_of(referral.sent_by).get(f"/referrals/{referral.pk}/").text


@pytest.mark.parametrize("ground", ["", "because", "agreed"])
def test_without_a_ground_it_is_not_passed_on(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: Agency, ground: str
) -> None:
    client = client_of(connector)
    page = client.get(url(referral, "pass-on")).text
    assert "Has Joan Whitfield agreed that the other team gets this?" in page
    assert not re.search(r'name="ground"[^>]*checked', page)
    response = post(client, url(referral, "pass-on"), team=str(other_team.pk), ground=ground, words="Lancing")
    assert response.status_code == 422
    assert now(referral).to_agency == connector.agency
    with pytest.raises(MoveRefused, match="asked"):
        triage_referral(
            referral,
            ReferralStatus.SENT,
            by=Author.of(connector),
            team=other_team,
            words="Lancing",
            key=uuid.uuid4(),
            seen=1,
        )


def test_given_to_a_colleague_who_is_told_and_the_team_still_sees_it(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    colleague = teammate(connector)

    post(client_of(connector), url(referral, "assign"), colleague=str(colleague.pk))

    assert now(referral).assigned_to == colleague
    assert now(referral).status == ReferralStatus.SENT
    assert Remark.objects.get().words == f"Given to {colleague.user.name}"
    message = Message.objects.get()
    assert message.to == colleague.user.email
    assert "Joan" not in message.body


def test_only_open_colleagues_who_may_decide_are_offered(
    connector: Membership, lead: Membership, client_of: ClientOf, referral: Referral
) -> None:
    gone, elsewhere = teammate(connector), MembershipFactory(role=Role.CONNECTOR)
    Membership.objects.filter(pk=gone.pk).update(ended_at=gone.started_at)

    offered = set(
        re.findall(r'name="colleague" type="radio" value="([^"]+)"', client_of(lead).get(url(referral, "assign")).text)
    )

    assert offered == {str(connector.pk), str(lead.pk)}
    for wrong in (gone, elsewhere):
        assert post(client_of(lead), url(referral, "assign"), colleague=str(wrong.pk)).status_code == 422


def test_only_other_connector_teams_are_offered(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object
) -> None:
    practice = referral.from_agency
    text = client_of(connector).get(url(referral, "pass-on")).text

    assert str(other_team.pk) in text
    assert str(connector.agency_id) not in text
    assert str(practice.pk) not in text
    for wrong in (practice.pk, connector.agency_id, uuid.uuid4(), "nonsense", "\0"):
        response = post(client_of(connector), url(referral, "pass-on"), team=str(wrong), ground="harm", words="Lancing")
        assert response.status_code == 422


def test_a_teammate_may_decide_too(connector: Membership, client_of: ClientOf, referral: Referral) -> None:
    post(client_of(teammate(connector)), url(referral, "ask-detail"), words="Which bus?")

    assert now(referral).status == ReferralStatus.RETURNED


def test_one_that_was_returned_may_still_be_declined(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    client = client_of(connector)
    post(client, url(referral, "ask-detail"), words="Which bus?")

    post(client, url(referral, "decline"), reason="no-answer")

    assert now(referral).status == ReferralStatus.DECLINED


# --- Twice, and two at once -------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_double_click_is_one_deed_and_the_same_answer(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object, page: str
) -> None:
    client, colleague = client_of(connector), teammate(connector)
    form = hidden(client.get(url(referral, page)).text) | {
        "words": "Because",
        "reason": "out-of-area",
        "team": str(other_team.pk),
        "ground": "not_reached",
        "colleague": str(colleague.pk),
    }

    first, second = client.post(url(referral, page), form), client.post(url(referral, page), form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert referral.moves.count() + referral.remarks.count() == 2


def test_an_assignment_sent_again_after_the_referral_came_back_says_the_same(
    connector: Membership, client_of: ClientOf, referral: Referral
) -> None:
    client, colleague = client_of(connector), teammate(connector)
    form = hidden(client.get(url(referral, "assign")).text) | {"colleague": str(colleague.pk)}
    client.post(url(referral, "assign"), form)
    Referral.objects.update(assigned_to=None)  # as when it was passed on and back
    assert client.post(url(referral, "assign"), form).status_code == 302


@pytest.mark.parametrize("page", ["ask-detail", "decline", "pass-on"])
def test_who_is_second_is_told_kindly_who_was_quicker_and_loses_nothing(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object, page: str
) -> None:
    second = client_of(teammate(connector))
    form = hidden(second.get(url(referral, page)).text)
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.of(connector), side=Side.RECEIVER)

    words = {"words": "I rang her son", "reason": "out-of-area", "team": str(other_team.pk), "ground": "harm"}
    response = second.post(url(referral, page), form | words)

    assert response.status_code == 409
    assert "Priya Shah accepted this at" in response.text
    assert "I rang her son" in response.text
    assert now(referral).status == ReferralStatus.ACCEPTED


def test_who_is_second_after_it_was_passed_on_is_told_that_and_nothing_of_the_person(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object
) -> None:
    second = client_of(teammate(connector))
    form = hidden(second.get(url(referral, "decline")).text)
    post(
        client_of(connector),
        url(referral, "pass-on"),
        team=str(other_team.pk),
        ground="harm",
        words="Joan lives in Lancing",
    )

    response = second.post(url(referral, "decline"), form | {"reason": "no-answer", "words": "I rang"})

    assert response.status_code == 409
    assert "Priya Shah passed this to another team" in response.text
    assert "I rang" in response.text
    assert "Joan" not in response.text
    assert now(referral).status == ReferralStatus.SENT


@pytest.mark.parametrize("page", PAGES)
def test_12_what_is_accepted_is_not_decided_on_any_more(
    connector: Membership, client_of: ClientOf, referral: Referral, other_team: object, page: str
) -> None:
    client = client_of(connector)
    move_referral(referral, ReferralStatus.ACCEPTED, by=Author.of(connector), side=Side.RECEIVER)
    forged = {
        "key": str(uuid.uuid4()),
        "seen": "2",
        "words": "Because",
        "reason": "out-of-area",
        "team": str(other_team.pk),
        "ground": "harm",
        "colleague": str(connector.pk),
    }

    assert client.get(url(referral, page)).status_code == 409
    assert client.post(url(referral, page), forged).status_code == 409
    assert now(referral).status == ReferralStatus.ACCEPTED
    assert now(referral).to_agency == connector.agency


# --- Who may not ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_51_a_stranger_gets_404(
    outsider: Membership, client_of: ClientOf, referral: Referral, page: str, method: str
) -> None:
    assert getattr(client_of(outsider), method)(url(referral, page)).status_code == 404
    assert referral.moves.count() == 1


@pytest.mark.parametrize("page", PAGES)
def test_the_sender_may_see_it_but_not_decide(client_of: ClientOf, referral: Referral, page: str) -> None:
    assert client_of(referral.sent_by).get(url(referral, page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_a_role_without_the_permission_gets_403(
    connector: Membership, client_of: ClientOf, referral: Referral, page: str, role: Role
) -> None:
    assert client_of(teammate(connector, role)).get(url(referral, page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_team_does_not_decide_on_what_it_sent_itself(connector: Membership, client_of: ClientOf, page: str) -> None:
    onward = OnwardReferralFactory(sent_by=connector)

    assert client_of(connector).get(url(onward, page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_goes_to_sign_in(client: Client, referral: Referral, page: str) -> None:
    assert "/accounts/" in client.get(url(referral, page))["Location"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_verbs_are_refused(
    connector: Membership, client_of: ClientOf, referral: Referral, page: str, method: str
) -> None:
    assert getattr(client_of(connector), method)(url(referral, page)).status_code == 405


# --- Bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("ask-detail", "Say what you need to know"),
        ("decline", "Choose a reason"),
        ("pass-on", "Choose a team"),
        ("assign", "Choose a colleague"),
    ],
)
def test_an_empty_form_says_what_is_missing(
    connector: Membership, client_of: ClientOf, referral: Referral, page: str, message: str
) -> None:
    response = post(client_of(connector), url(referral, page))

    assert response.status_code == 422
    assert message in response.text
    assert "There is a problem" in response.text
    assert now(referral).status == ReferralStatus.SENT


def test_nothing_typed_is_lost(connector: Membership, client_of: ClientOf, referral: Referral) -> None:
    words = "Łódź 🌼 مرحبا " + "x" * 2000

    response = post(client_of(connector), url(referral, "decline"), words=words)

    assert response.status_code == 422
    assert words in response.text


@pytest.mark.parametrize("words", ["A\0B", "🌼", "<script>alert(1)</script>", "x" * 10_000_000])
def test_hostile_words_never_fall_over(
    connector: Membership, client_of: ClientOf, referral: Referral, words: str
) -> None:
    client = client_of(connector)

    assert post(client, url(referral, "ask-detail"), words=words).status_code in (302, 400, 413)
    assert "<script>alert" not in client.get(f"/referrals/{referral.pk}/").text


def test_the_actions_refuse_what_the_forms_do_not_offer(connector: Membership, referral: Referral) -> None:
    by = Author.of(connector)
    with pytest.raises(MoveRefused):
        assign_referral(referral, to=MembershipFactory(role=Role.CONNECTOR), by=by)
    with pytest.raises(MoveRefused):
        triage_referral(
            referral,
            ReferralStatus.SENT,
            by=by,
            team=connector.agency,
            ground="harm",
            words="Back to us",
            key=uuid.uuid4(),
            seen=1,
        )
