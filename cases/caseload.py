"""A connector's lists for today: who needs something, what, and by when. Read by the caseload page alone.

All figures come from one aggregate over the open cases of one member (or team), found by index, so that they
cost the same however many cases the place has. The statements are written out, as building them took three times as
long as running them; who may see which case or referral is agencies.access's to say.
"""

import datetime
import re
import uuid
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from agencies.access import visible_sql
from agencies.models import Membership
from cases.models import Case
from cases.news import AT_WORK_SQL, NEWS_OF_SQL, NEWS_SQL
from config.database import prepared_cursor
from config.statements import fill_statement
from config.template_tags import due, row_address
from referrals.models import Referral, Urgency

PAGE_SIZE = 30  # rows shown at once
MAX_PEOPLE_FOUND = 20  # people shown for a search
QUIET_AFTER = datetime.timedelta(days=14)

LIST_RULES = {  # which of the open cases; "new" are none of these but referrals, "alone" are the whole team's
    "today": "due_on <= %(today)s",
    "first": "first_contact_at IS NULL",
    "due": "due_on = %(today)s",
    "overdue": "due_on < %(today)s",
    "quiet": "last_entry_at < %(quiet_since)s",
    "waiting": "asked",
    "all": "true",
}
ALONE_RULE = f"lead_id NOT IN ({AT_WORK_SQL})"  # who leads it has left, or may no longer work with cases
LIST_ORDER = {"quiet": "last_entry_at", "all": "name"}  # the others: what is due first comes first

# A group has been asked, and the connector has no yes or no.
ASKED_SQL = """cases_casereferral link JOIN referrals_referral r
        ON r.id = link.referral_id AND link.direction = 'sent' AND r.status IN ('sent', 'returned')"""
# Open cases of one colleague, or of the whole team when `owner` is agency_id; each with the day it is due.
OPEN_CASES_SQL = f"""
open_case AS MATERIALIZED (
    SELECT c.id, c.person_id, c.lead_id, c.first_contact_due, c.first_contact_at, c.next_action, c.next_action_on,
        c.last_entry_at, EXISTS (SELECT FROM {ASKED_SQL} WHERE link.case_id = c.id) AS asked,
        coalesce(
            least(c.next_action_on, CASE WHEN c.first_contact_at IS NULL THEN c.first_contact_due END), '9999-12-31'
        ) AS due_on
    FROM ({{visible_cases}}) c
    WHERE c.closed_at IS NULL AND c.{{owner}} = %(owner)s
)"""  # noqa: S608
# Referrals that wait for the team to accept them.
NEW_REFERRALS_SQL = """({visible_referrals}) r
    WHERE r.to_agency_id = %(agency)s AND r.service_id IS NULL AND r.status = 'sent'"""
COUNTS_SQL = f"""WITH {OPEN_CASES_SQL}
SELECT (SELECT count(*) FROM {NEW_REFERRALS_SQL}),
    (SELECT count(*) FROM {NEWS_SQL}),
    (SELECT count(*) FROM ({{visible_cases}}) c WHERE closed_at IS NULL AND agency_id = %(agency)s AND {ALONE_RULE}),
    {", ".join(f"count(*) FILTER (WHERE {rule})" for rule in LIST_RULES.values())}
FROM open_case
"""  # noqa: S608
CASE_PAGE_SQL = f"""WITH {OPEN_CASES_SQL},
listed AS (
    SELECT open_case.*, person.name FROM open_case JOIN cases_person person ON person.id = open_case.person_id
    WHERE {{rule}}
),
page AS (
    SELECT * FROM listed
    WHERE %(after)s::uuid IS NULL OR ({{order}}, id) > (SELECT {{order}}, id FROM listed WHERE id = %(after)s)
    ORDER BY {{order}}, id LIMIT %(rows)s
)
SELECT c.id, c.name, lead_user.name, c.first_contact_due, c.first_contact_at, c.next_action, c.next_action_on,
    c.last_entry_at, NULL, (SELECT count(*) FROM cases_news news WHERE news.case_id = c.id AND news.done_at IS NULL
        AND news.agency_id = %(agency)s), c.lead_id IN ({AT_WORK_SQL}), question.*
FROM page c
JOIN agencies_membership lead ON lead.id = c.lead_id
JOIN agencies_user lead_user ON lead_user.id = lead.user_id
LEFT JOIN LATERAL (
    SELECT (array_agg(coalesce(service.name, agency.name) ORDER BY r.answer_by, r.id))[1], min(r.answer_by),
        min(r.sent_at), bool_or(r.unanswered_at IS NOT NULL), bool_or(r.status = 'returned')
    FROM {ASKED_SQL}
    JOIN agencies_agency agency ON agency.id = r.to_agency_id
    LEFT JOIN directory_service service ON service.id = r.service_id
    WHERE link.case_id = c.id
) question ON c.asked
ORDER BY c.{{order}}, c.id
"""  # noqa: S608
REFERRAL_PAGE_SQL = f"""WITH listed AS (SELECT r.* FROM {NEW_REFERRALS_SQL})
SELECT r.id, r.person_name, r.answer_by, r.urgency, assigned_user.name
FROM listed r
LEFT JOIN agencies_membership assigned ON assigned.id = r.assigned_to_id AND assigned.ended_at IS NULL
LEFT JOIN agencies_user assigned_user ON assigned_user.id = assigned.user_id
WHERE %(after)s::uuid IS NULL OR (r.answer_by, r.id) > (SELECT answer_by, id FROM listed WHERE id = %(after)s)
ORDER BY r.answer_by, r.id LIMIT %(rows)s
"""  # noqa: S608


