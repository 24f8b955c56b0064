"""A case on paper: its history as a PDF, whole or as the person gets it, and the letters about it."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.exports import export_pdf
from agencies.models import Membership
from agencies.models.message import Channel
from agencies.request import MemberRequest
from cases.access_log import get_case_logged, get_case_unlogged, get_own_case, load_log_for_person, log_access
from cases.history.record import full_timeline
from cases.history.render import render_entries
from cases.models import Case, CaseReferral
from cases.notifications import messages_to_person
from config.fragments import render_page


@allow(Permission.WORK_CASES)
@require_safe
def papers(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    case = get_case_logged(request, pk, "papers")
    member = request.member
    ours = case.agency_id == member.agency_id
    return render_page(
        request,
        "cases/papers.html",
        {
            "case": case,
            "letters": list_letters(case, member),
            "ours": ours,
            "holds": ours and member.has_permission(Permission.KEEP_REGISTERS),
            "told": messages_to_person(case) if ours else [],
            "entries": full_timeline(case=case, member=member).count(),
            "entries_for_person": full_timeline(case=case, member=member, team=False).count(),
        },
    )


@allow(Permission.WORK_CASES)
@require_safe
def history_pdf(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """`?for=person` leaves out the team's private entries; `?print=large` prints it in 18 point."""
    member = request.member
    case = get_case_unlogged(member, pk)
    for_person = request.GET.get("for") == "person"
    log_access(request, case, "history.pdf for the person" if for_person else "history.pdf")
    entries = full_timeline(case=case, member=member, team=not for_person)
    return export_pdf(
        request,
        "pdf/history.html",
        {
            "case": case,
            "lines": render_entries(entries, case=case, member=member),
            "for_person": for_person,
            "readings": load_log_for_person(case) if for_person and case.agency_id == member.agency_id else [],
            "large": request.GET.get("print") == "large",
            "reader": member,
        },
        f"history-{str(case.pk)[:8]}.pdf",  # no name: it stands in a list of downloads that others see
        what="Case history for the person" if for_person else "Case history",
        about=case.reference,
    )


@allow(Permission.WORK_CASES)
@require_safe
def person_letter(request: MemberRequest, pk: uuid.UUID, letter: uuid.UUID) -> HttpResponse:
    """A letter to the person, to print and post. `?print=large` prints it in 18 point. No name in the file's name."""
    member = request.member
    case = get_own_case(member, pk)
    found = get_object_or_404(messages_to_person(case).filter(channel=Channel.LETTER), pk=letter)
    log_access(request, case, "letter to the person")
    return export_pdf(
        request,
        "pdf/person_letter.html",
        {
            "case": case,
            "letter": found,
            "address": found.to.split(", "),
            "large": request.GET.get("print") == "large",
        },
        f"letter-{found.created_at:%Y-%m-%d}.pdf",
        what="Letter to the person of a case",
        about=case.reference,
    )


def list_letters(case: Case, member: Membership) -> list[CaseReferral]:
    """The referrals that led to the case and that the member may read, with their answers where there are any."""
    links = case.case_referrals.filter(direction=CaseReferral.Direction.RECEIVED).select_related(
        "referral__from_agency", "referral__answer"
    )
    return list(
        links.filter(referral__to_agency=member.agency_id, referral__receiver_erased_at=None).order_by(
            "referral__sent_at", "pk"
        )
    )
