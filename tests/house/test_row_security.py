"""The database itself keeps who sees which row (config.row_security): security points 53 and 54."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import access, scope_sql
from agencies.access import Role, database_context
from agencies.models import Agency, Author, Draft, Membership, Message
from bookings.models import Booking
from cases.actions.booking import book_for_case
from cases.actions.named_workers import list_restricted, open_in_emergency, restrict_case
from cases.actions.opening import accept_referral
from cases.history.record import record_entry
from cases.models import Audience, Case, Circle, EmergencyOpening, Entry, Kind, News, Person, Reading, TeamQuestion
from config import roles
from config.append_only import AppendOnly
from config.roles import DatabaseRole, refuse_powerful_role, role_name
from config.row_security import (
    FUNCTIONS,
    OPEN_TABLES,
    POLICIES,
    entered,
    find_unprotected,
    job_context,
    load_policies,
    set_context,
)
from referrals.models import LookUp, Move, Referral
from tests.conftest import signed_in_client
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, SessionFactory
from tests.house.crawl import FOREIGN
from tests.roles import acting_as

ROOTS: list[type[models.Model]] = [Agency, Referral, Case]
ALL_ROWS = "SELECT count(*) FROM {}"


def count_rows(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ALL_ROWS.format(model._meta.db_table))
        return int(cursor.fetchone()[0])


def read_keys(model: type[models.Model]) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{model._meta.db_table}"')
        return {key for (key,) in cursor.fetchall()}


@pytest.fixture
def place() -> dict[str, Membership]:
    """Two teams, a practice and a group, each with something of its own; and one case that both teams are in."""
    people = {
        "ours": MembershipFactory(role=Role.CONNECTOR),
        "theirs": MembershipFactory(role=Role.CONNECTOR),
        "practice": MembershipFactory(role=Role.REFERRER),
        "group": MembershipFactory(role=Role.PROVIDER),
        "steward": MembershipFactory(role=Role.STEWARD),
    }
    for team in ("ours", "theirs"):
        lead = people[team]
        referral = ReferralFactory(sent_by=people["practice"], to_agency=lead.agency)
        case = accept_referral(referral=referral, by=Author.of(lead), person=None)
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(lead), text="Ours alone", audience=Audience.TEAM)
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(lead), text="For all", audience=Audience.CIRCLE)
        Reading.objects.create(
            case=case, member=lead, agency=lead.agency, reader_name="R", agency_name="A", page="story"
        )
        Draft.save_draft(member=lead, key="note", data={"text": ["Typed"]})
        book_for_case(
            case=case,
            by=Author.of(lead),
            key=uuid.uuid4(),
            session=SessionFactory(service__agency=people["group"].agency),
            how_agreed="On the phone",
        )
        Circle.objects.create(case=CaseFactory(lead=lead), agency=people["practice"].agency, purpose="Health")
    shared = CaseFactory(lead=people["theirs"])
    record_entry(case=shared, kind=Kind.NOTE, by=Author.of(people["theirs"]), text="Shared", audience="circle")
    Circle.objects.create(case=shared, agency=people["ours"].agency, purpose="Debt advice")
    TeamQuestion.objects.create(case=shared, about_case=CaseFactory(), asked_by=people["theirs"])
    return people


# --- Nothing is forgotten -----------------------------------------------------------------------------


def test_each_table_that_leads_to_an_agency_a_referral_or_a_case_says_who_sees_it() -> None:
    """Found from the models. What is missing goes into the policies.py of its app."""
    assert find_unprotected(ROOTS) == []
    assert not POLICIES.keys() & OPEN_TABLES.keys()


def test_a_table_without_a_word_of_who_sees_it_is_found() -> None:
    rule = POLICIES.pop(Entry)
    try:
        assert find_unprotected(ROOTS) == ["cases.Entry"]
    finally:
        POLICIES[Entry] = rule


def test_only_what_holds_nothing_of_a_person_is_open() -> None:
    outside = {model._meta.label for model in OPEN_TABLES if model._meta.app_label != "directory"}
    assert outside == {"agencies.Agency", "agencies.Membership", "agencies.Invitation"}


load_policies()


@pytest.mark.parametrize("model", sorted(POLICIES, key=lambda model: model._meta.label))
def test_point_53_row_level_security_is_on_and_forced(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity,"
            " ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid)"
            " FROM pg_class c WHERE oid = %s::regclass",
            [f'"{model._meta.db_table}"'],
        )
        on, forced, names = cursor.fetchone()
    assert on
    assert forced
    assert {"owner", "ops", "jobs", "web_select"} <= set(names)


# --- Who sees what, by raw SQL as the web's login --------------------------------------------------------


@pytest.mark.parametrize("role", [DatabaseRole.WEB])
def test_point_53_without_a_context_there_is_no_row(place: dict[str, Membership], role: DatabaseRole) -> None:
    assert all(count_rows(model) for model in (Referral, Move, Case, Person, Entry, Reading, Draft, Booking))
    with acting_as(role):
        assert {model._meta.label: n for model in POLICIES if (n := count_rows(model))} == {}


@pytest.mark.parametrize("who", ["ours", "theirs", "practice", "group", "steward"])
@pytest.mark.parametrize("model", [Referral, Case, Entry, News, Draft])
def test_a_member_sees_by_raw_sql_what_the_rules_let_them_see(
    place: dict[str, Membership], who: str, model: Any
) -> None:
    """The database's rules and those of agencies/access.py are written apart: here they are held against each other.

    The database may show a little more: referrals by way of a case that is shared.
    """
    member = place[who]
    allowed = set(model.visible_to(member).values_list("pk", flat=True))
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(member))
        seen = read_keys(model)
    assert allowed <= seen
    if model is not Referral:
        assert seen == allowed


def test_a_steward_sees_no_person_by_any_table(place: dict[str, Membership]) -> None:
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(place["steward"]))
        seen = {model._meta.label for model in POLICIES if count_rows(model)}
    assert seen <= {"agencies.Message", "agencies.Draft"}


def test_a_former_member_of_the_circle_sees_nothing_at_the_next_query(place: dict[str, Membership]) -> None:
    shared = Case.objects.get(circle__purpose="Debt advice")
    Circle.objects.filter(case=shared, purpose="Debt advice").update(ended_at=shared.opened_at)
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(place["ours"]))
        assert shared.pk not in read_keys(Case)
        assert not Entry.objects.filter(case_id=shared.pk).exists()


def test_another_teams_person_is_neither_read_nor_changed(place: dict[str, Membership]) -> None:
    theirs = Person.objects.filter(agency=place["theirs"].agency).exclude(cases__circle__purpose="Debt advice").first()
    assert theirs is not None
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(place["ours"]))
        assert theirs.pk not in read_keys(Person)
        assert Person.objects.filter(pk=theirs.pk).update(phone="01632 960999") == 0


def test_two_members_one_after_the_other_on_one_connection(place: dict[str, Membership]) -> None:
    """No context outlives its request: not for the next one, whoever it is, nor for what is no request."""
    clients = {who: signed_in_client(Client(), place[who]) for who in ("ours", "theirs")}
    pages = {who: [reverse("cases:case", args=[case.pk])] for who in clients for case in [own_case(place[who])]}
    for _ in range(3):
        for who, client in clients.items():
            other = "theirs" if who == "ours" else "ours"
            assert client.get(pages[who][0]).status_code == 200
            assert client.get(pages[other][0]).status_code == 404
            with acting_as(DatabaseRole.WEB):
                assert count_rows(Case) == 0


def own_case(member: Membership) -> Case:
    return Case.objects.filter(agency=member.agency, entries__text="Ours alone")[0]


@pytest.fixture
def no_conditions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The QuerySets' own conditions switched off: every scope of agencies/access.py lets everything be seen."""
    scopes = [name for name, f in vars(access).items() if callable(f) and is_scope(f)]
    assert {"referrals", "cases", "entries", "bookings", "news"} <= set(scopes)
    for name in scopes:
        monkeypatch.setattr(access, name, lambda member: models.Q())
    scope_sql._compile_visible.cache_clear()
    yield
    monkeypatch.undo()
    scope_sql._compile_visible.cache_clear()


