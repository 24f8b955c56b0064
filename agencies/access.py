"""Who may do and see what: the whole of it, on one page.

1. `Role` and `Permission`, and the one table `PERMISSIONS` between them.
2. Row scopes: which rows of each sensitive word a member may see, as `Q`. Fields are named as strings, so
   that this lowest app can state the rule without importing the model. Each model's `visible_to(member)`
   calls its scope in one line, and views get rows no other way; a stranger gets 404.
3. `@allow(Permission.X)`, `@signed_in` or `@public` on every view.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Q, TextChoices
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from agencies.sign_in_redirect import refuse_signed_out
from config.row_security import set_context

if TYPE_CHECKING:
    from agencies.models import Agency, Membership
    from agencies.request import MemberRequest

View = Callable[..., HttpResponse]
AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])


class Role(TextChoices):
    """What a member is in an agency."""

    REFERRER = "referrer", "Referrer"
    CONNECTOR = "connector", "Connector"
    LEAD = "lead", "Team lead"
    PROVIDER = "provider", "Provider"
    CONTACT_CENTRE = "contact_centre", "Contact-centre worker"
    STEWARD = "steward", "Steward"


class Permission(TextChoices):
    """What can be allowed, each with the plain-English line shown to whoever grants a role."""

    REFER = "refer", "Refer a person to a connector team"
    SEE_REFERRALS = "see_referrals", "See referrals sent or received by their own agency"
    TRIAGE = "triage", "Accept, return, decline or pass on a referral to their team"
    ASSIGN = "assign", "Give a referral or a case to a colleague"
    ANSWER = "answer", "Answer referrals sent to their group"
    PUBLISH = "publish", "Keep their agency's listings, sessions and bookings"
    WORK_CASES = "work_cases", "Open, read and write their team's cases, and cases shared with their agency"
    RESTRICT = "restrict", "Say who alone of the team sees a case, and review what was opened in an emergency"
    EXPORT = "export", "Download papers that name people: letters and histories, each noted and marked"
    SEE_TEAM = "see_team", "See the caseload of everybody in the team"
    MANAGE_TEAM = "manage_team", "Invite people to the agency, change their role, end their membership"
    KEEP_REGISTERS = "keep_registers", "Keep the registers of data breaches, complaints and old records of their agency"
    RIGHTS = "rights", "Answer what people ask about their own records: copies, corrections, erasure"
    STEWARD = "steward", "Run the place: agencies, listings and figures, never a case"


REFERRING_PERMISSIONS = {Permission.REFER, Permission.SEE_REFERRALS}
MANAGER_PERMISSIONS = {Permission.MANAGE_TEAM, Permission.KEEP_REGISTERS}  # of a lead, and of who runs a team
CASEWORK_PERMISSIONS = REFERRING_PERMISSIONS | {
    Permission.TRIAGE,
    Permission.ASSIGN,
    Permission.WORK_CASES,
    Permission.EXPORT,
}
LEADING_PERMISSIONS = MANAGER_PERMISSIONS | {Permission.SEE_TEAM, Permission.RESTRICT, Permission.RIGHTS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.REFERRER: frozenset(REFERRING_PERMISSIONS | {Permission.EXPORT}),
    Role.CONNECTOR: frozenset(CASEWORK_PERMISSIONS),
    Role.LEAD: frozenset(CASEWORK_PERMISSIONS | LEADING_PERMISSIONS),
    Role.PROVIDER: frozenset({Permission.SEE_REFERRALS, Permission.ANSWER, Permission.PUBLISH, Permission.EXPORT}),
    Role.CONTACT_CENTRE: frozenset(REFERRING_PERMISSIONS),
    Role.STEWARD: frozenset({Permission.STEWARD} | MANAGER_PERMISSIONS),
}

# What whoever runs an agency's team may do besides, whatever their role; never a steward, who sees no record.
TEAM_MANAGER_PERMISSIONS = frozenset(MANAGER_PERMISSIONS | {Permission.RIGHTS, Permission.EXPORT})

# Roles that must have a second factor before anything else, outside development.
SECOND_FACTOR_ROLES = frozenset({Role.CONNECTOR, Role.LEAD, Role.STEWARD})

# Which roles an agency of each kind may hold: a practice has no connectors, so no one there can be made one.
ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    "practice": (Role.REFERRER,),
    "connectors": (Role.CONNECTOR, Role.LEAD),
    "voluntary": (Role.PROVIDER,),
    "council": (Role.REFERRER, Role.PROVIDER),
    "housing": (Role.REFERRER, Role.PROVIDER),
    "trust": (Role.REFERRER,),
    "contact_centre": (Role.CONTACT_CENTRE,),
    "steward": (Role.STEWARD,),
}


def has_permission(member: Membership | None, permission: Permission) -> bool:
    """Whether this member may do that: by the role, or by running the agency's team."""
    if member is None:
        return False
    if member.manages_team and permission in TEAM_MANAGER_PERMISSIONS and member.role != Role.STEWARD:
        return True
    return permission in PERMISSIONS[Role(member.role)]


