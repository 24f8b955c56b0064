"""What older and richer shapes call things, put under the names of Open Referral UK 3.0.

Open Referral UK 1.0 and HSDS 1 and 2 (`regular_schedules`, `eligibilitys`, `service_taxonomys`,
`physical_addresses`), HSDS 3.x (schedules and phones of a location), Outpost (`min_age`, an address inside its
location, `geometry`, flags), Connected Places (`service_locations`) and schema.org. What is 3.0 already comes back as
it is.
Sources: developers.openreferraluk.org (1.0), docs.openreferral.org (HSDS 1.1, 2.0.1, 3.1), the Outpost API's own data.
"""

import re
from typing import Any

from django.utils import timezone

from directory.exchange.field_use import mark_used
from directory.exchange.open_referral.further_fields import say_further_fields, say_other_names
from directory.exchange.open_referral.objects import (
    WORDS_FOR_NO,
    WORDS_FOR_YES,
    Object,
    list_any,
    list_objects,
    list_words,
    rename_fields,
    says_yes,
)
from directory.exchange.open_referral.patterns import SCHEDULE_LISTS, list_holidays, upgrade_hours
from directory.text.cleaning import find_date
from directory.text.encoding import FREE_OF_CHARGE

FIELD_RENAMES = {  # of a service: the standard's name → what others call it, the first that is there
    "name": ("title", "service_name"),
    "url": ("website", "uri", "web_address"),
    "fees": ("fees_description", "fees_text", "cost_description", "price_range"),
    "eligibility_description": ("eligibility_text", "who_is_it_for"),
    "application_process": ("how_to_access", "referral_process", "how_to_start"),
    "last_modified": ("last_updated", "updated_at", "modified", "last_modified_at", "date_modified"),
    "assured_date": ("last_assured",),
    "description": ("long_description", "short_description", "summary", "intro", "info"),
    "organization": ("provider", "provider_name", "service_provider_name"),
    "phones": ("phone_numbers",),
    "minimum_age": ("min_age", "age_from"),
    "maximum_age": ("max_age", "age_to"),
    "service_at_locations": ("service_locations", "services_at_location", "service_at_location"),
    "attributes": ("service_attributes",),
}
STATUS_WORDS = {"published": "active", "approved": "active", "live": "active", "closed": "inactive"} | dict.fromkeys(
    (
        *("draft", "pending", "archived", "deleted", "unpublished", "withdrawn", "suspended", "expired", "rejected"),
        *("do not publish", "not for publication", "do not show", "hidden", "private", "internal"),
    ),
    "inactive",
)
# A field, the words in it that say so (none: whatever stands there), and the status that it means.
STATUS_FLAGS: tuple[tuple[str, set[str], str], ...] = (
    ("temporarily_closed", WORDS_FOR_YES, "temporarily closed"),
    ("visible", WORDS_FOR_NO, "inactive"),
    ("is_visible", WORDS_FOR_NO, "inactive"),
    ("published", WORDS_FOR_NO, "inactive"),
    ("is_published", WORDS_FOR_NO, "inactive"),
    ("approved", WORDS_FOR_NO | {"pending", "rejected"}, "inactive"),
    ("hidden", WORDS_FOR_YES, "inactive"),
    ("archived", WORDS_FOR_YES, "inactive"),
    ("deleted", WORDS_FOR_YES, "inactive"),
    ("discarded_at", set(), "inactive"),
    ("deleted_at", set(), "inactive"),
    ("archived_at", set(), "inactive"),
    ("marked_for_deletion", set(), "inactive"),
)
MIN_PHONE_DIGITS = 9  # of a number with its area code
ENGLISH = {"en", "eng", "english", "en-gb"}
PHONE_KIND = "Phone: what it is for"
PHONE_FIELDS = ("phone", "telephone", "phone_number", "tel", "mobile", "mobile_number")
POINT_OBJECTS = ("geometry", "point", "coordinates", "geo", "position", "location")
OWN_ADDRESS_SIGNS = (
    *("address_1", "address_line_1", "street_address", "postal_code", "postcode", "latitude", "lat", "geo"),
)
ACCESS_FLAGS = {
    "has_wheelchair_access": "Wheelchair access",
    "has_induction_loop": "Hearing loop",
    "has_accessible_toilet": "Accessible toilet",
}
MACHINE_WORDS = re.compile(r"[a-z_]+(\s*,\s*[a-z_]+)*")  # "disabled_parking, ramp"
POINT_RENAMES = {"latitude": ("lat",), "longitude": ("lng", "lon", "long")}
ADDRESS_LINES = (
    "address_1",
    "address_2",
    "address_3",
    "address_4",
    "city",
    "region",
    "state_province",
    "postal_code",
    "country",
)
ADDRESS_LISTS = (
    *((name, "physical") for name in ("physical_addresses", "physical_address", "address")),
    *((name, "postal") for name in ("postal_addresses", "postal_address")),
)
ADDRESS_RENAMES = {
    "address_1": ("address_line_1", "address1", "street_address", "street", "line_1", "address"),
    "address_2": ("address_line_2", "address2", "line_2"),
    "city": ("town", "town_city", "locality", "post_town", "address_locality", "suburb"),
    "state_province": ("county", "address_region"),
    "country": ("address_country",),
    "postal_code": ("postcode", "post_code", "zip"),
}


