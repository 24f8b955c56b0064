"""A spreadsheet's columns: which is which field of a service, guessed from their names and what is in them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from directory.exchange.tables import Cells
from directory.models.session import DAY_NAMES
from directory.text.encoding import POSTCODE_PATTERN


class SheetField(NamedTuple):
    """A field that a column can be: its label for the steward, and the names that columns of it have."""

    label: str
    names: tuple[str, ...]


# In the order in which columns are given away: a field, its label, and its columns' names without spaces and signs.
FIELD_TABLE = """
id: Id: id uid uuid ref reference recordid serviceid venueid externalid urn objectid placeid fid
name: Name of the activity: name servicename activity activityname service title groupname event eventname
    nameofactivity nameofservice nameofgroup sessionname spacename
place: Name of the place: venue venuename nameofvenue place placename location locationname building
    buildingname site sitename where premises
organisation: Organisation: organisation organization organisationname organizationname provider providername
    runby operator charity group host owner org managedby whorunsit runsit whorunsthis whoorganisesit organiser
description: Description: description about details summary descriptionofservice information info whatweoffer
    notes comments desc servicedescription otherinformation facilities whatisit whatson
address: Address: address address1 addressline1 street streetaddress fulladdress road venueaddress addressone
    addrstreet addr addr1 add1 addressl1 whereisit
address_2: Address, second line: address2 addressline2 addresstwo locality area addressline3
    addr2 add2 addressl2
city: Town or city: town city posttown towncity townorcity village addrcity townname
county: County: county region countyname state
postcode: Postcode: postcode postalcode zip zipcode pcode venuepostcode addrpostcode postcodes
latitude: Latitude: latitude lat y ycoord geolat latitudewgs84
longitude: Longitude: longitude lon lng long x xcoord geolng geolon
point: Latitude and longitude together: coordinates latlong latlng latlon geo geopoint geocoordinates gps
hours: Opening hours or when: openinghours openingtimes hours when times opening daysandtimes dayandtime
    dateandtime daytime schedule sessiontimes opentimes openinghoursdescription timings hoursofoperation dayandtimes
    daystimes whenisit
days: Day or days: day days dayofweek weekday dayoftheweek sessionday daysopen
opens: Start time: start starttime opens opensat opentime from timefrom openingtime startsat
closes: End time: end endtime closes closesat closetime to timeto until closingtime finish finishtime endsat
@days
cost: Cost: cost costs price prices fee fees charge charges admission howmuch isfree free costdetails feestext
phone: Phone: phone telephone tel phonenumber telephonenumber mobile contactnumber contactphone contacttelephone
    phoneno telephoneno telno phonenum
email: E-mail: email emailaddress mail contactemail eaddress
website: Website: website url web link webaddress websiteurl homepage websiteaddress moreinformation weblink
    siteurl
who: Who it is for: who whofor eligibility audience targetgroup suitablefor whoisitfor targetaudience
    clientgroup openfor
ages: Ages: age ages agegroup agerange agegroups criteriaagegroup criteraagegroup
minimum_age: Youngest age: minimumage minage agefrom agemin
maximum_age: Oldest age: maximumage maxage ageto agemax
access: Access at the place: access accessibility wheelchair wheelchairaccess disabledaccess stepfree
    accessibilityinformation wheelchairaccessible
transport: Getting there: transport gettingthere parking travel directions publictransport
joining: How to join or book: booking howtobook howtojoin howtoaccess joining referral referralprocess
    bookinginformation bookingrequired
kind: Category: category categories type tags theme kind servicetype venuetype activitytype typeofvenue
    typeofactivity keywords
language: Languages: language languages languagesspoken
contact: Contact name: contact contactname contactperson leadname
status: Status: status stateofservice active
checked: Last checked: lastchecked lastupdated assureddate datechecked checked updated lastmodified dateupdated
    lastverified
