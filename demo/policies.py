"""A demo place alone: its page of all messages that would have left. Not installed in production."""

from django.conf import settings

from agencies.models import Message
from config.row_security import also_see

if settings.DEMO:
    also_see(Message, "true")
