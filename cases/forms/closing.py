"""What is said when a case is closed."""

from typing import Any

from django import forms

from cases.models import ClosingReason, Outcome
from config.forms import Checkboxes, Form, Radios, TextField
from referrals.models import Referral

KEEP_RUNNING, WITHDRAW = "stay", "stop"


class CloseCaseForm(Form):
    """`received` are the referrals to answer, `sent` the onward ones still open: each must be decided on."""

    button = "Close the case"

    reason = forms.ModelChoiceField(
        ClosingReason.in_use(),
        label="Why is the case closed?",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose why the case is closed"},
    )
    outcome = forms.ModelChoiceField(
        Outcome.in_use(),
        label="What has changed for them?",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choose what has changed, or “We do not know”"},
    )
    summary = TextField(
        label="How it went",
        max_length=2000,
        rows=6,
        error_messages={"required": "Write how it went in one or two sentences"},
    )

    leave_out = Checkboxes(
        label="The answer names the groups they went on to",
        help_text="Tick one to leave it out, if they would not like it to be known",
        required=False,
    )

    def __init__(
        self, *args: Any, received: list[Referral], sent: list[Referral], groups: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sent = sent
        if groups and any(referral.agreed_to_tell for referral in received):
            self.fields["leave_out"].choices = list(groups.items())
        else:
            del self.fields["leave_out"]
        told = {referral.from_agency.name: None for referral in received if referral.agreed_to_tell}
        self.readers = " and ".join(told)
        self.fields["summary"].help_text = (
            f"A short paragraph. {self.readers} will read it as you write it here."
            if self.readers
            else "For the case history only. The person did not agree that anybody else is told."
        )
        for referral in sent:
            self.fields[self.onward_field_name(referral)] = Radios(
                label=f"{referral.service or referral.to_agency} ({referral.get_status_display().lower()})",
                choices=[
                    (KEEP_RUNNING, "Leave it running"),
                    (WITHDRAW, "Withdraw it: tell them there is nothing more to do"),
                ],
                error_messages={"required": f"Choose what happens with {referral.service or referral.to_agency}"},
            )

    @staticmethod
    def onward_field_name(referral: Referral) -> str:
        return f"onward_{referral.pk.hex}"

    @property
    def onward_field_names(self) -> list[str]:
        return [self.onward_field_name(referral) for referral in self.sent]

    @property
    def to_withdraw(self) -> list[Referral]:
        return [r for r in self.sent if self.cleaned_data[self.onward_field_name(r)] == WITHDRAW]
