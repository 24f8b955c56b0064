"""Where the rows live: the server named in DATABASE_URL, or one of our own when there is none."""

import os
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

# A connection costs 185 ms under load and is kept (shared/performance.md); each request first checks that it still
# answers, so that a restarted server is noticed by nobody.
CONNECTION_MAX_AGE_SECONDS = 600


def build_database_settings() -> dict[str, Any]:
    """
    Django's DATABASES["default"].

    DATABASE_URL is taken as it is (PostgreSQL 15 to 18; ImproperlyConfigured for anything else). Without it the
    engine is `config.embedded`, which starts a server of its own at the first connection and keeps the data in
    `.postgres/`; DATABASE_NAME (default `hereabouts`) then names the database, which is made when it is missing.
    """
    if os.environ.get("DATABASE_URL"):
        settings = dj_database_url.config(conn_max_age=CONNECTION_MAX_AGE_SECONDS, conn_health_checks=True)
        if settings["ENGINE"] != "django.db.backends.postgresql":
            raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: postgresql://…")
        return {**settings, "ATOMIC_REQUESTS": True}
    return {
        "ENGINE": "config.embedded",
        "NAME": embedded_database_name(),
        "USER": "postgres",
        "CONN_MAX_AGE": CONNECTION_MAX_AGE_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
    }


def embedded_database_name() -> str:
    """The name of the database on the server of our own."""
    return os.environ.get("DATABASE_NAME", "hereabouts")
