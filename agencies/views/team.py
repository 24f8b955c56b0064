"""/team/: who works in the own agency, who is invited, and what each may do."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.access import Permission, Role, allow, closing_context, has_permission
from agencies.actions import invitation as invitations
from agencies.actions import membership as memberships
from agencies.actions.close import may_close
from agencies.actions.hand_over import MORE_LEFT_ERROR, LeavesBehind, hide_words, list_holdings
from agencies.forms.hand_over import HandOverForm
from agencies.forms.team import InviteForm, MemberForm
from agencies.models import Invitation, Membership, Message
from agencies.registers import count_registers
from agencies.request import MemberRequest
from agencies.views.close import leave_page
from config.forms import render_form_page
from config.fragments import render_page
from config.row_security import set_context

LAST_MANAGER_ERROR = "Somebody must run the team. Let another person run it first."


@require_GET
@allow(Permission.MANAGE_TEAM)
def team(request: MemberRequest) -> HttpResponse:
    """The members and the open invitations of the own agency."""
    people = Membership.visible_to(request.member).filter(ended_at=None).select_related("user")
    invited = Invitation.visible_to(request.member).filter(accepted_at=None, cancelled_at=None).order_by("name", "pk")
    failed = Message.keys_given_up([i.message_key for i in invited])
    rows = [
        {"member": m, "runs": has_permission(m, Permission.MANAGE_TEAM), "role": Role(m.role).label}
        for m in people.order_by("user__name", "pk")
    ]
    context = {"rows": rows, "invited": [(i, i.message_key in failed) for i in invited]}
    context["registers"] = count_registers(request.member)
    return render_page(request, "agencies/team.html", context)


@require_http_methods(["GET", "POST"])
@allow(Permission.MANAGE_TEAM)
def invite(request: MemberRequest) -> HttpResponse:
    member = request.member
    form = InviteForm(request.POST or None, agency=member.agency)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        invitation = invitations.invite_member(
            key=data["key"],
            agency=member.agency,
            email=data["email"],
            name=data["name"],
            role=Role(data["role"]),
            manages_team=data["manages_team"],
            by=member,
        )
        messages.success(request, f"We sent an invitation to {invitation.email}. It can be used for 7 days.")
        return redirect("agencies:team")
    return render_form_page(request, "agencies/invite.html", {"form": form})


@require_http_methods(["GET", "POST"])
@allow(Permission.MANAGE_TEAM)
def member(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Change what one member may do. What the new role may not hold is handed over first, on the same page."""
    membership = find_member(request, pk)
    form = MemberForm(request.POST or None, membership=membership)
    hand_over = None
    if request.method == "POST" and form.is_valid():
        role, manages = Role(form.cleaned_data["role"]), form.cleaned_data["manages_team"]
        holdings = list_holdings(membership, becomes=role)
        chosen = request.POST if any(holding.name in request.POST for holding in holdings) else None
        hand_over = HandOverForm(chosen, member=membership, holdings=holdings, leaves=False) if holdings else None
        try:
            decided = hand_over.decisions if hand_over and hand_over.is_valid() else None
            memberships.change_membership(
                membership=membership, role=role, manages_team=manages, by=request.member, decisions=decided
            )
        except memberships.LastManager:
            form.add_error("manages_team", LAST_MANAGER_ERROR)
        except LeavesBehind:
            pass  # the page asks, with what was chosen
        else:
            messages.success(request, f"Saved. {membership.user.name} is now: {role.label}.")
            return redirect("agencies:team")
    context = {"form": form, "membership": membership, "hand_over": hand_over}
    asks = hand_over is not None and not form.errors
    return render_form_page(request, "agencies/member.html", context, status=422 if asks else None)


@require_http_methods(["GET", "POST"])
@allow(Permission.MANAGE_TEAM)
def end_member(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Says what is left behind, and asks who takes it; then the membership ends at once."""
    return process_end(request, find_member(request, pk), "agencies/member_end.html")


@require_http_methods(["GET", "POST"])
@allow()
def leave(request: MemberRequest) -> HttpResponse:
    """The same for oneself: anybody may leave. The last one closes the agency."""
    if may_close(request.member.agency, request.member):
        return redirect("agencies:close_own")
    return process_end(request, request.member, "agencies/leave.html")


def process_end(request: MemberRequest, membership: Membership, template: str) -> HttpResponse:
    """The page that asks, with what has been chosen; and the end of the membership."""
    set_context(**closing_context(request.member.agency))  # what somebody leaves behind is counted, and handed over
    holdings = [hide_words(holding, request.member) for holding in list_holdings(membership)]
    form = HandOverForm(request.POST if request.method == "POST" else None, member=membership, holdings=holdings)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.end_membership(
                membership=membership,
                by=request.member,
                decisions=form.decisions,
                manager=form.manager,
            )
        except LeavesBehind as left:
            form.add_error(None, MORE_LEFT_ERROR.format(left))
        except memberships.LastManager:
            form.add_error(None, LAST_MANAGER_ERROR)
        else:
            words = f"{membership.user.name} no longer works for {membership.agency.name}."
            return leave_page(request, words, "/" if membership == request.member else "agencies:team")
    return render_form_page(request, template, {"form": form, "membership": membership})


@require_POST
@allow(Permission.MANAGE_TEAM)
def resend_invitation(request: MemberRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.visible_to(request.member), pk=pk)
    try:
        invitations.resend_invitation(invitation=invitation, by=request.member)
    except invitations.InvitationNotOpen:
        messages.error(request, "This invitation has been used or cancelled. Send a new one.")
    else:
        messages.success(request, f"We sent a new link to {invitation.email}. The old link no longer works.")
    return redirect("agencies:team")


@require_POST
@allow(Permission.MANAGE_TEAM)
def cancel_invitation(request: MemberRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.visible_to(request.member), pk=pk)
    invitations.cancel_invitation(invitation=invitation, by=request.member)
    messages.success(request, f"The invitation of {invitation.name} is cancelled.")
    return redirect("agencies:team")


def find_member(request: MemberRequest, pk: UUID) -> Membership:
    """An open membership of the own agency, or 404."""
    people = Membership.visible_to(request.member).filter(ended_at=None)
    return get_object_or_404(people.select_related("user", "agency"), pk=pk)
