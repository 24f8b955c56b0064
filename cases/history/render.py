"""How an entry reads: one formatter per kind, from a row to the words on the page, in the PDF and in print.

Everything is worked out here, once, so that the template only prints (shared/performance.md: templates are
the cost). What each kind keeps in `details` stands beside its formatter; a key that is missing is left out.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from agencies.models import Hand, Membership
from cases.history.record import ERASED_DETAILS
from cases.models import Audience, Case, Entry, Kind
from cases.models.case import Seat
from cases.models.entry import NOTE_KINDS
from config.template_tags import date_words, row_address, when

LabelledValues = list[tuple[str, str]]


class TimelineEntry(NamedTuple):
    """One entry in words: for templates/rows/timeline.html, and for paper."""

    number: int
    icon: str
    tone: str  # of the icon's disc
    title: str
    by: str
    when: str
    text: str
    facts: LabelledValues
    audience: str  # "Shared with: …" or "Private to …"
    is_private: bool
    can_be_corrected: bool
    referral: Any = None  # id of the referral it is about
    question: str = ""  # id of a question by another team that it holds
    offers: Sequence[tuple[str, str]] = ()  # key facts the entry says otherwise: name, label
    corrects: tuple[int, str] | None = None  # number and address of the entry that this one corrects
    corrected_by: Sequence[tuple[int, str]] = ()
    stated_by: Sequence[tuple[int, str]] = ()  # where the person says otherwise, in their own words
    news: Any = None  # id of the news that it is for the team that owns the case, until it was dealt with


# --- One formatter per kind: its title, and what stands below the words -----------------------------


def format_contact(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """first_contact (bool); try: which one without an answer; next and next_on (in words); match: why a referral
    that joins is the same person's; moved: who wrote it first, in a case that it was not about;
    despite: why it was written though the case is restricted."""
    title = str(Kind(kind).label) + (", first contact" if details.get("first_contact") else "")
    title += f", try {details['try']}" if details.get("try") else ""
    step = [("Next step", f"{details['next']}, by {details.get('next_on', '')}")] if details.get("next") else []
    return title, step + label_details(
        details, ("Same person", "match"), ("First written", "moved"), ("Written although it is restricted", "despite")
    )


def format_referral_received(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """sent: what came with it, as pairs of label and value; differs: {name of fact: {…}}, see actions/opening.py."""
    return str(Kind(kind).label), [(str(label), str(value)) for label, value in details.get("sent", [])]


def format_case_opened(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """lead, first_contact_due (in words); match; number: why the record has no NHS number."""
    return str(Kind(kind).label), label_details(
        details,
        ("With", "lead"),
        ("First contact due", "first_contact_due"),
        ("Same person", "match"),
        ("NHS number", "number"),
    )


def format_fact_changed(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """label, before, after: as it was read then."""
    changed = [("Was", details.get("before") or "Not known"), ("Now", details.get("after") or "Not known")]
    return f"{details.get('label', 'Key fact')}: changed", changed


def format_fact_offered(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """after: as the other team has it; differs: as of a referral, for taking it over."""
    label = next((said["label"] for said in details.get("differs", {}).values()), "Key fact")
    return f"{label}: changed by another team", [("They have", details.get("after") or "Nothing any more")]


def format_assigned(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """before, after: names of members, or of teams (then with `ground`); after is "" when nobody has it; number: why
    the record has no NHS number any more."""
    title = f"Given to {details.get('after', 'a colleague')}" if details.get("after", True) else "Without a connector"
    facts = ("Before", "before"), ("Asked about it", "ground"), ("NHS number", "number")
    return title, label_details(details, *facts)


def format_question(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """what (the title); team and phone of whoever is to be rung."""
    return str(details.get("what") or Kind(kind).label), label_details(details, ("Team", "team"), ("Phone", "phone"))


def format_parting(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """what (the title); and in the case it was taken from: entries (numbers), blanked (labels of facts)."""
    facts = label_details(details, ("Entries taken out", "entries"), ("Facts taken out", "blanked"))
    return str(details.get("what") or Kind(kind).label), facts


def format_right(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """what (the title); due: an ISO date; told: how and when the person was told."""
    due = date_words(date.fromisoformat(details["due"])) if details.get("due") else ""
    facts = label_details({**details, "due": due}, ("To be answered by", "due"), ("The person was told", "told"))
    return str(details.get("what") or Kind(kind).label), facts


def format_correction(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """number of what it corrects; asked: that the person asked for it."""
    return str(Kind(kind).label), label_details(details, ("Why", "asked"))


def format_statement(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """about: an entry or a fact, in words; refused: why the team leaves it as it is."""
    about = f" about {details['about']}" if details.get("about") else ""
    return f"{Kind(kind).label}{about}", label_details(details, ("Why it stays as it is", "refused"))


def format_agreement(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """agency, scope, how; withdrawn (bool) when it was taken back, or narrowed: labels of what was taken out; then
    seen: what they had opened; for the team alone had: what it was, as pairs of label and value."""
    verb = "Agreement taken back" if details.get("withdrawn") else "Agreement given"
    verb = "Agreement narrowed" if details.get("narrowed") else verb
    title = f"{verb}: {details['agency']}" if details.get("agency") else verb
    facts = label_details(details, ("To", "scope"), ("How", "how"))
    facts += [("Taken out", "; ".join(details["narrowed"]))] if details.get("narrowed") else []
    facts += [("It was", f"{label}: {value}") for label, value in details.get("had", [])]
    return title, facts + [("Seen already", line) for line in details.get("seen", [])]


def format_purpose(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """agency, before, after: what it was and is in the circle for."""
    return f"{details.get('agency', 'An organisation')}: what they see", label_details(
        details, ("Was", "before"), ("Now", "after")
    )


def format_restricted(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """level (in words), workers: who is named."""
    return str(Kind(kind).label), label_details(details, ("Now", "level"), ("Named", "workers"))


def format_emergency(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """until (in words), safeguarding: why the person does not read of it yet."""
    return str(Kind(kind).label), label_details(details, ("Until", "until"), ("Kept from the person", "safeguarding"))


def format_referred_on(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """service, agency, answer_by (in words), agreed, shared: labels of what the group got."""
    facts = label_details(details, ("To", "agency"), ("Answer by", "answer_by"), ("Agreed", "agreed"))
    shared = ", ".join(str(label).lower() for label in details.get("shared", []))
    facts += [("What they got", shared)] if shared else []
    return f"Referred on to {details.get('service', 'a group')}", facts


def format_group_answer(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """service, agency, deed (past participle), reason, happened_on (in words)."""
    deed = str(details.get("deed") or "answered")
    title = f"{details.get('service', 'A group')}: {deed}"
    return title, label_details(details, ("Reason", "reason"), ("On", "happened_on"))


def format_signposted(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """service, agency, phone, email, url."""
    facts = label_details(details, ("By", "agency"), ("Phone", "phone"), ("E-mail", "email"))
    return f"Told about {details.get('service', 'an activity')}", facts


def format_booking(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """service, agency, when (in words), deed (past participle), status, agreed; position, until where there is one."""
    deed = str(details.get("deed") or "booked").capitalize()
    facts = label_details(details, ("Group", "agency"), ("Number on the list", "position"), ("Held until", "until"))
    return f"{deed}: {format_session_name(details)}", facts + label_details(details, ("Agreed", "agreed"))


def format_attendance(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """service, agency, when (in words), deed, time: which time it was."""
    turn = {1: " (1st time)", 2: " (2nd time)", 3: " (3rd time)"}.get(details.get("time", 0), "")
    deed = str(details.get("deed") or "came").capitalize()
    return f"{deed}: {format_session_name(details)}{turn}", label_details(details, ("Group", "agency"))


def format_session_name(details: dict[str, Any]) -> str:
    """Which one: "Tuesday gardening group, 24 November 2026, 10:30am"."""
    return ", ".join(str(details[key]) for key in ("service", "when") if details.get(key)) or "an activity"


def format_case_closed(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """reason, outcome."""
    return str(Kind(kind).label), label_details(details, ("Reason", "reason"), ("What changed", "outcome"))


def format_hold(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    """deed ("placed", "goes on", "ended"), review_on (in words)."""
    return f"{Kind(kind).label} {details.get('deed', '')}".strip(), label_details(
        details, ("Look again on", "review_on")
    )


def format_kind_only(kind: str, details: dict[str, Any]) -> tuple[str, LabelledValues]:
    return str(Kind(kind).label), []


def label_details(details: dict[str, Any], *pairs: tuple[str, str]) -> LabelledValues:
    """Label and value of those keys that say something."""
    return [(label, str(details[key])) for label, key in pairs if details.get(key)]


class EntryLook(NamedTuple):
    words: Callable[[str, dict[str, Any]], tuple[str, LabelledValues]]
    icon: str
    tone: str = ""


ENTRY_LOOKS: dict[str, EntryLook] = {
    Kind.OPENED: EntryLook(format_case_opened, "flag"),
    Kind.REFERRED: EntryLook(format_referral_received, "letter", "grey"),
    Kind.PHONE: EntryLook(format_contact, "phone"),
    Kind.ARRANGED: EntryLook(format_contact, "calendar"),
    Kind.CALL: EntryLook(format_contact, "chat"),
    Kind.VISIT: EntryLook(format_contact, "home"),
    Kind.NO_ANSWER: EntryLook(format_contact, "phone", "grey"),
    Kind.NOTE: EntryLook(format_contact, "note", "sky"),
    Kind.CORRECTION: EntryLook(format_correction, "pencil", "amber"),
    Kind.FACT: EntryLook(format_fact_changed, "pencil", "grey"),
    Kind.OFFERED: EntryLook(format_fact_offered, "pencil", "amber"),
    Kind.ASSIGNED: EntryLook(format_assigned, "people", "grey"),
    Kind.ASKED: EntryLook(format_question, "chat", "amber"),
    Kind.PARTED: EntryLook(format_parting, "people", "amber"),
    Kind.AGREED: EntryLook(format_agreement, "share"),
    Kind.PURPOSE: EntryLook(format_purpose, "share"),
    Kind.RESTRICTED: EntryLook(format_restricted, "lock", "plum"),
    Kind.EMERGENCY: EntryLook(format_emergency, "alert", "coral"),
    Kind.SENT_ON: EntryLook(format_referred_on, "walk", "plum"),
    Kind.ANSWERED: EntryLook(format_group_answer, "check"),
    Kind.WITHDRAWN: EntryLook(format_group_answer, "walk", "grey"),
    Kind.SIGNPOSTED: EntryLook(format_signposted, "place", "plum"),
    Kind.BOOKED: EntryLook(format_booking, "calendar", "plum"),
    Kind.ATTENDED: EntryLook(format_attendance, "check"),
    Kind.MISSED: EntryLook(format_attendance, "clock", "amber"),
    Kind.CLOSED: EntryLook(format_case_closed, "check", "grey"),
    Kind.HELD: EntryLook(format_hold, "lock", "amber"),
    Kind.RIGHT: EntryLook(format_right, "lock", "amber"),
    Kind.STATEMENT: EntryLook(format_statement, "chat", "amber"),
    Kind.ERASED: EntryLook(lambda *_: ("Words taken out", []), "lock", "grey"),
}
UNKNOWN_LOOK = EntryLook(format_kind_only, "note")


# --- The lines --------------------------------------------------------------------------------------


def render_entries(
    entries: Iterable[Entry], *, case: Case, member: Membership, circle: list[Seat] | None = None
) -> list[TimelineEntry]:
    """The entries as lines, in their order, for this member. `circle`: `Case.circle_seats`, when at hand."""
    shown = list(entries)
    seats, here = circle or case.circle_seats(), {entry.number for entry in shown}
    url = row_address("cases:case", case.pk)
    return [render_entry(entry, case=case, member=member, seats=seats, url=url, here=here) for entry in shown]


def render_entry(
    entry: Entry, *, case: Case, member: Membership, seats: list[Seat], url: str = "", here: Collection[int] = ()
) -> TimelineEntry:
    """One entry of `timeline_page` or `full_timeline`, which bring the numbers of corrections along."""
    title, facts, text = format_entry(entry)
    look = ENTRY_LOOKS.get(entry.kind, UNKNOWN_LOOK)
    return TimelineEntry(
        number=entry.number,
        icon=look.icon,
        tone=look.tone,
        title=title,
        by=entry.byline,
        when=format_entry_time(entry),
        text=text,
        facts=facts,
        audience=format_audience(entry, case, seats),
        is_private=entry.audience == Audience.TEAM,
        can_be_corrected=can_correct(entry, member),
        referral=entry.about_id,
        question=str(entry.details.get("question", "")),
        offers=list_differing_facts(entry, case, member),
        corrects=link_to_entry(corrected_entry_number(entry), here, url) if is_correction(entry) else None,
        corrected_by=[link_to_entry(number, here, url) for number in getattr(entry, "corrected_numbers", ())],
        stated_by=[link_to_entry(number, here, url) for number in getattr(entry, "stated_numbers", ())],
        news=getattr(entry, "news_id", None) if case.agency_id == member.agency_id else None,
    )


def format_entry(entry: Entry) -> tuple[str, LabelledValues, str]:
    """Its title, what stands below the words, and the words."""
    title, facts = ENTRY_LOOKS.get(entry.kind, UNKNOWN_LOOK).words(entry.kind, entry.details)
    return title, facts, "The words were taken out." if entry.details == ERASED_DETAILS else entry.text


def describe_entry(entry: Entry) -> tuple[str, str, str]:
    """The same for one line of a list: title, facts and words in a row, by whom."""
    title, facts, text = format_entry(entry)
    return title, ". ".join([*(f"{label}: {value}" for label, value in facts), *([text] if text else [])]), entry.byline


def is_correction(entry: Entry) -> bool:
    """Whether it corrects another: a statement of the person only stands beside one."""
    return entry.corrects_id is not None and entry.kind != Kind.STATEMENT


def corrected_entry_number(entry: Entry) -> int:
    known: int | None = getattr(entry, "corrects_number", None)
    return known if known is not None else entry.corrects.number  # type: ignore[union-attr]


def link_to_entry(number: int, here: Collection[int], url: str) -> tuple[int, str]:
    """Where that entry is to be read: on this page, or on one that begins with it."""
    return number, f"#entry-{number}" if number in here else f"{url}?before={number + 1}#entry-{number}"


def format_entry_time(entry: Entry) -> str:
    """20 November 2026, 2:10pm; and when it was written, if that was a day or more later."""
    if entry.written_at - entry.happened_at < timedelta(days=1):
        return when(entry.happened_at)
    return f"{when(entry.happened_at)} (written {when(entry.written_at)})"


def format_audience(entry: Entry, case: Case, seats: list[Seat]) -> str:
    """Who may read it now, in words: an agency that leaves the circle, or does not need this layer, does not."""
    if entry.audience == Audience.TEAM:
        return f"Private to {seats[0].name}"
    person = [case.person.name] if entry.audience == Audience.PERSON else []
    return f"Shared with: {', '.join(person + [seat.name for seat in seats if entry.layer in seat.layers])}"


def can_correct(entry: Entry, member: Membership) -> bool:
    """Members correct what their own agency wrote by hand, and nothing that a deed or a group has said."""
    ours = entry.hand == Hand.MEMBER and entry.written_for_id == member.agency_id
    return ours and entry.kind in NOTE_KINDS | {Kind.CORRECTION} and entry.details != ERASED_DETAILS


def list_differing_facts(entry: Entry, case: Case, member: Membership) -> list[tuple[str, str]]:
    """Key facts that a referral told otherwise than the person's record, which the owning team may take over."""
    if case.agency_id != member.agency_id:
        return []
    return [(name, str(said.get("label", name))) for name, said in entry.details.get("differs", {}).items()]