# --- Layers: what an entry or a key fact is about, and who needs it ------------------------------------


class Layer(TextChoices):
    """What an entry of a case, or a key fact, is about (Caldicott principles 2 to 4: the least that is needed)."""

    CONTACT = "contact", "How to reach them"
    WELLBEING = "wellbeing", "Daily life and wellbeing"
    HEALTH = "health", "Health"
    MONEY = "money", "Money and housing"
    SAFETY = "safety", "Safety"
    UNSORTED = "unsorted", "Not sorted: no one else was helping when it was written"


class Purpose(TextChoices):
    """What an agency is in a circle for."""

    WORKS_WITH = "works_with", "Works with the person"
    HEALTH_CARE = "health_care", "Health care"
    CARE = "care", "Care and support at home"
    ADVICE = "advice", "Advice on money, benefits and housing"
    COMPANY = "company", "Company, activities and getting about"
    AS_BEFORE = "as_before", "As agreed before layers were kept apart"


# Which layers a purpose needs; the team that owns the case sees all. A line taken out here is gone at the next query.
LAYERS_OF_PURPOSE: dict[Purpose, frozenset[Layer]] = {
    Purpose.WORKS_WITH: frozenset(Layer),
    Purpose.HEALTH_CARE: frozenset({Layer.CONTACT, Layer.WELLBEING, Layer.HEALTH, Layer.SAFETY}),
    Purpose.CARE: frozenset({Layer.CONTACT, Layer.WELLBEING, Layer.HEALTH, Layer.SAFETY}),
    Purpose.ADVICE: frozenset({Layer.CONTACT, Layer.MONEY}),
    Purpose.COMPANY: frozenset({Layer.CONTACT, Layer.WELLBEING}),
    Purpose.AS_BEFORE: frozenset(Layer),
}
USUAL_LAYER = {Purpose.HEALTH_CARE: Layer.HEALTH, Purpose.ADVICE: Layer.MONEY}  # of their notes; of others: wellbeing


# --- Row scopes -----------------------------------------------------------------------------------


def memberships(member: Membership) -> Q:
    """Everybody who works, or worked, in the same agency."""
    return Q(agency=member.agency_id)


def agencies(member: Membership) -> Q:
    """The own agency; the steward sees all that take part."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk=member.agency_id)


def invitations(member: Membership) -> Q:
    """Who has been invited to the same agency: for those who run its team."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.MANAGE_TEAM) else Q(pk__in=[])


