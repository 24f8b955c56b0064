"""What a voluntary group answers: one question whose answers are the moves that the table allows now."""

from typing import Any

from django.utils import timezone

from agencies.access import Permission
from agencies.models import Membership
from config.forms import DateField, Form, IdempotencyKey, NameField, Radios, TextField
from referrals.actions.answer import find_answer_to_take_back
from referrals.forms.triage import MAX_MESSAGE_LENGTH, SeenMovesField
from referrals.models import DeclineReason, Move, Referral
from referrals.states import ReferralStatus, Side, next_statuses

MESSAGE_CHOICE = "message"

ANSWER_TEXTS: dict[
    tuple[ReferralStatus, ReferralStatus], tuple[str, str]
] = {  # what the group says, and the hint under it
    (ReferralStatus.SENT, ReferralStatus.ACCEPTED): ("Yes, we can help", "You get in touch with them next"),
    (ReferralStatus.SENT, ReferralStatus.WAITING): (
        "We are full: put them on our waiting list",
        "You keep them in mind",
    ),
    (ReferralStatus.WAITING, ReferralStatus.ACCEPTED): (
        "We have a place for them now",
        "You get in touch with them next",
    ),
    (ReferralStatus.WAITING, ReferralStatus.STARTED): ("They came", ""),
    (ReferralStatus.WAITING, ReferralStatus.LOST_CONTACT): ("We have lost contact with them", ""),
    (ReferralStatus.ACCEPTED, ReferralStatus.STARTED): ("They came", ""),
    (ReferralStatus.ACCEPTED, ReferralStatus.WAITING): ("We are full: put them on our waiting list", ""),
    (ReferralStatus.ACCEPTED, ReferralStatus.COMPLETED): ("It is finished", "They have had what you offer"),
    (ReferralStatus.ACCEPTED, ReferralStatus.LOST_CONTACT): ("We could not reach them", ""),
    (ReferralStatus.STARTED, ReferralStatus.STARTED): ("They came again", ""),
    (ReferralStatus.STARTED, ReferralStatus.COMPLETED): ("It is finished", "They have had what you offer"),
    (ReferralStatus.STARTED, ReferralStatus.LOST_CONTACT): ("They stopped coming and we could not reach them", ""),
}

ANSWER_ORDER = [
    ReferralStatus.ACCEPTED,
    ReferralStatus.STARTED,
    ReferralStatus.COMPLETED,
    ReferralStatus.WAITING,
    ReferralStatus.LOST_CONTACT,
]  # the likeliest first


class AnswerForm(Form):
    """`choice` is a state, `declined:<reason>` or `message`; cleaned, it gives `to` and `reason`."""

    button = "Send answer"
    choice = Radios(label="Your answer", error_messages={"required": "Choose an answer"})
    happened_on = DateField(
        label="If they came: on which day?", help_text="Leave empty for today", past=True, required=False
    )
    words = TextField(label="Message", max_length=MAX_MESSAGE_LENGTH, rows=3, required=False)
    name = NameField(label="Your name", required=False)
    key = IdempotencyKey()
    seen = SeenMovesField()

    def __init__(
        self, data: Any = None, *, referral: Referral, by_link: bool, typed: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"seen": referral.moves_made} | (typed or {}))
        self.reasons = {r.code: r for r in DeclineReason.of_side(DeclineReason.Side.PROVIDER)}
        choices = build_answer_choices(referral, self.reasons)
        asks = referral.from_agency.name
        self.fields["choice"].choices = [(value, words) for value, words, _ in choices]
        self.fields["choice"].hints = {value: hint for value, _, hint in choices if hint}
        self.fields["choice"].label = (
            "Can you help?" if referral.status == ReferralStatus.SENT else "What has happened?"
        )
        self.fields["words"].label = f"Message to {asks}"
        if ReferralStatus.STARTED not in next_statuses(referral.status, Side.RECEIVER):
            del self.fields["happened_on"]
        if not by_link:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = self.cleaned_data
        state, _, code = found.get("choice", "").partition(":")
        found["to"] = ReferralStatus(state) if state in ReferralStatus.values else None
        found["reason"] = self.reasons.get(code)
        if state == MESSAGE_CHOICE and not found.get("words", "").strip() and "words" not in self.errors:
            self.add_error("words", "Write your message")
        if found["to"] == ReferralStatus.STARTED and not found.get("happened_on") and "happened_on" not in self.errors:
            found["happened_on"] = timezone.localdate()
        elif found["to"] != ReferralStatus.STARTED:
            found["happened_on"] = None
        return found

    @property
    def reply_arguments(self) -> dict[str, Any]:
        """The cleaned answer as the arguments of `referrals.actions.answer.reply_to_referral`."""
        return {name: self.cleaned_data.get(name) for name in ("to", "reason", "words", "happened_on", "key", "seen")}

    @property
    def typed_values(self) -> dict[str, str]:
        """What somebody wrote, to be given back on a new form."""
        return {name: self.data.get(name, "") for name in ("words", "name")}


class TakeBackForm(Form):
    """One button, to take back `answer`, the one that was given last. `seen` as in AnswerForm."""

    button = "Take back this answer"
    key = IdempotencyKey()
    seen = SeenMovesField()

    def __init__(self, data: Any = None, *, answer: Move | None = None) -> None:
        super().__init__(data, initial={"seen": answer.number if answer else None}, auto_id="id_take_back_%s")
        self.answer = answer


def build_take_back_form(referral: Referral, member: Membership | None) -> TakeBackForm | None:
    """The form, while the group has an answer to take back; `member` is None for whoever came by link."""
    if member and not (member.agency_id == referral.to_agency_id and member.has_permission(Permission.ANSWER)):
        return None
    answer = find_answer_to_take_back(referral)
    return TakeBackForm(answer=answer) if answer else None


def build_answer_form(referral: Referral, member: Membership) -> AnswerForm | None:
    """The form for a member of the group that was asked, while there is something to answer."""
    asked = member.agency_id == referral.to_agency_id and referral.service_id is not None
    if not asked or not referral.is_open or not member.has_permission(Permission.ANSWER):
        return None
    return AnswerForm(referral=referral, by_link=False)


def build_answer_choices(referral: Referral, reasons: dict[str, DeclineReason]) -> list[tuple[str, str, str]]:
    """The answers for a referral as it stands: value, words, hint. Each reason to say no is an answer of its own."""
    status = ReferralStatus(referral.status)
    allowed = next_statuses(status, Side.RECEIVER)
    found = [
        (str(to), *ANSWER_TEXTS[status, to]) for to in ANSWER_ORDER if to in allowed and (status, to) in ANSWER_TEXTS
    ]
    if ReferralStatus.DECLINED in allowed:
        no = "No." if status == ReferralStatus.SENT else "Not after all."
        found += [(f"{ReferralStatus.DECLINED}:{code}", f"{no} {reason.text}", "") for code, reason in reasons.items()]
    return [*found, (MESSAGE_CHOICE, "Only send a message", "Nothing else changes")]
