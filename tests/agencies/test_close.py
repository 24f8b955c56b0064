"""An agency closes: what it leaves behind is said, and handed over or answered, in one deed."""

import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.actions.close import close_agency
from agencies.actions.hand_over import Decision, LeavesBehind
from agencies.actions.membership import LastManager, end_membership
from agencies.models import Agency, AgencyKind, Author, Draft, Invitation, Membership, Message
from bookings.models import Booking
from cases.actions.booking import book_for_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.caseload import count_lists
from cases.models import Agreement, Case, Entry, Kind, News
from directory.models import Service, Session
from referrals.actions.triage import triage_referral
from referrals.models import Referral
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    RightsRequestFactory,
    ServiceFactory,
    SessionFactory,
    booked,
    team_of,
    teammate,
)

ClientOf = Callable[[Membership], Client]
OWN = "agencies:close_own"


def page(agency: Agency) -> str:
    return reverse("agencies:close_other", args=[agency.pk])


@pytest.fixture
def other(outsider: Membership) -> Membership:
    """A colleague in another team."""
    assert outsider.agency.kind == AgencyKind.CONNECTORS
    return outsider


@pytest.fixture
def case(connector: Membership, gp: Membership) -> Case:
    """Led here by a practice's referral; sent on to a group, and booked in a session."""
    referral = ReferralFactory(sent_by=gp, to_agency=connector.agency)
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    service, by = ServiceFactory(name="Tuesday gardening", bookable=True), Author.of(connector)
    asked = {"case": case, "by": by, "key": uuid.uuid4(), "started_at": timezone.now()}
    refer_on(services=[service], ask=OnwardRequest(how_agreed="On the phone"), **asked)
    book_for_case(
        case=case, by=by, key=uuid.uuid4(), session=SessionFactory(service=service), how_agreed="On the phone"
    )
    return case


# --- A connector team ---------------------------------------------------------------------------------


def test_the_last_one_who_leaves_is_shown_all_that_the_team_leaves_behind(
    client_of: ClientOf, connector: Membership, case: Case, gp: Membership, other: Membership
) -> None:
    ReferralFactory(to_agency=connector.agency, person_name="Malik Farooq", nhs_number="")
    team_of(gp)
    Agency.objects.filter(pk=gp.agency_id).update(refers_to=connector.agency)
    Draft.save_draft(member=connector, key=case.draft_key, data={"text": ["She sounded better"]})
    client = client_of(connector)
    assert client.get(reverse("agencies:leave")).url == reverse(OWN)
    text = client.get(reverse(OWN)).text
    for words in (
        "Open cases: 1",
        "Joan Whitfield. Next: First contact",
        "1 cannot be told by e-mail: nobody rings or writes to them afterwards",
        "Referrals to accept: 1",
        "Malik Farooq",
        "Practices that refer here first: 1",
        "Referrals sent, and still open: 1",
        "People who work there: 1",
        "Drafts, and forms that were not sent: 1",
        "A note in a case, by Priya Shah",
        other.agency.name,
        "Have these people agreed that the other team gets this?",
    ):
        assert words in text, words
    for posted in ({}, {"closes": "on"}, {"closes": "on", "cases": "x", "referrals": "x", "practices": "x"}):
        assert client.post(reverse(OWN), posted).status_code == 422
    asked = client.post(
        reverse(OWN), {"closes": "on", "referrals": "nobody", "practices": "nobody", "cases": str(other.agency_id)}
    )
    assert "Say whether they were asked" in asked.text
    connector.agency.refresh_from_db()
    assert connector.agency.left_at is None
    with pytest.raises(LastManager):
        end_membership(membership=connector, by=connector)


def test_another_team_takes_the_cases_with_all_that_is_open_in_them(
    client_of: ClientOf, connector: Membership, case: Case, other: Membership, gp: Membership
) -> None:
    old = connector.agency
    waiting = ReferralFactory(to_agency=old, nhs_number="", person_name="Malik Farooq")
    posted = {"closes": "on", "ground": "not_reached", **dict.fromkeys(["cases", "referrals"], str(other.agency_id))}
    assert client_of(connector).post(reverse(OWN), posted).url == "/"
    case.refresh_from_db()
    assert (case.agency, case.person.agency, case.closed_at) == (other.agency, other.agency, None)
    entry = case.entries.get(kind=Kind.ASSIGNED)
    assert entry.details["before"] == old.name
    assert entry.details["ground"].startswith("Not asked: they could not be reached")
    assert Agreement.is_missing(case)
    assert count_lists(other, other)["alone"] == 1
    assert not Case.visible_to(connector).exists()
    client = client_of(other)
    text = client.get(reverse("cases:case", args=[case.pk])).text
    assert f"Given to {other.agency.name}" in text
    assert "Tuesday gardening" in client.get(reverse("cases:activities", args=[case.pk])).text
    waiting.refresh_from_db()
    assert (waiting.to_agency, waiting.moves.last().ground) == (other.agency, "not_reached")
    received, sent = case.case_referrals.get(direction="received").referral, case.case_referrals.get(direction="sent")
    assert (received.to_agency, sent.referral.from_agency) == (other.agency, other.agency)
    assert Booking.objects.get().team == other.agency
    assert News.objects.filter(agency=gp.agency, referral=received, remark__isnull=False).count() == 1
    assert "has closed" in received.remarks.get().words
    told = Message.objects.get(key__startswith=f"person {case.pk} moved")
    assert f"{other.agency.name} works with you from now on" in told.body
    assert connector.user.name not in told.body, "they work for the team that has closed"
    assert "They will ask you first" in told.body


