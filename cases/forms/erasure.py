"""Erasing a record: why, and by whom it is approved."""

from django import forms

from cases.states import ErasureGround
from config.forms import Form, IdempotencyKey, Radios, TextField


class AskForErasureForm(Form):
    button = "Ask a colleague to approve it"
    ground = Radios(
        label="Why may it be erased?",
        choices=ErasureGround.choices,
        help_text="What a health or care service must keep is not erased because somebody asks (UK GDPR article 17(3))",
        error_messages={"required": "Choose why it may be erased"},
    )
    words = TextField(
        label="How did you come to this?",
        max_length=1000,
        rows=4,
        help_text="Your colleague reads it before they decide. It is erased with the rest",
        error_messages={"required": "Say how you came to this"},
    )
    key = IdempotencyKey()


class ApproveErasureForm(Form):
    button = "Approve, and erase it for good"
    sure = forms.BooleanField(
        label="I have read the request and the record, and the person has been told what will be erased",
        error_messages={"required": "Tick that you have read it, and that the person has been told"},
    )
    key = IdempotencyKey()
