"""A team asks the others whether they work with the same person: nothing passes but the question and a yes."""

import datetime
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from agencies.access import Role, database_context
from agencies.models import Message
from cases.models import Case, CaseReferral, Circle, Entry, Kind, News, Person, TeamQuestion
from cases.person_match import ELSEWHERE_SQL
from config.row_security import set_context
from referrals.same_person import born_alike, likely_birth_dates
from referrals.states import ReferralStatus
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, ReferralFactory, teammate


@pytest.fixture
def theirs(outsider):
    """The case of another team, of the person whom ours is asked to help."""
    return CaseFactory(
        lead=outsider,
        person__name="Joan Whitfield",
        person__phone="01632 960555",
        person__address="9 Far Lane",
        person__nhs_number="9990000018",
        safety_note="Her son must not know",
    )


@pytest.fixture
def case(connector):
    case = CaseFactory(lead=connector, person__name="Joan Whitfield", person__postcode="BN43 5AB")
    referral = ReferralFactory(to_agency=connector.agency, status=ReferralStatus.ACCEPTED)
    CaseReferral.objects.create(case=case, referral=referral, direction="received")
    return case


def ask(client, case, **more):
    return client.post(reverse("cases:ask_teams", args=[case.pk]), {"agreed": "on", "key": uuid.uuid4()} | more)


def accept(client, referral, **more):
    address = reverse("cases:accept", args=[referral.pk])
    form = client.get(address).context["form"]
    data = {"who": "new", "lead": form["lead"].value(), "shown": form["shown"].value(), "key": uuid.uuid4()}
    return client.post(address, data | more)


def answer_url(question):
    return reverse("cases:answer_team", args=[question.about_case_id, question.pk])


def test_asked_then_the_other_team_hears_who_asks_and_nothing_else(client_of, connector, outsider, case, theirs):
    client = client_of(connector)
    assert ask(client, case).status_code == 302
    question = TeamQuestion.objects.get()
    assert (question.case, question.about_case, question.asked_by) == (case, theirs, connector)
    entry = theirs.entries.get()
    assert (entry.kind, entry.audience, entry.agency_name) == (Kind.ASKED, "team", connector.agency.name)
    assert News.objects.get(entry=entry).agency == outsider.agency
    message = Message.objects.get(to=outsider.user.email)
    assert "Joan" not in message.subject + message.body
    page = client_of(outsider).get(answer_url(question)).text
    assert connector.agency.name in page
    assert "BN43" not in page  # of the record of who asks
    assert answer_url(question) in client_of(outsider).get(reverse("cases:case", args=[theirs.pk])).text


def test_a_yes_is_told_and_nothing_of_the_record(client_of, connector, outsider, case, theirs):
    ask(client_of(connector), case)
    question = TeamQuestion.objects.get()
    assert client_of(outsider).post(answer_url(question), {"answer": "yes"}).status_code == 302
    told = case.entries.order_by("number").last()
    assert "works with the same person, and asks you to ring" in told.details["what"]
    assert News.objects.filter(entry=told, agency=connector.agency).exists()
    page = client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    for secret in ("960555", "Far Lane", "Her son"):
        assert secret not in page
    # answered again, the first answer stands
    client_of(outsider).post(answer_url(question), {"answer": "unsaid"})
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("yes", outsider)


def test_a_no_is_as_silence(client_of, connector, outsider, case, theirs):
    ask(client_of(connector), case)
    before = case.entries.count()
    client_of(outsider).post(answer_url(TeamQuestion.objects.get()), {"answer": "unsaid"})
    assert case.entries.count() == before
    assert "Nothing was told" in str(theirs.entries.order_by("number").last().details)


def test_who_asks_cannot_tell_whether_there_is_somebody_to_ask(client_of, connector, outsider, case):
    """given one team that knows the person and none, when asked, then what is seen is alike"""
    client, pages = client_of(connector), []
    first = ask(client, case)
    pages.append(client.get(first.url).context["lines"][0][2:6])
    theirs = CaseFactory(lead=outsider, person__name="Joan Whitfield", person__nhs_number="9990000018")
    second = ask(client, case)
    pages.append(client.get(second.url).context["lines"][0][2:6])
    assert pages[0] == pages[1]
    assert TeamQuestion.objects.get().about_case == theirs


