"""The news of a team or an agency as it is read: the lines of the lists, latest first. How it comes about is in
cases/history/news.py."""

import datetime
import uuid
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from agencies.access import Permission
from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership
from agencies.scope_sql import casework_roles_sql, visible_sql
from cases.history.render import describe_entry
from cases.models import News
from config.database import prepared_cursor
from config.statements import fill_statement
from config.template_tags import row_address, when
from referrals.story import build_move_entry, build_remark_entry

PAGE_SIZE = 30  # lines shown at once
MAX_ON_LANDING = 3  # lines above the working list
SHOWN_WHEN_DONE = datetime.timedelta(days=30)  # what was dealt with can be looked up, and taken back, so long

# Who can hold a case of the team today; what is held by anybody else is the whole team's.
AT_WORK_SQL = f"""SELECT m.id FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id
    WHERE m.agency_id = %(agency)s AND m.ended_at IS NULL AND u.is_active AND m.role IN ({casework_roles_sql()})"""  # noqa: S608
HOLDER_SQL = """coalesce(held.lead_id,
        CASE WHEN asked.from_agency_id = news.agency_id THEN asked.sent_by_id ELSE asked.assigned_to_id END)"""
NEWS_OF_SQL = {  # whose news: that of one member, with what nobody holds; or of the whole agency
    "one": f"({HOLDER_SQL} = %(owner)s OR {HOLDER_SQL} IS NULL OR {HOLDER_SQL} NOT IN ({AT_WORK_SQL}))",
    "all": "true",
}
NEWS_SQL = """({visible_news}) news
    LEFT JOIN cases_case held ON held.id = news.case_id
    LEFT JOIN referrals_referral asked ON asked.id = news.referral_id
    WHERE news.agency_id = %(agency)s AND news.done_at IS NULL AND {news_of}"""


class NewsLine(NamedTuple):
    """One line, in words."""

    pk: uuid.UUID
    person: str
    url: str
    title: str
    words: str
    by: str
    when: str
    status: str
    tone: str
    done: str  # by whom and when; "" for what waits


def load_news(
    member: Membership,
    *,
    holder: Membership | None = None,
    done: bool = False,
    after: uuid.UUID | None = None,
    size: int = PAGE_SIZE,
) -> tuple[list[NewsLine], uuid.UUID | None]:
    """A page of the news, the latest first, and the id to go on after; with `done`, what was dealt with lately.

    What `holder` holds, and what nobody does; of None, the news of the whole agency.
    """
    rows = News.visible_to(member).filter(done_at=None)
    if done:
        rows = News.visible_to(member).filter(done_at__gt=timezone.now() - SHOWN_WHEN_DONE)
    elif holder:
        rows = News.objects.filter(pk__in=list_held_news(member, holder))  # those that the member may see
    column = "done_at" if done else "at"
    if last := rows.filter(pk=after).first() if after else None:
        moment = getattr(last, column)
        rows = rows.filter(Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "pk__gt": last.pk}))
    # Few are about a referral without a case: to plan the rules of those tables would take longer than to ask again.
    with_words = rows.select_related("entry", "case__person", "done_by__user")
    with_words = with_words.prefetch_related("referral", "move__reason", "move__to_agency", "remark")
    found = list(with_words.order_by(f"-{column}", "pk")[: size + 1])
    return [build_news_line(row) for row in found[:size]], found[size - 1].pk if len(found) > size else None


def list_held_news(member: Membership, holder: Membership) -> list[uuid.UUID]:
    """Ids of what waits, that the member may see, and that the holder holds or nobody."""
    text = f"SELECT news.id FROM {NEWS_SQL}"  # noqa: S608
    with prepared_cursor() as cursor:
        cursor.execute(
            fill_statement(text, news_of=NEWS_OF_SQL["one"], visible_news=visible_sql(News, member)),
            {"agency": member.agency_id, "member": member.pk, "owner": holder.pk},
        )
        return [pk for (pk,) in cursor.fetchall()]


def build_news_line(row: News) -> NewsLine:
    title, words, by = describe_news(row)
    state = ("Done", "grey") if row.done_at else ("Opened", "sky") if row.opened_at else ("New", "coral")
    return NewsLine(
        pk=row.pk,
        person=row.person_name,
        url=find_news_url(row),
        title=title,
        words=words,
        by=by,
        when=when(row.at),
        status=state[0],
        tone=state[1],
        done=f"{row.done_by.user.name}, {when(row.done_at)}" if row.done_by else "",
    )


def find_news_url(row: News) -> str:
    """The page on which to deal with it."""
    if row.case_id:
        return row_address("cases:case", row.case_id)
    return row_address("referrals:referral", row.referral_id or "")


def describe_news(row: News) -> tuple[str, str, str]:
    """What happened, the words that came with it, and who did it."""
    if row.entry:
        return describe_entry(row.entry)
    if row.remark:
        step = build_remark_entry(row.remark)
    elif row.move:
        step = build_move_entry(row.move)
    else:
        raise ValueError(f"News {row.pk} is of nothing.")
    return step.title, ". ".join(part for part in (step.reason, step.words) if part), step.by


@waiting_sources.register
def list_waiting_news(member: Membership) -> list[WaitingItem]:
    """For whoever has no caseload, which lists it."""
    if not member.has_permission(Permission.SEE_REFERRALS) or member.has_permission(Permission.WORK_CASES):
        return []
    lines, _ = load_news(member)
    return [WaitingItem("News", f"{line.person}: {line.title}", reverse("cases:news")) for line in lines]
