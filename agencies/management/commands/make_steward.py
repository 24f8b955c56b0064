"""manage.py make_steward EMAIL NAME: the first account of a fresh place."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from agencies.access import Role
from agencies.actions.invitation import invite_member, send_invitation_link
from agencies.models import Agency, AgencyKind, Invitation, Membership


class Command(BaseCommand):
    help = "Invites somebody to be steward of this place, and prints the link that is e-mailed to them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email, name = options["email"].strip().lower(), options["name"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        agency = Agency.objects.filter(kind=AgencyKind.STEWARD, left_at=None).order_by("joined_at", "pk").first()
        agency = agency or Agency.objects.create(
            kind=AgencyKind.STEWARD, name=f"{settings.PLACE['name']} for {settings.PLACE['area']}"
        )
        if Membership.of_agency(agency).filter(user__email__iexact=email, ended_at=None).exists():
            raise CommandError(f"{email} is a steward already.")
        again = Invitation.open_for(agency).filter(email__iexact=email).first()
        invitation = again or invite_member(
            key=uuid.uuid4(), agency=agency, email=email, name=name, role=Role.STEWARD, manages_team=True, by=None
        )
        self.stdout.write(f"{name} can join as steward here, once, within 7 days:\n{send_invitation_link(invitation)}")
