"""A complaint: made by anybody, looked into by who keeps the register, never by whom it is about."""

import datetime
import re
import uuid
from difflib import get_close_matches
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies import messages
from agencies.complaint_states import ACKNOWLEDGE_DAYS, KEEPER, TRANSITIONS, WRITER, ComplaintStatus
from agencies.messages import absolute_url
from agencies.models import Agency, Author, Complaint, ComplaintMove, Membership, Signed
from agencies.models.complaint import AnswerBy
from agencies.registers import find_steward, list_keepers, tell_keepers
from agencies.retention import period_length
from config.batches import run_for_each
from config.row_security import enter, job_context
from config.template_tags import date_words
from config.transitions import MoveRefused, check_move, find_by_key, lock_row, save_move
from config.working_days import add_working_days, is_working_day

LONG_NAME = 5  # letters from which on a name with one wrong is still told from others
WARN_DAYS = 2  # working days before an answer is due


@transaction.atomic
def make_complaint(
    *,
    by: Author,
    key: uuid.UUID,
    agency: Agency,
    about: Membership | None = None,
    to_steward: bool = False,
    received_on: datetime.date | None = None,
    **said: Any,
) -> Complaint:
    """Write it down, and start its clock from the day on which it was said: 3 working days to acknowledge it, then what
    the place sets to answer.

    It goes to who keeps the register of `agency`; to the steward where they ask for that, where nobody keeps one,
    where it is about the only one who does, and where the name given is that of several. `said`: name, contact, words
    … (the columns). Who looks into it hears. The same `key` again gets the first one.
    """
    day = received_on or timezone.localdate()
    named = [about] if about else find_named(agency, said.get("about_name", ""))
    about = named[0] if len(named) == 1 else None
    to_steward = to_steward or len(named) > 1
    complaint = Complaint(
        id=uuid.uuid5(key, "complaint"),  # so that the second post is told the same reference
        key=key,
        agency=agency,
        kept_by=(to_steward and find_steward()) or choose_keeper(agency, about),
        about=about,
        received_at=day_to_moment(received_on) if received_on else timezone.now(),
        acknowledge_by=add_working_days(day, ACKNOWLEDGE_DAYS),
        answer_by=add_working_days(day, max(ACKNOWLEDGE_DAYS, period_length("complaint-answer"))),
        **said,
        **Signed.signature(by),
    )
    enter("complaint", complaint.pk)
    if Complaint.objects.filter(pk=complaint.pk).exists():
        return complaint
    save_complaint_move(complaint, ComplaintStatus.RECEIVED, by=by, actor=WRITER, key=key)
    tell_of_complaint(complaint, f"complaint {complaint.pk} made", "A complaint came in")
    return complaint


def day_to_moment(day: datetime.date) -> datetime.datetime:
    """Noon of a day of which the hour is not known, and never later than now."""
    return min(timezone.now(), timezone.make_aware(datetime.datetime.combine(day, datetime.time(12))))


def find_named(agency: Agency, name: str) -> list[Membership]:
    """Who at work there goes by a part of that name, or nearly: rather one too many, as none of them should look into
    it. "Mrs Elery, the lead" is Ruth Ellery."""
    said = name_parts(name)
    people = Membership.at_work_for(agency).select_related("user").order_by("started_at", "pk")
    return [m for m in people if any(sounds_like(part, said) for part in name_parts(m.user.name))]


