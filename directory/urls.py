"""Addresses of the public directory."""

from django.urls import path

from directory.catalogue.views import calendar, service, statistics
from directory.exchange.api.urls import urlpatterns as api_urls
from directory.exchange.views import duplicates, sources
from directory.publishing.views import (
    claims,
    edit,
    join,
    listing,
    listings,
    proposals,
    reports,
    still_right,
    versions,
)
from directory.publishing.views import sessions as listing_sessions
from directory.search.views import activities, finder, home, map
from directory.shortlist.views import collections, shortlist, slip
from directory.stewardship.views import collections as steward_collections
from directory.stewardship.views import dangers, inbox, needs, stale, terms, unmet, words

app_name = "directory"

urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", activities.activities, name="activities"),
    path("activities/map.json", map.map_hits, name="map_hits"),
    path("activities/map/land.json", map.map_land, name="map_land"),
    path("activities/<uuid:pk>/", service.service, name="service"),
]

urlpatterns += [  # the steward's pages, and how groups come to take part
    path("steward/", inbox.steward_inbox, name="steward"),
    path("steward/claims/", claims.claims, name="claims"),
    path("steward/claims/<uuid:pk>/", claims.claim, name="claim"),
    path("steward/proposals/", proposals.proposals, name="proposals"),
    path("steward/proposals/<uuid:pk>/", proposals.proposal, name="proposal"),
    path("steward/proposals/<uuid:pk>/pass-on/", proposals.pass_on, name="pass_on"),
    path("listings/reports/", proposals.reports, name="reports"),
    path("listings/reports/<uuid:pk>/", proposals.own_report, name="report"),
    path("steward/stale/", stale.stale_listings, name="stale"),
    path("steward/stale/<uuid:pk>/", stale.record_outcome, name="stale_tell"),
    path("join/", join.join, name="join"),
    path("join/check-answers/", join.check_answers, name="join_check"),
    path("join/sent/", join.sent, name="join_sent"),
    path("join/<slug:name>/", join.question, name="join_question"),
    path("still-right/<str:token>/", still_right.still_right, name="still_right"),
    path("still-right/<str:token>/link/", still_right.new_link, name="still_right_link"),
    path("still-right/<str:token>/<uuid:pk>/changed/", still_right.tell_changed, name="still_right_changed"),
    path("still-right/<str:token>/<uuid:pk>/ended/", still_right.tell_ended, name="still_right_ended"),
    path("listings/<uuid:pk>/still-right/", still_right.confirm, name="confirm"),
]

urlpatterns += [  # one activity, and the list that somebody keeps without an account
    path("activities/<uuid:pk>/sessions.ics", calendar.session_calendar, name="calendar"),
    path("activities/<uuid:pk>/wrong/", reports.report_wrong, name="wrong"),
    path("activities/<uuid:pk>/wrong/thanks/", reports.report_thanks, name="wrong_thanks"),
    path("shortlist/", shortlist.shortlist, name="shortlist"),
    path("shortlist/large-print.pdf", shortlist.large_print, name="large_print"),
    path("shortlist/clear/", shortlist.clear_shortlist, name="clear_shortlist"),
    path("shortlist/keep/<uuid:pk>/", shortlist.keep_service, name="keep"),
    path("shortlist/take-off/<uuid:pk>/", shortlist.unkeep_service, name="unkeep"),
    path("shortlist/up/<uuid:pk>/", shortlist.move_up, name="move_up"),
    path("shortlist/slip/", slip.make_slip, name="make_slip"),
    path("s/", slip.enter_code, name="enter_slip"),
    path("s/<str:code>/", slip.slip, name="slip"),
    path("s/<str:code>/slip.pdf", slip.print_slip, name="slip_pdf"),
    path("s/<str:code>/keep/", slip.keep_slip_services, name="keep_slip"),
]

urlpatterns += api_urls  # what other systems take away

