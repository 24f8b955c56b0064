"""Accepting a referral is opening a case, or joining the one that is open."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from agencies.models import Author, Membership
from cases import notifications
from cases.actions.seats import WORKS_WITH_PERSON
from cases.facts import KEY_FACTS, format_fact_values
from cases.history.record import record_entry
from cases.models import Agreement, Case, CaseReferral, Circle, Kind, Person
from config.template_tags import date_words
from config.transitions import lock_row
from referrals import story
from referrals.actions import MoveRefused, move_referral
from referrals.actions.transition import describe_latest_move
from referrals.models import Referral
from referrals.states import ReferralStatus, Side

FIRST_CONTACT = "First contact"  # the first next step of every case
NUMBER_LEFT_OUT = "Left out: it stands at another record of this team. Ask whose it is"
PERSON_COLUMNS = (  # what a referral and a person both hold; a person's blanks are filled from the referral
    "date_of_birth",
    "birth_precision",
    "nhs_number",
    "phone",
    "email",
    "address",
    "postcode",
    "practice",
    "contact_by",
    "contact_avoid",
)


class PersonAddedMeanwhile(Exception):
    """Somebody with this NHS number was added meanwhile: the choice must be made again, with them in the list."""


@transaction.atomic
def accept_referral(
    *,
    referral: Referral,
    by: Author,
    person: Person | None,
    lead: Membership | None = None,
    key: uuid.UUID | None = None,
    match: str = "",
) -> Case:
    """Accept `referral` for `person` (None: somebody new) and return the case it belongs to from now on.

    Opens a case led by `lead` (else by the member who accepts), or joins the team's open case of that person.
    `match` says in words why it is the same person. Accepted twice, also at the same moment, the second gets
    the first one's case. Raises `MoveRefused` when the referral can no longer be accepted, `PersonAddedMeanwhile`.
    """
    if by.member is None:
        raise PermissionDenied("Only a member accepts a referral.")
    lock_row(referral)
    referral.refresh_from_db(from_queryset=Referral.locked())
    if first := CaseReferral.objects.filter(referral=referral).select_related("case__person").first():
        return first.case
    if referral.to_agency_id != by.member.agency_id:  # passed on to another team meanwhile
        raise MoveRefused(describe_latest_move(referral))
    link = CaseReferral(referral=referral, direction=CaseReferral.Direction.RECEIVED)
    case, is_new = settle_referral(link, by=by, person=person, lead=lead or by.member, match=match)
    move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER, key=key)
    if is_new:
        notify_of_opening(case, referral, by)
    return case


def settle_referral(
    link: CaseReferral, *, by: Author, person: Person | None, lead: Membership, match: str
) -> tuple[Case, bool]:
    """Tie the referral of `link` to the open case of `person` (None: somebody new) or to a new one, with its agreements
    and entries. Returns the case and whether it is new."""
    referral = link.referral
    person, link.filled = fill_blank_columns(person, referral) if person else (create_person(referral), {})
    opened = Case.objects.select_for_update(of=("self",))
    joins = opened.filter(person=person, agency=referral.to_agency, closed_at=None).first()
    link.case = joins or create_case(referral, person, lead)
    link.save()
    record_agreements(link.case, referral)
    record_opening_entries(link.case, referral, by=by, joined=joins is not None, match=match)
    return link.case, joins is None


def notify_of_opening(case: Case, referral: Referral, by: Author) -> None:
    notifications.notify_new_lead(case, by)
    notifications.notify_case_opened(case, asked_by=referral.from_agency.name if Agreement.is_missing(case) else "")


def create_person(referral: Referral) -> Person:
    """Somebody new to the team, with what the referral says. An NHS number that stands at another record of the team
    is left out: two records never share one, and which of them is right is for people to find out."""
    held = Person.known_to(referral.to_agency).filter(nhs_number=referral.nhs_number).exclude(nhs_number="").exists()
    details = {name: getattr(referral, name) for name in PERSON_COLUMNS}
    person = Person(
        agency=referral.to_agency, name=referral.person_name, **details | ({"nhs_number": ""} if held else {})
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise PersonAddedMeanwhile from error
    return person


def fill_blank_columns(person: Person, referral: Referral) -> tuple[Person, dict[str, str]]:
    """Give the person what the referral knows and we did not; nothing that is there is changed. The row is locked:
    two referrals of one person go one after the other. Returns the person, and what was filled in, as text."""
    ours = Person.objects.filter(agency=referral.to_agency)  # never another team's record
    person = ours.select_for_update(of=("self",)).get(pk=person.pk)
    blank = [name for name in PERSON_COLUMNS if not getattr(person, name) and getattr(referral, name)]
    if Person.known_to(referral.to_agency).filter(nhs_number=referral.nhs_number).exclude(pk=person.pk).exists():
        blank = [name for name in blank if name != "nhs_number"]
    if {person.address, person.postcode} - {"", referral.address, referral.postcode}:
        blank = [name for name in blank if name not in ("address", "postcode")]  # half of each would be no address
    if "date_of_birth" in blank:
        blank.append("birth_precision")
    for name in blank:
        setattr(person, name, getattr(referral, name))
    if blank:
        person.version += 1
        person.save(update_fields=[*blank, "version"])
    return person, {name: column_text(person, name) for name in blank}


def column_text(person: Person, name: str) -> str:
    """A column of PERSON_COLUMNS as text, to tell whether it was changed since."""
    return str(person.practice_id if name == "practice" else getattr(person, name))


def create_case(referral: Referral, person: Person, lead: Membership) -> Case:
    """A new case with the team's own row in its circle, and the first contact as its next step."""
    case = Case.objects.create(
        person=person,
        agency=referral.to_agency,
        lead=lead,
        what_matters=referral.what_matters,
        safety_note=referral.risks,
        first_contact_due=referral.contact_due,
        next_action=FIRST_CONTACT,
        next_action_on=referral.contact_due,
    )
    Circle.objects.create(case=case, agency=referral.to_agency, **WORKS_WITH_PERSON)
    return case


