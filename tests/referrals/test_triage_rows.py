"""The triage list: what is asked, for whom about, since when; and after a decision the next one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import AgencyKind, Membership
from referrals.models import Referral
from tests.factories import AgencyFactory, ReferralFactory, needs, team_of, teammate
from tests.queries import assert_max_queries
from tests.referrals.test_triage import post, url

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def waiting(connector: Membership) -> list[Referral]:
    """Three that wait, the most urgent first."""
    today, rows = timezone.localdate(), []
    for number, name in enumerate(["Ada Fern", "Bo Reed", "Cy Moss"]):
        rows.append(
            ReferralFactory(
                to_agency=connector.agency,
                person_name=name,
                date_of_birth=today.replace(year=today.year - 75, day=1, month=1),
                postcode="BN11 2AA",
                sent_at=timezone.now() - timedelta(days=4 - number),
                started_at=timezone.now() - timedelta(days=9),
                answer_by=today + timedelta(days=number),
                from_agency__name="Park Surgery",
            )
        )
    rows[0].needs.set(needs("Loneliness", "Money or debt"))
    return rows


@pytest.mark.parametrize("address", ["/referrals/?list=answer", "/caseload/?list=new"])
def test_a_row_says_need_practice_area_age_and_days_waiting(connector, client_of, waiting, address):
    page = client_of(connector).get(address).text
    row = page.split("<tbody")[1].split("</tr>")[0]
    for words in ("Ada Fern", "75, BN11", "Loneliness; Money or debt", waiting[0].from_agency.name, "4 days"):
        assert words in row
    assert "BN11 2AA" not in row
    assert "1951" not in row


@pytest.mark.parametrize(("days", "words"), [(0, "Since today"), (1, "1 day"), (2, "2 days"), (40, "40 days")])
def test_days_waiting_in_words(connector, client_of, days, words):
    then = timezone.now() - timedelta(days=days)
    ReferralFactory(to_agency=connector.agency, sent_at=then, started_at=then)
    for address in ("/referrals/?list=answer", "/caseload/?list=new"):
        assert words in client_of(connector).get(address).text


def test_a_row_without_birthday_postcode_and_needs_is_a_row(connector, client_of):
    ReferralFactory(to_agency=connector.agency, date_of_birth=None, postcode="")
    assert "Joan Whitfield" in client_of(connector).get("/referrals/?list=answer").text
    assert "No need was named" in client_of(connector).get("/caseload/?list=new").text


def test_needs_cost_no_query_for_each_row(connector, client_of):
    for _ in range(5):
        ReferralFactory(to_agency=connector.agency).needs.set(needs("Loneliness"))
    client = client_of(connector)
    client.get("/referrals/?list=answer")
    with assert_max_queries(4):
        client.get("/referrals/?list=answer")


DECISIONS = [
    ("ask-detail", {"words": "What about the stairs?"}),
    ("decline", {"reason": "out-of-area", "words": "Try the Arun team"}),
    ("pass-on", {"words": "She lives in Lancing", "ground": "agreed_phone"}),
    ("assign", {}),
]


@pytest.mark.parametrize(("page", "fields"), DECISIONS)
def test_after_each_decision_the_next_is_one_press_away(connector, client_of, waiting, page, fields):
    team = AgencyFactory(kind=AgencyKind.CONNECTORS, name="Adur Connectors")
    colleague = teammate(connector)
    more = {"pass-on": {"team": str(team.pk)}, "assign": {"colleague": str(colleague.pk)}}
    fields = fields | more.get(page, {})
    client = client_of(connector)
    answer = post(client, url(waiting[0], page), **fields)
    shown = client.get(answer["Location"]).text
    assert f'<a href="/referrals/{waiting[1].pk}/">Next referral: Bo Reed</a>' in shown


def test_after_accepting_too_and_a_colleagues_is_skipped(connector, client_of, waiting):
    waiting[1].assigned_to = teammate(connector)
    waiting[1].save()
    client = client_of(connector)
    page = client.get(f"/referrals/{waiting[0].pk}/")
    address = f"/cases/accept/{waiting[0].pk}/"
    address = next(part for part in page.text.split('href="') if "accept" in part).split('"')[0]
    form = client.get(address).context["form"]
    posted = {"who": "new", "lead": str(connector.pk), "key": str(form["key"].value()), "shown": form["shown"].value()}
    shown = client.post(address, posted, follow=True).text
    assert "Next referral: Cy Moss" in shown


def test_at_the_end_it_says_that_none_waits_and_nothing_of_others(connector, client_of, outsider):
    mine = ReferralFactory(to_agency=connector.agency)
    ReferralFactory(to_agency=outsider.agency, person_name="Ada Fern")
    client = client_of(connector)
    answer = post(client, url(mine, "ask-detail"), words="Which bus?")
    shown = client.get(answer["Location"]).text
    assert "No other referral waits for you" in shown
    assert "Ada Fern" not in shown


def test_a_name_in_the_banner_is_escaped(connector, client_of, waiting):
    Referral.objects.filter(pk=waiting[1].pk).update(person_name="<b>Bo</b>")
    client = client_of(connector)
    shown = client.get(post(client, url(waiting[0], "ask-detail"), words="Which bus?")["Location"]).text
    assert "<b>Bo</b>" not in shown
    assert "&lt;b&gt;Bo" in shown


def test_a_practice_sees_the_same_of_what_it_sent(gp, client_of):
    referral = ReferralFactory(sent_by=gp, to_agency=team_of(gp), postcode="BN15 8AQ")
    referral.needs.set(needs("Loneliness"))
    row = client_of(gp).get("/referrals/?list=open").text.split("<tbody")[1]
    assert "Loneliness" in row
    assert "BN15" in row
