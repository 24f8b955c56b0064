"""/accounts/oidc/<slug>/…: to an agency's own provider and back, linking an account to it, and its logout."""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from agencies.access import public, signed_in
from agencies.actions.identity_provider import list_links, unlink_provider
from agencies.actions.invitation import find_invitation
from agencies.actions.session import end_provider_sessions
from agencies.adapter import SocialAccountAdapter, refuse_sign_in
from agencies.oidc import Adapter, Provider, load_configuration, publish_keys, read_logout_token
from agencies.request import MemberRequest
from config.fragments import render_page


def find_provider(request: HttpRequest, slug: str) -> Provider:
    try:
        return SocialAccountAdapter(request).get_provider(request, slug)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def leave_for(request: HttpRequest, provider: Provider, **kept: Any) -> HttpResponse:
    """A page that goes on to the provider by itself. No redirect: browsers hold the answer to a form to the
    Content-Security-Policy's form-action, which is this site alone."""
    try:
        address = provider.send_there(request, **kept)
    except (OAuth2Error, RequestException):
        return refuse_sign_in(request, provider.row, "down", 503)
    response = render_page(request, "agencies/sign_in_there.html", {"provider": provider.row, "address": address})
    response["Refresh"] = f"0; url={address}"
    add_never_cache_headers(response)
    return response


@require_POST
@public
def sign_in_with(request: HttpRequest, slug: str) -> HttpResponse:
    """To the provider. POST `invitation`: the token of the invitation that is answered so."""
    provider = find_provider(request, slug)
    if refused := ratelimit.consume_or_429(request, action="login"):
        return cast(HttpResponse, refused)
    invitation = find_invitation(request.POST.get("invitation", ""))
    asked = {"invitation": str(invitation.pk)} if invitation else None
    next_url = get_next_redirect_url(request)
    return leave_for(request, provider, process=AuthProcess.LOGIN, next_url=next_url, data=asked)


@require_GET
@public
def callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the provider, with a code that only we can change into tokens."""
    provider = find_provider(request, slug)
    if request.GET.get("iss", provider.row.issuer) != provider.row.issuer:  # RFC 9207
        return refuse_sign_in(request, provider.row, "refused", 403)
    response: HttpResponse = OAuth2CallbackView.adapter_view(Adapter(request, provider))(request)
    add_never_cache_headers(response)
    return response


@require_GET
@public
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """The public key that the provider checks our signature with."""
    return JsonResponse(publish_keys(find_provider(request, slug).row))


@require_GET
@public
def left(request: HttpRequest, slug: str) -> HttpResponse:
    """After signing out here: on a shared computer the next one would come in as the last one, by the same button."""
    provider = find_provider(request, slug)
    try:
        address = str(load_configuration(provider.row).get("end_session_endpoint", ""))
    except (OAuth2Error, RequestException):
        address = ""
    context = {"provider": provider.row, "address": address if address.startswith("https://") else ""}
    return render_page(request, "agencies/sign_in_left.html", context)


@csrf_exempt
@require_POST
@public
def end_by_provider(request: HttpRequest, slug: str) -> HttpResponse:
    """OpenID Connect Back-Channel Logout 1.0: the provider ends sessions that were opened by it, at once."""
    provider = find_provider(request, slug)
    try:
        claims = read_logout_token(provider.row, request.POST.get("logout_token", ""))
    except (OAuth2Error, RequestException):
        return HttpResponse(status=400, headers={"Cache-Control": "no-store"})
    known = {"subject": str(claims.get("sub", "")), "sid": str(claims.get("sid", ""))}
    end_provider_sessions(issuer=provider.row.issuer, **known)
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


@require_POST
@signed_in
def link(request: MemberRequest, slug: str) -> HttpResponse:
    """To the provider, and what it says belongs to this account from then on: after the password once more."""
    provider = find_provider(request, slug)
    if "door" in request.session or not is_served(request, provider):
        raise Http404
    return cast(HttpResponse, start_link(request, provider))


@reauthentication_required
def start_link(request: HttpRequest, provider: Provider) -> HttpResponse:
    return leave_for(request, provider, process=AuthProcess.CONNECT)


@require_POST
@signed_in
def unlink(request: MemberRequest, slug: str) -> HttpResponse:
    provider = find_provider(request, slug)
    if not is_served(request, provider):
        raise Http404
    if not request.user.has_usable_password():
        messages.error(request, "Choose a password first, or you could not sign in any more.")
    elif unlink_provider(user=request.user, issuer=provider.row.issuer):
        messages.success(request, f"Nobody signs in to your account with {provider.row.name} any more.")
    return redirect("agencies:account")


def is_served(request: MemberRequest, provider: Provider) -> bool:
    return provider.row in [row for row, _ in list_links(request.user)]
