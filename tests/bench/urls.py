"""The site, and beside it the two yardsticks that its pages are measured against."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from agencies.access import public
from agencies.models import Agency
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500"]
SMALL = "<!doctype html><title>{{ agency.name }}</title><h1>{{ agency.name }}</h1><p>{{ agency.postcode }}</p>"
FRAME = '{% extends "base.html" %}{% block content %}<h1>{{ agency.name }}</h1>{% endblock %}'


@cache
def template(text: str):
    return engines["django"].from_string(text)


@public
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@public
def floor(request: HttpRequest) -> HttpResponse:
    """A small template and one query."""
    return HttpResponse(template(SMALL).render({"agency": Agency.objects.order_by("pk").first()}, request))


@public
def frame(request: HttpRequest) -> HttpResponse:
    """The same in the frame that every page of the site has."""
    return HttpResponse(template(FRAME).render({"agency": Agency.objects.order_by("pk").first()}, request))


urlpatterns = [path("bench/empty", empty), path("bench/floor", floor), path("bench/frame", frame), *of_the_site]
