"""The questions of /join/, one a page. Each form's fields are the answers kept under the same names."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.forms import (
    EmailField,
    Form,
    IdempotencyKey,
    NameField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
    width_attrs,
)
from directory.publishing.join_answers import NEW_GROUP, Answers, find_chosen_agency, find_similar_agencies
from directory.publishing.registers import CharityNumberField, CompanyNumberField


class QuestionForm(Form):
    """One page of it. `asks` is the page's heading, `short` what the check page calls it."""

    button = "Continue"
    asks = ""
    short = ""
    hint = ""

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = answers
        self.initial = {name: answers.get(name, "") for name in self.fields}

    def summarise_answer(self) -> list[str]:
        """The answers in words, one line each, for the check page."""
        return [value for name in self.fields if (value := self.answers.get(name, ""))]


class NameForm(QuestionForm):
    asks = "What is your group called?"
    short = "Name"
    hint = "We look whether it is here already."

    name = NameField(
        label="Name of the group",
        max_length=255,
        help_text="As people know it",
        error_messages={"required": "Enter the name of your group"},
    )


class WhichForm(QuestionForm):
    asks = "Is one of these your group?"
    short = "In the directory"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = find_similar_agencies(self.answers.get("name", ""))
        choices = [(str(agency.pk), agency.name) for agency in found]
        self.fields["agency"] = Radios(
            label="Your group",
            choices=[*choices, (NEW_GROUP, "None of these: it is not here yet")],
            hints={str(agency.pk): self.describe_agency(agency) for agency in found},
            error_messages={"required": "Choose your group, or say that it is none of these"},
        )
        self.initial = {"agency": self.answers.get("agency")}

    def summarise_answer(self) -> list[str]:
        found: Any = find_chosen_agency(self.answers)  # with what claimable_agencies adds, as all of them have
        if found is None:
            return ["Not here yet"]
        return [found.name, *(["Others keep it already. They are told that you ask"] if found.taken else [])]

    @staticmethod
    def describe_agency(agency: Any) -> str:
        """What tells it from another of the same name."""
        taken = "Somebody keeps it here already: they will be told that you ask" if agency.taken else ""
        return ". ".join(filter(None, (agency.postcode, ", ".join(agency.activities), taken)))


class AboutForm(QuestionForm):
    asks = "What does your group do?"
    short = "What it does"

    about = TextField(
        label="In a few sentences",
        max_length=1000,
        help_text="What you do, and who it is for",
        error_messages={"required": "Write what your group does"},
    )


class WhereForm(QuestionForm):
    asks = "Where is your group based?"
    short = "Postcode"

    postcode = PostcodeField(
        label="Postcode", required=False, help_text="Leave it empty if you have no place of your own"
    )


class WebForm(QuestionForm):
    asks = "Does your group have a website?"
    short = "Website"

    url = forms.URLField(
        label="Address of the website",
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text="A page on Facebook or Instagram is fine too",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        error_messages={"invalid": "Enter the address of a website, such as www.group.example.org"},
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"] or "")
        if url and not url.startswith(("http://", "https://")):
            raise ValidationError("Enter the address of a website, such as www.group.example.org", code="scheme")
        return url


class NumbersForm(QuestionForm):
    asks = "Is your group a charity or a company?"
    short = "Numbers"
    hint = "If not, go on: many good groups are neither."

    charity_number = CharityNumberField(
        label="Charity number", required=False, help_text="For example, 1234567 or SC012345"
    )
    company_number = CompanyNumberField(
        label="Company number", required=False, help_text="8 characters, for example 01234567"
    )

    def summarise_answer(self) -> list[str]:
        named = (("charity_number", "Charity"), ("company_number", "Company"))
        return [f"{word} {value}" for name, word in named if (value := self.answers.get(name, ""))]


class YouForm(QuestionForm):
    asks = "Who are you?"
    short = "You"

    contact_name = NameField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )
    contact_role = NameField(
        label="What you do in the group", required=False, help_text="For example, treasurer or walk leader"
    )


class ReachForm(QuestionForm):
    asks = "How do we reach you?"
    short = "Reach you by"
    hint = "We write and ring about this alone. Neither is published."

    contact_email = EmailField(
        own=True,
        label="E-mail address",
        width=30,
        help_text="You sign in with it later",
        error_messages={"required": "Enter your e-mail address"},
    )
    contact_phone = PhoneField(
        label="Phone number",
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "spellcheck": "false"} | width_attrs(20)),
    )

    def clean_contact_email(self) -> str:
        return str(self.cleaned_data["contact_email"]).strip().lower()


class ShowForm(QuestionForm):
    asks = "How can we see that you speak for the group?"
    short = "How we can see it"

    words = TextField(
        label="In your own words",
        max_length=1000,
        rows=4,
        help_text="For example: I am named on our website, or ring our office and ask for me",
        error_messages={"required": "Write how we can see that you speak for the group"},
    )


class CheckForm(Form):
    button = "Send"

    key = IdempotencyKey()


QUESTION_FORMS: dict[str, type[QuestionForm]] = {
    "name": NameForm,
    "which": WhichForm,
    "about": AboutForm,
    "where": WhereForm,
    "web": WebForm,
    "numbers": NumbersForm,
    "you": YouForm,
    "reach": ReachForm,
    "show": ShowForm,
}


def find_unanswered_question(steps: list[str], answers: Answers) -> str:
    """The first question on the way whose answer is missing or no longer fits; "" when all are there."""
    for step in steps:
        form = QUESTION_FORMS[step](answers, answers=answers)
        if not form.is_valid():
            return step
    return ""
