"""On a developer's own machine: the embedded database, demo people, one-click sign-in on loopback."""

import os

from config.database import build_databases, refuse_real_database
from config.settings.base import *  # noqa: F403

DEBUG = os.environ.get("DEBUG") == "1"  # off: errors look as they will to people
WHITENOISE_USE_FINDERS = True  # static files from their folders: nothing is collected for development
WHITENOISE_AUTOREFRESH = DEBUG
STATIC_ROOT = None
SECRET_KEY = "development-only-not-a-secret"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
refuse_real_database()
DATABASES = build_databases()
INSTALLED_APPS = ["demo", *INSTALLED_APPS]  # noqa: F405  # first: its worker looks whose e-mails those are
DEMO = True  # one-click sign-in and /outbox/, answered on loopback addresses only
KEEP_SENT_MESSAGES = True  # production blanks the text of a message once it has left
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # read them at /outbox/
PLACE["base_url"] = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"  # noqa: F405
REQUIRE_SECOND_FACTOR = False
ROOT_SIGNING_KEY = "5e" * 32  # known to everybody: a demo place's roots prove nothing
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
LOGGING["root"]["level"] = os.environ.get("LOG_LEVEL", "WARNING")  # type: ignore[index]  # noqa: F405
if DEBUG:  # made-up people only: an error with all its words
    LOGGING["formatters"]["line"] = {"format": "%(levelname)s %(name)s %(message)s"}  # type: ignore[index]  # noqa: F405
