"""How a group asks to take part: the questions in their order, and the groups that it may already be here as."""

import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from agencies.access import ROLES_OF_KIND, Role
from agencies.models import Agency, Membership
from config.http import parse_uuid
from config.working_days import add_working_days
from directory.models import LISTED, Claim, Service

ANSWER_DAYS = 3  # working days in which the steward answers
MAX_SIMILAR_GROUPS = 8  # groups of a like name that are offered
CLAIMABLE_KINDS = [kind for kind, roles in ROLES_OF_KIND.items() if Role.PROVIDER in roles]
NEW_GROUP = "new"
Answers = dict[str, str]


def claimable_agencies() -> QuerySet[Agency]:
    """The groups in the directory that somebody may ask to speak for, with what a chooser needs to know them by:
    `activities` (up to 3 names) and `taken` (whether somebody keeps it here already)."""
    own = OuterRef("pk")
    names = Service.objects.filter(LISTED, agency=own).order_by("name", "pk").values("name")[:3]
    members = Membership.objects.filter(agency=own, ended_at=None)
    rows = Agency.objects.filter(kind__in=CLAIMABLE_KINDS, left_at=None)
    return rows.annotate(activities=ArraySubquery(names), taken=Exists(members))


def find_similar_agencies(name: str) -> list[Agency]:
    """Groups of that name or nearly that name, the likest first; by index whatever their number."""
    upper = " ".join(name.upper().split())
    rows = claimable_agencies().annotate(upper=Upper("name"), alike=TrigramSimilarity(Upper("name"), upper))
    near = Q(upper__trigram_similar=upper) | Q(upper__trigram_word_similar=upper)
    return list(rows.filter(near).order_by("-alike", "name", "pk")[:MAX_SIMILAR_GROUPS]) if upper else []


def find_chosen_agency(answers: Answers) -> Agency | None:
    """The group that was chosen, if it is in the directory."""
    chosen = parse_uuid(answers.get("agency"))
    return claimable_agencies().filter(pk=chosen).first() if chosen else None


def build_question_path(answers: Answers) -> list[str]:
    """The questions that these answers lead through. What the directory knows of a group is not asked."""
    name = answers.get("name", "")
    which = ["which"] if name and find_similar_agencies(name) else []
    known = bool(which) and find_chosen_agency(answers) is not None
    register = [] if known else ["about", "where", "web"]
    return ["name", *which, *register, "numbers", "you", "reach", "show"]


def claim_due_date(claim: Claim) -> datetime.date:
    """The day by which the steward has said yes or no."""
    return add_working_days(timezone.localdate(claim.made_at), ANSWER_DAYS)


def build_claim_columns(answers: Answers) -> dict[str, Any]:
    """The answers as columns of a Claim; what belongs to a road not taken is left out."""
    known = find_chosen_agency(answers) if "which" in build_question_path(answers) else None
    columns = [
        "charity_number",
        "company_number",
        "contact_name",
        "contact_role",
        "contact_email",
        "contact_phone",
        "words",
    ]
    columns += [] if known else ["about", "postcode", "url"]
    found: dict[str, Any] = {name: answers.get(name, "") for name in columns}
    return found | {"agency": known, "name": known.name if known else answers.get("name", "")}
