"""Undoing a joining: the referral that is open on the page is about another person than its case."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author, Membership
from agencies.request import MemberRequest
from cases.access_log import log_access
from cases.actions.opening import PersonAddedMeanwhile
from cases.actions.part import is_only_referral, part_referral
from cases.forms.part import PartForm
from cases.models import Case, CaseReferral, Entry, Kind
from cases.models.entry import NOTE_KINDS
from cases.person_match import find_candidates
from config.forms import render_form_page
from referrals.actions import MoveRefused
from referrals.views.triage import received_referrals, render_too_late


@allow(Permission.TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Shows what would go where, and does it. The owning team's alone; what is closed stays (409)."""
    member, referral = request.member, get_object_or_404(received_referrals(request.member), pk=pk)
    joined = {"case_referrals__referral": referral, "case_referrals__direction": CaseReferral.Direction.RECEIVED}
    case = get_object_or_404(Case.of_own_team(member).filter(**joined).select_related("person", "agency"))
    link = case.case_referrals.get(referral=referral)
    log_access(request, case, "another person")
    alone = is_only_referral(link)
    others = [
        c for c in find_candidates(referral, member) if c.person != case.person and not (alone and c.has_open_case)
    ]
    notes = [] if alone else load_notes_since(case, link, member)
    form = PartForm(request.POST if request.method == "POST" else None, candidates=others, notes=notes)
    refused = "" if case.is_open and referral.is_open else "This case is closed. What came of it was told already"
    if request.method == "POST" and not refused and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("words", "key")}
        numbers = [int(number) for number in form.cleaned_data["entries"]]
        try:
            right = part_referral(
                referral=referral, by=Author.of(member), person=form.chosen_person, entries=numbers, **said
            )
        except MoveRefused as error:
            refused = str(error)
        except PersonAddedMeanwhile:
            refused = "Somebody with this NHS number was added meanwhile"
        else:
            messages.success(request, f"The referral is in the case of {right.person.name} now.")
            return redirect("cases:case", right.pk)
    if refused:
        return render_too_late(request, refused, referral)
    return render_form_page(
        request, "cases/part.html", {"case": case, "referral": referral, "form": form, "alone": alone}
    )


def load_notes_since(case: Case, link: CaseReferral, member: Membership) -> list[Entry]:
    """What the team has written by hand since the referral joined the case, the oldest first."""
    joined = case.entries.filter(kind=Kind.REFERRED, about=link.referral_id).order_by("number").first()
    notes = Entry.visible_to(member).filter(case=case, kind__in=NOTE_KINDS, about=None, written_for=member.agency_id)
    return list(notes.filter(number__gt=joined.number if joined else 0).exclude(text="").order_by("number"))