def is_scope(function: Any) -> bool:
    return getattr(function, "__module__", "") == access.__name__ and (
        getattr(function, "__annotations__", {}).get("return") == "Q"
    )


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [Role.CONNECTOR, Role.LEAD, Role.REFERRER, Role.PROVIDER, Role.STEWARD])
def test_with_the_conditions_of_the_code_switched_off_still_nothing_foreign_is_shown(
    no_conditions: None, role: Role, method: str, client: Client
) -> None:
    """Each address of a referral, a case or what is in one, with somebody else's object."""
    signed_in_client(client, MembershipFactory(role=role, manages_team=True))
    shown = {}
    for name, make in FOREIGN.items():
        if name.split(":")[0] not in ("cases", "referrals"):
            continue
        response = getattr(client, method)(reverse(name, kwargs=make()))
        to_confirm = response.status_code == 302 and "/reauthenticate/" in response["Location"]
        if response.status_code not in (403, 404, 405) and not to_confirm:
            shown[name] = response.status_code
    assert shown == {}


@pytest.fixture
def web_login() -> Iterator[Any]:
    """A connection of its own, which logged in as the web server does."""
    if not hasattr(connection, "server"):
        pytest.skip("Only the embedded server lets anybody log in.")
    url = connection.server.database_url(connection.settings_dict["NAME"])
    with psycopg.connect(url.replace("postgres@", f"{role_name(DatabaseRole.WEB)}@", 1), autocommit=True) as own:
        yield own


