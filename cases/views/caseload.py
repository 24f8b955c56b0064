"""The connector's landing page: counts that are links, the lists behind them, and a search for people."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, Role, allow, has_permission
from agencies.models import Membership
from agencies.request import MemberRequest
from cases.caseload import FoundPeople, count_lists, find_people, load_list_page
from cases.forms.caseload import FindPersonForm
from cases.news import MAX_ON_LANDING, NewsLine, load_news
from config.forms import render_form_page
from config.http import parse_uuid
from referrals.actions.look_up import may_look_up
from referrals.models import LookUp

CASELOAD_TILES = [  # list, words when it is one, words
    ("news", "Piece of news from others", "News from others"),
    ("new", "New referral to accept", "New referrals to accept"),
    ("first", "First contact to make", "First contacts to make"),
    ("due", "Due today", "Due today"),
    ("overdue", "Overdue", "Overdue"),
    ("quiet", "Quiet for 14 days", "Quiet for 14 days"),
    ("waiting", "Waiting on a group", "Waiting on a group"),
    ("alone", "Without a connector", "Without a connector"),
]
TILES_WHEN_SOME = {"alone"}
LIST_TITLES = {
    "today": "To do today",
    "all": "Everybody",
    "dealt": "News dealt with",
    **{name: words for name, _, words in CASELOAD_TILES},
}
NEWS_LISTS = {"news", "dealt"}
TOO_MANY_SEARCHES = "You have looked for many people in a short time. Wait an hour, or use the lists"
PAGE_PARTS = {"more": "rows", "found": "found"}


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def caseload(request: MemberRequest) -> HttpResponse:
    """GET shows a list (`list`, `who`, `after` in the query); POST finds people, and leaves no trace in an address.

    Who leads a team begins with all of it. Above the list of today stands what is new, until it was dealt with."""
    member = request.member
    who = request.GET.get("who") or ("team" if has_permission(member, Permission.SEE_TEAM) else "me")
    colleagues = list_colleagues(member)
    whose = choose_caseload_owner(member, who, colleagues)
    name = request.GET.get("list", "today")
    if name not in LIST_TITLES:
        raise Http404
    form = FindPersonForm(request.POST if request.method == "POST" else None)
    found = look_for_people(member, form) if form.is_valid() else FoundPeople([])
    cursor, figures = parse_cursor(request), count_lists(member, whose)
    news, after = load_caseload_news(member, whose, name, cursor, figures["news"])
    shown, after = ([], after) if name in NEWS_LISTS else load_list_page(member, whose, name, after=cursor)
    return render_form_page(
        request,
        "cases/caseload.html",
        part=PAGE_PARTS,
        context={
            "form": form,
            "found": found.rows,
            "more_found": found.more,
            "near": found.near,
            "rows": shown,
            "news": news,
            "shows_news": name in NEWS_LISTS,
            "after": after,
            "name": name,
            "title": LIST_TITLES[name],
            "tiles": build_tiles(figures),
            "figures": figures,
            "who": who,
            "whose": whose,
            "colleagues": colleagues,
            "greeting": format_greeting(),
            "going_on": cursor is not None,
            "with_whom": "Given to" if name == "new" else "" if whose and name != "alone" else "Connector",
        },
    )


def look_for_people(member: Membership, form: FindPersonForm) -> FoundPeople:
    """Who is found, counted as a look-up; nobody, and why, for one who has looked for too many."""
    words = form.cleaned_data["words"]
    if not may_look_up(member, LookUp.Kind.SEARCH):
        form.add_error("words", TOO_MANY_SEARCHES)
        return FoundPeople([])
    found = find_people(member, words)
    LookUp.record(member, words, found=bool(found.rows), kind=LookUp.Kind.SEARCH)
    return found


def list_colleagues(member: Membership) -> list[Membership]:
    """Colleagues whose caseload the member may look at: those of a team lead's own team."""
    if not has_permission(member, Permission.SEE_TEAM):
        return []
    team = Membership.visible_to(member).filter(ended_at=None, role__in=[Role.CONNECTOR, Role.LEAD])
    return list(team.select_related("user").only("user__name").order_by("user__name", "id"))


def choose_caseload_owner(member: Membership, who: str, colleagues: list[Membership]) -> Membership | None:
    """Whose caseload is shown: one's own ("me"), a colleague's, or None for the whole team."""
    if who == "me":
        return member
    if not colleagues:
        raise PermissionDenied
    if who == "team":
        return None
    found = next((colleague for colleague in colleagues if str(colleague.pk) == who), None)
    if found is None:
        raise Http404
    return found


def load_caseload_news(
    member: Membership, whose: Membership | None, name: str, after: uuid.UUID | None, waiting: int
) -> tuple[list[NewsLine], uuid.UUID | None]:
    """A page of the news, or its first lines above the list of today; on the other lists none."""
    if name in NEWS_LISTS:
        return load_news(member, holder=whose, done=name == "dealt", after=after)
    if name == "today" and waiting and not after:
        return load_news(member, holder=whose, size=MAX_ON_LANDING)[0], None
    return [], None


def parse_cursor(request: MemberRequest) -> uuid.UUID | None:
    """The id after which the list goes on; a broken one begins at the start."""
    return parse_uuid(request.GET.get("after"))


def build_tiles(figures: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "count": figures[name], "words": one if figures[name] == 1 else many}
        for name, one, many in CASELOAD_TILES
        if figures[name] or name not in TILES_WHEN_SOME
    ]


def format_greeting() -> str:
    """By London's clock."""
    hour = timezone.localtime().hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
