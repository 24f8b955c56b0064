"""One team asks another: do you work with the person whom we have been asked to help?"""

from typing import Self

from django.db import models
from django.utils import timezone

from agencies.models import Membership
from cases.models.case import Case
from config.row_security import enter
from config.uuid_key import UUIDKey


class TeamQuestion(UUIDKey):
    """Nothing of either record passes with it: the team asked sees its own case, and who asks. What it answers, and
    whether it does, is its own to decide; a no is told as little as silence."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes, and they may know it"
        UNSAID = "unsaid", "No, or nothing is told"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questions_asked")
    about_case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    answered_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "about_case"], name="asked_once_about_a_case"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None, answered_by=None)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="question_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} asks about {self.about_case_id}"

    @classmethod
    def asked_of(cls, case: Case) -> "models.QuerySet[Self]":
        """What other teams have asked about this case; who asks is seen with it."""
        enter("case", *cls.objects.filter(about_case=case).values_list("case_id", flat=True))
        return cls.objects.filter(about_case=case).select_related("case__agency", "case__lead__user")
