"""What a resident needs of the feeds of other makers: each is read, and says where every value went."""

import csv
import datetime
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from directory.exchange.field_use import FieldTally, find_sent_values, trace_service
from directory.exchange.files import read_file
from directory.exchange.open_referral import ParsedService, from_oruk
from directory.exchange.open_referral.spreadsheet import unnest_services
from directory.models import Accessibility, Contact, CostOption, Language, Schedule, ServiceArea

CONNECTED_PLACES = {
    "id": "5c1d5a2f-0f0d-4a7f-8f45-0a5b6f0f1a01",
    "name": "Debt advice",
    "status": "active",
    "description": "Help with **debt**.",
    "wait_time": "two_weeks",
    "fees_text": "£5 a visit",
    "contact_name": "Bea Example",
    "contact_phone": "01632 960123",
    "contact_email": "bea@example.org",
    "useful_infos": [{"title": "Before you come", "description": "Find your letters", "order": 1}],
    "offerings": [{"offering": "One to one help", "order": 1}],
    "social_medias": [{"type": "facebook", "url": "https://facebook.example.org/debt"}],
    "category_taxonomies": [{"id": "t1", "parent_id": None, "name": "Money"}],
    "eligibility_types": {"custom": {"age_group": "Over 18s", "income": "On benefits", "other": None}},
    "organisation": {"id": "9", "name": "Advice Ltd", "phone": "01632 960124"},
    "service_locations": [
        {
            "id": "sl1",
            "name": "Room 2",
            "regular_opening_hours": [
                {"frequency": "weekly", "weekday": 2, "opens_at": "09:00:00", "closes_at": "12:00:00"},
                {"frequency": "monthly", "day_of_month": 5, "opens_at": "13:00:00", "closes_at": "14:00:00"},
                {
                    "frequency": "nth_occurrence_of_month",
                    "weekday": 4,
                    "occurrence_of_month": 2,
                    "opens_at": "15:00:00",
                },
                {"frequency": "fortnightly", "starts_at": "2026-11-03", "opens_at": "17:00:00"},
            ],
            "holiday_opening_hours": [{"is_closed": True, "starts_at": "2026-12-24", "ends_at": "2026-12-26"}],
            "location": {
                "id": "l1",
                "address_line_1": "3 Chapel Road",
                "city": "Worthing",
                "county": "West Sussex",
                "postcode": "BN11 1BJ",
                "lat": 50.813,
                "lon": -0.372,
                "accessibility_info": "Ramp at the side",
                "has_induction_loop": True,
                "has_accessible_toilet": False,
            },
        }
    ],
}
HSDS_3 = {
    "id": "9f2a6ad0-0000-4000-8000-000000000001",
    "name": "Walking football",
    "alternate_name": "Slow football",
    "description": "Football, slowly.",
    "url": "https://example.org/wf",
    "additional_urls": [{"id": "u1", "label": "Book here", "url": "https://book.example.org/wf"}],
    "status": "active",
    "interpretation_services": "BSL on request",
    "application_process": "Just come",
    "fees": "£3",
    "fees_description": "First time free",
    "licenses": "Ofsted",
    "phones": [{"id": "p1", "number": "01632 960300", "extension": "12"}],
    "required_documents": [{"id": "rd", "document": "Passport"}],
    "service_areas": [{"id": "a1", "description": "Adur and Worthing", "extent_type": "text"}],
    "cost_options": [{"id": "c", "option": "Adults", "amount": 3, "cost_type": "a session"}],
    "organization": {"id": "o9", "name": "Footie CIC"},
    "service_at_locations": [
        {
            "id": "sal",
            "contacts": [{"id": "c2", "name": "Dee Example", "department": "Coaching"}],
            "location": {
                "id": "l9",
                "name": "Rec Ground",
                "url": "https://rec.example.org",
                "languages": "Polish, Urdu",
                "accessibility": "disabled_parking, ramp",
                "addresses": [{"id": "ad", "address_1": "Rec Road", "suburb": "Broadwater", "city": "Worthing"}],
                "contacts": [{"id": "c3", "name": "Eve Example", "phones": [{"number": "01632 960302"}]}],
            },
        }
    ],
}
SCHEMA_ORG = {
    "@context": "https://schema.org",
    "@type": "SportsClub",
    "@id": "https://example.org/#club",
    "name": "Bowls club",
    "telephone": "01632 960500",
    "address": {"streetAddress": "Beach House Park", "addressLocality": "Worthing", "postalCode": "BN11 3DJ"},
    "geo": {"latitude": 50.815, "longitude": -0.36},
    "openingHoursSpecification": [
        {"dayOfWeek": ["Monday", "http://schema.org/Wednesday"], "opens": "14:00", "closes": "16:00"}
    ],
    "sameAs": ["https://facebook.example.org/bowls"],
    "isAccessibleForFree": True,
}