def exports(member: Membership) -> Q:
    """What was downloaded from the own agency: for those who run its team."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.MANAGE_TEAM) else Q(pk__in=[])


def look_ups(member: Membership) -> Q:
    """How often members of the own agency looked for people: for those who run its team."""
    return exports(member)


def referrals(member: Membership) -> Q:
    """What the own agency has sent or received. A provider sees only what it received; nobody sees what they received
    once the person has taken it back, or what their side has erased."""
    return _referrals(member, "") if has_permission(member, Permission.SEE_REFERRALS) else Q(pk__in=[])


def _referrals(member: Membership, at: str) -> Q:
    """Of a restricted case, the team's referrals are its named workers'. Of a protected person whoever referred them
    sees nothing any more. A group that was asked from the case goes on seeing what it was asked."""
    link, agency = f"{at}case_referral", member.agency_id
    case = f"{link}__case"
    for_all = Q(**{f"{link}__isnull": True}) | Q(**{f"{case}__restriction": ""}) | Q(**{f"{case}__in": _named(member)})
    came = {"to_agency": agency, "withheld_at": None, "receiver_erased_at": None}
    received = Q(**{at + name: value for name, value in came.items()}) & (for_all | Q(**{f"{link}__direction": "sent"}))
    if member.role == Role.PROVIDER:
        return received
    sent = Q(**{f"{at}from_agency": agency, f"{at}sender_erased_at": None})
    asked_for_help = Q(**{f"{link}__direction": "received", f"{case}__restriction": "named"})
    return received | sent & (for_all | asked_for_help & ~Q(**{f"{case}__agency": agency}))


def _seat(member: Membership, at: str) -> Q:
    """A seat in the circle of the case at `at` that is the whole agency's, or this member's own, and has not ended.

    A restricted case has seats for its named workers instead of one for the team; an opening in an emergency is a
    seat with an end.
    """
    mine = Q(**{f"{at}member": None}) | Q(**{f"{at}member": member.pk})
    lasts = Q(**{f"{at}until": None}) | Q(**{f"{at}until__gt": Now()})
    return Q(**{f"{at}agency": member.agency_id, f"{at}ended_at": None}) & mine & lasts


def _named(member: Membership, column: str = "case") -> Any:
    """The restricted cases in which this member is named: few, and read once a statement."""
    seats = apps.get_model("cases", "Circle")._default_manager.filter(_seat(member, ""), member=member.pk)
    return seats.order_by().values(column)


def cases(member: Membership) -> Q:
    """Cases whose circle the own agency is in today; the team that owns the case is in its circle too. Of a restricted
    case those of the team who are named. A case that is kept and not used at the person's wish is seen by that team
    alone."""
    own_or_used = Q(agency=member.agency_id) | Q(processing_restricted_at=None)
    works = has_permission(member, Permission.WORK_CASES)
    return _seat(member, "circle__") & own_or_used if works else Q(pk__in=[])


def led_cases(member: Membership) -> Q:
    """Cases of the own team, named in them or not: that they exist, and who sees them, is the team lead's to know."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.RESTRICT) else Q(pk__in=[])


def hidden_cases(member: Membership) -> Q:
    """Restricted cases of the own team that can be opened in an emergency: never for a page that lists them."""
    mine = Q(agency=member.agency_id) & ~Q(restriction="") & ~Q(pk__in=_named(member))
    return mine if has_permission(member, Permission.WORK_CASES) else Q(pk__in=[])


def emergency_openings(member: Membership) -> Q:
    """What was opened in an emergency in the own team: the lead's to review. One's own is reviewed by another."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.RESTRICT) else Q(pk__in=[])


def people(member: Membership) -> Q:
    """The own team's records of people, without those that are hidden from this member: also from look-ups."""
    seen = Q(agency=member.agency_id) & (Q(hidden=False) | Q(pk__in=_named(member, "case__person")))
    return seen if has_permission(member, Permission.WORK_CASES) else Q(pk__in=[])


def entries(member: Membership) -> Q:
    """Entries of those cases, to whoever helps those in the layers that its purpose needs: the owning team's own
    notes stay with it.

    One join to the circle, in which the owning team has its row too: no entry comes back twice.
    """
    in_circle = _seat(member, "case__circle__")
    shared = ~Q(audience="team") & Q(case__processing_restricted_at=None)
    readable = Q(case__agency=member.agency_id) | shared & needed_layers("case__circle__purpose_kind")
    return in_circle & readable if has_permission(member, Permission.WORK_CASES) else Q(pk__in=[])


