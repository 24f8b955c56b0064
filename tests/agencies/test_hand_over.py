"""Whoever leaves leaves nobody behind: what they hold is said, and handed over, before the membership ends."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.actions.hand_over import Decision, LeavesBehind, list_holdings
from agencies.actions.invitation import invite_member
from agencies.actions.membership import change_membership, end_membership
from agencies.models import AgencyKind, Author, Draft, Membership, Message
from cases.caseload import count_lists
from cases.models import Case, Entry, Kind, News
from referrals.models import Referral, Remark
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    MembershipFactory,
    ReferralFactory,
    teammate,
)
from tests.queries import assert_max_queries

ClientOf = Callable[[Membership], Client]


def page(member: Membership) -> str:
    return reverse("agencies:end_member", args=[member.pk])


def names(member: Membership) -> dict[str, int]:
    return {holding.name: len(holding.items) for holding in list_holdings(member)}


@pytest.fixture
def full(connector: Membership) -> Membership:
    """A connector with one of everything."""
    step = {"next_action": "Ring the library", "next_action_on": timezone.localdate() + datetime.timedelta(days=2)}
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", **step)
    ReferralFactory(to_agency=connector.agency, assigned_to=connector, person_name="Malik Farooq")
    ReferralFactory(sent_by=connector, person_name="Ada Byron")
    Draft.save_draft(member=connector, key=case.draft_key, data={"text": ["She sounded better"]})
    Draft.save_draft(member=connector, key=f"refer:{uuid.uuid4()}", data={})
    named = {"email": "n@work.example.org", "name": "Nadia", "role": Role.CONNECTOR, "manages_team": False}
    invite_member(key=uuid.uuid4(), agency=connector.agency, by=connector, **named)
    return connector


def test_the_page_says_all_that_is_left_behind(client_of: ClientOf, lead: Membership, full: Membership) -> None:
    Draft.save_unsent(member=full, form="x", page="/", action="/refer/", data={"words": ["She rang"]})
    text = client_of(lead).get(page(full)).text
    for words in (
        "Open cases: 1",
        "Joan Whitfield. Next: Ring the library, by",
        "Referrals to accept: 1",
        "Malik Farooq",
        "Referrals sent, and still open: 1",
        "Ada Byron",
        "Drafts: 2",
        "A note in a case, last typed on",
        "Only whoever typed it can read it and send it",
        "Invitations: 1",
        "Nadia",
        "Without a connector",
    ):
        assert words in text


def test_it_cannot_be_done_before_it_is_said_who_takes_them(
    client_of: ClientOf, lead: Membership, full: Membership
) -> None:
    client = client_of(lead)
    for posted in ({}, {"cases": str(lead.pk)}, {"cases": "x", "referrals": "x", "drafts": "x"}):
        answer = client.post(page(full), posted)
        assert answer.status_code == 422
        assert "choose who takes them" in answer.text.lower() or "Select a valid choice" in answer.text
    with pytest.raises(LeavesBehind):
        end_membership(membership=full, by=lead)
    full.refresh_from_db()
    assert full.ended_at is None


def test_all_go_to_a_colleague_in_one_deed(client_of: ClientOf, lead: Membership, full: Membership) -> None:
    posted = {"cases": str(lead.pk), "referrals": str(lead.pk), "drafts": str(lead.pk)}
    assert client_of(lead).post(page(full), posted).url == reverse("agencies:team")
    full.refresh_from_db()
    assert full.ended_at is not None
    case = Case.objects.get()
    assert case.lead == lead
    assert case.next_action == "Ring the library"
    entry = Entry.objects.get(case=case, kind=Kind.ASSIGNED)
    assert (entry.written_by, entry.details) == (lead, {"before": "Priya Shah", "after": "Tom Brennan"})
    assert Referral.objects.get(person_name="Malik Farooq").assigned_to == lead
    assert Draft.find(member=lead, key=case.draft_key).data == {"text": ["She sounded better"]}
    assert not Draft.visible_to(full).exists()


def test_a_request_that_was_not_sent_is_never_sent_in_a_colleagues_name(
    client_of: ClientOf, lead: Membership, full: Membership
) -> None:
    """given a leaver who has posted, signed out, what only the lead may do, when all goes to the lead, then not that"""
    action, data = reverse("agencies:member", args=[teammate(full).pk]), {"role": ["lead"], "manages_team": ["on"]}
    Draft.save_unsent(member=full, form="x", page=reverse("agencies:team"), action=action, data=data)
    assert names(full)["drafts"] == 2
    posted = {"cases": str(lead.pk), "referrals": "nobody", "drafts": str(lead.pk)}
    client_of(full).post(reverse("agencies:leave"), posted)
    assert Draft.visible_to(lead).count() == 2
    assert action not in client_of(lead).get(reverse("agencies:unsent")).text


def test_forty_cases_go_to_whom_each_was_given_with_one_email_each(
    client_of: ClientOf, lead: Membership, connector: Membership
) -> None:
    third = teammate(connector)
    cases = [CaseFactory(lead=connector) for _ in range(40)]
    posted = {"cases": str(third.pk)}
    posted |= {f"cases-{case.pk}": str(lead.pk) for case in cases[:10]}
    posted |= {f"cases-{case.pk}": "nobody" for case in cases[10:15]}
    client = client_of(lead)
    with assert_max_queries(14):
        client.get(page(connector))
    with assert_max_queries(40 * 5 + 40):
        assert client.post(page(connector), posted).status_code == 302
    leads = list(Case.objects.order_by("opened_at").values_list("lead", flat=True))
    assert [leads.count(who.pk) for who in (third, lead, connector)] == [25, 10, 5]
    assert Entry.objects.filter(kind=Kind.ASSIGNED).count() == 40
    assert [m.subject for m in Message.objects.filter(to=third.user.email)] == ["25 cases were given to you"]
    assert not Message.objects.filter(to=lead.user.email).exists()  # whoever gives knows it
    assert count_lists(third, third)["alone"] == 5


def test_those_that_nobody_takes_are_without_a_connector_for_everybody(
    client_of: ClientOf, lead: Membership, full: Membership
) -> None:
    third = teammate(full)
    posted = dict.fromkeys(["cases", "referrals", "drafts"], "nobody")
    client_of(lead).post(page(full), posted)
    assert Entry.objects.get(kind=Kind.ASSIGNED).details == {"before": "Priya Shah", "after": ""}
    assert Referral.objects.get(person_name="Malik Farooq").assigned_to is None
    for member in (lead, third):
        landing = client_of(member).get(reverse("cases:caseload"), {"list": "alone"})
        assert "Joan Whitfield" in landing.text
        assert "Nobody (Priya Shah has left)" in landing.text
    assert "Without a connector" in client_of(lead).get(reverse("cases:caseload")).text
    case = Case.objects.get()
    assert "Without a connector" in client_of(third).get(reverse("cases:case", args=[case.pk])).text


def test_somebody_who_holds_nothing_simply_leaves(client_of: ClientOf, lead: Membership, connector: Membership) -> None:
    assert "Nothing is left behind" in client_of(lead).get(page(connector)).text
    assert client_of(lead).post(page(connector)).status_code == 302


def test_what_is_closed_or_answered_is_not_left_behind(lead: Membership, connector: Membership) -> None:
    from cases.actions.closing import close_case
    from cases.models import ClosingReason

    case = CaseFactory(lead=connector)
    reason = ClosingReason.objects.get(code="goals")
    close_case(case=case, by=Author.of(connector), reason=reason, outcome=None, summary="Well")
    ReferralFactory(to_agency=connector.agency, assigned_to=connector, status="declined")
    assert names(connector) == {}


# --- By oneself ---------------------------------------------------------------------------------------


def test_a_connector_leaves_by_themselves_and_hands_over(
    client_of: ClientOf, lead: Membership, full: Membership
) -> None:
    client = client_of(full)
    assert "/accounts/leave/" in client.get(reverse("agencies:account")).text
    posted = {"cases": str(lead.pk), "referrals": "nobody", "drafts": str(lead.pk)}
    assert client.post(reverse("agencies:leave"), {}).status_code == 422
    assert client.post(reverse("agencies:leave"), posted).url == "/"
    assert Case.objects.get().lead == lead
    assert client.get(reverse("cases:caseload")).status_code == 302


def test_whoever_runs_the_team_says_who_runs_it_now(
    client_of: ClientOf, lead: Membership, connector: Membership
) -> None:
    client = client_of(lead)
    answer = client.post(reverse("agencies:leave"), {})
    assert answer.status_code == 422
    assert "Choose who runs the team from now on" in answer.text
    assert client.post(reverse("agencies:leave"), {"manager": str(connector.pk)}).status_code == 302
    connector.refresh_from_db()
    assert connector.manages_team


def test_an_outsider_is_no_receiver_and_no_manager(
    client_of: ClientOf, lead: Membership, connector: Membership, outsider: Membership
) -> None:
    CaseFactory(lead=connector)
    gone = teammate(connector)
    gone.ended_at = timezone.now()
    gone.save()
    for other in (outsider, gone, connector):
        assert client_of(lead).post(page(connector), {"cases": str(other.pk)}).status_code == 422
        with pytest.raises(PermissionDenied):
            end_membership(membership=connector, by=lead, decisions={"cases": Decision(other)})
    with pytest.raises(PermissionDenied):
        end_membership(membership=lead, by=lead, manager=outsider)


def test_a_teammate_cannot_end_anybody_and_a_stranger_finds_nobody(
    client_of: ClientOf, connector: Membership, outsider: Membership, lead: Membership
) -> None:
    assert client_of(connector).get(page(lead)).status_code == 403
    outsider.manages_team = True
    outsider.save()
    assert client_of(outsider).get(page(lead)).status_code == 404
    assert client_of(connector).put(reverse("agencies:leave")).status_code == 405
    assert Client().get(reverse("agencies:leave")).status_code == 302


# --- A role lowered -----------------------------------------------------------------------------------


def test_a_role_that_may_hold_no_cases_asks_who_takes_them(lead: Membership, connector: Membership) -> None:
    case = CaseFactory(lead=connector)
    with pytest.raises(LeavesBehind):
        change_membership(membership=connector, role=Role.REFERRER, manages_team=False, by=lead)
    connector.refresh_from_db()
    assert connector.role == Role.CONNECTOR
    decisions = {"cases": Decision(lead)}
    change_membership(membership=connector, role=Role.REFERRER, manages_team=False, by=lead, decisions=decisions)
    case.refresh_from_db()
    assert case.lead == lead


def test_the_page_of_a_role_asks_on_the_same_page(
    client_of: ClientOf, lead: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agency of two kinds of work: a connector becomes somebody who only refers."""
    from agencies.access import ROLES_OF_KIND

    monkeypatch.setitem(ROLES_OF_KIND, "connectors", (Role.CONNECTOR, Role.LEAD, Role.REFERRER))
    connector = teammate(lead, Role.CONNECTOR)
    case, client = CaseFactory(lead=connector), client_of(lead)
    address, lowered = reverse("agencies:member", args=[connector.pk]), {"role": "referrer"}
    asked = client.post(address, lowered)
    assert asked.status_code == 422
    assert "They hold what the new role may not" in asked.text
    assert 'id="id_cases-error"' not in asked.text
    assert client.post(address, lowered | {"cases": ""}).status_code == 422
    assert client.post(address, lowered | {"cases": str(lead.pk)}).status_code == 302
    case.refresh_from_db()
    assert case.lead == lead