def read(raw: dict[str, Any]) -> tuple[ParsedService, set[str]]:
    """One service, and the fields of which nothing was used."""
    (one,) = unnest_services(iter([raw]), None)
    traced = trace_service(one)
    parsed, tally = from_oruk(traced, "feed"), FieldTally()
    tally.add(find_sent_values(traced))
    return parsed, {row.field for row in tally.rows() if not row.used and not row.field.endswith("id")}


def rows(parsed: ParsedService, model: Any, *columns: str) -> list[Any]:
    found = [row for row in parsed.rows if isinstance(row, model)]
    return [
        tuple(getattr(row, column) for column in columns) if columns[1:] else getattr(row, columns[0]) for row in found
    ]


def test_connected_places() -> None:
    parsed, unused = read(CONNECTED_PLACES)
    service, (place,) = parsed.service, parsed.locations
    assert service.description == (
        "Help with debt.\n\nFacebook: https://facebook.example.org/debt\n\n"
        "Before you come: Find your letters\n\nThey offer: One to one help"
    )
    assert (service.application, service.eligibility) == ("Waiting time: two weeks", "Over 18s\nOn benefits")
    assert (service.fees, [term.name for term in parsed.terms]) == ("£5 a visit", ["Money"])
    assert (place.address, place.city, place.county, place.postcode) == (
        "3 Chapel Road",
        "Worthing",
        "West Sussex",
        "BN11 1BJ",
    )
    assert (place.latitude, place.longitude) == (50.813, -0.372)
    assert rows(parsed, Accessibility, "description") == ["Ramp at the side", "Hearing loop"]
    assert rows(parsed, Contact, "name", "email", "phone") == [("Bea Example", "bea@example.org", "01632 960123")]
    assert rows(parsed, Schedule, "freq", "interval", "byday", "bymonthday") == [
        ("WEEKLY", 1, "TU", ""),
        ("MONTHLY", 1, "", "5"),
        ("MONTHLY", 1, "2TH", ""),
        ("WEEKLY", 2, "TU", ""),
    ]
    assert [[day.day for day in skips] for skips in rows(parsed, Schedule, "skips")] == [[24, 25, 26]] * 4
    assert unused == {"useful_infos.order", "offerings.order"}


def test_what_the_profile_leaves_out_of_hsds_is_said() -> None:
    parsed, unused = read(HSDS_3)
    service, (place,) = parsed.service, parsed.locations
    assert service.description == (
        "Football, slowly.\n\nAlso known as Slow football\n\nBook here: https://book.example.org/wf\n\n"
        "Interpreters: BSL on request"
    )
    assert (service.application, service.fees) == ("Just come\n\nBring: Passport", "£3. First time free")
    assert (service.phone, service.accreditations) == ("01632 960300 ext. 12", "Ofsted")
    assert (place.address, place.city) == ("Rec Road\nBroadwater", "Worthing")
    assert rows(parsed, Contact, "name", "title", "phone") == [
        ("Dee Example", "Coaching", ""),
        ("Eve Example", "", "01632 960302"),
    ]
    assert rows(parsed, Language, "name") == ["Polish", "Urdu"]
    assert rows(parsed, Accessibility, "description") == ["Disabled parking", "Ramp"]
    assert rows(parsed, ServiceArea, "name") == ["Adur and Worthing"]
    assert rows(parsed, CostOption, "amount_description") == ["a session"]
    assert unused == {"service_at_locations.location.url"}, "the service has its own"


def test_a_page_of_schema_org() -> None:
    parsed, unused = read(SCHEMA_ORG)
    (place,) = parsed.locations
    assert (place.address, place.city, place.postcode, place.latitude) == (
        "Beach House Park",
        "Worthing",
        "BN11 3DJ",
        50.815,
    )
    assert rows(parsed, Schedule, "freq", "byday", "opens_at") == [("WEEKLY", "MO,WE", datetime.time(14))]
    assert rows(parsed, CostOption, "amount") == [0]
    assert "https://facebook.example.org/bowls" in parsed.service.description
    assert unused == {"@context", "@type"}


