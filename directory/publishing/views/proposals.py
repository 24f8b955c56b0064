"""/steward/proposals/: what readers report and unverified groups would change. /listings/reports/: a group's share."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import Form, GovukBoundField, render_form_page
from config.fragments import render_page
from config.transitions import MoveRefused
from directory.models import Decision, Proposal
from directory.publishing.actions import proposals as deeds
from directory.publishing.actions.decisions import is_own_decision
from directory.publishing.diff import COMPARED_FIELDS, format_listing_fields
from directory.publishing.forms.review import EditForm, OwnReportForm, ReportForm
from directory.publishing.review import fingerprint_edit, list_edit_changes

PROPOSAL_LISTS = {"reports": "Reports", "edits": "Edits by groups", "decided": "Answered"}
DECISIONS = {"yes": Decision.ACCEPTED, "no": Decision.DECLINED}
MAX_RECENT = 50
RELATED_ROWS = ("service__agency", "written_by__user", "decided_by__user")


@allow(Permission.STEWARD)
@require_safe
def proposals(request: MemberRequest) -> HttpResponse:
    rows = Proposal.visible_to(request.member).select_related(*RELATED_ROWS)
    waiting = rows.filter(decision=Decision.OPEN)
    kinds = {"reports": waiting.filter(data__isnull=True), "edits": waiting.filter(data__isnull=False)}
    show = request.GET.get("show", "")
    show = (
        show if show in PROPOSAL_LISTS else next((name for name, found in kinds.items() if found.exists()), "reports")
    )
    answered = rows.exclude(decision=Decision.OPEN).order_by("-decided_at", "pk")
    tabs = [(name, words, kinds[name].count() if name in kinds else None) for name, words in PROPOSAL_LISTS.items()]
    context = {"show": show, "tabs": tabs, "rows": kinds.get(show, answered)[:MAX_RECENT]}
    return render_page(request, "directory/proposals.html", context)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One of them, with its answer. Who comes second is told what was decided."""
    found = get_object_or_404(Proposal.visible_to(request.member).select_related(*RELATED_ROWS), pk=pk)
    return review_edit(request, found) if found.data is not None else review_report(request, found)


def review_edit(request: MemberRequest, found: Proposal) -> HttpResponse:
    """A group's edit, old and new side by side."""
    form, refused = build_edit_form(request, found), ""
    if request.method == "POST" and not found.is_open:
        if is_own_decision(found, DECISIONS.get(request.POST.get("decision", ""), Decision.OPEN), request.member):
            return redirect("directory:proposals")  # pressed twice
        refused = "decided"
    elif request.method == "POST" and form.is_valid():
        refused = answer_edit(request, found, form)
        if not refused:
            return redirect("directory:proposals")
        found, kept = load_proposal(request, found.pk), form.cleaned_data["words"]
        form = build_edit_form(None, found)
        form.initial["words"] = kept
    chosen = cast("GovukBoundField", form["chosen"])  # as config.forms.Renderer makes them
    options = {option["value"]: option for option in chosen.options}
    rows = [(change, options[change.field]) for change in form.changes]
    context = {
        "proposal": found,
        "form": form,
        "rows": rows,
        "refused": refused,
        "whole": format_listing_fields(found.data),
        "conflicts": any(change.conflict for change in form.changes),
    }
    return render_form_page(request, "directory/proposal_edit.html", context, status=409 if refused else None)


def build_edit_form(request: MemberRequest | None, found: Proposal) -> EditForm:
    posted = request.POST or None if request else None
    return EditForm(posted, changes=list_edit_changes(found) if found.is_open else [], shown=fingerprint_edit(found))


