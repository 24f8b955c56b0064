"""Whatever is typed into whatever field, on one's own pages: never a 500 (issue 2, section 9)."""

import os
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agencies.access import PERMISSIONS, Permission, Role
from agencies.models import Author, Membership
from cases.actions.booking import book_for_case
from cases.actions.hold import place_hold
from cases.history.record import record_entry
from cases.models import CaseReferral, Kind, TeamQuestion
from referrals.actions.links import send_link
from referrals.models import Referral
from tests.conftest import signed_in_client
from tests.factories import (
    CaseFactory,
    MembershipFactory,
    OnwardReferralFactory,
    ReferralFactory,
    SessionFactory,
    booked,
    teammate,
)
from tests.house.crawl import ADDRESSES, Parts, made_up, url_of

HOSTILE = {
    "nul": "a\0b",
    "emoji": "🦩🧑🏽‍🦽",
    "right to left": "\u202eعبد الله \u2066",
    "apostrophe": "Siân O'Neill-Łódź <b>&amp;</b>",
    "no such day": "31/02/2020",
    "two-digit year": "1/1/20",
    "long": "x" * 20_000,
    "lines": "a\r\nBcc: b\n\n\n",
    "number": "99999999999999999999",
    "minus": "-1",
    "surrogate": "\ud83e",
    "json": '{"a": [1]}',
    "script": "<script>alert(1)</script>{{ 7|add:7 }}{% load x %}",
    "path": "../../etc/passwd",
    "empty": "",
}


class Names(HTMLParser):
    """The names of all inputs on a page, and the first choice of each select, radio and checkbox."""

    def __init__(self) -> None:
        super().__init__()
        self.free: set[str] = set()
        self.chosen: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and given.get("value"):
            self.chosen.setdefault(self.select, given["value"] or "")
        elif tag == "input" and given.get("type") in ("radio", "checkbox", "hidden"):
            self.chosen.setdefault(name, given.get("value") or "on")
        elif tag in ("input", "textarea") and name:
            self.free.add(name)


def own_referral(member: Membership) -> Parts:
    if Permission.REFER in PERMISSIONS[Role(member.role)] and Permission.TRIAGE not in PERMISSIONS[Role(member.role)]:
        return {"pk": ReferralFactory(sent_by=member).pk}
    return {"pk": ReferralFactory(to_agency=member.agency).pk}


def own_case(member: Membership) -> Parts:
    case = CaseFactory(lead=member)
    record_entry(case=case, kind=Kind.NOTE, by=Author.of(member), text="Words")
    session = SessionFactory()
    booking = book_for_case(
        case=case, by=Author.of(member), key=uuid.uuid4(), session=SessionFactory(), how_agreed="On the phone"
    )
    question = TeamQuestion.objects.create(case=CaseFactory(), about_case=case, asked_by=member)
    day = timezone.localdate() + timedelta(days=30)
    hold = place_hold(case=case, by=Author.of(member), reason="An inquiry", review_on=day, key=uuid.uuid4())
    return {
        "pk": case.pk,
        "question": question.pk,
        "number": 1,
        "name": "phone",
        "agreement": case.pk,
        "session": session.pk,
        "booking": booking.pk,
        "seat": case.circle.all()[0].pk,
        "hold": hold.pk,
    }


OF_SESSIONS = {
    "bookings:book": "session",
    "bookings:session_bookings": "session",
    "bookings:register": "session",
    "bookings:mark": "booking",
    "bookings:give_place": "booking",
    "bookings:take_off": "booking",
}


def own_session(member: Membership, name: str) -> Parts:
    """A session of the member's own agency that has begun when it is about the register, and who booked it."""
    session = SessionFactory(service__agency=member.agency)
    booking = booked(session)
    if name in ("bookings:register", "bookings:mark"):
        type(session).objects.filter(pk=session.pk).update(starts_at=timezone.now())
    return {"pk": session.pk if OF_SESSIONS[name] == "session" else booking.pk}


def own_member(member: Membership) -> Parts:
    return {"pk": teammate(member).pk}