# --- What the web's login may not do --------------------------------------------------------------------


def test_point_54_the_webs_login_is_no_superuser_and_owns_nothing() -> None:
    with connection.cursor() as cursor:
        for role in (DatabaseRole.WEB, DatabaseRole.JOBS, DatabaseRole.OPS):
            cursor.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
                " EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = %s",
                [role_name(role)],
            )
            assert cursor.fetchone() == (False,) * 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_entry SET text = ''",
        "DELETE FROM cases_entry",
        "TRUNCATE cases_entry",
        "ALTER TABLE cases_entry DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE cases_entry DISABLE TRIGGER USER",
        "DROP TABLE cases_entry",
        "DROP POLICY web_select ON cases_entry",
        "CREATE TABLE mine (id int)",
        "DELETE FROM cases_case",
        "DELETE FROM cases_circle",
        "DELETE FROM cases_agreement",
        "DELETE FROM cases_person",
        "DELETE FROM referrals_referral",
        "UPDATE referrals_move SET words = ''",
        "UPDATE referrals_lookup SET found = false",
        "UPDATE django_migrations SET name = ''",
        "SELECT set_config('app.erasing', 'on', true); UPDATE cases_entry SET text = ''",
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "COPY cases_entry TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_point_54_what_is_written_is_neither_rewritten_nor_emptied(web_login: Any, statement: str) -> None:
    with pytest.raises(psycopg.Error) as refused:
        web_login.execute(statement.replace("{owner}", role_name(DatabaseRole.OWNER)))
    assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege)


def test_point_54_no_append_only_table_is_left_out() -> None:
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if issubclass(model, AppendOnly):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')",
                    [role_name(DatabaseRole.WEB), f'"{model._meta.db_table}"'],
                )
                assert cursor.fetchone()[0] is False, model