def name_parts(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", name.casefold())


def sounds_like(part: str, said: list[str]) -> bool:
    return part in said or (len(part) >= LONG_NAME and bool(get_close_matches(part, said, n=1, cutoff=0.8)))


def choose_keeper(agency: Agency, about: Membership | None) -> Agency:
    """Who looks into it: the agency itself, unless it is about the only one who would, or nobody there can."""
    others = list_keepers(agency, without=about.user if about else None)
    return agency if others else find_steward() or agency


def save_complaint_move(
    complaint: Complaint,
    to: ComplaintStatus,
    *,
    by: Author,
    actor: str,
    words: str = "",
    key: uuid.UUID | None = None,
    **changed: Any,
) -> ComplaintMove:
    """Make the move by the table and leave its row. Raises MoveRefused."""
    made = ComplaintMove(
        complaint=complaint,
        number=complaint.moves_made + 1,
        before=complaint.status,
        after=to,
        words=words,
        key=key,
        **Signed.signature(by),
    )
    standing = complaint.get_status_display().lower()
    check_move(
        TRANSITIONS, made.before, to, actor=actor, refusal=lambda: f"This complaint is now: {standing}.", row=made
    )
    if complaint._state.adding:
        complaint.status = to
        complaint.save()
    save_move(complaint, made, (), **changed)
    return made


@transaction.atomic
def move_complaint(
    complaint: Complaint,
    to: ComplaintStatus,
    *,
    by: Membership,
    words: str,
    key: uuid.UUID | None,
    answer_by: datetime.date | None = None,
    about: Membership | None = None,
    to_steward: bool = False,
) -> ComplaintMove:
    """Acknowledge, answer, close or open it again; name `about` whom it is, who then sees it no more; or pass it to
    the steward. An acknowledgement and an answer go to who complained, by e-mail if they chose that.

    The second call with the same `key` gets the first one's move. Raises MoveRefused.
    """
    lock_row(complaint)
    enter("complaint", complaint.pk)  # also once somebody else looks into it
    complaint.refresh_from_db()
    if first := find_by_key(complaint.moves, key):
        return first
    changed: dict[str, Any] = {"reminded": 0}
    changed |= {"answer_by": max(answer_by, complaint.acknowledge_by)} if answer_by else {}
    if about:
        changed |= {"about": about, "kept_by": choose_keeper(complaint.kept_by, about)}
    if to_steward:
        changed["kept_by"] = find_steward() or complaint.kept_by
        if changed["kept_by"] == complaint.kept_by:
            raise MoveRefused("The steward looks into it already.")
    made = save_complaint_move(complaint, to, by=Author.of(by), actor=KEEPER, words=words, key=key, **changed)
    if complaint.kept_by_id != by.agency_id:
        tell_of_complaint(complaint, f"complaint move {made.pk}", "A complaint was passed to you")
    if not to_steward and to in (ComplaintStatus.ACKNOWLEDGED, ComplaintStatus.ANSWERED):
        answer_writer(complaint, made)
    return made


def answer_writer(complaint: Complaint, made: ComplaintMove) -> None:
    """By e-mail to whoever chose that; who is to be rung or written to is, by whoever keeps the register."""
    if complaint.answer_how == AnswerBy.EMAIL:
        messages.queue_message(
            key=f"complaint answer {made.pk}",
            to=complaint.contact,
            subject=f"Your complaint ({complaint.reference})",
            template="email/complaint_answer.txt",
            context={
                "hello": f"Hello {complaint.name}",
                "complaint": complaint,
                "words": made.words,
                "by": date_words(complaint.answer_by),
                "answered": made.after == ComplaintStatus.ANSWERED,
            },
        )


def tell_of_complaint(complaint: Complaint, key: str, subject: str) -> None:
    """To who looks into it: a link and the date, and nothing of what it says; never to whom it is about."""
    tell_keepers(
        [complaint.kept_by],
        key=key,
        without=complaint.about.user if complaint.about else None,
        subject=f"{subject} ({complaint.reference})",
        template="email/complaint.txt",
        context={
            "complaint": complaint,
            "due": date_words(complaint.due),
            "link": absolute_url("agencies:complaint", complaint.pk),
        },
    )


def remind_of_dates(today: datetime.date) -> int:
    """Each morning: what is to be acknowledged today or answered in two working days, and what is late; once each."""
    if not is_working_day(today):
        return 0
    waiting = Complaint.objects.filter(status__in=[ComplaintStatus.RECEIVED, ComplaintStatus.ACKNOWLEDGED])
    with job_context():
        rows = list(waiting.select_related("kept_by", "about__user").order_by("received_at", "pk"))
    return run_for_each("Complaint", rows, lambda complaint: remind_if_due(complaint, today))


def remind_if_due(complaint: Complaint, today: datetime.date) -> bool:
    """Once when its date is near, and once when it has passed. False when another worker was first."""
    due = complaint.due or today
    ahead = 0 if complaint.status == ComplaintStatus.RECEIVED else WARN_DAYS
    owed = (today < due <= add_working_days(today, ahead) or today >= due) + (today > due)
    rows = Complaint.objects.filter(pk=complaint.pk, moves_made=complaint.moves_made, reminded=complaint.reminded)
    if owed <= complaint.reminded or not rows.update(reminded=owed):
        return False
    subject = "A complaint is late" if today > due else "A complaint is due"
    tell_of_complaint(complaint, f"complaint {complaint.pk} {complaint.moves_made} due {owed}", subject)
    return True
