"""Restricted cases and protected people: what named workers see, and nobody else by any road."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agencies.access import Purpose, Role, database_context
from agencies.models import AgencyKind, Author, Message
from cases.actions.close_team import move_person
from cases.actions.facts import NHSNumberTaken
from cases.actions.give import give_case, list_cases_alone, list_cases_held
from cases.actions.named_workers import restrict_case
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.actions.rights import move_request, receive_request
from cases.actions.seats import list_named
from cases.actions.sharing import change_purpose
from cases.actions.subject_access import release_copy
from cases.caseload import count_lists, find_people
from cases.history.record import record_entry
from cases.jobs import remind_of_due_requests
from cases.models import (
    Audience,
    Case,
    Circle,
    ClosingReason,
    Entry,
    Kind,
    News,
    Person,
    Release,
    RightsMove,
    RightsRequest,
)
from cases.person_match import find_candidates, find_cases_elsewhere, has_doubtful_number, is_known_elsewhere
from cases.states import RightKind, RightsStatus
from cases.subject_access import fingerprint, gather_sections
from config.roles import DatabaseRole
from config.row_security import set_context
from referrals.forms.refer import find_open_referrals
from referrals.models import Referral
from referrals.same_person import Identity
from tests.factories import AgencyFactory, MembershipFactory, ReferralFactory, ServiceFactory, teammate
from tests.roles import acting_as

NUMBER = "9990000018"


@pytest.fixture
def colleague(connector):
    return teammate(connector)


@pytest.fixture
def referral(connector):
    return ReferralFactory(to_agency=connector.agency, address="3 Refuge Lane")


@pytest.fixture
def case(connector, lead, referral):
    return accept_referral(referral=referral, by=Author.of(connector), person=None, key=uuid.uuid4())


def restrict(case, lead, *workers, level="named"):
    restrict_case(
        case=case, by=Author.of(lead), level=level, workers=workers, words="Her cousin works here", key=uuid.uuid4()
    )
    case.refresh_from_db()


LEVELS = pytest.mark.parametrize("level", ["named", "protected"])
PAGES = ["case", "sharing", "papers", "activities", "give", "close", "history_pdf"]


@LEVELS
def test_who_is_named_sees_all_and_the_others_of_the_team_get_404(client_of, connector, colleague, lead, case, level):
    restrict(case, lead, connector, level=level)
    for name in PAGES:
        url = reverse(f"cases:{name}", args=[case.pk])
        assert client_of(connector).get(url).status_code == 200, name
        assert {client_of(m).get(url).status_code for m in (colleague, lead)} == {404}, name
    assert "Restricted." in client_of(connector).get(reverse("cases:case", args=[case.pk])).text


@LEVELS
@pytest.mark.parametrize("words", ["Whitfield", "Whitfeild", "Joan", NUMBER, "07700 900123"])
def test_no_search_finds_them(colleague, connector, lead, case, level, words):
    restrict(case, lead, connector, level=level)
    assert find_people(colleague, words).rows == []
    assert find_people(lead, words).rows == []
    assert find_people(connector, words).rows


@LEVELS
def test_they_are_in_no_figure_no_list_and_no_news_of_others(client_of, colleague, connector, lead, case, level):
    record_entry(case=case, kind=Kind.ANSWERED, by=Author.system(), text="Yes")
    before = count_lists(lead, None)
    restrict(case, lead, connector, level=level)
    after = count_lists(lead, None)
    assert (before["all"], after["all"]) == (1, 0)
    assert (before["news"], after["news"]) == (1, 0)
    assert count_lists(connector, None)["news"] == 1
    assert not News.visible_to(colleague).exists()
    for url in ("/caseload/?list=all", "/caseload/?list=news", "/news/", "/referrals/?list=received"):
        assert "Whitfield" not in client_of(lead).get(url + ("&who=team" if "caseload" in url else "")).text


@LEVELS
def test_the_referrals_of_it_are_the_named_workers_too(client_of, colleague, connector, lead, case, referral, level):
    (onward,) = refer_on(
        case=case,
        by=Author.of(connector),
        key=uuid.uuid4(),
        services=[service := ServiceFactory()],
        ask=OnwardRequest(how_agreed="Said so on the phone"),
        started_at=case.opened_at,
    )
    restrict(case, lead, connector, level=level)
    for sent in (referral, onward):
        assert Referral.visible_to(connector).filter(pk=sent.pk).exists()
        assert not Referral.visible_to(colleague).filter(pk=sent.pk).exists()
        assert client_of(colleague).get(reverse("referrals:referral", args=[sent.pk])).status_code == 404
    provider = MembershipFactory(role=Role.PROVIDER, agency=service.agency)
    assert Referral.visible_to(provider).filter(pk=onward.pk).exists()  # it does what it was asked


def test_whoever_referred_goes_on_seeing_a_restricted_case_and_nothing_of_a_protected_person(
    client_of, connector, lead, case, referral
):
    gp, url = referral.sent_by, reverse("referrals:referral", args=[referral.pk])
    restrict(case, lead, connector)
    assert client_of(gp).get(url).status_code == 200
    restrict(case, lead, connector, level="protected")
    assert client_of(gp).get(url).status_code == 404
    assert "Whitfield" not in client_of(gp).get("/referrals/?list=sent").text
    assert Referral.sent_before(gp, NUMBER).first() is None
    assert find_open_referrals(gp, Identity("Joan Whitfield", referral.birth, NUMBER)) == find_open_referrals(
        gp, Identity("Nobody Known", nhs_number="9990000026")
    )


@LEVELS
def test_a_duplicate_look_up_answers_as_for_an_unknown_person(colleague, connector, lead, outsider, case, level):
    restrict(case, lead, connector, level=level)
    again = ReferralFactory(to_agency=connector.agency)
    assert find_candidates(again) == []
    assert find_candidates(again, colleague) == []
    assert [c.person for c in find_candidates(again, connector)] == [case.person]
    assert not has_doubtful_number(again)
    elsewhere = ReferralFactory(to_agency=outsider.agency)
    assert find_cases_elsewhere(elsewhere) == []
    assert not is_known_elsewhere(elsewhere)


def test_a_colleague_who_accepts_another_referral_opens_a_case_with_the_number_as_for_anybody(
    client_of, colleague, connector, lead, case
):
    restrict(case, lead, connector, level="protected")
    again = ReferralFactory(to_agency=connector.agency)
    page = client_of(colleague).get(reverse("cases:accept", args=[again.pk])).text
    assert "same person" not in page.replace("Is this the same person?", "")
    opened = accept_referral(referral=again, by=Author.of(colleague), person=None, key=uuid.uuid4())
    assert opened.person.nhs_number == NUMBER
    assert "number" not in opened.entries.get(kind=Kind.OPENED).details
    with pytest.raises(NHSNumberTaken):
        restrict_case(
            case=case,
            by=Author.of(connector_lead(connector, case)),
            level="",
            workers=[],
            words="Over",
            key=uuid.uuid4(),
        )


def connector_lead(connector, case):
    """A lead who is named in the case."""
    named = teammate(connector, Role.LEAD)
    Circle.objects.create(case=case, agency=case.agency, member=named, purpose="Works with the person")
    return named


def test_the_persons_earlier_cases_go_with_it(colleague, connector, lead, case):
    earlier = Case.objects.create(
        person=case.person,
        agency=case.agency,
        lead=connector,
        first_contact_due=case.first_contact_due,
        closed_at=case.opened_at,
        closing_reason_id=closing_reason(),
    )
    Circle.objects.create(case=earlier, agency=case.agency, purpose="Works with the person")
    restrict(case, lead, connector)
    assert set(Case.visible_to(connector)) == {case, earlier}
    assert not Case.visible_to(colleague).exists()
    assert not Entry.visible_to(colleague).exists()


def closing_reason():
    return ClosingReason.objects.first().pk


def test_other_agencies_keep_a_restricted_case_and_lose_a_protected_one(connector, lead, outsider, case):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps", purpose_kind=Purpose.CARE)
    restrict(case, lead, connector)
    assert Case.visible_to(outsider).exists()
    restrict(case, lead, connector, level="protected")
    assert not Case.visible_to(outsider).exists()
    assert not Entry.visible_to(outsider).exists()


def test_hand_over_lists_name_nobody_and_whoever_takes_it_sees_it(colleague, connector, lead, case):
    restrict(case, lead, connector)
    (held,) = list_cases_held(connector)
    assert held.items == [(str(case.pk), f"Restricted case {case.reference}")]
    connector.ended_at = case.opened_at
    connector.save()
    assert list_cases_alone(colleague).items == []
    give_case(case=Case.with_people().get(pk=case.pk), to=colleague, by=Author.of(lead), tell=False)
    assert Case.visible_to(colleague).exists()
    assert not Case.visible_to(teammate(connector)).exists()


def test_given_a_team_that_closes_then_only_the_leads_of_the_next_one_see_it(connector, lead, case):
    restrict(case, lead, connector, level="protected")
    next_lead = MembershipFactory(role=Role.LEAD, agency=AgencyFactory(kind=AgencyKind.CONNECTORS))
    move_person(case.person, next_lead.agency, Author.system(), "not_reached")
    assert Case.visible_to(next_lead).exists()
    assert not Case.visible_to(teammate(next_lead, Role.CONNECTOR)).exists()
    assert not Case.visible_to(connector).exists()


# --- The lead ---------------------------------------------------------------------------------------------


def url(case):
    return reverse("cases:named_workers", args=[case.pk])


def data(*workers, level="named", **more):
    given = {"level": level, "workers": [str(w.pk) for w in workers], "words": "Her cousin works here"}
    return given | {"key": str(uuid.uuid4())} | more


def test_the_lead_names_workers_and_sees_from_then_on_only_that_it_exists(client_of, connector, lead, case):
    client = client_of(lead)
    assert "Joan Whitfield" in client.get(url(case)).text
    page = client.post(url(case), data(connector), follow=True).text
    assert case.reference in page
    assert "Priya Shah" in page
    assert "Whitfield" not in page
    assert "Whitfield" not in client.get(url(case)).text
    entry = Entry.objects.get(kind=Kind.RESTRICTED)
    assert (entry.audience, entry.details["workers"]) == (Audience.TEAM, "Priya Shah")


def test_a_lead_who_is_not_named_changes_who_is_and_neither_joins_nor_opens_it(
    client_of, connector, colleague, lead, case
):
    restrict(case, lead, connector, level="protected")
    client = client_of(lead)
    for wrong in (data(lead, level="protected"), data(level=""), data(connector, level="named")):
        assert client.post(url(case), wrong).status_code == 422
    for level, workers in (("", []), ("protected", [lead]), ("named", [connector])):
        with pytest.raises(PermissionDenied):
            restrict_case(case=case, by=Author.of(lead), level=level, workers=workers, words="x", key=uuid.uuid4())
    assert client.post(url(case), data(colleague, level="protected")).status_code == 302
    assert list_named(case) == [colleague]
    case.refresh_from_db()
    assert case.lead == colleague


def test_a_lead_who_is_named_lifts_it_again(client_of, connector, colleague, lead, case):
    restrict(case, lead, connector, lead)
    assert client_of(lead).post(url(case), data(level="")).status_code == 302
    assert Case.visible_to(colleague).exists()
    assert not Person.objects.get(pk=case.person_id).hidden
    assert case.circle.filter(ended_at=None).count() == 1


@pytest.mark.parametrize("wrong", [{"words": ""}, {"workers": []}, {"workers": ["nobody"]}, {"level": "secret"}])
def test_bad_input(client_of, connector, lead, case, wrong):
    assert client_of(lead).post(url(case), data(connector) | wrong).status_code == 422
    case.refresh_from_db()
    assert case.restriction == ""


def test_only_a_lead_of_the_team_says_so(client_of, connector, gp, outsider, case):
    assert client_of(connector).post(url(case), data(connector)).status_code == 403
    assert client_of(gp).get(url(case)).status_code == 403
    assert client_of(MembershipFactory(role=Role.LEAD)).get(url(case)).status_code == 404
    with pytest.raises(PermissionDenied):
        restrict_case(
            case=case, by=Author.of(connector), level="named", workers=[connector], words="x", key=uuid.uuid4()
        )


def test_somebody_of_another_team_is_not_named(lead, outsider, case):
    with pytest.raises(PermissionDenied):
        restrict(case, lead, outsider)


def test_wrong_verb(client_of, lead, case):
    assert client_of(lead).delete(url(case)).status_code == 405
    assert client_of(lead).post(reverse("cases:restricted")).status_code == 405


def test_without_any_the_list_says_so(client_of, lead):
    assert "No case is restricted" in client_of(lead).get(reverse("cases:restricted")).text


def test_others_who_help_do_not_change_what_they_see(connector, lead, outsider, case):
    seat = Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    restrict(case, lead, connector)
    change_purpose(seat=seat, by=Author.of(connector), purpose=Purpose.CARE, key=uuid.uuid4())
    assert Case.visible_to(outsider).get() == case


@LEVELS
def test_what_they_ask_about_their_record_and_the_copy_of_it_are_the_named_workers_too(
    client_of, connector, lead, case, level
):
    connector_lead = teammate(connector, Role.LEAD)
    said = {"requester": "Joan Whitfield", "reply_to": "3 Refuge Lane", "words": "All of it", "everywhere": False}
    today, asks = timezone.localdate(), Author.of(connector)
    for kind in (RightKind.ACCESS, RightKind.ERASURE):
        asked = receive_request(of=case, by=asks, kind=kind, received_on=today, key=uuid.uuid4(), **said)
        move_request(asked, RightsStatus.ACTIVE, by=Author.of(lead), words="Passport seen at 3 Refuge Lane")
    copied = RightsRequest.objects.get(kind=RightKind.ACCESS)
    seen = fingerprint(gather_sections(copied))
    release_copy(copied, by=Author.of(lead), seen=seen, key=uuid.uuid4())
    restrict(case, lead, connector, connector_lead, level=level)
    of_copy = [reverse(f"cases:{name}", args=[copied.pk]) for name in ("rights_request", "copy_pdf", "copy_json")]
    of_erasure = [reverse(f"cases:{name}", args=[asked.pk]) for name in ("rights_request", "erase")]
    for url in of_copy + of_erasure:
        assert client_of(lead).get(url).status_code == 404, url
        assert client_of(connector_lead).get(url).status_code == 200, url
    page = client_of(lead).get(reverse("cases:rights")).text
    assert f"Restricted case {case.reference}</a>, " in page
    assert not {"Joan", "Refuge"} & set(page.replace(",", " ").split())
    assert "Restricted case" not in client_of(connector_lead).get(reverse("cases:rights")).text
    with acting_as(DatabaseRole.WEB), transaction.atomic():  # the database says the same
        set_context(**database_context(lead))
        found = [model.objects.count() for model in (RightsRequest, RightsMove, Release)]
        set_context(**database_context(connector_lead))
        named = [model.objects.count() for model in (RightsRequest, RightsMove, Release)]
    assert (found, named) == ([0, 0, 0], [2, 5, 1])
    remind_of_due_requests(asked.due_on)
    links = {m: Message.objects.get(to=m.user.email, key__contains=f"{asked.pk}").body for m in (lead, connector_lead)}
    assert reverse("cases:rights_request", args=[asked.pk]) in links[connector_lead]
    assert reverse("cases:rights") + "\n" in links[lead]