def test_the_functions_that_go_round_the_policies_are_these() -> None:
    """SECURITY DEFINER: each is a hole, checks the context itself, and looks names up where nobody else writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname::text, proconfig::text FROM pg_proc"
            " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        found = dict(cursor.fetchall())
    assert set(found) == {
        "case_of_referral",
        "case_of_booking",
        "people_elsewhere",
        "is_unsent_kept",
        "linked_cases",
        "keep_viewers",
        "keep_hidden",
        "hide_referrals",
        "restricted_cases",
        "find_restricted",
        "sealed_openings",
        "names_referred_elsewhere",
        "count_cases_of",
    }
    assert all("search_path=pg_catalog, public, pg_temp" in settings for settings in found.values())
    assert len(FUNCTIONS) == 10


@pytest.mark.parametrize("power", range(4))
def test_production_refuses_a_login_of_the_web_that_may_too_much(monkeypatch: pytest.MonkeyPatch, power: int) -> None:
    powers = tuple(n == power for n in range(4))
    monkeypatch.setattr(roles, "POWERS_SQL", f"SELECT {', '.join(str(p).lower() for p in powers)}")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is the login of the web server"):
        refuse_powerful_role()


def test_the_owner_is_refused_as_the_web() -> None:
    with pytest.raises(ImproperlyConfigured, match="owns tables"):
        refuse_powerful_role()


# --- Contexts --------------------------------------------------------------------------------------------


def test_a_job_that_does_not_say_that_it_is_one_stops(place: dict[str, Membership]) -> None:
    with acting_as(DatabaseRole.JOBS), pytest.raises((ProgrammingError, DatabaseError)), transaction.atomic():
        count_rows(Case)


def test_a_job_that_says_so_sees_and_its_context_ends_with_it(place: dict[str, Membership]) -> None:
    with acting_as(DatabaseRole.JOBS), job_context():
        assert count_rows(Case)
        assert Message.objects.count()


def test_ops_reads_everything_and_writes_nothing(place: dict[str, Membership]) -> None:
    with acting_as(DatabaseRole.OPS):
        assert count_rows(Entry)
        with pytest.raises(DatabaseError), transaction.atomic():
            LookUp.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.update(what_matters="")


@pytest.mark.django_db(transaction=True)
def test_a_context_outside_a_transaction_is_an_error() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        set_context(agency=uuid.uuid4())


def test_what_a_deed_has_entered_it_leaves(place: dict[str, Membership]) -> None:
    case = own_case(place["theirs"])
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(place["ours"]))
        before = read_keys(Case)
        with entered("case", case.pk):
            assert read_keys(Case) == before | {case.pk}
        assert read_keys(Case) == before


def test_a_login_of_its_own_sees_nothing_without_a_context(web_login: Any) -> None:
    assert web_login.execute("SELECT session_user::text, count(*) FROM cases_closingreason").fetchone()[1] > 0
    assert web_login.execute("SELECT session_user::text, count(*) FROM cases_case").fetchone() == (
        role_name(DatabaseRole.WEB),
        0,
    )


# --- Within a team: restricted cases, and layers -----------------------------------------------------------


def restricted_case(place: dict[str, Membership], level: str) -> Case:
    case = own_case(place["ours"])
    lead = MembershipFactory(role=Role.LEAD, agency=case.agency)
    words = {"words": "A cousin works here", "key": uuid.uuid4()}
    restrict_case(case=case, by=Author.of(lead), level=level, workers=[place["ours"]], **words)
    return case


OF_A_CASE = [Case, Person, Entry, Reading, Circle, Referral, News]


def keys_of_case(case: Case) -> dict[type[models.Model], set[Any]]:
    """Ids of all there is of it, by table."""
    sent = Referral.objects.filter(case_referral__case=case)
    rows = {Case: Case.objects.filter(pk=case.pk), Person: Person.objects.filter(pk=case.person_id), Referral: sent}
    rows |= {model: model.objects.filter(case=case) for model in (Entry, Reading, Circle, News)}
    return {model: set(found.values_list("pk", flat=True)) for model, found in rows.items()}


def seen_by(member: Membership, model: type[models.Model]) -> set[Any]:
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(member))
        return read_keys(model)


@pytest.mark.parametrize("level", ["named", "protected"])
def test_a_restricted_case_is_by_raw_sql_its_named_workers_alone(place: dict[str, Membership], level: str) -> None:
    case = restricted_case(place, level)
    worker, lead = place["ours"], MembershipFactory(role=Role.LEAD, agency=case.agency)
    colleague, keys = MembershipFactory(role=Role.CONNECTOR, agency=case.agency), keys_of_case(case)
    assert all(keys[model] for model in (Case, Person, Entry, Reading, Circle, Referral))
    for model in OF_A_CASE:
        assert keys[model] <= seen_by(worker, model), model
        for other in (colleague, lead, place["theirs"]):
            assert not keys[model] & seen_by(other, model), model
    assert bool(keys[Referral] & seen_by(place["practice"], Referral)) == (level == "named")


def test_an_emergency_opens_it_by_raw_sql_for_its_time(place: dict[str, Membership]) -> None:
    case = restricted_case(place, "protected")
    colleague = MembershipFactory(role=Role.CONNECTOR, agency=case.agency)
    opening = open_in_emergency(case=case.pk, by=colleague, reason="A fall", key=uuid.uuid4())
    assert case.pk in seen_by(colleague, Case)
    assert case.person_id in seen_by(colleague, Person)
    opening.until = timezone.now()
    opening.save(update_fields=["until"])
    assert case.pk not in seen_by(colleague, Case)
    assert opening.pk not in seen_by(place["ours"], EmergencyOpening)


def test_of_a_restricted_case_the_lead_is_told_by_a_function_that_it_exists(place: dict[str, Membership]) -> None:
    case = restricted_case(place, "protected")
    for role, agency, known in (
        (Role.LEAD, case.agency, [case.pk]),
        (Role.CONNECTOR, case.agency, []),
        (Role.LEAD, place["theirs"].agency, []),
    ):
        member = MembershipFactory(role=role, agency=agency)
        with acting_as(DatabaseRole.WEB):
            set_context(**database_context(member))
            assert list_restricted() == known


@pytest.mark.parametrize("purpose", list(access.Purpose))
def test_layers_are_kept_by_raw_sql(place: dict[str, Membership], purpose: access.Purpose) -> None:
    case = own_case(place["theirs"])
    Circle.objects.create(case=case, agency=place["ours"].agency, purpose="Helps", purpose_kind=purpose)
    written = {
        record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="x", layer=layer).pk: layer
        for layer in access.Layer
    }
    seen = seen_by(place["ours"], Entry)
    assert {layer for pk, layer in written.items() if pk in seen} == access.LAYERS_OF_PURPOSE[purpose]
