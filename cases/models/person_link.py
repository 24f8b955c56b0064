"""Two records of one human being, each a team's own: both teams have said so, and either may take it back."""

import uuid
from typing import Self

from django.db import models
from django.utils import timezone

from agencies.models import Membership
from cases.models.case import Case
from cases.models.person import Person
from config.row_security import enter
from config.uuid_key import UUIDKey


class PersonLink(UUIDKey):
    """Nothing of either record is seen through it. A key fact that changes in one is offered to the other, where its
    team is in the circle (cases/actions/person_link.py)."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], condition=models.Q(ended_at=None), name="linked_once_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="link_has_one_direction"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="link_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is {self.second_id}"

    @classmethod
    def in_force(cls, person: Person) -> "models.QuerySet[Self]":
        """Those of a record that stand."""
        return cls.objects.filter(models.Q(first=person) | models.Q(second=person), ended_at=None)

    def other(self, person: Person) -> uuid.UUID:
        """The id of the other record."""
        return self.second_id if self.first_id == person.pk else self.first_id


def list_linked_teams(case: Case) -> list[tuple[PersonLink, str]]:
    """The links of the person of `case`, each with the name of the other team: that alone is read of the other record,
    which is opened to the request for it."""
    links = list(PersonLink.in_force(case.person))
    enter("person", *(link.other(case.person) for link in links))
    names = dict(
        Person.objects.filter(pk__in=[link.other(case.person) for link in links]).values_list("pk", "agency__name")
    )
    return [(link, names[link.other(case.person)]) for link in links]
