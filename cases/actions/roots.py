"""Each night the heads of all histories become one line that leaves the machine."""

import logging
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agencies.messages import queue_message
from agencies.models import Agency, Membership
from cases.history.root_line import FIRST, hash_root, read_lines
from cases.history.verify import HistoryFault, verify_histories
from cases.models import Root, RootHead, RootReceiver
from config.database import lock_name
from config.transitions import save_columns

logger = logging.getLogger(__name__)

# What has grown since its last head. One statement sees one moment: each head has all its entries.
GROWN_SQL = """
SELECT c.id, c.entry_count, c.chain FROM cases_case c
WHERE c.entry_count > coalesce((SELECT max(h.number) FROM cases_roothead h WHERE h.case_id = c.id), 0)
ORDER BY c.id
"""
BATCH_SIZE = 5000  # rows in one statement


@transaction.atomic
def make_root() -> Root:
    """Tonight's root, queued for each agency that asked for it. The histories are verified first, and what is found
    is counted on it: it is made all the same, for what was sent out before cannot be mended by silence."""
    lock_name("root of all histories")
    last = Root.objects.first()
    root = Root(
        number=last.number + 1 if last else 1,
        at=timezone.now().replace(microsecond=0),
        place=urlsplit(settings.PLACE["base_url"]).netloc,
        previous=last.root if last else FIRST,
        salt=secrets.token_hex(32),
        faults=sum(isinstance(found, HistoryFault) for found in verify_histories()),
    )
    with connection.cursor() as cursor:
        cursor.execute(GROWN_SQL)
        heads = cursor.fetchall()
    root.root = hash_root(root.line, root.salt, heads)
    signed = root.line.sign(settings.ROOT_SIGNING_KEY)
    root.key, root.signature = signed.key, signed.signature
    root.save()
    rows = (RootHead(root=root, case_id=case, number=number, chain=chain) for case, number, chain in heads)
    RootHead.objects.bulk_create(rows, batch_size=BATCH_SIZE)
    for receiver in RootReceiver.objects.filter(ended_at=None, agency__left_at=None).exclude(agency=None):
        send_root(root, receiver)
    return root


def send_root(root: Root, receiver: RootReceiver) -> None:
    """By e-mail, once however often it is tried."""
    queue_message(
        key=f"{message_prefix(root)}{receiver.pk}",
        to=receiver.email,
        subject=f"Proof of the histories, {timezone.localdate(root.at):%-d %B %Y}",
        template="email/root.txt",
        context={"words": str(root.line).split(), "root": root},
    )
    save_columns(receiver, last_number=root.number)


def message_prefix(root: Root) -> str:
    """How the keys of its e-mails begin."""
    return f"root {root.number} to "


def write_root_file() -> None:
    """Add what is missing to the file of the place's own, if it has one. May run twice.

    What it has cannot be taken back by us: it belongs on another machine, or where files can only grow.
    """
    if not settings.ROOT_FILE:
        return
    receiver, _ = RootReceiver.objects.get_or_create(file=settings.ROOT_FILE)
    path = Path(settings.ROOT_FILE)
    try:
        lines = read_lines([path.read_text()]) if path.exists() else []
        last = lines[-1].number if lines else 0
        with path.open("a") as file:
            for root in Root.objects.filter(number__gt=last).order_by("number"):
                file.write(f"{root.line}\n")
                last = root.number
    except OSError as error:
        logger.error("The file of the roots cannot be written: %s", error.strerror)
        save_columns(receiver, problem=f"It could not be written: {error.strerror}")
    else:
        save_columns(receiver, problem="", last_number=last, ended_at=None)


@transaction.atomic
def ask_for_roots(*, agency: Agency, email: str, by: Membership) -> RootReceiver:
    """From tonight on the agency gets each root at that address, and the last one now."""
    asked = {"email": email, "asked_by": by, "asked_at": timezone.now(), "ended_at": None}
    receiver, _ = RootReceiver.objects.update_or_create(agency=agency, defaults=asked)
    if last := Root.objects.first():
        send_root(last, receiver)
    return receiver


def end_roots(*, agency: Agency) -> None:
    """It gets no more. What it has stays good."""
    RootReceiver.objects.filter(agency=agency, ended_at=None).update(ended_at=timezone.now())
