"""How an entry reads: one formatter per kind, from a row to the words on the page, in the PDF and in print.

Everything is worked out here, once, so that the template only prints (shared/performance.md: templates are
the cost). What each kind keeps in `details` stands beside its formatter; a key that is missing is left out.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agencies.models import Hand, Membership
from cases.history.record import ERASED
from cases.models import Audience, Case, Circle, Entry, Kind
from cases.models.entry import WRITTEN
from config.template_tags import when

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One entry, ready to print: `head` and `foot` for the page, with what few entries have between them; the
    plain words of each part for paper."""

    number: int
    title: str
    by: str
    when: str
    text: str
    facts: Facts
    audience: str  # "Shared with: …" or "Private to …"
    head: SafeString
    foot: SafeString
    referral: Any = None  # id of the referral it is about
    offers: list[tuple[str, str]] = field(default_factory=list)  # key facts the entry says otherwise: name, label
    corrects: tuple[int, str] | None = None  # number and address of the entry that this one corrects
    corrected_by: tuple[tuple[int, str], ...] = ()

    @property
    def more(self) -> bool:
        """Whether there is anything but words in it."""
        return bool(self.facts or self.referral or self.corrects or self.corrected_by)


@dataclass(frozen=True)
class Look:
    icon: str
    tone: str = ""


LOOKS: dict[str, Look] = {
    Kind.OPENED: Look("flag"),
    Kind.REFERRED: Look("letter", "grey"),
    Kind.PHONE: Look("phone"),
    Kind.CALL: Look("chat"),
    Kind.VISIT: Look("home"),
    Kind.NO_ANSWER: Look("phone", "grey"),
    Kind.NOTE: Look("note", "sky"),
    Kind.CORRECTION: Look("pencil", "amber"),
    Kind.FACT: Look("pencil", "grey"),
    Kind.ASSIGNED: Look("people", "grey"),
    Kind.AGREED: Look("share"),
    Kind.SENT_ON: Look("walk", "plum"),
    Kind.ANSWERED: Look("check"),
    Kind.WITHDRAWN: Look("walk", "grey"),
    Kind.SIGNPOSTED: Look("place", "plum"),
    Kind.BOOKED: Look("calendar", "plum"),
    Kind.ATTENDED: Look("check"),
    Kind.MISSED: Look("clock", "amber"),
    Kind.CLOSED: Look("check", "grey"),
    Kind.ERASED: Look("lock", "grey"),
}


# --- One formatter per kind: its title, and what stands below the words -----------------------------


