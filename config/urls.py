"""Every address of the site: each app brings its own, in the order of the ladder."""

from django.urls import URLPattern, URLResolver, include, path

from config import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live),
    path("health/web", health.web),
    path("health/ready", health.ready),
    path("health/metrics", metrics.metrics),
    path("accounts/", include("agencies.sign_in_urls")),
    path("", include("agencies.urls")),
    path("", include("directory.urls")),
    path("", include("bookings.urls")),
    path("", include("referrals.urls")),
    path("", include("cases.urls")),
]

handler400 = "agencies.views.errors.bad_request"
handler403 = "agencies.views.errors.permission_denied"
handler404 = "agencies.views.errors.page_not_found"
handler500 = "agencies.views.errors.server_error"