def record_agreements(case: Case, referral: Referral) -> None:
    """What the person agreed to when they were referred, as those who asked them told it. A team that they were not
    asked about, then or when it was passed on, has no agreement."""
    share, tell = Agreement.Scope.SHARE, Agreement.Scope.TELL
    asked: dict[str, Any] = {"by": Author.of(referral.sent_by), "given_at": referral.sent_at, "referral": referral}
    asked["how"] = f"Told to {referral.from_agency.name} when they were referred"
    if referral.agreed_with_id == referral.to_agency_id:
        Agreement.give(case, referral.to_agency, share, named=referral.agreed_with_name, **asked)
    elif passed := story.find_agreed_passing(referral, story.load_moves(referral)):
        again: dict[str, Any] = {"by": passed.author, "given_at": passed.at, "how": passed.get_ground_display()}
        Agreement.give(case, referral.to_agency, share, named=passed.to_agency_name, referral=referral, **again)
    if referral.agreed_to_tell:
        Agreement.give(case, referral.from_agency, tell, named=referral.agreed_tell_name, **asked)


def record_opening_entries(case: Case, referral: Referral, *, by: Author, joined: bool, match: str) -> None:
    """The referral as it was sent, in its sender's name; then that the case was opened, if it was."""
    record_entry(
        case=case,
        kind=Kind.REFERRED,
        by=Author.of(referral.sent_by),
        text=referral.message,
        happened_at=referral.sent_at,
        about=referral,
        details={"sent": format_referral(referral)} | find_differing_facts(case, referral),
    )
    if joined:
        record_entry(
            case=case,
            kind=Kind.NOTE,
            by=by,
            about=referral,
            text="Another referral joins this case.",
            details={"match": match},
        )
    else:
        details = {"lead": case.lead.user.name, "first_contact_due": date_words(case.first_contact_due), "match": match}
        if referral.nhs_number and not case.person.nhs_number:
            details["number"] = NUMBER_LEFT_OUT
        record_entry(case=case, kind=Kind.OPENED, by=by, about=referral, details=details)


def format_referral(referral: Referral) -> list[tuple[str, str]]:
    """What came with the referral beside its message, as label and value, without what is empty."""
    rows = [
        ("Needs", ", ".join(term.name for term in referral.needs.all())),
        ("What matters", referral.what_matters),
        ("Risks", referral.risks or ("No known risks" if referral.no_known_risks else "")),
        ("How soon", referral.get_urgency_display()),
        ("Reach them by", referral.get_contact_by_display()),
        ("Avoid", referral.contact_avoid),
        ("Agreed to", ". ".join(story.list_agreements(referral, story.load_moves(referral)))),
    ]
    return [(label, value) for label, value in rows if value]


def find_differing_facts(case: Case, referral: Referral) -> dict[str, Any]:
    """Key facts that the referral tells otherwise than the record: kept as they are, and offered for change."""
    found = {}
    said = {"name": referral.person_name} | {name: getattr(referral, name) for name in PERSON_COLUMNS}
    if not referral.birth.on or referral.birth.may_be(case.person.birth):
        del said["date_of_birth"], said["birth_precision"]
    for fact in KEY_FACTS.values():
        said |= {"what_matters": referral.what_matters, "safety_note": referral.risks}
        theirs = {field: said[field] for field in fact.fields if said.get(field)}
        if any(str(value) != str(getattr(fact.find_row(case), field)) for field, value in theirs.items()):
            found[fact.name] = {
                "label": fact.label,
                "words": format_fact_values(theirs),
                "values": {k: str(v) for k, v in theirs.items()},
            }
    return {"differs": found} if found else {}
