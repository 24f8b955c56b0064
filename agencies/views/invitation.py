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
from agencies.forms.team import permission_lines
from agencies.landing import landing_page
from agencies.models import Invitation
from agencies.request import MemberRequest
from config.forms import answer
from config.fragments import page


@require_http_methods(["GET", "POST"])
@public
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """New people name themselves and choose a password; those with an account join while signed in with it."""
    found = invitations.find_invitation(token)
    if found is None or not found.is_open:
        return page(request, "agencies/invitation_over.html", {"invitation": found}, status=404)
    try:
        response = join(request, found)
    except invitations.NotOpen:  # pressed twice at the same moment
        return page(request, "agencies/invitation_over.html", {"invitation": found}, status=404)
    add_never_cache_headers(response)
    return response


def join(request: HttpRequest, found: Invitation) -> HttpResponse:
    context = {"invitation": found, "role": found.get_role_display(), "lines": permission_lines(Role(found.role))}
    if request.user.is_authenticated and request.user.email.lower() == found.email.lower():
        if request.method == "POST":
            return join_as_known(cast(MemberRequest, request), found)
        return page(request, "agencies/invitation_join.html", context | {"form": None, "known": True})
    if invitations.has_account(found) or request.user.is_authenticated:
        return page(request, "agencies/invitation_join.html", context | {"form": None, "known": False})
    form = NewAccountForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        return join_as_new(request, found, form)
    return answer(request, "agencies/invitation.html", context | {"form": form})


def join_as_known(request: MemberRequest, found: Invitation) -> HttpResponse:
    membership = invitations.accept(invitation=found, user=request.user)
    request.session["member"] = str(membership.pk)
    messages.success(request, f"You now work for {membership.agency.name}.")
    return redirect(landing_page(membership))


def join_as_new(request: HttpRequest, found: Invitation, form: NewAccountForm) -> HttpResponse:
    """Make the account and sign in with it: the link has proven the mailbox, the password was just chosen."""
    data = form.cleaned_data
    membership = invitations.accept_as_new(invitation=found, name=data["name"], password=data["password"])
    credentials = {"email": membership.user.email, "password": data["password"]}
    login = Login(user=membership.user, redirect_url=landing_page(membership))
    return perform_password_login(request, credentials, login)
