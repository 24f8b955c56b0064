"""What older and richer shapes call things, put under the names of Open Referral UK 3.0.

Open Referral UK 1.0 and HSDS 1 and 2 (`regular_schedules`, `eligibilitys`, `service_taxonomys`,
`physical_addresses`), HSDS 3.x (`fees_description`, schedules and phones of a location), and Outpost (`min_age`, an
address inside its location, `geometry`, flags). What is 3.0 already comes back as it is.
Sources: developers.openreferraluk.org (1.0), docs.openreferral.org (HSDS 1.1, 2.0.1, 3.1), the Outpost API's own data.
"""

import datetime
import re
from typing import Any

from directory.exchange.field_use import mark_used
from directory.models.session import DAY_NAMES
from directory.text.cleaning import clean_hours, parse_date
from directory.text.encoding import FREE_OF_CHARGE
from directory.text.opening_hours import explain_unread_hours, parse_opening_hours

Object = dict[str, Any]

FIELD_RENAMES = {  # of a service: the standard's name → what others call it, the first that is there
    "name": ("title", "service_name"),
    "url": ("website", "uri", "web_address"),
    "fees": ("fees_description", "fees_text", "cost_description"),
    "eligibility_description": ("eligibility_text", "who_is_it_for"),
    "application_process": ("how_to_access", "referral_process"),
    "last_modified": ("last_updated", "updated_at", "modified"),
    "assured_date": ("last_assured",),
    "description": ("short_description", "summary", "long_description"),
    "organization": ("provider",),
    "phones": ("phone_numbers",),
    "minimum_age": ("min_age", "age_from"),
    "maximum_age": ("max_age", "age_to"),
}
WORDS_FOR_YES, WORDS_FOR_NO = {"true", "yes", "1"}, {"false", "no", "0"}
STATUS_WORDS = {"published": "active", "approved": "active", "live": "active", "closed": "inactive"} | dict.fromkeys(
    ("draft", "pending", "archived", "deleted", "unpublished", "withdrawn", "suspended", "expired", "rejected"),
    "inactive",
)
STATUS_FLAGS: tuple[
    tuple[str, set[str], str], ...
] = (  # a field, the words in it that say so (none: whatever stands there), and the status that it means
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
PHONE_FIELDS = ("phone", "telephone", "phone_number", "tel", "mobile", "mobile_number")
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
    "city": ("town", "town_city", "locality"),
    "state_province": ("county",),
    "postal_code": ("postcode", "post_code", "zip"),
}
MAX_HOLIDAY_DAYS = 60  # days of one holiday; what is longer is no exception any more
DATED_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([0-9]{2}:[0-9]{2})")
SCHEDULE_TIME_FIELDS = ("byday", "bymonthday", "freq", "opens_at", "closes_at", "dtstart", "weekday")


def upgrade_service(raw: Object) -> Object:
    """One service under the names of 3.0. The object given is not changed."""
    out = _rename_fields(raw, FIELD_RENAMES)
    _upgrade_status(out)
    _upgrade_organization(out)
    _upgrade_phones(out)
    _upgrade_eligibility(out)
    _upgrade_terms(out)
    _upgrade_documents(out)
    if languages := _list_objects(out.get("languages")):
        out["languages"] = [_rename_fields(item, {"name": ("language",)}) for item in languages]
    if areas := _list_objects(out.get("service_areas")):
        out["service_areas"] = [_rename_fields(item, {"name": ("service_area",)}) for item in areas]
    free = str(next((out[name] for name in ("free", "is_free") if out.get(name)), ""))
    if not out.get("cost_options") and (
        free.lower() in WORDS_FOR_YES or FREE_OF_CHARGE.fullmatch(str(out.get("fees") or "").strip()[:100])
    ):
        out["cost_options"] = [{"amount": 0}]  # so that it is found by who looks for what is free
        mark_used([out.get("free"), out.get("is_free")], "Cost")
    _upgrade_hours(out)
    _upgrade_places(out)
    return out


