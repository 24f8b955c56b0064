"""A copy of what is held: everything is in it, what is left out is marked, and both files come from one snapshot."""

import io
import json
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.access import Role
from agencies.models import Author, Draft
from cases.actions.booking import book_for_case
from cases.actions.named_workers import restrict_case
from cases.actions.notes import correct_entry, write_note
from cases.actions.opening import accept_referral
from cases.actions.rights import move_request, receive_request
from cases.actions.subject_access import redact_items, release_copy
from cases.models import Kind, Person, Redaction, Release, ReleaseDownload
from cases.models.subject_access import RedactionReason
from cases.states import RightKind, RightsStatus
from cases.subject_access import fingerprint, gather_sections, redact_sections
from config.transitions import MoveRefused
from referrals.actions import send_message
from tests.factories import CaseFactory, ReferralFactory, RightsRequestFactory, SessionFactory, teammate

S = RightsStatus
MARK = "[removed: about somebody else]"


@pytest.fixture
def case(connector, gp):
    by = Author.of(connector)
    referral = ReferralFactory(
        sent_by=gp, to_agency=connector.agency, message="Widowed in spring", address="3 Mill Lane"
    )
    send_message(referral, by=Author.of(gp), words="She is in on Mondays", key=uuid.uuid4())
    case = accept_referral(referral=referral, by=by, person=None)
    note = write_note(case=case, by=by, kind=Kind.VISIT, text="Her son Karl drinks. She sleeps badly.")
    write_note(case=case, by=by, kind=Kind.NOTE, text="For the team alone", audience="team")
    correct_entry(entry=note, by=by, text="Her nephew Karl drinks.")
    session = SessionFactory(service__name="Monday singers")
    book_for_case(case=case, by=by, key=uuid.uuid4(), session=session, how_agreed="Said on the phone")
    Draft.save_draft(member=connector, key=case.draft_key, data={"text": ["Half a thought"]})
    return case


@pytest.fixture
def request_(case, lead):
    said = {"requester": "Joan Whitfield", "reply_to": "3 Mill Lane", "words": "All of it", "everywhere": False}
    request = receive_request(
        of=case, by=Author.of(lead), kind=RightKind.ACCESS, received_on=timezone.localdate(), key=uuid.uuid4(), **said
    )
    move_request(request, S.ACTIVE, by=Author.of(lead), words="Passport seen")
    return request


def all_text(request):
    return json.dumps([[vars(item) for item in section.items] for section in gather_sections(request)])


def item_with(request, words):
    found = [item for section in gather_sections(request) for item in section.items if item.has_words(words)]
    return next(item.id for item in found if item.id.startswith("entry:"))


def release(request, lead, **more):
    seen = fingerprint(gather_sections(request))
    return release_copy(request, by=Author.of(lead), key=uuid.uuid4(), **{"seen": seen} | more)


def pdf_text(response):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())


# --- What is in it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "3 Mill Lane",  # the record
        "999 000 0018",
        "Widowed in spring",  # the referral, and its entry
        "She is in on Mondays",  # a remark
        "Accepted",  # a move
        "Her son Karl drinks",  # an entry, and what corrects it
        "corrects ",
        "For the team alone",  # the team's private note too
        "Monday singers",  # a booking
        "Said on the phone",  # an agreement
        "Half a thought",  # a draft
        "We will be in touch with you",  # a letter
        "Passport seen",  # the request itself
    ],
)
def test_everything_is_in_it(request_, words):
    assert words in all_text(request_)


def test_who_wrote_and_who_opened_it_is_in_it(client_of, connector, case, request_):
    client_of(connector).get(reverse("cases:case", args=[case.pk]))
    items = [item for section in gather_sections(request_) for item in section.items]
    assert "Priya Shah" in next(item.by for item in items if item.has_words("Her son Karl"))
    assert any("Priya Shah" in value for item in items if item.id.startswith("openings:") for _, value in item.facts)


def test_nothing_of_another_agency_and_nobody_else_is_in_it(request_, connector):
    elsewhere = CaseFactory(person__name="Joan Whitfield", person__nhs_number="9990000018")
    write_note(case=elsewhere, by=Author.of(elsewhere.lead), kind=Kind.NOTE, text="Theirs alone")
    other = CaseFactory(lead=connector, person__name="Ada Byron")
    write_note(case=other, by=Author.of(connector), kind=Kind.NOTE, text="Of another")
    assert "Theirs alone" not in all_text(request_)
    assert "Of another" not in all_text(request_)


# --- What is left out -------------------------------------------------------------------------------


