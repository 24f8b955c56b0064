"""/steward/danger/: what people type when somebody may be in danger, and whom to ring. Each phrase can be tried."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import render_form_page
from directory.models import Danger, DangerWords
from directory.search.danger import MAX_SHOWN, explain_dangers, parse_ring
from directory.stewardship.actions import dangers as deeds
from directory.stewardship.forms.dangers import DangerForm, DangerWordsForm
from directory.stewardship.views.words import strip_nul


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def dangers(request: MemberRequest) -> HttpResponse:
    """The list, a form for one more (or, with ?change=, for one of them), and a phrase to try."""
    there = Danger.visible_to(request.member)
    change, tried = (strip_nul(request.GET.get(name, ""))[:1000] for name in ("change", "words"))
    danger = get_object_or_404(there, code=change) if change else None
    form = DangerForm(request.POST or None, member=request.member, kept=danger)
    if request.method == "POST" and form.is_valid():
        kept = deeds.save_danger(fields=form.read_values(), by=request.member, danger=danger)
        messages.success(request, f"“{kept.name}” is kept. It counts at once.")
        return redirect("directory:dangers")
    found = explain_dangers(tried)
    context = {
        "form": form,
        "danger": danger,
        "rows": [(row, parse_ring(row.ring), row.rules.count("\n") + 1) for row in there],
        "tried": tried,
        "found": found,
        "shown": [seen for seen, _ in found[:MAX_SHOWN]],
    }
    return render_form_page(request, "directory/dangers.html", context)


@allow(Permission.STEWARD)
@require_POST
def switch_danger(request: MemberRequest) -> HttpResponse:
    code, on = strip_nul(request.POST.get("code", "")), request.POST.get("on") == "1"
    danger = get_object_or_404(Danger.visible_to(request.member), code=code)
    deeds.switch_danger(danger=danger, on=on, by=request.member)
    messages.success(request, f"“{danger.name}” is {'recognised again' if on else 'no longer recognised'}.")
    return redirect("directory:dangers")


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def danger_words(request: MemberRequest) -> HttpResponse:
    """The lists of words that rules of danger name, and a form for one more (or, with ?change=, for one of them)."""
    there = DangerWords.visible_to(request.member)
    change = strip_nul(request.GET.get("change", ""))
    kept = get_object_or_404(there, pk=change) if change else None
    form = DangerWordsForm(request.POST or None, member=request.member, kept=kept)
    if request.method == "POST" and form.is_valid():
        saved = deeds.save_danger_words(**form.read_values(), by=request.member, kept=kept)
        messages.success(request, f"The list {saved} is kept. It counts at once, in all rules that name it.")
        return redirect("directory:danger_words")
    rows = [(row, ", ".join(row.words.replace("/", "\n").splitlines())) for row in there]
    return render_form_page(request, "directory/danger_words.html", {"form": form, "kept_words": kept, "rows": rows})