def answer_edit(request: MemberRequest, found: Proposal, form: EditForm) -> str:
    """Do what the form says; or "decided" when another was first with another answer, "moved" when the listing or
    the edit has changed since the page was drawn."""
    said, by = form.cleaned_data, request.member
    try:
        if said["decision"] == "no":
            deeds.decline_edit(proposal=found, words=said["words"], by=by)
        else:
            deeds.accept_edit(
                proposal=found,
                fields=said["chosen"],
                words=said["words"],
                shown=said["shown"],
                verify=said["verify"],
                by=by,
            )
    except MoveRefused:
        return "" if is_own_decision(found, DECISIONS[said["decision"]], by) else "decided"
    except deeds.ChangedMeanwhile:
        return "moved"
    did = "is changed" if said["decision"] == "yes" else "stays as it is"
    messages.success(request, f"{found.service.name} {did}. {found.service.agency.name} is told.")
    return ""


def review_report(request: MemberRequest, found: Proposal) -> HttpResponse:
    """A reader's report, or what a group said by link."""
    form, refused = ReportForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        if answer_report(request, found, form):
            return redirect("directory:proposals")
        refused = "decided"
    context = {"proposal": found, "form": form, "refused": refused}
    return render_form_page(request, "directory/proposal_report.html", context, status=409 if refused else None)


def answer_report(request: MemberRequest, found: Proposal, form: Form) -> bool:
    """Do what the form says; False when another was first with another answer."""
    deed, words, by = form.cleaned_data["decision"], form.cleaned_data["words"], request.member
    try:
        if deed == "close":
            deeds.end_reported_listing(proposal=found, words=words, by=by)
        else:
            deeds.settle_report(proposal=found, right_as_it_is=deed == "right", words=words, by=by)
    except MoveRefused:
        return is_own_decision(found, Decision.DECLINED if deed == "right" else Decision.ACCEPTED, by)
    messages.success(request, f"Noted: {found.service.name}.")
    return True


def load_proposal(request: MemberRequest, pk: uuid.UUID) -> Proposal:
    """It afresh."""
    return get_object_or_404(Proposal.visible_to(request.member).select_related(*RELATED_ROWS), pk=pk)


@allow(Permission.STEWARD)
@require_POST
def pass_on(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a report to the group."""
    found = get_object_or_404(
        Proposal.visible_to(request.member).select_related(*RELATED_ROWS).filter(data__isnull=True), pk=pk
    )
    try:
        if deeds.forward_report(proposal=found, by=request.member):
            messages.success(request, f"Sent on to {found.service.agency.name}. It waits here until it is answered.")
        else:
            messages.error(request, f"There is no address to write to. Ring {found.service.agency.name}.")
    except MoveRefused:
        messages.error(request, "This has been answered already.")
    return redirect("directory:proposal", pk)


# --- The group's own share --------------------------------------------------------------------------------


@allow(Permission.PUBLISH)
@require_safe
def reports(request: MemberRequest) -> HttpResponse:
    """What readers say about the group's listings, and what became of its own edits."""
    rows = Proposal.visible_to(request.member).select_related(*RELATED_ROWS)
    waiting, done = rows.filter(decision=Decision.OPEN), rows.exclude(decision=Decision.OPEN)
    context = {
        "reports": waiting.filter(data__isnull=True),
        "edits": waiting.filter(data__isnull=False),
        "decided": done.order_by("-decided_at", "pk")[:MAX_RECENT],
    }
    return render_page(request, "directory/reports.html", context)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def own_report(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One of them. A group answers a report; its own edits the steward answers."""
    found = load_proposal(request, pk)
    form, refused = OwnReportForm(request.POST or None), ""
    if request.method == "POST" and found.data is not None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        if answer_report(request, found, form):
            return redirect("directory:reports")
        refused = "decided"
    context = {"proposal": found, "form": form, "refused": refused, "rows": list_edit_values(found)}
    return render_form_page(request, "directory/report.html", context, status=409 if refused else None)


def list_edit_values(found: Proposal) -> list[tuple[str, str, str]]:
    """(label, before, new) of what an edit would change today, or would have changed when it was answered."""
    if found.data is not None and found.is_open:
        return [(change.label, change.now, change.new) for change in list_edit_changes(found)]
    return [
        (COMPARED_FIELDS[field][0], old, new) for field, (old, new) in found.changes.items() if field in COMPARED_FIELDS
    ]
