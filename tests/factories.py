"""Made-up people and agencies for tests. Each app has its section; add yours at the end of the file.

Only reserved names and numbers: e-mail at example.org names, Ofcom's drama phone numbers, NHS numbers 999….
"""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

import factory
from django.utils import timezone
from django.utils.text import slugify
from factory.django import DjangoModelFactory

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Author, Hand, Membership, Signed, User
from bookings.actions import Attendee, create_booking
from bookings.models import Booking
from bookings.states import Actor
from cases.actions.seats import WORKS_WITH_PERSON
from cases.models import Case, Circle, Person, RightsMove, RightsRequest
from cases.models.rights import answer_deadline as rights_deadline
from cases.states import RightKind, RightsStatus
from directory.models import Likeness, Service, Session, Source, Taxonomy, TaxonomyTerm
from directory.models.taxonomy import NEEDS_CODE
from referrals.models import Move, Referral, Urgency
from referrals.models.referral import answer_deadline
from referrals.states import ReferralStatus

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


class ServiceFactory(DjangoModelFactory):
    """An activity that runs, of a voluntary group, with an e-mail that referrals go to."""

    class Meta:
        model = Service

    agency = factory.SubFactory(AgencyFactory)
    name = factory.Sequence(lambda n: f"Harbour walk {n}")
    referral_email = factory.Sequence(lambda n: f"walks{n}@group.example.org")


# --- referrals --------------------------------------------------------------------------------------


class ReferralFactory(DjangoModelFactory):
    """A practice refers somebody to a connector team: sent, with its first move and nothing since."""

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    key = factory.LazyFunction(uuid.uuid4)
    sent_by = factory.SubFactory(MembershipFactory, role=Role.REFERRER)
    from_agency = factory.SelfAttribute("sent_by.agency")
    to_agency = factory.SubFactory(AgencyFactory, kind=AgencyKind.CONNECTORS)
    person_name = "Joan Whitfield"
    date_of_birth = datetime.date(1951, 3, 27)
    nhs_number = "9990000018"
    phone = "07700 900123"
    postcode = "BN11 2AA"
    what_matters = "Getting out of the house again"
    no_known_risks = True
    agreed_to_share = True
    agreed_to_tell = True
    agreed_with = factory.SelfAttribute("to_agency")
    agreed_with_name = factory.LazyAttribute(
        lambda r: f"{r.service.name}, {r.to_agency.name}" if r.service else r.to_agency.name
    )
    agreed_tell_name = factory.LazyAttribute(lambda r: r.from_agency.name if r.agreed_to_tell else "")
    sent_at = factory.LazyFunction(timezone.now)
    started_at = factory.SelfAttribute("sent_at")
    moved_at = factory.SelfAttribute("sent_at")
    moves_made = 1
    answer_by = factory.LazyAttribute(
        lambda r: answer_deadline(
            r.to_agency, service=r.service, urgency=r.urgency, today=timezone.localdate(r.sent_at)
        )
    )
    urgency = Urgency.ROUTINE
    service = None

    @factory.post_generation
    def first_move(self, create: bool, extracted: Any, **fields: Any) -> None:
        if create:
            Move(
                referral=self,
                number=1,
                after=ReferralStatus.SENT,
                at=self.sent_at,
                **Signed.signature(Author.of(self.sent_by)),
            ).save()


class OnwardReferralFactory(ReferralFactory):
    """A connector asks a voluntary group: only what the group needs goes with it."""

    sent_by = factory.SubFactory(MembershipFactory, role=Role.CONNECTOR)
    service = factory.SubFactory(ServiceFactory)
    to_agency = factory.SelfAttribute("service.agency")
    nhs_number = ""
    date_of_birth = None
    message = "Would like somebody to walk in with"


def needs(*names: str) -> list[TaxonomyTerm]:
    """Those needs in the place's list, made when they are not there."""
    taxonomy, _ = Taxonomy.objects.get_or_create(code=NEEDS_CODE, defaults={"name": "Needs"})
    terms = TaxonomyTerm.objects
    return [
        terms.get_or_create(taxonomy=taxonomy, name=name, defaults={"code": f"test-{slugify(name)}", "order": order})[0]
        for order, name in enumerate(names)
    ]


def team_of(member: Membership, name: str = "Worthing Connectors", **fields: Any) -> Agency:
    """The connector team that the member's agency refers to, made new."""
    member.agency.refers_to = AgencyFactory(kind=AgencyKind.CONNECTORS, name=name, **fields)
    member.agency.save()
    return member.agency.refers_to


