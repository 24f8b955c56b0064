"""A directory that uses every column there is, and what must never be published beside it."""

import datetime

from django.utils import timezone

from agencies.models import Agency
from directory.models import (
    Accessibility,
    Capacity,
    Contact,
    CostOption,
    Language,
    Location,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Session,
    Taxonomy,
    TaxonomyTerm,
)
from directory.search.index import index_services
from tests.factories import AgencyFactory, ServiceFactory

SECRET = "secret"  # in the name of all that nobody may find


def rich(name: str = "Seafront walk", **fields: object) -> Service:
    """A service with something in every field that is published, kept here by its group."""
    group = AgencyFactory(
        name=f"{name} group",
        email=f"{SECRET}@group.example.org",
        url="https://walks.example.org/",
        charity_number="1234567",
        company_number="01234567",
    )
    service = ServiceFactory(
        agency=group,
        name=name,
        description="An easy walk.\n\nThen tea.",
        url="https://walks.example.org/seafront?a=b",
        email="walks@group.example.org",
        phone="01632 960123",
        referral_email=f"{SECRET}@group.example.org",
        assurer_email=f"{SECRET}.checker@group.example.org",
        fees="£2 for tea",
        accreditations="Walk leaders’ badge",
        eligibility="Anyone",
        application="Just come",
        minimum_age=18,
        maximum_age=99,
        alert="New start in May",
        assured_date=datetime.date(2026, 10, 1),
        first_time="Look for the red hat",
        meets_you=True,
        bookable=True,
        **fields,
    )
    place = Location.objects.create(
        name="St Mary’s Hall",
        description="Behind the church",
        address="Church Road\nBack entrance",
        city="Worthing",
        region="South East",
        county="West Sussex",
        postcode="BN11 2AA",
        latitude=50.8148,
        longitude=-0.3713,
        transport="Bus 700",
    )
    Accessibility.objects.create(location=place, description="Step-free", details="Ramp", url="https://a.example.org/")
    at = ServiceAtLocation.objects.create(service=service, location=place, description="Upstairs")
    hours = {"opens_at": datetime.time(10, 30), "closes_at": datetime.time(12), "freq": "WEEKLY", "byday": "TU"}
    weekly = Schedule.objects.create(
        service=service,
        at_location=at,
        interval=2,
        dtstart=datetime.date(2026, 1, 6),
        places=12,
        skips=[datetime.date(2027, 1, 5)],
        description="Every second Tuesday",
        notes="Not in the rain",
        valid_from=datetime.date(2026, 1, 1),
        valid_to=datetime.date(2030, 1, 1),
        attending_type="In person",
        schedule_link="https://walks.example.org/dates",
        **hours,
    )
    Schedule.objects.create(service=service, freq="MONTHLY", byday="2SA", opens_at=datetime.time(14))
    CostOption.objects.create(service=service, amount=2, option="Members", amount_description="£2 a walk")
    Contact.objects.create(
        service=service, name="Joan", title="Leader", email="joan@group.example.org", phone="01632 960124"
    )
    Language.objects.create(service=service, code="pl", name="Polish", note="On Tuesdays")
    ServiceArea.objects.create(
        service=service, name="Worthing", extent="BN11", extent_type="postcodes", uri="https://x.example.org/"
    )
    Capacity.objects.create(service=service, unit="places", available=3, maximum=12, description="On the minibus")
    starts_at = timezone.now() + datetime.timedelta(days=3)
    Session.objects.create(
        service=service, schedule=weekly, on=starts_at.date(), starts_at=starts_at, places=12, taken=5
    )
    _sort(service)
    index_services([service.pk])
    return service


def _sort(service: Service) -> None:
    taxonomy, _ = Taxonomy.objects.get_or_create(
        name="Kinds", defaults={"description": "Kinds of activity", "url": "https://kinds.example.org/", "version": "2"}
    )
    above, _ = TaxonomyTerm.objects.get_or_create(taxonomy=taxonomy, name="Outdoors", defaults={"code": "out"})
    term, _ = TaxonomyTerm.objects.get_or_create(
        taxonomy=taxonomy,
        name="Walking",
        parent=above,
        defaults={"description": "On foot", "words": "rambling, hiking", "uri": "https://kinds.example.org/walking"},
    )
    ServiceTerm.objects.create(service=service, term=term, label="Easy")
    ServiceTerm.objects.create(service=service, term=above)


def bare(name: str = "Men’s shed", **fields: object) -> Service:
    """A service with nothing but its name, at a place with nothing but a town."""
    service = ServiceFactory(name=name, referral_email="", **fields)
    place = Location.objects.create(city="Lancing")
    ServiceAtLocation.objects.create(service=service, location=place)
    index_services([service.pk])
    return service


def unlisted() -> list[Service]:
    """A draft, a hidden one, a double, one that does not run and one that ended; all with SECRET in their names."""
    now = timezone.now()
    kept = ServiceFactory(name="Kept")
    states = {
        "draft": {"published_at": None},
        "hidden": {"hidden_at": now},
        "double": {"joined_to": kept},
        "stopped": {"status": "inactive"},
        "ended": {"status": "defunct"},
    }
    made = []
    for name, state in states.items():
        service = rich(f"{SECRET} {name}")
        Agency.objects.filter(pk=service.agency_id).update(name=f"{SECRET} {name} group")
        Service.objects.filter(pk=service.pk).update(**state)
        index_services([service.pk])
        made.append(service)
    index_services([kept.pk])
    return made
