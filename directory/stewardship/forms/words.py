"""The steward's words: what people type and what it means here, what says nothing, and names of neighbourhoods."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from config.fields import CleanCharField
from config.forms import PostcodeField, width_attrs
from directory.geography.grid import Point
from directory.geography.postcodes import find_postcode
from directory.models import Place, StopWord, Synonym
from directory.search.vocabulary import MAX_PHRASE_WORDS, split_words
from directory.stewardship.forms.kept import KeptForm

UK_BOUNDS = {"latitude": (49.0, 61.0), "longitude": (-9.0, 2.5)}  # degrees, Shetland and Northern Ireland in it


def normalise_words(text: str) -> str:
    """As a search reads it: small letters, single spaces, no signs."""
    return " ".join(split_words(text))


class SynonymForm(KeptForm):
    typed = CleanCharField(
        label="When people type",
        max_length=100,
        widget=forms.TextInput(attrs=width_attrs(20)),
        help_text="For example, AA",
        error_messages={"required": "Enter what people type"},
    )
    means = CleanCharField(
        label="Also look for",
        max_length=200,
        widget=forms.TextInput(attrs=width_attrs(30)),
        help_text="For example, alcohol, drinking",
        error_messages={"required": "Enter what to look for as well"},
    )

    def clean_typed(self) -> str:
        typed = normalise_words(self.cleaned_data["typed"])
        if not typed:
            raise ValidationError("Enter letters or numbers", code="nothing")
        return typed

    def clean_means(self) -> str:
        parts = dict.fromkeys(normalise_words(part) for part in self.cleaned_data["means"].split(","))
        means = ", ".join(part for part in parts if part)
        if not means:
            raise ValidationError("Enter letters or numbers", code="nothing")
        return means

    def clean(self) -> None:
        """A word has one meaning; the very same line sent twice is no mistake."""
        typed, means = self.cleaned_data.get("typed"), self.cleaned_data.get("means")
        if not typed or not means:
            return
        there = Synonym.visible_to(self.member).filter(typed=typed).first()
        if typed in means.split(", "):
            self.add_error("means", f"“{typed}” is looked for anyway. Enter other words for it")
        if there and there != self.kept and (self.kept or there.means != means):
            self.add_error("typed", f"“{typed}” is in the list: it also looks for {there.means}. Change it there")
        if StopWord.visible_to(self.member).filter(word=typed).exists():
            self.add_error("typed", f"“{typed}” is left out of searches. Take it out of that list first")


class StopWordForm(KeptForm):
    word = CleanCharField(
        label="Word",
        max_length=50,
        widget=forms.TextInput(attrs=width_attrs(20)),
        help_text="What most activities could have, such as local, or help with",
        error_messages={"required": "Enter a word"},
    )

    def clean_word(self) -> str:
        word = normalise_words(self.cleaned_data["word"])
        if not word or len(word.split()) > MAX_PHRASE_WORDS:
            raise ValidationError(f"Enter a word, or up to {MAX_PHRASE_WORDS} words in a row", code="few")
        if Synonym.visible_to(self.member).filter(typed=word).exists():
            raise ValidationError(f"“{word}” also looks for other words. Take it out of that list first", code="both")
        return word


class NeighbourhoodForm(KeptForm):
    """A neighbourhood and its middle: by a postcode, or by degrees."""

    point: Point | None = None  # once the form is valid

    name = CleanCharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs=width_attrs(20)),
        help_text="For example, Goring",
        error_messages={"required": "Enter the name of the neighbourhood"},
    )
    postcode = PostcodeField(label="A postcode in its middle", required=False)
    latitude = forms.FloatField(
        label="Latitude",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"} | width_attrs(10)),
        help_text="Degrees, for example 50.8110",
        error_messages={"invalid": "Enter degrees, for example 50.8110"},
    )
    longitude = forms.FloatField(
        label="Longitude",
        required=False,
        widget=forms.TextInput(attrs=width_attrs(10)),
        help_text="Degrees, west of Greenwich with a minus, for example -0.4240",
        error_messages={"invalid": "Enter degrees, for example -0.4240"},
    )

    def read_kept(self, kept: Model) -> dict[str, Any]:
        return {"name": kept.shown, "latitude": kept.latitude, "longitude": kept.longitude}  # type: ignore[attr-defined]  # a Place

    def clean_name(self) -> str:
        shown = " ".join(self.cleaned_data["name"].split())
        if not any(letter.isalpha() for letter in shown):
            raise ValidationError("Enter a name with letters", code="letters")
        others = Place.visible_to(self.member).exclude(pk=self.kept.pk if self.kept else "")
        if others.filter(pk=shown.lower()).exists():
            raise ValidationError(f"{shown} is in the list. Change it there", code="there")
        if Place.is_district(shown):
            raise ValidationError(f"{shown} is the first half of a postcode, which is known anyway", code="district")
        return shown

    def clean(self) -> None:
        postcode = self.cleaned_data.get("postcode")
        if self.errors.keys() & {"postcode", "latitude", "longitude"}:
            return
        if postcode:
            self.point = find_postcode(postcode)
            if not self.point:
                self.add_error("postcode", "There is no such postcode. Check it, or enter degrees")
            else:
                self.validate_position("postcode", self.point)
            return
        lat, lon = self.cleaned_data.get("latitude"), self.cleaned_data.get("longitude")
        if lat is None and lon is None:
            self.add_error("postcode", "Enter a postcode in its middle, or its latitude and longitude")
            return
        for axis, number in (("latitude", lat), ("longitude", lon)):
            low, high = UK_BOUNDS[axis]
            if number is None:
                self.add_error(axis, f"Enter the {axis} too")
            elif not low <= number <= high:
                self.add_error(axis, f"The {axis} must be between {low:g} and {high:g}")
        if not self.errors and lat is not None and lon is not None:
            self.point = Point(lat, lon)
            self.validate_position("latitude", self.point)

    def validate_position(self, field: str, point: Point) -> None:
        """Not far from all that is listed; and no town is led elsewhere, which every search for it would follow."""
        if town := Place.find_town_elsewhere(self.cleaned_data.get("name", ""), point.lat, point.lon):
            self.add_error("name", f"{town.shown} is a town that is known, and this is not in it. Choose another name")
        elif Place.is_far_from_all(point.lat, point.lon):
            self.add_error(field, "Nothing is listed within 60 km of it. Check where it is")
