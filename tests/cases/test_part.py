"""A referral that was joined to the wrong person is taken out again, and both histories keep the truth."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from cases.actions.hold import place_hold
from cases.actions.notes import correct_entry, write_note
from cases.actions.opening import accept_referral
from cases.history.verify import verify_histories
from cases.models import Case, CaseReferral, ClosingReason, Entry, Kind, Person
from referrals.models import Referral
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, PersonFactory, ReferralFactory, teammate
from tests.jobs import run_jobs


@pytest.fixture
def case(connector):
    """An open case of Joan, with a referral of hers that led to it."""
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", person__phone="", person__email="")
    first = ReferralFactory(to_agency=connector.agency, nhs_number="", status=ReferralStatus.ACCEPTED)
    CaseReferral.objects.create(case=case, referral=first, direction="received")
    return case


@pytest.fixture
def referral(connector, case):
    """Her twin's referral, joined to Joan's case by mistake."""
    referral = ReferralFactory(
        to_agency=connector.agency,
        person_name="Jean Whitfield",
        nhs_number="9990000026",
        email="jean@mail.example.org",
        message="Widowed in the spring",
    )
    accept_referral(referral=referral, by=Author.of(connector), person=case.person)
    return referral


def url(referral):
    return reverse("cases:part", args=[referral.pk])


def post(client, referral, **more):
    said = {"who": "new", "words": "Her sister rang: she is Joan’s twin", "key": uuid.uuid4()}
    return client.post(url(referral), said | more)


def test_nothing_is_taken_out_of_a_record_that_is_held(client_of, connector, case, referral):
    """By whoever of the team: who may not end a hold, either."""
    on, lead = timezone.localdate() + datetime.timedelta(days=90), Author.of(teammate(connector, Role.LEAD))
    place_hold(case=case, by=lead, reason="A coroner asks", review_on=on, key=uuid.uuid4())
    assert "held for a legal reason" in post(client_of(connector), referral).text
    assert CaseReferral.objects.get(referral=referral).case == case
    assert not Case.objects.exclude(pk=case.pk).exists()


def told(case):
    """All that the history of the case says."""
    return " ".join(f"{entry.text} {entry.details}" for entry in case.entries.order_by("number"))


def test_the_referral_its_notes_and_facts_go_to_a_record_of_their_own(client_of, connector, case, referral):
    by = Author.of(connector)
    write_note(case=case, by=by, kind=Kind.PHONE, text="Joan is well")
    note = write_note(case=case, by=by, kind=Kind.VISIT, text="Jean misses her husband")
    correct_entry(entry=note, by=by, text="Jean misses her husband Tom")
    client = client_of(connector)
    assert "Jean misses her husband" in client.get(url(referral)).text
    response = post(client, referral, entries=[str(note.number)])
    run_jobs()
    right = Case.objects.exclude(pk=case.pk).get()
    assert response.url == reverse("cases:case", args=[right.pk])
    joan, jean = Person.objects.get(pk=case.person.pk), right.person
    assert (joan.phone, joan.email, joan.nhs_number) == ("", "", "")
    assert (jean.name, jean.phone, jean.email, jean.nhs_number) == (
        "Jean Whitfield",
        "07700 900123",
        "jean@mail.example.org",
        "9990000026",
    )
    assert CaseReferral.objects.get(referral=referral).case == right
    for secret in ("Jean", "Widowed", "husband", "jean@mail", "9990000026"):
        assert secret not in told(case)
    assert "Joan is well" in told(case)
    assert "she is Joan’s twin" in told(case)
    assert "Widowed in the spring" in told(right)
    assert "Jean misses her husband Tom" in told(right)
    assert "Priya Shah" in str(right.entries.get(kind=Kind.VISIT).details["moved"])
    assert right.entries.get(kind=Kind.CORRECTION).corrects == right.entries.get(kind=Kind.VISIT)
    assert right.entries.filter(kind=Kind.PARTED, text__contains="twin").count() == 1
    assert right.first_contact_at
    assert set(right.agreements.filter(withdrawn_at=None).values_list("scope", flat=True)) == {"share", "tell"}
    assert not case.agreements.filter(withdrawn_at=None).exists()
    assert Referral.objects.get(pk=referral.pk).status in ("accepted", "started")
    assert isinstance(list(verify_histories())[-1], int)
    assert len(list(verify_histories())) == 1
    page = client.get(reverse("cases:case", args=[case.pk])).text
    assert "A referral of another person was joined here" in page


def test_the_other_person_cannot_read_that_somebody_else_was_referred(client_of, connector, case, referral):
    post(client_of(connector), referral)
    assert {entry.audience for entry in Entry.objects.filter(kind=Kind.PARTED)} == {"team"}


def test_a_case_opened_for_the_wrong_record_goes_over_whole(client_of, connector):
    known = PersonFactory(agency=connector.agency, name="Joan Whitfield", phone="", email="")
    before = CaseFactory(lead=connector, person=known)
    Case.objects.filter(pk=before.pk).update(closed_at=before.opened_at, closing_reason=ClosingReason.objects.first())
    referral = ReferralFactory(to_agency=connector.agency, person_name="Jean Whitfield", email="jean@mail.example.org")
    case = accept_referral(referral=referral, by=Author.of(connector), person=known)
    post(client_of(connector), referral)
    case.refresh_from_db()
    known.refresh_from_db()
    assert (case.person.name, case.person.email, known.email, known.phone) == (
        "Jean Whitfield",
        "jean@mail.example.org",
        "",
        "",
    )
    assert Case.objects.count() == 2
    assert "Opened for another person" in told(case)
    assert "A referral of another person was joined to this record" in told(before)
    assert "jean" not in told(before).lower()


def test_what_somebody_changed_since_stays(client_of, connector, case, referral):
    Person.objects.filter(pk=case.person.pk).update(phone="01632 960777")
    post(client_of(connector), referral)
    assert Person.objects.get(pk=case.person.pk).phone == "01632 960777"


def test_it_may_be_somebody_who_is_known_here(client_of, connector, case, referral):
    known = CaseFactory(lead=connector, person__name="Jean Whitfield")
    client = client_of(connector)
    assert str(case.person.pk) not in str(client.get(url(referral)).context["form"].fields["who"].choices)
    assert post(client, referral, who=str(known.person.pk)).url == reverse("cases:case", args=[known.pk])
    assert Case.objects.count() == 2
    known.person.refresh_from_db()
    assert known.person.nhs_number == "9990000026"


def test_a_double_click_is_one_deed(client_of, connector, case, referral):
    client, key = client_of(connector), uuid.uuid4()
    first, second = post(client, referral, key=key), post(client, referral, key=key)
    assert first.url == second.url
    assert Case.objects.count() == 2
    assert Entry.objects.filter(kind=Kind.PARTED).count() == 2


def test_bad_input_says_what_is_missing(client_of, connector, case, referral):
    client = client_of(connector)
    page = client.post(url(referral), {"key": uuid.uuid4(), "entries": "99"})
    assert page.status_code == 422
    for words in ("Say who the referral is about", "Say how you know"):
        assert words in page.text
    assert post(client, referral, who=str(case.person.pk)).status_code == 422
    assert Case.objects.count() == 1


def test_what_is_closed_stays(client_of, connector, case, referral):
    Referral.objects.filter(pk=referral.pk).update(status=ReferralStatus.COMPLETED)
    assert client_of(connector).get(url(referral)).status_code == 409
    assert post(client_of(connector), referral).status_code == 409


def test_the_page_of_the_referral_leads_there(client_of, connector, case, referral):
    address = reverse("referrals:referral", args=[referral.pk])
    assert url(referral) in client_of(connector).get(address).text
    assert url(referral) not in client_of(referral.sent_by).get(address).text


def test_a_teammate_may_and_strangers_and_readers_may_not(client_of, connector, outsider, gp, case, referral):
    for stranger in (outsider,):
        assert client_of(stranger).get(url(referral)).status_code == 404
        assert post(client_of(stranger), referral).status_code == 404
    assert client_of(gp).get(url(referral)).status_code == 403
    assert client_of(connector).put(url(referral)).status_code == 405
    unaccepted = ReferralFactory(to_agency=connector.agency)
    assert client_of(connector).get(url(unaccepted)).status_code == 404
    assert post(client_of(teammate(connector)), referral).status_code == 302


def test_born_later_is_filled_in_and_taken_out(client_of, connector):
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", person__date_of_birth=None)
    first = ReferralFactory(to_agency=connector.agency, nhs_number="", status=ReferralStatus.ACCEPTED)
    CaseReferral.objects.create(case=case, referral=first, direction="received")
    born = datetime.date(1951, 3, 27)
    referral = ReferralFactory(to_agency=connector.agency, date_of_birth=born)
    accept_referral(referral=referral, by=Author.of(connector), person=case.person)
    case.person.refresh_from_db()
    assert case.person.date_of_birth == born
    post(client_of(connector), referral)
    case.person.refresh_from_db()
    assert case.person.date_of_birth is None
