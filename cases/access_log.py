"""Every opening of a case leaves a row: who, for which agency, when, which page. The person can read that log."""

import uuid
from typing import Any, cast

from django.db.models import Q, Subquery
from django.http import Http404
from django.utils import timezone

from agencies.access import Purpose
from agencies.models import Agency, Membership, User
from agencies.request import MemberRequest
from agencies.scope_sql import visible_sql
from cases.models import Case, EmergencyOpening, Person, Reading
from config.database import prepared_cursor
from config.statements import build_instances, columns_sql, fill_statement

# A reload is not a second opening: the same member on the same page within this time leaves one row.
SAME_ACCESS_SECONDS = 60
PAGE_SIZE = 30  # openings shown at once

CASE_SQL = f"""
SELECT {columns_sql("c", Case)}, {columns_sql("person", Person)}, {columns_sql("practice", Agency)},
    {columns_sql("team", Agency)}, {columns_sql("lead", Membership)}, {columns_sql("lead_user", User)},
    seat.purpose_kind, seat.until
FROM ({{visible}}) c
JOIN cases_circle seat ON seat.case_id = c.id AND seat.agency_id = %(agency)s AND seat.ended_at IS NULL
    AND coalesce(seat.member_id, %(member)s) = %(member)s AND coalesce(seat.until > statement_timestamp(), true)
JOIN cases_person person ON person.id = c.person_id
LEFT JOIN agencies_agency practice ON practice.id = person.practice_id
JOIN agencies_agency team ON team.id = c.agency_id
JOIN agencies_membership lead ON lead.id = c.lead_id
JOIN agencies_user lead_user ON lead_user.id = lead.user_id
WHERE c.id = %(pk)s
"""  # noqa: S608


def get_case_logged(request: MemberRequest, pk: uuid.UUID, page: str) -> Case:
    """The case, with person, agency and lead at hand, and its opening noted.

    Http404 for whoever may not see it; nothing is noted then, for nothing was seen. The way into a case for
    every view that shows one: fetching and noting cannot be done apart by mistake.
    """
    member = request.member
    case = get_case_unlogged(member, pk)
    log_access(request, case, page)
    return case


def get_case_unlogged(member: Membership, pk: uuid.UUID) -> Case:
    """The case for a deed that shows nothing of it. Http404 for whoever may not see it."""
    with prepared_cursor() as cursor:
        statement = fill_statement(CASE_SQL, visible=visible_sql(Case, member))
        cursor.execute(statement, {"pk": pk, "agency": member.agency_id, "member": member.pk})
        row = cursor.fetchone()
    if row is None:
        raise Http404
    case, case.person, practice, case.agency, lead, lead.user = build_instances(
        row, Case, Person, Agency, Agency, Membership, User
    )
    case.person.practice, case.lead = practice, lead
    if case.agency_id != member.agency_id:
        case.seen_for = Purpose(row[-2])
    case.open_until = row[-1]
    return cast("Case", case)


def get_own_case(member: Membership, pk: uuid.UUID) -> Case:
    """The same for what only the team that owns the case may do."""
    case = get_case_unlogged(member, pk)
    if case.agency_id != member.agency_id:
        raise Http404
    return case


def load_log_for_person(case: Case) -> list[Reading]:
    """What the person reads of it: all but what was opened in an emergency for a safeguarding reason, until the lead
    has reviewed that or the time for it is over."""
    return list(case.readings.exclude(emergency__in=EmergencyOpening.sealed_of(case)).order_by("-at", "id"))


def load_access_log(case: Case, after: uuid.UUID | None = None) -> tuple[list[Reading], uuid.UUID | None]:
    """Who opened the case, newest first, a page at a time; and the id to go on after, or None at the end."""
    found = case.readings.order_by("-at", "id")
    if after:
        last = Subquery(case.readings.filter(pk=after).order_by().values("at"))
        found = found.filter(Q(at__lt=last) | Q(at=last, pk__gt=after))
    page = list(found[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None


LOG_SQL = """
WITH seen AS (
    UPDATE cases_news SET opened_at = %(now)s::timestamptz, opened_by_id = %(member)s::uuid
    WHERE case_id = %(case)s::uuid AND agency_id = %(agency)s::uuid AND opened_at IS NULL AND %(page)s::text = 'story'
)
INSERT INTO cases_reading (id, case_id, member_id, agency_id, reader_name, agency_name, page, at, emergency_id)
SELECT %(id)s::uuid, %(case)s::uuid, %(member)s::uuid, %(agency)s::uuid, %(reader)s::text, %(agency_name)s::text,
    %(page)s::text, %(now)s::timestamptz,
    (SELECT id FROM cases_emergencyopening WHERE case_id = %(case)s::uuid AND member_id = %(member)s::uuid
        AND until > %(now)s::timestamptz ORDER BY at DESC LIMIT 1)
WHERE NOT EXISTS (
    SELECT 1 FROM cases_reading
    WHERE case_id = %(case)s::uuid AND member_id = %(member)s::uuid AND page = %(page)s::text
        AND at > %(now)s::timestamptz - make_interval(secs => %(fold)s::float8)
)
"""


def log_access(request: MemberRequest, case: Case, page: str) -> None:
    """Note that the member at work opened `page` of `case` (story, sharing, history.pdf …; 50 characters).

    One statement, in the request's transaction: no page is shown whose opening is not kept. Whoever of the owning team
    opens the story has seen the news in it.
    """
    member = request.member
    row: dict[str, Any] = {
        "id": uuid.uuid4(),
        "case": case.pk,
        "member": member.pk,
        "agency": member.agency_id,
        "reader": member.user.name,
        "agency_name": member.agency.name,
        "page": page,
        "now": timezone.now(),
        "fold": SAME_ACCESS_SECONDS,
    }
    with prepared_cursor() as cursor:
        cursor.execute(LOG_SQL, row)
