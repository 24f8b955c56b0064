"""What older and richer shapes call things, put under the names of Open Referral UK 3.0.

Open Referral UK 1.0 and HSDS 2 (`regular_schedules`, `eligibilitys`, `service_taxonomys`, `physical_addresses`) and
HSDS 3.x (`fees_description`, schedules and phones of a location). What is 3.0 already comes back as it is.
Sources: developers.openreferraluk.org (1.0), docs.openreferral.org (HSDS 2.0.1, 3.1).
"""

import re
from typing import Any

from directory.models.session import DAY_NAMES
from directory.text.cleaning import clean_hours
from directory.text.encoding import FREE_OF_CHARGE
from directory.text.opening_hours import explain_unread_hours, parse_opening_hours

Object = dict[str, Any]

FIELD_RENAMES = {  # of a service: the standard's name → what others call it, the first that is there
    "fees": ("fees_description", "fees_text"),
    "eligibility_description": ("eligibility_text",),
    "application_process": ("how_to_access", "referral_process"),
    "last_modified": ("last_updated", "updated_at", "modified"),
    "assured_date": ("last_assured",),
    "description": ("short_description", "summary"),
    "organization": ("organisation",),
    "organization_id": ("organisation_id",),
    "phones": ("phone_numbers",),
}
SCHEDULE_TIME_FIELDS = ("byday", "bymonthday", "freq", "opens_at", "closes_at", "dtstart", "weekday")


def upgrade_service(raw: Object) -> Object:
    """One service under the names of 3.0. The object given is not changed."""
    out = _rename_fields(raw, FIELD_RENAMES)
    if isinstance(out.get("status"), str):
        out["status"] = out["status"].replace("_", " ")
    _upgrade_organization(out)
    _upgrade_eligibility(out)
    _upgrade_terms(out)
    if languages := _list_objects(out.get("languages")):
        out["languages"] = [_rename_fields(item, {"name": ("language",)}) for item in languages]
    if areas := _list_objects(out.get("service_areas")):
        out["service_areas"] = [_rename_fields(item, {"name": ("service_area",)}) for item in areas]
    if not out.get("cost_options") and FREE_OF_CHARGE.fullmatch(str(out.get("fees") or "").strip()[:100]):
        out["cost_options"] = [{"amount": 0}]  # so that it is found by who looks for what is free
    _upgrade_hours(out)
    _upgrade_places(out)
    return out


def _rename_fields(raw: Object, names: dict[str, tuple[str, ...]]) -> Object:
    """A copy in which each of `names` that is missing takes the value of the first other name that is there."""
    out = dict(raw)
    for name, others in names.items():
        if out.get(name) in (None, "", []):
            for other in others:
                if out.get(other) not in (None, "", []):
                    out[name] = out[other]
                    break
    return out


def _list_objects(value: Any) -> list[Object]:
    """The objects of a list; an object by itself is a list of one. Anything else is left to whoever reads it."""
    if isinstance(value, dict):
        return [value]
    whole = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return value if whole and isinstance(value, list) else []


def _upgrade_organization(out: Object) -> None:
    organization = out.get("organization")
    if isinstance(organization, list) and organization and isinstance(organization[0], dict):
        organization = organization[0]
    if isinstance(organization, dict):
        out["organization"] = _rename_fields(organization, {"website": ("url", "uri")})
    if isinstance(organization, str) and organization.strip():
        out["organization"] = {"id": out.get("organization_id") or organization, "name": organization}


# --- Who it is for, and what it is about ------------------------------------------------------------------


def _upgrade_eligibility(out: Object) -> None:
    """1.0 keeps ages and words in rows of their own; the widest ages hold."""
    rows = [row for name in ("eligibilitys", "eligibilities", "eligibility") for row in _list_objects(out.get(name))]
    for name, widest in (("minimum_age", min), ("maximum_age", max)):
        said = [row[name] for row in rows if isinstance(row.get(name), (int, float)) and row[name] >= 0]
        if out.get(name) in (None, "") and said and len(said) == len(rows):
            out[name] = widest(said)
    words = [row["eligibility"].strip() for row in rows if isinstance(row.get("eligibility"), str)]
    if isinstance(out.get("eligibility"), str):
        words.append(out["eligibility"])
    if not out.get("eligibility_description") and any(words):
        out["eligibility_description"] = "\n".join(dict.fromkeys(word for word in words if word))


