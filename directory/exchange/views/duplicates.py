"""/steward/doubles/: listings of different sources that may be the same, side by side."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.exchange.actions import duplicates as deeds
from directory.models import Decision, Likeness, Service
from directory.publishing.diff import format_listing_fields
from directory.publishing.snapshot import SNAPSHOT_PREFETCH, build_snapshot

MAX_SHOWN_LIKENESSES = 50
# What this place keeps about a listing: shown only where it differs.
LOCAL_LABELS = {
    "State",
    "Listed for everybody",
    "Someone can meet you",
    "Places are booked here",
    "Hours a freed place is held",
    "Asked whether it is right",
}
LIKENESS_TABS = {"": "To decide", Decision.ACCEPTED: "Joined", Decision.DECLINED: "Different"}


@allow(Permission.STEWARD)
@require_safe
def likenesses(request: MemberRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    show = show if show in LIKENESS_TABS else ""
    every = Likeness.visible_to(request.member)
    rows = every.filter(decision=show).select_related("first__agency", "second__agency")
    tabs = [(name, words, every.filter(decision=name).count()) for name, words in LIKENESS_TABS.items()]
    context = {
        "rows": rows[:MAX_SHOWN_LIKENESSES],
        "tabs": tabs,
        "show": show,
        "most": MAX_SHOWN_LIKENESSES,
        "here": LIKENESS_TABS[show],
    }
    return render_page(request, "directory/likenesses.html", context)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def likeness(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Both listings field by field. POST: `keep` (the id of the one that stays), `deed=different` or `deed=undo`."""
    found = get_object_or_404(Likeness.visible_to(request.member).select_related("first", "second"), pk=pk)
    if request.method == "POST":
        try:
            said = apply_decision(request, found)
        except deeds.JoinRefused as refused:
            return render_likeness(request, found, str(refused), status=409)
        if not said:
            return render_likeness(
                request, found, "Choose which one to keep, or say that they are different.", status=422
            )
        messages.success(request, said)
        return redirect("directory:likeness", pk) if found.decision else redirect("directory:likenesses")
    return render_likeness(request, found)


def apply_decision(request: MemberRequest, found: Likeness) -> str:
    """Does what was pressed; what to say about it, "" when nothing was."""
    kept = {str(one.pk): one for one in (found.first, found.second)}.get(request.POST.get("keep", ""))
    deed = request.POST.get("deed")
    if kept:
        deeds.join_listings(found, keep=kept, by=request.member)
        return f"Joined. “{kept.name}” is kept; the other one leads to it."
    if deed == "different":
        deeds.mark_different(found, by=request.member)
        return "They are different, and are not suggested again."
    if deed == "undo":
        deeds.undo_join(found, by=request.member)
        return "Undone. Both stand by themselves again."
    return ""


def render_likeness(request: MemberRequest, found: Likeness, error: str = "", status: int = 200) -> HttpResponse:
    rows = Service.ever().filter(pk__in=[found.first_id, found.second_id]).select_related("agency")
    whole = {row.pk: row for row in rows.prefetch_related(*SNAPSHOT_PREFETCH)}
    pair = [whole[found.first_id], whole[found.second_id]]
    said = [dict(format_listing_fields(build_snapshot(one))) for one in pair]
    labels = list(dict.fromkeys([*said[0], *said[1]]))
    fields = [(label, said[0].get(label, ""), said[1].get(label, "")) for label in labels]
    fields = [row for row in fields if row[0] not in LOCAL_LABELS or row[1] != row[2]]
    kept = next((one for one in pair if any(other.joined_to_id == one.pk for other in pair)), None)
    context = {"likeness": found, "pair": pair, "fields": fields, "kept": kept, "error": error}
    return render_page(request, "directory/likeness.html", context, status=status)