def upgrade_service(raw: Object) -> Object:
    """One service under the names of 3.0. The object given is not changed."""
    out = rename_fields(raw, FIELD_RENAMES)
    _upgrade_status(out)
    _upgrade_organization(out)
    _upgrade_phones(out)
    _upgrade_contacts(out)
    _upgrade_eligibility(out)
    _upgrade_terms(out)
    say_further_fields(out)
    free = next((out[name] for name in ("free", "is_free", "is_accessible_for_free") if out.get(name)), "")
    if not out.get("cost_options") and (
        says_yes(free) or FREE_OF_CHARGE.fullmatch(str(out.get("fees") or "").strip()[:100])
    ):
        out["cost_options"] = [{"amount": 0}]  # so that it is found by who looks for what is free
    mark_used(free, "Cost")
    upgrade_hours(out)
    _upgrade_places(out)
    for name, other in (("languages", "language"), ("service_areas", "service_area")):
        rows = out.get(name)
        rows = [rows] if isinstance(rows, str) else rows
        if isinstance(rows, list) and all(isinstance(row, str) for row in rows):  # words, not objects
            out[name] = [{"name": word.strip()} for row in rows for word in list_words(row)]
            mark_used(rows, "Language" if name == "languages" else "Area served")
        elif rows := list_objects(rows):
            out[name] = [rename_fields(row, {"name": (other, "description")}) for row in rows]
    return out


def _upgrade_status(out: Object) -> None:
    """The status in the words of the standard; what the source itself does not show does not run here."""
    status = out.get("status")
    if isinstance(status, str):
        tidy = status.strip().lower().replace("_", " ")
        out["status"] = STATUS_WORDS.get(tidy, tidy if "_" in status else status)
        if tidy in STATUS_WORDS or "_" in status:
            mark_used(status, "Activity: status")
    if not is_in_season(out):
        mark_used(out.get("status"), "Activity: status")
        out["status"] = "inactive"
    mark_used([out.get("visible_from"), out.get("visible_to")], "Activity: status")
    for name, words, meant in STATUS_FLAGS:
        if (flag := str(out.get(name) or "").strip().lower()) and (flag in words or (not words and flag != "false")):
            out["status"] = meant
            mark_used(out[name], f"Activity: status, {meant}")
        elif flag in WORDS_FOR_YES | WORDS_FOR_NO:
            mark_used(out[name], "Activity: status")


def is_in_season(raw: Object) -> bool:
    """Whether today lies between the days from which and to which the source shows it (Outpost)."""
    first, last = (find_date(str(raw.get(name) or "")[:10]) for name in ("visible_from", "visible_to"))
    today = timezone.localdate()
    return (first or today) <= today <= (last or today)


def _upgrade_organization(out: Object) -> None:
    organization = out.get("organization") or out.get("organization_name")
    if isinstance(organization, list) and organization and isinstance(organization[0], dict):
        organization = organization[0]
    if isinstance(organization, dict):
        out["organization"] = organization = rename_fields(organization, {"website": ("url", "uri")})
        if not organization.get("id") and isinstance(organization.get("name"), str):
            organization["id"] = organization["name"]  # all that it runs has one organisation
        _upgrade_phones(organization)
        say_other_names(organization)
        for name, scheme in (("charity_number", "GB-CHC"), ("company_number", "GB-COH")):
            if organization.get(name) and not organization.get("organization_identifiers"):
                identifier = {"identifier_scheme": scheme, "identifier": organization[name]}
                organization["organization_identifiers"] = [identifier]
    if isinstance(organization, str) and organization.strip():
        out["organization"] = {"id": out.get("organization_id") or organization, "name": organization}


