"""“Tell me by e-mail when something new matches”: an e-mail address and a search, and nothing else about anybody."""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from config.http import hash_token
from config.uuid_key import UUIDKey

UNCONFIRMED_LIFETIME = datetime.timedelta(days=7)


class Alert(UUIDKey):
    """Asleep until its reader presses a button on the page that the first e-mail leads to; deleted when stopped.

    The secret of its links is not in the table, only its hash: it is made anew from the id and the key of the site,
    so that the link in the oldest e-mail still stops it, and who reads the table can neither start nor stop one.
    """

    key = models.UUIDField(unique=True, help_text="Idempotency: the second post with it gets the first's answer")
    email = models.EmailField(max_length=254)
    query = models.TextField(help_text="The search, as the query string of its address")
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(
        default=timezone.now, help_text="What was listed up to then was there already, or has been told"
    )

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["email"], name="alert_by_email")]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "query"],
                condition=~models.Q(confirmed_at=None),
                name="one_alert_per_reader_and_search",
            )
        ]

    def __str__(self) -> str:
        return self.query

    @classmethod
    def of_token(cls, token: str) -> "models.QuerySet[Self]":
        """The alert that these links belong to. Whoever has one reads the mailbox, or was shown the e-mail."""
        return cls.objects.filter(token_hash=hash_token(token))

    @property
    def token(self) -> str:
        """256 bits that nobody guesses."""
        return salted_hmac("alert", str(self.pk), algorithm="sha256").hexdigest()
