"""/steward/sources/: where imported listings come from, and what each import did."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page, wants_fragment
from directory.exchange.actions import retire as gone_deeds
from directory.exchange.actions import sources as deeds
from directory.exchange.actions.take_back import (
    TakeBackRefused,
    explain_why_kept,
    format_taken_back,
    take_back_run,
)
from directory.exchange.actions.zero_cost import CostCounts, answer_zero_costs, count_costs
from directory.exchange.archive import MAX_ARCHIVED_RUNS, unpack_document
from directory.exchange.feeds import FeedError
from directory.exchange.field_use import FieldUse
from directory.exchange.forms.sources import ChangeFeedForm, ColumnsForm, FeedForm, UploadForm
from directory.exchange.importer import group_problems
from directory.exchange.preview import build_preview, load_sheet_columns
from directory.models import Document, Run, Service, Source
from directory.models.source import ZeroCost

MAX_SHOWN_ROWS = 100  # changes, problems and gone listings on a page
MAX_SHOWN_RUNS = 30
ZERO_ANSWERS = {"free": True, "unknown": False}
NOT_FREE = "What costs 0 there is shown without a price from now on; it takes a few minutes."


@allow(Permission.STEWARD)
@require_safe
def sources(request: MemberRequest) -> HttpResponse:
    rows = Source.visible_to(request.member)
    counts, latest = Service.count_by_source(), Run.latest_of_each()
    found = [(row, counts.get(row.name, 0), latest.get(row.pk)) for row in rows]
    return render_page(request, "directory/sources.html", {"sources": found})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def add_feed(request: MemberRequest) -> HttpResponse:
    form = FeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run = deeds.add_feed(**form.cleaned_data, by=request.member)
        return redirect("directory:run", run.pk)
    return render_form_page(request, "directory/add_feed.html", {"form": form})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: MemberRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, initial={"name": request.GET.get("name", "")[:100]})
    if request.method == "POST" and form.is_valid():
        run = deeds.save_upload(**form.cleaned_data, by=request.member)
        return redirect("directory:run_columns", run.pk)
    return render_form_page(request, "directory/upload.html", {"form": form})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What a source is, its runs, and how often it is read."""
    found = get_object_or_404(Source.visible_to(request.member), pk=pk)
    form = ChangeFeedForm(request.POST or None, initial={"url": found.url, "every": found.every})
    if request.method == "POST" and form.is_valid():
        deeds.change_feed(found, **form.cleaned_data, by=request.member)
        messages.success(request, "Saved.")
        return redirect("directory:source", pk)
    runs = found.runs.select_related("started_by__user").defer("changes", "problems", "fields")[:MAX_SHOWN_RUNS]
    context = {"source": found, "form": form, "runs": runs, "costs": _find_cost_question(found)}
    listings = Service.count_by_source().get(found.name, 0)
    return render_form_page(
        request, "directory/source.html", context | {"listings": listings, "kept_runs": MAX_ARCHIVED_RUNS}
    )


@allow(Permission.STEWARD)
@require_POST
def run_now(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Source.visible_to(request.member).exclude(url=""), pk=pk)
    run = deeds.request_run(found, by=request.member)
    return redirect("directory:run", run.pk)


