"""/team/: who works in the own agency, who is invited, and what each may do."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.access import Permission, Role, allow, has_permission
from agencies.actions import invitation as invitations
from agencies.actions import membership as memberships
from agencies.forms.team import InviteForm, MemberForm
from agencies.models import Invitation, Membership, Message
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page

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
    """Change what one member may do."""
    membership = find_member(request, pk)
    form = MemberForm(request.POST or None, membership=membership)
    if request.method == "POST" and form.is_valid():
        role, manages = Role(form.cleaned_data["role"]), form.cleaned_data["manages_team"]
        try:
            memberships.change_membership(membership=membership, role=role, manages_team=manages, by=request.member)
        except memberships.LastManager:
            form.add_error("manages_team", LAST_MANAGER_ERROR)
        else:
            messages.success(request, f"Saved. {membership.user.name} is now: {role.label}.")
            return redirect("agencies:team")
    return render_form_page(request, "agencies/member.html", {"form": form, "membership": membership})


@require_http_methods(["GET", "POST"])
@allow(Permission.MANAGE_TEAM)
def end_member(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Asks first; then the membership ends at once."""
    membership = find_member(request, pk)
    refused = ""
    if request.method == "POST":
        try:
            memberships.end_membership(membership=membership, by=request.member)
        except memberships.LastManager:
            refused = LAST_MANAGER_ERROR
        else:
            messages.success(request, f"{membership.user.name} no longer works for {membership.agency.name}.")
            return redirect("/" if membership == request.member else "agencies:team")
    context = {"membership": membership, "refused": refused}
    return render_page(request, "agencies/member_end.html", context, status=422 if refused else 200)


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
