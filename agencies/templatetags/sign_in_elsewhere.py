"""{% load sign_in_elsewhere %}: the buttons of agencies' own providers; nothing where there is none."""

from typing import Any

from django import template

from agencies.models import IdentityProvider, Invitation

register = template.Library()


@register.inclusion_tag("agencies/sign_in_buttons.html", takes_context=True)
def sign_in_elsewhere(context: template.Context) -> dict[str, Any]:
    """On the page of sign-in: all in use, and back to where one was."""
    providers = [] if context["request"].user.is_authenticated else IdentityProvider.on_sign_in_page()
    return {
        "providers": providers,
        "heading": "Or sign in where you do at work",
        "words": "Sign in with",
        "next": context["request"].GET.get("next", ""),
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("agencies/sign_in_buttons.html", takes_context=True)
def join_elsewhere(context: template.Context, invitation: Invitation, token: str) -> dict[str, Any]:
    """On the page of an invitation: those of the agency that it is to."""
    return {
        "providers": IdentityProvider.serving([invitation.agency]),
        "heading": "Or join without a password",
        "words": "Join with",
        "invitation": token,
        "csrf_token": context.get("csrf_token", ""),
    }