def _upgrade_terms(out: Object) -> None:
    links = list(_list_objects(out.get("attributes")))
    names = ("service_taxonomys", "service_taxonomies", "link_taxonomies", "service_taxonomy")
    older = [link for name in names for link in _list_objects(out.get(name))]
    for link in older:
        taxonomy = link.get("taxonomy")
        if isinstance(taxonomy, dict):
            about = {"taxonomy": taxonomy.get("vocabulary") or "Other"}
            parent = taxonomy.get("parent_id") or taxonomy.get("parent")
            about |= {"parent_id": parent} if isinstance(parent, str) and parent else {}
            links.append({"id": link.get("id"), "taxonomy_term": {**taxonomy, **about}})
    if older:
        out["attributes"] = links


# --- When ---------------------------------------------------------------------------------------------------


def _upgrade_hours(out: Object) -> None:
    """Schedules under their name of today, in `out`: a service, or a service at one of its places."""
    for name in ("regular_schedules", "regular_schedule"):
        if not out.get("schedules") and isinstance(out.get(name), list):
            out["schedules"] = out[name]
    for name in ("opening_hours", "opening_times", "hours"):
        if not out.get("schedules") and isinstance(out.get(name), str) and out[name].strip():
            out["schedules"] = [{"description": out[name]}]
    if isinstance(out.get("schedules"), list):
        out["schedules"] = [row for item in out["schedules"] for row in _upgrade_schedule(item)]


def _upgrade_schedule(item: Any) -> list[Any]:
    """One schedule, or those that its free text is certain about."""
    if not isinstance(item, dict):
        return [item]
    row = _rename_fields(item, {"valid_to": ("until",), "byday": ("weekday",)})
    if row.get("weekday") and row["byday"] == row["weekday"]:
        row["byday"] = _convert_weekdays(row["weekday"])
        row.setdefault("freq", "WEEKLY")
    if str(row.get("freq") or "").upper() == "DAILY":
        row |= {"freq": "WEEKLY", "byday": row.get("byday") or ",".join(DAY_NAMES)}
    if any(row.get(name) for name in SCHEDULE_TIME_FIELDS):
        return [row]
    text = row.get("description") or row.get("notes") or row.get("hours") or ""
    text = clean_hours(text) if isinstance(text, str) else text
    read = parse_opening_hours(text) if isinstance(text, str) else None
    if not read:
        asked = explain_unread_hours(text) if isinstance(text, str) else ""
        said = {"description": text} if isinstance(text, str) and text and not row.get("notes") else {}
        return [row | said | ({"unread": asked} if asked else {})]
    key = row.get("id")
    return [row | found | ({"id": f"{key}#{n}"} if key and n else {}) for n, found in enumerate(read)]


def _convert_weekdays(value: Any) -> Any:
    """HSDS 2 numbers the days from Monday, 1; 0 is a Sunday."""
    parts = value if isinstance(value, list) else re.split(r"[,;]", str(value))
    codes = [*DAY_NAMES]
    days = [codes[(int(part) - 1) % 7] if re.fullmatch(r"\s*[0-7]\s*", str(part)) else str(part) for part in parts]
    return ",".join(days)


# --- Where --------------------------------------------------------------------------------------------------


def _upgrade_places(out: Object) -> None:
    rows = out.get("service_at_locations")
    if not rows and _list_objects(out.get("locations") or out.get("location")):
        rows = [{"location": location} for location in _list_objects(out.get("locations") or out.get("location"))]
    if not isinstance(rows, list):
        return
    out["service_at_locations"] = [_upgrade_at_location(row) if isinstance(row, dict) else row for row in rows]
    if not out.get("phones"):
        rows = [row for row in out["service_at_locations"] if isinstance(row, dict)]
        found = [row["location"].get("phones") for row in rows if isinstance(row.get("location"), dict)]
        out["phones"] = next((phones for phones in found if isinstance(phones, list) and phones), [])


def _upgrade_at_location(row: Object) -> Object:
    out = dict(row)
    if isinstance(out.get("location"), dict):
        out["location"] = location = _upgrade_location(out["location"])
        if not out.get("schedules") and not out.get("regular_schedules"):
            hours = location.get("schedules") or location.get("regular_schedules")
            out |= {"schedules": hours} if isinstance(hours, list) else {}
    _upgrade_hours(out)
    return out


def _upgrade_location(raw: Object) -> Object:
    out = _rename_fields(raw, {"accessibility": ("accessibility_for_disabilities",), "transportation": ("transport",)})
    if not out.get("addresses"):
        kinds = (("physical_addresses", "physical"), ("address", "physical"), ("postal_addresses", "postal"))
        rows = [{"address_type": kind} | row for name, kind in kinds for row in _list_objects(out.get(name))]
        out |= {"addresses": rows} if rows else {}
    if rows := _list_objects(out.get("accessibility")):
        out["accessibility"] = [_rename_fields(row, {"description": ("accessibility",)}) for row in rows]
    return out
