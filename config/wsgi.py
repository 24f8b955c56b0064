import logging
import os

from django.core.wsgi import get_wsgi_application

from config.database import limit_web_waiting
from config.fonts import check_fonts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_wsgi_application()
limit_web_waiting()

for warning in check_fonts():
    if not warning.is_silenced():
        logging.getLogger("config").warning(warning.msg)
