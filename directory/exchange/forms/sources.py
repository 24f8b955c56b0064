"""Forms about where listings come from: a feed, a file, which column is which."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from config.fields import CleanCharField
from config.forms import Form, IdempotencyKey, Radios
from directory.catalogue.wording import FILE_NAME
from directory.exchange.feeds import FeedError, resolve_public_address
from directory.exchange.files import detect_kind_of_bytes
from directory.exchange.open_referral.columns import FIELDS, has_name_column
from directory.exchange.preview import SheetColumns
from directory.models import Source
from directory.models.source import ReadFrequency
from directory.text import cleaning

MAX_UPLOAD_BYTES = 50_000_000  # bytes
FILE_ENDINGS = {  # of a file's name, and what must be in it then
    ".csv": ("table",),
    ".tsv": ("table",),
    ".txt": ("table",),
    ".xlsx": ("zip",),
    ".zip": ("zip",),
    ".json": ("json", "lines"),
    ".geojson": ("json",),
    ".ndjson": ("json", "lines"),
    ".jsonl": ("json", "lines"),
    ".gz": ("gzip",),
}


def validate_feed_url(url: str) -> str:
    """The address, if it is one of the public internet."""
    try:
        found = cleaning.clean_url(url)
        resolve_public_address(found, allow_private=False)
    except (ValueError, FeedError) as error:
        raise ValidationError(f"{str(error)[:1].upper()}{str(error)[1:]}".rstrip(".")) from None
    return found


class ChangeFeedForm(Form):
    button = "Save"
    url = CleanCharField(
        label="Address of the feed",
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text="For example, https://council.example.org/api/services",
        error_messages={"required": "Enter the address of the feed"},
    )
    every = Radios(label="How often should it be read?", choices=ReadFrequency.choices, required=False)

    def clean_url(self) -> str:
        return validate_feed_url(self.cleaned_data["url"])


class FeedForm(ChangeFeedForm):
    button = "Add and read now"
    name = CleanCharField(
        label="Name of the other directory",
        max_length=100,
        help_text="It is shown on each of its listings: “From Hounslow Connect”",
        error_messages={"required": "Enter a name"},
    )
    key = IdempotencyKey()
    field_order = ("name", "url", "every", "key")

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if Source.objects.filter(name__iexact=name).exclude(runs__key=self.data.get("key") or None).exists():
            raise ValidationError("There is a source with this name already")
        return str(name)


class UploadForm(Form):
    button = "Upload"
    name = CleanCharField(
        label="Where is it from?",
        max_length=100,
        help_text="It is shown on each of its listings. Use the same name again for a newer file of the same list",
        error_messages={"required": "Enter where it is from"},
    )
    file = forms.FileField(
        label="File",
        help_text="A spreadsheet (.xlsx, .csv), Open Referral or HSDS (.json), or HSDS tables in a .zip",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
        widget=forms.FileInput(attrs={"accept": ",".join(FILE_ENDINGS)}),
    )
    key = IdempotencyKey()

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if Source.objects.filter(name=name).exclude(url="").exists():
            raise ValidationError("This is the name of a feed that is read by its address. Choose another")
        if FILE_NAME.search(name):
            raise ValidationError("Enter who the list is from, not the name of the file: readers see it")
        return str(name)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise ValidationError(f"The file is larger than {MAX_UPLOAD_BYTES // 1_000_000} MB")
        ending = next((ending for ending in FILE_ENDINGS if (file.name or "").lower().endswith(ending)), "")
        if not ending:
            raise ValidationError("Choose a file that ends in .xlsx, .csv, .json or .zip")
        kind = detect_kind_of_bytes(file.read(64_000))
        file.seek(0)
        if kind not in FILE_ENDINGS[ending]:
            is_named = kind not in ("table", "zip", "json", "lines", "gzip")
            what = f": it is {kind}" if is_named else ""
            raise ValidationError(f"What is in this file is not what its name says ({ending}){what}")
        return file


class ColumnsForm(Form):
    """One question for each column of a sheet. `cleaned_data["columns"]`: {column: field}, "" for what is left out."""

    button = "Save and see what would come in"
    mark_optional = False

    def __init__(self, *args: Any, sheet: SheetColumns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Not used"), *((name, column.label) for name, column in FIELDS.items())]
        self.names = {f"column_{n}": name for n, (name, _) in enumerate(sheet.columns)}
        for (key, name), (_, samples) in zip(self.names.items(), sheet.columns, strict=True):
            shown = "; ".join(sample[:60] for sample in samples)
            self.fields[key] = forms.ChoiceField(
                label=name[:100],
                choices=choices,
                required=False,
                initial=sheet.guessed.get(name, ""),
                help_text=f"For example: {shown}" if shown else "This column is empty",
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        columns = {name: found.get(key, "") for key, name in self.names.items()}
        given: dict[str, str] = {}
        for key, name in self.names.items():
            if (field := columns[name]) and given.setdefault(field, key) != key:
                self.add_error(key, f"Another column is “{FIELDS[field].label}” already")
        if not self.errors and not has_name_column({name: field for name, field in columns.items() if field}):
            self.add_error(next(iter(self.names), None), "Say which column has the name of the activity")
        return found | {"columns": columns}
