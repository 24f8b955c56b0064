"""/steward/sign-in/: by which providers people of which agencies sign in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods

from agencies.access import Permission, allow
from agencies.actions.identity_provider import change_identity_provider
from agencies.forms.identity_provider import IdentityProviderForm
from agencies.models import Agency, IdentityProvider
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page


@require_GET
@allow(Permission.STEWARD)
def identity_providers(request: MemberRequest) -> HttpResponse:
    rows = IdentityProvider.visible_to(request.member).prefetch_related("agencies")
    return render_page(request, "agencies/identity_providers.html", {"providers": rows})


@require_http_methods(["GET", "POST"])
@allow(Permission.STEWARD)
def change(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Whose people use it, and whether anybody does."""
    provider = get_object_or_404(IdentityProvider.visible_to(request.member), pk=pk)
    agencies = list(Agency.taking_part(request.member))
    form = IdentityProviderForm(
        request.POST if request.method == "POST" else None, provider=provider, agencies=agencies
    )
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data["in_use"]
        now = {"in_use": answer != "no", "required": answer == "only"}
        change_identity_provider(provider=provider, agencies=form.chosen, **now, by=request.member)
        messages.success(request, f"Saved. Whoever had signed in with {provider.name} has been signed out.")
        return redirect("agencies:identity_providers")
    return render_form_page(request, "agencies/identity_provider.html", {"form": form, "provider": provider})
