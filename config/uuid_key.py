"""The key of nearly every table: a UUID, so that nobody counts rows by it or guesses the next one."""

import uuid

from django.db import models


class UUIDKey(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