urlpatterns += [  # ways to find: three questions, collections; and the steward's words for what people look for
    path("find/", finder.finder, {"number": 0}, name="finder"),
    path("find/where/", finder.finder, {"number": 1}, name="finder_where"),
    path("find/suits/", finder.finder, {"number": 2}, name="finder_suits"),
    path("collections/", collections.collections, name="collections"),
    path("collections/<slug:slug>/", collections.collection, name="collection"),
    path("steward/needs/", needs.needs, name="needs"),
    path("steward/needs/correct/", needs.correct, name="correct_needs"),
    path("steward/words/", words.words, name="words"),
    path("steward/words/leave-out/", words.add_stop_word, name="stop_word"),
    path("steward/words/remove/", words.remove_word, name="remove_word"),
    path("steward/danger/", dangers.dangers, name="dangers"),
    path("steward/danger/words/", dangers.danger_words, name="danger_words"),
    path("steward/danger/switch/", dangers.switch_danger, name="switch_danger"),
    path("steward/terms/", terms.terms, name="terms"),
    path("steward/places/", words.places, name="places"),
    path("steward/places/remove/", words.remove_place, name="remove_place"),
    path("steward/lost-searches/", unmet.unmet_searches, name="lost"),
    path("steward/lost-searches/file.csv", unmet.unmet_searches_csv, name="lost_csv"),
    path("steward/collections/", steward_collections.steward_collections, name="steward_collections"),
    path("steward/collections/new/", steward_collections.new_collection, name="new_collection"),
    path("steward/collections/<uuid:pk>/", steward_collections.steward_collection, name="steward_collection"),
    path("steward/collections/<uuid:pk>/publish/", steward_collections.publish_collection, name="publish_collection"),
    path("steward/collections/<uuid:pk>/delete/", steward_collections.delete_collection, name="delete_collection"),
    path("steward/collections/<uuid:pk>/move/", steward_collections.move_collection, name="move_collection"),
    path("steward/collections/<uuid:pk>/add/", steward_collections.add_item, name="add_to_collection"),
    path("steward/collections/<uuid:pk>/<int:item>/", steward_collections.change_item, name="collection_item"),
]

urlpatterns += [  # a group's own activities
    path("listings/", listings.listings, name="listings"),
    path("listings/new/", listings.new_listing, name="new_listing"),
    path("listings/figures/", statistics.figures, name="figures"),
    path("listings/figures/figures.csv", statistics.figures_csv, name="figures_csv"),
    path("listings/figures/figures.xlsx", statistics.figures_xlsx, name="figures_xlsx"),
    path("listings/sessions/<uuid:pk>/", listing_sessions.session, name="session"),
    path("listings/sessions/<uuid:pk>/cancel/", listing_sessions.cancel_one_session, name="cancel_session"),
    path("listings/<uuid:pk>/", listing.listing, name="listing"),
    path("listings/<uuid:pk>/preview/", listing.preview, name="preview"),
    path("listings/<uuid:pk>/publish/", listing.publish_listing, name="publish"),
    path("listings/<uuid:pk>/state/", listing.state, name="listing_state"),
    path("listings/<uuid:pk>/room/", listing.room, name="room"),
    path("listings/<uuid:pk>/discard/", listing.discard, name="discard"),
    path("listings/<uuid:pk>/suggest/", listing.suggest_change, name="suggest"),
    path("listings/<uuid:pk>/sessions/", listing_sessions.sessions, name="sessions"),
    path("listings/<uuid:pk>/sessions/new/", listing_sessions.new_session, name="new_session"),
    path("listings/<uuid:pk>/versions/", versions.versions, name="versions"),
    path("listings/<uuid:pk>/versions/<int:number>/put-back/", versions.restore, name="restore"),
    path("listings/<uuid:pk>/<slug:section>/", edit.edit_section, name="edit"),
    path("listings/<uuid:pk>/<slug:section>/<slug:item>/", edit.edit_item, name="item"),
]

urlpatterns += [  # the steward: where imported listings come from, and which of them are the same
    path("steward/sources/", sources.sources, name="sources"),
    path("steward/sources/add/", sources.add_feed, name="add_feed"),
    path("steward/sources/upload/", sources.upload, name="upload"),
    path("steward/sources/<uuid:pk>/", sources.source, name="source"),
    path("steward/sources/<uuid:pk>/run/", sources.run_now, name="run_now"),
    path("steward/sources/<uuid:pk>/stop/", sources.stop_source, name="stop_source"),
    path("steward/sources/<uuid:pk>/zero-cost/", sources.zero_cost, name="zero_cost"),
    path("steward/sources/runs/<uuid:pk>/", sources.run, name="run"),
    path("steward/sources/runs/<uuid:pk>/columns/", sources.columns, name="run_columns"),
    path("steward/sources/runs/<uuid:pk>/begin/", sources.begin_import, name="begin_run"),
    path("steward/sources/runs/<uuid:pk>/retire/", sources.retire_gone, name="retire"),
    path("steward/sources/runs/<uuid:pk>/take-back/", sources.take_back, name="take_back"),
    path("steward/sources/documents/<uuid:pk>/", sources.document, name="document"),
    path("steward/doubles/", duplicates.likenesses, name="likenesses"),
    path("steward/doubles/<uuid:pk>/", duplicates.likeness, name="likeness"),
]