def test_with_their_agreement_the_other_team_has_it_and_no_two_records_share_a_number(
    connector: Membership, case: Case, other: Membership, lead: Membership
) -> None:
    PersonFactory(agency=other.agency, nhs_number=case.person.nhs_number)
    Membership.objects.filter(pk=lead.pk).update(ended_at=timezone.now())
    decisions = {"cases": Decision(other.agency)}
    with pytest.raises(PermissionDenied):
        close_agency(agency=connector.agency, by=connector, decisions=decisions)
    close_agency(agency=connector.agency, by=connector, decisions=decisions, ground="agreed_phone")
    case = Case.objects.get(pk=case.pk)
    assert not Agreement.is_missing(case)
    assert case.person.nhs_number == ""
    assert "Left out" in case.entries.get(kind=Kind.ASSIGNED).details["number"]


def test_what_nobody_takes_is_closed_and_declined_and_those_who_wait_hear(
    client_of: ClientOf, connector: Membership, case: Case, other: Membership, gp: Membership
) -> None:
    old = connector.agency
    waiting = ReferralFactory(sent_by=gp, to_agency=old, nhs_number="", person_name="Malik Farooq")
    returned = ReferralFactory(sent_by=gp, to_agency=old, nhs_number="", person_name="Ada Byron")
    more = {"by": Author.of(connector), "key": uuid.uuid4(), "seen": None, "words": "Which road?"}
    triage_referral(returned, "returned", **more)
    posted = {"closes": "on", "cases": "nobody", "referrals": "nobody", f"referrals-{waiting.pk}": str(other.agency_id)}
    assert client_of(connector).post(reverse(OWN), posted | {"ground": "harm"}).status_code == 302
    case.refresh_from_db()
    assert (case.closing_reason.text, case.agency) == ("The team has closed", old)
    told = Message.objects.get(key=f"person {case.pk} closed")
    assert (old.phone in told.body, "has closed" in told.body) == (False, True)
    returned.refresh_from_db()
    waiting.refresh_from_db()
    assert (returned.status, waiting.to_agency) == ("declined", other.agency)
    assert {news.referral for news in News.objects.filter(agency=gp.agency)} >= {returned, waiting}
    sent = case.case_referrals.get(direction="sent").referral
    assert sent.is_open
    assert News.objects.filter(agency=sent.to_agency, remark__kind="unattended").count() == 1


def test_cases_of_those_who_left_before_are_handed_over_too(lead: Membership, connector: Membership) -> None:
    CaseFactory(lead=connector)
    other = MembershipFactory(role=Role.LEAD).agency
    Membership.objects.filter(pk=connector.pk).update(ended_at=timezone.now())
    with pytest.raises(LeavesBehind):
        close_agency(agency=lead.agency, by=lead)
    close_agency(agency=lead.agency, by=lead, decisions={"cases": Decision(other)}, ground="harm")
    assert Case.objects.get().agency == other


# --- A practice and a group ---------------------------------------------------------------------------


def test_a_practices_last_referrer(
    client_of: ClientOf, gp: Membership, connector: Membership, steward: Membership
) -> None:
    """The teams that have its referrals hear that nobody reads their answers: in the story, and as news."""
    taken = ReferralFactory(sent_by=gp, to_agency=connector.agency)
    case = accept_referral(referral=taken, by=Author.of(connector), person=None)
    waiting = ReferralFactory(sent_by=gp, to_agency=connector.agency, person_name="Ada Byron", nhs_number="")
    client = client_of(gp)
    text = client.get(reverse(OWN)).text
    assert "Referrals sent, and still open: 2" in text
    assert "Whoever has one hears who reads its answer" in text
    assert client.post(reverse(OWN), {}).status_code == 422
    assert client.post(reverse(OWN), {"closes": "on"}).status_code == 302
    gp.agency.refresh_from_db()
    assert gp.agency.left_at is not None
    told = {news.case or news.referral for news in News.objects.filter(agency=connector.agency)}
    assert told == {case, waiting}
    assert "nobody there to answer" in client_of(connector).get(reverse("cases:caseload")).text
    assert Message.objects.filter(to=steward.agency.email, subject__startswith="Nobody is left at").exists()


