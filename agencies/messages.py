"""Everything that leaves goes through `queue_message`: written in the deed's own transaction, delivered by a job.

What is promised:
- Either the deed and its message are both there after a commit, or neither is.
- One message for each `key`, however often the deed is tried again.
- It is delivered at least once, also when workers are killed: what a killed one had begun, another begins again
  within a minute and a half. It leaves twice only where a worker died between the mail server's "accepted" and
  our own note of it; both copies then carry the same Message-ID, by which mail servers and readers recognise
  them as one. Two workers never deliver one message at the same time. (Tried by tests/journeys/test_faults.py.)
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import BadHeaderError
from django.db import transaction
from django.db.models.functions import Lower
from django.template import Context, Engine
from django.urls import reverse

from agencies.jobs import deliver_message
from agencies.models.agency import Agency
from agencies.models.message import Channel, Message
from agencies.models.user import User
from config.transitions import insert_if_new


def queue_message(
    *,
    key: str,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any],
    agency: uuid.UUID | None = None,
    channel: str = Channel.EMAIL,
    headers: dict[str, str] | None = None,
) -> Message:
    """Write the message once under `key`, and queue it for delivery if it is an e-mail. `agency` is the one whose
    pages say that it was sent; nobody reads it else.

    `template` is plain text ("email/invitation.txt"); it also gets `place`, the settings of this place. An e-mail
    begins with `context["hello"]`, or a greeting by name (`format_hello`), and ends with the place's name and phone.
    A letter or a call script stays in the table, to be printed or read out. Raises BadHeaderError when a line
    break is smuggled into the address, the subject or one of the further `headers` (security point 8).
    """
    headers = headers or {}
    if any(c in value for value in (to, subject, *headers.values()) for c in "\r\n\0"):
        raise BadHeaderError("An address, a subject and a header are one line each.")
    body = render_plain_text(template, context)
    if channel == Channel.EMAIL and template.startswith("email/"):  # those to the person of a case have their own frame
        greeting, place = context.get("hello") or format_hello(to), settings.PLACE
        body = f"{greeting}\n\n{body}\n{place['name']} for {place['area']}, {place['phone']}\n"
    message = Message(key=key, agency_id=agency, channel=channel, to=to, subject=subject, body=body, headers=headers)
    with transaction.atomic(savepoint=False):
        if not insert_if_new(message):
            return Message.objects.filter(key=key).first() or message
        if channel == Channel.EMAIL:
            deliver_message.configure(lock=f"message {message.pk}").defer(message=str(message.pk))
    return message


def queue_messages(to: Iterable[str], *, key: str, **message: Any) -> int:
    """The same to each, once under `key` and their number; how many."""
    return sum(bool(queue_message(key=f"{key} {n}", to=email, **message)) for n, email in enumerate(to))


def format_hello(to: str) -> str:
    """ "Hello Priya" to who has an account with that address, "Hello Green Gym" to the one agency that gave it;
    "Hello" to anybody else: whose a mailbox is that a reader gave, nobody knows."""
    user = User.objects.alias(address=Lower("email")).filter(address=to.lower(), is_active=True).first()
    if user:
        return f"Hello {user.first_name}"
    names = Agency.objects.filter(email__iexact=to, left_at=None).order_by("pk").values_list("name", flat=True)[:2]
    return f"Hello {names[0]}" if len(names) == 1 else "Hello"


def render_plain_text(template: str, context: dict[str, Any]) -> str:
    """The text of an e-mail, a letter or a call script: nothing is escaped, as nothing reads it as HTML."""
    page = Context({**context, "place": settings.PLACE}, autoescape=False)
    return Engine.get_default().get_template(template).render(page).strip() + "\n"


def format_subject(words: str) -> str:
    """Words fit for the subject of an e-mail: one line of at most 90 characters."""
    return " ".join(words.replace("\0", "").split())[:90]


def absolute_url(name: str, *arguments: object) -> str:
    """The whole address of a page, for what is read outside: an e-mail, a letter, a file."""
    return f"{settings.PLACE['base_url']}{reverse(name, args=arguments)}"