def contact(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """first_contact (bool); next and next_on (in words); match: why a referral that joins is the same person's."""
    title = str(Kind(kind).label) + (", first contact" if details.get("first_contact") else "")
    step = [("Next step", f"{details['next']}, by {details.get('next_on', '')}")] if details.get("next") else []
    return title, step + labelled(details, ("Same person", "match"))


def referred(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """sent: what came with it, as pairs of label and value; differs: {name of fact: {…}}, see actions/opening.py."""
    return str(Kind(kind).label), [(str(label), str(value)) for label, value in details.get("sent", [])]


def opened(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """lead, first_contact_due (in words)."""
    return str(Kind(kind).label), labelled(
        details, ("With", "lead"), ("First contact due", "first_contact_due"), ("Same person", "match")
    )


def fact(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """label, before, after: as it was read then."""
    changed = [("Was", details.get("before") or "Not known"), ("Now", details.get("after") or "Not known")]
    return f"{details.get('label', 'Key fact')}: changed", changed


def assigned(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """before, after: names of members."""
    return f"Given to {details.get('after', 'a colleague')}", labelled(details, ("Before", "before"))


def agreed(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """agency, scope, how, and withdrawn (bool) when it was taken back."""
    verb = "Agreement taken back" if details.get("withdrawn") else "Agreement given"
    title = f"{verb}: {details['agency']}" if details.get("agency") else verb
    return title, labelled(details, ("To", "scope"), ("How", "how"))


def sent_on(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """service, agency, answer_by (in words), agreed, shared: labels of what the group got."""
    facts = labelled(details, ("To", "agency"), ("Answer by", "answer_by"), ("Agreed", "agreed"))
    shared = ", ".join(str(label).lower() for label in details.get("shared", []))
    facts += [("What they got", shared)] if shared else []
    return f"Referred on to {details.get('service', 'a group')}", facts


def answered(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """service, agency, deed (past participle), reason, happened_on (in words)."""
    deed = str(details.get("deed") or "answered")
    title = f"{details.get('service', 'A group')}: {deed}"
    return title, labelled(details, ("Reason", "reason"), ("On", "happened_on"))


def signposted(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """service, agency, phone, email, url."""
    facts = labelled(details, ("By", "agency"), ("Phone", "phone"), ("E-mail", "email"))
    return f"Told about {details.get('service', 'an activity')}", facts


def booked(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """service, agency, when (in words), deed (past participle), status, agreed; position, until where there is one."""
    deed = str(details.get("deed") or "booked").capitalize()
    facts = labelled(details, ("Group", "agency"), ("Number on the list", "position"), ("Held until", "until"))
    return f"{deed}: {of_session(details)}", facts + labelled(details, ("Agreed", "agreed"))


def attended(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """service, agency, when (in words), deed, time: which time it was."""
    turn = {1: " (1st time)", 2: " (2nd time)", 3: " (3rd time)"}.get(details.get("time", 0), "")
    deed = str(details.get("deed") or "came").capitalize()
    return f"{deed}: {of_session(details)}{turn}", labelled(details, ("Group", "agency"))


def of_session(details: dict[str, Any]) -> str:
    """Which one: "Tuesday gardening group, 24 November 2026, 10:30am"."""
    return ", ".join(str(details[key]) for key in ("service", "when") if details.get(key)) or "an activity"


def closed(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    """reason, outcome."""
    return str(Kind(kind).label), labelled(details, ("Reason", "reason"), ("What changed", "outcome"))


def plain(kind: str, details: dict[str, Any]) -> tuple[str, Facts]:
    return str(Kind(kind).label), []


def labelled(details: dict[str, Any], *pairs: tuple[str, str]) -> Facts:
    """Label and value of those keys that say something."""
    return [(label, str(details[key])) for label, key in pairs if details.get(key)]


FORMATTERS: dict[str, Callable[[str, dict[str, Any]], tuple[str, Facts]]] = {
    Kind.PHONE: contact,
    Kind.CALL: contact,
    Kind.VISIT: contact,
    Kind.NO_ANSWER: contact,
    Kind.NOTE: contact,
    Kind.REFERRED: referred,
    Kind.OPENED: opened,
    Kind.FACT: fact,
    Kind.ASSIGNED: assigned,
    Kind.AGREED: agreed,
    Kind.SENT_ON: sent_on,
    Kind.ANSWERED: answered,
    Kind.WITHDRAWN: answered,
    Kind.SIGNPOSTED: signposted,
    Kind.BOOKED: booked,
    Kind.ATTENDED: attended,
    Kind.MISSED: attended,
    Kind.CLOSED: closed,
}


# --- The lines --------------------------------------------------------------------------------------


def lines(entries: Iterable[Entry], *, case: Case, member: Membership, circle: list[str] | None = None) -> list[Line]:
    """The entries as lines, in their order, for this member. `circle` is what `circle_of` gives, when at hand."""
    shown = list(entries)
    names, here = circle or circle_of(case), {entry.number for entry in shown}
    url = reverse("cases:case", args=[case.pk])
    return [line(entry, case=case, member=member, names=names, url=url, here=here) for entry in shown]


def line(
    entry: Entry, *, case: Case, member: Membership, names: list[str], url: str = "", here: Collection[int] = ()
) -> Line:
    """One entry of `history.timeline` or `history.whole`, which bring the numbers of corrections along."""
    title, facts = FORMATTERS.get(entry.kind, plain)(entry.kind, entry.details)
    text = "The words were taken out by law." if entry.details == ERASED else entry.text
    by, moment, readers = entry.byline, moment_of(entry), audience(entry, case, names)
    corrected = tuple(address(number, here, url) for number in getattr(entry, "corrected_numbers", ()))
    looks = ("entry", "entry--corrected" * bool(corrected), "entry--private" * (entry.audience == Audience.TEAM))
    return Line(
        number=entry.number,
        title=title,
        by=by,
        when=moment,
        text=text,
        facts=facts,
        audience=readers,
        head=format_html(
            part("head", "look", "number", "disc", "title", "by", "when", "text"),
            look=" ".join(filter(None, looks)),
            number=entry.number,
            disc=drawn(entry.kind),
            title=title,
            by=by,
            when=moment,
            text=text,
        ),
        foot=foot(entry, member, readers, url),
        referral=entry.about_id,
        offers=offers(entry, case, member),
        corrects=address(corrected_number(entry), here, url) if entry.corrects_id else None,
        corrected_by=corrected,
    )


def foot(entry: Entry, member: Membership, readers: str, url: str) -> SafeString:
    lock = part("lock") if entry.audience == Audience.TEAM else ""
    correct: str = ""
    if url and may_correct(entry, member):
        correct = format_html(part("correct", "url", "number"), url=url, number=entry.number)
    return format_html(part("foot", "lock", "audience", "correct"), lock=lock, audience=readers, correct=correct)


@cache
def part(name: str, *variables: str) -> SafeString:
    """A part of the page's template as a pattern for `format_html`. That escapes as a template does, at a tenth of
    the cost, which thirty lines a page feel."""
    return render_to_string(f"cases/case.html#{name}", {variable: f"{{{variable}}}" for variable in variables})


@cache
def drawn(kind: str) -> SafeString:
    """The coloured disc with the icon of that kind."""
    look = LOOKS.get(kind, Look("note"))
    return render_to_string("cases/case.html#disc", {"name": look.icon, "tone": look.tone})


def corrected_number(entry: Entry) -> int:
    known: int | None = getattr(entry, "corrects_number", None)
    return known if known is not None else entry.corrects.number  # type: ignore[union-attr]


def address(number: int, here: Collection[int], url: str) -> tuple[int, str]:
    """Where that entry is to be read: on this page, or on one that begins with it."""
    return number, f"#entry-{number}" if number in here else f"{url}?before={number + 1}#entry-{number}"


def moment_of(entry: Entry) -> str:
    """20 November 2026, 2:10pm; and when it was written, if that was a day or more later."""
    if entry.written_at - entry.happened_at < timedelta(days=1):
        return when(entry.happened_at)
    return f"{when(entry.happened_at)} (written {when(entry.written_at)})"


def circle_of(case: Case) -> list[str]:
    """Names of the agencies that may read the case today, the owning team first."""
    found = Circle.objects.filter(case=case, ended_at=None).order_by("started_at", "id")
    others = found.exclude(agency=case.agency_id).values_list("agency__name", flat=True)
    return [case.agency.name, *others]


def audience(entry: Entry, case: Case, names: list[str]) -> str:
    """Who may read it now, in words: an agency that leaves the circle reads it no more."""
    if entry.audience == Audience.TEAM:
        return f"Private to {case.agency.name}"
    person = [case.person.name] if entry.audience == Audience.PERSON else []
    return f"Shared with: {', '.join(person + names)}"


def may_correct(entry: Entry, member: Membership) -> bool:
    """Members correct what their own agency wrote by hand, and nothing that a deed or a group has said."""
    ours = entry.hand == Hand.MEMBER and entry.written_for_id == member.agency_id
    return ours and entry.kind in WRITTEN | {Kind.CORRECTION} and entry.details != ERASED


def offers(entry: Entry, case: Case, member: Membership) -> list[tuple[str, str]]:
    """Key facts that a referral told otherwise than the person's record, which the owning team may take over."""
    if case.agency_id != member.agency_id:
        return []
    return [(name, str(said.get("label", name))) for name, said in entry.details.get("differs", {}).items()]
