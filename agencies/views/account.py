"""One's own account: where one is signed in, for which agency one works, drafts, staying signed in."""

import time

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.access import allow, public, signed_in
from agencies.actions.identity_provider import list_links
from agencies.actions.session import end_sessions, format_device, list_sessions
from agencies.actions.unsent import keep_unsent
from agencies.landing_page import find_landing_page
from agencies.models import Draft
from agencies.request import MemberRequest
from agencies.sign_in_redirect import redirect_to_sign_in
from config.fragments import render_page
from config.http import parse_number

# Never kept in a draft: the key that says which form it is, and what proves that the post came from us.
NEVER_DRAFTED_FIELDS = frozenset({"draft_key", "csrfmiddlewaretoken"})
MAX_DRAFT_KEY_LENGTH = 100


@require_GET
@signed_in
def account(request: MemberRequest) -> HttpResponse:
    links = list_links(request.user)
    context = {"memberships": request.memberships, "links": links, "came_in_by": "door" in request.session}
    return render_page(request, "agencies/account.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sessions(request: MemberRequest) -> HttpResponse:
    """Where one is signed in. POST `end`: a session's number, "others" or "all"."""
    rows = list_sessions(request.user)
    if request.method == "GET":
        listed = [{"session": s, "device": format_device(s.user_agent), "here": s.is_current()} for s in rows]
        return render_page(request, "agencies/sessions.html", {"sessions": listed})
    asked = request.POST.get("end", "")
    if asked == "all":
        end_sessions(user=request.user)
        logout(request)
        return redirect_to_sign_in(request)
    chosen = [s for s in rows if not s.is_current() and asked in ("others", str(s.pk))]
    if not chosen and asked != "others":
        raise Http404
    for session in chosen:
        session.end()
    messages.success(request, f"Signed out in {len(chosen)} other {'place' if len(chosen) == 1 else 'places'}.")
    return redirect("agencies:sessions")


@require_http_methods(["GET", "POST"])
@allow()
def work_for(request: MemberRequest) -> HttpResponse:
    """Choose among the own agencies. Anybody else's membership is not found."""
    if request.method == "GET":
        return render_page(request, "agencies/work_for.html", {"memberships": request.memberships})
    asked = request.POST.get("member", "")
    chosen = next((m for m in request.memberships if str(m.pk) == asked), None)
    if chosen is None:
        raise Http404
    request.session["member"] = str(chosen.pk)
    messages.success(request, f"You now work for {chosen.agency.name}.")
    return redirect(find_landing_page(chosen))


@require_POST
@signed_in
def extend_session(request: MemberRequest) -> HttpResponse:
    """Stay signed in: another 15 minutes, within the 12 hours."""
    request.session["seen"] = int(time.time())
    return HttpResponse(status=204)


@require_POST
@allow()
def save_draft(request: MemberRequest) -> HttpResponse:
    """Keep what has been typed so far. Body: draft_key and the form's own fields; the latest wins."""
    key = request.POST.get("draft_key", "")
    typed = {name: values for name, values in request.POST.lists() if name not in NEVER_DRAFTED_FIELDS}
    if (
        not key
        or len(key) > MAX_DRAFT_KEY_LENGTH
        or "\0" in key + "".join(f"{n}{''.join(v)}" for n, v in typed.items())
        or not Draft.fits(typed)
    ):
        return HttpResponse("This draft cannot be kept.", status=422, content_type="text/plain")
    Draft.save_draft(member=request.member, key=key, data=typed)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@allow()
def unsent(request: MemberRequest) -> HttpResponse:
    """What the session's end kept from being sent: to go on with, to send as it is, or, by POST `discard`, to drop."""
    rows = Draft.unsent_of(request.memberships)
    if request.method == "POST":
        number = parse_number(request.POST.get("discard", ""))
        if not rows.filter(pk=number or 0).delete()[0]:
            raise Http404
        messages.success(request, "Thrown away.")
        return redirect("agencies:unsent")
    return render_page(request, "agencies/unsent.html", {"drafts": rows})


@require_POST
@public
def keep(request: HttpRequest) -> HttpResponse:
    """What a page holds when its session ends, before the page leaves for sign-in and comes back to it."""
    return redirect_to_sign_in(request, keep_unsent(request))
