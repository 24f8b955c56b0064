"""Lists of words to sort services by (HSDS `taxonomy`, `taxonomy_term`); the place's needs are one."""

from typing import Self

from django.db import models

from config.uuid_key import UUIDKey

NEEDS_CODE = "needs"


class Taxonomy(UUIDKey):
    code = models.CharField(max_length=50, blank=True, help_text="Short name that the product knows it by, as 'needs'")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    url = models.URLField(max_length=2000, blank=True)
    version = models.CharField(max_length=50, blank=True)
    source = models.CharField(max_length=100, blank=True, help_text="The feed or file it was imported from")

    class Meta:
        verbose_name_plural = "taxonomies"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="one_taxonomy_per_code"),
        ]

    def __str__(self) -> str:
        return self.name


class TaxonomyTerm(UUIDKey):
    """One word of a list. Its `words` find the services that do not carry it."""

    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.PROTECT, related_name="terms")
    code = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=255)
    said = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="As people say it, on the front page: 'Company and friendship'",
    )
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    words = models.TextField(blank=True, help_text="Other words for it, separated by commas: 'lonely, befriending'")
    order = models.PositiveSmallIntegerField(default=0)
    uri = models.URLField(max_length=2000, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="No longer offered; what carries it keeps it")

    class Meta:
        ordering = ["order", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxonomy", "code"],
                condition=~models.Q(code=""),
                name="one_term_per_code_in_taxonomy",
            ),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="term_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def ever(cls) -> "models.QuerySet[Self]":
        """Those that are offered no longer, too: what carries one keeps it."""
        return cls.objects.all()

    @classmethod
    def needs(cls) -> "models.QuerySet[Self]":
        """What people may need, in the words and the order of this place."""
        return cls.objects.filter(taxonomy__code=NEEDS_CODE, retired_at=None).order_by("order", "name", "id")

    @classmethod
    def list_offered_needs(cls) -> dict[str, str]:
        """Code and name of the needs that a search can find by, as `needs` has them; "something else" finds nothing."""
        return dict(cls.needs().exclude(words="").values_list("code", "name"))

    @property
    def phrases(self) -> list[str]:
        """Its name and its other words, each to be searched for as it stands."""
        return [phrase for phrase in (part.strip() for part in f"{self.name},{self.words}".split(",")) if phrase]
