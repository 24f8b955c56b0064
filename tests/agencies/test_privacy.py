"""/privacy/ says what holds in this place; /steward/agreements/ keeps the contracts that stand on it."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies import access
from agencies.access import PERMISSIONS, Permission, Role
from agencies.models import DataAgreement, Membership, Period
from agencies.retention import list_record_classes
from tests.factories import AgencyFactory, MembershipFactory
from tests.queries import assert_max_queries

ClientOf = Callable[[Membership], Client]


def page(client: Client) -> str:
    return client.get("/privacy/").content.decode()


def form(**changed: Any) -> dict[str, Any]:
    day = timezone.localdate()
    dates = {f"signed_on_{part}": getattr(day, part) for part in ("day", "month", "year")}
    dates |= {"review_on_day": 1, "review_on_month": 6, "review_on_year": day.year + 2}
    said = {"kind": "processor", "name": "Tidewater Hosting", "purpose": "Runs the servers.", "country": "UK"}
    return said | dates | {"key": uuid.uuid4()} | changed


# --- The page --------------------------------------------------------------------------------------------


def test_it_names_what_each_role_may_do(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """given a role that loses a permission, then the page says so at once"""
    with_it = page(client).count(Permission.ANSWER.label)
    monkeypatch.setitem(access.PERMISSIONS, Role.PROVIDER, PERMISSIONS[Role.PROVIDER] - {Permission.ANSWER})
    assert page(client).count(Permission.ANSWER.label) == with_it - 1


def test_it_names_who_takes_part_and_nobody_at_work(client: Client, lead: Membership) -> None:
    left = AgencyFactory(name="Gone away", left_at=timezone.now())
    html = page(client)
    assert lead.agency.name in html
    assert lead.user.name not in html
    assert left.name not in html


def test_it_has_each_period_as_the_place_has_set_it(client: Client) -> None:
    Period.objects.create(code="case-adult", length=11)
    html = page(client)
    assert "11 years from the end of care" in html
    for found in list_record_classes():
        assert found.period.label in html


def test_it_has_the_contracts_in_force(client: Client, client_of: ClientOf, steward: Membership) -> None:
    keeper = client_of(steward)
    assert keeper.post("/steward/agreements/new/", form()).status_code == 302
    agreement = DataAgreement.objects.get()
    assert "Tidewater Hosting: Runs the servers. Kept in: UK" in page(client)
    keeper.post(f"/steward/agreements/{agreement.pk}/end/")
    assert "Tidewater" not in page(client)
    assert "Tidewater" in keeper.get("/steward/agreements/").content.decode()


def test_it_takes_the_same_statements_whoever_takes_part(client: Client) -> None:
    for role in Role:
        MembershipFactory(role=role)
    with assert_max_queries(5):
        page(client)


# --- The contracts -----------------------------------------------------------------------------------------


def test_one_between_agencies_names_them(
    client: Client, client_of: ClientOf, steward: Membership, gp: Membership
) -> None:
    parties = [steward.agency.pk, gp.agency.pk]
    client_of(steward).post("/steward/agreements/new/", form(kind="sharing", parties=parties, country=""))
    html = page(client)
    assert gp.agency.name in html.split("The contracts between them")[1].split("<h3>")[0]


def test_changed_and_saved_once(client_of: ClientOf, steward: Membership) -> None:
    client, posted = client_of(steward), form()
    for _ in range(2):
        client.post("/steward/agreements/new/", posted)
    agreement = DataAgreement.objects.get()
    assert "Tidewater Hosting" in client.get(f"/steward/agreements/{agreement.pk}/").content.decode()
    client.post(f"/steward/agreements/{agreement.pk}/", form(name="Tidewater Cloud"))
    agreement.refresh_from_db()
    assert agreement.name == "Tidewater Cloud"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"country": ""}, "Enter where the company keeps the data"),
        ({"kind": "sharing"}, "two at least"),
        ({"review_on_year": "2020"}, "Enter a date after it was signed"),
        ({"purpose": ""}, "Write what it is for"),
        ({"kind": "x"}, "valid choice"),
        ({"kind": "sharing", "parties": [str(uuid.uuid4())]}, "valid choice"),
    ],
)
def test_bad_input(client_of: ClientOf, steward: Membership, changed: dict[str, Any], error: str) -> None:
    answer = client_of(steward).post("/steward/agreements/new/", form(**changed))
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert not DataAgreement.objects.exists()


def test_only_the_steward_keeps_them(client_of: ClientOf, lead: Membership, client: Client) -> None:
    made = DataAgreement.objects.create(
        key=uuid.uuid4(),
        kind="sharing",
        name="Sharing",
        signed_on=timezone.localdate(),
        review_on=timezone.localdate() + datetime.timedelta(days=9),
    )
    for address in ("", "new/", f"{made.pk}/", f"{made.pk}/end/"):
        assert client_of(lead).post(f"/steward/agreements/{address}").status_code in (403, 405)
        assert client.get(f"/steward/agreements/{address}").status_code in (302, 405)
    assert not DataAgreement.objects.exclude(ended_at=None).exists()
