"""Accepting a referral opens a case, or joins the open one; never two, never silently merged."""

import datetime
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Message
from cases.actions.opening import FIRST_CONTACT, accept_referral
from cases.history.verify import verify_histories
from cases.models import Agreement, Case, CaseReferral, Circle, Entry, Kind, Person
from config.working_days import add_working_days
from referrals.actions import MoveRefused, move_referral
from referrals.models import Referral, Urgency
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, teammate


@pytest.fixture
def referral(connector):
    return ReferralFactory(
        to_agency=connector.agency, message="Widowed in the spring", risks="", contact_avoid="Before 9"
    )


def url(referral):
    return reverse("cases:accept", args=[referral.pk])


def post(client, referral, who="new", **more):
    form = client.get(url(referral)).context["form"]
    data = {"who": who, "lead": form["lead"].value(), "shown": form["shown"].value(), "key": uuid.uuid4()}
    return client.post(url(referral), data | more)


def test_given_a_new_person_when_accepted_then_case_circle_agreements_history_and_first_step_are_there(
    client_of, connector, referral
):
    response = post(client_of(connector), referral)
    case = Case.objects.get()
    assert response.url == reverse("cases:case", args=[case.pk])
    assert (case.person.name, case.person.nhs_number, case.person.phone) == (
        "Joan Whitfield",
        "9990000018",
        "07700 900123",
    )
    assert (case.agency, case.lead, case.what_matters) == (
        connector.agency,
        connector,
        "Getting out of the house again",
    )
    due = add_working_days(timezone.localdate(), connector.agency.contact_days)
    assert (case.first_contact_due, case.next_action, case.next_action_on) == (due, FIRST_CONTACT, due)
    assert list(Circle.objects.values_list("case", "agency")) == [(case.pk, connector.agency.pk)]
    assert set(Agreement.objects.values_list("agency", "scope")) == {
        (connector.agency.pk, "share"),
        (referral.from_agency.pk, "tell"),
    }
    received, opened = Entry.objects.order_by("number")
    assert (received.kind, received.author_name, received.text) == (
        Kind.REFERRED,
        referral.sent_by.user.name,
        "Widowed in the spring",
    )
    assert received.happened_at == referral.sent_at
    assert ["Avoid", "Before 9"] in received.details["sent"]
    assert (opened.kind, opened.written_by) == (Kind.OPENED, connector)
    assert CaseReferral.objects.get().direction == "received"
    referral.refresh_from_db()
    assert referral.status == ReferralStatus.ACCEPTED
    assert list(verify_histories()) == [2]


def test_given_an_urgent_referral_when_accepted_then_first_contact_is_due_in_two_working_days(connector):
    referral = ReferralFactory(to_agency=connector.agency, urgency=Urgency.SOON)
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    assert case.first_contact_due == add_working_days(timezone.localdate(), 2)


def passed_on(referral, team, ground):
    """`referral` as the team that it was passed to finds it."""
    by = Author.of(MembershipFactory(role=Role.CONNECTOR, agency=referral.to_agency))
    move_referral(
        referral, ReferralStatus.SENT, by=by, side=Side.RECEIVER, words="Lives there", to_agency=team, ground=ground
    )
    return referral


def test_given_it_was_passed_on_unasked_when_accepted_then_no_agreement_is_made_up(client_of, connector):
    first = ReferralFactory()
    named = first.to_agency.name
    referral = passed_on(first, connector.agency, "not_reached")
    client = client_of(connector)
    assert "Ask first." in client.get(url(referral)).text
    post(client, referral)
    case = Case.objects.get()
    assert list(case.agreements.values_list("scope", "named")) == [("tell", referral.from_agency.name)]
    assert f"Sharing this with {named}" in str(Entry.objects.get(kind=Kind.REFERRED).details["sent"])
    told = Message.objects.get(key__startswith=f"person {case.pk}").body
    assert "You agreed" not in told
    assert f"{referral.from_agency.name} asked us" in told
    assert "You have not been asked yet" in told
    page = client.get(reverse("cases:sharing", args=[case.pk])).text
    assert "Ask first." in page
    # when they are asked and say yes, then that is noted once
    agree, key = reverse("cases:agree", args=[case.pk]), uuid.uuid4()
    assert client.post(agree, {"key": key}).status_code == 422
    for _ in range(2):
        assert client.post(agree, {"how_agreed": "Said so on the phone", "key": key}).status_code == 302
    given = case.agreements.get(scope="share")
    assert (given.agency, given.named, given.how) == (connector.agency, connector.agency.name, "Said so on the phone")
    assert Entry.objects.filter(kind=Kind.AGREED).count() == 1
    assert "Ask first." not in client.get(reverse("cases:sharing", args=[case.pk])).text
    assert list(verify_histories()) == [3]


