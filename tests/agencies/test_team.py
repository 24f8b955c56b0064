"""/team/: invite, change a role, end a membership."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.actions.membership import LastManager, end_membership
from agencies.models import AgencyKind, Invitation, Membership, Message
from tests.factories import AgencyFactory, MembershipFactory, teammate
from tests.queries import assert_max_queries

ClientOf = Callable[[Membership], Client]


def posted(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Nadia Rahman",
        "email": "nadia.rahman@work.example.org",
        "role": "connector",
        "key": str(uuid.uuid4()),
    } | fields


# --- The list ---------------------------------------------------------------------------------------


def test_a_lead_sees_the_people_and_invitations_of_the_own_agency_only(lead: Membership, client_of: ClientOf) -> None:
    colleague, stranger = teammate(lead, Role.CONNECTOR), MembershipFactory(role=Role.CONNECTOR)
    client = client_of(lead)
    client.post(reverse("agencies:invite"), posted())
    page = client.get(reverse("agencies:team")).content.decode()
    assert colleague.user.name in page
    assert "nadia.rahman@work.example.org" in page
    assert stranger.user.name not in page


def test_the_list_takes_the_same_statements_however_many_people(lead: Membership, client_of: ClientOf) -> None:
    client = client_of(lead)
    client.get(reverse("agencies:team"))
    for _ in range(5):
        teammate(lead, Role.CONNECTOR)
    with assert_max_queries(6):
        client.get(reverse("agencies:team"))


def test_a_member_who_does_not_run_the_team_is_refused(connector: Membership, client_of: ClientOf) -> None:
    assert client_of(connector).get(reverse("agencies:team")).status_code == 403


def test_a_referrer_who_runs_the_practice_may(gp: Membership, client_of: ClientOf) -> None:
    gp.manages_team = True
    gp.save()
    assert client_of(gp).get(reverse("agencies:team")).status_code == 200


def test_an_ended_member_is_no_longer_listed(lead: Membership, client_of: ClientOf) -> None:
    gone = teammate(lead, Role.CONNECTOR)
    end_membership(membership=gone, by=lead)
    page = client_of(lead).get(reverse("agencies:team")).content.decode()
    assert gone.user.name not in page


# --- Inviting ---------------------------------------------------------------------------------------


def test_inviting_sends_an_email_with_a_link(lead: Membership, client_of: ClientOf) -> None:
    response = client_of(lead).post(reverse("agencies:invite"), posted())
    assert response.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.agency, invitation.role, invitation.invited_by) == (lead.agency, "connector", lead)
    message = Message.objects.get()
    assert message.to == "nadia.rahman@work.example.org"
    assert "/accounts/invitation/" in message.body


def test_each_role_is_offered_with_what_it_allows(lead: Membership, client_of: ClientOf) -> None:
    page = client_of(lead).get(reverse("agencies:invite")).content.decode()
    assert "See the caseload of everybody in the team" in page
    assert "Refer a person to a connector team" in page
    assert 'value="steward"' not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Enter the person’s full name"),
        ({"email": "nadia"}, "Enter an e-mail address"),
        ({"email": ""}, "Enter the person’s e-mail address"),
        ({"role": ""}, "Choose a role"),
        ({"role": "steward"}, "Select a valid choice"),
        ({"key": "nonsense"}, "We could not tell"),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_is_lost(
    lead: Membership, client_of: ClientOf, fields: dict[str, str], words: str
) -> None:
    response = client_of(lead).post(reverse("agencies:invite"), posted(**fields))
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert ("Nadia Rahman" in page) == ("name" not in fields)
    assert not Invitation.objects.exists()


def test_a_second_identical_post_is_answered_like_the_first(lead: Membership, client_of: ClientOf) -> None:
    client, data = client_of(lead), posted()
    first = client.post(reverse("agencies:invite"), data)
    second = client.post(reverse("agencies:invite"), data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Invitation.objects.count() == Message.objects.count() == 1


def test_nobody_is_invited_twice(lead: Membership, client_of: ClientOf) -> None:
    client = client_of(lead)
    client.post(reverse("agencies:invite"), posted())
    response = client.post(reverse("agencies:invite"), posted(email="NADIA.Rahman@work.example.org"))
    assert response.status_code == 422
    assert "has been invited" in response.content.decode()


def test_somebody_who_works_here_is_not_invited(lead: Membership, client_of: ClientOf) -> None:
    colleague = teammate(lead, Role.CONNECTOR)
    response = client_of(lead).post(reverse("agencies:invite"), posted(email=colleague.user.email))
    assert response.status_code == 422
    assert "already works here" in response.content.decode()


def test_an_agency_cannot_be_chosen_by_the_post(lead: Membership, client_of: ClientOf) -> None:
    """Mass assignment (point 58): fields that are not the form's are not heard."""
    other = AgencyFactory(kind=AgencyKind.CONNECTORS)
    client_of(lead).post(reverse("agencies:invite"), posted(agency=str(other.pk), accepted_at="2026-01-01"))
    invitation = Invitation.objects.get()
    assert invitation.agency == lead.agency
    assert invitation.accepted_at is None


# --- Sending again, cancelling ----------------------------------------------------------------------


@pytest.fixture
def invitation(lead: Membership, client_of: ClientOf) -> Invitation:
    client_of(lead).post(reverse("agencies:invite"), posted())
    return Invitation.objects.get()


def link(n: int = 0) -> str:
    """The link in the n-th latest message, without the host."""
    body = Message.latest_messages(10)[n].body
    return "/" + next(word for word in body.split() if "/invitation/" in word).split("/", 3)[3]


