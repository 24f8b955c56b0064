"""/cases/<id>/papers/letters/<id>.pdf: a letter to the person, to print and post; and the list that leads to it."""

import uuid
from collections.abc import Callable
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from agencies.access import Role
from agencies.models import Membership, Message
from cases import notifications
from cases.models import Case, Circle, Reading
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, teammate

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def case(connector: Membership) -> Case:
    person = PersonFactory(name="Łucja Prŷs", contact_by="letter", address="Flat 2\n1 High Street", contact_avoid="Dog")
    case = CaseFactory(lead=connector, person=person)
    notifications.notify_case_opened(case)
    return case


def url(case: Case, query: str = "") -> str:
    return f"/cases/{case.pk}/papers/letters/{notifications.messages_to_person(case).get().pk}.pdf{query}"


def text_of(response: HttpResponse) -> str:
    pages = PdfReader(BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_is_a_letter_with_the_address(client_of: ClientOf, connector: Membership, case: Case) -> None:
    response = client_of(connector).get(url(case))
    assert response["Content-Type"] == "application/pdf"
    assert "ucja" not in response["Content-Disposition"]
    text = text_of(response)
    for words in ("Łucja Prŷs Flat 2 1 High Street BN11 2AA", "Hello Łucja.", "Priya Shah will write to you by"):
        assert words in text, words
    assert "Dog" not in text


def test_large_print_is_larger(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client = client_of(connector)
    assert client.get(url(case)).content != client.get(url(case, "?print=large")).content
    assert "Hello Łucja." in text_of(client.get(url(case, "?print=large")))


def test_each_print_is_noted(client_of: ClientOf, connector: Membership, case: Case) -> None:
    client_of(connector).get(url(case))
    assert Reading.objects.get(case=case).page == "letter to the person"


def test_a_teammate_may_print(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(teammate(connector)).get(url(case)).status_code == 200


def test_a_stranger_finds_nothing(client_of: ClientOf, outsider: Membership, case: Case) -> None:
    assert client_of(outsider).get(url(case)).status_code == 404
    assert not Reading.objects.exists()


def test_an_agency_in_the_circle_neither_sees_nor_prints_it(
    client_of: ClientOf, outsider: Membership, case: Case
) -> None:
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Housing repairs")
    client = client_of(outsider)
    assert client.get(url(case)).status_code == 404
    html = client.get(f"/cases/{case.pk}/papers/").content.decode()
    assert "Letters and calls" not in html
    assert "We will be in touch with you" not in html


def test_the_letter_of_another_case_is_not_found(client_of: ClientOf, connector: Membership, case: Case) -> None:
    mine = CaseFactory(lead=connector)
    letter = notifications.messages_to_person(case).get().pk
    assert client_of(connector).get(f"/cases/{mine.pk}/papers/letters/{letter}.pdf").status_code == 404


def test_only_letters_are_letters(client_of: ClientOf, connector: Membership) -> None:
    """given a script for a call, and an id that is nobody's, then neither is a letter"""
    case = CaseFactory(lead=connector)
    notifications.notify_case_opened(case)
    client = client_of(connector)
    assert client.get(url(case)).status_code == 404
    assert client.get(f"/cases/{case.pk}/papers/letters/{uuid.uuid4()}.pdf").status_code == 404


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_others_may_not(client_of: ClientOf, case: Case, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).get(url(case)).status_code == 403


def test_wrong_verb(client_of: ClientOf, connector: Membership, case: Case) -> None:
    assert client_of(connector).post(url(case)).status_code == 405


# --- The list on the papers page --------------------------------------------------------------------


def test_the_papers_page_lists_them_newest_first(client_of: ClientOf, connector: Membership, case: Case) -> None:
    notifications.notify_case_closed(case)
    html = client_of(connector).get(f"/cases/{case.pk}/papers/").content.decode()
    assert "Letters and calls for Łucja" in html
    assert "Avoid: Dog" in html
    assert html.index("We have finished our work") < html.index("We will be in touch with you")
    assert html.count("Letter to post (PDF)") == 2
    assert html.count("What it says") == 2


def test_a_script_can_be_read_there(client_of: ClientOf, connector: Membership) -> None:
    case = CaseFactory(lead=connector, person__contact_avoid="Ringing <i>before</i> 9")
    notifications.notify_case_opened(case)
    html = client_of(connector).get(f"/cases/{case.pk}/papers/").content.decode()
    assert "What to say" in html
    assert "Avoid: Ringing &lt;i&gt;before&lt;/i&gt; 9" in html
    assert "Letter to post" not in html


def test_an_email_that_did_not_arrive_is_said(client_of: ClientOf, connector: Membership) -> None:
    case = CaseFactory(lead=connector, person__contact_by="email", person__email="joan@home.example.org")
    notifications.notify_case_opened(case)
    Message.objects.update(given_up_at=timezone.now(), body="")
    html = client_of(connector).get(f"/cases/{case.pk}/papers/").content.decode()
    assert "It did not arrive: tell Joan another way" in html
    assert "What it says" not in html


def test_nothing_told_yet_says_so(client_of: ClientOf, connector: Membership) -> None:
    html = client_of(connector).get(f"/cases/{CaseFactory(lead=connector).pk}/papers/").content.decode()
    assert "Joan has not been told anything yet" in html
