"""The page of rules, agencies/access.py, printed as one table that people review: access.txt."""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from agencies.access import (
    PERMISSIONS,
    ROLES_OF_KIND,
    SECOND_FACTOR_ROLES,
    TEAM_MANAGER_PERMISSIONS,
    Layer,
    Permission,
    Purpose,
    Role,
    has_permission,
)
from agencies.actions.breach import report_breach
from agencies.actions.invitation import invite_member
from agencies.models import (
    Agency,
    AgencyKind,
    Author,
    Backup,
    Breach,
    Complaint,
    Draft,
    Export,
    Invitation,
    Membership,
    RetentionReview,
)
from agencies.scope_sql import visible_sql
from bookings.models import Booking
from bookings.states import BookingStatus
from cases.actions.hold import place_hold
from cases.actions.named_workers import open_in_emergency, restrict_case
from cases.actions.roots import make_root
from cases.history.record import record_entry
from cases.models import Audience, Case, CaseReferral, Circle, EmergencyOpening, Entry, Hold, Kind, News, RootReceiver
from directory.models import Claim, Proposal, Service, Session, Source, Synonym, Version
from directory.publishing.versions import record_version
from referrals.models import LookUp, Move, Referral
from tests.factories import (
    AgencyFactory,
    CaseFactory,
    MembershipFactory,
    PersonFactory,
    ReferralFactory,
    RightsRequestFactory,
    ServiceFactory,
    people,
    teammate,
)

TABLE = Path(__file__).parent / "access.txt"
WIDTH = 86


# --- Situations: each makes a row, and says whether the member sees it --------------------------------


DOORS = {Service: "kept_by", Session: "kept_by"}  # what everybody sees and its own group alone may edit


IN_STATEMENTS = {Case, Entry, News, Referral}  # whose rule stands in statements written by hand, too


def sees(row: Any, member: Membership) -> bool:
    rows: QuerySet[Any] = getattr(type(row), DOORS.get(type(row), "visible_to"))(member)
    seen = rows.filter(pk=row.pk).exists()
    if type(row) in IN_STATEMENTS:
        with connection.cursor() as cursor:
            text = f"SELECT FROM ({visible_sql(type(row), member)}) c WHERE id = %(pk)s"
            cursor.execute(text, {"pk": row.pk, "agency": member.agency_id, "member": member.pk})
            assert bool(cursor.fetchall()) == seen
    return seen


def case_of(member: Membership) -> Case:
    return CaseFactory(agency=member.agency)


def shared_case(member: Membership, *, ended: bool = False) -> Case:
    case = CaseFactory()
    circle = Circle.objects.create(case=case, agency=member.agency, purpose="Helps")
    if ended:
        Circle.objects.filter(pk=circle.pk).update(ended_at=circle.started_at)
    return case


def entry(case: Case, audience: Audience) -> Entry:
    return record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Words", audience=audience)


def restricted(case: Case, *named: Membership, level: str = "named") -> Case:
    lead = MembershipFactory(role=Role.LEAD, agency=case.agency)
    words = {"words": "A cousin works here", "key": uuid.uuid4()}
    worker = [*named] or [MembershipFactory(role=Role.CONNECTOR, agency=case.agency)]
    restrict_case(case=case, by=Author.of(lead), level=level, workers=worker, **words)
    return case


def named_in(member: Membership) -> Case:
    """Restricted to that member, where the role works with cases at all."""
    return restricted(case_of(member), *([member] if member.has_permission(Permission.WORK_CASES) else []))


def opened_in_emergency(member: Membership, *, over: bool = False) -> Case:
    case = restricted(case_of(member))
    if member.has_permission(Permission.WORK_CASES):
        opened = open_in_emergency(case=case.pk, by=member, reason="A fall", key=uuid.uuid4())
        if over:
            case.circle.filter(member=member).update(until=opened.at)
    return case


def referral_of(case: Case, **fields: Any) -> Referral:
    """One that led to the case."""
    referral = ReferralFactory(to_agency=case.agency, **fields)
    CaseReferral.objects.create(case=case, referral=referral, direction="received")
    return referral


def download(agency: Agency) -> Export:
    return Export.record(MembershipFactory(role=Role.CONNECTOR, agency=agency), what="Case history")


def emergency(case: Case) -> EmergencyOpening:
    worker = MembershipFactory(role=Role.CONNECTOR, agency=case.agency)
    return open_in_emergency(case=restricted(case).pk, by=worker, reason="A fall", key=uuid.uuid4())


