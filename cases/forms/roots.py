"""Where an agency wants each night's proof of the histories."""

from config.forms import EmailField, Form


class AskForRootsForm(Form):
    button = "Send us each night’s proof"

    email = EmailField(
        label="E-mail address",
        width=30,
        help_text="One short e-mail a night, with nothing about anybody. Best a mailbox that the people who run the "
        "server cannot open, and that is kept for years.",
        error_messages={"required": "Enter the e-mail address it goes to"},
    )