# --- cases ------------------------------------------------------------------------------------------


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    agency = factory.SubFactory(AgencyFactory, kind=AgencyKind.CONNECTORS)
    name = factory.Sequence(lambda n: f"Joan Whitfield {n}")
    date_of_birth = datetime.date(1951, 3, 27)
    phone = "07700 900123"
    postcode = "BN11 2AA"


class CaseFactory(DjangoModelFactory):
    """An open case of a connector's team, with the team's row in its circle: CaseFactory(lead=connector).

    A person given is that team's from then on: a case is always of a person of its own team.
    """

    class Meta:
        model = Case
        skip_postgeneration_save = True

    person = factory.SubFactory(PersonFactory, agency=factory.SelfAttribute("..agency"))
    lead = factory.SubFactory(MembershipFactory, role=Role.CONNECTOR)
    agency = factory.SelfAttribute("lead.agency")
    first_contact_due = factory.LazyFunction(timezone.localdate)

    @classmethod
    def _create(cls, model_class: type[Case], *args: Any, **fields: Any) -> Case:
        if fields["person"].agency != fields["agency"]:
            fields["person"].agency = fields["agency"]
            fields["person"].save(update_fields=["agency"])
        return super()._create(model_class, *args, **fields)

    @factory.post_generation
    def owner(self, create: bool, extracted: Any, **fields: Any) -> None:
        if create:
            Circle.objects.create(case=self, agency=self.agency, **WORKS_WITH_PERSON)


class RightsRequestFactory(DjangoModelFactory):
    """The person of a case asks for a copy of what is held: RightsRequestFactory(person=case.person, kind=…)."""

    class Meta:
        model = RightsRequest
        skip_postgeneration_save = True

    key = factory.LazyFunction(uuid.uuid4)
    person = factory.LazyFunction(lambda: CaseFactory().person)
    agency = factory.SelfAttribute("person.agency")
    kind = RightKind.ACCESS
    requester = factory.SelfAttribute("person.name")
    reply_to = "1 Harbour Road, BN11 2AA"
    received_on = factory.LazyFunction(timezone.localdate)
    due_on = factory.LazyAttribute(lambda r: rights_deadline(r.received_on))
    status = RightsStatus.RECEIVED

    @factory.post_generation
    def first_move(self, create: bool, extracted: Any, **fields: Any) -> None:
        if create:
            self.moves_made = 1
            self.save()
            signed = Signed.signature(Author.system())
            RightsMove(request=self, number=1, after=RightsStatus.RECEIVED, **signed).save()


# --- sessions and bookings --------------------------------------------------------------------------


class SessionFactory(DjangoModelFactory):
    """A session of an activity that takes bookings, in three days at 10:30: SessionFactory(places=1)."""

    class Meta:
        model = Session

    service = factory.SubFactory(ServiceFactory, bookable=True)
    starts_at = factory.LazyFunction(lambda: at(days=3))
    on = factory.LazyAttribute(lambda s: timezone.localdate(s.starts_at))
    places = 5


def at(days: int, hour: int = 10, minute: int = 30) -> datetime.datetime:
    """A moment so many days from today, on London's clock."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(hour, minute), timezone.get_default_timezone())


def booked(session: Session, name: str = "Joan Whitfield", **contact: Any) -> Booking:
    """Somebody books a place for themselves, or a number when there is none."""
    who = Attendee(name, **(contact or {"phone": "07700 900123"}))
    return create_booking(
        session=session, by=Author(Hand.PERSON, "The person"), mover=Actor.PERSON, key=uuid.uuid4(), who=who
    )


# --- imports ----------------------------------------------------------------------------------------


class SourceFactory(DjangoModelFactory):
    """A feed of another directory, read when asked: SourceFactory(every="day")."""

    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Hove directory {n}")
    url = factory.Sequence(lambda n: f"https://feed{n}.example.org/services")


def likeness(**fields: Any) -> Likeness:
    """Two listings of different sources that look alike: likeness(score=0.9)."""
    pair = sorted((ServiceFactory(source="one"), ServiceFactory(source="two")), key=lambda row: row.pk)
    return Likeness.objects.create(first=pair[0], second=pair[1], **{"score": 0.8, "why": "Same postcode"} | fields)