def layered(purpose: Purpose, layer: Layer, member: Membership) -> Entry:
    case = shared_case(member)
    case.circle.filter(agency=member.agency).update(purpose_kind=purpose)
    return record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Words", layer=layer)


def case_news(case: Case, agency: Agency) -> News:
    told = entry(case, Audience.CIRCLE)
    return News.objects.get_or_create(entry=told, defaults={"agency": agency, "case": case, "at": told.written_at})[0]


def referral_news(referral: Referral, agency: Agency) -> News:
    made = Move.objects.get(referral=referral)
    return News.objects.create(agency=agency, referral=referral, move=made, at=made.at)


def draft(member: Membership) -> Draft:
    return Draft.save_draft(member=member, key="note:1", data={})


def invitation(member: Membership) -> Invitation:
    names = {"email": "i@work.example.org", "name": "I", "role": Role(member.role), "manages_team": False}
    return invite_member(key=uuid.uuid4(), agency=member.agency, by=member, **names)


def listing(member: Membership | None = None, **fields: Any) -> Service:
    return ServiceFactory(agency=member.agency if member else AgencyFactory(), **fields)


def session(service: Service) -> Session:
    start = timezone.now() + timedelta(days=3)
    return Session.objects.create(service=service, on=start.date(), starts_at=start, places=5)


def booking(service: Service) -> Booking:
    who = {"name": "Joan Whitfield", "phone": "07700 900123"}
    return Booking.objects.create(
        key=uuid.uuid4(), session=session(service), number=1, status=BookingStatus.WAITING, **who
    )


def version(service: Service) -> Version:
    return record_version(service, by=Author.system(), what="Made")


def proposal(service: Service) -> Proposal:
    return Proposal.objects.create(
        key=uuid.uuid4(), service=service, reason="time", hand="person", author_name="A reader"
    )


def claim() -> Claim:
    return Claim.objects.create(key=uuid.uuid4(), name="G", contact_name="N", contact_email="n@g.example.org")


def synonym() -> Synonym:
    return Synonym.objects.create(typed=str(uuid.uuid4()), means="alcohol")


def receiver(agency: Agency) -> RootReceiver:
    return RootReceiver.objects.create(agency=agency, email="keep@agency.example.org")


def breach(member: Membership) -> Breach:
    told = {"what": "A letter went astray", "whose": "One person", "known_at": timezone.now()}
    return report_breach(by=member, key=uuid.uuid4(), **told)


def complaint(member: Membership, **fields: Any) -> Complaint:
    fields = {"agency": member.agency, "kept_by": member.agency, "name": "Ada Byron", "words": "Late"} | fields
    dates = {"acknowledge_by": timezone.localdate(), "answer_by": timezone.localdate(), "status": "received"}
    return Complaint.objects.create(key=uuid.uuid4(), **fields, **dates, **Complaint.signature(Author.system()))


def old_record(agency: Agency) -> RetentionReview:
    due = {"record_class": "draft", "record": uuid.uuid4(), "due_on": timezone.localdate()}
    return RetentionReview.objects.create(agency=agency, **due)


def held(agency: Agency) -> Hold:
    case = CaseFactory(agency=agency)
    by, day = Author.of(case.lead), timezone.localdate() + timedelta(days=30)
    return place_hold(case=case, by=by, reason="An inquiry", review_on=day, key=uuid.uuid4())