def test_a_lead_who_becomes_a_connector_keeps_the_cases(lead: Membership) -> None:
    other = teammate(lead)
    case = CaseFactory(lead=lead)
    change_membership(membership=lead, role=Role.CONNECTOR, manages_team=False, by=other)
    case.refresh_from_db()
    assert case.lead == lead


# --- Nobody else who may ------------------------------------------------------------------------------


def test_the_last_who_may_refer_in_a_council_team(lead: Membership) -> None:
    council = AgencyFactory(kind=AgencyKind.COUNCIL)
    referrer = MembershipFactory(agency=council, role=Role.REFERRER)
    volunteer = MembershipFactory(agency=council, role=Role.PROVIDER, manages_team=True)
    ReferralFactory(sent_by=referrer, to_agency=lead.agency)
    change_membership(membership=referrer, role=Role.PROVIDER, manages_team=False, by=volunteer)
    assert News.objects.filter(agency=lead.agency).count() == 1


def test_a_volunteer_who_runs_the_team_reads_no_name_that_it_referred(client_of: ClientOf, lead: Membership) -> None:
    council = AgencyFactory(kind=AgencyKind.COUNCIL)
    referrer = MembershipFactory(agency=council, role=Role.REFERRER)
    volunteer = MembershipFactory(agency=council, role=Role.PROVIDER, manages_team=True)
    ReferralFactory(sent_by=referrer, to_agency=lead.agency, person_name="Ada Byron")
    text = client_of(volunteer).get(page(referrer)).text
    assert "Referrals sent, and still open: 1" in text.replace("</span>", "")
    assert "Ada Byron" not in text
    assert "Ada Byron" in client_of(referrer).get(reverse("agencies:leave")).text


def test_with_a_colleague_left_nobody_is_told(lead: Membership, gp: Membership) -> None:
    colleague = teammate(gp)
    colleague.manages_team = True
    colleague.save()
    ReferralFactory(sent_by=gp, to_agency=lead.agency)
    end_membership(membership=gp, by=colleague)
    assert not Remark.objects.exists()
