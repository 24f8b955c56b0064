"""/steward/doubles/: listings of different sources that may be the same, side by side."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import page
from directory.exchange.actions import duplicates as deeds
from directory.models import Decision, Likeness, Service
from directory.publishing.diff import in_full
from directory.publishing.snapshot import WHOLE, as_data

SHOWN = 50
# What this place keeps about a listing: shown only where it differs.
OUR_OWN = {
    "State",
    "Listed for everybody",
    "Someone can meet you",
    "Places are booked here",
    "Hours a freed place is held",
    "Asked whether it is right",
}
LISTS = {"": "To decide", Decision.ACCEPTED: "Joined", Decision.DECLINED: "Different"}


@allow(Permission.STEWARD)
@require_safe
def likenesses(request: MemberRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    show = show if show in LISTS else ""
    every = Likeness.visible_to(request.member)
    rows = every.filter(decision=show).select_related("first__agency", "second__agency")
    tabs = [(name, words, every.filter(decision=name).count()) for name, words in LISTS.items()]
    context = {"rows": rows[:SHOWN], "tabs": tabs, "show": show, "most": SHOWN, "here": LISTS[show]}
    return page(request, "directory/likenesses.html", context)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def likeness(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Both listings field by field. POST: `keep` (the id of the one that stays), `deed=different` or `deed=undo`."""
    found = get_object_or_404(Likeness.visible_to(request.member).select_related("first", "second"), pk=pk)
    if request.method == "POST":
        try:
            said = decide(request, found)
        except deeds.NotJoined as refused:
            return shown(request, found, str(refused), status=409)
        if not said:
            return shown(request, found, "Choose which one to keep, or say that they are different.", status=422)
        messages.success(request, said)
        return redirect("directory:likeness", pk) if found.decision else redirect("directory:likenesses")
    return shown(request, found)


def decide(request: MemberRequest, found: Likeness) -> str:
    """Does what was pressed; what to say about it, "" when nothing was."""
    kept = {str(one.pk): one for one in (found.first, found.second)}.get(request.POST.get("keep", ""))
    deed = request.POST.get("deed")
    if kept:
        deeds.join(found, keep=kept, by=request.member)
        return f"Joined. “{kept.name}” is kept; the other one leads to it."
    if deed == "different":
        deeds.keep_apart(found, by=request.member)
        return "They are different, and are not suggested again."
    if deed == "undo":
        deeds.part(found, by=request.member)
        return "Undone. Both stand by themselves again."
    return ""


def shown(request: MemberRequest, found: Likeness, error: str = "", status: int = 200) -> HttpResponse:
    rows = Service.ever().filter(pk__in=[found.first_id, found.second_id]).select_related("agency")
    whole = {row.pk: row for row in rows.prefetch_related(*WHOLE)}
    pair = [whole[found.first_id], whole[found.second_id]]
    said = [dict(in_full(as_data(one))) for one in pair]
    labels = list(dict.fromkeys([*said[0], *said[1]]))
    fields = [(label, said[0].get(label, ""), said[1].get(label, "")) for label in labels]
    fields = [row for row in fields if row[0] not in OUR_OWN or row[1] != row[2]]
    kept = next((one for one in pair if any(other.joined_to_id == one.pk for other in pair)), None)
    context = {"likeness": found, "pair": pair, "fields": fields, "kept": kept, "error": error}
    return page(request, "directory/likeness.html", context, status=status)