def test_one_passage_is_left_out_and_says_so(client_of, lead, case, request_):
    url, item = reverse("cases:copy", args=[request_.pk]), item_with(request_, "Her son Karl")
    said = {"items": [item], "reason": "third_party", "passage": "Her son Karl drinks."}
    assert client_of(lead).post(url, said).status_code == 302
    page = client_of(lead).get(url).text
    assert f"{MARK} She sleeps badly." in page
    assert "Her son Karl" not in page
    assert case.entries.filter(text__contains="Her son Karl").exists()


@pytest.mark.parametrize(
    ("passages", "left"),
    [
        (["Karl", "son Karl drinks"], f"Her {MARK}. She sleeps badly."),  # the shorter one first would hide the longer
        (["Her son", "son Karl drinks."], f"{MARK} She sleeps badly."),
        (["removed", "Karl"], "Her son [removed: about somebody else] drinks. She sleeps badly."),  # no mark in a mark
        (["s"], f"Her {MARK}on Karl drink{MARK}. She {MARK}leep{MARK} badly."),
    ],
)
def test_passages_that_overlap_leave_nothing_of_either(lead, request_, passages, left):
    item = item_with(request_, "Her son Karl")
    for passage in passages:
        said = {"items": [item], "reason": RedactionReason.THIRD_PARTY, "passage": passage}
        redact_items(request_, by=Author.of(lead), **said)
    sections = redact_sections(request_, gather_sections(request_))
    assert [one.text for section in sections for one in section.items if one.id == item] == [left]


def test_a_passage_is_left_out_wherever_it_stands(client_of, lead, request_):
    """What a referral says stands in the story, too."""
    assert all_text(request_).count("Widowed in spring") > 1
    said = {"items": [item_with(request_, "Widowed in")], "reason": "third_party", "passage": "Widowed in spring"}
    client_of(lead).post(reverse("cases:copy", args=[request_.pk]), said)
    assert "Widowed in spring" not in json.dumps(release(request_, lead).snapshot)


def test_whole_entries_are_left_out_at_once_and_put_back(client_of, lead, request_):
    items = [item_with(request_, "Her son Karl"), item_with(request_, "Her nephew Karl")]
    url, client = reverse("cases:copy", args=[request_.pk]), client_of(lead)
    client.post(url, {"items": items, "reason": "third_party", "passage": ""})
    page = client.get(url).text
    assert "Karl" not in page
    assert page.count(MARK) == 2
    first = Redaction.objects.get(item=items[0])
    client.post(reverse("cases:put_copy_back", args=[request_.pk, first.pk]))
    assert "Her son Karl" in client.get(url).text


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"items": []}, "Tick what is left out"),
        ({"reason": ""}, "Choose why"),
        ({"reason": "harm"}, "professional"),
        ({"passage": "Words that stand nowhere"}, "do not stand in that entry"),
        ({"items": ["entry:made-up"]}, "made-up"),
    ],
)
def test_what_cannot_be_left_out_so(client_of, lead, request_, said, error):
    item = item_with(request_, "Her son Karl")
    url = reverse("cases:copy", args=[request_.pk])
    response = client_of(lead).post(url, {"items": [item], "reason": "third_party", "passage": ""} | said)
    assert response.status_code == 422
    assert error in response.text
    assert not Redaction.objects.exists()


# --- Giving it out ----------------------------------------------------------------------------------


def test_both_files_come_from_one_snapshot_and_say_who_took_them(client_of, lead, case, request_):
    redact_items(
        request_, by=Author.of(lead), items=[item_with(request_, "Her nephew")], reason=RedactionReason.THIRD_PARTY
    )
    client, page = client_of(lead), client_of(lead).get(reverse("cases:copy", args=[request_.pk]))
    form = page.context["release_form"]
    said = {"read": "on", "seen": form["seen"].value(), "key": form["key"].value()}
    for _ in range(2):
        assert client.post(reverse("cases:release", args=[request_.pk]), said).status_code == 302
    assert Release.objects.count() == 1
    request_.refresh_from_db()
    assert request_.status == S.DONE
    told = case.entries.filter(kind=Kind.RIGHT).order_by("-number")[0]
    assert (told.details["what"], told.text) == ("A copy of what we hold: done", "The copy was made.")
    write_note(case=case, by=Author.of(lead), kind=Kind.NOTE, text="Written afterwards")
    pdf = pdf_text(client.get(reverse("cases:copy_pdf", args=[request_.pk])))
    data = client.get(reverse("cases:copy_json", args=[request_.pk])).json()
    for text in (pdf, json.dumps(data)):
        assert "Her son Karl drinks" in text
        assert "Her nephew" not in text
        assert MARK in text
        assert "Tom Brennan" in text
        assert "Written afterwards" not in text
    assert [item["title"] for section in data["sections"] for item in section["items"]]
    assert list(ReleaseDownload.objects.order_by("at").values_list("form", flat=True)) == ["pdf", "json"]
    assert "Tom Brennan" in client.get(reverse("cases:rights_request", args=[request_.pk])).text
    assert case.readings.filter(page="copy for the person (json)").exists()


