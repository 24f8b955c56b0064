"""Addresses of the public directory."""

from django.urls import path

from directory.views import activities, home, service, steward

app_name = "directory"

urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", activities.activities, name="activities"),
    path("activities/<uuid:pk>/", service.service, name="service"),
]

urlpatterns += [  # the steward's pages, and how groups come to take part
    path("steward/", steward.steward, name="steward"),
]
