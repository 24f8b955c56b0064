"""Addresses of the public directory."""

from django.urls import path

from directory.views import activities, home, service

app_name = "directory"

urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", activities.activities, name="activities"),
    path("activities/<uuid:pk>/", service.service, name="service"),
]
