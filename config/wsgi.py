import logging
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("DATABASE_ROLE", "web")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

from config.database import find_missing_limits, limit_web_waiting
from config.fonts import check_fonts
from config.roles import refuse_powerful_role

application = get_wsgi_application()
limit_web_waiting()

for warning in check_fonts():
    if not warning.is_silenced():
        logging.getLogger("config").warning(warning.msg)

if not settings.DEMO:  # a developer's one login may act for each role
    try:
        refuse_powerful_role()
        for name in find_missing_limits():
            logging.getLogger("config").warning("No %s: see docs/deploying.md, “Growing”.", name)
        connection.close()  # the workers are forked from here
    except OperationalError:  # it is not there yet: /health/ready looks again
        logging.getLogger("config").warning("The database does not answer yet.")
