"""The search index. Written by directory/search/index.py alone; read by directory/search/statement.py alone."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from directory.models.place import Location
from directory.models.service import Service


class Spot(models.Model):
    """A service at one of its places, or without any: one row that can be found, with what its card says.

    `search` holds the words, and marks such as '#tu' (Tuesdays), '#tu-morning', '#free' and '#lang-pl'.
    `marks` holds those marks again that a filter offers, to be counted. `worth` says, from 0 to 1, how well the
    listing is kept and answers; `room_on` is the next day that is known to have room, where days are known.
    `cells` holds the grid cells it lies in, one for each size from 0.5 km to 1,024 km; [-1] without a place.
    """

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="spots")
    location = models.ForeignKey(Location, null=True, on_delete=models.CASCADE, related_name="spots")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    search = SearchVectorField()
    cells = ArrayField(models.IntegerField())
    when = models.TextField(blank=True)
    where = models.TextField(blank=True)
    chips = ArrayField(models.CharField(max_length=100), default=list)
    marks = ArrayField(models.CharField(max_length=50), default=list, db_default=[])
    worth = models.FloatField(default=0, db_default=0)
    room_on = models.DateField(null=True)
    written_as = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="Version of the index that wrote it: an older row is written anew",
    )

    class Meta:
        indexes = [
            GinIndex(fields=["search", "cells"], name="spot_search_cells", fastupdate=False),
            # What has no place is read in each search by words: among a million it is few, and so is its own index.
            GinIndex(
                fields=["search"],
                condition=models.Q(latitude=None),
                name="spot_search_elsewhere",
                fastupdate=False,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "location"],
                nulls_distinct=False,
                name="one_spot_per_service_and_location",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} at {self.where}"


class Cell(models.Model):
    """How many spots lie in a grid cell. Refreshed on import and every night."""

    cell = models.IntegerField(primary_key=True)
    n = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.cell}: {self.n}"


class Word(models.Model):
    """A word of the directory as it is written there, its stem, and in how many spots the stem is."""

    word = models.CharField(primary_key=True, max_length=100)
    stem = models.CharField(max_length=100)
    n = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["stem"], name="word_stem"),
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word
