"""The suite: real PostgreSQL, fast password hash, nothing leaves the machine."""

import os

from config.database import build_databases
from config.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "test-only-not-a-secret"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = build_databases()
_run = os.environ.get("TEST_RUN", "")  # two runs at once keep apart
DATABASES["default"]["TEST"] = {"NAME": f"test_hereabouts{'_' if _run else ''}{_run}"}
INSTALLED_APPS += ["demo"]  # noqa: F405
DEMO = False
KEEP_SENT_MESSAGES = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True  # static files straight from their folders: nothing is collected for a test
WHITENOISE_USE_FINDERS = True
