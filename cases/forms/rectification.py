"""What is put right at the person's wish, and what is left as it is with their own statement beside it."""

from typing import Any

from cases.facts import KEY_FACTS
from cases.models import Entry
from config.forms import Form, IdempotencyKey, Radios, TextField
from config.template_tags import when

AGREED, DISAGREED = "agreed", "disagreed"
MAX_SHOWN = 80  # characters of an entry


class RectifyForm(Form):
    button = "Save"
    about = Radios(label="What do they say is wrong?", error_messages={"required": "Choose what they say is wrong"})
    outcome = Radios(
        label="Do you agree?",
        choices=[
            (AGREED, "Yes: what they say stands beside it as a correction"),
            (DISAGREED, "No: it stays, and their own words stand beside it"),
        ],
        error_messages={"required": "Say whether you agree"},
    )
    text = TextField(
        label="What is right, or what they say",
        max_length=5000,
        rows=4,
        help_text="A correction in your words; a statement in theirs",
        error_messages={"required": "Write what is right, or what they say"},
    )
    reason = TextField(label="If you do not agree: why?", max_length=1000, rows=2, required=False)
    key = IdempotencyKey()

    def __init__(self, *args: Any, entries: list[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets: dict[str, Entry | str] = {f"entry:{entry.pk}": entry for entry in entries}
        self.targets |= {f"fact:{fact.name}": fact.label for fact in KEY_FACTS.values()}
        self.fields["about"].choices = [(value, format_target(about)) for value, about in self.targets.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        about = self.targets.get(data.get("about", ""))
        if data.get("outcome") == DISAGREED and not data.get("reason"):
            self.add_error("reason", "Say why you do not agree: the person has a right to know")
        if data.get("outcome") == AGREED and isinstance(about, str):
            self.add_error("about", f"Change “{about}” on the case itself: the story keeps what it was")
        return data | {"target": about}


class FinishRectificationForm(Form):
    button = "That was all they asked"
    outcome = Radios(
        label="What came of it?",
        choices=[(AGREED, "It was put right"), (DISAGREED, "It was refused, in part or all")],
        error_messages={"required": "Say what came of it"},
    )
    words = TextField(
        label="What do you tell the person?",
        max_length=1000,
        rows=3,
        error_messages={"required": "Write what you tell the person"},
    )
    key = IdempotencyKey()


def format_target(about: Entry | str) -> str:
    """ "5. Visit, 20 November 2026, 2:10pm: Her son …" or "Fact: Phone"."""
    if isinstance(about, str):
        return f"A fact: {about}"
    text = " ".join(about.text.split())
    short = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} …"
    return f"{about.number}. {about.get_kind_display()}, {when(about.happened_at)}" + (f": {short}" if short else "")