def _upgrade_phone(row: Any) -> Any:
    """A number with its extension, and for whom it is: "01632 960001 ext. 12", "Office, Polish"."""
    if isinstance(row, str) and row.strip():
        return {"number": row}
    if not isinstance(row, dict):
        return row
    out = rename_fields(row, {"number": ("phone", "phone_number", "telephone"), "type": ("number_type",)})
    number, further = out.get("number"), str(out.get("extension") or "").strip()
    if isinstance(number, (str, int)) and re.fullmatch(r"[0-9 ]{1,10}", further) and f" {further}" not in f"{number}":
        out["number"] = f"{number} ext. {further}"
        mark_used([number, out["extension"]], "Phone")
    spoken = [*list_words(out.get("languages")), *list_words(out.get("language"))]
    kinds = [out.get("description"), out.get("department"), *(word for word in spoken if word.lower() not in ENGLISH)]
    said = [kind for kind in kinds if isinstance(kind, str) and kind.strip()]
    if said[1:] or (said and not out.get("description")):
        out["description"] = ", ".join(said)
    mark_used([row.get("description"), out.get("department"), out.get("languages"), out.get("language")], PHONE_KIND)
    return out


def _upgrade_phones(out: Object) -> None:
    """A number beside the name, and numbers that are bare text, as a list of phones."""
    if isinstance(out.get("phones"), list):
        out["phones"] = [_upgrade_phone(row) for row in filter(_may_be_told, out["phones"])]
    if area := out.get("phone_areacode") or out.get("area_code"):
        _join_area_code(out, area)
    if not out.get("phones"):
        found = [out[name] for name in PHONE_FIELDS if isinstance(out.get(name), (str, int)) and out[name]]
        out |= {"phones": [{"number": number} for number in found]} if found else {}


def _join_area_code(out: Object, area: Any) -> None:
    """A number in two fields, or three; one that is too short to be rung is none."""
    name = next((name for name in PHONE_FIELDS if isinstance(out.get(name), (str, int)) and out[name]), "")
    if not name:
        return
    number = f"{area} {out[name]}"
    if sum(sign.isdigit() for sign in number) < MIN_PHONE_DIGITS:
        del out[name]
    elif not out.get("phones"):
        out["phones"] = [_upgrade_phone({"number": number, "extension": out.get("phone_extension")})]
        mark_used([out[name], area, out.get("phone_extension")], "Phone")


def _upgrade_contacts(out: Object) -> None:
    """Contacts with their numbers; one that stands in fields of the service itself (`contact_name`)."""
    one = {name: out[f"contact_{name}"] for name in ("name", "title", "email", "phone") if out.get(f"contact_{name}")}
    if one and not out.get("contacts"):
        out["contacts"] = [one]
    if isinstance(out.get("contacts"), list):
        shown = filter(_may_be_told, out["contacts"])
        out["contacts"] = [_upgrade_contact(row) if isinstance(row, dict) else row for row in shown]


def _may_be_told(row: Any) -> bool:
    """Whether the source shows this number, or somebody to ask: Outpost's `visible`, others' `private`."""
    flags = {name: str(said).lower() for name, said in row.items()} if isinstance(row, dict) else {}
    kept = any(flags.get(name) in WORDS_FOR_NO for name in ("visible", "is_visible", "public", "is_public"))
    kept |= any(flags.get(name) in WORDS_FOR_YES for name in ("private", "is_private", "hidden"))
    if kept:
        mark_used(row, "Left out: the source does not show it")
    return not kept


def _upgrade_contact(row: Object) -> Object:
    out = dict(row)
    if isinstance(out.get("department"), str) and out["department"]:
        out["title"] = ", ".join(
            dict.fromkeys(part for part in (out.get("title"), out["department"]) if isinstance(part, str) and part)
        )
        mark_used([row.get("title"), row["department"]], "Contact: title")
    _upgrade_phones(out)
    return out


# --- Who it is for, and what it is about ------------------------------------------------------------------


