"""What a request carries behind `@allow` and `@signed_in`: for types only."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from agencies.models import Membership, User


class MemberRequest(HttpRequest):
    """After agencies.middleware and the guard of the view: somebody is signed in, at work for an agency."""

    user: "User"
    member: "Membership"
    memberships: "list[Membership]"
