"""A connector's lists for today: who needs something, what, and by when. Read by the caseload page alone.

All figures come from one aggregate over the open cases of one member (or team), found by index, so that they
cost the same however many cases the place has. The statements are written out, as building them took three times as
long as running them; who may see which case or referral is agencies.access's to say.
"""

import datetime
import uuid
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.utils import timezone

from agencies.models import Membership
from agencies.scope_sql import visible_sql
from cases.models import Case, CaseReferral, News
from cases.news import AT_WORK_SQL, NEWS_OF_SQL, NEWS_SQL
from config.births import Birth
from config.database import prepared_cursor
from config.statements import fill_statement
from config.template_tags import due, row_address
from referrals.lists import format_about
from referrals.lists import format_waiting as format_waiting_days
from referrals.models import Referral, Urgency
from referrals.person_search import (
    find_near,
    match_person,
    order_by_surname,
    parse_reference,
    with_phone_digits,
)

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
LIST_ORDER = {"quiet": "last_entry_at", "all": "surname"}  # the others: what is due first comes first

# A group has been asked, and the connector has no yes or no.
ASKED_SQL = """cases_casereferral link JOIN referrals_referral r
        ON r.id = link.referral_id AND link.direction = 'sent' AND r.status IN ('sent', 'returned')"""
# The date of the first contact binds until somebody has rung; then the day of the next step does.
PROMISE_RULE = """c.first_contact_at IS NULL
                AND (c.tries = 0 AND c.last_contact_at IS NULL OR c.next_action_on IS NULL)"""
# Open cases of one colleague, or of the whole team when `owner` is agency_id; each with the day it is due.
OPEN_CASES_SQL = f"""
open_case AS MATERIALIZED (
    SELECT c.id, c.person_id, c.lead_id, c.first_contact_due, c.first_contact_at, c.next_action, c.next_action_on,
        c.last_entry_at, c.tries, c.last_contact_at,
        EXISTS (SELECT FROM {ASKED_SQL} WHERE link.case_id = c.id) AS asked,
        coalesce(
            least(c.next_action_on, CASE WHEN {PROMISE_RULE} THEN c.first_contact_due END), '9999-12-31'
        ) AS due_on
    FROM ({{visible_cases}}) c
    WHERE c.closed_at IS NULL AND c.processing_restricted_at IS NULL AND c.{{owner}} = %(owner)s
)"""  # noqa: S608
# Referrals that wait for the team to accept them.
NEW_REFERRALS_SQL = """({visible_referrals}) r
    WHERE r.to_agency_id = %(agency)s AND r.service_id IS NULL AND r.status = 'sent'"""
