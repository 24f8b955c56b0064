"""Made-up people and agencies for tests. Each app has its section; add yours at the end of the file.

Only reserved names and numbers: e-mail at example.org names, Ofcom's drama phone numbers, NHS numbers 999….
"""

from collections.abc import Iterable
from typing import Any

import factory
from factory.django import DjangoModelFactory

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Membership, User

# --- agencies ---------------------------------------------------------------------------------------

PASSWORD = "a calm grey heron"

# Where somebody in that role works, unless a test says otherwise.
KIND_OF_ROLE = {
    Role.REFERRER: AgencyKind.PRACTICE,
    Role.CONNECTOR: AgencyKind.CONNECTORS,
    Role.LEAD: AgencyKind.CONNECTORS,
    Role.PROVIDER: AgencyKind.VOLUNTARY,
    Role.CONTACT_CENTRE: AgencyKind.CONTACT_CENTRE,
    Role.STEWARD: AgencyKind.STEWARD,
}


class UserFactory(DjangoModelFactory):
    """A user who can sign in with PASSWORD."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Robin Member {n}")
    email = factory.Sequence(lambda n: f"robin.member{n}@work.example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(password=fields.pop("password", PASSWORD), **fields)


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    name = factory.Sequence(lambda n: f"Harbour Agency {n}")
    kind = AgencyKind.VOLUNTARY
    email = factory.Sequence(lambda n: f"hello{n}@agency.example.org")
    phone = "01632 960001"
    postcode = "BN11 1AA"


class MembershipFactory(DjangoModelFactory):
    """Somebody at work: MembershipFactory(role=Role.CONNECTOR) or MembershipFactory(agency=…, role=…)."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.REFERRER
    agency = factory.SubFactory(
        AgencyFactory, kind=factory.LazyAttribute(lambda a: KIND_OF_ROLE[Role(a.factory_parent.role)])
    )


def teammate(member: Membership, role: Role | None = None) -> Membership:
    """Somebody else in the same agency, in the same role or another."""
    return MembershipFactory(agency=member.agency, role=role or Role(member.role))


def people(roles: Iterable[Role] = Role) -> dict[Role, Membership]:
    """One member of each role, each in an agency of its own."""
    return {Role(role): MembershipFactory(role=role) for role in roles}


# --- directory --------------------------------------------------------------------------------------

# --- referrals --------------------------------------------------------------------------------------

# --- cases ------------------------------------------------------------------------------------------
