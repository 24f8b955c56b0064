"""/breaches/: anybody at work reports one; the register, its 72 hours, decisions and steps are kept."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.actions.breach import add_breach_step, report_breach, warn_of_clocks
from agencies.models import Breach, BreachStep, Membership, Message
from config.transitions import MoveRefused
from tests.factories import MembershipFactory, teammate

ClientOf = Callable[[Membership], Client]
Kind = BreachStep.Kind
NOTED = {"kind": Kind.STEP, "words": "We rang the person and fetched the letter back"}


def reported(by: Membership, hours_ago: float = 1) -> Breach:
    known = timezone.now() - datetime.timedelta(hours=hours_ago)
    return report_breach(by=by, key=uuid.uuid4(), what="A letter went astray", whose="One person", known_at=known)


def form(**changed: Any) -> dict[str, Any]:
    day = timezone.localdate() - datetime.timedelta(days=1)
    known = {"known_on_day": day.day, "known_on_month": day.month, "known_on_year": day.year, "known_time": "2:30pm"}
    return {"what": "A letter went astray", "whose": "One person", "key": uuid.uuid4(), **known, **changed}


def url(breach: Breach) -> str:
    return f"/breaches/{breach.pk}/"


# --- Reported --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_anybody_at_work_reports_one(client_of: ClientOf, role: Role) -> None:
    member = MembershipFactory(role=role)
    answer = client_of(member).post("/breaches/report/", form(how_many="3"))
    breach = Breach.objects.get()
    assert answer.url == url(breach)
    assert (breach.agency, breach.written_by, breach.how_many) == (member.agency, member, 3)
    assert timezone.localtime(breach.known_at).time() == datetime.time(14, 30)
    assert breach.decide_by - breach.known_at == datetime.timedelta(hours=72)


def test_who_keeps_the_register_and_the_steward_hear_at_once(
    lead: Membership, connector: Membership, steward: Membership
) -> None:
    reported(connector)
    assert set(Message.objects.values_list("to", flat=True)) == {lead.user.email, steward.user.email}
    mail = Message.objects.order_by("to")[0]
    assert "astray" not in mail.body + mail.subject
    assert "Somebody must decide, by " in mail.body


def test_reporting_twice_is_once(client_of: ClientOf, connector: Membership, lead: Membership) -> None:
    posted, client = form(), client_of(connector)
    assert client.post("/breaches/report/", posted).url == client.post("/breaches/report/", posted).url
    assert Breach.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"what": ""}, "Write what happened"),
        ({"whose": ""}, "Write whose data it is"),
        ({"known_time": "half past"}, "Enter a time, for example 2:30pm"),
        ({"known_on_year": "2099"}, "must be"),
        ({"how_many": "-1"}, "How many people"),
        ({"what": "x" * 3001}, "characters or fewer"),
    ],
)
def test_bad_input(client_of: ClientOf, connector: Membership, changed: dict[str, str], error: str) -> None:
    page = client_of(connector).post("/breaches/report/", form(**changed))
    assert page.status_code == 422
    assert error in page.content.decode()
    assert not Breach.objects.exists()


def test_what_is_still_to_come_was_not_known(client_of: ClientOf, connector: Membership) -> None:
    now = timezone.localtime()
    later = {"known_on_day": now.day, "known_on_month": now.month, "known_on_year": now.year, "known_time": "23:59"}
    page = client_of(connector).post("/breaches/report/", form(**later))
    assert page.status_code == 422
    assert "That is still to come" in page.content.decode()


# --- Kept ------------------------------------------------------------------------------------------------


def test_decisions_and_steps_are_written_and_then_it_is_closed(client_of: ClientOf, lead: Membership) -> None:
    breach, client = reported(lead), client_of(lead)
    for kind in (Kind.STEP, Kind.ICO_NOT_TOLD, Kind.PEOPLE_TOLD, Kind.CLOSED):
        answer = client.post(url(breach), {"kind": kind, "words": f"Because of {kind}", "key": uuid.uuid4()})
        assert answer.status_code == 302
    breach.refresh_from_db()
    assert (breach.tells_ico, breach.tells_people, breach.closed_at is None) == (False, True, False)
    html = client.get(url(breach)).content.decode()
    assert "Because of ico_not_told" in html
    assert "Add to it" not in html


def test_it_is_not_closed_undecided(client_of: ClientOf, lead: Membership) -> None:
    breach = reported(lead)
    page = client_of(lead).post(url(breach), {"kind": Kind.CLOSED, "words": "Done", "key": uuid.uuid4()})
    assert page.status_code == 409
    assert "Decide first" in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Breach.objects.filter(pk=breach.pk).update(closed_at=timezone.now())


def test_nothing_is_added_to_what_is_closed(lead: Membership) -> None:
    breach = reported(lead)
    for kind in (Kind.ICO_TOLD, Kind.PEOPLE_NOT_TOLD, Kind.CLOSED):
        add_breach_step(breach, by=lead, kind=kind, words="So", key=None)
    with pytest.raises(MoveRefused):
        add_breach_step(breach, by=lead, kind=Kind.STEP, words="More", key=None)


def test_a_second_decision_stands_beside_the_first(lead: Membership) -> None:
    breach = reported(lead)
    for kind in (Kind.ICO_NOT_TOLD, Kind.ICO_TOLD):
        add_breach_step(breach, by=lead, kind=kind, words="So", key=None)
    assert breach.tells_ico is True
    assert breach.steps.count() == 2


def test_a_step_sent_twice_is_one(client_of: ClientOf, lead: Membership) -> None:
    breach, posted, client = reported(lead), NOTED | {"key": uuid.uuid4()}, client_of(lead)
    assert [client.post(url(breach), posted).status_code for _ in range(2)] == [302, 302]
    assert breach.steps.count() == 1


@pytest.mark.parametrize("changed", [{"kind": ""}, {"kind": "x"}, {"words": " "}])
def test_a_step_needs_its_words(client_of: ClientOf, lead: Membership, changed: dict[str, str]) -> None:
    page = client_of(lead).post(url(reported(lead)), NOTED | {"key": uuid.uuid4()} | changed)
    assert page.status_code == 422


@pytest.mark.parametrize("sql", ["UPDATE agencies_breachstep SET words = 'x'", "DELETE FROM agencies_breachstep"])
def test_a_step_is_never_rewritten(lead: Membership, sql: str) -> None:
    add_breach_step(reported(lead), by=lead, kind=Kind.STEP, words="So", key=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_register_is_a_pdf(client_of: ClientOf, lead: Membership) -> None:
    add_breach_step(reported(lead), by=lead, kind=Kind.STEP, words="So", key=None)
    answer = client_of(lead).get("/breaches/register.pdf")
    assert answer.status_code == 200
    assert answer.content[:5] == b"%PDF-"


# --- The clock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "times"), [(1, 0), (47, 0), (49, 1), (67, 1), (73, 1)])
def test_it_warns_before_the_hours_are_over(lead: Membership, hours: int, times: int) -> None:
    reported(lead, hours)
    Message.objects.all().delete()
    for _ in range(3):
        warn_of_clocks(timezone.now())
    assert Message.objects.count() == times
    over = Message.objects.filter(subject__startswith="The 72 hours are over").count()
    assert over == (hours > 72)


def test_each_warning_comes_once(lead: Membership) -> None:
    breach = reported(lead)
    for hours in (48, 50, 66, 70, 72, 90):
        warn_of_clocks(breach.known_at + datetime.timedelta(hours=hours))
    assert Message.objects.count() == 1 + 3


def test_what_is_decided_warns_no_more(lead: Membership) -> None:
    breach = reported(lead, 71)
    add_breach_step(breach, by=lead, kind=Kind.ICO_NOT_TOLD, words="It was in an envelope", key=None)
    assert warn_of_clocks(timezone.now()) == 0


def test_the_page_says_how_long_is_left(client_of: ClientOf, lead: Membership) -> None:
    late, early = reported(lead, 80), reported(lead, 2)
    assert "Over" in client_of(lead).get(url(late)).content.decode()
    assert "69 hours left" in client_of(lead).get(url(early)).content.decode()


# --- Who may ---------------------------------------------------------------------------------------------


def test_who_reported_reads_it_and_decides_nothing(client_of: ClientOf, connector: Membership) -> None:
    breach, client = reported(connector), client_of(connector)
    assert "Add to it" not in client.get(url(breach)).content.decode()
    assert client.post(url(breach), NOTED | {"key": uuid.uuid4()}).status_code == 403
    assert client.get("/breaches/register.pdf").status_code == 403
    assert breach.reference in client.get("/breaches/").content.decode()


def test_a_teammate_and_a_stranger_find_nothing(
    client_of: ClientOf, connector: Membership, outsider: Membership
) -> None:
    breach = reported(connector)
    for member in (teammate(connector), outsider, MembershipFactory(role=Role.LEAD)):
        assert client_of(member).get(url(breach)).status_code == 404
        assert breach.reference not in client_of(member).get("/breaches/").content.decode()


def test_the_steward_sees_to_that_of_any_agency(client_of: ClientOf, gp: Membership, steward: Membership) -> None:
    breach = reported(gp)
    assert client_of(steward).post(url(breach), NOTED | {"key": uuid.uuid4()}).status_code == 302


def test_who_runs_a_group_keeps_its_register(client_of: ClientOf, provider: Membership) -> None:
    runs = MembershipFactory(agency=provider.agency, role=Role.PROVIDER, manages_team=True)
    assert client_of(runs).post(url(reported(provider)), NOTED | {"key": uuid.uuid4()}).status_code == 302


def test_wrong_verbs_and_signed_out(client: Client, client_of: ClientOf, lead: Membership) -> None:
    breach = reported(lead)
    assert client.get("/breaches/").status_code == 302
    assert client_of(lead).put(url(breach)).status_code == 405
    assert client_of(lead).post("/breaches/").status_code == 405
    assert client_of(lead).post("/breaches/register.pdf").status_code == 405
