"""Builds the agencies, the people who work there and the activities of the demo place."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from agencies.actions.data_agreement import save_data_agreement
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
    made = {row["code"]: make_agency(kind="connectors", answer_days=2, **row) for row in TEAMS}
    for nth, row in enumerate(PRACTICES):
        code, name, postcode, team = row.values()
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
    pk = str(stable_id("service", offer.group, offer.name))
    mail = f"{group.code}@{EMAIL_DOMAIN}"
    place = build_row("location", offer.venue, offer.postcode, name=offer.venue, location_type="virtual")
    if offer.postcode:
        address = build_row(
            "address",
            offer.venue,
            offer.postcode,
            address_1=offer.venue,
            city=POST_TOWNS.get(offer.postcode[:4], "Worthing"),
            state_province="West Sussex",
            postal_code=offer.postcode,
            country="GB",
            address_type="physical",
        )
        access = build_row("step-free", offer.venue, description="Step-free")
        place |= {"location_type": "physical", "addresses": [address], "accessibility": [access]}
    price = "Free" if offer.cost == "0" else f"£{offer.cost} a time"
    times = {"freq": "WEEKLY", "byday": offer.day, "opens_at": offer.opens, "closes_at": offer.closes}
    terms = {term.code: term for term in (needs[code] for code in parse_need_codes(offer.needs))}
    return {
        "id": pk,
        "name": offer.name,
        "description": offer.about,
        "status": "active",
        "email": mail,
        "assured_date": "2026-10-05",
        "organization": build_row(
            "agency",
            group.code,
            name=group.name,
            description=group.about,
            email=mail,
            phones=[build_row("phone", group.code, number=group.phone)],
        ),
        "phones": [build_row("phone", pk, number=group.phone)],
        "cost_options": [build_row("cost", pk, amount=offer.cost, amount_description=price)],
        "schedules": [build_row("schedule", pk, **times)],
        "service_at_locations": [build_row("at", pk, location=place)],
        "attributes": [
            build_row(
                "attribute",
                pk,
                code,
                link_entity="service",
                taxonomy_term={"id": str(term.pk), "name": term.name, "description": term.name},
            )
            for code, term in terms.items()
        ],
    }


def build_row(*words: str, **columns: Any) -> dict[str, Any]:
    """A row of the feed, whose id is made of the words."""
    return {"id": str(stable_id(*words))} | columns


def build_staff(agencies: dict[str, Agency]) -> dict[str, list[Membership]]:
    """Everybody in STAFF at work, by the code of their agency. They have no password: only the demo's own door."""
    staff: dict[str, list[Membership]] = {}
    leads: set[str] = set()
    began = timezone.now() - datetime.timedelta(days=700)
    for nth, row in enumerate(STAFF):
        name, mail, code, role = row.values()
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


def write_contracts(staff: dict[str, list[Membership]]) -> None:
    """Those that the privacy page of a place names: between the agencies, and with who hosts it and sends its e-mail."""
    today = timezone.localdate()
    dates = {"signed_on": today - datetime.timedelta(days=200), "review_on": today + datetime.timedelta(days=165)}
    parties = {member.agency for members in staff.values() for member in members}
    contracts = [
        ("sharing", "Adur and Worthing sharing agreement", "So that one team need not ask again.", "", parties),
        ("processor", "Tidewater Hosting", "Runs the computers that this is on.", "UK", ()),
        ("processor", "Gull Mail", "Sends our e-mail.", "UK", ()),
    ]
    for kind, name, purpose, country, signed in contracts:
        said = {"kind": kind, "name": name, "purpose": purpose, "country": country, **dates}
        save_data_agreement(agreement=None, key=stable_id("contract", name), parties=signed, **said)
