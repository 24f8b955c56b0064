"""Addresses of one's account, the team and the demo. Those of sign-in are in agencies/sign_in_urls.py."""

from django.urls import path

from agencies.views import about, close, demo, exports, invitation, team, waiting
from agencies.views import account as own

app_name = "agencies"

urlpatterns = [
    path("accounts/", own.account, name="account"),
    path("accounts/sessions/", own.sessions, name="sessions"),
    path("accounts/work-for/", own.work_for, name="work_for"),
    path("accounts/leave/", team.leave, name="leave"),
    path("accounts/extend/", own.extend_session, name="extend"),
    path("accounts/draft/", own.save_draft, name="draft"),
    path("accounts/unsent/", own.unsent, name="unsent"),
    path("accounts/unsent/keep/", own.keep, name="keep"),
    path("accounts/invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("steward/agencies/", close.agencies, name="agencies"),
    path("steward/agencies/<uuid:pk>/close/", close.close_other, name="close_other"),
    path("team/", team.team, name="team"),
    path("team/downloads/", exports.exports, name="exports"),
    path("team/close/", close.close_own, name="close_own"),
    path("team/invite/", team.invite, name="invite"),
    path("team/<uuid:pk>/", team.member, name="member"),
    path("team/<uuid:pk>/end/", team.end_member, name="end_member"),
    path("team/invitations/<uuid:pk>/resend/", team.resend_invitation, name="resend_invitation"),
    path("team/invitations/<uuid:pk>/cancel/", team.cancel_invitation, name="cancel_invitation"),
    path("help/", about.about_help, name="help"),
    path("privacy/", about.privacy, name="privacy"),
    path("about/access/", about.access, name="access"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path(".well-known/security.txt", about.security_txt, name="security_txt"),
    path("outbox/", demo.outbox, name="outbox"),
    path("demo/sign-in/<slug:role>/", demo.sign_in, name="demo_sign_in"),
]
