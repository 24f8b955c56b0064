"""Complaining, for oneself or for somebody else; and what is done about it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from agencies.complaint_states import ComplaintStatus
from agencies.models import Agency, Complaint, Membership
from agencies.models.complaint import AnswerBy
from config.fields import CleanCharField, EmailField, NameField, PhoneField
from config.forms import DateField, Form, IdempotencyKey, Radios, TextField

CONTACT_FIELDS: dict[str, forms.Field] = {AnswerBy.EMAIL: EmailField(), AnswerBy.PHONE: PhoneField()}


class ComplaintForm(Form):
    """What anybody says, and a member who writes it down for them."""

    button = "Send the complaint"

    words = TextField(
        label="What happened?",
        max_length=5000,
        rows=6,
        help_text="In your own words: what went wrong, when, and who was there.",
        error_messages={"required": "Write what happened"},
    )
    wish = TextField(label="What should come of it?", max_length=1000, rows=3, required=False)
    about_name = NameField(label="Is it about somebody who works there?", required=False, help_text="Their name")
    name = NameField(label="Your name", error_messages={"required": "Enter a name"})
    on_behalf_of = NameField(label="Do you complain for somebody else?", required=False, help_text="Their name")
    answer_how = Radios(
        label="How should we answer?",
        choices=AnswerBy.choices,
        hints={AnswerBy.EMAIL: "E-mail is not private: choose it only if nobody else reads yours."},
        error_messages={"required": "Choose how we should answer"},
    )
    contact = CleanCharField(
        label="Your e-mail address, phone number or address",
        max_length=254,
        help_text="Whichever you chose above",
        error_messages={"required": "Enter where we can answer you"},
    )
    website = forms.CharField(required=False)  # hidden from people: only a machine fills it in
    key = IdempotencyKey()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        field = CONTACT_FIELDS.get(said.get("answer_how", ""))
        if field and said.get("contact"):
            try:
                said["contact"] = field.clean(said["contact"])
            except ValidationError as error:
                self.add_error("contact", error)
        said.pop("website", None)
        return said

    @property
    def is_machine(self) -> bool:
        return bool(self.data.get("website"))


class PublicComplaintForm(ComplaintForm):
    agency: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Which organisation is it about?",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="I am not sure, or it is about this website",
    )
    to_steward = Radios(
        label="Who should look into it?",
        choices=[("no", "The organisation itself"), ("yes", "Those who run this website for all of them")],
        hints={"yes": "Choose this if it is about whoever runs the organisation."},
        error_messages={"required": "Choose who should look into it"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_work = Agency.objects.filter(left_at=None, memberships__isnull=False).distinct()
        self.fields["agency"].queryset = at_work.order_by("name", "pk")
        self.order_fields(["agency", "words", "wish", "about_name", "to_steward"])


class WrittenComplaintForm(ComplaintForm):
    """Said or sent to a member, who writes it down."""

    button = "Write it down"
    received_on = DateField(
        label="When did they say it?", past=True, required=False, help_text="Leave it empty for today"
    )
    about: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Is it about somebody who works here?", queryset=Membership.objects.none(), required=False
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["about_name"]
        self.fields["name"].label = "Who complains?"
        self.fields["on_behalf_of"].label = "For somebody else?"
        self.fields["contact"].label = "Their e-mail address, phone number or address"
        self.fields["answer_how"].label = "How do they want to be answered?"
        self.fields["about"].queryset = Membership.at_work_for(member.agency).select_related("user")
        self.fields["about"].label_from_instance = lambda colleague: colleague.user.name
        self.fields["about"].help_text = "Whoever you choose does not see it."
        self.order_fields(["received_on", "words", "wish", "about"])


DEEDS = {  # the value: the words, what it leads to, from where
    "acknowledge": ("It is acknowledged", ComplaintStatus.ACKNOWLEDGED, (ComplaintStatus.RECEIVED,)),
    "later": ("The answer takes longer", ComplaintStatus.ACKNOWLEDGED, (ComplaintStatus.ACKNOWLEDGED,)),
    "answer": (
        "This is the answer",
        ComplaintStatus.ANSWERED,
        (ComplaintStatus.RECEIVED, ComplaintStatus.ACKNOWLEDGED),
    ),
    "close": ("It is closed", ComplaintStatus.CLOSED, (ComplaintStatus.ANSWERED,)),
    "reopen": (
        "It is open again",
        ComplaintStatus.ACKNOWLEDGED,
        (ComplaintStatus.ANSWERED, ComplaintStatus.CLOSED),
    ),
    "pass": ("The steward should look into it", ComplaintStatus.RECEIVED, (ComplaintStatus.RECEIVED,)),
}
DEED_HINTS = {
    "acknowledge": "Write to them what you will do, and by when they have the answer.",
    "later": "Write to them why, and enter the new date.",
    "answer": "Write to them what you found, what you do about it, and whom they can ask if they are not content.",
    "close": "Write what was learned from it. They do not get this.",
    "reopen": "Write why.",
    "pass": "Write why. They do not get this.",
}


class ComplaintMoveForm(Form):
    button = "Do it"
    deed = Radios(label="What comes next?", choices=[], error_messages={"required": "Choose what comes next"})
    words = TextField(label="Words", max_length=5000, rows=6, error_messages={"required": "Write it in a few words"})
    answer_by = DateField(label="They have the answer by", future=True, required=False)
    about: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Is it about somebody who works here?",
        queryset=Membership.objects.none(),
        required=False,
        help_text="Whoever you choose sees it no more.",
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {name: words for name, (words, _, before) in DEEDS.items() if complaint.status in before}
        self.fields["deed"].choices = list(offered.items())
        self.fields["deed"].hints = DEED_HINTS
        self.fields["about"].queryset = Membership.at_work_for(complaint.kept_by).select_related("user")
        self.fields["about"].label_from_instance = lambda colleague: colleague.user.name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("deed") == "later" and not said.get("answer_by"):
            self.add_error("answer_by", "Enter the new date")
        return said

    @property
    def move_arguments(self) -> dict[str, Any]:
        """For move_complaint, once the form is valid."""
        said = dict(self.cleaned_data)
        deed = said.pop("deed")
        return {"to": DEEDS[deed][1], "to_steward": deed == "pass", **said}
