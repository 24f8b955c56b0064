"""/steward/claims/: the steward answers groups that ask to take part."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Invitation, Membership, Message
from directory.models import Claim, Service, Source, Spot, Version
from directory.publishing.actions.claims import submit_claim
from tests.directory.making import listed
from tests.factories import AgencyFactory, MembershipFactory, teammate

ClientOf = Callable[[Membership], Client]


def asked(agency: Agency | None = None, **fields: Any) -> Claim:
    details = {
        "name": agency.name if agency else "Goring Gap Singers",
        "contact_name": "Nadia Rahman",
        "contact_email": "nadia@singers.example.org",
        "words": "I am named on our website",
        "about": "We sing",
    }
    return submit_claim(key=uuid.uuid4(), agency=agency, **details | fields)


def url(claim: Claim) -> str:
    return reverse("directory:claim", args=[claim.pk])


def posted(**fields: str) -> dict[str, str]:
    return {"decision": "yes", "verify": "on", "words": ""} | fields


def token_in(message: Message) -> str:
    return message.body.split("/accounts/invitation/")[1].split("/")[0].split()[0]


# --- The list --------------------------------------------------------------------------------------------


def test_the_steward_sees_who_waits_and_who_waits_too_long(steward: Membership, client_of: ClientOf) -> None:
    asked()
    Claim.objects.update(made_at=timezone.now() - timedelta(days=14))
    page = client_of(steward).get(reverse("directory:claims")).content.decode()
    assert "Goring Gap Singers" in page
    assert "Late" in page


def test_nobody_waiting_says_so(steward: Membership, client_of: ClientOf) -> None:
    assert "Nobody is waiting" in client_of(steward).get(reverse("directory:claims")).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_else_may_look(role: Role, client_of: ClientOf) -> None:
    client, claim = client_of(MembershipFactory(role=role, manages_team=True)), asked()
    assert client.get(reverse("directory:claims")).status_code == 403
    assert client.get(url(claim)).status_code == 403
    assert client.post(url(claim), posted()).status_code == 403
    assert not Invitation.objects.exists()


def test_a_teammate_of_the_steward_may_answer(steward: Membership, client_of: ClientOf) -> None:
    assert client_of(teammate(steward)).post(url(asked()), posted()).status_code == 302


# --- Yes -------------------------------------------------------------------------------------------------


def test_yes_to_a_new_group_makes_it_and_invites_who_asked(
    steward: Membership, client_of: ClientOf, client: Client
) -> None:
    claim = asked(charity_number="1234567", postcode="BN12 4PJ")
    response = client_of(steward).post(url(claim), posted(words="Welcome!"))
    assert response["Location"] == reverse("directory:claims")
    claim.refresh_from_db()
    group = claim.agency
    assert group
    assert (group.name, group.kind, group.description, group.charity_number) == (
        "Goring Gap Singers",
        AgencyKind.VOLUNTARY,
        "We sing",
        "1234567",
    )
    assert group.verified_at
    assert group.email == ""  # what they gave us to reach them is not published
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.manages_team) == (claim.contact_email, Role.PROVIDER, True)
    mail = Message.objects.get(to=claim.contact_email, key__startswith="invitation")
    assert "You asked to take part with Goring Gap Singers" in mail.body
    assert "Welcome!" in mail.body
    assert client.get(reverse("agencies:invitation", args=[token_in(mail)])).status_code in (200, 302)


def test_that_the_steward_knows_the_group_is_ticked_by_nobody_else(steward: Membership, client_of: ClientOf) -> None:
    claim = asked(AgencyFactory(name="Singers"), charity_number="1234567")
    page = client_of(steward).get(url(claim)).text
    assert re.search(r'<input[^>]*name="verify"', page)
    assert not re.search(r'<input[^>]*name="verify"[^>]*checked', page)


def test_unknown_groups_are_let_in_unverified(steward: Membership, client_of: ClientOf) -> None:
    claim = asked()
    client_of(steward).post(url(claim), {"decision": "yes"})
    claim.refresh_from_db()
    assert claim.agency
    assert claim.agency.verified_at is None


def test_yes_to_a_claim_adds_numbers_and_changes_nothing_else(steward: Membership, client_of: ClientOf) -> None:
    group = AgencyFactory(name="Singers", company_number="01234567")
    claim = asked(group, charity_number="1234567", company_number="07654321")
    client_of(steward).post(url(claim), posted())
    row = Agency.objects.get(pk=group.pk)
    assert (row.charity_number, row.company_number, row.email) == ("1234567", "01234567", group.email)


def test_what_one_off_files_brought_is_handed_over(steward: Membership, client_of: ClientOf) -> None:
    group = AgencyFactory(source="old file")
    once, weekly = listed("Choir", agency=group, source="old file"), listed("Band", agency=group, source="feed")
    Source.objects.create(name="feed", url="https://feed.example.org", every="week")
    claim = asked(group)
    client = client_of(steward)
    assert "Hand over the listing that a file once brought" in client.get(url(claim)).content.decode()
    client.post(url(claim), posted(hand_over="on"))
    assert Service.objects.get(pk=once.pk).source == ""
    assert Service.objects.get(pk=weekly.pk).source == "feed"
    assert Version.objects.get(service=once).what == "Handed over to the group"
    assert Spot.objects.filter(service=once).exists()
    assert Agency.objects.get(pk=group.pk).source == ""


def test_without_the_tick_nothing_is_handed_over(steward: Membership, client_of: ClientOf) -> None:
    once = listed("Choir", source="old file")
    client_of(steward).post(url(asked(once.agency)), posted())
    assert Service.objects.get().source == "old file"


def test_who_works_there_already_gets_no_second_account(steward: Membership, client_of: ClientOf) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    claim = asked(member.agency, contact_email=member.user.email)
    client_of(steward).post(url(claim), posted())
    assert not Invitation.objects.exists()
    assert "You keep" in Message.objects.get(key=f"claim {claim.pk} accepted").subject


def test_who_is_invited_already_gets_a_fresh_link(steward: Membership, client_of: ClientOf) -> None:
    group = AgencyFactory()
    for _ in range(2):
        claim = asked(group)
        client_of(steward).post(url(claim), posted())
    assert Invitation.objects.count() == 1
    assert Message.objects.filter(key__startswith="invitation").count() == 2


def test_the_steward_sees_who_keeps_it_already_and_who_else_asks(steward: Membership, client_of: ClientOf) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    claim = asked(member.agency)
    asked(member.agency, contact_name="Otto Other", contact_email="otto@group.example.org")
    page = client_of(steward).get(url(claim)).content.decode()
    assert "Others keep it already" in page
    assert member.user.email in page
    assert "Otto Other" in page


# --- No --------------------------------------------------------------------------------------------------


def test_no_needs_a_reason_and_the_reason_reaches_them(steward: Membership, client_of: ClientOf) -> None:
    claim, client = asked(), client_of(steward)
    response = client.post(url(claim), {"decision": "no"})
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    client.post(url(claim), {"decision": "no", "words": "We could not reach you."})
    told = Message.objects.get(key=f"claim {claim.pk} declined")
    assert (told.to, "We could not reach you." in told.body) == (claim.contact_email, True)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("bad", [{}, {"decision": "maybe"}, {"decision": "no", "words": "x" * 1001}])
def test_bad_input_is_asked_again(steward: Membership, client_of: ClientOf, bad: dict[str, str]) -> None:
    response = client_of(steward).post(url(asked()), {"csrf": "1"} | bad)
    assert response.status_code == 422
    assert Claim.objects.get().is_open


def test_wrong_verbs_are_refused(steward: Membership, client_of: ClientOf) -> None:
    assert client_of(steward).post(reverse("directory:claims")).status_code == 405
    assert client_of(steward).put(url(asked())).status_code == 405


# --- Once ------------------------------------------------------------------------------------------------


def test_pressed_twice_it_is_one_answer(steward: Membership, client_of: ClientOf) -> None:
    claim, client = asked(), client_of(steward)
    for _ in range(2):
        assert client.post(url(claim), posted()).status_code == 302
    assert Agency.objects.filter(name="Goring Gap Singers").count() == 1
    assert Invitation.objects.count() == 1


def test_the_second_steward_is_told_who_was_first(steward: Membership, client_of: ClientOf) -> None:
    claim, second = asked(), teammate(steward)
    client_of(steward).post(url(claim), posted())
    response = client_of(second).post(url(claim), {"decision": "no", "words": "Not known to us"})
    page = response.content.decode()
    assert response.status_code == 409
    assert f"{steward.user.name} was first" in page
    assert "Not known to us" in page
    assert not Message.objects.filter(key__endswith="declined").exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_decide_once(steward: Membership) -> None:
    import threading

    from django.db import connection

    from config.transitions import MoveRefused
    from directory.publishing.actions.claims import accept_claim, decline_claim

    claim, second, ends = asked(), teammate(steward), []

    def work(deed: Callable[[], object]) -> None:
        try:
            deed()
            ends.append("done")
        except MoveRefused:
            ends.append("late")
        finally:
            connection.close()

    deeds = [
        lambda: accept_claim(claim=claim, verify=True, hand_over=False, by=steward),
        lambda: decline_claim(claim=claim, words="No", by=second),
    ]
    threads = [threading.Thread(target=work, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["done", "late"]
