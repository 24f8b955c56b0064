"""Addresses of the caseload and of a case. `opening` and the story are first; the other parts of a case follow."""

from django.urls import path

from cases.views import (
    activities,
    booking,
    case,
    caseload,
    closing,
    facts,
    give,
    named_workers,
    news,
    notes,
    opening,
    outcomes,
    papers,
    part,
    questions,
    sharing,
)

app_name = "cases"

urlpatterns = [
    path("steward/outcomes/", outcomes.outcomes, name="outcomes"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("caseload/alone/", give.give_alone, name="give_alone"),
    path("news/", news.news, name="news"),
    path("news/done/", news.news_done, name="news_done"),
    path("referrals/<uuid:pk>/accept/", opening.accept, name="accept"),
    path("referrals/<uuid:pk>/another-person/", part.part, name="part"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("cases/<uuid:pk>/write/", notes.write, name="write"),
    path("cases/<uuid:pk>/entries/<int:number>/correct/", notes.correct, name="correct"),
    path("cases/<uuid:pk>/facts/<slug:name>/", facts.fact, name="fact"),
    path("cases/<uuid:pk>/give/", give.give, name="give"),
    path("cases/<uuid:pk>/activities/", activities.activities, name="activities"),
    path("cases/<uuid:pk>/activities/signpost/", activities.signpost, name="signpost"),
    path("cases/<uuid:pk>/activities/send-on/", activities.send_on, name="send_on"),
    path("cases/<uuid:pk>/book/<uuid:session>/", booking.book, name="book"),
    path("cases/<uuid:pk>/bookings/<uuid:booking>/", booking.booking, name="booking"),
    path("cases/<uuid:pk>/close/", closing.close, name="close"),
    path("cases/<uuid:pk>/sharing/", sharing.sharing, name="sharing"),
    path("cases/restricted/", named_workers.restricted, name="restricted"),
    path("cases/emergency/", named_workers.emergency, name="emergency"),
    path("cases/emergency/<uuid:pk>/", named_workers.review, name="review"),
    path("cases/<uuid:pk>/emergency/end/", named_workers.end_opening, name="end_opening"),
    path("cases/<uuid:pk>/named-workers/", named_workers.named_workers, name="named_workers"),
    path("cases/<uuid:pk>/sharing/who/<uuid:seat>/", sharing.purpose, name="purpose"),
    path("cases/<uuid:pk>/sharing/agree/", sharing.agree, name="agree"),
    path("cases/<uuid:pk>/sharing/<uuid:agreement>/take-back/", sharing.take_back, name="take_back"),
    path("cases/<uuid:pk>/ask-teams/", questions.ask, name="ask_teams"),
    path("cases/<uuid:pk>/asked/<uuid:question>/", questions.answer, name="answer_team"),
    path("cases/<uuid:pk>/papers/", papers.papers, name="papers"),
    path("cases/<uuid:pk>/papers/history.pdf", papers.history_pdf, name="history_pdf"),
    path("cases/<uuid:pk>/papers/letters/<uuid:letter>.pdf", papers.person_letter, name="person_letter"),
]