SITUATIONS: dict[str, Callable[[Membership], Any]] = {
    "a referral their agency sent": lambda m: ReferralFactory(from_agency=m.agency),
    "a referral their agency received": lambda m: ReferralFactory(to_agency=m.agency),
    "a referral their agency received, and the person took back": lambda m: ReferralFactory(
        to_agency=m.agency, withheld_at=timezone.now()
    ),
    "a referral between others": lambda m: ReferralFactory(),
    "a case of their own team": case_of,
    "a restricted case of their own team, they are named": named_in,
    "a restricted case of their own team, others are named": lambda m: restricted(case_of(m)),
    "a restricted case of their own team, opened in an emergency": opened_in_emergency,
    "a restricted case of their own team, the emergency over": lambda m: opened_in_emergency(m, over=True),
    "its entries, others are named": lambda m: entry(restricted(case_of(m)), Audience.CIRCLE),
    "the record of its person, others are named": lambda m: restricted(case_of(m)).person,
    "the referral that led to it, others are named": lambda m: referral_of(restricted(case_of(m))),
    "the referral they sent to a team, restricted there": lambda m: referral_of(
        restricted(CaseFactory()), from_agency=m.agency
    ),
    "the referral they sent, of a protected person": lambda m: referral_of(
        restricted(CaseFactory(), level="protected"), from_agency=m.agency
    ),
    "a restricted case of others, shared with their agency": lambda m: restricted(shared_case(m)),
    "a protected person's case, once shared with their agency": lambda m: restricted(shared_case(m), level="protected"),
    "a person's record of their own team": lambda m: case_of(m).person,
    "a person's record of another team": lambda m: CaseFactory().person,
    "a case their agency is in the circle of": shared_case,
    "a case whose circle their agency has left": lambda m: shared_case(m, ended=True),
    "a case of others": lambda m: CaseFactory(),
    "own case, entry for the team": lambda m: entry(case_of(m), Audience.TEAM),
    "own case, entry for the circle": lambda m: entry(case_of(m), Audience.CIRCLE),
    "own case, entry for the person too": lambda m: entry(case_of(m), Audience.PERSON),
    "shared case, entry for the owning team": lambda m: entry(shared_case(m), Audience.TEAM),
    "shared case, entry for the circle": lambda m: entry(shared_case(m), Audience.CIRCLE),
    "shared case, entry for the person too": lambda m: entry(shared_case(m), Audience.PERSON),
    **{
        f"shared case for {purpose.label.lower()}, entry on {layer.name.lower()}": partial(layered, purpose, layer)
        for purpose in (Purpose.HEALTH_CARE, Purpose.CARE, Purpose.ADVICE, Purpose.COMPANY, Purpose.AS_BEFORE)
        for layer in Layer
    },
    "left case, entry for the circle": lambda m: entry(shared_case(m, ended=True), Audience.CIRCLE),
    "case of others, entry for the circle": lambda m: entry(CaseFactory(), Audience.CIRCLE),
    "news in a case of their own team": lambda m: case_news(case_of(m), m.agency),
    "news in a case of others": lambda m: case_news(shared := shared_case(m), shared.agency),
    "news about a referral their agency sent": lambda m: referral_news(ReferralFactory(from_agency=m.agency), m.agency),
    "news about a referral their agency received": lambda m: referral_news(
        ReferralFactory(to_agency=m.agency), m.agency
    ),
    "news of the other side about a referral": lambda m: referral_news(
        r := ReferralFactory(from_agency=m.agency), r.to_agency
    ),
    "a download from their agency": lambda m: download(m.agency),
    "a download from another agency": lambda m: download(AgencyFactory(kind=AgencyKind.CONNECTORS)),
    "that somebody of their agency looked for people": lambda m: LookUp.record(m, "x", found=False),
    "that somebody of another agency looked for people": lambda m: LookUp.record(
        MembershipFactory(role=Role.CONNECTOR), "x", found=False
    ),
    "what was opened in an emergency in their team": lambda m: emergency(case_of(m)),
    "what was opened in an emergency in another team": lambda m: emergency(CaseFactory()),
    "what was asked of their agency about a record": lambda m: RightsRequestFactory(
        agency=m.agency, person=PersonFactory(agency=m.agency)
    ),
    "what was asked of others about a record": lambda m: RightsRequestFactory(),
    "a colleague's membership": teammate,
    "a membership in another agency": lambda m: MembershipFactory(),
    "an invitation to their agency": invitation,
    "an invitation to another agency": lambda m: invitation(MembershipFactory()),
    "their own draft": draft,
    "a colleague's draft": lambda m: draft(teammate(m)),
    "to edit: a listing of their agency": listing,
    "to edit: a listing of their agency that a feed brings": lambda m: listing(m, source="A feed"),
    "to edit: a listing of others": lambda m: listing(),
    "to edit: a session of their agency": lambda m: session(listing(m)),
    "to edit: a session of others": lambda m: session(listing()),
    "who booked a place in their agency's session": lambda m: booking(listing(m)),
    "who booked a place in a session of others": lambda m: booking(listing()),
    "the past of a listing of their agency": lambda m: version(listing(m)),
    "the past of a listing of others": lambda m: version(listing()),
    "what a reader says of a listing of their agency": lambda m: proposal(listing(m)),
    "what a reader says of a listing of others": lambda m: proposal(listing()),
    "a data breach that they reported": breach,
    "a data breach that a colleague reported": lambda m: breach(teammate(m)),
    "a data breach of another agency": lambda m: breach(MembershipFactory()),
    "a complaint that their agency looks into": complaint,
    "a complaint about themselves": lambda m: complaint(m, about=m),
    "a complaint about a colleague": lambda m: complaint(m, about=teammate(m)),
    "a complaint about their agency that the steward looks into": lambda m: complaint(m, kept_by=AgencyFactory()),
    "an old record of their agency to decide on": lambda m: old_record(m.agency),
    "an old record of another agency to decide on": lambda m: old_record(AgencyFactory()),
    "a legal hold on a record of their agency": lambda m: held(m.agency),
    "a legal hold on a record of another agency": lambda m: held(AgencyFactory()),
    "a group that asks to take part": lambda m: claim(),
    "a feed that the place imports": lambda m: Source.objects.create(name=f"Feed {uuid.uuid4()}"),
    "the place's own words, neighbourhoods and collections": lambda m: Synonym.objects.create(
        typed=f"a{m.pk}", means="b"
    ),
    "that backups are made": lambda m: Backup.objects.create(kind=Backup.Kind.FULL),
    "the nightly root of all histories": lambda m: make_root(),
    "whether it goes to their agency": lambda m: receiver(m.agency),
    "whether it goes to another agency": lambda m: receiver(AgencyFactory()),
}


