"""manage.py erase_person: erase all that one team holds of a person, as the page does, with two named members."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from agencies.access import Permission
from agencies.models import Agency, Author, Membership
from cases.actions.erasure import approve_erasure, ask_for_erasure, erase_approved
from cases.actions.rights import move_request, receive_request
from cases.models import ErasureCertificate, Person
from cases.states import ErasureGround, RightKind, RightsStatus
from config.transitions import MoveRefused


class Command(BaseCommand):
    help = "Erases a person's record (UK GDPR article 17). Two members of the team are named; prints the certificate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", type=uuid.UUID, help="The id of the person's record")
        parser.add_argument("--ground", required=True, choices=ErasureGround.values)
        parser.add_argument("--reason", required=True, help="How it was decided; erased with the rest")
        parser.add_argument("--asked-by", required=True, help="E-mail address of the member who asks for it")
        parser.add_argument("--approved-by", required=True, help="E-mail address of another, who approves it")

    def handle(self, *args: Any, person: uuid.UUID, asked_by: str, approved_by: str, **options: Any) -> None:
        found = Person.objects.filter(pk=person).select_related("agency").first()
        if found is None:
            raise CommandError("There is no record with this id.")
        asks, approves = (find_member(found.agency, email) for email in (asked_by, approved_by))
        try:
            with transaction.atomic():
                done = erase_person(found, asks, approves, options["ground"], options["reason"])
        except MoveRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Certificate {done.pk}")
        for label, number in sorted(done.counts.items()):
            self.stdout.write(f"{label}: {number}")


def erase_person(
    person: Person, asks: Membership, approves: Membership, ground: str, reason: str
) -> ErasureCertificate:
    """The four steps of the page in one. Raises MoveRefused."""
    by, case = Author.of(asks), person.cases.order_by("-opened_at", "pk").first()
    if case is None:
        raise MoveRefused("This person has no case")
    request = receive_request(
        of=case,
        by=by,
        kind=RightKind.ERASURE,
        received_on=timezone.localdate(),
        key=uuid.uuid4(),
        requester=asks.user.name,
        reply_to="By command",
    )
    move_request(request, RightsStatus.ACTIVE, by=by, words=reason)
    ask_for_erasure(request, by=by, ground=ErasureGround(ground), words=reason, key=uuid.uuid4())
    approve_erasure(request, by=Author.of(approves))
    done = erase_approved(request)
    if done is None:
        raise MoveRefused("It was not erased")
    return done


def find_member(agency: Agency, email: str) -> Membership:
    """Raises CommandError unless somebody with that address may answer for the agency's records today."""
    for member in Membership.at_work_for(agency).filter(user__email__iexact=email).select_related("user", "agency"):
        if member.has_permission(Permission.RIGHTS):
            return member
    raise CommandError(f"Nobody with that address may answer for the records of {agency}: {email}")
