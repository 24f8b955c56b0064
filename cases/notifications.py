"""What the person hears of their own case, by e-mail, by letter, or read out by whoever calls them; and its lead.

To the person no need, risk, note or summary is written, and nothing that a group wrote to the team.
"""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url
from agencies.models import Agency, Author, Membership, Message
from agencies.models.message import Channel
from cases.models import Agreement, Case, Person, RightsMove, RightsRequest
from cases.states import RightKind, RightsStatus
from config.template_tags import date_words
from referrals.models import ContactBy, Move, Referral
from referrals.states import ReferralStatus

DIED_REASON_CODE = "died"  # the closing reason after which nobody writes or calls
TEAM_CLOSED_CODE = "team-closed"  # made when it is first needed, and never among those that somebody chooses from
MAX_RECIPIENT_LENGTH = 254  # characters of Message.to
ANSWER_SUBJECTS = {
    ReferralStatus.ACCEPTED: "There is a place for you",
    ReferralStatus.WAITING: "You are on a waiting list",
    ReferralStatus.DECLINED: "An answer from a group we asked",
}
TOLD_OF_RIGHTS = {"received", "paused", "extended", "refused", "done"}
MISTAKEN_SUBJECT = "Our last message to you was a mistake"
CONTACT_PHRASES = {
    ContactBy.PHONE: "call you",
    ContactBy.TEXT: "send you a text",
    ContactBy.EMAIL: "send you an e-mail",
    ContactBy.LETTER: "write to you",
}


def notify_case_opened(case: Case, *, asked_by: str = "") -> None:
    """Who will be in touch, how, and by when. `asked_by`: who asked a team that the person was not asked about."""
    due = case.first_contact_due
    notify_person(
        case,
        key="opened",
        subject="We will be in touch with you",
        template="person/opened.txt",
        context={
            "how": CONTACT_PHRASES.get(ContactBy(case.person.contact_by), "get in touch with you"),
            "asked_by": asked_by,
            "by": f"by {date_words(due)}" if due >= timezone.localdate() else "as soon as we can",
        },
    )


def notify_group_answered(case: Case, referral: Referral, move: Move) -> None:
    """What a group said when it was asked; a decline in the place's kind words; and that an answer was a mistake.
    Not each time the person came."""
    mistaken = move.takes_back_id is not None
    status = ReferralStatus(move.before if mistaken else move.after)
    if status not in ANSWER_SUBJECTS:
        return
    service, agency = referral.service, referral.to_agency
    notify_person(
        case,
        key=f"move {move.pk}",
        subject=MISTAKEN_SUBJECT if mistaken else ANSWER_SUBJECTS[status],
        template="person/answered.txt",
        context={
            "said": "mistaken" if mistaken else status.value,
            "open": case.is_open,
            "reason": move.reason.for_person if move.reason else "",
            "group": f"{service.name} ({agency.name})" if service and service.name != agency.name else agency.name,
            "group_phone": (service and service.phone) or agency.phone,
        },
    )


def notify_case_moved(case: Case, before: Agency) -> None:
    """Which team works with them now, as the one they know has closed; whether they were asked."""
    context = {"before": before.name, "unasked": Agreement.is_missing(case)}
    subject = "Another team works with you now"
    notify_person(case, key=f"moved {case.entry_count}", subject=subject, template="person/moved.txt", context=context)


def notify_less_shared(case: Case, agreement: Agreement, seen: list[str]) -> None:
    """That the person's own wish was done, since when, and what that agency had seen before: it cannot be unread."""
    context = {
        "agency": agreement.named,
        "tell": agreement.scope == Agreement.Scope.TELL,
        "parts": [] if agreement.withdrawn_at else agreement.kept_back_words,
        "seen": seen,
    }
    key = f"agreement {agreement.pk} {'over' if agreement.withdrawn_at else len(agreement.kept_back)}"
    notify_person(case, key=key, subject="You share less now", template="person/less_shared.txt", context=context)


def notify_case_closed(case: Case) -> None:
    """Thanks, and how to come back; where the team itself has closed, whom to ring instead."""
    ended = case.closing_reason is not None and case.closing_reason.code == TEAM_CLOSED_CODE
    subject = f"{case.agency.name} has closed" if ended else "We have finished our work with you"
    phone = {"phone": settings.PLACE["phone"]} if ended else {}
    context = {"ended": ended, **phone}
    notify_person(case, key="closed", subject=subject, template="person/closed.txt", context=context)