def test_a_groups_last_volunteer(client_of: ClientOf, provider: Membership, case: Case, connector: Membership) -> None:
    service = Service.objects.get(name="Tuesday gardening")
    Service.objects.filter(pk=service.pk).update(agency=provider.agency)
    Referral.objects.filter(service=service).update(to_agency=provider.agency)
    booked(Session.objects.get(), "Ada Byron", email="ada@example.org")
    booked(Session.objects.get(), "Malik Farooq", phone="07700 900124")
    client = client_of(provider)
    text = client.get(reverse(OWN)).text
    for words in (
        "Referrals to its activities: 1",
        "Tuesday gardening",
        "3 booked",
        "1 is told by e-mail. 1 left only a phone number",
        "Ring before it closes",
        "Activities that people can find: 1",
    ):
        assert words in text, words
    assert client.post(reverse(OWN), {"closes": "on"}).status_code == 302
    assert Referral.objects.get(service=service).status == "declined"
    assert Service.objects.get(pk=service.pk).status == "defunct"
    assert set(Booking.objects.values_list("status", flat=True)) == {"called_off"}
    assert "Tuesday gardening" in client_of(connector).get(reverse("cases:caseload")).text


# --- The steward, and who may not ---------------------------------------------------------------------


def test_the_steward_closes_a_team_and_reads_nobodys_name(
    client_of: ClientOf, steward: Membership, connector: Membership, case: Case, other: Membership
) -> None:
    second = teammate(connector)
    Invitation.objects.create(
        agency=connector.agency, email="n@work.example.org", name="Nadia", role="lead", expires_at=timezone.now()
    )
    RightsRequestFactory(agency=connector.agency, person=case.person, requester="Joan Whitfield")
    client = client_of(steward)
    assert page(connector.agency) in client.get(reverse("agencies:agencies")).text
    text = client.get(page(connector.agency)).text
    assert "Open cases: 1" in text
    assert "Whom they are about, you may not see" in text
    assert "What people ask about their records: 1" in text
    assert "Answer them before it closes" in text
    assert "Joan" not in text
    posted = {"closes": "on", "cases": str(other.agency_id), "ground": "harm"}
    assert client.post(page(connector.agency), posted).url == reverse("agencies:agencies")
    assert not Membership.objects.filter(pk__in=[connector.pk, second.pk], ended_at=None).exists()
    assert Invitation.objects.get().cancelled_at is not None
    assert client_of(connector).get(reverse("cases:caseload")).status_code == 403
    entry = Entry.objects.get(kind=Kind.ASSIGNED)
    assert (entry.written_by, News.objects.filter(entry=entry).count()) == (steward, 1)
    closed = close_agency(agency=connector.agency, by=steward)
    assert closed.left_at is not None
    assert client.get(page(connector.agency)).status_code == 404


def test_who_may_not_close(
    client_of: ClientOf, lead: Membership, connector: Membership, steward: Membership, provider: Membership
) -> None:
    for member in (lead, connector, steward):
        assert client_of(member).get(reverse(OWN)).status_code == 403
        assert client_of(member).post(reverse(OWN), {"closes": "on"}).status_code == 403
    for member in (lead, provider):
        assert client_of(member).get(page(connector.agency)).status_code == 403
        assert client_of(member).get(reverse("agencies:agencies")).status_code == 403
        with pytest.raises(PermissionDenied):
            close_agency(agency=steward.agency if member == lead else connector.agency, by=member)
    assert client_of(steward).get(page(steward.agency)).status_code == 403
    assert client_of(steward).get(page(AgencyFactory())).status_code == 404
    assert client_of(steward).put(page(connector.agency)).status_code == 405
    assert Client().get(reverse(OWN)).status_code == 302


def test_nobody_takes_what_is_no_team_or_has_nobody_at_work(
    connector: Membership, case: Case, provider: Membership, other: Membership
) -> None:
    gone = MembershipFactory(role=Role.CONNECTOR, user__is_active=False).agency
    for taker in (provider.agency, gone, AgencyFactory(kind=AgencyKind.CONNECTORS)):
        with pytest.raises(PermissionDenied):
            close_agency(agency=connector.agency, by=connector, decisions={"cases": Decision(taker)}, ground="harm")
