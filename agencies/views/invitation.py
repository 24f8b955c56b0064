"""/accounts/invitation/<token>/: the e-mailed link by which people join an agency."""

from typing import cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agencies.access import Role, public
from agencies.actions import invitation as invitations
from agencies.forms.sign_in import NewAccountForm
from agencies.forms.team import format_permissions
from agencies.landing_page import find_landing_page
from agencies.models import Invitation
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page


@require_http_methods(["GET", "POST"])
@public
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """New people name themselves and choose a password; those with an account join while signed in with it."""
    found = invitations.find_invitation(token)
    if found is None or not found.is_open:
        return render_page(request, "agencies/invitation_over.html", {"invitation": found}, status=404)
    try:
        response = answer_invitation(request, found, token)
    except invitations.InvitationNotOpen:  # pressed twice at the same moment
        return render_page(request, "agencies/invitation_over.html", {"invitation": found}, status=404)
    add_never_cache_headers(response)
    return response


def answer_invitation(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    context = {"invitation": found, "role": found.get_role_display(), "lines": format_permissions(Role(found.role))}
    if request.user.is_authenticated and request.user.email.lower() == found.email.lower():
        if request.method == "POST":
            return join_with_account(cast(MemberRequest, request), found)
        return render_page(request, "agencies/invitation_join.html", context | {"form": None, "known": True})
    if invitations.has_account(found) or request.user.is_authenticated:
        return render_page(request, "agencies/invitation_join.html", context | {"form": None, "known": False})
    form = NewAccountForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        return join_with_new_account(request, found, form)
    return render_form_page(request, "agencies/invitation.html", context | {"form": form, "token": token})


def join_with_account(request: MemberRequest, found: Invitation) -> HttpResponse:
    membership = invitations.accept_invitation(invitation=found, user=request.user)
    request.session["member"] = str(membership.pk)
    messages.success(request, f"You now work for {membership.agency.name}.")
    return redirect(find_landing_page(membership))


def join_with_new_account(request: HttpRequest, found: Invitation, form: NewAccountForm) -> HttpResponse:
    """Make the account and sign in with it: the link has proven the mailbox, the password was just chosen."""
    data = form.cleaned_data
    membership = invitations.accept_with_new_account(invitation=found, name=data["name"], password=data["password"])
    credentials = {"email": membership.user.email, "password": data["password"]}
    login = Login(user=membership.user, redirect_url=find_landing_page(membership))
    response: HttpResponse = perform_password_login(request, credentials, login)
    return response