WRAPPED = {
    "Strapi": {
        "id": 4,
        "attributes": {
            "name": "Talk",
            "organisation": {"data": {"id": 9, "attributes": {"name": "Shed CIC"}}},
            "address": {"street": "2 Hall Road", "town": "Worthing", "postcode": "BN11 2AA"},
            "open_times": [{"day": 1, "start": "10:00", "end": "12:00"}],
        },
    },
    "Street Support": {
        "id": "4",
        "title": "Talk",
        "ServiceProviderName": "Shed CIC",
        "openTimes": [{"day": 1, "start": 1000, "end": 1200}],
        "location": {"type": "Point", "coordinates": [-0.37, 50.81]},
        "Address": {"Street": "2 Hall Road", "City": "Worthing", "Postcode": "BN11 2AA"},
    },
    "GraphQL": {
        "node": {
            "id": "4",
            "name": "Talk",
            "organization": {"id": "9", "name": "Shed CIC"},
            "address_1": "2 Hall Road",
            "city": "Worthing",
            "postal_code": "BN11 2AA",
            "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}],
        }
    },
}


@pytest.mark.parametrize("maker", WRAPPED)
def test_what_is_wrapped_is_taken_out(maker: str) -> None:
    parsed, _ = read(WRAPPED[maker])
    (place,) = parsed.locations
    assert (parsed.service.name, parsed.agency.name) == ("Talk", "Shed CIC")
    assert (place.address, place.city, place.postcode) == ("2 Hall Road", "Worthing", "BN11 2AA")
    assert rows(parsed, Schedule, "byday", "opens_at") == [("MO", datetime.time(10))]


def test_places_without_ids_are_not_one_place() -> None:
    """Each stood at the address of the first that came."""
    found = [
        read({"id": name, "name": name, "address": {"street": f"{name} Road", "town": "Worthing"}, "fees": "£1"})[0]
        for name in ("Ash", "Elm")
    ]
    assert len({one.locations[0].pk for one in found}) == 2
    again, _ = read({"id": "Oak", "name": "Oak", "address": {"street": "Elm Road", "town": "Worthing"}, "fees": "£1"})
    assert again.locations[0].pk == found[1].locations[0].pk


def test_what_stands_at_the_only_place_of_its_organisation() -> None:
    owner = {"name": "Shed", "address": "1 High Street", "city": "Worthing", "services": [{"name": "Talk"}]}
    parsed, _ = read(owner)
    assert (parsed.service.name, parsed.agency.name) == ("Talk", "Shed")
    assert (parsed.locations[0].address, parsed.locations[0].city) == ("1 High Street", "Worthing")


@pytest.mark.parametrize(
    ("pattern", "freq", "byday", "valid_to", "said"),
    [
        ({"freq": "WEEKLY", "byday": "TH", "dtstart": "2026-11-05", "count": 4}, "WEEKLY", "TH", (2026, 11, 26), ""),
        (
            {"freq": "WEEKLY", "byday": "TH", "dtstart": "2026-11-05", "until": "2026-12-17"},
            "WEEKLY",
            "TH",
            (2026, 12, 17),
            "",
        ),
        ({"freq": "MONTHLY", "byday": "SU", "bysetpos": "2"}, "MONTHLY", "2SU", None, ""),
        ({"freq": "MONTHLY", "byday": "FR", "bysetpos": -1}, "MONTHLY", "-1FR", None, ""),
        ({"freq": "MONTHLY", "byday": "MO,TU", "bysetpos": "1"}, "", "", None, "Only on some dates (Monday, Tuesday)"),
        ({"freq": "YEARLY", "byday": "MO", "bymonth": "12"}, "", "", None, "Only on some dates (Monday)"),
        ({"freq": "WEEKLY", "byday": "WE", "byweekno": "41,42"}, "", "", None, "Only on some dates (Wednesday)"),
        (
            {"freq": "WEEKLY", "byday": "TH", "dtstart": "2026-11-05", "count": 4, "interval": 0},
            "WEEKLY",
            "TH",
            None,
            "",
        ),
    ],
)
def test_a_pattern_gives_no_date_that_the_source_does_not_give(
    pattern: dict[str, Any], freq: str, byday: str, valid_to: tuple[int, int, int] | None, said: str
) -> None:
    raw = {"id": "1", "name": "Club", "schedules": [pattern | {"opens_at": "10:00", "closes_at": "12:00"}]}
    parsed, _ = read(raw)
    (row,) = [row for row in parsed.rows if isinstance(row, Schedule)]
    assert (row.freq, row.byday) == (freq, byday)
    assert row.valid_to == (datetime.date(*valid_to) if valid_to else None)
    assert row.description == (f"{said}, 10am to midday: ask which" if said else "")


