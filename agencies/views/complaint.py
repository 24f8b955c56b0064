"""Complaints: anybody makes one at /complain/; who keeps the register sees to it at /complaints/."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import Permission, allow, public
from agencies.actions.complaint import make_complaint, move_complaint
from agencies.complaint_states import ACKNOWLEDGE_DAYS
from agencies.forms.complaint import ComplaintMoveForm, PublicComplaintForm, WrittenComplaintForm
from agencies.models import Author, Complaint, Hand
from agencies.registers import find_steward
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.transitions import MoveRefused
from config.working_days import add_working_days

HOUR_SECONDS = 3600
MAX_COMPLAINTS_PER_HOUR = 10  # from one network, which may be a whole library's
TOO_MANY_MESSAGE = "We had many complaints from your network in the last hour. Wait a little, or call us"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Anybody, without an account. What a machine fills in goes nowhere."""
    form, status = PublicComplaintForm(request.POST or None), None
    if request.method == "POST" and form.is_machine:
        return redirect("agencies:complain_sent")
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        agency, to_steward = said.pop("agency") or find_steward(), said.pop("to_steward") == "yes"
        if not limits.is_under_limit(request, "complain", most=MAX_COMPLAINTS_PER_HOUR, seconds=HOUR_SECONDS):
            form.add_error(None, TOO_MANY_MESSAGE)
            status = 429
        elif agency is None:
            form.add_error("agency", "Choose an organisation, or call us")
        else:
            by = Author(Hand.PERSON, said["name"])
            make_complaint(by=by, agency=agency, to_steward=to_steward, **said)
            limits.count_attempt(request, "complain", seconds=HOUR_SECONDS)
            return redirect("agencies:complain_sent")
    return render_form_page(request, "agencies/complain.html", {"form": form}, status=status)


@public
@require_safe
def complain_sent(request: HttpRequest) -> HttpResponse:
    by = add_working_days(timezone.localdate(), ACKNOWLEDGE_DAYS)
    return render_page(request, "agencies/complain_sent.html", {"by": by})


@allow(Permission.KEEP_REGISTERS)
@require_safe
def complaints(request: MemberRequest) -> HttpResponse:
    """What the own agency looks into, the open ones by their dates first."""
    rows = Complaint.visible_to(request.member).select_related("agency")
    found = sorted(rows, key=lambda complaint: (not complaint.is_open, complaint.due or complaint.answer_by))
    return render_page(request, "agencies/complaints.html", {"complaints": found})


@allow()
@require_http_methods(["GET", "HEAD", "POST"])
def write_complaint(request: MemberRequest) -> HttpResponse:
    """Any member writes down what was said to them. They see no more of it then, unless they keep the register."""
    form = WrittenComplaintForm(request.POST or None, member=request.member)
    if request.method == "POST" and form.is_valid():
        made = make_complaint(by=Author.of(request.member), agency=request.member.agency, **form.cleaned_data)
        messages.success(request, f"It is written down as {made.reference}. Whoever looks into it has been told.")
        return redirect("agencies:account")
    return render_form_page(request, "agencies/complaint_write.html", {"form": form})


@allow(Permission.KEEP_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: MemberRequest, pk: UUID) -> HttpResponse:
    rows = Complaint.visible_to(request.member).select_related("agency", "kept_by", "about__user")
    found, refused = get_object_or_404(rows, pk=pk), ""
    form = ComplaintMoveForm(request.POST or None, complaint=found)
    if request.method == "POST" and form.is_valid():
        try:
            move_complaint(found, by=request.member, **form.move_arguments)
        except MoveRefused as error:
            refused = str(error)
        else:
            messages.success(request, "Done.")
            return redirect("agencies:complaints")
    context = {"complaint": found, "form": form, "refused": refused, "moves": found.moves.all()}
    return render_form_page(request, "agencies/complaint.html", context, status=409 if refused else None)