def _upgrade_eligibility(out: Object) -> None:
    """1.0 keeps ages and words in rows of their own; the widest ages hold."""
    rows = [row for name in ("eligibilitys", "eligibilities", "eligibility") for row in list_objects(out.get(name))]
    for name, widest in (("minimum_age", min), ("maximum_age", max)):
        said = [row[name] for row in rows if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", str(row.get(name)))]
        if out.get(name) in (None, "") and said and len(said) == len(rows):
            out[name] = widest(said, key=float)
            mark_used(said, "Ages")
    words = [row["eligibility"] for row in rows if isinstance(row.get("eligibility"), str)]
    words += [out[name] for name in ("audience", "eligibility") if isinstance(out.get(name), str)]
    if not out.get("eligibility_description") and any(words):
        out["eligibility_description"] = "\n".join(dict.fromkeys(word.strip() for word in words if word.strip()))
        mark_used(words, "Who it is for")


def _upgrade_terms(out: Object) -> None:
    links = list(list_objects(out.get("attributes")))
    names = ("service_taxonomys", "service_taxonomies", "link_taxonomies", "service_taxonomy")
    older = [link for name in names for link in list_objects(out.get(name))]
    for link in older:
        taxonomy = link.get("taxonomy")
        if isinstance(taxonomy, dict):
            about = {"taxonomy": taxonomy.get("vocabulary") or "Other"}
            parent = taxonomy.get("parent_id") or taxonomy.get("parent")
            about |= {"parent_id": parent} if isinstance(parent, str) and parent else {}
            links.append({"id": link.get("id"), "taxonomy_term": {**taxonomy, **about}})
        elif isinstance(link.get("taxonomy_term"), dict):
            links.append(link)
    bare = [
        item for name in ("taxonomies", "category_taxonomies", "categories", "tags") for item in list_any(out.get(name))
    ]
    for item in bare:
        term = item if isinstance(item, dict) else {"name": item}
        if isinstance(term.get("name"), str) and term["name"].strip():
            known = term.get("taxonomy") or term.get("taxonomy_detail")
            about = {} if known else {"taxonomy": term.get("vocabulary") or "Category"}
            links.append({"taxonomy_term": {"id": f"category {term['name'].lower()}"} | term | about})
    if older or bare:
        out["attributes"] = links


# --- Where --------------------------------------------------------------------------------------------------


def _upgrade_places(out: Object) -> None:
    rows = out.get("service_at_locations")
    if not rows:
        found, own = list_objects(out.get("locations") or out.get("location")), find_own_place(out)
        found = [own[0] | found[0]] if own and len(found) == 1 else found or own
        rows = [{"location": location} for location in found] or rows
    if not isinstance(rows, list):
        return
    holidays = list_holidays(out)
    out["service_at_locations"] = [
        _upgrade_at_location(row, holidays) if isinstance(row, dict) else row for row in rows if _is_shown(row)
    ]
    at = [row for row in out["service_at_locations"] if isinstance(row, dict)]
    located = [row["location"] for row in at if isinstance(row.get("location"), dict)]
    for name in ("phones", "contacts"):  # whom to ask at a place is whom to ask
        found = [one for place in (*at, *located) for one in list_any(place.get(name))]
        if found and isinstance(out.get(name) or [], list):
            out[name] = [*(out.get(name) or []), *found]
    for name in ("url", "email"):
        if not out.get(name) and len(located) == 1:
            out[name] = rename_fields(located[0], {"url": ("website",)}).get(name)
    if not out.get("languages"):
        spoken = [place["languages"] for place in (*at, *located) if place.get("languages")]
        out["languages"] = [one for said in spoken for one in ([said] if isinstance(said, str) else list_any(said))]


def find_own_place(out: Object) -> list[Object]:
    """The address that a service holds itself, as a place."""
    if not any(out.get(name) for name in (*(name for name, _ in ADDRESS_LISTS), *OWN_ADDRESS_SIGNS)):
        return []
    named = {*(name for name, _ in ADDRESS_LISTS), *ADDRESS_LINES, *POINT_RENAMES, *POINT_OBJECTS}
    named |= {other for others in (ADDRESS_RENAMES | POINT_RENAMES).values() for other in others}
    place = {name: value for name, value in out.items() if name in named}
    venue = rename_fields(out, {"venue": ("venue_name", "location_name", "location")}).get("venue")
    return [place | ({"name": venue} if isinstance(venue, str) else {})]


def _is_shown(row: Any) -> bool:
    """Whether the source lets this place be shown (Outpost's `visible`)."""
    place = row.get("location") if isinstance(row, dict) else None
    shown = str(place.get("visible", "")).strip().lower() not in WORDS_FOR_NO if isinstance(place, dict) else True
    if not shown:
        mark_used(place, "Left out: the source does not show it")
    return shown


def _upgrade_at_location(row: Object, holidays: list[Object]) -> Object:
    out = row | {"holiday_schedules": [*list_holidays(row), *holidays]}
    _upgrade_phones(out)
    _upgrade_contacts(out)
    out["description"] = out.get("description") or out.get("name")
    if isinstance(out.get("location"), dict):
        out["location"] = location = _upgrade_location(out["location"])
        if not any(out.get(name) for name in ("schedules", *SCHEDULE_LISTS)):
            out |= {name: location[name] for name in ("schedules", *SCHEDULE_LISTS) if location.get(name)}
    upgrade_hours(out)
    return out


def _upgrade_location(raw: Object) -> Object:
    names = ("accessibility_for_disabilities", "accessibilities", "accessibility_info")
    out = rename_fields(raw, {"accessibility": names, "transportation": ("transport",), "name": ("venue_name",)})
    _upgrade_phones(out)
    _upgrade_contacts(out)
    _upgrade_addresses(out)
    _upgrade_point(out)
    if says_yes(out.get("mask_exact_address")):
        _mask_address(out)
    _upgrade_accessibility(out)
    return out


def _upgrade_accessibility(out: Object) -> None:
    """Objects, words, and fields of their own that say yes."""
    rows = [
        rename_fields(row, {"description": ("accessibility", "name")}) for row in list_objects(out.get("accessibility"))
    ]
    if not rows and (words := list_words(out.get("accessibility"))):
        whole = isinstance(out["accessibility"], str) and not MACHINE_WORDS.fullmatch(out["accessibility"])
        words = [out["accessibility"]] if whole else [word.strip().replace("_", " ").capitalize() for word in words]
        rows = [{"description": word} for word in words]
        mark_used(out["accessibility"], "Access at the place: description")
    for name, meant in ACCESS_FLAGS.items():
        rows += [{"description": meant}] if says_yes(out.get(name)) else []
        mark_used(out.get(name), "Access at the place: description")
    if rows:
        out["accessibility"] = rows


def _upgrade_addresses(out: Object) -> None:
    """A list, one object, or lines that stand in the place itself; "***" stands for what is not shown."""
    rows = list_objects(out.get("addresses"))
    if not rows:
        rows = [{"address_type": kind} | row for name, kind in ADDRESS_LISTS for row in list_objects(out.get(name))]
    if not rows:
        own = rename_fields(out, ADDRESS_RENAMES)
        lines = {name: own[name] for name in ADDRESS_LINES if isinstance(own.get(name), (str, int)) and own[name]}
        rows = [lines | {"address_type": "physical"}] if lines.keys() - {"country"} else []
    if rows:
        out["addresses"] = [_upgrade_address(row) for row in rows]


def _upgrade_address(row: Object) -> Object:
    out = rename_fields(row, ADDRESS_RENAMES)
    names = ("address_3", "address_4", *(("suburb",) if out.get("city") != out.get("suburb") else ()))
    further = [out[name] for name in names if isinstance(out.get(name), str) and out[name]]
    if further:
        mark_used([out.get("address_2"), further], "Place: address")
        out["address_2"] = "\n".join(filter(None, [out.get("address_2"), *further]))
    return {name: value for name, value in out.items() if value != "***"}


def _upgrade_point(out: Object) -> None:
    """A point as GeoJSON has it (RFC 7946: longitude first), or as one object of latitude and longitude."""
    for name in POINT_OBJECTS:
        found = out.get(name)
        pair = found.get("coordinates") if isinstance(found, dict) else found if name == "coordinates" else None
        if isinstance(pair, list) and len(pair) >= 2 and out.get("latitude") in (None, ""):
            out["longitude"], out["latitude"] = pair[:2]
            mark_used(found.get("type"), "Place") if isinstance(found, dict) else None
        elif isinstance(found, dict) and out.get("latitude") in (None, ""):
            said = rename_fields(found, POINT_RENAMES)
            out |= {key: said[key] for key in POINT_RENAMES if said.get(key) not in (None, "")}
    for key, value in rename_fields(out, POINT_RENAMES).items():
        out[key] = value


def _mask_address(out: Object) -> None:
    """The source hides the exact address: of a refuge, of somebody's home. The town is left, and nothing nearer."""
    out["latitude"] = out["longitude"] = None
    out["masked"] = "true"
    mark_used(out["mask_exact_address"], "The exact address is left out")
    for row in list_objects(out.get("addresses")):
        for name in ("address_1", "address_2", "postal_code"):
            row.pop(name, None)
