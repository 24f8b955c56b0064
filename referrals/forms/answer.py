"""What a voluntary group answers: one question whose answers are the moves that the table allows now."""

from typing import Any

from django.utils import timezone

from agencies.access import Permission
from agencies.models import Membership
from config.forms import DateField, Form, IdempotencyKey, NameField, Radios, TextField
from referrals.forms.seen import Seen
from referrals.models import DeclineReason, Referral
from referrals.states import Side, Status, next_statuses

MESSAGE = "message"
WORDS = 2000  # characters

SAYS: dict[tuple[Status, Status], tuple[str, str]] = {  # what the group says, and the hint under it
    (Status.SENT, Status.ACCEPTED): ("Yes, we can help", "You get in touch with them next"),
    (Status.SENT, Status.WAITING): ("We are full: put them on our waiting list", "You keep them in mind"),
    (Status.WAITING, Status.ACCEPTED): ("We have a place for them now", "You get in touch with them next"),
    (Status.WAITING, Status.STARTED): ("They came", ""),
    (Status.WAITING, Status.LOST_CONTACT): ("We have lost contact with them", ""),
    (Status.ACCEPTED, Status.STARTED): ("They came", ""),
    (Status.ACCEPTED, Status.WAITING): ("We are full: put them on our waiting list", ""),
    (Status.ACCEPTED, Status.COMPLETED): ("It is finished", "They have had what you offer"),
    (Status.ACCEPTED, Status.LOST_CONTACT): ("We could not reach them", ""),
    (Status.STARTED, Status.STARTED): ("They came again", ""),
    (Status.STARTED, Status.COMPLETED): ("It is finished", "They have had what you offer"),
    (Status.STARTED, Status.LOST_CONTACT): ("They stopped coming and we could not reach them", ""),
}

ORDER = [Status.ACCEPTED, Status.STARTED, Status.COMPLETED, Status.WAITING, Status.LOST_CONTACT]  # the likeliest first


class AnswerForm(Form):
    """`choice` is a state, `declined:<reason>` or `message`; cleaned, it gives `to` and `reason`."""

    button = "Send answer"
    choice = Radios(label="Your answer", error_messages={"required": "Choose an answer"})
    happened_on = DateField(
        label="If they came: on which day?", help_text="Leave empty for today", past=True, required=False
    )
    words = TextField(label="Message", max_length=WORDS, rows=3, required=False)
    name = NameField(label="Your name", required=False)
    key = IdempotencyKey()
    seen = Seen()

    def __init__(
        self, data: Any = None, *, referral: Referral, by_link: bool, typed: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"seen": referral.moves_made} | (typed or {}))
        self.reasons = {r.code: r for r in DeclineReason.of_side(DeclineReason.Side.PROVIDER)}
        choices = offered(referral, self.reasons)
        asks = referral.from_agency.name
        self.fields["choice"].choices = [(value, words) for value, words, _ in choices]
        self.fields["choice"].hints = {value: hint for value, _, hint in choices if hint}
        self.fields["choice"].label = "Can you help?" if referral.status == Status.SENT else "What has happened?"
        self.fields["words"].label = f"Message to {asks}"
        if Status.STARTED not in next_statuses(referral.status, Side.RECEIVER):
            del self.fields["happened_on"]
        if not by_link:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = self.cleaned_data
        state, _, code = found.get("choice", "").partition(":")
        found["to"] = Status(state) if state in Status.values else None
        found["reason"] = self.reasons.get(code)
        if state == MESSAGE and not found.get("words", "").strip() and "words" not in self.errors:
            self.add_error("words", "Write your message")
        if found["to"] == Status.STARTED and not found.get("happened_on") and "happened_on" not in self.errors:
            found["happened_on"] = timezone.localdate()
        elif found["to"] != Status.STARTED:
            found["happened_on"] = None
        return found

    @property
    def reply(self) -> dict[str, Any]:
        """The cleaned answer as the arguments of `referrals.actions.answering.reply`."""
        return {name: self.cleaned_data.get(name) for name in ("to", "reason", "words", "happened_on", "key", "seen")}

    @property
    def typed(self) -> dict[str, str]:
        """What somebody wrote, to be given back on a new form."""
        return {name: self.data.get(name, "") for name in ("words", "name")}


def answer_form(referral: Referral, member: Membership) -> AnswerForm | None:
    """The form for a member of the group that was asked, while there is something to answer."""
    asked = member.agency_id == referral.to_agency_id and referral.service_id is not None
    if not asked or not referral.is_open or not member.may(Permission.ANSWER):
        return None
    return AnswerForm(referral=referral, by_link=False)


def offered(referral: Referral, reasons: dict[str, DeclineReason]) -> list[tuple[str, str, str]]:
    """The answers for a referral as it stands: value, words, hint. Each reason to say no is an answer of its own."""
    status = Status(referral.status)
    allowed = next_statuses(status, Side.RECEIVER)
    found = [(str(to), *SAYS[status, to]) for to in ORDER if to in allowed and (status, to) in SAYS]
    if Status.DECLINED in allowed:
        no = "No." if status == Status.SENT else "Not after all."
        found += [(f"{Status.DECLINED}:{code}", f"{no} {reason.text}", "") for code, reason in reasons.items()]
    return [*found, (MESSAGE, "Only send a message", "Nothing else changes")]
