"""A request about somebody's own record: noted as it comes, and taken from step to step."""

from typing import Any

from cases.actions.erasure import ERASED_NAME
from cases.models import RightsRequest
from cases.states import HANDLER, RIGHTS_TRANSITIONS, RightKind, RightsStatus
from config.fields import CleanCharField
from config.forms import Checkboxes, DateField, Form, IdempotencyKey, Radios, TextField

S = RightsStatus
STEP_WORDS = {  # what a step is called before it is done; those that are missing have pages of their own
    (S.RECEIVED, S.ACTIVE): "We know who asks, and can begin",
    (S.PAUSED, S.ACTIVE): "We have heard from them, and go on",
    (S.ACTIVE, S.ACTIVE): "We need two more months",
    (S.RECEIVED, S.PAUSED): "We wait for them: for proof of who asks, or for what they mean",
    (S.ACTIVE, S.PAUSED): "We wait for them: for proof of who asks, or for what they mean",
    (S.APPROVAL, S.ACTIVE): "It is not approved, or not wanted any more",
    (S.RECEIVED, S.NOTHING): "We hold nothing of this person",
    (S.ACTIVE, S.NOTHING): "We hold nothing of this person",
    (S.RECEIVED, S.REFUSED): "We refuse it",
    (S.ACTIVE, S.REFUSED): "We refuse it",
    (S.RECEIVED, S.WITHDRAWN): "They have taken it back",
    (S.ACTIVE, S.WITHDRAWN): "They have taken it back",
    (S.PAUSED, S.WITHDRAWN): "They have taken it back",
}
EVERYWHERE = [("yes", "They want this from every organisation of the place: ask the others too")]


class RightsRequestForm(Form):
    button = "Note what they ask"
    kind = Radios(
        label="What do they ask for?",
        choices=RightKind.choices,
        error_messages={"required": "Choose what they ask for"},
    )
    words = TextField(label="In their words", max_length=2000, rows=3, required=False)
    requester = CleanCharField(
        label="Who asks?",
        max_length=200,
        help_text="The person; or somebody for them, and by what right: a daughter with a power of attorney",
        error_messages={"required": "Say who asks"},
    )
    reply_to = CleanCharField(
        label="Where does the answer go?",
        max_length=300,
        help_text="An address or e-mail address that is safe, and whether they need large print",
        error_messages={"required": "Say where the answer goes"},
    )
    received_on = DateField(
        label="When did they ask?",
        past=True,
        help_text="The day it reached anybody in your organisation. The month to answer it begins then",
    )
    everywhere = Checkboxes(
        label="The other organisations",
        choices=EVERYWHERE,
        required=False,
        help_text="Once you know who asks. Each hears who asks, for what and where to send it, and answers itself",
    )
    key = IdempotencyKey()

    def clean_everywhere(self) -> bool:
        return bool(self.cleaned_data["everywhere"])


class RightsStepForm(Form):
    button = "Save this step"
    after = Radios(label="What is next?", error_messages={"required": "Choose what is next"})
    words = TextField(
        label="How, or why?",
        max_length=1000,
        rows=3,
        help_text="For example: passport seen on 3 December. The person reads it if you wait, refuse or need time",
        error_messages={"required": "Say how, or why"},
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, request: RightsRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        done = {(S.ACTIVE, S.ACTIVE)} if request.extended else set()
        if request.person and request.person.name != ERASED_NAME:  # what is held stands on the same page
            done |= {(S.RECEIVED, S.NOTHING), (S.ACTIVE, S.NOTHING)}
        steps = {pair: words for pair, words in STEP_WORDS.items() if pair[0] == request.status and pair not in done}
        if request.person is None and request.kind not in (RightKind.ACCESS, RightKind.ERASURE):
            steps |= {(S.ACTIVE, S.DONE): "It is done, as said below"} if request.status == S.ACTIVE else {}
        allowed = [(a, words) for (b, a), words in steps.items() if HANDLER in RIGHTS_TRANSITIONS[b, a].actors]
        self.fields["after"].choices = [(after.value, words) for after, words in allowed]
