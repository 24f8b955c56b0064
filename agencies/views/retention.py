"""/records/: old records, on each of which somebody decides; /steward/periods/: how long this place keeps what."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.actions.retention import decide_review, save_periods
from agencies.forms.retention import PeriodsForm, ReviewForm
from agencies.models import Period, RetentionReview
from agencies.request import MemberRequest
from agencies.retention import describe_reviews, list_periods
from config.forms import render_form_page
from config.fragments import render_page
from config.transitions import MoveRefused

MAX_SHOWN = 100  # of each list: the rest comes when these are decided


@allow(Permission.KEEP_REGISTERS)
@require_safe
def reviews(request: MemberRequest) -> HttpResponse:
    rows = RetentionReview.visible_to(request.member)
    waiting = rows.filter(decision="")
    decided = rows.exclude(decision="").select_related("decided_by__user").order_by("-decided_at", "pk")
    context = {
        "lines": describe_reviews(list(waiting[:MAX_SHOWN])),
        "count": waiting.count(),
        "decided": describe_reviews(list(decided[:MAX_SHOWN])),
    }
    return render_page(request, "agencies/reviews.html", context)


@allow(Permission.KEEP_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: MemberRequest, pk: UUID) -> HttpResponse:
    found, refused = get_object_or_404(RetentionReview.visible_to(request.member), pk=pk), ""
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_review(found, by=request.member, **form.cleaned_data)
        except MoveRefused as error:
            refused = str(error)
        else:
            messages.success(request, "Decided, and written down.")
            return redirect("agencies:reviews")
    context = {"line": describe_reviews([found])[0], "form": form, "refused": refused}
    return render_form_page(request, "agencies/review.html", context, status=409 if refused else None)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def periods(request: MemberRequest) -> HttpResponse:
    known = list_periods()
    form = PeriodsForm(request.POST or None, periods=known, lengths=Period.lengths())
    if request.method == "POST" and form.is_valid():
        save_periods(form.cleaned_data)
        messages.success(request, "The periods are kept. The list of old records follows them tonight.")
        return redirect("agencies:periods")
    return render_form_page(request, "agencies/periods.html", {"form": form})