@allow(Permission.STEWARD)
@require_POST
def stop_source(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a source, or with `deed=start` take it up again."""
    found = get_object_or_404(Source.visible_to(request.member), pk=pk)
    if request.POST.get("deed") == "start":
        deeds.start_source(found, by=request.member)
        messages.success(request, f"{found.name} is read again.")
    else:
        deeds.stop_source(found, by=request.member)
        messages.success(request, f"{found.name} is read no more. Its listings stay as they are.")
    return redirect("directory:source", pk)


def _find_cost_question(source: Source) -> CostCounts | None:
    return count_costs(source) if source.zero_cost == ZeroCost.ASKED else None


@allow(Permission.STEWARD)
@require_safe
def run(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One import: what it would bring, how far it is, or what it did."""
    found = get_object_or_404(
        Run.visible_to(request.member).select_related("source", "started_by__user", "taken_back_by__user"), pk=pk
    )
    if found.is_waiting:
        return render_page(request, "directory/run_preview.html", {"run": found, "preview": build_preview(found)})
    context = {
        "run": found,
        "changes": found.changes[:MAX_SHOWN_ROWS],
        "problems": group_problems(found.problems)[:MAX_SHOWN_ROWS],
        "fields": [FieldUse(*row) for row in found.fields],
        "fields_before": None if found.fields else Run.latest_with_fields(found),
        "gone": found.gone[:MAX_SHOWN_ROWS],
        "shown": MAX_SHOWN_ROWS,
        "documents": found.documents.defer("body").order_by("number"),
        "kept": set(found.documents.exclude(body=b"").values_list("number", flat=True)),
        "kept_runs": MAX_ARCHIVED_RUNS,
        "source": found.source,
        "costs": _find_cost_question(found.source),
        "why_kept": explain_why_kept(found),
        "taken_back": format_taken_back(found.taken_back),
    }
    response = render_page(request, "directory/run.html", context, part="progress")
    if wants_fragment(request) and not found.is_running:
        response["HX-Refresh"] = "true"  # it is over: the whole page says what it did
    return response


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Which column is which, of a spreadsheet that waits to come in. What needs no matching goes on to the preview."""
    found = get_object_or_404(Run.visible_to(request.member).select_related("source"), pk=pk)
    try:
        sheet = load_sheet_columns(found) if found.is_waiting else None
    except FeedError:
        sheet = None  # the preview says why
    if sheet is None:
        return redirect("directory:run", pk)
    form = ColumnsForm(request.POST or None, sheet=sheet)
    if request.method == "POST" and form.is_valid():
        deeds.match_columns(found, columns=form.cleaned_data["columns"], by=request.member)
        return redirect("directory:run", pk)
    return render_form_page(request, "directory/columns.html", {"form": form, "run": found})


@allow(Permission.STEWARD)
@require_POST
def begin_import(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Bring in what was uploaded, or with `deed=discard` throw it away."""
    found = get_object_or_404(Run.visible_to(request.member).select_related("source"), pk=pk)
    if request.POST.get("deed") == "discard":
        deeds.discard_upload(found, by=request.member)
        messages.success(request, "The file is thrown away. Nothing came in.")
        return redirect("directory:sources")
    if (answer := request.POST.get("zero", "")) in ZERO_ANSWERS:
        answer_zero_costs(found.source, free=ZERO_ANSWERS[answer], by=request.member)
    deeds.begin_import(found, part="part" in request.POST, by=request.member)
    return redirect("directory:run", pk)


@allow(Permission.STEWARD)
@require_POST
def zero_cost(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether what costs 0 in a source is free: `zero` is free or unknown."""
    found = get_object_or_404(Source.visible_to(request.member), pk=pk)
    answer = request.POST.get("zero", "")
    if answer in ZERO_ANSWERS:
        answer_zero_costs(found, free=ZERO_ANSWERS[answer], by=request.member)
        messages.success(request, "What costs 0 there is shown as free." if ZERO_ANSWERS[answer] else NOT_FREE)
    else:
        messages.error(request, "Choose whether it is free.")
    return redirect("directory:source", pk)


@allow(Permission.STEWARD)
@require_POST
def retire_gone(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What the feed no longer has is set to not running."""
    found = get_object_or_404(Run.visible_to(request.member), pk=pk)
    count = gone_deeds.retire_gone_listings(found, by=request.member)
    messages.success(request, f"{count} {'listing is' if count == 1 else 'listings are'} set to not running.")
    return redirect("directory:run", pk)


@allow(Permission.STEWARD)
@require_POST
def take_back(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A mistaken import is undone."""
    found = get_object_or_404(Run.visible_to(request.member), pk=pk)
    try:
        done = take_back_run(found, by=request.member)
    except TakeBackRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Taken back: {format_taken_back(done)}.")
    return redirect("directory:run", pk)


@allow(Permission.STEWARD)
@require_safe
def document(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What was received, to take away; always as a download, whatever it says it is."""
    found = get_object_or_404(Document.visible_to(request.member).exclude(body=b""), pk=pk)
    response = HttpResponse(unpack_document(found), content_type="application/octet-stream")
    name = found.name.rstrip("/").rpartition("/")[2].partition("?")[0] or "received"
    response.headers["Content-Disposition"] = content_disposition_header(True, name[-150:]) or "attachment"
    return response
