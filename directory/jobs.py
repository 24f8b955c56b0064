"""The jobs of every room, in the one place where the worker looks for them."""

from directory.catalogue.jobs import judge_listings
from directory.exchange.jobs import import_source, import_what_is_due, make_open_data
from directory.publishing.jobs import ask_still_right, lay_out_sessions
from directory.search.jobs import forget_lost_searches, refresh_directory
from directory.stewardship.jobs import tell_what_waits
