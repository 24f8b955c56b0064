"""A connector team closes: its cases go to another team, with all that is open in them, or are closed and answered."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from agencies.access import Permission
from agencies.hooks import AgencyHolding, closing_sources
from agencies.models import Agency, Author
from agencies.models.message import Channel
from bookings.models import Booking
from bookings.states import ACTIVE_STATUSES
from cases.actions.closing import close_case
from cases.actions.give import list_open_cases
from cases.actions.named_workers import list_restricted
from cases.actions.opening import NUMBER_LEFT_OUT
from cases.actions.seats import list_leads, seat_workers
from cases.history.record import record_entry
from cases.models import Agreement, Case, CaseReferral, Circle, ClosingReason, Kind, Person, RightsRequest
from cases.notifications import TEAM_CLOSED_CODE, choose_channel, notify_case_moved
from cases.states import OPEN_STATUSES as OPEN_RIGHTS
from config.row_security import enter, entered
from config.template_tags import date_words
from config.transitions import save_columns
from directory.models import Session
from referrals.actions.remarks import send_message
from referrals.models import PassingGround, Referral
from referrals.models.move import AGREED_GROUNDS
from referrals.states import OPEN_STATUSES

WHAT_BECOMES_OF_CASES = (
    "What another team takes goes there with its whole story, and stands in “Without a connector” there. "
    "What nobody takes is closed: whoever referred is told, and the person hears by e-mail whom to ring."
)


@closing_sources.register
def list_cases_of_team(agency: Agency) -> list[AgencyHolding]:
    with entered("case", *list_restricted()):
        people = Person.objects.filter(cases__agency=agency, cases__closed_at=None)
        no_email = sum(choose_channel(person)[0] != Channel.EMAIL for person in people)
        items = list_open_cases(Q(agency=agency))
    ring = f" {no_email} cannot be told by e-mail: nobody rings or writes to them afterwards. Do it before it closes."
    return [
        AgencyHolding(
            name="cases",
            label="Open cases",
            items=items,
            then=WHAT_BECOMES_OF_CASES + (ring if no_email else ""),
            settle=settle_cases,
            takers=list(Referral.teams_at_work().exclude(pk=agency.pk)),
            grounds=PassingGround.choices,
            read_by=Permission.WORK_CASES,
        )
    ]


@closing_sources.register
def list_open_requests(agency: Agency) -> list[AgencyHolding]:
    """What people have asked about their records: by kind and day, without names."""
    rows = RightsRequest.objects.filter(agency=agency, status__in=sorted(OPEN_RIGHTS)).order_by("due_on", "pk")
    return [
        AgencyHolding(
            name="rights",
            label="What people ask about their records",
            items=[(str(row.pk), f"{row.get_kind_display()}, by {date_words(row.due_on)}") for row in rows],
            then="Nobody can answer them afterwards, and the law still wants it. Answer them before it closes.",
        )
    ]


def settle_cases(agency: Agency, ids: Collection[str], to: Agency | None, by: Author, ground: str) -> None:
    """Each goes to `to`, with the person's record and earlier cases, or is closed; and what the team may read of other
    teams' cases ends."""
    with entered("case", *list_restricted()):
        settle_each(Case.objects.filter(pk__in=ids, agency=agency, closed_at=None).order_by("pk"), to, by, ground)
    Circle.objects.filter(agency=agency, ended_at=None).exclude(case__agency=agency).update(ended_at=timezone.now())


def settle_each(cases: QuerySet[Case], to: Agency | None, by: Author, ground: str) -> None:
    hold_all(cases)
    for case in cases.select_related("person", "agency"):
        if to:
            move_person(case.person, to, by, ground)
        else:
            words = f"{case.agency.name} has closed."
            close_case(case=case, by=by, reason=find_closing_reason(), outcome=None, summary=words)


def hold_all(cases: QuerySet[Case]) -> None:
    """In the order in which everybody locks: sessions, referrals, people, cases. All of each before the next."""
    booked = Session.coming().filter(bookings__case_booking__case__in=cases).order_by().values("pk")
    for rows in (
        Session.objects.filter(pk__in=booked),
        Referral.objects.filter(case_referral__case__person__cases__in=cases.order_by()),
        Person.objects.filter(cases__in=cases.order_by()),
        Case.objects.filter(person__cases__in=cases.order_by()),
    ):
        pks = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
        list(rows.model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))


def find_closing_reason() -> ClosingReason:
    made = {"text": "The team has closed", "retired_at": timezone.now()}
    return ClosingReason.objects.get_or_create(code=TEAM_CLOSED_CODE, defaults=made)[0]


def move_person(person: Person, to: Agency, by: Author, ground: str) -> None:
    """The record belongs to `to` from now on, and so do its cases. An NHS number that stands at another record there is
    left out, as whenever two may be one: nothing is joined."""
    person.refresh_from_db()
    held = Person.known_to(to).filter(nhs_number=person.nhs_number).exclude(nhs_number="").exists()
    left_out = {"nhs_number": ""} if held else {}
    cases = list(person.cases.order_by("pk"))
    for referral in open_referrals_of(person):
        send_message(
            referral, by=by, words=f"{cases[0].agency.name} has closed. {to.name} works with them from now on."
        )
    save_columns(person, agency=to, version=person.version + 1, **left_out)
    for case in cases:
        move_case(case, to, by, ground, number=NUMBER_LEFT_OUT if held else "")


def open_referrals_of(person: Person) -> list[Referral]:
    rows = Referral.objects.filter(case_referral__case__person=person, status__in=sorted(OPEN_STATUSES))
    return list(rows.select_related("case_referral").order_by("pk"))


def move_case(case: Case, to: Agency, by: Author, ground: str, number: str) -> None:
    """With what is open in it: whoever was asked answers the new team, and whoever referred hears from it. The person
    agreed to the old team; only where they were asked again is there an agreement with the new one."""
    before = case.agency
    enter("case", case.pk)  # the team that closes sees it until all of it has gone over
    save_columns(case, agency=to, version=case.version + 1)
    Circle.objects.filter(case=case, agency=before, ended_at=None).update(ended_at=timezone.now())
    Circle.objects.filter(case=case, agency=to, ended_at=None).update(ended_at=timezone.now())
    seat_workers(case, case.restriction, list_leads(to))
    links = Referral.objects.filter(case_referral__case=case, status__in=sorted(OPEN_STATUSES))
    enter("referral", *links.values_list("pk", flat=True))
    links.filter(case_referral__direction=CaseReferral.Direction.RECEIVED).update(to_agency=to, assigned_to=None)
    links.filter(case_referral__direction=CaseReferral.Direction.SENT).update(from_agency=to)
    Booking.objects.filter(case_booking__case=case, status__in=sorted(ACTIVE_STATUSES)).update(team=to)
    case.news.update(agency=to)
    if ground in AGREED_GROUNDS:
        how = PassingGround(ground).label
        Agreement.give(case, to, Agreement.Scope.SHARE, by=by, how=how)
    details = {"before": before.name, "after": to.name, "ground": PassingGround(ground).label, "number": number}
    record_entry(case=case, kind=Kind.ASSIGNED, by=by, details=details)
    if case.is_open:
        notify_case_moved(Case.with_people().get(pk=case.pk), before)
