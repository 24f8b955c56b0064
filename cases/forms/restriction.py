"""Keeping a case without using it, and using it again."""

from typing import Any

from config.fields import CleanCharField
from config.forms import DateField, Form, IdempotencyKey, Radios, TextField

DECIDED, MEANWHILE = "decided", "meanwhile"


class RestrictForm(Form):
    button = "Keep it, and do not use it"
    outcome = Radios(
        label="Is it decided?",
        choices=[
            (DECIDED, "Yes. That is our answer to what they asked"),
            (MEANWHILE, "Not yet. It is left alone while we look into it"),
        ],
        error_messages={"required": "Say whether it is decided"},
    )
    words = TextField(
        label="Why?",
        max_length=1000,
        rows=3,
        help_text="For example: they say that it is wrong; or they need it for a claim, and do not want it erased",
        error_messages={"required": "Say why"},
    )
    key = IdempotencyKey()


class LiftForm(Form):
    button = "Use it again"
    told_how = CleanCharField(
        label="How did you tell the person that it will be used again?",
        max_length=200,
        help_text="The law wants them told first. For example: by phone, she said yes",
        error_messages={"required": "Tell the person first, and say how you told them"},
    )
    told_on = DateField(label="When did you tell them?", past=True)
    words = TextField(label="Why is it used again?", max_length=1000, rows=3, error_messages={"required": "Say why"})
    key = IdempotencyKey()


class DespiteField(CleanCharField):
    """In the composer of a restricted case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Why do you write in it, although it is kept and not used?",
            max_length=300,
            error_messages={"required": "Say why you write in it all the same"},
            **kwargs,
        )
