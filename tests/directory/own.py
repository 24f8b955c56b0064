"""A group with a listing of its own, for the tests of its pages."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from agencies.models import Author, Membership
from directory.models import Location, Schedule, Service, ServiceAtLocation
from directory.publishing.versions import record_version
from tests.factories import ServiceFactory


def verified(member: Membership) -> Membership:
    """The steward knows their agency."""
    member.agency.verified_at = timezone.now()
    member.agency.save()
    return member


def a_listing(member: Membership, **fields: Any) -> Service:
    """What the member's agency keeps: whole enough to be published, on Tuesdays at half past ten."""
    about = "We walk for an hour, and have tea. Somebody waits for the slowest. It is never far."
    fields = {"name": "Harbour walk", "description": about, "fees": "Free", "phone": "01632 960001"} | fields
    places = fields.pop("places", None)
    service = ServiceFactory(agency=member.agency, **fields)
    hall = Location.objects.create(
        name="St Mary's Hall", city="Worthing", postcode="BN11 2AA", latitude=50.8148, longitude=-0.3713
    )
    at = ServiceAtLocation.objects.create(service=service, location=hall)
    Schedule.objects.create(
        service=service,
        at_location=at,
        freq="WEEKLY",
        byday="TU",
        opens_at=datetime.time(10, 30),
        closes_at=datetime.time(12),
        places=places,
    )
    record_version(service, by=Author.of(member), what="Written")
    return service


def posted(form: Any, **values: Any) -> dict[str, Any]:
    """What a browser would send of the form as it is drawn, with these values typed in."""
    found: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if field.kind == "date":
            found |= {f"{field.html_name}_{part['label'].lower()}": part_value(part) for part in field.date_parts}
        elif field.kind == "checkbox":
            found |= {field.html_name: "on"} if value else {}
        elif value is not None:
            found[field.html_name] = value
    found |= {"key": found.get("key") or uuid.uuid4()}
    return {name: value for name, value in (found | values).items() if value is not None}


def part_value(part: dict[str, Any]) -> str:
    """Of one box of a date."""
    _, mark, rest = part["attrs"].partition(' value="')
    return rest.partition('"')[0] if mark else ""
