"""What helps people find: the steward's words and collections, kept searches, shortlists and figures."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Membership
from config.uuid_key import UUIDKey
from directory.models.service import LISTED, Service


class SearchAid(models.Model):
    """What the steward keeps so that people find: nobody else reads it as a list, drafts and all."""

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls._default_manager.filter(access.search_aids(member))


class Synonym(SearchAid):
    """Words that people type, and what they mean here: "AA" → alcohol. Small letters."""

    id = models.BigAutoField(primary_key=True)
    typed = models.CharField(max_length=100, unique=True)
    means = models.CharField(max_length=200, help_text="Words to look for as well, separated by commas")
    key = models.GeneratedField(
        expression=models.Func("typed", function="hereabouts_key"),
        output_field=models.CharField(max_length=200),
        db_persist=True,
        help_text="The stems of what is typed, so that each ending of it is found",
    )

    class Meta:
        ordering = ["typed"]
        indexes = [
            models.Index(fields=["key"], name="synonym_key"),
            GinIndex(OpClass("typed", name="gin_trgm_ops"), name="synonym_trigrams"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(typed="") & ~models.Q(means=""), name="synonym_is_whole")
        ]

    def __str__(self) -> str:
        return f"{self.typed} → {self.means}"


class StopWord(SearchAid):
    """What says nothing here and is left out of a search: "activities", "local", "help with"."""

    word = models.CharField(max_length=50, primary_key=True)

    class Meta:
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class Danger(SearchAid):
    """Something that people type when somebody may be in danger, and whom to ring first."""

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=150)
    order = models.PositiveSmallIntegerField(default=0)
    ring = models.TextField(help_text="Whom to ring, the first first: 'Samaritans, day or night: 116 123', one a line")
    rules = models.TextField(help_text="What people type, one rule a line: directory/search/phrases.py")
    spared = models.TextField(blank=True, help_text="What only sounds like it, as rules")
    finds = models.CharField(max_length=500, blank=True, help_text="Words: only what speaks of one of these is shown")
    off_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(ring="") & ~models.Q(rules=""), name="danger_is_whole"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DangerWords(SearchAid):
    """Words that mean the same in a rule of danger: "partner" → husband*/wife*/…, in a rule @partner."""

    name = models.SlugField(max_length=50, primary_key=True)
    words = models.TextField(help_text='With / or a line\'s end between them; of the list "harmless", a rule a line')
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "danger words"
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="danger_words_are_some")]

    def __str__(self) -> str:
        return f"@{self.name}"


class LostSearch(SearchAid):
    """A search that found nothing, counted by day, with nothing about who searched."""

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()
    words = models.CharField(max_length=100, blank=True)
    near = models.CharField(max_length=100, blank=True, help_text="A town or the first half of a postcode, never more")
    filters = models.CharField(max_length=200, blank=True, help_text="The other filters, as a query string in order")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-on", "-times", "id"]
        verbose_name_plural = "lost searches"
        constraints = [
            models.UniqueConstraint(fields=["on", "words", "near", "filters"], name="one_row_per_lost_search_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.words} {self.near} {self.filters}".strip()


class Collection(SearchAid, UUIDKey):
    """Activities that the steward puts together: "Things to do after a bereavement"."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=150)
    introduction = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    services: "models.ManyToManyField[Service, CollectionItem]" = models.ManyToManyField(
        Service, through="CollectionItem", related_name="collections"
    )

    class Meta:
        ordering = ["order", "title", "id"]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def published(cls) -> "models.QuerySet[Self]":
        return cls.objects.filter(published_at__isnull=False)


class CollectionItem(SearchAid):
    id = models.BigAutoField(primary_key=True)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="Why it is here: “You can bring a friend”")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["collection", "service"], name="collection_has_each_once")]

    def __str__(self) -> str:
        return f"{self.collection}: {self.service_id}"


class Slip(models.Model):
    """A shortlist under a short code, to be typed from paper or opened by its QR. Only activities: nobody's name."""

    code = models.CharField(max_length=12, primary_key=True, help_text="Letters and numbers that cannot be mixed up")
    services = ArrayField(models.UUIDField())
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.code

    def listed(self) -> list[Service]:
        """Those that are still listed, in the order they were kept."""
        found = {service.pk: service for service in Service.objects.filter(LISTED, pk__in=self.services)}
        return [found[pk] for pk in self.services if pk in found]


class Figure(models.Model):
    """How often a listing was found and opened on a day. Numbers only."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="figures")
    on = models.DateField()
    shown = models.PositiveIntegerField(default=0, help_text="In how many pages of search results")
    views = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["service", "on"]
        constraints = [models.UniqueConstraint(fields=["service", "on"], name="one_figure_per_service_and_day")]

    def __str__(self) -> str:
        return f"{self.service_id} on {self.on}"