def notify_of_right(case: Case, request: RightsRequest, move: RightsMove) -> None:
    """What the person must hear of what they asked about their record: that it came, by when, and why not."""
    status = "extended" if move.before == move.after else move.after
    if status not in TOLD_OF_RIGHTS or (status, request.kind) == (RightsStatus.DONE, RightKind.ERASURE):
        return  # once it is erased, nobody knows any more whom to tell
    context = {"kind": request.get_kind_display(), "status": status, "due_on": request.due_on, "words": move.words}
    notify_person(
        case,
        key=f"right {move.pk}",
        subject="What you asked about your records",
        template="person/right.txt",
        context=context,
    )


def notify_new_lead(case: Case, by: Author) -> None:
    """A colleague who was given the case hears of it; whoever took it themselves knows."""
    if case.lead != by.member:
        key, subject = f"case given {case.pk} {case.entry_count}", "A case was given to you"
        notify_lead(case, key=key, subject=subject, template="email/case_given.txt", giver=by.name)


def notify_of_cases_given(to: Membership, number: int, first: Case, by: Author) -> None:
    """A colleague who takes over the cases of somebody who leaves hears of all in one e-mail."""
    if to == by.member:
        return
    messages.queue_message(
        key=f"cases given {first.pk} {first.entry_count}",
        to=to.user.email,
        subject=f"{number} case{'' if number == 1 else 's'} {'was' if number == 1 else 'were'} given to you",
        template="email/cases_given.txt",
        context={
            "giver": by.name,
            "number": number,
            "link": absolute_url("cases:caseload"),
        },
    )


def notify_lead(
    case: Case,
    *,
    key: str,
    subject: str = "News in one of your cases",
    template: str = "email/case_news.txt",
    **context: str,
) -> None:
    """E-mail whoever leads the case, or the team when they have left: a link, and no name of the person in it."""
    if to := case.lead.user.email if is_lead_at_work(case) else case.agency.email:
        context["link"] = absolute_url("cases:case", case.pk)
        messages.queue_message(key=key, to=to, subject=subject, template=template, context=context)


def is_lead_at_work(case: Case) -> bool:
    """Whether whoever leads it still does: not when they have left, or another team has it now."""
    lead = case.lead
    return lead.ended_at is None and lead.user.is_active and lead.agency_id == case.agency_id


def notify_person(case: Case, *, key: str, subject: str, template: str, context: dict[str, Any]) -> Message | None:
    """Write to the person of `case` once under `key`, in their own channel. None when they have died, and
    of a case that is kept and not used, but for what they asked about their record.

    `template` extends person/base.txt, and gets beside `context`: `call` (it is read out), `who` does what is
    promised ("I" when read out), `connector`, `team`, `phone` and `person`.
    """
    if case.closing_reason and case.closing_reason.code == DIED_REASON_CODE:
        return None
    if case.processing_restricted_at and not key.startswith("right "):
        return None
    channel, to = choose_channel(case.person)
    team = case.agency.name
    connector = case.lead.user.name if is_lead_at_work(case) else team
    return messages.queue_message(
        key=f"{message_key_prefix(case)}{key}",
        channel=channel,
        to=to,
        subject=subject,
        template=template,
        context={
            "call": channel == Channel.CALL,
            "who": "I" if channel == Channel.CALL else connector,
            "connector": connector,
            "team": team,
            "phone": case.agency.phone or settings.PLACE["phone"],
            "person": case.person,
            **context,
        },
    )


def choose_channel(person: Person) -> tuple[Channel, str]:
    """How the person hears: as they chose where we have the address for it, else by a call."""
    if person.contact_by == ContactBy.EMAIL and person.email:
        return Channel.EMAIL, join_on_one_line(person.email)
    address = join_on_one_line(person.name, *person.address.splitlines(), person.postcode)
    if person.contact_by == ContactBy.LETTER and person.address.strip() and len(address) <= MAX_RECIPIENT_LENGTH:
        return Channel.LETTER, address
    return Channel.CALL, join_on_one_line(person.name, person.phone)


def join_on_one_line(*parts: str) -> str:
    """Name and address, or name and phone, as one line: "Joan Whitfield, 1 High Street, BN11 2AA"."""
    tidy = [" ".join(part.split()).strip(" ,") for part in parts]
    return ", ".join(part for part in tidy if part)


def messages_to_person(case: Case) -> QuerySet[Message]:
    """All that the person of the case was told, the newest first."""
    return Message.with_key_prefix(message_key_prefix(case))


def message_key_prefix(case: Case) -> str:
    return f"person {case.pk} "
