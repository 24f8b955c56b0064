"""How long the place keeps what, and takes for what: the steward's own figures, where they differ from the law's."""

from django.db import models


class Period(models.Model):
    """One figure, by the code of its class (agencies/retention.py), which says the unit and what holds without it."""

    code = models.SlugField(max_length=50, unique=True)
    length = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=models.Q(length__gte=1), name="period_is_not_none")]

    def __str__(self) -> str:
        return f"{self.code}: {self.length}"

    @classmethod
    def lengths(cls) -> dict[str, int]:
        """Those that the place has set, by code."""
        return dict(cls.objects.values_list("code", "length"))