class CaseloadRow(NamedTuple):
    """One line of a list, in words."""

    pk: uuid.UUID
    url: str
    name: str
    next_step: str
    due: str
    status: str
    tone: str
    lead: str
    news: int = 0  # pieces of news that nobody has dealt with


class ListedCase(NamedTuple):
    """A case as CASE_PAGE_SQL and CASE_COLUMNS give it."""

    pk: uuid.UUID
    name: str
    lead: str
    first_contact_due: datetime.date
    first_contact_at: datetime.datetime | None
    next_action: str
    next_action_on: datetime.date | None
    last_entry_at: datetime.datetime
    closed_at: datetime.datetime | None
    news: int = 0
    is_held: bool = True  # whoever leads it is at work
    asked_whom: str | None = None  # of the group that is to answer first; None when no group is asked
    answer_by: datetime.date | None = None
    asked_at: datetime.datetime | None = None  # the oldest question
    is_unanswered: bool = False
    is_returned: bool = False


CASE_COLUMNS = (
    "pk",
    "person__name",
    "lead__user__name",
    "first_contact_due",
    "first_contact_at",
    "next_action",
    "next_action_on",
    "last_entry_at",
    "closed_at",
    "lead__ended_at",
)


def fetch_rows(
    text: str, member: Membership, whose: Membership | None, name: str = "all", after: uuid.UUID | None = None
) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above, for the cases of one colleague or (None) of the whole team."""
    statement = fill_statement(
        text,
        visible_cases=visible_sql(Case, member),
        visible_referrals=visible_sql(Referral, member),
        owner="lead_id" if whose and name != "alone" else "agency_id",
        rule=LIST_RULES.get(name, ALONE_RULE if name == "alone" else "true"),
        news_of=NEWS_OF_SQL["one" if whose else "all"],
        order=LIST_ORDER.get(name, "due_on"),
    )
    now = timezone.now()
    values: dict[str, Any] = {
        "owner": whose.pk if whose and name != "alone" else member.agency_id,
        "agency": member.agency_id,
        "today": timezone.localdate(now),
        "quiet_since": now - QUIET_AFTER,
        "after": after,
        "rows": PAGE_SIZE + 1,
    }
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def count_lists(member: Membership, whose: Membership | None) -> dict[str, int]:
    """How many are on each list; "new" are referrals that wait for the team to accept them, "alone" are the cases of
    the whole team that nobody leads."""
    (counts,) = fetch_rows(COUNTS_SQL, member, whose)
    return dict(zip(("new", "news", "alone", *LIST_RULES), counts, strict=True))


def load_list_page(
    member: Membership, whose: Membership | None, name: str, after: uuid.UUID | None = None
) -> tuple[list[CaseloadRow], uuid.UUID | None]:
    """A page of the list `name`, and the id to go on after, or None at the end.

    `after` is the id of the last row shown: no name and no date stands in an address (security point 56).
    """
    if name == "new":
        shown = [build_referral_row(*row) for row in fetch_rows(REFERRAL_PAGE_SQL, member, whose, after=after)]
    else:
        found = fetch_rows(CASE_PAGE_SQL, member, whose, name, after)
        shown = [build_case_row(ListedCase(*row), name) for row in found]
    return shown[:PAGE_SIZE], shown[PAGE_SIZE - 1].pk if len(shown) > PAGE_SIZE else None


def build_referral_row(
    pk: uuid.UUID, person_name: str, answer_by: datetime.date, urgency: str, assigned_to: str | None
) -> CaseloadRow:
    late = answer_by < timezone.localdate()
    status, tone = ("Late", "coral") if late else ("Soon", "amber") if urgency == Urgency.SOON else ("New", "sky")
    return CaseloadRow(
        pk=pk,
        url=row_address("referrals:referral", pk),
        name=person_name,
        next_step="Accept, or say why not",
        due=due(answer_by),
        status=status,
        tone=tone,
        lead=assigned_to or "Nobody yet",
    )


def build_case_row(case: ListedCase, name: str) -> CaseloadRow:
    step, by = find_next_step(case)
    if name == "waiting":
        step, by = f"{case.asked_whom} to answer", case.answer_by
    status, tone = format_case_status(case, name)
    return CaseloadRow(
        pk=case.pk,
        url=row_address("cases:case", case.pk),
        name=case.name,
        next_step=step,
        due=due(by),
        status=status,
        tone=tone,
        lead=case.lead if case.is_held else f"Nobody ({case.lead} has left)",
        news=case.news,
    )


def find_next_step(case: ListedCase) -> tuple[str, datetime.date | None]:
    """What comes next for this person and by when; the first contact, while it is due sooner."""
    planned = case.next_action_on
    if case.first_contact_at is None and (planned is None or case.first_contact_due <= planned):
        return "First contact", case.first_contact_due
    return case.next_action or "No next step", planned


def format_case_status(case: ListedCase, name: str = "") -> tuple[str, str]:
    """The chip of a row and its colour: what the list is about first, then what is most pressing."""
    if case.closed_at:
        return "Closed", "grey"
    waiting = format_waiting(case)
    quiet = timezone.now() - case.last_entry_at
    if name == "waiting" and waiting:
        return waiting
    if name == "quiet":
        return f"Quiet {quiet.days} days", "plum"
    if (find_next_step(case)[1] or datetime.date.max) < timezone.localdate():
        return "Overdue", "coral"
    if waiting:
        return waiting
    if quiet > QUIET_AFTER:
        return f"Quiet {quiet.days} days", "plum"
    return ("New", "sky") if case.first_contact_at is None else ("Active", "teal")


def format_waiting(case: ListedCase) -> tuple[str, str] | None:
    """How long the oldest question to a group has gone without a yes or no."""
    if case.asked_at is None:
        return None
    if case.is_unanswered:
        return "No answer", "coral"
    if case.is_returned:
        return "Asks for detail", "amber"
    days = (timezone.now() - case.asked_at).days
    return f"Waiting {days} day{'' if days == 1 else 's'}", "amber"


def find_people(member: Membership, words: str) -> tuple[list[CaseloadRow], bool]:
    """People whose case the member may see, open or closed, by NHS number or by parts of the name.

    Up to MAX_PEOPLE_FOUND rows, and whether there are more.
    """
    digits = re.sub(r"[\s-]", "", words)
    people = Q(person__nhs_number=digits) if re.fullmatch(r"[0-9]{10}", digits) else Q()
    if not people:
        for word in words.split()[:8]:
            people &= Q(person__name__icontains=word) | Q(person__preferred_name__icontains=word)
    if not people:
        return [], False
    cases = Case.visible_to(member).filter(people).values_list(*CASE_COLUMNS)
    found = list(cases.order_by(F("closed_at").asc(nulls_first=True), "person__name", "pk")[: MAX_PEOPLE_FOUND + 1])
    rows = [
        build_case_row(ListedCase(*case[:9])._replace(is_held=case[9] is None), "found")
        for case in found[:MAX_PEOPLE_FOUND]
    ]
    return rows, len(found) > MAX_PEOPLE_FOUND