def test_given_they_agreed_again_when_accepted_then_that_is_the_agreement(connector):
    referral = passed_on(ReferralFactory(), connector.agency, "agreed_face")
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    given, passed = case.agreements.get(scope="share"), referral.moves.get(number=2)
    assert (given.agency, given.how) == (connector.agency, "They were asked and agreed, face to face")
    assert (given.author_name, given.given_at) == (passed.author_name, passed.at)


def test_given_it_came_back_to_the_team_they_named_then_their_agreement_holds(connector):
    referral = passed_on(ReferralFactory(to_agency=connector.agency), ReferralFactory().to_agency, "not_reached")
    passed_on(referral, connector.agency, "harm")
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    assert case.agreements.get(scope="share").how.startswith("Told to")


def test_strangers_and_readers_note_no_agreement(client_of, connector, outsider, gp):
    case = CaseFactory(lead=connector)
    agree, posted = reverse("cases:agree", args=[case.pk]), {"how_agreed": "Said so on the phone", "key": uuid.uuid4()}
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps too")
    assert client_of(outsider).post(agree, posted).status_code == 404
    assert client_of(gp).post(agree, posted).status_code == 403
    assert client_of(connector).get(agree).status_code == 405
    assert not case.agreements.exists()


def test_given_risks_when_accepted_then_they_are_the_safety_note(connector):
    referral = ReferralFactory(to_agency=connector.agency, no_known_risks=False, risks="Dog in the garden")
    assert accept_referral(referral=referral, by=Author.of(connector), person=None).safety_note == "Dog in the garden"


def test_given_no_agreement_to_tell_when_accepted_then_none_is_noted(connector):
    referral = ReferralFactory(to_agency=connector.agency, agreed_to_tell=False)
    accept_referral(referral=referral, by=Author.of(connector), person=None)
    assert list(Agreement.objects.values_list("scope", flat=True)) == ["share"]


def test_given_nobody_alike_then_a_new_person_is_chosen_already(client_of, connector, referral):
    page = client_of(connector).get(url(referral))
    assert page.context["form"]["who"].value() == "new"
    assert "Nobody like this is known here yet" in page.text


def test_given_the_same_nhs_number_then_it_is_chosen_already_but_shown_with_its_reasons(client_of, connector, referral):
    known = PersonFactory(
        agency=connector.agency,
        name="Joan Whitfield",
        nhs_number="9990000018",
        postcode="BN11 4ZZ",
        phone="01632 960555",
    )
    page = client_of(connector).get(url(referral))
    assert page.context["form"]["who"].value() == str(known.pk)
    for words in ("Same NHS number", "Same name", "Born the same day", "Same area: BN11", "Almost certainly"):
        assert words in page.text


def test_given_somebody_of_another_team_then_nothing_of_theirs_is_shown_joined_or_changed(
    client_of, connector, referral
):
    theirs = CaseFactory(
        person__name="Joan Whitfield",
        person__nhs_number="9990000018",
        person__phone="01632 960555",
        person__postcode="BN11 4ZZ",
        person__email="joan@mail.example.org",
        person__address="9 Far Lane",
        person__contact_avoid="Her son must not know",
        person__best_time="After dark",
    )
    before = Person.objects.filter(pk=theirs.person.pk).values().get()
    client = client_of(connector)
    page = client.get(url(referral))
    assert post(client, referral, who=str(theirs.person.pk)).status_code == 422
    post(client, referral)
    case = Case.objects.get(agency=connector.agency)
    pages = page.text + client.get(reverse("cases:case", args=[case.pk])).text
    for secret in ("960555", "4ZZ", "joan@mail", "Far Lane", "Her son", "After dark", str(theirs.person.pk)):
        assert secret not in pages
    assert case.person != theirs.person
    assert (case.person.nhs_number, case.person.email, case.person.postcode) == ("9990000018", "", "BN11 2AA")
    assert Person.objects.filter(pk=theirs.person.pk).values().get() == before


