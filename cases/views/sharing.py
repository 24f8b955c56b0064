"""Who sees a case and why, by whose agreement, narrowed or taken back; and who has opened it."""

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, Purpose, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_case_logged, get_own_case, load_access_log, log_access
from cases.actions.sharing import (
    change_purpose,
    list_coming_bookings_with,
    list_open_referrals_to,
    narrow_agreement,
    record_agreement,
    withdraw_agreement,
)
from cases.forms.sharing import (
    AgreementForm,
    NarrowAgreementForm,
    PurposeForm,
    TakeBackAgreementForm,
    describe_layers,
)
from cases.models import Agreement, Case, Circle, PersonLink
from cases.onward import load_onward_referrals
from cases.seen import Seen, list_seen
from cases.views.caseload import parse_cursor
from config.forms import render_form_page


@allow(Permission.WORK_CASES)
@require_safe
def sharing(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """`after` in the query goes on with the log of openings."""
    case = get_case_logged(request, pk, "sharing")
    ours = case.agency_id == request.member.agency_id
    return render_sharing(
        request, case, AgreementForm() if ours and case.is_open and Agreement.is_missing(case) else None
    )


def render_sharing(request: MemberRequest, case: Case, form: AgreementForm | None) -> HttpResponse:
    after, ours = parse_cursor(request), case.agency_id == request.member.agency_id
    readings, more = load_access_log(case, after)
    return render_form_page(
        request,
        "cases/sharing.html",
        part={"more": "openings"},
        context={
            "case": case,
            "form": form,
            "circle": list_seats(case),
            "agreements": list_agreements(case),
            "seen": list_seen_by_others(case),
            "asked": load_onward_referrals(case) if ours else [],
            "readings": readings,
            "more": more,
            "going_on": after is not None,
            "ours": ours,
            "may_restrict": ours and request.member.has_permission(Permission.RESTRICT),
            "linked": ours and PersonLink.in_force(case.person).exists(),
        },
    )


def list_seats(case: Case) -> list[tuple[Circle, str]]:
    """Each agency that may read the case now, and which layers it sees, in words."""
    now = timezone.now()
    lasting = case.circle.filter(ended_at=None).exclude(until__lte=now)
    seats = lasting.select_related("agency", "member__user")
    return [
        (s, describe_layers(Purpose.WORKS_WITH if s.agency_id == case.agency_id else Purpose(s.purpose_kind)))
        for s in seats
    ]


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: MemberRequest, pk: uuid.UUID, seat: uuid.UUID) -> HttpResponse:
    """What another agency is in the circle for. The owning team's alone."""
    member = request.member
    case = get_own_case(member, pk)
    found = get_object_or_404(case.circle.filter(ended_at=None).exclude(agency=case.agency_id), pk=seat)
    form = PurposeForm(request.POST if request.method == "POST" else None, initial={"purpose": found.purpose_kind})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = Purpose(said["purpose"])
        change_purpose(seat=found, by=Author.of(member), purpose=chosen, words=said["words"], key=said["key"])
        messages.success(request, f"{found.agency.name}: {describe_layers(chosen).lower()}.")
        return redirect("cases:sharing", pk=case.pk)
    log_access(request, case, "what others see")
    return render_form_page(request, "cases/purpose.html", {"case": case, "form": form, "seat": found})


@allow(Permission.WORK_CASES)
@require_POST
def agree(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The person was asked and agrees that the team has what was passed on to it."""
    case = get_own_case(request.member, pk)
    form = AgreementForm(request.POST)
    if not form.is_valid():
        log_access(request, case, "sharing")
        return render_sharing(request, case, form)
    said = form.cleaned_data
    record_agreement(case=case, by=Author.of(request.member), how=said["how_agreed"], key=said["key"])
    messages.success(request, f"Noted: {case.person.known_as} agrees.")
    return redirect("cases:sharing", pk=case.pk)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: MemberRequest, pk: uuid.UUID, agreement: uuid.UUID) -> HttpResponse:
    """Take back an agreement: first what follows from it is shown, then it is done."""
    member = request.member
    case = get_own_case(member, pk)
    given = get_object_or_404(list_agreements(case).exclude(agency=case.agency_id), pk=agreement)
    if given.withdrawn_at:
        messages.info(request, "This agreement was taken back already.")
        return redirect("cases:sharing", pk=case.pk)
    form = TakeBackAgreementForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        withdraw_agreement(agreement=given, by=Author.of(member), words=form.cleaned_data["words"])
        messages.success(request, f"{given.agency.name} gets nothing more.")
        return redirect("cases:sharing", pk=case.pk)
    log_access(request, case, "sharing")
    return render_form_page(
        request,
        "cases/take_back.html",
        {
            "case": case,
            "form": form,
            "given": given,
            "stopped": list_open_referrals_to(given),
            "places": list_coming_bookings_with(given),
            "seen": list_seen(case, given.agency),
        },
    )


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def narrow(request: MemberRequest, pk: uuid.UUID, agreement: uuid.UUID) -> HttpResponse:
    """Take parts out of what a group has by an agreement that goes on."""
    case = get_own_case(request.member, pk)
    shared = list_agreements(case).filter(scope=Agreement.Scope.SHARE).exclude(agency=case.agency_id)
    given = get_object_or_404(shared, pk=agreement)
    if given.withdrawn_at or len(given.kept_back) == len(Agreement.Part):
        messages.info(request, "There is nothing left to take out of this agreement. It can be taken back.")
        return redirect("cases:sharing", pk=case.pk)
    form = NarrowAgreementForm(request.POST if request.method == "POST" else None, agreement=given)
    if form.is_valid():
        narrow_agreement(agreement=given, by=Author.of(request.member), **form.cleaned_data)
        messages.success(request, f"{given.agency.name} sees less from now on, and has been told.")
        return redirect("cases:sharing", pk=case.pk)
    log_access(request, case, "sharing")
    context = {"case": case, "form": form, "given": given, "seen": list_seen(case, given.agency)}
    return render_form_page(request, "cases/narrow.html", context)


def list_agreements(case: Case) -> QuerySet[Agreement]:
    """All agreements, those in force first."""
    return case.agreements.select_related("agency").order_by("-withdrawn_at", "-given_at", "id")


def list_seen_by_others(case: Case) -> list[tuple[str, list[Seen]]]:
    """Of each agency whose agreement was narrowed or taken back, what it had opened: it cannot be unread."""
    less = list_agreements(case).exclude(withdrawn_at=None, kept_back=[]).exclude(agency=case.agency_id)
    named = {agreement.agency_id: agreement for agreement in less}
    return [(agreement.named, list_seen(case, agreement.agency)) for agreement in named.values()]
