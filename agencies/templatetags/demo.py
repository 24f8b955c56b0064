"""{% load demo %}{% demo_sign_in %}: one-click sign-in, and back to where one was; nothing outside a demo."""

from typing import Any

from django import template

from agencies.demo import is_demo, list_demo_members

register = template.Library()


@register.inclusion_tag("agencies/demo_sign_in.html", takes_context=True)
def demo_sign_in(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    show = is_demo(request) and not request.user.is_authenticated
    people = list_demo_members() if show else []
    return {"people": people, "csrf_token": context.get("csrf_token", ""), "next": request.GET.get("next", "")}
