"""What the steward writes of a collection."""

from typing import Any

from django.core.exceptions import ValidationError

from config.fields import CleanCharField
from config.forms import Form, IdempotencyKey, TextField
from directory.models import CollectionItem


class CollectionForm(Form):
    title = CleanCharField(
        label="Title",
        max_length=150,
        help_text="For example, Things to do after a bereavement",
        error_messages={"required": "Enter a title", "max_length": "Use 150 characters or fewer for the title"},
    )
    introduction = TextField(
        label="Introduction",
        max_length=1500,
        rows=5,
        required=False,
        help_text="Who it is for, in two or three plain sentences",
    )

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if not any(letter.isalnum() for letter in title):
            raise ValidationError("Enter a title with letters", code="letters")
        return title


class NewCollectionForm(CollectionForm):
    button = "Save and choose activities"
    key = IdempotencyKey()


class ItemNoteForm(Form):
    """The note of one activity in a collection: there is one such form for each, so their fields have its number."""

    button = "Save the note"
    mark_optional = False
    note = CleanCharField(
        label="A word about it",
        max_length=300,
        required=False,
        error_messages={"max_length": "Use 300 characters or fewer for the note. You have %(show_value)d"},
    )

    def __init__(self, *args: Any, item: CollectionItem, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_%s_{item.pk}", initial={"note": item.note}, **kwargs)
        self.item = item