def test_the_database_refuses_a_case_of_another_teams_person(connector):
    case = CaseFactory(lead=connector)
    Case.objects.filter(pk=case.pk).update(person=PersonFactory())
    with pytest.raises(IntegrityError, match="case_of_a_person_of_its_team"), transaction.atomic():
        connection.check_constraints()
    Case.objects.filter(pk=case.pk).update(person=case.person)


def test_given_a_likely_match_without_nhs_number_then_nothing_is_chosen_and_the_form_asks(
    client_of, connector, referral
):
    PersonFactory(agency=connector.agency, name="Jon Whitfield")
    client = client_of(connector)
    assert client.get(url(referral)).context["form"]["who"].value() == ""
    page = post(client, referral, who="")
    assert page.status_code == 422
    assert "Say whether this is the same person" in page.text
    assert not Case.objects.exists()


def test_given_the_same_person_then_what_is_known_stays_blanks_are_filled_and_the_difference_is_offered(
    client_of, connector, referral
):
    known = PersonFactory(agency=connector.agency, name="Joan Whitfield", phone="01632 960555", nhs_number="")
    client = client_of(connector)
    post(client, referral, who=str(known.pk))
    known.refresh_from_db()
    assert (known.phone, known.nhs_number) == ("01632 960555", "9990000018")
    received = Entry.objects.get(kind=Kind.REFERRED)
    assert received.details["differs"]["phone"]["values"] == {"phone": "07700 900123"}
    assert "Same name" in Entry.objects.get(kind=Kind.OPENED).details["match"]
    case = Case.objects.get()
    page = client.get(reverse("cases:case", args=[case.pk])).text
    offered = reverse("cases:fact", args=[case.pk, "phone"]) + f"?entry={received.number}"
    assert offered in page
    assert "07700 900123" in client.get(offered).text


def test_given_another_address_then_halves_are_never_put_together(connector):
    known = PersonFactory(agency=connector.agency, name="Joan Whitfield", address="", postcode="BN11 2AA")
    referral = ReferralFactory(to_agency=connector.agency, nhs_number="", address="1 Sea Road", postcode="BN43 5AB")
    accept_referral(referral=referral, by=Author.of(connector), person=known)
    known.refresh_from_db()
    assert (known.address, known.postcode) == ("", "BN11 2AA")


def test_given_the_number_of_another_when_said_to_be_a_new_person_then_two_records_never_share_it(
    client_of, connector, referral
):
    PersonFactory(
        agency=connector.agency,
        name="Malik Farooq",
        nhs_number="9990000018",
        date_of_birth=datetime.date(1980, 1, 1),
        postcode="",
    )
    client = client_of(connector)
    page = client.get(url(referral)).text
    assert "Check this number" in page
    assert "Malik" not in page
    post(client, referral, who="new")
    case = Case.objects.get()
    assert case.person.nhs_number == ""
    assert Person.objects.count() == 2
    assert "Left out: it stands at another record" in client.get(reverse("cases:case", args=[case.pk])).text


def test_given_a_twin_then_the_page_says_so_and_chooses_nobody(client_of, connector, referral):
    CaseFactory(lead=connector, person__name="Harriet Whitfield")
    page = client_of(connector).get(url(referral))
    assert "May be a twin or a relative" in page.text
    assert "Probably the same person" not in page.text
    assert page.context["form"]["who"].value() == ""


def test_given_an_open_case_of_the_team_when_accepted_for_that_person_then_the_referral_joins_it(
    client_of, connector, referral
):
    case = CaseFactory(lead=connector, person__name="Joan Whitfield")
    assert "Your team has an open case of this person" in client_of(connector).get(url(referral)).text
    post(client_of(connector), referral, who=str(case.person.pk))
    assert Case.objects.count() == 1
    assert CaseReferral.objects.get(referral=referral).case == case
    assert list(case.entries.order_by("number").values_list("kind", flat=True)) == [Kind.REFERRED, Kind.NOTE]


def test_given_a_double_click_then_one_case_and_the_second_gets_the_firsts_answer(client_of, connector, referral):
    client, key = client_of(connector), uuid.uuid4()
    form = client.get(url(referral)).context["form"]
    data = {"who": "new", "lead": form["lead"].value(), "shown": "", "key": key}
    first, second = client.post(url(referral), data), client.post(url(referral), data)
    assert first.url == second.url
    assert Case.objects.count() == 1


def test_given_it_was_accepted_then_the_page_leads_to_the_case(client_of, connector, referral):
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    assert client_of(connector).get(url(referral)).url == reverse("cases:case", args=[case.pk])


