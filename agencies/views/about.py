"""What every page's foot leads to: help, privacy, accessibility."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page


@require_safe
@public
def about_help(request: HttpRequest) -> HttpResponse:
    return render_page(request, "agencies/help.html")


@require_safe
@public
def privacy(request: HttpRequest) -> HttpResponse:
    return render_page(request, "agencies/privacy.html")


@require_safe
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render_page(request, "agencies/accessibility.html")
