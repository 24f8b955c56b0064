"""Where it meets: one place of a listing, found by its postcode, used before, or online."""

from typing import Any

from config.fields import CleanCharField
from config.forms import PostcodeField, Radios, TextField
from directory.geography.grid import Point
from directory.geography.postcodes import find_postcode
from directory.models import Location
from directory.models.place import LocationType
from directory.publishing.forms.section import ItemForm
from directory.publishing.snapshot import PLACE_COLUMNS, ListingData, to_json_value

NEW_PLACE: ListingData = {
    "id": "",
    "note": "",
    "access": [],
    **{name: to_json_value(getattr(Location(), name)) for name in PLACE_COLUMNS},
}
ADDRESS_FIELDS = ("name", "address", "city", "postcode", "transport")
NOWHERE: ListingData = dict.fromkeys(ADDRESS_FIELDS, "") | {"latitude": None, "longitude": None, "access": []}


class PlaceForm(ItemForm):
    """`item` is the place to change, NEW_PLACE for another; `used` are places that the group has used before."""

    ROWS = "places"
    kind = Radios(label="Where does it meet?", choices=(), error_messages={"required": "Choose where it meets"})
    name = CleanCharField(
        label="Name of the place", max_length=150, required=False, help_text="For example: St Mary's Hall"
    )
    address = TextField(
        label="Building and street (optional if the place has a name)", max_length=300, rows=2, required=False
    )
    city = CleanCharField(label="Town", max_length=100, required=False)
    postcode = PostcodeField(label="Postcode", max_length=8, required=False)
    transport = TextField(
        label="Getting there (optional)",
        max_length=500,
        rows=2,
        required=False,
        help_text="Buses, parking, the right door",
    )
    online = TextField(
        label="How do people join?",
        max_length=300,
        rows=2,
        required=False,
        help_text="For example: “By Zoom; we send you the link” or “We ring you”",
    )
    note = CleanCharField(label="Only for this activity: which room or door (optional)", max_length=200, required=False)

    point: Point | None = None  # of the postcode, once the form is valid

    def __init__(
        self, data: Any = None, *, listing: ListingData, seen: str, item: ListingData, used: dict[str, ListingData]
    ) -> None:
        here = set() if data else {place["id"] for place in listing["places"]}  # a double click chooses it again
        self.used = {key: place for key, place in used.items() if key not in here}
        super().__init__(data, listing=listing, seen=seen, item=item)
        kinds = [("place", "At this place" if item["id"] else "At another place"), ("online", "Online or by phone")]
        before = [(key, f"At {_format_short_name(place)}, as before") for key, place in self.used.items()]
        self.fields["kind"].choices = kinds if item["id"] else [*before, *kinds]
        self.fields["kind"].shows = {"place": ADDRESS_FIELDS, "online": ("online",)}

    def build_initial(self, listing: ListingData) -> ListingData:
        online = self.item["location_type"] == LocationType.VIRTUAL
        kind = "online" if online else "place" if self.item["id"] or not self.used else ""
        rest = {name: self.item[name] for name in (*ADDRESS_FIELDS, "note")}
        return rest | {"kind": kind, "online": self.item["description"] if online else ""}

    def clean(self) -> ListingData:
        data = super().clean() or {}
        if data.get("kind") == "place":
            self._check_address(data)
        if data.get("kind") == "online" and not data.get("online") and not self.errors:
            self.add_error("online", "Say how people join")
        return data

    def _check_address(self, data: ListingData) -> None:
        if not (data.get("name") or data.get("address")) and "name" not in self.errors:
            self.add_error("name", "Enter the name of the place, or its street")
        if not data.get("postcode") and "postcode" not in self.errors:
            self.add_error("postcode", "Enter the postcode: people find you by it")
        elif data.get("postcode"):
            self.point = find_postcode(data["postcode"])
            if self.point is None:
                self.add_error("postcode", f"There is no postcode {data['postcode']}. Check it")

    def build_item(self) -> ListingData:
        data = self.cleaned_data
        note = {"note": data["note"]}
        if data["kind"] in self.used:
            return self.used[data["kind"]] | note
        if data["kind"] == "online":
            return NOWHERE | note | {"location_type": "virtual", "description": data["online"]}
        place = {name: data[name] for name in ADDRESS_FIELDS} | note | {"location_type": "physical"}
        if data["postcode"] != self.item["postcode"] or self.item["latitude"] is None:
            place["latitude"], place["longitude"] = self.point or (None, None)
        return place


def _format_short_name(place: ListingData) -> str:
    """As its card says it; what is online, by its description."""
    said = Location(**{name: place[name] for name in ("name", "address", "city", "postcode")})
    return said.short_address or str(place["description"] or place["postcode"])