def grid(rows: dict[str, list[bool]]) -> list[str]:
    head = " " * WIDTH + " ".join(f"{role.value[:9]:>9}" for role in Role)
    return [head] + [f"{name:{WIDTH}}" + " ".join(f"{'yes' if y else '-':>9}" for y in ys) for name, ys in rows.items()]


def printed() -> str:
    members = people()
    kinds = [f"{kind:{WIDTH}}{', '.join(r.label for r in roles)}" for kind, roles in ROLES_OF_KIND.items()]
    allowed = {p.label: [p in PERMISSIONS[r] for r in Role] for p in Permission}
    factor = {"Needs a second step of signing in": [r in SECOND_FACTOR_ROLES for r in Role]}
    rows = {name: [sees(make(members[r]), members[r]) for r in Role] for name, make in SITUATIONS.items()}
    parts = [["WHAT EACH ROLE MAY DO"], grid(allowed), [""], grid(factor), [""]]
    parts += [["WHICH ROWS EACH ROLE SEES"], grid(rows), [""], ["ROLES THAT EACH KIND OF AGENCY MAY HOLD"], kinds]
    return "\n".join(line.rstrip() for part in parts for line in part) + "\n"


def test_who_may_see_and_do_what_is_as_reviewed() -> None:
    """A change of access.py changes this table; write it anew with UPDATE_SNAPSHOTS=1 and have it reviewed."""
    text = printed()
    if os.environ.get("UPDATE_SNAPSHOTS"):
        TABLE.write_text(text)
    assert text == TABLE.read_text()


# --- The rules that the table cannot show -------------------------------------------------------------


def test_every_role_and_kind_has_its_rules() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set(ROLES_OF_KIND) == set(AgencyKind.values)
    assert {role for roles in ROLES_OF_KIND.values() for role in roles} == set(Role)


def test_running_the_team_adds_that_and_nothing_else() -> None:
    member = MembershipFactory(role=Role.REFERRER, manages_team=True)
    allowed = {p for p in Permission if has_permission(member, p)}
    assert allowed == PERMISSIONS[Role.REFERRER] | TEAM_MANAGER_PERMISSIONS


@pytest.mark.parametrize("permission", list(Permission))
def test_nobody_at_work_may_do_nothing(permission: Permission) -> None:
    assert not has_permission(None, permission)


def test_a_steward_never_sees_a_case_or_referral() -> None:
    """Product: the steward sees figures and listings, never case content."""
    steward = MembershipFactory(role=Role.STEWARD)
    shared_case(steward)
    assert not Case.visible_to(steward).exists()
    assert not Entry.visible_to(steward).exists()
    assert not has_permission(steward, Permission.SEE_REFERRALS)


def test_a_member_of_two_agencies_sees_those_of_the_one_they_work_for_now() -> None:
    first = MembershipFactory(role=Role.REFERRER)
    second = MembershipFactory(role=Role.REFERRER, user=first.user, agency=AgencyFactory(kind=AgencyKind.PRACTICE))
    referral = ReferralFactory(from_agency=first.agency)
    assert Referral.visible_to(first).filter(pk=referral.pk).exists()
    assert not Referral.visible_to(second).exists()
