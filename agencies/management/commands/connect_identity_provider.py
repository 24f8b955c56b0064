"""manage.py connect_identity_provider SLUG …: an agency's people sign in by its own OpenID Connect provider."""

from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from requests import RequestException

from agencies.actions.identity_provider import change_identity_provider
from agencies.models import Agency, ClientAuthentication, IdentityProvider, StepClaim
from agencies.oidc import ALGORITHMS, load_configuration

TO_REGISTER = [
    ("Redirect URI:", "oidc_callback"),
    ("Back-channel logout:", "oidc_logout"),
    ("Our keys (JWKS):", "oidc_keys"),
]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Command(BaseCommand):
    help = (
        "Connects an OpenID Connect provider, such as NHS CIS2 or Microsoft Entra, or changes how it is connected, and "
        "says what to register there. The same SLUG again changes all but the issuer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="A short name for addresses and for the variable of the secret: cis2")
        parser.add_argument("--name", required=True, help='As in "Sign in with …"')
        parser.add_argument("--issuer", required=True)
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--authentication", choices=ClientAuthentication.values, default=ClientAuthentication.KEY)
        parser.add_argument("--key-id", default="", help="The kid of our public key, as it is known there")
        parser.add_argument("--key-algorithm", choices=ALGORITHMS, default="RS256")
        parser.add_argument("--step-claim", choices=StepClaim.values, default="", help="Proof of a second step there")
        parser.add_argument("--step-values", default="", help='Any of these will do: "AAL2_OR_AAL3_ANY AAL3_ANY"')
        parser.add_argument("--agency", action="append", default=[], help="Name or ODS code; again for another")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        names = ("name", "client_id", "authentication", "key_id", "key_algorithm", "step_claim", "step_values")
        found = IdentityProvider.objects.filter(slug=options["slug"]).first()
        row = found or IdentityProvider(slug=options["slug"], issuer=options["issuer"])
        if row.issuer != options["issuer"]:
            raise CommandError("An issuer never changes: accounts are linked to it. Connect it under another SLUG.")
        if not is_safe(row.issuer):
            raise CommandError("The issuer's address must begin with https://")
        for name in names:
            setattr(row, name, options[name])
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        row.save()
        agencies = [find_agency(words) for words in options["agency"]] or list(row.agencies.all())
        now = {"in_use": not row.switched_off_at, "required": row.required}
        change_identity_provider(provider=row, agencies=agencies, **now, by=None)
        self.report(row)

    def report(self, row: IdentityProvider) -> None:
        base = str(settings.PLACE["base_url"])
        for words, name in TO_REGISTER:
            self.stdout.write(f"{words:22}{base}{reverse(name, args=[row.slug])}")
        if not row.read_secret():
            self.stdout.write(f"Nobody can sign in yet: set {row.secret_variable} in the environment of all processes.")
        try:
            configuration = load_configuration(row)
        except (OAuth2Error, RequestException) as error:
            raise CommandError(f"{row.discovery_url} does not answer as it should: {error}") from error
        asked = {"token_endpoint_auth_methods_supported": [row.authentication]}
        if row.step_claim == StepClaim.ACR:
            asked["acr_values_supported"] = row.step_values.split()
        for name, wanted in asked.items():
            if name in configuration and not set(wanted) & set(configuration[name]):
                self.stdout.write(f"It does not say that it supports {' '.join(wanted)}: {name} is another list.")
        self.stdout.write(f"{row.name} is connected, for {row.agencies.count()} agencies.")


def is_safe(issuer: str) -> bool:
    parts = urlsplit(issuer)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def find_agency(words: str) -> Agency:
    rows = Agency.objects.filter(Q(name__iexact=words) | Q(ods_code=words.upper()), left_at=None)
    if len(rows) != 1:
        raise CommandError(f"There {'is no agency' if not rows else 'are several agencies'} called {words}.")
    return rows[0]