COUNTS_SQL = f"""WITH {OPEN_CASES_SQL}
SELECT (SELECT count(*) FROM {NEW_REFERRALS_SQL}),
    (SELECT count(*) FROM {NEWS_SQL}),
    (SELECT count(*) FROM ({{visible_cases}}) c WHERE closed_at IS NULL AND agency_id = %(agency)s AND {ALONE_RULE}
        AND processing_restricted_at IS NULL),
    {", ".join(f"count(*) FILTER (WHERE {rule})" for rule in LIST_RULES.values())}
FROM open_case
"""  # noqa: S608
CASE_PAGE_SQL = f"""WITH {OPEN_CASES_SQL},
listed AS (
    SELECT open_case.*, person.name,
        lower(unaccent(regexp_replace(regexp_replace(person.name, '\\s*[(\\[].*$', ''), '^.*[\\s.]', ''))) || ' '
            || lower(person.name) AS surname
    FROM open_case JOIN cases_person person ON person.id = open_case.person_id
    WHERE {{rule}}
),
page AS (
    SELECT * FROM listed
    WHERE %(after)s::uuid IS NULL OR ({{order}}, id) > (SELECT {{order}}, id FROM listed WHERE id = %(after)s)
    ORDER BY {{order}}, id LIMIT %(rows)s
)
SELECT c.id, c.name, lead_user.name, c.first_contact_due, c.first_contact_at, c.next_action, c.next_action_on,
    c.last_entry_at, NULL, c.tries, c.last_contact_at,
    (SELECT count(*) FROM cases_news news WHERE news.case_id = c.id AND news.done_at IS NULL
        AND news.agency_id = %(agency)s),
    c.lead_id IN ({AT_WORK_SQL}), question.*
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
SELECT r.id, r.person_name, r.answer_by, r.urgency, assigned_user.name, r.date_of_birth, r.birth_precision, r.postcode,
    r.sent_at, sender.name, array_to_string(ARRAY(
        SELECT term.name FROM referrals_referral_needs need JOIN directory_taxonomyterm term
            ON term.id = need.taxonomyterm_id WHERE need.referral_id = r.id ORDER BY term.name
    ), '; ')
FROM listed r
JOIN agencies_agency sender ON sender.id = r.from_agency_id
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
    about: str = ""
    asked_by: str = ""
    answer_due: str = ""
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
    tries: int
    last_contact_at: datetime.datetime | None
    news: int = 0
    is_held: bool = True  # whoever leads it is at work
    asked_whom: str | None = None  # of the group that is to answer first; None when no group is asked
    answer_by: datetime.date | None = None
    asked_at: datetime.datetime | None = None  # the oldest question
    is_unanswered: bool = False
    is_returned: bool = False


COLUMNS_ELSEWHERE = {"name": "person__name", "lead": "lead__user__name"}
CASE_COLUMNS = [*(COLUMNS_ELSEWHERE.get(name, name) for name in ListedCase._fields[:11]), "lead__ended_at", "agency_id"]


def fetch_rows(
    text: str, member: Membership, whose: Membership | None, name: str = "all", after: uuid.UUID | None = None
) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above, for the cases of one colleague or (None) of the whole team."""
    statement = fill_statement(
        text,
        visible_cases=visible_sql(Case, member),
        visible_referrals=visible_sql(Referral, member),
        visible_news=visible_sql(News, member),
        owner="lead_id" if whose and name != "alone" else "agency_id",
        rule=LIST_RULES.get(name, ALONE_RULE if name == "alone" else "true"),
        news_of=NEWS_OF_SQL["one" if whose else "all"],
        order=LIST_ORDER.get(name, "due_on"),
    )
    now = timezone.now()
    values: dict[str, Any] = {
        "owner": whose.pk if whose and name != "alone" else member.agency_id,
        "agency": member.agency_id,
        "member": member.pk,
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
        shown = [
            build_referral_row(ListedReferral(*row))
            for row in fetch_rows(REFERRAL_PAGE_SQL, member, whose, after=after)
        ]
    else:
        found = fetch_rows(CASE_PAGE_SQL, member, whose, name, after)
        shown = [build_case_row(ListedCase(*row), name) for row in found]
    return shown[:PAGE_SIZE], shown[PAGE_SIZE - 1].pk if len(shown) > PAGE_SIZE else None


class ListedReferral(NamedTuple):
    """A referral as REFERRAL_PAGE_SQL gives it."""

    pk: uuid.UUID
    person_name: str
    answer_by: datetime.date
    urgency: str
    assigned_to: str | None
    born: datetime.date | None
    birth_precision: str
    postcode: str
    sent_at: datetime.datetime
    sender: str
    needs: str


def build_referral_row(asked: ListedReferral) -> CaseloadRow:
    today = timezone.localdate()
    soon = asked.urgency == Urgency.SOON
    status, tone = ("Late", "coral") if asked.answer_by < today else ("Soon", "amber") if soon else ("New", "sky")
    return CaseloadRow(
        pk=asked.pk,
        url=row_address("referrals:referral", asked.pk),
        name=asked.person_name,
        next_step=asked.needs or "No need was named",
        due=format_waiting_days(asked.sent_at, today),
        answer_due=due(asked.answer_by),
        status=status,
        tone=tone,
        lead=asked.assigned_to or "Nobody yet",
        about=format_about(Birth(asked.born, asked.birth_precision), asked.postcode),
        asked_by=asked.sender,
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
    """What comes next for this person and by when; the first contact, while it is due sooner and nobody has rung."""
    planned, tried = case.next_action_on, format_tries(case.tries)
    rung = case.tries or case.last_contact_at
    if case.first_contact_at is None and (planned is None or (not rung and case.first_contact_due <= planned)):
        return f"First contact{tried}", case.first_contact_due
    return f"{case.next_action or 'No next step'}{tried}", planned


def format_tries(tries: int) -> str:
    """How often nobody answered since somebody last did, behind the next step; "" for never."""
    return f" ({tries} {'try' if tries == 1 else 'tries'}, no answer)" if tries else ""


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


def hide_next_step(case: ListedCase, hide: bool) -> ListedCase:
    """What the owning team does next is its own."""
    return case._replace(next_action="With another team", next_action_on=None) if hide else case


class FoundPeople(NamedTuple):
    """Up to MAX_PEOPLE_FOUND rows; whether there are more, and whether their names only come near what was typed."""

    rows: list[CaseloadRow]
    more: bool = False
    near: bool = False


def find_people(member: Membership, words: str) -> FoundPeople:
    """People whose case the member may see, open or closed, by name, phone, NHS number or a referral's reference."""
    people = match_person(words, prefix="person__", names=["name", "preferred_name"])
    if ids := parse_reference(words):
        people |= Q(pk__in=CaseReferral.objects.filter(referral__pk__range=ids).values("case"))
    if not people:
        return FoundPeople([])
    seen, open_first = Case.visible_to(member), F("closed_at").asc(nulls_first=True)
    exact = (
        with_phone_digits(seen, "person__phone").filter(people).order_by(open_first, *order_by_surname("person__name"))
    )
    found = list(exact.values_list(*CASE_COLUMNS)[: MAX_PEOPLE_FOUND + 1])
    near = [] if found else list(find_near(seen, words, "person__name").values_list(*CASE_COLUMNS)[:MAX_PEOPLE_FOUND])
    rows = [
        build_case_row(
            hide_next_step(ListedCase(*case), agency != member.agency_id)._replace(is_held=not ended), "found"
        )
        for *case, ended, agency in (found or near)[:MAX_PEOPLE_FOUND]
    ]
    return FoundPeople(rows, len(found) > MAX_PEOPLE_FOUND, bool(near))