@pytest.mark.django_db(transaction=True)
def test_given_eight_accept_at_once_then_there_is_one_case_and_each_gets_it(connector, referral):
    start, cases = threading.Barrier(8), []

    def accept() -> None:
        try:
            start.wait()
            mine = Referral.objects.get(pk=referral.pk)
            cases.append(accept_referral(referral=mine, by=Author.of(connector), person=None, key=uuid.uuid4()).pk)
        finally:
            connections.close_all()

    members = [threading.Thread(target=accept) for _ in range(8)]
    for member in members:
        member.start()
    for member in members:
        member.join()
    assert len(cases) == 8
    assert Case.objects.count() == Person.objects.count() == len(set(cases)) == 1


@pytest.mark.django_db(transaction=True)
def test_given_two_referrals_of_one_person_accepted_at_once_then_there_is_one_case(connector):
    person = PersonFactory(agency=connector.agency, name="Joan Whitfield")
    referrals = [ReferralFactory(to_agency=connector.agency) for _ in range(4)]
    start, cases, failed = threading.Barrier(4), [], []

    def accept(referral) -> None:
        try:
            start.wait()
            cases.append(accept_referral(referral=referral, by=Author.of(connector), person=person).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    members = [threading.Thread(target=accept, args=(referral,)) for referral in referrals]
    for member in members:
        member.start()
    for member in members:
        member.join()
    assert not failed
    assert len(set(cases)) == 1
    assert CaseReferral.objects.count() == 4


def test_given_a_colleague_is_chosen_then_they_lead_and_are_told_without_a_name(client_of, connector, lead, referral):
    post(client_of(connector), referral, lead=str(lead.pk))
    assert Case.objects.get().lead == lead
    message = Message.objects.get(to=lead.user.email)
    assert "Joan" not in message.subject + message.body
    assert str(Case.objects.get().pk) in message.body


def test_given_a_lead_of_another_team_then_it_is_refused(client_of, connector, outsider, referral):
    page = post(client_of(connector), referral, lead=str(outsider.pk))
    assert page.status_code == 422
    assert not Case.objects.exists()


def test_given_a_person_who_is_no_candidate_then_the_guess_is_refused(client_of, connector, referral):
    stranger = PersonFactory(name="Malik Farooq", date_of_birth=datetime.date(1980, 1, 1), postcode="BN43 5AB")
    assert post(client_of(connector), referral, who=str(stranger.pk)).status_code == 422


def test_given_somebody_alike_was_added_meanwhile_then_a_new_person_must_be_said_again(client_of, connector, referral):
    client = client_of(connector)
    client.get(url(referral))
    PersonFactory(agency=connector.agency, name="Joan Whitfield", nhs_number="9990000018")
    page = client.post(url(referral), {"who": "new", "lead": str(connector.pk), "shown": "", "key": uuid.uuid4()})
    assert page.status_code == 422
    assert "added meanwhile" in page.text


def test_given_it_was_declined_meanwhile_then_it_says_where_it_stands(client_of, connector, referral):
    Referral.objects.filter(pk=referral.pk).update(status=ReferralStatus.WITHDRAWN)
    assert client_of(connector).get(url(referral)).status_code == 409


def test_given_it_was_passed_on_meanwhile_then_the_team_that_had_it_opens_nothing(connector, outsider, referral):
    Referral.objects.filter(pk=referral.pk).update(to_agency=outsider.agency)
    with pytest.raises(MoveRefused):
        accept_referral(referral=referral, by=Author.of(connector), person=None)
    assert not Case.objects.exists()


def test_a_teammate_may_accept(client_of, connector, referral):
    assert post(client_of(teammate(connector)), referral).status_code == 302


def test_strangers_get_404_and_readers_403(client_of, outsider, provider, gp, steward, referral):
    assert client_of(outsider).get(url(referral)).status_code == 404
    assert client_of(outsider).post(url(referral)).status_code == 404
    for reader in (provider, gp, steward, referral.sent_by):
        assert client_of(reader).get(url(referral)).status_code == 403
    assert not Case.objects.exists()


def test_the_team_that_sent_it_may_not_accept_it(client_of, connector):
    referral = ReferralFactory(sent_by=connector)
    assert client_of(connector).get(url(referral)).status_code == 404


def test_wrong_verb_and_signed_out(client, client_of, connector, referral):
    assert client_of(connector).put(url(referral)).status_code == 405
    assert client.get(url(referral)).status_code == 302
