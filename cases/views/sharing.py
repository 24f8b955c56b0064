"""Who sees a case and why, by whose agreement, and who has opened it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import Permission, allow
from agencies.models import Author
from cases.access_log import open_case, opened
from cases.actions.sharing import bookings_with, open_referrals_to, withdraw_agreement
from cases.forms.sharing import TakeBackForm
from cases.models import Case
from cases.onward import asked_from
from cases.sharing import agreements_of, circle_of, openings
from cases.views.caseload import cursor
from config.forms import answer
from config.fragments import page


@allow(Permission.WORK_CASES)
@require_safe
def sharing(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`after` in the query goes on with the log of openings."""
    case = open_case(request, pk, "sharing")
    after = cursor(request)
    readings, more = openings(case, after)
    return page(
        request,
        "cases/sharing.html",
        part={"more": "openings"},
        context={
            "case": case,
            "circle": circle_of(case),
            "agreements": agreements_of(case),
            "asked": asked_from(case),
            "readings": readings,
            "more": more,
            "going_on": after is not None,
            "ours": case.agency_id == request.member.agency_id,  # type: ignore[attr-defined]
        },
    )


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: uuid.UUID, agreement: uuid.UUID) -> HttpResponse:
    """Take back an agreement: first what follows from it is shown, then it is done."""
    member = request.member  # type: ignore[attr-defined]
    case = get_object_or_404(Case.worked_by(member).select_related("person", "agency", "lead__user"), pk=pk)
    given = get_object_or_404(agreements_of(case).exclude(agency=case.agency_id), pk=agreement)
    if given.withdrawn_at:
        messages.info(request, "This agreement was taken back already.")
        return redirect("cases:sharing", pk=case.pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_agreement(agreement=given, by=Author.of(member), words=form.cleaned_data["words"])
        messages.success(request, f"{given.agency.name} gets nothing more.")
        return redirect("cases:sharing", pk=case.pk)
    opened(request, case, "sharing")
    return answer(
        request,
        "cases/take_back.html",
        {
            "case": case,
            "form": form,
            "given": given,
            "stopped": open_referrals_to(given),
            "places": bookings_with(given),
        },
    )
