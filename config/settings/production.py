"""Production: everything secret or local comes from the environment, and it refuses to start without."""

import os
import re

from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

from config.database import build_databases, role_url_name
from config.log import log_nothing_else
from config.roles import current_role
from config.settings.base import *  # noqa: F403


def require_env(name: str) -> str:
    """The environment variable `name`; raises ImproperlyConfigured when it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name}: production does not start without it.")
    return value


DEBUG = False
DEMO = False
KEEP_SENT_MESSAGES = False
SECRET_KEY = require_env("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
require_env("DATABASE_URL")
require_env(role_url_name(current_role()))
DATABASES = build_databases()
ALLOWED_HOSTS = require_env("ALLOWED_HOSTS").split(",")

PLACE["base_url"] = require_env("BASE_URL").rstrip("/")  # noqa: F405
PLACE["name"] = os.environ.get("PLACE_NAME", PLACE["name"])  # noqa: F405
PLACE["area"] = require_env("PLACE_AREA")  # noqa: F405
PLACE["nation"] = os.environ.get("PLACE_NATION", PLACE["nation"])  # noqa: F405
if PLACE["nation"] not in ("ENG", "SCT", "NIR"):  # noqa: F405
    raise ImproperlyConfigured("PLACE_NATION must be ENG (England or Wales), SCT or NIR.")
PLACE["phone"] = require_env("PLACE_PHONE")  # noqa: F405
PLACE["safeguarding_team"] = os.environ.get("SAFEGUARDING_TEAM", PLACE["safeguarding_team"])  # noqa: F405
PLACE["safeguarding_phone"] = require_env("SAFEGUARDING_PHONE")  # noqa: F405
PLACE["security_contact"] = require_env("SECURITY_CONTACT")  # noqa: F405
if not re.fullmatch(r"[^\s@:/]+@[^\s@:/]+|https://\S+", PLACE["security_contact"]):  # noqa: F405
    raise ImproperlyConfigured("SECURITY_CONTACT must be an e-mail address, or an address that begins with https://.")
PLACE["licence"] = os.environ.get("DATA_LICENCE", "")  # noqa: F405
PLACE["licence_url"] = os.environ.get("DATA_LICENCE_URL", "")  # noqa: F405
PLACE["tiles"] = os.environ.get("TILES_URL", "")  # noqa: F405
if PLACE["tiles"]:  # noqa: F405
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] = [SELF, "data:", require_env("TILES_ORIGIN")]  # noqa: F405

if METRICS_TOKEN and len(METRICS_TOKEN) < 32:  # noqa: F405
    raise ImproperlyConfigured("METRICS_TOKEN must have at least 32 characters, or none: then there are no metrics.")
SILENCED_SYSTEM_CHECKS += os.environ.get("SILENCED_CHECKS", "").split()  # noqa: F405

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = require_env("EMAIL_HOST")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = require_env("DEFAULT_FROM_EMAIL")

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000  # one year (security point 18)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
KNOWN_BROWSER_COOKIE_NAME = "__Host-known-browser"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [PLACE["base_url"]]  # noqa: F405
if os.environ.get("BEHIND_PROXY") == "1":  # only a proxy that always sets the header itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    TRUST_REQUEST_ID = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING["formatters"]["line"] = {"()": "config.log.JSONFormatter"}  # type: ignore[index]  # noqa: F405
log_nothing_else()
if os.environ.get("SENTRY_DSN"):
    from config.sentry import start_sentry

    start_sentry(os.environ["SENTRY_DSN"], environment=ALLOWED_HOSTS[0])
