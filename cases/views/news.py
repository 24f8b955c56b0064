"""/news/: what others did about our referrals and cases, until it was dealt with. A caseload has its own list of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from agencies.access import Permission, allow, has_permission
from agencies.request import MemberRequest
from agencies.sign_in_redirect import current_page_path
from cases.actions.news import mark_news_done
from cases.news import load_news
from config.fragments import render_page
from config.http import parse_uuid


@allow(Permission.SEE_REFERRALS)
@require_safe
def news(request: MemberRequest) -> HttpResponse:
    """GET with `list=done` shows what was dealt with lately; `after` goes on."""
    member, done = request.member, request.GET.get("list") == "done"
    holder = member if has_permission(member, Permission.WORK_CASES) else None
    lines, after = load_news(member, holder=holder, done=done, after=parse_uuid(request.GET.get("after")))
    context = {"lines": lines, "after": after, "done": done, "list_name": "done" if done else ""}
    return render_page(request, "cases/news.html", context)


@allow(Permission.SEE_REFERRALS)
@require_POST
def news_done(request: MemberRequest) -> HttpResponse:
    """Each `news` that is named was dealt with; with `undo`, it was not. Back to the page one was on."""
    named = [pk for text in request.POST.getlist("news") if (pk := parse_uuid(text))]
    undo = "undo" in request.POST
    if mark_news_done(news=named, by=request.member, done=not undo):
        messages.success(request, "It is among the news again." if undo else "Dealt with.")
    return redirect(current_page_path(request) or "cases:news")
