"""/join/: one question a page, and what becomes of the answers."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Message
from directory.models import Claim
from tests.directory.making import listed
from tests.factories import AgencyFactory, MembershipFactory

START = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)  # a Monday
NEW = {
    "name": {"name": "Goring Gap Singers"},
    "about": {"about": "We sing on Tuesdays.\nAnybody may come."},
    "where": {"postcode": "bn124pj"},
    "web": {"url": "www.singers.example.org"},
    "numbers": {"charity_number": "1234567", "company_number": ""},
    "you": {"contact_name": "Nadia Rahman", "contact_role": "Treasurer"},
    "reach": {"contact_email": "Nadia@Singers.example.org", "contact_phone": "07700900123"},
    "show": {"words": "I am named on our website"},
}


@pytest.fixture(autouse=True)
def _no_limits() -> None:
    cache.clear()


def at(question: str, query: str = "") -> str:
    return reverse("directory:join_question", args=[question]) + query


def go_through(client: Client, answers: dict[str, dict[str, str]] | None = None) -> str:
    """Answer what is asked until the check page; returns its hidden key."""
    answers = answers or NEW
    url = at("name")
    for _ in range(12):
        question = url.rstrip("/").rpartition("/")[2]
        if question == "check-answers":
            break
        response = client.post(url, answers[question])
        assert response.status_code == 302, (question, response.content.decode()[:3000])
        url = response["Location"]
    page = client.get(url).content.decode()
    return re.search(r'name="key" value="([^"]+)"', page)[1]  # type: ignore[index]


def send(client: Client, answers: dict[str, dict[str, str]] | None = None) -> Claim:
    key = go_through(client, answers)
    response = client.post(reverse("directory:join_check"), {"key": key})
    assert response["Location"] == reverse("directory:join_sent")
    return Claim.objects.get(key=key)


def claimed(agency: Agency, **more: dict[str, str]) -> dict[str, dict[str, str]]:
    return NEW | {"name": {"name": agency.name}, "which": {"agency": str(agency.pk)}} | more


# --- Registering -----------------------------------------------------------------------------------------


def test_the_first_page_says_what_it_is_and_how_soon_it_is_answered(client: Client) -> None:
    page = client.get(reverse("directory:join")).content.decode()
    assert "within 3 working days" in page
    assert at("name") in page


@time_machine.travel(START)
def test_a_new_group_registers(client: Client) -> None:
    MembershipFactory(role=Role.STEWARD)
    claim = send(client)
    assert claim.agency is None
    assert (claim.name, claim.postcode, claim.url) == (
        "Goring Gap Singers",
        "BN12 4PJ",
        "https://www.singers.example.org",
    )
    assert (claim.charity_number, claim.company_number) == ("1234567", "")
    assert (claim.contact_email, claim.contact_phone) == ("nadia@singers.example.org", "07700 900123")
    page = client.get(reverse("directory:join_sent")).content.decode()
    assert "We answer you by 26 November 2026" in page
    received, stewards = Message.objects.order_by("key")
    assert (received.to, "26 November 2026" in received.body) == ("nadia@singers.example.org", True)
    assert "/steward/claims/" in stewards.body


def test_what_is_optional_may_be_left_out(client: Client) -> None:
    bare: dict[str, dict[str, str]] = NEW | {
        "where": {},
        "web": {},
        "numbers": {},
        "you": {"contact_name": "Nadia"},
        "reach": {"contact_email": "n@group.example.org"},
    }
    assert send(client, bare).postcode == ""


@pytest.mark.parametrize(
    ("question", "posted", "error"),
    [
        ("name", {"name": " "}, "Enter the name of your group"),
        ("about", {"about": ""}, "Write what your group does"),
        ("about", {"about": "x" * 1001}, "Use 1000 characters or fewer"),
        ("where", {"postcode": "Worthing"}, "Enter a full postcode"),
        ("web", {"url": "ftp://group.example.org"}, "Enter the address of a website"),
        ("web", {"url": "javascript:alert(1)"}, "Enter the address of a website"),
        ("numbers", {"charity_number": "12"}, "A charity number has 6 or 7 numbers"),
        ("numbers", {"company_number": "12"}, "A company number has 8 numbers"),
        ("you", {}, "Enter your name"),
        ("reach", {"contact_email": "nadia"}, "Enter an e-mail address like"),
        ("reach", {"contact_email": "n@group.example.org", "contact_phone": "12"}, "Enter a UK phone number"),
        ("show", {}, "Write how we can see"),
    ],
)
def test_bad_input_comes_back_as_typed(client: Client, question: str, posted: dict[str, str], error: str) -> None:
    go_through(client)
    response = client.post(at(question), posted)
    page = response.content.decode()
    assert response.status_code == 422
    assert error in page
    assert "There is a problem" in page
    for typed in filter(str.strip, posted.values()):
        assert typed.replace("'", "&#x27;") in page


@pytest.mark.parametrize("nasty", ["a\0b", "🎈" * 20, "\u202eevil", "<script>", "x" * 300_000])
def test_strange_text_breaks_nothing(client: Client, nasty: str) -> None:
    for question, fields in NEW.items():
        response = client.post(at(question), dict.fromkeys(fields, nasty))
        assert response.status_code in (302, 422), question


def test_what_was_answered_stands_there_when_one_comes_back(client: Client) -> None:
    go_through(client)
    assert "We sing on Tuesdays." in client.get(at("about")).content.decode()
    assert 'value="Nadia Rahman"' in client.get(at("you")).content.decode()
    assert "Go on where you were" in client.get(reverse("directory:join")).content.decode()


def test_a_changed_answer_leads_back_to_the_check_page(client: Client) -> None:
    go_through(client)
    response = client.post(at("you", "?check"), {"contact_name": "Nadia Khan"})
    assert response["Location"] == reverse("directory:join_check")
    assert "Nadia Khan" in client.get(response["Location"]).content.decode()


def test_the_check_page_without_answers_asks_the_first_question(client: Client) -> None:
    assert client.get(reverse("directory:join_check"))["Location"] == at("name")
    client.post(at("name"), NEW["name"])
    assert client.get(reverse("directory:join_check"))["Location"] == at("about")
    assert client.post(reverse("directory:join_check"), {"key": "x"})["Location"] == at("about")


def test_a_question_not_on_the_way_leads_to_one_that_is(client: Client) -> None:
    assert client.get(at("which"))["Location"] == at("name")
    assert client.get(at("nonsense")).status_code == 404


def test_the_last_page_is_for_the_browser_that_sent_it(client: Client) -> None:
    assert client.get(reverse("directory:join_sent"))["Location"] == reverse("directory:join")
    send(client)
    assert Client().get(reverse("directory:join_sent"))["Location"] == reverse("directory:join")


@pytest.mark.parametrize("name", ["directory:join", "directory:join_sent"])
def test_wrong_verbs_are_refused(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405
    assert client.put(at("name")).status_code == 405


# --- Once ------------------------------------------------------------------------------------------------


def test_pressed_twice_it_is_one_request(client: Client) -> None:
    key = go_through(client)
    for _ in range(2):
        response = client.post(reverse("directory:join_check"), {"key": key})
        assert response["Location"] == reverse("directory:join_sent")
    assert Claim.objects.count() == 1
    assert Message.objects.filter(key__endswith="received").count() == 1


def test_the_same_person_asking_again_for_the_same_group_is_one_request(client: Client) -> None:
    first = send(client)
    client.get(reverse("directory:join"))
    key = go_through(Client())
    other = Client()
    key = go_through(other)
    other.post(reverse("directory:join_check"), {"key": key})
    assert Claim.objects.get() == first
    assert str(first.name) in other.get(reverse("directory:join_sent")).content.decode()


def test_one_network_may_ask_ten_times_an_hour_and_loses_nothing(client: Client) -> None:
    for number in range(10):
        send(Client(), NEW | {"name": {"name": f"Walking group number {number * 7919}"}})
    key = go_through(client)
    response = client.post(reverse("directory:join_check"), {"key": key})
    assert response.status_code == 429
    assert "Goring Gap Singers" in response.content.decode()
    assert Claim.objects.count() == 10


# --- Claiming --------------------------------------------------------------------------------------------


def test_a_group_finds_itself_with_what_it_is_known_by(client: Client) -> None:
    group = AgencyFactory(name="Goring Gap Singers")
    listed("Tuesday choir", agency=group)
    response = client.post(at("name"), {"name": "goring gap singer"})
    assert response["Location"] == at("which")
    page = client.get(at("which")).content.decode()
    assert "Goring Gap Singers" in page
    assert "BN11 1AA. Tuesday choir" in page
    assert "None of these" in page


def test_claiming_asks_less_and_names_the_group(client: Client) -> None:
    group = AgencyFactory(name="Goring Gap Singers")
    client.post(at("name"), {"name": group.name})
    assert client.post(at("which"), {"agency": str(group.pk)})["Location"] == at("numbers")
    claim = send(Client(), claimed(group))
    assert (claim.agency, claim.name, claim.about, claim.postcode) == (group, "Goring Gap Singers", "", "")


def test_none_of_these_registers_a_new_one(client: Client) -> None:
    group = AgencyFactory(name="Goring Gap Singers")
    assert send(client, claimed(group, which={"agency": "new"})).agency is None


def test_whoever_keeps_the_group_already_is_told(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER, agency__name="Goring Gap Singers")
    MembershipFactory(role=Role.PROVIDER)
    client.post(at("name"), {"name": "Goring Gap Singers"})
    assert "Somebody keeps it here already" in client.get(at("which")).content.decode()
    send(client, claimed(member.agency))
    told = Message.objects.get(key__contains=" member ")
    assert (told.to, "Nadia Rahman (Treasurer)" in told.body) == (member.user.email, True)


@pytest.mark.parametrize("fields", [{"kind": AgencyKind.PRACTICE}, {"kind": AgencyKind.STEWARD}, {"left_at": START}])
def test_what_is_no_group_cannot_be_claimed(client: Client, fields: dict[str, Any]) -> None:
    other = AgencyFactory(name="Goring Gap Singers", **fields)
    assert client.post(at("name"), {"name": other.name})["Location"] == at("about")


def test_a_made_up_choice_is_refused(client: Client) -> None:
    group, other = AgencyFactory(name="Goring Gap Singers"), AgencyFactory(name="Worthing Rowers")
    client.post(at("name"), {"name": group.name})
    for choice in ("", "nonsense", str(other.pk)):
        assert client.post(at("which"), {"agency": choice}).status_code == 422


def test_choosing_otherwise_later_changes_the_way(client: Client) -> None:
    group = AgencyFactory(name="Goring Gap Singers")
    go_through(client, claimed(group))
    response = client.post(at("which", "?check"), {"agency": "new"})
    assert response["Location"] == at("about")  # a new group is asked what it does


def test_two_at_once_make_one_claim() -> None:
    """The second call with a key gets the first one's claim."""
    import uuid

    from directory.publishing.actions.claims import submit_claim

    details = {"name": "Singers", "contact_name": "N", "contact_email": "n@group.example.org", "words": "Ask me"}
    key = uuid.uuid4()
    assert submit_claim(key=key, agency=None, **details) == submit_claim(key=key, agency=None, **details)
    assert Message.objects.count() == 1
