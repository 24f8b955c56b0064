"""Making a slip of paper from the list, and opening one by its code."""

from django import forms

from config.fields import CleanCharField
from config.forms import Form, IdempotencyKey, width_attrs


class SlipForm(Form):
    button = "Make a slip"
    key = IdempotencyKey()


class CodeForm(Form):
    button = "Open the list"
    code = CleanCharField(
        label="Code",
        max_length=50,
        help_text="Eight letters and numbers, for example CDFG-3467",
        error_messages={"required": "Enter the code on your slip"},
        widget=forms.TextInput(
            attrs=width_attrs(10) | {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