def _upgrade_status(out: Object) -> None:
    """The status in the words of the standard; what the source itself does not show does not run here."""
    status = out.get("status")
    if isinstance(status, str):
        tidy = status.strip().lower().replace("_", " ")
        out["status"] = STATUS_WORDS.get(tidy, tidy if "_" in status else status)
        if tidy in STATUS_WORDS or "_" in status:
            mark_used(status, "Activity: status")
    for name, words, meant in STATUS_FLAGS:
        if (flag := str(out.get(name) or "").strip().lower()) and (flag in words or (not words and flag != "false")):
            out["status"] = meant
            mark_used(out[name], f"Activity: status, {meant}")
        elif flag in WORDS_FOR_YES | WORDS_FOR_NO:
            mark_used(out[name], "Activity: status")


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
    organization = out.get("organization") or out.get("organization_name")
    if isinstance(organization, list) and organization and isinstance(organization[0], dict):
        organization = organization[0]
    if isinstance(organization, dict):
        out["organization"] = organization = _rename_fields(organization, {"website": ("url", "uri")})
        _upgrade_phones(organization)
    if isinstance(organization, str) and organization.strip():
        out["organization"] = {"id": out.get("organization_id") or organization, "name": organization}


def _upgrade_phones(out: Object) -> None:
    """A number beside the name, and numbers that are bare text, as a list of phones."""
    if isinstance(out.get("phones"), list):
        out["phones"] = [{"number": row} if isinstance(row, str) and row.strip() else row for row in out["phones"]]
    if not out.get("phones"):
        found = [out[name] for name in PHONE_FIELDS if isinstance(out.get(name), (str, int)) and out[name]]
        out |= {"phones": [{"number": number} for number in found]} if found else {}
    if isinstance(out.get("contacts"), list):
        out["contacts"] = [dict(row) if isinstance(row, dict) else row for row in out["contacts"]]
        for row in _list_objects(out["contacts"]):
            _upgrade_phones(row)


# --- Who it is for, and what it is about ------------------------------------------------------------------


