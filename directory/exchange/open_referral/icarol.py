"""The one table that iCarol gives out, which many 211s keep their directory in: agencies, their sites, their programs.

Each row is one of them, under the same 150 columns. An agency that has sites or programs is the organisation of
those, and no activity itself. Who says that it is private, inactive or not for the website is not shown.
"""

from collections.abc import Iterator
from typing import Any

from directory.exchange.field_use import SentService, SentTables, build_sent_value, mark_used
from directory.exchange.open_referral.objects import Object, says_yes

SIGNS = {"ResourceAgencyNum", "PublicName", "TaxonomyLevelName", "ParentAgencyNum"}
AGENCY_FIELDS = {
    "name": "PublicName",
    "alternate_name": "AlternateName",
    "description": "AgencyDescription",
    "email": "EmailAddressMain",
}
SERVICE_FIELDS = AGENCY_FIELDS | {
    "application_process": "ApplicationProcess",
    "required_documents": "DocumentsRequired",
    "fees": "FeeStructureSource",
    "eligibility": "Eligibility",
    "wait_time": "NormalWaitTime",
    "licenses": "LicenseAccreditation",
    "opening_hours": "HoursOfOperation",
    "languages": "LanguagesOffered",
    "service_areas": "CoverageArea",
}
ADDRESS_FIELDS = {
    "address_1": "PhysicalAddress1",
    "address_2": "PhysicalAddress2",
    "city": "PhysicalCity",
    "region": "PhysicalCounty",
    "state_province": "PhysicalStateProvince",
    "postal_code": "PhysicalPostalCode",
    "country": "PhysicalCountry",
}
PLACE_FIELDS = {
    "latitude": "Latitude",
    "longitude": "Longitude",
    "description": "PhysicalLocationDescription",
    "transportation": "BusServiceAccess",
}
PHONES = (  # the column of a number, and what is said of it
    *((f"Phone{n}Number", f"Phone{n}Name", f"Phone{n}IsPrivate") for n in range(1, 6)),
    *(
        (f"Phone{kind}", f"Phone{kind}Description", f"Phone{kind}IsPrivate")
        for kind in ("NumberHotline", "TollFree", "NumberBusinessLine", "NumberAfterHours", "TTY")
    ),
)
TERM_COLUMNS = ("TaxonomyTerm", "TaxonomyTerms", "Tax")  # the first that is filled


def is_export(names: list[str]) -> bool:
    """Whether a table's columns are those of iCarol."""
    return set(names) >= SIGNS


def nest_rows(rows: list[tuple[int, dict[str, str]]]) -> Iterator[SentService]:
    """The activities of the table, each as `/services/{id}` nests it."""
    sent = SentTables()
    for _, row in rows:
        filled = {name: cell for name, cell in row.items() if cell and cell.strip().lower() not in ("", "none")}
        sent.rows.append({name: build_sent_value(cell, name) for name, cell in filled.items()})
    by_id = {row["ResourceAgencyNum"]: row for row in sent.rows if row.get("ResourceAgencyNum")}
    parents = {row.get("ParentAgencyNum") for row in sent.rows}
    for row in sent.rows:
        owner = by_id.get(row.get("ParentAgencyNum", ""))
        if row.get("TaxonomyLevelName") != "Agency" or row.get("ResourceAgencyNum") not in parents:
            found = _nest_row(row, owner, by_id.get(row.get("ConnectsToProgramNum", "")))
            found.tables = sent
            yield found


def _pick(row: Object, fields: dict[str, str]) -> Object:
    return {field: row[column] for field, column in fields.items() if row.get(column)}


def _nest_row(row: Object, owner: Object | None, program: Object | None) -> SentService:
    """One site, program, or program at a site: what it does not say itself is as its program or agency has it."""
    agency = owner or {}
    about = _pick(agency, {"description": "AgencyDescription", "email": "EmailAddressMain"})
    out = SentService(about | _pick(program or {}, SERVICE_FIELDS) | _pick(row, SERVICE_FIELDS))
    nearest = [part for part in (row, program, agency) if part]
    out["id"] = row.get("ResourceAgencyNum")
    out["url"] = _find_website(row) or _find_website(agency)
    out["status"] = _find_status(row, agency)
    out["phones"] = next((phones for part in nearest if (phones := _list_phones(part))), [])
    out["categories"] = next((terms for part in nearest if (terms := _list_terms(part))), [])
    out["locations"] = [_nest_place(row)]
    if row.get("MainContactName") and str(row.get("MainContactIsPrivate")).lower() in ("no", "false"):
        columns = {"name": "MainContactName", "title": "MainContactTitle", "email": "MainContactEmailAddress"}
        out["contacts"] = [_pick(row, columns)]
    if owner:
        site = _find_website(owner)
        out["organization"] = {"id": owner["ResourceAgencyNum"], **_pick(owner, AGENCY_FIELDS)} | (
            {"website": site} if site else {}
        )
        mark_used(row.get("ParentAgencyNum"), "Link")
    elif row.get("ParentAgency") and row.get("TaxonomyLevelName") != "Agency":
        out["organization"] = {"id": row.get("ParentAgencyNum") or row["ParentAgency"], "name": row["ParentAgency"]}
    return out


def _find_website(row: Object) -> Any:
    """The first address in the cell."""
    mark_used(row.get("WebsiteAddress"), "Activity: url")
    return next(iter(str(row.get("WebsiteAddress") or "").split()), None)


def _find_status(row: Object, agency: Object) -> str:
    said = [
        (part.get("AgencyStatus"), part.get("MadeInactiveOn"), part.get("ExcludeFromWebsite")) for part in (row, agency)
    ]
    mark_used([value for three in said for value in three], "Activity: status")
    hidden = any(str(status or "Active") != "Active" or over or says_yes(out) for status, over, out in said)
    return "inactive" if hidden else "active"


def _list_phones(row: Object) -> list[Object]:
    found = []
    for number, name, private in PHONES:
        if says_yes(row.get(private)):
            mark_used([row.get(number), row.get(name)], "Left out: it is private")
        elif row.get(number):
            found.append({"number": row[number]} | ({"description": row[name]} if row.get(name) else {}))
        mark_used(row.get(private), "Phone: whether it is private")
    return found


def _list_terms(row: Object) -> list[str]:
    said = next((row[name] for name in TERM_COLUMNS if row.get(name)), "")
    mark_used(said, "Category: name")
    return [term.rpartition(" - ")[2].strip() for term in said.split(";") if term.strip()]


def _nest_place(row: Object) -> Object:
    """Where it is; of an address that is private, the town and nothing nearer."""
    place: Object = _pick(row, PLACE_FIELDS) | {"addresses": [_pick(row, ADDRESS_FIELDS)]}
    access = row.get("DisabilitiesAccess")
    if access:
        place["accessibility"] = [part.strip() for part in access.split(";") if part.strip()]
        mark_used(access, "Access at the place: description")
    private = row.get("PhysicalAddressIsPrivate")
    if says_yes(private):
        kept_back = (*ADDRESS_FIELDS.values(), "Latitude", "Longitude")
        mark_used([row.get(name) for name in kept_back], "Left out: it is private")
        return {"addresses": [_pick(row, {"city": ADDRESS_FIELDS["city"]})]}
    mark_used(private, "Place: whether it is private")
    return place