def needed_layers(purpose: str) -> Q:
    """Rows whose `layer` the purpose in the column `purpose` needs: LAYERS_OF_PURPOSE as a condition."""
    found = Q()
    for layer in Layer:
        found |= Q(layer=layer.value, **{f"{purpose}__in": [p.value for p in Purpose if layer in LAYERS_OF_PURPOSE[p]]})
    return found


def rights(member: Membership) -> Q:
    """What people have asked of the own agency about their own records, and what came of it. No agency sees another's
    part of the same request; of a restricted case's person only its named workers see theirs."""
    shown = Q(person=None) | Q(person__hidden=False) | Q(person__in=_named(member, "case__person"))
    return Q(agency=member.agency_id) & shown if has_permission(member, Permission.RIGHTS) else Q(pk__in=[])


def erasure_certificates(member: Membership) -> Q:
    """What the own agency has erased, by kind and number: nothing of anybody."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.RIGHTS) else Q(pk__in=[])


def news(member: Membership) -> Q:
    """What others did in cases of the own team, and about referrals that the own agency sent or received."""
    if not has_permission(member, Permission.SEE_REFERRALS):
        return Q(pk__in=[])
    seen = Q(referral__isnull=False) & _referrals(member, "referral__")
    if has_permission(member, Permission.WORK_CASES):
        seen |= Q(case__agency=member.agency_id) & _seat(member, "case__circle__")
    return Q(agency=member.agency_id) & seen


def listings(member: Membership) -> Q:
    """The own agency's listings, drafts too. What a feed brings is theirs to see, not to edit (Service.kept_by)."""
    return Q(agency=member.agency_id) if has_permission(member, Permission.PUBLISH) else Q(pk__in=[])


def sessions(member: Membership) -> Q:
    """Sessions of the own agency's listings."""
    return Q(service__agency=member.agency_id) if has_permission(member, Permission.PUBLISH) else Q(pk__in=[])


def bookings(member: Membership) -> Q:
    """Places booked in the own agency's sessions. A connector sees those of a case through the case."""
    return Q(session__service__agency=member.agency_id) if has_permission(member, Permission.PUBLISH) else Q(pk__in=[])


def versions(member: Membership) -> Q:
    """The past of the own agency's listings; the steward's is that of all."""
    if has_permission(member, Permission.STEWARD):
        return Q()
    return Q(service__agency=member.agency_id) if has_permission(member, Permission.PUBLISH) else Q(pk__in=[])


def proposals(member: Membership) -> Q:
    """What is proposed for the own agency's listings; the steward sees it for all."""
    return versions(member)


def stewarded_listings(member: Membership) -> Q:
    """Every listing of the place, hidden and ended ones too: the steward's."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk__in=[])


def claims(member: Membership) -> Q:
    """Groups that ask to take part: the steward decides."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk__in=[])


def sources(member: Membership) -> Q:
    """Where imported listings come from, what each import did, and which listings look alike: the steward's."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk__in=[])


def search_aids(member: Membership) -> Q:
    """The place's synonyms, stop words, words of danger, neighbourhoods, collections and searches that found nothing:
    the steward's."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk__in=[])


def backups(member: Membership) -> Q:
    """That backups were made, and that one was tried: the steward's. What is in them is nobody's."""
    return search_aids(member)


def roots(member: Membership) -> Q:
    """The nightly roots of all histories, which tell nothing of anybody: the steward's, and whoever's runs a team."""
    return Q() if has_permission(member, Permission.MANAGE_TEAM) else Q(pk__in=[])


def root_receivers(member: Membership) -> Q:
    """Where the roots go: whoever runs a team sees whether they go to the own agency, the steward all."""
    if has_permission(member, Permission.STEWARD):
        return Q()
    return Q(agency=member.agency_id) if has_permission(member, Permission.MANAGE_TEAM) else Q(pk__in=[])


def jobs(member: Membership) -> Q:
    """What is done behind the scenes, and how it goes, but not for whom: the steward's."""
    return search_aids(member)


