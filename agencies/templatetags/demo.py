"""{% load demo %}{% demo_sign_in %}: the one-click sign-in of the front page; nothing outside a demo."""

from typing import Any

from django import template

from agencies.demo import is_demo, list_demo_members

register = template.Library()


@register.inclusion_tag("agencies/demo_sign_in.html", takes_context=True)
def demo_sign_in(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    show = is_demo(request) and not request.user.is_authenticated
    return {"people": list_demo_members() if show else [], "csrf_token": context.get("csrf_token", "")}