"""


def _parse_field_table() -> dict[str, SheetField]:
    found = {}
    for line in re.sub(r"\n +", " ", FIELD_TABLE.strip()).splitlines():
        if line == "@days":
            for day in DAY_NAMES.values():
                name, end = day.lower(), ("", "openinghours", "hours", "openingtimes", "times")
                names = [name[:3], *(name + part for part in end), f"openinghours{name}"]
                found[name] = SheetField(f"Hours on {day}s", tuple(names))
        else:
            field, label, known = line.split(": ")
            found[field] = SheetField(label, tuple(known.split()))
    return found


FIELDS = _parse_field_table()
MAX_SAMPLE_ROWS = 200  # rows that are looked at

CELL_PATTERNS = {  # what most filled cells of a column look like
    "postcode": re.compile(rf"\s*{POSTCODE_PATTERN.pattern}\s*", re.IGNORECASE),
    "email": re.compile(r"\s*[^@\s]+@[^@\s]+\.[a-z]{2,}\s*", re.IGNORECASE),
    "website": re.compile(r"\s*(https?://|www\.)\S+\s*", re.IGNORECASE),
    "phone": re.compile(r"\s*(\+44|\(?0)[0-9 ()\-]{8,16}\s*"),
    "point": re.compile(r"\s*-?[0-9]{1,2}\.[0-9]{3,}\s*,\s*-?[0-9]{1,3}\.[0-9]{3,}\s*"),
    "latitude": re.compile(r"\s*(49|5[0-9]|60)\.[0-9]{2,}\s*"),
    "longitude": re.compile(r"\s*(-[0-8]|-?0|1)\.[0-9]{2,}\s*"),
    "hours": re.compile(r".*\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b.*[0-9].*", re.IGNORECASE | re.DOTALL),
}


STANDARD_FIELD_NAMES = {  # the standard's names of fields, where they are not ours
    "url": "website",
    "number": "phone",
    "phones": "phone",
    "postal_code": "postcode",
    "address_1": "address",
    "state_province": "county",
    "assured_date": "checked",
    "application_process": "joining",
    "fees": "cost",
    "eligibility_description": "who",
    "transportation": "transport",
    "opens_at": "opens",
    "closes_at": "closes",
    "amount": "cost",
    "organization": "organisation",
}


def field_label(path: str) -> str:
    """A field of the standard in the steward's words: "locations[0].longitude" → "Longitude"; as it is without any."""
    last = re.sub(r"\[[0-9]+\]", "", path).rpartition(".")[2]
    column = FIELDS.get(STANDARD_FIELD_NAMES.get(last, last))
    return column.label if column else last


def normalise_heading(name: str) -> str:
    """A column's name without spaces and signs: "Opening Hours*" → "openinghours"."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def guess_columns(names: Cells, rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """Column name → field, for those that can be told. No field is given twice.

    First by the name alone; then by what is in the column; then by a name that only holds a field's name.
    """
    found: dict[str, str] = {}
    sample = list(rows)[:MAX_SAMPLE_ROWS]
    _match_by_name(names, found)
    for name in names:
        field = _match_by_content([row.get(name, "") for row in sample]) if name not in found else ""
        if field and field not in found.values():
            found[name] = field
    _match_by_part_of_name(names, found)
    return found


def resolve_columns(names: Cells, rows: Iterable[dict[str, str]], remembered: dict[str, str]) -> dict[str, str]:
    """As remembered, "" for what is not used; columns that were not there before are guessed."""
    before = {name: remembered[name] for name in names if name in remembered}
    guessed = guess_columns([name for name in names if name not in before], rows)
    return before | {name: field for name, field in guessed.items() if field not in before.values()}


def _match_by_name(names: Cells, found: dict[str, str]) -> None:
    for field, column in FIELDS.items():
        for wanted in column.names:
            same = [name for name in names if normalise_heading(name) == wanted and name not in found]
            if same:
                found[same[0]] = field
                break


MAX_SHAPE_LENGTH = 200  # characters of a cell that show what it is; in more, hours take the square of the time to find


def _match_by_content(cells: list[str]) -> str:
    filled = [cell[:MAX_SHAPE_LENGTH] for cell in cells if cell]
    for field, shape in CELL_PATTERNS.items():
        if len(filled) >= 3 and sum(bool(shape.fullmatch(cell)) for cell in filled) >= 0.7 * len(filled):
            return field
    return ""


def _match_by_part_of_name(names: Cells, found: dict[str, str]) -> None:
    for name in names:
        if name in found:
            continue
        for field, column in FIELDS.items():
            known = [wanted for wanted in column.names if len(wanted) > 3 and wanted in normalise_heading(name)]
            if known and field not in found.values() and field not in ("id", "days", "opens", "closes", "status"):
                found[name] = field
                break


def has_name_column(columns: dict[str, str]) -> bool:
    """Whether a service can be made of it: it must have something to be called by."""
    return bool({"name", "place", "organisation"} & set(columns.values()))