def test_what_was_added_since_must_be_read_first(lead, case, request_):
    seen = fingerprint(gather_sections(request_))
    write_note(case=case, by=Author.of(lead), kind=Kind.NOTE, text="New")
    with pytest.raises(MoveRefused, match="Read it again"):
        release(request_, lead, seen=seen)
    assert not Release.objects.exists()


def test_nothing_is_given_out_before_it_is_known_who_asks(lead, case):
    said = {"requester": "Joan", "reply_to": "x", "words": "", "everywhere": False}
    request = receive_request(
        of=case, by=Author.of(lead), kind=RightKind.ACCESS, received_on=timezone.localdate(), key=uuid.uuid4(), **said
    )
    with pytest.raises(MoveRefused, match="received"):
        release(request, lead)


def test_what_was_given_out_stays_as_it_is(lead, request_):
    release(request_, lead)
    with pytest.raises(MoveRefused, match="done"):
        redact_items(request_, by=Author.of(lead), items=["entry:x"], reason=RedactionReason.THIRD_PARTY)
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_release SET snapshot = '{}'")


def test_unread_it_is_not_made(client_of, lead, request_):
    said = {"seen": fingerprint(gather_sections(request_)), "key": uuid.uuid4()}
    client_of(lead).post(reverse("cases:release", args=[request_.pk]), said)
    assert not Release.objects.exists()


def test_who_may_not(client, client_of, connector, lead, outsider, request_):
    release(request_, lead)
    other = client_of(teammate(outsider, Role.LEAD))
    for name in ("cases:copy_pdf", "cases:copy_json"):
        url = reverse(name, args=[request_.pk])
        assert client.get(url).status_code == 302
        assert client_of(connector).get(url).status_code == 403
        assert other.get(url).status_code == 404
        assert client_of(lead).post(url).status_code == 405
    assert client_of(lead).get(reverse("cases:release", args=[request_.pk])).status_code == 405
    assert client_of(lead).get(reverse("cases:copy", args=[request_.pk])).status_code == 404  # it is answered
    assert other.post(reverse("cases:release", args=[request_.pk]), {"read": "on"}).status_code == 404
    assert not ReleaseDownload.objects.exists()


def test_a_group_and_a_practice_give_out_their_own_part(client_of, gp, provider, connector, lead, case, request_):
    """Each its own referrals, and nothing that the team wrote."""
    came = case.case_referrals.get().referral
    part = RightsRequestFactory(person=None, agency=gp.agency, requester="Joan", referrals=[came.pk], status=S.ACTIVE)
    text = all_text(part)
    assert "Widowed in spring" in text
    assert "She is in on Mondays" in text
    for theirs in ("Her son Karl", "For the team alone", "Half a thought", "Monday singers", "Passport seen"):
        assert theirs not in text
    manager = teammate(gp)
    manager.manages_team = True
    manager.save()
    release(part, manager)
    data = client_of(manager).get(reverse("cases:copy_json", args=[part.pk])).json()
    assert (data["from"], data["about"]) == (gp.agency.name, "Joan")


def test_who_does_not_see_all_of_it_gives_out_nothing(client_of, connector, lead, case, request_):
    """Half a copy would go out in silence. The request is not there for them; were it, the copy would be refused."""
    restrict_case(case=case, by=Author.of(lead), level="named", workers=[connector], words="Refuge", key=uuid.uuid4())
    url = reverse("cases:copy", args=[request_.pk])
    assert client_of(lead).get(url).status_code == 404
    Person.objects.filter(pk=case.person_id).update(hidden=False)
    answer = client_of(lead).get(url)
    assert answer.status_code == 403
    assert "only its named workers see" in answer.text
    said = {"read": "on", "seen": "x", "key": uuid.uuid4()}
    assert client_of(lead).post(reverse("cases:release", args=[request_.pk]), said).status_code == 403
    assert not Release.objects.exists()
    connector.manages_team = True
    connector.save()
    assert "Her son Karl" in client_of(connector).get(url).text