def closing_words(member: Membership) -> Q:
    """Why cases are closed and what has changed, as lists of words and codes: the steward keeps them, and no case."""
    return search_aids(member)


def identity_providers(member: Membership) -> Q:
    """By which providers people of which agencies may sign in: the steward's."""
    return Q() if has_permission(member, Permission.STEWARD) else Q(pk__in=[])


def breaches(member: Membership) -> Q:
    """Data breaches: what one has reported oneself; for who keeps the register those of the agency, for the steward
    those of all."""
    if has_permission(member, Permission.STEWARD):
        return Q()
    own = Q(written_by=member.pk)
    return own | Q(agency=member.agency_id) if has_permission(member, Permission.KEEP_REGISTERS) else own


def complaints(member: Membership) -> Q:
    """Complaints that the own agency looks into: for who keeps its register, and never whom they are about."""
    if not has_permission(member, Permission.KEEP_REGISTERS):
        return Q(pk__in=[])
    return Q(kept_by=member.agency_id) & (Q(about=None) | ~Q(about__user=member.user_id))


def data_agreements(member: Membership) -> Q:
    """The contracts under which data passes: the steward keeps them, and everybody reads those in force."""
    return search_aids(member)


def retention_reviews(member: Membership) -> Q:
    """Old records of the own agency to decide on: for who keeps its registers."""
    keeps = has_permission(member, Permission.KEEP_REGISTERS)
    return Q(agency=member.agency_id) if keeps else Q(pk__in=[])


def holds(member: Membership) -> Q:
    """Legal holds on records of the own team, also those that came with a record from a team that has closed: for who
    keeps its registers and works with its cases."""
    keeps = has_permission(member, Permission.KEEP_REGISTERS) and has_permission(member, Permission.WORK_CASES)
    return Q(person__agency=member.agency_id) if keeps else Q(pk__in=[])


def database_context(member: Membership) -> dict[str, uuid.UUID | None]:
    """The same rules for the database itself: what its row-level policies read (config.row_security, policies.py)."""

    def own(*permissions: Permission) -> uuid.UUID | None:
        return member.agency_id if any(has_permission(member, p) for p in permissions) else None

    return {
        "user": member.user_id,
        "member": member.pk,
        "agency": member.agency_id,
        "receives": own(Permission.SEE_REFERRALS),
        "sends": own(Permission.SEE_REFERRALS) if member.role != Role.PROVIDER else None,
        "team": own(Permission.WORK_CASES),
        "publishes": own(Permission.PUBLISH),
        "manages": own(*MANAGER_PERMISSIONS),
        "stewards": own(Permission.STEWARD),
        "restricts": own(Permission.RESTRICT),
    }


def closing_context(agency: Agency) -> dict[str, uuid.UUID | None]:
    """All that an agency holds, for the deed that closes it: of a steward, who is told how much and not what."""
    scopes = ("agency", "receives", "sends", "team", "publishes", "manages", "restricts")
    return dict.fromkeys(scopes, agency.pk)


# --- On every view --------------------------------------------------------------------------------


def public(view: AnyView) -> AnyView:
    """Anyone may open this page: it shows nothing about a person helped, or is opened by a secret link."""
    vars(view)["access"] = "public"
    return view


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Signed-in members with any of these permissions; with none named, any member.

    Signed out goes to sign-in and back; without the permission, PermissionDenied (403). What such a page
    answers is never stored by the browser (security point 57).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return refuse_signed_out(request)
            member = request.member
            if member is None or (permissions and not any(has_permission(member, p) for p in permissions)):
                raise PermissionDenied
            set_context(**database_context(member))
            response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        vars(guarded)["access"] = permissions or "member"
        return guarded

    return guard


def signed_in(view: View) -> View:
    """Anybody signed in, a member of an agency or not: the pages about one's own account."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return refuse_signed_out(request)
        set_context(**(database_context(request.member) if request.member else {"user": request.user.pk}))
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    vars(guarded)["access"] = "signed in"
    return guarded
