"""An agency closes: by the last one who works there, or by the steward, who finds all of them in a list."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods

from agencies.access import Permission, allow, closing_context
from agencies.actions.close import close_agency, list_agency_holdings, may_close
from agencies.actions.hand_over import MORE_LEFT_ERROR, LeavesBehind, hide_words
from agencies.forms.hand_over import CloseAgencyForm
from agencies.models import Agency, AgencyKind, Membership
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.row_security import set_context


@require_GET
@allow(Permission.STEWARD)
def agencies(request: MemberRequest) -> HttpResponse:
    """All that take part, with how many work there."""
    rows = Agency.taking_part(request.member)
    return render_page(request, "agencies/agencies.html", {"agencies": rows, "never_closes": AgencyKind.STEWARD})


@require_http_methods(["GET", "POST"])
@allow(Permission.STEWARD)
def close_other(request: MemberRequest, pk: UUID) -> HttpResponse:
    return process_close(request, get_object_or_404(Agency.taking_part(request.member), pk=pk), "agencies:agencies")


@require_http_methods(["GET", "POST"])
@allow()
def close_own(request: MemberRequest) -> HttpResponse:
    """The last one who works there: to leave is to close it."""
    return process_close(request, request.member.agency, "/")


def process_close(request: MemberRequest, agency: Agency, then: str) -> HttpResponse:
    """Says what is left behind, and asks who takes it; then the agency closes at once."""
    if not may_close(agency, request.member):
        raise PermissionDenied
    set_context(**closing_context(agency))
    holdings = [hide_words(holding, request.member) for holding in list_agency_holdings(agency)]
    form = CloseAgencyForm(request.POST if request.method == "POST" else None, agency=agency, holdings=holdings)
    if request.method == "POST" and form.is_valid():
        given = {"decisions": form.decisions, "ground": form.cleaned_data.get("ground", "")}
        try:
            close_agency(agency=agency, by=request.member, **given)
        except LeavesBehind as left:
            form.add_error(None, MORE_LEFT_ERROR.format(left))
        else:
            return leave_page(request, f"{agency.name} is closed.", then)
    return render_form_page(request, "agencies/close.html", {"form": form, "agency": agency})


def leave_page(request: MemberRequest, words: str, then: str) -> HttpResponse:
    """On to the next page. Whoever works nowhere any more is signed out, their session having ended with the deed."""
    if not Membership.open_for_user(request.user).exists():
        logout(request)
    messages.success(request, words)
    return redirect(then)
