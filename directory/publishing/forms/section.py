"""What every form for a section of a listing does."""

from typing import Any, ClassVar

from django import forms

from config.forms import Form, IdempotencyKey
from directory.publishing.snapshot import ListingData


class SectionForm(Form):
    """`seen` is the section as it was shown: saving tells whether somebody changed it meanwhile."""

    button = "Save and continue"
    COLUMNS: ClassVar[tuple[str, ...]] = ()  # fields whose names are the data's own
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    key = IdempotencyKey()

    def __init__(self, data: Any = None, *, listing: ListingData, seen: str) -> None:
        self.listing = listing
        initial = {name: listing.get(name) for name in self.COLUMNS} | self.build_initial(listing) | {"seen": seen}
        super().__init__(data, initial=initial)

    def build_initial(self, listing: ListingData) -> ListingData:
        """What the fields begin with, beyond COLUMNS."""
        return {}

    def apply_to_listing(self, listing: ListingData) -> ListingData:
        """The listing with this section as it was written, once the form is valid."""
        return listing | {name: self.cleaned_data[name] for name in self.COLUMNS} | self.build_changes(listing)

    def build_changes(self, listing: ListingData) -> ListingData:
        """What the fields make of the listing, beyond COLUMNS."""
        return {}
