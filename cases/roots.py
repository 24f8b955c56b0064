"""What the steward is told, and warned of, about the nightly roots."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from agencies.hooks import safety_sources
from agencies.models import Membership, Message
from cases.actions.roots import message_prefix
from cases.history.root_line import UNSIGNED
from cases.models import Root, RootReceiver

MAX_ROOT_AGE = timedelta(hours=26)


@dataclass(frozen=True)
class ReceiverRow:
    """Somebody who gets the roots, and what became of the last one."""

    receiver: RootReceiver
    state: str
    tone: str


def list_receivers(member: Membership, last: Root | None) -> list[ReceiverRow]:
    """Where the last root went, or was to go."""
    sent = {}
    if last:
        sent = {message.key: message for message in Message.with_key_prefix(message_prefix(last))}
    rows = RootReceiver.visible_to(member).filter(ended_at=None).select_related("agency")
    keys = [(row, f"{message_prefix(last)}{row.pk}" if last else "") for row in rows]
    return [ReceiverRow(row, *describe_delivery(row, last, sent.get(key))) for row, key in keys]


def describe_delivery(receiver: RootReceiver, last: Root | None, message: Message | None) -> tuple[str, str]:
    """In words, and how they look."""
    if receiver.problem or (message and message.given_up_at):
        return receiver.problem or "Could not be delivered: check the address", "coral"
    if last is None or receiver.last_number < last.number:
        return "Gets it from the next night on", "grey"
    if receiver.file or (message and message.sent_at):
        return "Has it", "green"
    return "On its way", "amber"


@safety_sources.register
def find_root_problems(member: Membership) -> Iterator[str]:
    """What is wrong, in plain words, the worst first."""
    last = Root.visible_to(member).first()
    if last is None:
        yield "No proof of the histories has been made yet. One is made each night."
        return
    if last.faults:
        yield "A history was rewritten: the check found it last night. Whoever runs the server must say what happened."
    if timezone.now() - last.at > MAX_ROOT_AGE:
        yield "The last proof of the histories is more than a day old."
    if last.key == UNSIGNED:
        yield "The proofs of the histories are not signed: whoever runs the server has to set a key."
    if not RootReceiver.visible_to(member).filter(ended_at=None).exists():
        yield "Nobody outside keeps the proofs of the histories. Ask an agency to."