def _upgrade_eligibility(out: Object) -> None:
    """1.0 keeps ages and words in rows of their own; the widest ages hold."""
    rows = [row for name in ("eligibilitys", "eligibilities", "eligibility") for row in _list_objects(out.get(name))]
    for name, widest in (("minimum_age", min), ("maximum_age", max)):
        said = [row[name] for row in rows if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", str(row.get(name)))]
        if out.get(name) in (None, "") and said and len(said) == len(rows):
            out[name] = widest(said, key=float)
            mark_used(said, "Ages")
    words = [row["eligibility"] for row in rows if isinstance(row.get("eligibility"), str)]
    if isinstance(out.get("eligibility"), str):
        words.append(out["eligibility"])
    if not out.get("eligibility_description") and any(words):
        out["eligibility_description"] = "\n".join(dict.fromkeys(word.strip() for word in words if word.strip()))
        mark_used(words, "Who it is for")


def _upgrade_documents(out: Object) -> None:
    """HSDS `required_document`: what to bring, said where it is said how to join."""
    rows = _list_objects(out.get("required_documents"))
    said = [row["document"] for row in rows if isinstance(row.get("document"), str) and row["document"].strip()]
    waiting = out.get("wait_time") if isinstance(out.get("wait_time"), str) else ""
    joining = out.get("application_process") if isinstance(out.get("application_process"), str) else ""
    if said or waiting:
        further = [f"Waiting time: {waiting}" if waiting else "", f"Bring: {', '.join(said)}" if said else ""]
        out["application_process"] = "\n\n".join(filter(None, [joining, *further]))
        mark_used([joining, waiting, said], "How to join")


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
        elif isinstance(link.get("taxonomy_term"), dict):
            links.append(link)
    bare = [item for name in ("taxonomies", "categories", "tags") for item in _list_any(out.get(name))]
    for item in bare:
        term = item if isinstance(item, dict) else {"name": item}
        if isinstance(term.get("name"), str) and term["name"].strip():
            known = term.get("taxonomy") or term.get("taxonomy_detail")
            about = {} if known else {"taxonomy": term.get("vocabulary") or "Category"}
            links.append({"taxonomy_term": {"id": f"category {term['name'].lower()}"} | term | about})
    if older or bare:
        out["attributes"] = links


def _list_any(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


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
    _upgrade_holidays(out)


def _upgrade_holidays(out: Object) -> None:
    """HSDS `holiday_schedule` (to 2.0): days on which the hours do not hold; other hours of such a day are words."""
    rows, schedules = _list_objects(out.get("holiday_schedules")), _list_objects(out.get("schedules"))
    for row in rows if schedules else []:
        days = _list_days(row.get("start_date"), row.get("end_date"))
        closed = str(row.get("closed") or "").lower() in WORDS_FOR_YES | {"x"}
        hours = " to ".join(str(row[name]) for name in ("opens_at", "closes_at") if row.get(name))
        if not days or not (closed or hours):
            continue
        for schedule in schedules:
            skips = schedule.get("skips") if isinstance(schedule.get("skips"), list) else []
            schedule["skips"] = [*(skips or []), *(day.isoformat() for day in days)]
        if hours and not closed:
            span = f"{days[0].day} {days[0]:%B %Y}" + (f" to {days[-1].day} {days[-1]:%B %Y}" if len(days) > 1 else "")
            schedules.append({"description": f"On {span}: {hours}"})
        mark_used(
            {name: row.get(name) for name in ("start_date", "end_date", "closed", "opens_at", "closes_at")}, "Times"
        )
    if rows and schedules:
        out["schedules"] = schedules


def _list_days(first: Any, last: Any) -> list[datetime.date]:
    """Each day of a span of at most MAX_HOLIDAY_DAYS; [] of anything else."""
    try:
        start = parse_date(first)
        end = parse_date(last) or start
    except ValueError:
        return []
    if start is None or end is None or not 0 <= (end - start).days < MAX_HOLIDAY_DAYS:
        return []
    return [start + datetime.timedelta(days=n) for n in range((end - start).days + 1)]


def _upgrade_schedule(item: Any) -> list[Any]:
    """One schedule, or those that its free text is certain about."""
    if not isinstance(item, dict):
        return [item]
    row = _rename_fields(item, {"valid_to": ("until",), "byday": ("weekday",)})
    for name in ("opens_at", "closes_at"):  # .NET and Rails send a time of day with a day that means nothing
        if found := DATED_TIME.match(str(row.get(name) or "")):
            mark_used(row[name], f"Times: {name.replace('_', ' ')}")
            row[name] = found[1]
    if row.get("weekday") and row["byday"] == row["weekday"]:
        row["byday"] = _convert_weekdays(row["weekday"])
        mark_used(row["weekday"], "Times: day")
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
    out["service_at_locations"] = [
        _upgrade_at_location(row, _list_objects(out.get("holiday_schedules"))) if isinstance(row, dict) else row
        for row in rows
        if _is_shown(row)
    ]
    places = _list_objects([row for row in out["service_at_locations"] if isinstance(row, dict)])
    found = [_list_any(row.get("phones")) for row in places]
    found += [_list_any(row["location"].get("phones")) for row in places if isinstance(row.get("location"), dict)]
    if any(found) and isinstance(out.get("phones") or [], list):
        out["phones"] = [*(out.get("phones") or []), *(phone for phones in found for phone in phones)]
    located = [row["location"] for row in places if isinstance(row.get("location"), dict)]
    if not out.get("languages"):
        spoken = [language for place in located for language in _list_objects(place.get("languages"))]
        out |= {"languages": [_rename_fields(row, {"name": ("language",)}) for row in spoken]} if spoken else {}
    contacts = [contact for row in places for contact in _list_objects(row.get("contacts"))]
    if contacts and isinstance(out.get("contacts") or [], list):
        for contact in contacts:
            _upgrade_phones(contact)
        out["contacts"] = [*(out.get("contacts") or []), *contacts]


def _is_shown(row: Any) -> bool:
    """Whether the source lets this place be shown (Outpost's `visible`)."""
    place = row.get("location") if isinstance(row, dict) else None
    shown = str(place.get("visible", "")).lower() not in WORDS_FOR_NO if isinstance(place, dict) else True
    if not shown:
        mark_used(place, "Left out: the source does not show it")
    return shown


def _upgrade_at_location(row: Object, holidays: list[Object]) -> Object:
    out = row | {"holiday_schedules": [*_list_objects(row.get("holiday_schedules")), *holidays]}
    if isinstance(out.get("location"), dict):
        out["location"] = location = _upgrade_location(out["location"])
        if not out.get("schedules") and not out.get("regular_schedules"):
            hours = location.get("schedules") or location.get("regular_schedules")
            out |= {"schedules": hours} if isinstance(hours, list) else {}
    _upgrade_hours(out)
    return out


def _upgrade_location(raw: Object) -> Object:
    names = ("accessibility_for_disabilities", "accessibilities")
    out = _rename_fields(raw, {"accessibility": names, "transportation": ("transport",)})
    _upgrade_phones(out)
    _upgrade_addresses(out)
    _upgrade_point(out)
    if str(out.get("mask_exact_address") or "").lower() in WORDS_FOR_YES:
        _mask_address(out)
    if rows := _list_objects(out.get("accessibility")):
        out["accessibility"] = [_rename_fields(row, {"description": ("accessibility", "name")}) for row in rows]
    return out


def _upgrade_addresses(out: Object) -> None:
    """A list, one object, or lines that stand in the place itself; "***" stands for what is not shown."""
    rows = _list_objects(out.get("addresses"))
    if not rows:
        rows = [{"address_type": kind} | row for name, kind in ADDRESS_LISTS for row in _list_objects(out.get(name))]
    if not rows:
        own = _rename_fields(out, ADDRESS_RENAMES)
        lines = {name: own[name] for name in ADDRESS_LINES if isinstance(own.get(name), (str, int)) and own[name]}
        rows = [lines | {"address_type": "physical"}] if lines.keys() - {"country"} else []
    if rows:
        out["addresses"] = [_upgrade_address(row) for row in rows]


def _upgrade_address(row: Object) -> Object:
    out = _rename_fields(row, ADDRESS_RENAMES)
    further = [out[name] for name in ("address_3", "address_4") if isinstance(out.get(name), str) and out[name]]
    if further:
        mark_used([out.get("address_2"), further], "Place: address")
        out["address_2"] = "\n".join(filter(None, [out.get("address_2"), *further]))
    return {name: value for name, value in out.items() if value != "***"}


def _upgrade_point(out: Object) -> None:
    """A point as GeoJSON has it (RFC 7946: longitude first), or as one object of latitude and longitude."""
    for name in ("geometry", "point", "coordinates", "geo", "position"):
        found = out.get(name)
        pair = found.get("coordinates") if isinstance(found, dict) else None
        if isinstance(pair, list) and len(pair) >= 2 and out.get("latitude") in (None, ""):
            out["longitude"], out["latitude"] = pair[:2]
            mark_used(found.get("type"), "Place") if isinstance(found, dict) else None
        elif isinstance(found, dict) and out.get("latitude") in (None, ""):
            said = _rename_fields(found, POINT_RENAMES)
            out |= {key: said[key] for key in POINT_RENAMES if said.get(key) not in (None, "")}
    for key, value in _rename_fields(out, POINT_RENAMES).items():
        out[key] = value


def _mask_address(out: Object) -> None:
    """The source hides the exact address: of a refuge, of somebody's home. The town is left, and nothing nearer."""
    out["latitude"] = out["longitude"] = None
    out["masked"] = "true"
    mark_used(out["mask_exact_address"], "The exact address is left out")
    for row in _list_objects(out.get("addresses")):
        for name in ("address_1", "address_2", "postal_code"):
            row.pop(name, None)
