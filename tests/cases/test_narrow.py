"""An agreement narrowed or taken back: what the other agency reads from the next query on, and what had been seen."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from agencies.access import Role, database_context
from agencies.models import Author, Draft, Membership, Message
from bookings.models import Booking
from cases.actions.booking import book_for_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.sharing import narrow_agreement, withdraw_agreement
from cases.jobs import forget_withheld
from cases.models import Agreement, Audience, Case, CaseReferral, Circle, Entry, Kind, News
from cases.notifications import messages_to_person
from config.http import hash_token
from config.roles import DatabaseRole
from config.row_security import set_context
from directory.models import Service
from referrals.actions import move_referral
from referrals.actions.answer import answer_referrer
from referrals.models import AnswerLink, DeclineReason, Referral, ReferralReading
from referrals.states import ReferralStatus, Side
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    needs,
    teammate,
)
from tests.jobs import run_jobs
from tests.roles import acting_as

ClientOf = Callable[[Membership], Client]
PARTS = list(Agreement.Part)
TOKEN = "a-token-of-a-link"
LESS_SHARED = Q(subject__startswith="Somebody shares less with you")


@pytest.fixture
def case(connector: Membership) -> Case:
    return CaseFactory(lead=connector, person=PersonFactory(name="Joan Whitfield"))


@pytest.fixture
def service(provider: Membership) -> Service:
    return ServiceFactory(agency=provider.agency, name="Green Gym", bookable=True)


@pytest.fixture
def asked(case: Case, service: Service) -> Referral:
    return refer(case, service)


def refer(case: Case, service: Service) -> Referral:
    ask = OnwardRequest(message="Likes gardens", how_agreed="On the phone", needs=needs("Loneliness"))
    (referral,) = refer_on(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), services=[service], ask=ask, started_at=timezone.now()
    )
    return referral


def agreement_of(case: Case) -> Agreement:
    return Agreement.objects.get(case=case, withdrawn_at=None)


def url(agreement: Agreement) -> str:
    return f"/cases/{agreement.case_id}/sharing/{agreement.pk}/narrow/"


def narrow(case: Case, *parts: str) -> None:
    narrow_agreement(agreement=agreement_of(case), parts=parts, by=Author.of(case.lead))


def take_back(case: Case) -> None:
    withdraw_agreement(agreement=agreement_of(case), by=Author.of(case.lead))


def link_to(referral: Referral) -> AnswerLink:
    link = referral.links.get()
    AnswerLink.objects.filter(pk=link.pk).update(token_hash=hash_token(TOKEN))
    return link


# --- Narrowed -------------------------------------------------------------------------------------------


def test_what_is_taken_out_is_read_no_more(
    client_of: ClientOf, provider: Membership, case: Case, asked: Referral
) -> None:
    group, address = client_of(provider), f"/referrals/{asked.pk}/"
    before = group.get(address).content.decode()
    assert "07700 900123" in before
    assert "Likes gardens" in before
    answer = client_of(case.lead).post(url(agreement_of(case)), {"parts": PARTS, "key": uuid.uuid4()})
    assert answer.url == f"/cases/{case.pk}/sharing/"
    after = group.get(address).content.decode()
    assert "Joan Whitfield" in after
    for gone in ("07700 900123", "Likes gardens", "BN11", "Loneliness"):
        assert gone not in after, gone


@pytest.mark.parametrize("part", PARTS)
def test_each_part_alone_takes_out_its_own(case: Case, asked: Referral, part: str) -> None:
    narrow(case, part)
    asked.refresh_from_db()
    left = {
        "contact": bool(asked.phone or asked.email or asked.address),
        "area": bool(asked.postcode),
        "reason": bool(asked.message or asked.needs.exists()),
    }
    assert left == {name: name != part for name in left}
    assert asked.person_name == "Joan Whitfield"
    assert asked.status == ReferralStatus.SENT


def test_a_link_shows_what_is_left(client: Client, case: Case, asked: Referral) -> None:
    link_to(asked)
    assert "07700 900123" in client.get(f"/answer/{TOKEN}/").content.decode()
    narrow(case, "contact")
    page = client.get(f"/answer/{TOKEN}/")
    assert page.status_code == 200
    assert "07700 900123" not in page.content.decode()


def test_what_it_was_stays_with_the_team_alone(case: Case, asked: Referral) -> None:
    narrow(case, "contact")
    told, kept = Entry.objects.filter(case=case, kind=Kind.AGREED).order_by("number")
    assert (told.audience, kept.audience) == (Audience.CIRCLE, Audience.TEAM)
    assert "07700 900123" not in str(told.details)
    assert ["Phone", "07700 900123"] in kept.details["had"]


def test_the_group_and_the_person_are_told(client_of: ClientOf, provider: Membership, case: Case) -> None:
    asked = refer(case, ServiceFactory(agency=provider.agency, name="Green Gym"))
    client_of(provider).get(f"/referrals/{asked.pk}/")
    narrow(case, "contact")
    mail = Message.objects.get(LESS_SHARED)
    assert "How to reach them" in mail.body
    assert "Joan" not in mail.body + mail.subject
    assert News.objects.filter(agency=provider.agency, referral=asked).count() == 1
    said = messages_to_person(case).get().body
    assert "How to reach them" in said
    assert "Joan Whitcombe opened the referral to Green Gym on" in said
    assert "We cannot make them forget" in said


def test_what_comes_later_is_narrowed_too(case: Case, service: Service, asked: Referral) -> None:
    """given the phone kept back, then neither another referral nor a booking brings it"""
    narrow(case, "contact", "area")
    later = refer(case, ServiceFactory(agency=service.agency))
    assert (later.phone, later.postcode, later.message) == ("", "", "Likes gardens")
    booking = book_for_case(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=SessionFactory(service=service), how_agreed="So"
    )
    assert (booking.name, booking.phone) == ("Joan Whitfield", "")


def test_a_place_that_is_booked_is_narrowed(case: Case, service: Service, asked: Referral) -> None:
    booking = book_for_case(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=SessionFactory(service=service), how_agreed="So"
    )
    narrow(case, "contact")
    booking.refresh_from_db()
    assert (booking.name, booking.phone) == ("Joan Whitfield", "")


def test_narrowing_twice_is_once(case: Case, asked: Referral) -> None:
    narrow(case, "contact")
    narrow(case, "contact")
    assert Entry.objects.filter(case=case, kind=Kind.AGREED).count() == 2
    assert agreement_of(case).kept_back == ["contact"]


def test_the_page_says_what_is_seen_already(
    client_of: ClientOf, provider: Membership, case: Case, asked: Referral
) -> None:
    client_of(provider).get(f"/referrals/{asked.pk}/letter.pdf")
    html = client_of(case.lead).get(url(agreement_of(case))).content.decode()
    assert "Joan Whitcombe opened the referral to Green Gym on" in html
    assert "They cannot unread it" in html
    assert ReferralReading.objects.get().member == provider


@pytest.mark.parametrize("parts", [[], ["name"], ["x", "contact"]])
def test_bad_input(client_of: ClientOf, case: Case, asked: Referral, parts: list[str]) -> None:
    page = client_of(case.lead).post(url(agreement_of(case)), {"parts": parts, "key": uuid.uuid4()})
    assert page.status_code == 422
    assert agreement_of(case).kept_back == []


def test_nothing_is_left_to_take_out(client_of: ClientOf, case: Case, asked: Referral) -> None:
    narrow(case, *PARTS)
    assert client_of(case.lead).get(url(agreement_of(case))).status_code == 302


def test_a_teammate_may_and_a_stranger_finds_nothing(
    client_of: ClientOf, outsider: Membership, provider: Membership, case: Case, asked: Referral
) -> None:
    address, posted = url(agreement_of(case)), {"parts": ["area"], "key": uuid.uuid4()}
    assert client_of(outsider).post(address, posted).status_code == 404
    assert client_of(provider).post(address, posted).status_code == 403
    assert client_of(case.lead).put(address).status_code == 405
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    assert client_of(outsider).post(address, posted).status_code == 404
    assert client_of(teammate(case.lead)).post(address, posted).status_code == 302


def test_an_agreement_to_tell_is_not_narrowed(client_of: ClientOf, case: Case) -> None:
    tell = Agreement.objects.create(
        case=case, agency=ReferralFactory().from_agency, scope="tell", how="So", **Agreement.signature(Author.system())
    )
    assert client_of(case.lead).get(url(tell)).status_code == 404


# --- Taken back: nothing is read any more -----------------------------------------------------------------


@pytest.mark.parametrize("finished", [False, True])
def test_after_taking_back_the_group_finds_nothing(
    client_of: ClientOf, provider: Membership, case: Case, asked: Referral, finished: bool
) -> None:
    """The page, the letter, the lists, the search, its news and what waits: none has it from the next query on."""
    if finished:
        for status in (ReferralStatus.ACCEPTED, ReferralStatus.COMPLETED):
            move_referral(asked, status, by=Author.of(provider), side=Side.RECEIVER)
    take_back(case)
    group = client_of(provider)
    for address in (f"/referrals/{asked.pk}/", f"/referrals/{asked.pk}/letter.pdf", f"/referrals/{asked.pk}/answer/"):
        assert group.get(address).status_code == 404, address
    for address in ("/referrals/?list=answer", "/referrals/?list=received", "/referrals/?list=finished", "/news/"):
        assert "Joan Whitfield" not in group.get(address).content.decode(), address
    assert asked.reference not in group.post("/referrals/", {"words": "Whitfield"}).content.decode()
    assert "Joan" not in group.post("/referrals/", {"words": "Whitfield"}).content.decode().split("<h2")[1]
    assert "Joan Whitfield" not in group.get("/waiting/").content.decode().split("<main")[1]
    assert not News.visible_to(provider).exists()


def test_the_team_goes_on_reading_what_it_sent(client_of: ClientOf, case: Case, asked: Referral) -> None:
    take_back(case)
    assert "Joan Whitfield" in client_of(case.lead).get(f"/referrals/{asked.pk}/").content.decode()


def test_a_link_shows_nothing_any_more(client: Client, case: Case, asked: Referral) -> None:
    link_to(asked)
    take_back(case)
    for answer in (client.get(f"/answer/{TOKEN}/"), client.post(f"/answer/{TOKEN}/", {"words": "I kept this"})):
        html = answer.content.decode()
        assert answer.status_code == 410
        assert "Joan" not in html
        assert "taken back their agreement" in html
    assert "I kept this" in html
    client.post(f"/answer/{TOKEN}/new/")
    assert referral_links(asked) == 1


def referral_links(referral: Referral) -> int:
    return AnswerLink.objects.filter(referral=referral).count()


def test_a_link_that_waits_to_leave_does_not(case: Case, asked: Referral) -> None:
    key = f"answer link {asked.links.get().pk}"
    assert Message.objects.filter(key=key, sent_at=None).exists()
    agreement = agreement_of(case)
    take_back(case)
    forget_withheld(agreement=str(agreement.pk))
    assert not Message.objects.filter(key=key).exists()


def test_the_group_is_told_also_of_what_is_finished(provider: Membership, case: Case, asked: Referral) -> None:
    move_referral(asked, ReferralStatus.DECLINED, by=Author.of(provider), side=Side.RECEIVER, reason=a_reason())
    take_back(case)
    mail = Message.objects.get(LESS_SHARED)
    assert "taken back their agreement" in mail.body
    assert "Joan" not in mail.body


def a_reason() -> DeclineReason | None:
    return DeclineReason.objects.order_by("pk").first()


def test_the_person_is_told_that_it_is_done(case: Case, asked: Referral) -> None:
    take_back(case)
    said = messages_to_person(case).filter(subject="You share less now").get().body
    assert "they see nothing about you here" in said
    assert "nobody there had opened it" in said


def test_an_agency_in_the_circle_is_out_of_it(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    """given another team in the circle that had read the case and typed a note, then that ends with its agreement"""
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    Agreement.give(case, outsider.agency, Agreement.Scope.SHARE, by=Author.of(case.lead), how="So")
    client = client_of(outsider)
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    Draft.save_draft(member=outsider, key=case.draft_key, data={"text": ["Joan fell"]})
    take_back(case)
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    run_jobs()
    assert not Draft.objects.exists()
    seen = Entry.objects.filter(case=case, kind=Kind.AGREED).get().details["seen"]
    assert seen[0].startswith("Otto Fremd opened the case on")


def test_who_came_is_taken_out_of_the_registers(case: Case, service: Service) -> None:
    booking = book_for_case(
        case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=SessionFactory(service=service), how_agreed="So"
    )
    take_back(case)
    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.name, booking.phone, booking.blanked_at is None) == ("", "", False)


def test_another_case_with_the_same_group_stays(
    client_of: ClientOf, provider: Membership, service: Service, case: Case, asked: Referral
) -> None:
    other = refer(CaseFactory(lead=case.lead, person=PersonFactory(name="Ada Byron")), service)
    take_back(case)
    assert client_of(provider).get(f"/referrals/{other.pk}/").status_code == 200


def test_an_answer_told_already_is_read_no_more(client_of: ClientOf, gp: Membership, case: Case) -> None:
    referral = ReferralFactory(sent_by=gp, to_agency=case.agency, status=ReferralStatus.STARTED)
    CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
    told = {"reason": "Goals met", "outcome": "Less lonely", "summary": "She sings now", "codes": []}
    answer_referrer(referral, by=Author.of(case.lead), becomes=ReferralStatus.COMPLETED, **told)
    Agreement.give(case, gp.agency, Agreement.Scope.TELL, by=Author.of(case.lead), how="So")
    practice = client_of(gp)
    assert "She sings now" in practice.get(f"/referrals/{referral.pk}/").content.decode()
    take_back(case)
    html = practice.get(f"/referrals/{referral.pk}/").content.decode()
    assert "How it went" in html
    assert "She sings now" not in html
    assert "Less lonely" not in html


def test_who_answered_had_read_it(client_of: ClientOf, case: Case, asked: Referral) -> None:
    by = Author.by_link(asked.to_agency, "Gwen")
    move_referral(asked, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER)
    take_back(case)
    assert (
        "Gwen answered the referral to Green Gym on"
        in client_of(case.lead).get(f"/cases/{case.pk}/sharing/").content.decode()
    )


# --- Who opened it ------------------------------------------------------------------------------------------


def test_a_reload_is_not_a_second_opening(client_of: ClientOf, provider: Membership, asked: Referral) -> None:
    client = client_of(provider)
    for _ in range(3):
        client.get(f"/referrals/{asked.pk}/")
    assert ReferralReading.objects.count() == 1


def test_the_senders_own_look_is_none(client_of: ClientOf, case: Case, asked: Referral) -> None:
    client_of(case.lead).get(f"/referrals/{asked.pk}/")
    assert not ReferralReading.objects.exists()


@pytest.mark.parametrize(
    "sql",
    ["UPDATE referrals_referralreading SET reader_name = 'X'", "DELETE FROM referrals_referralreading"],
)
def test_an_opening_cannot_be_unwritten(provider: Membership, asked: Referral, sql: str) -> None:
    ReferralReading.record(asked, provider)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_who_sees_the_steward_and_others(client_of: ClientOf, case: Case, asked: Referral) -> None:
    for role in (Role.REFERRER, Role.PROVIDER, Role.STEWARD):
        assert client_of(MembershipFactory(role=role)).get(url(agreement_of(case))).status_code == 403


def test_the_database_withholds_it_too(provider: Membership, case: Case, asked: Referral) -> None:
    """given the agreement taken back, then raw SQL as the web's login shows the group nothing, and the team all"""
    take_back(case)
    for member, n in ((provider, 0), (case.lead, 1)):
        with acting_as(DatabaseRole.WEB), connection.cursor() as cursor:
            set_context(**database_context(member))
            for table in ("referrals_referral", "referrals_move WHERE after = 'sent'"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (n,), table