def test_only_who_is_probably_the_same_is_asked_about_and_once(client_of, connector, outsider, case, theirs):
    CaseFactory(lead=outsider, person__name="Jean Whitfield")  # a twin
    CaseFactory(lead=teammate(connector), person__name="Joan Whitfield")  # of the own team
    client, key = client_of(connector), uuid.uuid4()
    for again in (key, key, uuid.uuid4()):
        ask(client, case, key=again)
    assert TeamQuestion.objects.get().about_case == theirs
    assert case.entries.filter(kind=Kind.ASKED).count() == 2


def test_without_their_agreement_nobody_is_asked(client_of, connector, case, theirs):
    page = client_of(connector).post(reverse("cases:ask_teams", args=[case.pk]), {"key": uuid.uuid4()})
    assert page.status_code == 422
    assert "tick that they agree" in page.text
    assert not TeamQuestion.objects.exists()


def test_at_triage_a_match_of_another_team_shows_nothing_of_theirs_and_can_be_asked(client_of, connector, theirs):
    referral = ReferralFactory(to_agency=connector.agency)
    client = client_of(connector)
    page = client.get(reverse("cases:accept", args=[referral.pk])).text
    assert "Another team here may work with this person" in page
    for secret in ("960555", "Far Lane", "Her son", theirs.agency.name, str(theirs.pk), str(theirs.person.pk)):
        assert secret not in page
    accept(client, referral, ask_teams="on")
    assert TeamQuestion.objects.get().about_case == theirs
    assert Case.objects.get(agency=connector.agency).person != theirs.person


def test_at_triage_nobody_is_asked_unless_it_is_ticked(client_of, connector, theirs):
    referral = ReferralFactory(to_agency=connector.agency)
    accept(client_of(connector), referral)
    assert not TeamQuestion.objects.exists()
    assert not theirs.entries.exists()


def test_a_referral_that_the_team_wrote_itself_tells_of_no_match(client_of, connector, theirs):
    """given a name and birthday tried out, then whether another team knows them is not told"""
    referral = ReferralFactory(sent_by=teammate(connector), to_agency=connector.agency)
    assert "Another team here" not in client_of(connector).get(reverse("cases:accept", args=[referral.pk])).text


def test_strangers_get_404_and_readers_403(client_of, connector, outsider, gp, case, theirs):
    ask(client_of(connector), case)
    question, stranger = TeamQuestion.objects.get(), MembershipFactory(role=Role.CONNECTOR)
    Circle.objects.create(case=theirs, agency=stranger.agency, purpose="Helps too")
    for member in (connector, stranger):
        assert client_of(member).get(answer_url(question)).status_code == 404
        assert client_of(member).post(answer_url(question), {"answer": "yes"}).status_code == 404
    assert client_of(gp).get(answer_url(question)).status_code == 403
    assert ask(client_of(outsider), case).status_code == 404
    assert client_of(outsider).post(answer_url(question), {"answer": "maybe"}).status_code == 422
    assert client_of(outsider).put(answer_url(question)).status_code == 405
    other = CaseFactory(lead=outsider)
    elsewhere = reverse("cases:answer_team", args=[other.pk, question.pk])
    assert client_of(outsider).get(elsewhere).status_code == 404
    assert client_of(teammate(outsider)).get(answer_url(question)).status_code == 200
    assert Entry.objects.filter(case=theirs).count() == 1


BORN = datetime.date(1951, 3, 27)


@pytest.mark.parametrize(
    "known", [None, *likely_birth_dates(BORN), datetime.date(1952, 4, 28), datetime.date(1949, 1, 1)]
)
@pytest.mark.parametrize(("precision", "given"), [("day", "day"), ("about", "day"), ("day", "year"), ("day", "about")])
def test_the_database_compares_birthdays_as_the_rules_in_python_do(outsider, connector, known, precision, given):
    """people_elsewhere() says in SQL what `born_alike` says as Q, and nothing of whoever is further away."""
    person = PersonFactory(agency=outsider.agency, date_of_birth=known, birth_precision=precision, nhs_number="")
    CaseFactory(lead=outsider, person=person)
    referral = ReferralFactory(
        to_agency=connector.agency, date_of_birth=BORN, birth_precision=given, nhs_number="", sent_by__role="referrer"
    )
    alike = Person.objects.filter(born_alike(referral.birth), pk=person.pk).exists()
    set_context(**database_context(connector))
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE_SQL, [referral.pk])
        assert bool(cursor.fetchall()) == alike
