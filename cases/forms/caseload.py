from config.forms import Form, NameField


class FindPersonForm(Form):
    """Finds a person on the caseload. Posted, so that no name stands in an address."""

    counts_characters = False
    button = "Find"
    mark_optional = False
    words = NameField(
        label="Find a person",
        help_text="Part of a name or phone number, an NHS number, or the reference of a referral",
        error_messages={"required": "Enter part of a name, a phone number, an NHS number or a reference"},
    )
