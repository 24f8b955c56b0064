"""Settings of the processes that test_faults.py kills: real ones, whose dead are noticed in seconds, not a minute."""

import os

from config.settings.test import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "0"))
PROCRASTINATE_WORKER_DEFAULTS |= {"update_heartbeat_interval": 0.5, "stalled_worker_timeout": 2.0}  # noqa: F405
LOOK_FOR_DEAD_WORKERS = "* * * * * */2"  # every other second
