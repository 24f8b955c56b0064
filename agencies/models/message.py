"""Everything that leaves: e-mails, and the letter or call script for those without e-mail."""

from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from agencies.models.agency import Agency
from config.uuid_key import UUIDKey


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"
    CALL = "call", "Call script"


class Message(UUIDKey):
    """One message to one reader. `key` makes it one however often the deed is tried again."""

    key = models.CharField(max_length=200, unique=True)
    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="In whose name it is said, and who may read it on a page; nobody where it is empty",
    )
    channel = models.CharField(max_length=10, choices=Channel)
    to = models.CharField(max_length=254, help_text="E-mail address, or name and address or phone")
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    headers: "models.JSONField[Any, Any]" = models.JSONField(
        default=dict, blank=True, help_text="Further headers of an e-mail: List-Unsubscribe"
    )
    created_at = models.DateTimeField(default=timezone.now)
    sending_at = models.DateTimeField(null=True, blank=True, help_text="Handed to the mail server, no answer yet")
    sent_at = models.DateTimeField(null=True, blank=True)
    failed = models.TextField(blank=True, help_text="What the mail server said the last time")
    given_up_at = models.DateTimeField(null=True, blank=True, help_text="After the last try: somebody must look")

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(subject__contains="\n") & ~models.Q(subject__contains="\r"),
                name="message_subject_is_one_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    @property
    def message_id(self) -> str:
        """The Message-ID header, the same at each try: a copy is recognised as one (RFC 5322, 3.6.4)."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        return f"<{self.pk}@{domain}>"

    @classmethod
    def keys_given_up(cls, keys: Iterable[str]) -> set[str]:
        """Which of these messages could not be delivered: somebody must look at the address."""
        return set(cls.objects.filter(key__in=list(keys)).exclude(given_up_at=None).values_list("key", flat=True))

    @classmethod
    def with_key_prefix(cls, prefix: str) -> "models.QuerySet[Self]":
        """Those whose key begins so, the newest first."""
        return cls.objects.filter(key__startswith=prefix).order_by("-created_at", "pk")

    @classmethod
    def delete_with_key_prefix(cls, prefix: str) -> None:
        """Delete those whose key begins so: nobody is written to any more, and nothing says that they were."""
        cls.objects.filter(key__startswith=prefix).delete()

    @classmethod
    def latest_messages(cls, n: int) -> "models.QuerySet[Self]":
        """The last `n`, the newest first: for the demo's outbox, which nobody sees elsewhere."""
        return cls.objects.order_by("-created_at", "pk")[:n]
