"""An agency closes: referrals that wait for it go on to another team, or are answered. Nobody goes on waiting."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from agencies.access import Permission
from agencies.hooks import AgencyHolding, closing_sources
from agencies.models import Agency, Author
from referrals.actions.hand_over import list_items, waiting_for_group
from referrals.actions.transition import move_referral
from referrals.models import DeclineReason, PassingGround, Referral
from referrals.states import OPEN_STATUSES, TRANSITIONS, TRIAGE_STATUSES, ReferralStatus, Side

CLOSED_REASON = {  # made when it is first needed, and never among those that somebody chooses from
    "text": "The organisation has closed",
    "for_person": "The people we asked have stopped their work altogether. We will look for somebody else.",
}


@closing_sources.register
def list_referrals_of_agency(agency: Agency) -> list[AgencyHolding]:
    """What waits for it as a team or a group, what it has sent, and which practices ask it first."""
    to_decide = Referral.objects.filter(to_agency=agency, service=None, status__in=sorted(TRIAGE_STATUSES))
    sent = Referral.objects.filter(from_agency=agency, status__in=sorted(OPEN_STATUSES))
    practices = Agency.objects.filter(refers_to=agency, left_at=None).order_by("name", "pk")
    teams = list(Referral.teams_at_work().exclude(pk=agency.pk))
    return [
        AgencyHolding(
            name="referrals",
            label="Referrals to accept",
            items=list_items(to_decide),
            then="What nobody takes, or was sent back for more detail, is declined. Whoever sent it hears why.",
            settle=settle_waiting_referrals,
            takers=teams,
            grounds=PassingGround.choices,
            read_by=Permission.TRIAGE,
        ),
        AgencyHolding(
            name="practices",
            label="Practices that refer here first",
            items=[(str(practice.pk), practice.name) for practice in practices],
            then="A practice that nobody takes chooses a team each time.",
            settle=move_practices,
            takers=teams,
        ),
        AgencyHolding(
            name="answers",
            label="Referrals to its activities",
            items=list_items(waiting_for_group(agency)),
            then="Whoever asked is told that it has closed, and can ask somebody else.",
            settle=answer_for_group,
            read_by=Permission.ANSWER,
        ),
        AgencyHolding(
            name="sent",
            label="Referrals sent, and still open",
            items=list_items(sent),
            then="Each goes on, and with its case to another team. Whoever has one hears who reads its answer.",
            read_by=Permission.REFER,
        ),
    ]


def find_closed_reason(side: DeclineReason.Side) -> DeclineReason:
    made = CLOSED_REASON | {"side": side, "retired_at": timezone.now()}
    return DeclineReason.objects.get_or_create(code=f"closed-{side}", defaults=made)[0]


def lock_open(ids: Collection[str], statuses: Collection[ReferralStatus]) -> QuerySet[Referral]:
    """Those that still wait: one that is answered meanwhile is left out."""
    return Referral.objects.select_for_update().filter(pk__in=ids, status__in=sorted(statuses)).order_by("pk")


def settle_waiting_referrals(agency: Agency, ids: Collection[str], to: Agency | None, by: Author, ground: str) -> None:
    """Passed on as it was sent; what waits for more detail cannot be, and is declined like what nobody takes."""
    side, words = Side.RECEIVER, f"{agency.name} has closed."
    for referral in lock_open(ids, TRIAGE_STATUSES):
        if to and referral.status == ReferralStatus.SENT:
            move_referral(referral, ReferralStatus.SENT, by=by, side=side, to_agency=to, ground=ground, words=words)
        else:
            reason = find_closed_reason(DeclineReason.Side.TEAM)
            move_referral(referral, ReferralStatus.DECLINED, by=by, side=side, reason=reason, words=words)


def answer_for_group(agency: Agency, ids: Collection[str], to: Agency | None, by: Author, ground: str) -> None:
    """Declined; finished where somebody came already."""
    reason = find_closed_reason(DeclineReason.Side.PROVIDER)
    for referral in lock_open(ids, OPEN_STATUSES):
        may = (ReferralStatus(referral.status), ReferralStatus.DECLINED) in TRANSITIONS
        becomes, why = (ReferralStatus.DECLINED, reason) if may else (ReferralStatus.COMPLETED, None)
        move_referral(referral, becomes, by=by, side=Side.RECEIVER, reason=why, words=f"{agency.name} has closed.")


def move_practices(agency: Agency, ids: Collection[str], to: Agency | None, by: Author, ground: str) -> None:
    Agency.objects.filter(pk__in=ids, refers_to=agency).update(refers_to=to)