def test_sending_again_makes_a_new_link_and_ends_the_old(
    lead: Membership, client_of: ClientOf, invitation: Invitation, client: Client
) -> None:
    client_of(lead).post(reverse("agencies:resend_invitation", args=[invitation.pk]))
    assert client.get(link(0)).status_code == 200
    assert client.get(link(1)).status_code == 404


def test_cancelling_ends_the_link(
    lead: Membership, client_of: ClientOf, invitation: Invitation, client: Client
) -> None:
    client_of(lead).post(reverse("agencies:cancel_invitation", args=[invitation.pk]))
    assert client.get(link()).status_code == 404


def test_a_cancelled_invitation_is_not_sent_again(
    lead: Membership, client_of: ClientOf, invitation: Invitation
) -> None:
    lead_client = client_of(lead)
    lead_client.post(reverse("agencies:cancel_invitation", args=[invitation.pk]))
    lead_client.post(reverse("agencies:resend_invitation", args=[invitation.pk]))
    assert Message.objects.count() == 1


@pytest.mark.parametrize("name", ["resend_invitation", "cancel_invitation"])
def test_invitations_of_others_are_not_found(client_of: ClientOf, invitation: Invitation, name: str) -> None:
    stranger = MembershipFactory(role=Role.LEAD)
    assert client_of(stranger).post(reverse(f"agencies:{name}", args=[invitation.pk])).status_code == 404


@pytest.mark.parametrize("name", ["resend_invitation", "cancel_invitation"])
def test_a_get_changes_nothing(lead: Membership, client_of: ClientOf, invitation: Invitation, name: str) -> None:
    assert client_of(lead).get(reverse(f"agencies:{name}", args=[invitation.pk])).status_code == 405


def test_an_email_that_could_not_be_delivered_is_said(
    lead: Membership, client_of: ClientOf, invitation: Invitation
) -> None:
    Message.objects.update(given_up_at=invitation.created_at)
    assert "Could not be delivered" in client_of(lead).get(reverse("agencies:team")).content.decode()


# --- Changing a role --------------------------------------------------------------------------------


def test_a_new_role_holds_from_the_next_request(lead: Membership, connector: Membership, client_of: ClientOf) -> None:
    theirs = client_of(connector)
    assert theirs.get(reverse("agencies:team")).status_code == 403
    response = client_of(lead).post(reverse("agencies:member", args=[connector.pk]), {"role": "lead"})
    assert response.status_code == 302
    assert theirs.get(reverse("agencies:team")).status_code == 200


def test_a_role_of_another_kind_of_agency_is_refused(
    lead: Membership, connector: Membership, client_of: ClientOf
) -> None:
    response = client_of(lead).post(reverse("agencies:member", args=[connector.pk]), {"role": "steward"})
    assert response.status_code == 422
    connector.refresh_from_db()
    assert connector.role == Role.CONNECTOR


def test_the_last_manager_cannot_give_it_up(lead: Membership, client_of: ClientOf) -> None:
    response = client_of(lead).post(reverse("agencies:member", args=[lead.pk]), {"role": "connector"})
    assert response.status_code == 422
    assert "Somebody must run the team" in response.content.decode()
    lead.refresh_from_db()
    assert lead.role == Role.LEAD


@pytest.mark.parametrize("name", ["member", "end_member"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_members_of_other_agencies_are_not_found(
    lead: Membership, outsider: Membership, client_of: ClientOf, name: str, method: str
) -> None:
    response = getattr(client_of(lead), method)(reverse(f"agencies:{name}", args=[outsider.pk]), {"role": "lead"})
    assert response.status_code == 404
    outsider.refresh_from_db()
    assert outsider.ended_at is None


# --- Ending -----------------------------------------------------------------------------------------


def test_ending_takes_effect_on_the_next_request(lead: Membership, connector: Membership, client_of: ClientOf) -> None:
    theirs = client_of(connector)
    assert theirs.get(reverse("agencies:work_for")).status_code == 200
    page = client_of(lead).get(reverse("agencies:end_member", args=[connector.pk]))
    assert page.status_code == 200
    client_of(lead).post(reverse("agencies:end_member", args=[connector.pk]))
    assert theirs.get(reverse("agencies:work_for")).status_code in (302, 403)


def test_the_last_manager_cannot_leave(lead: Membership, client_of: ClientOf) -> None:
    response = client_of(lead).post(reverse("agencies:end_member", args=[lead.pk]))
    assert response.status_code == 422
    lead.refresh_from_db()
    assert lead.ended_at is None


def test_of_two_managers_one_may_leave_and_then_the_other_may_not(lead: Membership) -> None:
    other = teammate(lead, Role.LEAD)
    end_membership(membership=lead, by=lead)
    with pytest.raises(LastManager):
        end_membership(membership=other, by=other)


def test_who_works_elsewhere_too_stays_signed_in(lead: Membership, connector: Membership, client: Client) -> None:
    MembershipFactory(user=connector.user, role=Role.REFERRER)
    UserSession.objects.create(user=connector.user, session_key="abc", ip="192.0.2.1")
    end_membership(membership=connector, by=lead)
    assert UserSession.objects.filter(user=connector.user).exists()


def test_who_works_nowhere_any_more_is_signed_out_everywhere(lead: Membership, connector: Membership) -> None:
    UserSession.objects.create(user=connector.user, session_key="abc", ip="192.0.2.1")
    end_membership(membership=connector, by=lead)
    assert not UserSession.objects.filter(user=connector.user).exists()


def test_ending_twice_keeps_the_first_date(lead: Membership, connector: Membership) -> None:
    first = end_membership(membership=connector, by=lead).ended_at
    assert end_membership(membership=connector, by=lead).ended_at == first
