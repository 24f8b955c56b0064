"""A case that is kept and not used: whoever answers for records alone writes in it, and no other agency sees it."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Message
from bookings.states import BookingStatus
from cases.actions.booking import book_for_case
from cases.actions.give import give_case
from cases.actions.notes import correct_entry, write_note
from cases.actions.onward import OnwardRequest, record_signposting, refer_on
from cases.actions.restriction import lift_restriction, restrict_processing
from cases.actions.sharing import narrow_agreement, withdraw_agreement
from cases.history.record import record_entry
from cases.models import Agreement, Audience, Case, CaseReferral, Circle, Entry, Kind
from cases.states import RightKind, RightsStatus
from config.transitions import DeedForbidden, MoveRefused
from referrals.actions import move_referral
from referrals.states import ReferralStatus, Side
from tests.factories import (
    CaseFactory,
    OnwardReferralFactory,
    RightsRequestFactory,
    ServiceFactory,
    SessionFactory,
    teammate,
)

S = RightsStatus


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield", closed_at=None)


def ask(case, kind=RightKind.RESTRICTION):
    return RightsRequestFactory(person=case.person, kind=kind, status=S.ACTIVE)


def restrict(case, by, **more):
    said = {"words": "She says it is wrong", "decided": True, "key": uuid.uuid4()}
    restrict_processing(ask(case), by=Author.of(by), **said | more)
    case.refresh_from_db()


DEEDS = {
    "note": lambda case, by: write_note(case=case, by=by, kind=Kind.NOTE, text="x"),
    "contact": lambda case, by: write_note(case=case, by=by, kind=Kind.PHONE, text="x"),
    "correction": lambda case, by: correct_entry(entry=case.entries.order_by("number")[0], by=by, text="y"),
    "referral": lambda case, by: refer_on(
        case=case,
        by=by,
        key=uuid.uuid4(),
        services=[ServiceFactory()],
        ask=OnwardRequest(how_agreed="x"),
        started_at=timezone.now(),
    ),
    "booking": lambda case, by: book_for_case(
        case=case, by=by, key=uuid.uuid4(), session=SessionFactory(), how_agreed="x"
    ),
    "signpost": lambda case, by: record_signposting(case=case, by=by, key=uuid.uuid4(), service=ServiceFactory()),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", [Role.CONNECTOR, Role.LEAD])
def test_nothing_is_done_with_it(case, connector, lead, deed, role):
    write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="Before")
    restrict(case, lead)
    written = case.entries.count()
    with pytest.raises(DeedForbidden, match="kept and not used"):
        DEEDS[deed](case, Author.of(connector if role == Role.CONNECTOR else lead))
    assert case.entries.count() == written


def test_the_pages_say_so_and_change_nothing(client_of, connector, lead, case):
    restrict(case, lead)
    client, url = client_of(connector), reverse("cases:case", args=[case.pk])
    page = client.get(url).text
    assert "Kept, and not used" in page
    assert 'id="composer"' not in page
    answer = client.post(reverse("cases:write", args=[case.pk]), {"kind": "note", "text": "x", "audience": "circle"})
    assert answer.status_code in (403, 422)
    said = {"kind": "note", "text": "x", "audience": "circle", "when": "now", "next_when": "keep", "key": uuid.uuid4()}
    answer = client.post(reverse("cases:write", args=[case.pk]), said)
    assert answer.status_code == 403
    assert "kept and not used" in answer.text
    assert not case.entries.filter(kind=Kind.NOTE).exists()
    for name in ("fact", "close", "give"):
        more = ["phone"] if name == "fact" else []
        assert client.get(reverse(f"cases:{name}", args=[case.pk, *more])).status_code == 200


def test_the_lead_writes_saying_why(client_of, lead, case):
    restrict(case, lead)
    client, url = client_of(lead), reverse("cases:case", args=[case.pk])
    assert "Why do you write in it" in client.get(url).text
    said = {"kind": "note", "text": "A claim came", "audience": "team", "when": "now", "key": uuid.uuid4()}
    write = reverse("cases:write", args=[case.pk])
    assert client.post(write, said).status_code == 422
    assert client.post(write, said | {"despite": "Needed for the claim"}).status_code == 302
    assert case.entries.get(kind=Kind.NOTE).details["despite"] == "Needed for the claim"
    assert "Needed for the claim" in client.get(url).text


def test_a_connector_cannot_say_why(case, connector, lead):
    restrict(case, lead)
    with pytest.raises(DeedForbidden):
        write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="x", despite="I would like to")


def test_the_circle_does_not_see_it_meanwhile(client_of, connector, lead, outsider, case):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="For all")
    assert Case.visible_to(outsider).filter(pk=case.pk).exists()
    restrict(case, lead)
    assert not Case.visible_to(outsider).filter(pk=case.pk).exists()
    assert not Entry.visible_to(outsider).filter(case=case).exists()
    assert client_of(outsider).get(reverse("cases:case", args=[case.pk])).status_code == 404
    assert Entry.visible_to(connector).filter(case=case).exists()


def test_it_is_in_no_list_of_today_and_the_lead_finds_it(client_of, connector, lead, case):
    assert "Joan Whitfield" in client_of(connector).get(reverse("cases:caseload"), {"list": "all"}).text
    restrict(case, lead)
    assert "Joan Whitfield" not in client_of(connector).get(reverse("cases:caseload"), {"list": "all"}).text
    assert "Joan Whitfield" in client_of(lead).get(reverse("cases:rights")).text


def test_what_a_group_answers_is_kept_and_nobody_is_written_to(case, connector, lead, provider):
    sent = OnwardReferralFactory(sent_by=connector, to_agency=provider.agency, service__agency=provider.agency)
    CaseReferral.objects.create(case=case, referral=sent, direction="sent")
    restrict(case, lead)
    told = Message.with_key_prefix(f"person {case.pk} ").count()
    move_referral(sent, ReferralStatus.ACCEPTED, by=Author.of(provider), side=Side.RECEIVER)
    assert case.entries.filter(kind=Kind.ANSWERED).count() == 1
    assert Message.with_key_prefix(f"person {case.pk} ").count() == told


def test_what_another_team_does_is_kept_and_tells_it_nothing(case, lead, outsider):
    """A deed of theirs that is refused would say that the case is restricted."""
    restrict(case, lead)
    for kind in (Kind.ASKED, Kind.OFFERED):
        record_entry(case=case, kind=kind, by=Author.of(outsider), audience=Audience.TEAM)
    assert case.entries.filter(kind__in=[Kind.ASKED, Kind.OFFERED]).count() == 2
    with pytest.raises(DeedForbidden):
        record_entry(case=case, kind=Kind.ASKED, by=Author.of(lead))


def test_an_agreement_can_be_taken_back_and_the_case_given_to_a_colleague(case, connector, lead, gp):
    signed = Agreement.signature(Author.of(connector))
    agreement = Agreement.objects.create(case=case, agency=gp.agency, scope="tell", how="x", **signed)
    restrict(case, lead)
    assert withdraw_agreement(agreement=agreement, by=Author.of(connector)).withdrawn_at
    assert give_case(case=case, to=teammate(connector), by=Author.of(lead))


def test_with_the_agreement_goes_the_referral_that_rests_on_it_and_no_other(case, connector, lead):
    by, ask_ = Author.of(connector), OnwardRequest(how_agreed="On the phone")
    said = {"case": case, "by": by, "ask": ask_, "started_at": timezone.now()}
    first, other = (refer_on(**said, key=uuid.uuid4(), services=[ServiceFactory()])[0] for _ in range(2))
    restrict(case, lead)
    with pytest.raises(DeedForbidden):
        move_referral(other, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words="x")
    withdraw_agreement(agreement=Agreement.objects.get(case=case, agency=first.to_agency), by=by)
    narrowed = Agreement.objects.get(case=case, agency=other.to_agency)
    narrow_agreement(agreement=narrowed, parts=[Agreement.Part.CONTACT], by=by)
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.status, first.withheld_at is None) == (ReferralStatus.WITHDRAWN, False)
    assert (other.status, other.phone) == (ReferralStatus.SENT, "")


def test_with_the_agreement_goes_the_place_that_rests_on_it(case, connector, lead):
    by = Author.of(connector)
    booking = book_for_case(case=case, by=by, key=uuid.uuid4(), session=SessionFactory(), how_agreed="On the phone")
    restrict(case, lead)
    agreement = Agreement.objects.get(case=case, agency=booking.session.service.agency)
    withdraw_agreement(agreement=agreement, by=by)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED


def test_an_objection_leaves_it_alone_while_it_is_looked_into(client_of, case, lead):
    request = ask(case, RightKind.OBJECTION)
    url = reverse("cases:restrict", args=[request.pk])
    said = {"outcome": "meanwhile", "words": "We look into it", "key": uuid.uuid4()}
    for _ in range(2):
        assert client_of(lead).post(url, said).status_code == 302
    request.refresh_from_db()
    case.refresh_from_db()
    assert request.status == S.ACTIVE
    assert case.processing_restricted_at
    assert case.entries.filter(details__what="Kept, and not used, from now on").count() == 1
    client_of(lead).post(url, said | {"outcome": "decided", "key": uuid.uuid4()})
    request.refresh_from_db()
    assert request.status == S.DONE
    assert client_of(lead).get(url).status_code == 404


def test_before_it_is_used_again_the_person_is_told(client_of, connector, lead, case):
    restrict(case, lead)
    url, day = reverse("cases:lift", args=[case.pk]), timezone.localdate()
    when = {"told_on_day": day.day, "told_on_month": day.month, "told_on_year": day.year}
    said = {"told_how": "By phone, she said yes", "words": "It was put right", "key": uuid.uuid4()} | when
    client = client_of(lead)
    assert client.post(url, said | {"told_how": ""}).status_code == 422
    assert client.post(url, said | {"told_on_year": day.year + 1}).status_code == 422
    assert client.post(url, said).status_code == 302
    case.refresh_from_db()
    assert case.processing_restricted_at is None
    assert "By phone, she said yes" in client.get(reverse("cases:case", args=[case.pk])).text
    write_note(case=case, by=Author.of(connector), kind=Kind.NOTE, text="On we go")
    assert client.get(url).status_code == 302


def test_lifted_twice_is_lifted_once(case, lead):
    restrict(case, lead)
    said = {"words": "x", "told_how": "x", "told_on": datetime.date(2026, 1, 1), "key": uuid.uuid4()}
    for _ in range(2):
        lift_restriction(case, by=Author.of(lead), **said)
    assert case.entries.filter(details__what="Used again, from now on").count() == 1


def test_who_may_not(client, client_of, connector, lead, outsider, case):
    request = ask(case)
    url, lifted = reverse("cases:restrict", args=[request.pk]), reverse("cases:lift", args=[case.pk])
    other = client_of(teammate(outsider, Role.LEAD))
    for address in (url, lifted):
        assert client.get(address).status_code == 302
        assert client_of(connector).get(address).status_code == 403
        assert other.get(address).status_code == 404
        assert client_of(lead).delete(address).status_code == 405
    assert client_of(lead).post(url, {"key": uuid.uuid4()}).status_code == 422


def test_without_a_case_there_is_nothing_to_restrict(lead):
    request = RightsRequestFactory(status=S.ACTIVE, kind=RightKind.RESTRICTION)
    request.person.cases.all()[0].circle.all().delete()
    request.person.cases.all().delete()
    with pytest.raises(MoveRefused, match="no case"):
        restrict_processing(request, by=Author.of(lead), words="x", decided=True, key=uuid.uuid4())
