"""The certificate of an erasure: what went, by kind and number. It says nothing of whose it was."""

from typing import Any, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models import Agency, Membership
from cases.models.rights import RightsRequest
from cases.states import ErasureGround
from config.append_only import AppendOnly


class ErasureCertificate(AppendOnly):
    request = models.OneToOneField(RightsRequest, on_delete=models.PROTECT, related_name="certificate")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="erasure_certificates")
    ground = models.CharField(max_length=15, choices=ErasureGround)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(default=timezone.now)
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict, help_text="Kind of record → how many")

    class Meta:
        ordering = ["-approved_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("approved_by")), name="erasure_approved_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.approved_at}"

    @classmethod
    def visible_to(cls, member: Membership) -> "models.QuerySet[Self]":
        return cls.objects.filter(access.erasure_certificates(member))