def own_parts(name: str, member: Membership) -> Parts:
    """Something of one's own for the address, where there can be such a thing; well-formed nonsense elsewhere."""
    parts = made_up(ADDRESSES[name])
    if name in ("agencies:member", "agencies:end_member"):
        parts |= own_member(member)
    elif name in OF_SESSIONS:
        parts |= own_session(member, name)
    elif name == "cases:part":
        referral, case = Referral.objects.get(pk=own_referral(member)["pk"]), CaseFactory(lead=member)
        CaseReferral.objects.create(case=case, referral=referral, direction=CaseReferral.Direction.RECEIVED)
        parts["pk"] = referral.pk
    elif ("pk" in parts and name.startswith("referrals:")) or name == "cases:accept":
        parts |= own_referral(member)
    elif "pk" in parts and name.startswith("cases:"):
        own = own_case(member)
        parts |= {part: own.get(part, nonsense) for part, nonsense in parts.items()}
    return parts


def mixed(names: Names, turn: int) -> dict[str, str]:
    """Every field with a text of HOSTILE, another one each turn, so that all meet all in len(HOSTILE) turns."""
    texts = list(HOSTILE.values())
    fields = sorted((names.free | set(names.chosen)) - {"csrfmiddlewaretoken"})
    return {name: sendable(texts[(n + turn) % len(texts)]) for n, name in enumerate(fields)}


def sendable(text: str) -> str:
    """As a browser would send it: half a character becomes the replacement character."""
    return text.encode("utf-8", "replace").decode()


def worst_answer(client: Client, url: str, turn: int) -> int:
    """The worst status of the page, the page asked for with hostile texts, and its form posted with them."""
    page = client.get(url)
    if page.status_code == 403:
        return 403  # whoever may not open it sends nothing there: the guard stands before the page
    names = Names()
    if page.status_code == 200 and "html" in page["Content-Type"]:
        names.feed(page.content.decode())
    typed = mixed(names, turn)
    some = sendable(list(HOSTILE.values())[turn % len(HOSTILE)])
    answers = [page, client.get(url, typed | {"words": some, "near": some, "next": some, "after": some})]
    answers.append(client.post(url, typed))
    answers.append(client.post(url, typed | names.chosen, headers={"HX-Request": "true", "HX-Target": "results"}))
    return max(answer.status_code for answer in answers)


def broken_pages(role: Role, turn: int) -> dict[str, int]:
    """URL name → status of the pages that broke for a member of that role."""
    client = Client(raise_request_exception=False)
    member = MembershipFactory(role=role, manages_team=True)
    broken = {}
    for name in ADDRESSES:
        if name.endswith("_pdf") or name.endswith("letter"):
            continue  # nothing is typed there, and each takes a second
        if name == "health/ready":
            continue  # 503 where no worker lives: test_health.py
        with transaction.atomic():
            signed_in_client(client, member)
            if (worst := worst_answer(client, url_of(name, own_parts(name, member)), turn)) >= 500:
                broken[name] = worst
            transaction.set_rollback(True)
    return broken


@pytest.mark.parametrize("role", list(Role))
def test_whatever_is_typed_no_page_breaks(role: Role) -> None:
    """One turn, drawn anew, in each run of the suite; all fifteen with THOROUGH=1 (half an hour)."""
    turns = range(len(HOSTILE)) if os.environ.get("THOROUGH") else [random.randrange(len(HOSTILE))]
    assert {turn: found for turn in turns if (found := broken_pages(role, turn))} == {}


@pytest.mark.parametrize("turn", range(len(HOSTILE)))
def test_whatever_is_typed_the_answer_link_does_not_break(turn: int) -> None:
    from agencies.models import Message

    referral = OnwardReferralFactory()
    send_link(referral)
    body = Message.latest_messages(1)[0].body
    path = "/" + next(word for word in body.split() if "/answer/" in word).split("/", 3)[3]
    assert worst_answer(Client(raise_request_exception=False), path, turn) < 500


def test_ten_megabytes_in_a_field_are_refused_everywhere(client: Client, client_of: Callable[..., Any]) -> None:
    lead = client_of(MembershipFactory(role=Role.LEAD))
    for name in ("referrals:refer", "agencies:invite", "account_change_password"):
        response = lead.post(url_of(name, {}), {"name": "x" * 10_000_000})
        assert response.status_code == 400, name
