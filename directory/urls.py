"""Addresses of the public directory."""

from django.urls import path

from directory.views import activities, calendar, home, service, shortlist, slip, steward, wrong, still_right

app_name = "directory"

urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", activities.activities, name="activities"),
    path("activities/<uuid:pk>/", service.service, name="service"),
]

urlpatterns += [  # the steward's pages, and how groups come to take part
    path("steward/", steward.steward, name="steward"),
    path("still-right/<str:token>/", still_right.still_right, name="still_right"),
    path("still-right/<str:token>/link/", still_right.new_link, name="still_right_link"),
    path("still-right/<str:token>/<uuid:pk>/changed/", still_right.changed, name="still_right_changed"),
    path("still-right/<str:token>/<uuid:pk>/ended/", still_right.ended, name="still_right_ended"),
    path("listings/<uuid:pk>/still-right/", still_right.confirm, name="confirm"),
]

urlpatterns += [  # one activity, and the list that somebody keeps without an account
    path("activities/<uuid:pk>/sessions.ics", calendar.sessions, name="calendar"),
    path("activities/<uuid:pk>/wrong/", wrong.wrong, name="wrong"),
    path("activities/<uuid:pk>/wrong/thanks/", wrong.thanks, name="wrong_thanks"),
    path("shortlist/", shortlist.shortlist, name="shortlist"),
    path("shortlist/large-print.pdf", shortlist.large_print, name="large_print"),
    path("shortlist/clear/", shortlist.clear, name="clear_shortlist"),
    path("shortlist/keep/<uuid:pk>/", shortlist.keep, name="keep"),
    path("shortlist/take-off/<uuid:pk>/", shortlist.unkeep, name="unkeep"),
    path("shortlist/up/<uuid:pk>/", shortlist.move_up, name="move_up"),
    path("shortlist/slip/", slip.make, name="make_slip"),
    path("s/", slip.enter, name="enter_slip"),
    path("s/<str:code>/", slip.slip, name="slip"),
    path("s/<str:code>/slip.pdf", slip.printed, name="slip_pdf"),
    path("s/<str:code>/keep/", slip.keep, name="keep_slip"),
]
