"""The person's own agreement that something is shared with an agency; it may be withdrawn."""

from typing import Any

from django.db import models
from django.utils import timezone

from agencies.models import Agency, Author, Signed
from cases.models.case import Case
from config.uuid_key import UUIDKey
from referrals.models import Referral


class Agreement(Signed, UUIDKey):
    class Scope(models.TextChoices):
        SHARE = "share", "Share what is needed to help"
        TELL = "tell", "Tell them how it went"

    class Part(models.TextChoices):
        """Of what a group is given, the parts that the person may keep back. Their name and what the group must know
        to be safe are none: whoever minds those takes back the whole."""

        CONTACT = "contact", "How to reach them: phone, e-mail, address, what to avoid"
        AREA = "area", "Roughly where they live"
        REASON = "reason", "What it is about: the needs and the message"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="agreements")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Shared with")
    named = models.CharField(max_length=600, help_text="Who was named when the person agreed, as it was put then")
    scope = models.CharField(max_length=10, choices=Scope)
    referral = models.ForeignKey(Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=200, help_text="Said on the phone, said face to face, signed …")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    kept_back: "models.JSONField[list[str], list[str]]" = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text="Parts that the person has since taken out of it (Agreement.Part)",
    )

    class Meta:
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "agency", "scope"],
                condition=models.Q(withdrawn_at=None),
                name="one_agreement_in_force_each",
            ),
        ]

    @classmethod
    def give(cls, case: Case, agency: Agency, scope: "Agreement.Scope", *, by: Author, how: str, **more: Any) -> None:
        """Note that the person agrees, as `by` was told; one that is in force already stays as it is."""
        new = {"how": how, "named": agency.name, **more, **cls.signature(by)}
        cls.objects.get_or_create(case=case, agency=agency, scope=scope, withdrawn_at=None, defaults=new)

    @classmethod
    def parts_kept_back(cls, case: Case, agency: Agency) -> list[str]:
        """The parts that this agency is not to have, by the agreement that is in force with it."""
        in_force = cls.objects.filter(case=case, agency=agency, scope=cls.Scope.SHARE, withdrawn_at=None)
        return next(iter(in_force.values_list("kept_back", flat=True)), [])

    @property
    def kept_back_words(self) -> list[str]:
        return [self.Part(part).label for part in self.kept_back]

    @classmethod
    def is_missing(cls, case: Case) -> bool:
        """Whether the team that works with the person has no agreement of theirs in force to have what it was sent."""
        return not cls.objects.filter(
            case=case, agency=case.agency_id, scope=cls.Scope.SHARE, withdrawn_at=None
        ).exists()

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.agency_id}"
