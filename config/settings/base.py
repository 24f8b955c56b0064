"""Settings that hold everywhere. What differs is in development, test and production."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from config.request_id import give_job_id

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "template_partials.apps.SimpleAppConfig",
    "agencies",
    "directory",
    "bookings",
    "referrals",
    "cases",
]

MIDDLEWARE = [
    "config.request_id.give_request_id",
    "config.metrics.measure_request",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "directory.exchange.api.middleware.without_cookies",
    "config.replica.remember_sending",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "agencies.middleware.attach_member",
    "agencies.middleware.require_second_factor",
    "agencies.middleware.restore_unsent",
    "config.sent_forms.remember_sent_forms",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "config.template_tags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "config.template_tags.place_context",
                "directory.shortlist.session.shortlist_context",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "config.forms.Renderer"
CRISPY_TEMPLATE_PACK = "hereabouts"  # templates/hereabouts/, see config.forms
CRISPY_ALLOWED_TEMPLATE_PACKS = (CRISPY_TEMPLATE_PACK,)
CRISPY_FAIL_SILENTLY = False  # a field that is not there, or drawn twice, is an error and not a gap

DATABASE_ROUTERS = ["config.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who signs in, and how. Accounts come from invitations only (agencies).
AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "agencies.passwords.StrengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address is unique whatever its case: constraint one_user_per_email
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "agencies.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation was answered from that mailbox
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset for an unknown address sends nothing and says the same
ACCOUNT_EMAIL_NOTIFICATIONS = True  # "your password was changed", "a second step was removed"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
EMERGENCY_MINUTES = int(os.environ.get("EMERGENCY_MINUTES", "60"))  # for which a restricted case is open then
ACCOUNT_RATE_LIMITS = {  # the adapter says of whom each is counted: nobody can lock another out
    "login": "300/m/ip",  # a hospital is one network
    "login_failed": "5/300s/key",
    "login_network": "30/m/ip",  # ours: guesses at all accounts together, of browsers that nobody is known to use
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_FORMS = {
    "login": "agencies.forms.sign_in.SignInForm",
    "change_password": "agencies.forms.sign_in.ChangePasswordForm",
    "set_password": "agencies.forms.sign_in.FirstPasswordForm",
    "reset_password": "agencies.forms.sign_in.ForgottenPasswordForm",
    "reset_password_from_key": "agencies.forms.sign_in.NewPasswordForm",
    "reauthenticate": "agencies.forms.sign_in.ConfirmPasswordForm",
}
MFA_FORMS = {
    "authenticate": "agencies.forms.second_step.SecondStepForm",
    "reauthenticate": "agencies.forms.second_step.ConfirmSecondStepForm",
    "activate_totp": "agencies.forms.second_step.ActivateAppForm",
    "deactivate_totp": "agencies.forms.second_step.RemoveAppForm",
    "generate_recovery_codes": "agencies.forms.second_step.RecoveryCodesForm",
    "add_webauthn": "agencies.forms.second_step.AddPasskeyForm",
    "reauthenticate_webauthn": "agencies.forms.second_step.ConfirmPasskeyForm",
}
MFA_ADAPTER = "agencies.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Hereabouts"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as above; a reset of the password leaves an address that nobody verifies
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute out
SOCIALACCOUNT_ADAPTER = "agencies.adapter.SocialAccountAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds that an agency's provider may keep a page waiting
REQUIRE_SECOND_FACTOR = True  # of the roles in access.SECOND_FACTOR_ROLES; development alone turns it off
KNOWN_BROWSER_COOKIE_NAME = "known-browser"
SESSION_ENGINE = "agencies.sessions"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: the absolute limit, kept by agencies.middleware too

# What a web request may wait for (config.database.limit_web_waiting): one statement, one lock; and what it may keep
# others waiting while it does something else, such as draw a long paper.
WEB_LIMITS = {
    "statement_timeout": os.environ.get("STATEMENT_TIMEOUT", "15s"),
    "lock_timeout": os.environ.get("LOCK_TIMEOUT", "5s"),
    "idle_in_transaction_session_timeout": "120s",
}
MIGRATION_LOCK_TIMEOUT = "2s"  # for so long readers may wait behind a migration that waits itself; then it tries again

# Jobs: each app's are in its jobs.py. A worker that is silent for 30 s counts as dead; its jobs are given to another
# at the next look (agencies.jobs), so at most a minute and a half after it died.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS: dict[str, Any] = {
    "update_heartbeat_interval": 5.0,
    "stalled_worker_timeout": 30.0,
    "worker_middleware": [give_job_id],
}
LONG_JOBS_QUEUE = "imports"  # jobs of minutes: a worker of their own runs them, so that no e-mail waits for one
LOOK_FOR_DEAD_WORKERS = "* * * * *"  # cron: each minute

# UK conventions: dates, London time.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"

# Only what we serve ourselves; a tile host is added by the environment (PLACE below).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "agencies.views.errors.csrf_failure"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes; the longest form is a few thousand words

# The place this deployment serves. Shown in the header, the letters and the e-mails.
PLACE = {
    "name": "Hereabouts",
    "area": "Adur and Worthing",
    "nation": "ENG",  # whose bank holidays: ENG (Wales has the same), SCT or NIR
    "phone": "01632 960100",
    "safeguarding_team": "Adult safeguarding team",
    "safeguarding_phone": "01632 960111",
    "tiles": "",  # address of a tile server for the public map, with {z} {x} {y}; none means pins on an outline
    "base_url": "http://127.0.0.1:8000",
    "security_contact": "security@hereabouts.example.org",  # whom to tell of a hole in the security
    # Of the published directory: for the owners of the place to choose, such as "Open Government Licence v3.0".
    "licence": "",
    "licence_url": "",
}
DEFAULT_FROM_EMAIL = "hello@hereabouts.example.org"
EMAIL_TIMEOUT = 20  # seconds

# One cache for all processes and machines, in the database: it counts attempts to sign in and codes used
# (allauth), about 1 ms each. Its table is made by `manage.py createcachetable`.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Where `manage.py backup` puts what it copies, and how long that is kept: nothing erased comes back after it.
BACKUP_FOLDER = os.environ.get("BACKUP_FOLDER", "")
BACKUP_KEEP_DAYS = int(os.environ.get("BACKUP_KEEP_DAYS", "35"))

# The nightly root of all histories: its Ed25519 key (64 hexadecimal digits), and a file on another machine, if any.
ROOT_SIGNING_KEY = os.environ.get("ROOT_SIGNING_KEY", "")
ROOT_FILE = os.environ.get("ROOT_FILE", "")

METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # with which /health/metrics is asked for; none: no such page
TRUST_REQUEST_ID = False  # the proxy's X-Request-ID; otherwise one is made for each request
# To standard error, where systemd or the container platform collects it: the app cannot rewrite its own log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.log.RedactingFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # its own handlers would write each line twice
        "procrastinate.blueprints": {"level": "WARNING"},  # says at each start which tasks there are
        "procrastinate.periodic": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},  # says each step of each letter
        "fontTools": {"level": "WARNING"},
    },
}