def test_outpost_says_until_when_it_is_shown_and_for_which_ages() -> None:
    today = timezone.localdate()
    bands = {"age_band_under_2": True, "age_band_2": True, "age_band_3_4": True, "age_band_5_7": False}
    shown = {"id": 1, "name": "Play", "needs_referral": True, "visible_to": f"{today + timedelta(1)}T00:00:00Z"} | bands
    parsed, unused = read(shown)
    assert (parsed.service.status, parsed.service.minimum_age, parsed.service.maximum_age) == ("active", 0, 4)
    assert (parsed.service.application, unused) == ("You need to be referred", set())
    for over in ({"visible_to": f"{today - timedelta(1)}"}, {"visible_from": f"{today + timedelta(1)}"}):
        assert read(shown | over)[0].service.status == "inactive"


@pytest.mark.parametrize(
    ("flag", "shown"),
    [
        ({"visible": False}, False),
        ({"private": "true"}, False),
        ({"is_public": 0}, False),
        ({"visible": True}, True),
        ({}, True),
    ],
)
def test_somebody_whom_the_source_does_not_show_is_not_told(flag: dict[str, Any], shown: bool) -> None:
    kay = {"name": "Kay Example", "phone": "01632 960102", "email": "kay@example.org"} | flag
    for raw in ({"contacts": [kay]}, {"locations": [{"name": "Hall", "contacts": [kay]}]}):
        parsed, _ = read({"id": "1", "name": "Club", "description": "x", "fees": "£1"} | raw)
        assert bool(rows(parsed, Contact, "name")) == shown
        assert shown or not parsed.service.phone


TABLES = {  # as Ohana, a 211 and Airtable write them: organisations by the place, several ids in a cell, own names
    "organizations": "organization_uuid,organization_name\no1,Shed CIC\n",
    "locations": "id,organization_id,name,languages,accessibility\nl1,o1,Shed,Polish,ramp\nl2,o1,Barn,,\n",
    "services": "service_uuid,service_name,location_id,taxonomy_ids,audience\ns1,Talk,l1,t1,Men\ns2,Walk,l2,t2,\n",
    "contacts": "id,location_id,name,department,phone_areacode,phone_number\nc1,l1,Ann Example,Kitchen,01632,960103\n"
    "c2,l2,Bo Example,,305,4841\n",
    "phones": 'id,service_id,number,extension\np1,"s1,s2",01632 960101,7\np2,s9,01632 960109,\n',
    "languages": "id,phone_id,language\nx,p1,Welsh\n",
    "taxonomy": "taxonomy_id,term\nt1,Company\n",
    "service_attributes": "id,service_id,taxonomy_term_id\na1,s2,t1\n",
    "regular_schedules": "id,service_id,weekday,opens_at\n1,s1,Monday - Wednesday,10:00\n2,s1,Sunday,\n",
    "schedules": "id,service_id,dtstart,until,byday\n3,s2,9:30AM,11:30AM,Friday\n",
}


def test_tables_of_other_makers(tmp_path: Path) -> None:
    for name, content in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(content)
    found = list(read_file(tmp_path))
    talk, walk = (from_oruk(row, "211") for row in found)
    assert (talk.service.name, talk.agency.name, walk.agency.name) == ("Talk", "Shed CIC", "Shed CIC")
    assert [(one.locations[0].name, one.service.phone) for one in (talk, walk)] == [
        ("Shed", "01632 960101 ext. 7"),
        ("Barn", "01632 960101 ext. 7"),
    ]
    assert rows(talk, Contact, "name", "title", "phone") == [("Ann Example", "Kitchen", "01632 960103")]
    assert rows(walk, Contact, "phone") == [""], "the last four figures are no number"
    assert (rows(talk, Language, "name"), rows(talk, Accessibility, "description")) == (["Polish"], ["Ramp"])
    assert [term.name for one in (talk, walk) for term in one.terms] == ["Company", "Company"]
    assert (talk.service.eligibility, rows(talk, Schedule, "byday", "opens_at")) == (
        "Men",
        [("MO,TU,WE", datetime.time(10))],
    )
    assert rows(walk, Schedule, "byday", "opens_at", "closes_at") == [
        ("FR", datetime.time(9, 30), datetime.time(11, 30))
    ]
    assert found[0].tables is not None
    assert found[0].tables.said == [("phones.service_id", "this is not in these tables (1 times)")]


