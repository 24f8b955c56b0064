"""Giving a case to a colleague."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Message
from cases.actions.give import give_case
from cases.models import Case, Circle, Entry, Kind
from tests.factories import CaseFactory, teammate


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield")


def url(case):
    return reverse("cases:give", args=[case.pk])


def test_given_a_colleague_then_they_lead_the_history_says_so_and_they_are_told(client_of, connector, lead, case):
    client = client_of(connector)
    posted = {"to": str(lead.pk), "key": uuid.uuid4()}
    assert client.post(url(case), posted).url == reverse("cases:case", args=[case.pk])
    assert client.post(url(case), posted).status_code == 302
    case.refresh_from_db()
    assert case.lead == lead
    entry = Entry.objects.get()
    assert (entry.kind, entry.details) == (Kind.ASSIGNED, {"before": "Priya Shah", "after": "Tom Brennan"})
    message = Message.objects.get()
    assert message.to == lead.user.email
    assert "Joan" not in message.subject + message.body
    assert "Given to Tom Brennan" in client.get(reverse("cases:case", args=[case.pk])).text


def test_given_who_leads_it_already_then_nothing_happens(client_of, connector, case):
    assert client_of(connector).post(url(case), {"to": str(connector.pk), "key": uuid.uuid4()}).status_code == 302
    assert not Entry.objects.exists()


def test_only_colleagues_at_work_are_offered(client_of, connector, lead, outsider, case):
    gone = teammate(connector)
    gone.ended_at = timezone.now()
    gone.save()
    client = client_of(connector)
    assert set(client.get(url(case)).context["form"].fields["to"].team) == {str(connector.pk), str(lead.pk)}
    for other in (gone.pk, outsider.pk, "nobody", "", "\0"):
        assert client.post(url(case), {"to": str(other), "key": uuid.uuid4()}).status_code == 422
    for other in (gone, outsider):
        with pytest.raises(PermissionDenied):
            give_case(case=case, to=other, by=Author.of(connector))


def test_another_team_in_the_circle_may_not(client_of, outsider, case):
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    assert client_of(outsider).get(url(case)).status_code == 403
    with pytest.raises(PermissionDenied):
        give_case(case=case, to=outsider, by=Author.of(outsider))


def test_strangers_readers_teammates_and_wrong_verbs(
    client, client_of, outsider, gp, provider, steward, connector, case
):
    assert client_of(outsider).get(url(case)).status_code == 404
    for reader in (gp, provider, steward):
        assert client_of(reader).get(url(case)).status_code == 403
    assert client_of(teammate(connector)).get(url(case)).status_code == 200
    assert client_of(connector).put(url(case)).status_code == 405
    assert client.get(url(case)).status_code == 302


# --- Those that nobody has ----------------------------------------------------------------------------

ALONE = "/caseload/alone/"


def left_behind(connector, number):
    cases = [CaseFactory(lead=connector) for _ in range(number)]
    connector.ended_at = timezone.now()
    connector.save()
    return cases


def test_cases_that_nobody_has_are_given_all_at_once_or_each(client_of, connector, lead):
    first, *rest = left_behind(connector, 13)
    colleague = teammate(lead, Role.CONNECTOR)
    client = client_of(lead)
    assert ALONE in client.get("/caseload/", {"list": "alone"}).text
    assert "Open cases: 13" in client.get(ALONE).text
    assert client.post(ALONE, {}).status_code == 422
    posted = {"cases": str(colleague.pk), f"cases-{first.pk}": str(lead.pk)}
    assert client.post(ALONE, posted).url == "/caseload/"
    assert [case.lead for case in Case.objects.filter(pk__in=[c.pk for c in rest]).order_by("pk")] == [colleague] * 12
    first.refresh_from_db()
    assert first.lead == lead
    assert Entry.objects.filter(kind=Kind.ASSIGNED).count() == 13
    assert [m.subject for m in Message.objects.all()] == ["12 cases were given to you"]
    assert "Everybody has a connector" in client.get(ALONE).text
    assert client.post(ALONE, posted).status_code == 302


def test_a_connector_takes_one_and_leaves_the_others(client_of, connector, lead):
    first, second = left_behind(connector, 2)
    colleague = teammate(lead, Role.CONNECTOR)
    posted = {"cases": "nobody", f"cases-{first.pk}": str(colleague.pk)}
    assert client_of(colleague).post(ALONE, posted).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.lead, second.lead) == (colleague, connector)
    assert Entry.objects.count() == 1


def test_nobody_gives_the_cases_of_others(client_of, connector, outsider, gp, lead):
    (case,) = left_behind(connector, 1)
    assert "Everybody has a connector" in client_of(outsider).get(ALONE).text
    client_of(outsider).post(ALONE, {"cases": str(outsider.pk), f"cases-{case.pk}": str(outsider.pk)})
    assert client_of(lead).post(ALONE, {"cases": str(outsider.pk)}).status_code == 422
    assert client_of(gp).get(ALONE).status_code == 403
    assert client_of(lead).put(ALONE).status_code == 405
    case.refresh_from_db()
    assert case.lead == connector
