"""Addresses of referrals: asking, answering, and the secret links of groups without an account."""

from django.urls import path

from referrals.views import alerts, answer, look_ups, refer, referrals, triage

app_name = "referrals"
urlpatterns = [
    path("team/look-ups/", look_ups.look_ups, name="look_ups"),
    path("refer/", refer.refer, name="refer"),
    path("refer/find/", refer.find_person, name="find_person"),
    path("refer/danger/", refer.danger, name="danger"),
    path("refer/sent/<uuid:pk>/", refer.sent, name="sent"),
    path("refer/drafts/<uuid:key>/discard/", refer.discard_draft, name="discard_draft"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/<uuid:pk>/", referrals.referral, name="referral"),
    path("referrals/<uuid:pk>/letter.pdf", referrals.letter, name="letter"),
    path("referrals/<uuid:pk>/withdraw/", referrals.withdraw, name="withdraw"),
    path("referrals/<uuid:pk>/resend/", referrals.resend, name="resend"),
    path("referrals/<uuid:pk>/ask-detail/", triage.ask_detail, name="ask_detail"),
    path("referrals/<uuid:pk>/decline/", triage.decline, name="decline"),
    path("referrals/<uuid:pk>/pass-on/", triage.pass_on, name="pass_on"),
    path("referrals/<uuid:pk>/assign/", triage.assign, name="assign"),
    path("referrals/<uuid:pk>/answer/", answer.answer_signed_in, name="answer_signed_in"),
    path("answer/<str:token>/", answer.answer_by_link, name="answer"),
    path("answer/<str:token>/new-link/", answer.new_link, name="new_link"),
    path("alerts/", alerts.ask_for_alert, name="alert"),
    path("alerts/asked/", alerts.alert_asked, name="alert_asked"),
    path("alerts/<str:token>/", alerts.alert, name="alert_link"),
    path("alerts/<str:token>/stop/", alerts.stop_alert, name="alert_stop"),
]
