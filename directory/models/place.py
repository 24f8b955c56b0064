"""Where services are (HSDS `location`, `address`, `accessibility`), and where postcodes and places lie."""

import math
import re
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from agencies import access
from agencies.models import Membership
from config.uuid_key import UUIDKey

if TYPE_CHECKING:
    from directory.models.service import Service

TOWN_RADIUS_METRES, FAR_RADIUS_METRES = (
    15_000,
    60_000,
)  # metres: as far as a town reaches, and as any neighbourhood is from what is listed
POINT_IS_ON_EARTH = models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180)


class LocationType(models.TextChoices):
    """HSDS `location_type`."""

    PHYSICAL = "physical", "A place"
    POSTAL = "postal", "A postal address"
    VIRTUAL = "virtual", "Online or by phone"


class Location(UUIDKey):
    """A place with at most one address: the physical one. WGS84 degrees, both or neither."""

    location_type = models.CharField(max_length=10, choices=LocationType, default=LocationType.PHYSICAL)
    name = models.CharField(max_length=255, blank=True)
    description = models.TextField(blank=True)
    address = models.TextField(blank=True, help_text="Building and street, one line each")
    city = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    county = models.CharField(max_length=255, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=100, blank=True, default="GB")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    transport = models.TextField(blank=True, help_text="Getting there: buses, parking, the right door")
    source = models.CharField(max_length=100, blank=True)
    joined_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="doubles",
        help_text="The same place under another id: what an import sends to this one goes there (join_places)",
    )
    received = models.JSONField(default=dict, blank=True, help_text="Imported fields without a column here")

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["postcode"], name="location_postcode")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | (models.Q(latitude__isnull=False, longitude__isnull=False) & POINT_IS_ON_EARTH),
                name="location_point_is_whole_and_on_earth",
            ),
            models.CheckConstraint(condition=~models.Q(joined_to=models.F("id")), name="place_is_not_its_own_double"),
        ]

    def __str__(self) -> str:
        return self.short_address

    @property
    def short_address(self) -> str:
        """ "St Mary's Hall, Worthing", for a card; an address's first line when the place has no name."""
        first = self.name or self.address.partition("\n")[0].partition(",")[0]
        return ", ".join(self._drop_repeated_parts(first, self.city))

    @property
    def address_lines(self) -> list[str]:
        """The address as it is written on an envelope, without anything said twice."""
        return self._drop_repeated_parts(self.name, *self.address.split("\n"), self.city, self.county, self.postcode)

    def _drop_repeated_parts(self, *lines: str) -> list[str]:
        """The lines without the parts (between commas) that were said before. "Worthing Library" does not say
        "Worthing": only a whole part does, so that the town is never lost."""
        seen: set[str] = set()
        kept = [", ".join(part for part in line.split(",") if self._is_new_part(part, seen)) for line in lines]
        return [re.sub(r"\s+", " ", line).strip() for line in kept if line.strip()]

    def _is_new_part(self, part: str, seen: set[str]) -> bool:
        """Whether `seen`, which then holds it, has not had it yet; with the postcode behind the town or without."""
        plain = " ".join(part.casefold().split())
        code = " ".join(self.postcode.casefold().split())
        parts = {plain, plain.removesuffix(code).strip()} | ({code} if code and plain.endswith(code) else set())
        new = bool(plain) and plain not in seen
        seen |= parts
        return new


class Accessibility(UUIDKey):
    """One thing that helps at a place: step-free, hearing loop (HSDS `accessibility`)."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="accessibility")
    description = models.TextField(blank=True)
    details = models.TextField(blank=True)
    url = models.URLField(max_length=2000, blank=True)

    class Meta:
        verbose_name_plural = "accessibility"
        ordering = ["description", "id"]

    def __str__(self) -> str:
        return self.description


class ServiceAtLocation(UUIDKey):
    service: "models.ForeignKey[Service]" = models.ForeignKey(
        "directory.Service", on_delete=models.CASCADE, related_name="at_locations"
    )
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="at_services")
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["location__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "location"], name="service_is_once_at_each_location"),
        ]

    def __str__(self) -> str:
        return f"{self.service} at {self.location}"


class Postcode(models.Model):
    """A UK postcode without its space, from the ONS Postcode Directory (OGL v3): WGS84 degrees."""

    code = models.CharField(primary_key=True, max_length=7)
    latitude = models.FloatField()
    longitude = models.FloatField()
    authority = models.CharField(max_length=9, blank=True, help_text="GSS code of the local authority")

    class Meta:
        constraints = [models.CheckConstraint(condition=POINT_IS_ON_EARTH, name="postcode_is_on_earth")]

    def __str__(self) -> str:
        return f"{self.code[:-3]} {self.code[-3:]}"


class Place(models.Model):
    """A name people give for where they are (a postcode district, a town, a neighbourhood) and its middle."""

    name = models.CharField(primary_key=True, max_length=255, help_text="In small letters")
    shown = models.CharField(max_length=255)
    latitude = models.FloatField()
    longitude = models.FloatField()
    size = models.PositiveIntegerField(default=0, help_text="How many postcodes or locations made it")
    district = models.BooleanField(default=False, help_text="The first half of a postcode")
    given = models.BooleanField(
        default=False, db_default=False, help_text="Added by the steward: stays when the names are counted again"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=POINT_IS_ON_EARTH, name="place_is_on_earth")]

    def __str__(self) -> str:
        return self.shown

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        """The neighbourhoods that the steward added; districts and towns are counted, not kept by anybody."""
        return cls.objects.filter(access.search_aids(member), given=True)

    @classmethod
    def is_district(cls, name: str) -> bool:
        return cls.objects.filter(pk=name.lower(), district=True).exists()

    @classmethod
    def find_town_elsewhere(cls, name: str, latitude: float, longitude: float) -> "Self | None":
        """The town of that name, counted from what is listed in it, when its middle is more than TOWN away."""
        near = _square_around(TOWN_RADIUS_METRES, latitude, longitude)
        return cls.objects.filter(pk=name.lower(), district=False, given=False).exclude(near).first()

    @classmethod
    def is_far_from_all(cls, latitude: float, longitude: float) -> bool:
        """Whether nothing is listed within about FAR of it, though something is listed elsewhere."""
        somewhere = Location.objects.exclude(latitude=None)
        return (
            somewhere.exists() and not somewhere.filter(_square_around(FAR_RADIUS_METRES, latitude, longitude)).exists()
        )


class BaseMap(models.Model):
    """The map beneath the pins, one row: drawn by directory/geography/base_map.py each night, never by hand."""

    ONLY = 1
    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    box = ArrayField(models.FloatField(), size=4, help_text="West, south, east, north")
    coast = models.JSONField(default=list, help_text="What was cut for that box: [level, [[lon, lat], …]]")
    layer = models.TextField(help_text="GeoJSON, as it is sent")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_base_map")]

    def __str__(self) -> str:
        return f"The map of {self.box}"

    @classmethod
    def get_drawn(cls) -> "Self | None":
        """Without the coast, which is in the layer."""
        return cls.objects.defer("coast").first()


def _square_around(metres: int, latitude: float, longitude: float) -> models.Q:
    """A square of degrees that far to each side."""
    tall = metres / 111_195
    wide = tall / max(math.cos(math.radians(latitude)), 0.1)
    return models.Q(
        latitude__range=(latitude - tall, latitude + tall), longitude__range=(longitude - wide, longitude + wide)
    )
