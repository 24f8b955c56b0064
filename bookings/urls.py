"""Addresses of bookings: asking for a place, the own booking, and a group's lists and register."""

from django.urls import path

from bookings.views import booking, register, session

app_name = "bookings"
urlpatterns = [
    path("activities/sessions/<uuid:pk>/book/", booking.book_place, name="book"),
    path("bookings/", booking.booking_code, name="booking_code"),
    path("bookings/<str:token>/", booking.booking, name="booking"),
    path("listings/sessions/<uuid:pk>/bookings/", session.session_bookings, name="session_bookings"),
    path("listings/sessions/<uuid:pk>/told/<uuid:message>/", session.note_call_made, name="told"),
    path("listings/sessions/<uuid:pk>/register/", register.register, name="register"),
    path("listings/bookings/<uuid:pk>/mark/", register.mark_booking, name="mark"),
    path("listings/bookings/<uuid:pk>/give-place/", session.give_place, name="give_place"),
    path("listings/bookings/<uuid:pk>/take-off/", session.take_off, name="take_off"),
]
