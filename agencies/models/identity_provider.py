"""Where an agency's people prove who they are: its own OpenID Connect provider, such as NHS CIS2 or Microsoft Entra."""

import os
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

from agencies import access
from agencies.models.agency import Agency
from config.uuid_key import UUIDKey

if TYPE_CHECKING:
    from agencies.models.membership import Membership


class ClientAuthentication(models.TextChoices):
    """How we prove to the provider that it is we who ask (OpenID Connect Core 1.0, section 9)."""

    KEY = "private_key_jwt", "A private key"
    SECRET = "client_secret_post", "A secret"
    BASIC = "client_secret_basic", "A secret, in the header"


class StepClaim(models.TextChoices):
    """The claim of an ID token that says how strongly they signed in there; with none, our own second step is asked."""

    ACR = "acr", "acr (OpenID Connect, NHS CIS2)"
    ACRS = "acrs", "acrs (authentication context of Microsoft Entra)"


class IdentityProvider(UUIDKey):
    """Whom we trust to say who somebody is, and for the work of which agencies.

    The operator connects it, from the command line. The steward chooses the agencies, and switches it off. The issuer
    never changes: whose account it is, is issuer and subject. What is secret is in the environment, under a name made
    of the slug, so that nobody can have another secret of the place sent to an address of theirs.
    """

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60, help_text='As in "Sign in with …"')
    issuer = models.CharField(max_length=200, unique=True, help_text="As the provider's ID tokens name it")
    client_id = models.CharField(max_length=191)
    authentication = models.CharField(max_length=30, choices=ClientAuthentication)
    key_id = models.CharField(max_length=100, blank=True, help_text="The kid of our public key, as it is known there")
    key_algorithm = models.CharField(max_length=10, default="RS256", help_text="What our key signs with")
    step_claim = models.CharField(max_length=10, choices=StepClaim, blank=True)
    step_values = models.CharField(max_length=200, blank=True, help_text="Any of these, with spaces between them")
    agencies = models.ManyToManyField(Agency, related_name="identity_providers")
    required = models.BooleanField(
        default=False, db_default=False, help_text="Nobody works for these agencies who has not signed in with it"
    )
    connected_at = models.DateTimeField(default=timezone.now)
    switched_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(step_claim="", step_values="")
                | ~models.Q(step_claim="") & ~models.Q(step_values=""),
                name="provider_step_claim_has_values",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_use(cls) -> "models.QuerySet[Self]":
        """Those by which one can sign in now: not secret, they are on the page of sign-in."""
        return cls.objects.filter(switched_off_at=None)

    @classmethod
    def on_sign_in_page(cls) -> "models.QuerySet[Self]":
        """Those of them that somebody's people use."""
        return cls.in_use().filter(agencies__left_at=None, agencies__isnull=False).distinct()

    @classmethod
    def serving(cls, agencies: "models.QuerySet[Agency] | list[Agency]") -> "models.QuerySet[Self]":
        """Those of them that open the work of any of these agencies."""
        return cls.in_use().filter(agencies__in=agencies).distinct()

    @classmethod
    def visible_to(cls, member: "Membership") -> "models.QuerySet[Self]":
        return cls.objects.filter(access.identity_providers(member))

    @property
    def discovery_url(self) -> str:
        """OpenID Connect Discovery 1.0, section 4."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    @property
    def secret_variable(self) -> str:
        """OIDC_CIS2_KEY: the private key in PEM, its line ends as they are or as \\n. OIDC_ENTRA_SECRET: the secret."""
        kind = "KEY" if self.authentication == ClientAuthentication.KEY else "SECRET"
        return f"OIDC_{self.slug.replace('-', '_').upper()}_{kind}"

    def read_secret(self) -> str:
        """ "" where the operator has not set it."""
        return os.environ.get(self.secret_variable, "").replace("\\n", "\n")

    def proves_second_step(self, claims: dict[str, object]) -> bool:
        """Whether the ID token says that they signed in as strongly as was asked."""
        given = claims.get(self.step_claim) if self.step_claim else None
        values = given if isinstance(given, list) else [given]
        return any(value in self.step_values.split() for value in values)