def test_tables_as_lists_of_one_file(tmp_path: Path) -> None:
    """The examples of the standard's own repository: each list under the name of its file."""
    lists = {"organizations.csv": [{"id": "o1", "name": "Shed CIC"}], "services.csv": [{"id": "s", "name": "Talk"}]}
    lists["services.csv"][0]["organization_id"] = "o1"
    (tmp_path / "tabular.json").write_text(json.dumps(lists))
    (row,) = read_file(tmp_path / "tabular.json")
    assert row["organization"]["name"] == "Shed CIC"


AGENCY = {"ResourceAgencyNum": "1", "PublicName": "Shed CIC", "TaxonomyLevelName": "Agency", "ParentAgencyNum": "0"}
SITE = {"TaxonomyLevelName": "Site", "ParentAgencyNum": "1", "AgencyStatus": "Active", "PhysicalCity": "Worthing"}
ICAROL = [
    AGENCY | {"AgencyDescription": "We mend.", "Phone1Number": "01632 960101", "Tax": "Repairs"},
    SITE
    | {"ResourceAgencyNum": "2", "PublicName": "Shed West", "AlternateName": "The Hut;", "InternalNotes": "Ring twice"}
    | {"PhysicalAddress1": "2 West Road", "HoursOfOperation": "Monday-Friday, 9am-5pm", "MainContactIsPrivate": "No"}
    | {"DisabilitiesAccess": "Ramp; Lift;", "MainContactName": "Ann Example"},
    SITE
    | {"ResourceAgencyNum": "3", "PublicName": "Refuge", "PhysicalAddressIsPrivate": "Yes", "Latitude": "50.83"}
    | {"PhysicalAddress1": "3 Secret Road", "PhysicalPostalCode": "BN11 3AA", "Longitude": "-0.39"}
    | {"Phone1Number": "01632 960103", "Phone1IsPrivate": "TRUE", "Phone2Number": "01632 960104"}
    | {"MainContactName": "Bo Example", "MainContactIsPrivate": "Yes"},
    SITE | {"ResourceAgencyNum": "4", "PublicName": "Shut", "AgencyStatus": "Inactive"},
    SITE | {"ResourceAgencyNum": "5", "PublicName": "Staff only", "ExcludeFromWebsite": "Yes"},
]


def test_the_table_of_a_211(tmp_path: Path) -> None:
    """An agency is the organisation of its sites; what says that it is private or inactive is not shown."""
    with (tmp_path / "export.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in ICAROL for name in row)))
        writer.writeheader()
        writer.writerows(ICAROL)
    west, refuge, *hidden = (from_oruk(row, "211") for row in read_file(tmp_path / "export.csv"))
    assert (west.service.name, west.agency.name, west.agency.pk == refuge.agency.pk) == ("Shed West", "Shed CIC", True)
    assert west.service.description == "We mend.\n\nAlso known as The Hut"
    assert (west.service.phone, west.locations[0].address) == ("01632 960101", "2 West Road")
    assert rows(west, Schedule, "byday", "opens_at") == [("MO,TU,WE,TH,FR", datetime.time(9))]
    assert (rows(west, Accessibility, "description"), rows(west, Contact, "name")) == (
        ["Ramp", "Lift"],
        ["Ann Example"],
    )
    assert [term.name for term in west.terms] == ["Repairs"]
    (place,) = refuge.locations
    assert (place.address, place.postcode, place.latitude, place.city) == ("", "", None, "Worthing")
    assert (refuge.service.phone, rows(refuge, Contact, "name")) == ("01632 960104", [])
    assert [one.service.status for one in hidden] == ["inactive", "inactive"]
