"""Builds the agencies, the people who work there and the activities of the demo place."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from agencies.models import Agency, Membership, User
from demo.people import STAFF
from demo.place import GROUPS, OFFERS, PRACTICES, TEAMS, Group, Offer
from directory.exchange.importer import Importer
from directory.geography.postcodes import load_areas_around
from directory.models import TaxonomyTerm
from directory.search.index import refresh_counts

DEMO_SOURCE = "demo"
EMAIL_DOMAIN = "demo.example.org"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, EMAIL_DOMAIN)  # the same ids in each demo place, so that links can be kept

POST_TOWNS = {"BN15": "Lancing", "BN42": "Southwick", "BN43": "Shoreham-by-Sea"}  # the others are Worthing's

# The words of the offers → the codes of the place's needs.
NEED_CODES = {
    "active": "active",
    "alcohol": "alcohol-drugs",
    "bereavement": "bereavement",
    "caring": "caring",
    "family": "family",
    "food": "food",
    "health": "long-term-condition",
    "housing": "housing",
    "loneliness": "loneliness",
    "mental": "mental-wellbeing",
    "money": "money",
    "transport": "transport",
    "work": "work-learning",
}


def stable_id(*words: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "/".join(words))


def parse_need_codes(words: str) -> list[str]:
    """The codes of the place's needs for words such as "loneliness food"."""
    return [NEED_CODES[word] for word in words.split()]


def build_agencies() -> dict[str, Agency]:
    """Teams, practices, the contact centre and the steward, by code. The groups come with their activities."""
    made = {
        code: make_agency(code, name, "connectors", postcode, phone, answer_days=2)
        for code, name, postcode, phone in TEAMS
    }
    for nth, (code, name, postcode, team) in enumerate(PRACTICES):
        phone = f"01632 9603{nth:02}"
        made[code] = make_agency(code, name, "practice", postcode, phone, ods_code=code, refers_to=made[team])
    made["contact"] = make_agency(
        "contact",
        "Adur and Worthing Helpline",
        "contact_centre",
        "BN11 1HD",
        "01632 960100",
        refers_to=made["worthing"],
    )
    made["steward"] = make_agency("steward", "Adur and Worthing Together", "steward", "BN11 1QR", "01632 960104")
    return made


def make_agency(code: str, name: str, kind: str, postcode: str, phone: str, **more: Any) -> Agency:
    return Agency.objects.create(
        id=stable_id("agency", code),
        name=name,
        kind=kind,
        postcode=postcode,
        phone=phone,
        email=f"{code.lower()}@{EMAIL_DOMAIN}",
        **more,
    )


def build_activities() -> dict[str, Agency]:
    """The groups and their weekly activities, through the same door as any imported feed; the groups by code."""
    groups = {group.code: group for group in GROUPS}
    needs = {term.code: term for term in TaxonomyTerm.needs()}
    work = Importer(DEMO_SOURCE)
    for _ in work.import_services(build_open_referral(offer, groups[offer.group], needs) for offer in OFFERS):
        pass
    report = work.finish_report(whole=True)
    if report.problems or report.new != len(OFFERS):
        raise ValueError(f"The demo's activities did not all go in: {report} {report.problems}")
    load_areas_around()
    refresh_counts()
    for group in GROUPS:
        Agency.objects.filter(pk=stable_id("agency", group.code)).update(
            kind=group.kind, phone=group.phone, postcode=group.postcode
        )
    return {group.code: Agency.objects.get(pk=stable_id("agency", group.code)) for group in GROUPS}


def build_open_referral(offer: Offer, group: Group, needs: dict[str, TaxonomyTerm]) -> dict[str, Any]:
    """The offer as one service of an Open Referral UK 3.0 feed."""
    pk = stable_id("service", offer.group, offer.name)
    virtual = not offer.postcode
    place: dict[str, Any] = {
        "id": str(stable_id("location", offer.venue, offer.postcode)),
        "name": offer.venue,
        "location_type": "virtual" if virtual else "physical",
    }
    if not virtual:
        place["addresses"] = [
            {
                "id": str(stable_id("address", offer.venue, offer.postcode)),
                "address_1": offer.venue,
                "city": POST_TOWNS.get(offer.postcode[:4], "Worthing"),
                "state_province": "West Sussex",
                "postal_code": offer.postcode,
                "country": "GB",
                "address_type": "physical",
            }
        ]
        place["accessibility"] = [{"id": str(stable_id("step-free", offer.venue)), "description": "Step-free"}]
    return {
        "id": str(pk),
        "name": offer.name,
        "description": offer.about,
        "status": "active",
        "email": f"{group.code}@{EMAIL_DOMAIN}",
        "assured_date": "2026-10-05",
        "organization": {
            "id": str(stable_id("agency", group.code)),
            "name": group.name,
            "description": group.about,
            "email": f"{group.code}@{EMAIL_DOMAIN}",
            "phones": [{"id": str(stable_id("phone", group.code)), "number": group.phone}],
        },
        "phones": [{"id": str(stable_id("phone", str(pk))), "number": group.phone}],
        "cost_options": [
            {
                "id": str(stable_id("cost", str(pk))),
                "amount": offer.cost,
                "amount_description": "Free" if offer.cost == "0" else f"£{offer.cost} a time",
            }
        ],
        "schedules": [
            {
                "id": str(stable_id("schedule", str(pk))),
                "freq": "WEEKLY",
                "byday": offer.day,
                "opens_at": offer.opens,
                "closes_at": offer.closes,
            }
        ],
        "service_at_locations": [{"id": str(stable_id("at", str(pk))), "location": place}],
        "attributes": [
            {
                "id": str(stable_id("attribute", str(pk), term.code)),
                "link_entity": "service",
                "taxonomy_term": {"id": str(term.pk), "name": term.name, "description": term.name},
            }
            for term in (needs[code] for code in parse_need_codes(offer.needs))
        ],
    }


def build_staff(agencies: dict[str, Agency]) -> dict[str, list[Membership]]:
    """Everybody in STAFF at work, by the code of their agency. They have no password: only the demo's own door."""
    staff: dict[str, list[Membership]] = {}
    leads: set[str] = set()
    began = timezone.now() - datetime.timedelta(days=700)
    for nth, (name, mail, code, role) in enumerate(STAFF):
        user = User.objects.create_user(f"{mail}@{EMAIL_DOMAIN}", name=name)
        first_there = code not in leads
        member = Membership.objects.create(
            user=user,
            agency=agencies[code],
            role=role,
            started_at=began + datetime.timedelta(days=3 * nth),
            manages_team=first_there and role in ("referrer", "provider"),
        )
        leads.add(code)
        staff.setdefault(code, []).append(member)
    return staff
