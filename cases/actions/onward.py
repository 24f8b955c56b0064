"""From the case to a group: refer on to one or several, tell about an activity, and hear what they answer."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from agencies.models import Agency, Author
from cases import notifications
from cases.case_context import case_of_referral
from cases.history.record import record_entry
from cases.models import Agreement, Audience, Case, CaseReferral, Entry, Kind, Person
from config.template_tags import date_words
from directory.models import Service, TaxonomyTerm
from referrals.actions import send_referral
from referrals.hooks import on_referral_moved, on_remark_saved
from referrals.models import ContactBy, Move, Referral, Remark
from referrals.states import OPEN_STATUSES, ReferralStatus


@dataclass(frozen=True)
class OnwardRequest:
    """What every group chosen gets, beside the name of the person and a way to reach them."""

    message: str = ""
    risks: str = ""  # what the group must know to be safe; "" means that no risk is known
    how_agreed: str = ""
    needs: list[TaxonomyTerm] = field(default_factory=list)


@transaction.atomic
def refer_on(
    *, case: Case, by: Author, key: uuid.UUID, services: Iterable[Service], ask: OnwardRequest, started_at: datetime
) -> list[Referral]:
    """Send one referral to each of `services`, with the agreement and an entry of its own; all or none.

    Each is keyed by the post's `key` and the service: the same post again sends nothing again. A service that was
    asked meanwhile, and has not finished, is not asked twice: the referral it has stands in the list instead.
    """
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)  # two posts at once go one after the other
    return [
        refer_to_service(
            case=case, by=by, key=uuid.uuid5(key, str(service.pk)), service=service, ask=ask, started_at=started_at
        )
        for service in services
    ]


def refer_to_service(
    *, case: Case, by: Author, key: uuid.UUID, service: Service, ask: OnwardRequest, started_at: datetime
) -> Referral:
    if already := find_open_referral(case, service):
        return already
    referral = send_referral(
        by=by,
        key=key,
        to_agency=service.agency,
        service=service,
        started_at=started_at,
        details=shared_referral_columns(case.person, ask) | columns_kept_back(case, service.agency),
        needs=ask.needs,
    )
    _link, new = CaseReferral.objects.get_or_create(
        referral=referral, defaults={"case": case, "direction": CaseReferral.Direction.SENT}
    )
    if not new:
        return referral
    Agreement.give(case, service.agency, Agreement.Scope.SHARE, by=by, how=ask.how_agreed, referral=referral)
    record_entry(
        case=case,
        kind=Kind.SENT_ON,
        by=by,
        text=ask.message,
        about=referral,
        key=key,
        details={
            "service": service.name,
            "agency": service.agency.name,
            "answer_by": date_words(referral.answer_by),
            "agreed": ask.how_agreed,
            "shared": [words for words, _ in format_shared_details(referral)],
        },
    )
    return referral


def find_open_referral(case: Case, service: Service) -> Referral | None:
    """What the service was asked from this case and has not finished."""
    return Referral.objects.filter(
        case_referral__case=case,
        case_referral__direction=CaseReferral.Direction.SENT,
        service=service,
        status__in=OPEN_STATUSES,
    ).first()


def shared_referral_columns(person: Person, ask: OnwardRequest) -> dict[str, Any]:
    """The columns of a referral to a group: a name, one way to reach them, roughly where they live, and the ask.

    Never the NHS number, the date of birth or anything from the history; the address only to be written to.
    """
    return {
        "person_name": person.name,
        "phone": person.phone,
        "email": person.email if person.contact_by == ContactBy.EMAIL or not person.phone else "",
        "address": person.address if person.contact_by == ContactBy.LETTER else "",
        "contact_by": person.contact_by,
        "contact_avoid": person.contact_avoid,
        "postcode": person.postcode.split(" ")[0],
        "message": ask.message,
        "no_known_risks": not ask.risks,
        "risks": ask.risks,
        "agreed_to_share": True,
        "agreed_to_tell": True,
    }


PART_COLUMNS: dict[Agreement.Part, dict[str, str]] = {  # of a referral: what they are without that part
    Agreement.Part.CONTACT: {
        "phone": "",
        "email": "",
        "address": "",
        "contact_avoid": "",
        "contact_by": ContactBy.OTHER,
    },
    Agreement.Part.AREA: {"postcode": ""},
    Agreement.Part.REASON: {"message": "", "what_matters": ""},
}
STANDING_PARTS = (Agreement.Part.CONTACT, Agreement.Part.AREA)  # come from the person's record, not from a form


def columns_kept_back(case: Case, agency: Agency) -> dict[str, str]:
    """What a new referral to that agency has instead, where the person has narrowed the agreement with it. What it is
    about is written anew each time, and agreed to then."""
    kept_back = Agreement.parts_kept_back(case, agency)
    return {
        column: value for part in STANDING_PARTS if part in kept_back for column, value in PART_COLUMNS[part].items()
    }


def format_shared_details(sent: Referral) -> list[tuple[str, str]]:
    """What a group was given, as label and value, leaving out what is empty. Works on a referral not yet saved."""
    needs = ", ".join(term.name for term in sent.needs.all()) if not sent._state.adding else ""
    rows = [
        ("Name", sent.person_name),
        ("Phone", sent.phone),
        ("E-mail", sent.email),
        ("Best reached by", sent.get_contact_by_display()),
        ("What to avoid", sent.contact_avoid),
        ("Address", sent.address),
        ("Area", sent.postcode),
        ("Needs", needs),
        ("Message", sent.message),
        ("To keep everybody safe", sent.risks or "No known risks"),
    ]
    return [(label, value) for label, value in rows if value]


@transaction.atomic
def record_signposting(*, case: Case, by: Author, key: uuid.UUID, service: Service) -> Entry:
    """Note that the person was told about an activity. No personal data passes: not a referral (PRSB)."""
    return record_entry(
        case=case,
        kind=Kind.SIGNPOSTED,
        by=by,
        key=uuid.uuid5(key, str(service.pk)),
        audience=Audience.PERSON,
        details={
            "service": service.name,
            "agency": service.agency.name,
            "service_id": str(service.pk),
            "phone": service.phone,
            "email": service.email,
            "url": service.url,
        },
    )


# --- What comes back --------------------------------------------------------------------------------


@on_referral_moved.register
def enter_referral_move(referral: Referral, move: Move) -> None:
    """A group's move, our own withdrawal, or a referrer's, into the history of the case, whoever makes it."""
    with case_of_referral(referral):
        record_referral_move(referral, move)


def record_referral_move(referral: Referral, move: Move) -> None:
    """Write a group's move, or our own withdrawal, into the history of the case it was sent from; and what whoever
    referred does after their referral led to a case, which is to withdraw it.

    What the team itself does with a referral that led to a case stands there by its own deeds.
    """
    link = CaseReferral.objects.filter(referral=referral).first()
    if link is None:
        return
    sent = link.direction == CaseReferral.Direction.SENT
    case = Case.with_people().get(pk=link.case_id)
    if not sent and move.written_for_id == case.agency_id:
        return
    withdrawn = move.after == ReferralStatus.WITHDRAWN
    details = service_details(referral) if sent else {"service": referral.from_agency.name}
    details |= {"deed": move.deed, "status": move.after, "reason": move.reason.text if move.reason else ""}
    if move.happened_on:
        details["happened_on"] = date_words(move.happened_on)
    record_entry(
        case=case,
        kind=Kind.WITHDRAWN if withdrawn else Kind.ANSWERED,
        by=move.author,
        key=move.pk,
        text=move.words,
        details=details,
        about=referral,
    )
    if not (sent and withdrawn):
        notify_lead(case, referral, key=f"case move {move.pk}")
    if sent and not withdrawn:
        notifications.notify_group_answered(case, referral, move)


REMARK_DEEDS = {
    Remark.Kind.MESSAGE: "wrote",
    Remark.Kind.UNANSWERED: "no answer yet",
    Remark.Kind.UNATTENDED: "nobody there to answer",
}


@on_remark_saved.register
def enter_referral_remark(referral: Referral, remark: Remark) -> None:
    with case_of_referral(referral):
        record_referral_remark(referral, remark)


def record_referral_remark(referral: Referral, remark: Remark) -> None:
    """Write a message between the case's team and the other side, or that nobody answers or hears, into its history."""
    link = CaseReferral.objects.filter(referral=referral).first()
    if link is None or remark.kind == Remark.Kind.ASSIGNED:
        return
    case = Case.with_people().get(pk=link.case_id)
    sent = link.direction == CaseReferral.Direction.SENT
    others = {referral.to_agency_id if sent else referral.from_agency_id, None} - {case.agency_id}
    if remark.written_for_id not in others:  # the team's own words, or of whoever closes it
        return
    details = service_details(referral) if sent else {"service": referral.from_agency.name}
    record_entry(
        case=case,
        kind=Kind.ANSWERED,
        by=remark.author,
        key=remark.pk,
        text=remark.words,
        details=details | {"deed": REMARK_DEEDS[Remark.Kind(remark.kind)]},
        about=referral,
    )
    notify_lead(case, referral, key=f"case remark {remark.pk}")


def service_details(referral: Referral) -> dict[str, Any]:
    return {"service": referral.service.name if referral.service else "", "agency": referral.to_agency.name}


def notify_lead(case: Case, referral: Referral, *, key: str) -> None:
    """Tell whoever leads the case now; whoever sent the referral is told of it with the referral itself."""
    if case.lead_id != referral.sent_by_id:
        notifications.notify_lead(case, key=key, subject=f"News in one of your cases ({referral.reference})")
